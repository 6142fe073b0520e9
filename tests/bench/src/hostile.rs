//! The three inputs that are known to bring clients down (SECURITY: nesting, many literals,
//! octets one by one).

use std::fmt::Write;
use std::hint::black_box;

use bytes::Bytes;
use imap_codec::ResponseCodec;
use imap_codec::decode::Decoder;
use imap_proto_core::parse::parse_response;
use imap_proto_core::wire::Limits;

use crate::measure;
use crate::parsers::{Codec, Ours, Parser, Proto};
use crate::workload::search;

const ROUNDS: usize = 5;

pub(crate) fn run() {
    nesting();
    literals();
    octets();
}

/// A structure of 20 000 open parentheses: imap-proto runs out of stack at 2000 and aborts, so it
/// is not asked.
fn nesting() {
    let frame = Bytes::from(
        [
            &b"* 1 FETCH (BODYSTRUCTURE "[..],
            &b"(".repeat(20_000),
            b"\r\n",
        ]
        .concat(),
    );
    let limits = Limits::default();
    let codec = ResponseCodec::new();
    let ours = measure::time(ROUNDS, || {
        assert!(black_box(parse_response(&frame, &limits)).is_err());
    });
    let theirs = measure::time(ROUNDS, || {
        assert!(black_box(codec.decode(&frame)).is_err());
    });
    println!(
        "hostile nesting: 20000 parentheses refused  ours {ours:.1?}  imap-codec {theirs:.1?}"
    );
}

/// One FETCH of so many literals of one octet: four times as many must take four times as long.
fn literals() {
    let response = |count: usize| {
        let mut items = String::new();
        for n in 1..=count {
            let _ = write!(items, " BODY[{n}] {{1}}\r\nx");
        }
        format!("* 1 FETCH (UID 1{items})\r\n").into_bytes()
    };
    let (mut ours, mut proto, mut codec) = (Ours::new(), Proto::default(), Codec::default());
    let parsers: [&mut dyn Parser; 3] = [&mut ours, &mut proto, &mut codec];
    print!("hostile literals: 2000, 8000 in reads of 1 KiB ");
    for parser in parsers {
        let times = [2000, 8000].map(|count| {
            let stream = response(count);
            measure::time(ROUNDS, || {
                assert_eq!(parser.parse(&stream, 1024).responses, 1);
            })
        });
        print!("  {} {:.1?}, {:.1?}", parser.name(), times[0], times[1]);
    }
    println!();
}

/// A SEARCH that comes in reads of one octet.
fn octets() {
    let (short, long) = (search(2_000), search(8_000));
    let (mut ours, mut proto, mut codec) = (Ours::new(), Proto::default(), Codec::default());
    let parsers: [&mut dyn Parser; 3] = [&mut ours, &mut proto, &mut codec];
    let [few, many] = [&short, &long].map(|workload| workload.stream.len() / 1024);
    print!("hostile octets: SEARCH of {few}, {many} KiB in reads of one octet ");
    for parser in parsers {
        let times = [&short, &long].map(|workload| {
            measure::time(1, || {
                assert_eq!(parser.parse(&workload.stream, 1), workload.found);
            })
        });
        print!("  {} {:.1?}, {:.1?}", parser.name(), times[0], times[1]);
    }
    println!();
}
