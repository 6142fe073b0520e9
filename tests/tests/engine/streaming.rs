//! Long literals of FETCH come out in chunks, whatever stands around them.

use imap_proto_core::encode::{Fetch, FetchItems};
use imap_proto_core::engine::{CommandId, ConnectionError, Event};
use imap_proto_core::types::{Data, Section, Uid, UidSet};
use imap_tests::harness::Harness;

const SIZE: usize = 100_000;

fn body_of(harness: &mut Harness, uid: u32) -> CommandId {
    let items = FetchItems::new().section(Section::Full);
    harness.submit(Fetch::new(UidSet::from(Uid(uid)), items))
}

fn response(tail: &str) -> Vec<u8> {
    let mut bytes = format!("* 1 FETCH (UID 5 BODY[] {{{SIZE}}}\r\n").into_bytes();
    bytes.extend((0..SIZE).map(|n| b'a' + u8::try_from(n % 26).unwrap()));
    bytes.extend_from_slice(tail.as_bytes());
    bytes
}

/// The events with chunks joined, as text without the chunk boundaries.
fn joined(events: &[Event]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut octets = 0_usize;
    let mut hash = 0_u64;
    for event in events {
        if let Event::BodyChunk { data, .. } = event {
            assert!(!data.is_empty());
            octets += data.len();
            hash = data
                .iter()
                .fold(hash, |h, &b| h.wrapping_mul(31).wrapping_add(b.into()));
            continue;
        }
        if octets > 0 {
            lines.push(format!("{octets} octets {hash:x}"));
            (octets, hash) = (0, 0);
        }
        lines.push(format!("{event:?}"));
    }
    lines
}

#[test]
fn begin_chunks_end_and_rest() {
    let mut harness = Harness::selected("", 3);
    let id = body_of(&mut harness, 5);
    harness.feed(response(" FLAGS (\\Seen))\r\n")).ok(id);
    let events = harness.take_events();
    let [
        Event::BodyBegin {
            begin, claimed_by, ..
        },
        middle @ ..,
        end,
        rest,
        done,
    ] = events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert_eq!(
        (*claimed_by, begin.size, begin.fetch.uid),
        (Some(id), SIZE as u64, Some(5.into()))
    );
    let octets: usize = middle
        .iter()
        .map(|event| match event {
            Event::BodyChunk { data, claimed_by } if *claimed_by == Some(id) => data.len(),
            other => panic!("{other:?}"),
        })
        .sum();
    assert_eq!(octets, SIZE);
    assert!(matches!(end, Event::BodyEnd { .. }));
    let Event::Data {
        data: Data::Fetch(fetch),
        claimed_by,
        ..
    } = rest
    else {
        panic!("{rest:?}")
    };
    assert_eq!((*claimed_by, fetch.uid), (Some(id), Some(5.into())));
    assert!(fetch.flags.is_some());
    assert!(matches!(done, Event::Completed { .. }));
}

#[test]
fn law_10_the_same_events_however_chunked() {
    let run = |chunk: usize| {
        let mut harness = Harness::selected("", 3);
        let id = body_of(&mut harness, 5);
        harness.chunk = chunk;
        let two = format!(
            " BODY[TEXT] {{70000}}\r\n{} FLAGS ())\r\n",
            "z".repeat(70_000)
        );
        harness.feed(response(&two)).feed("* 4 EXISTS\r\n").ok(id);
        joined(&harness.take_events())
    };
    let whole = run(usize::MAX);
    assert!(whole.len() > 6, "{whole:?}");
    for chunk in [1, 2, 3, 7, 1000, 4096, 65_537] {
        assert_eq!(run(chunk), whole, "in reads of {chunk}");
    }
}

/// Every octet of a body of 1 MiB that the application gets stands where the read put it.
#[test]
fn a_long_body_is_not_copied_between_read_buffer_and_application() {
    const BODY: usize = 1024 * 1024;
    let mut harness = Harness::selected("", 3);
    let id = body_of(&mut harness, 5);
    let head = format!("* 1 FETCH (UID 5 BODY[] {{{BODY}}}\r\n");
    let stream = [head.as_bytes(), &vec![b'x'; BODY], b")\r\n"].concat();
    let mut addresses = Vec::with_capacity(stream.len());
    while addresses.len() < stream.len() {
        let rest = &stream[addresses.len()..];
        let read = |window: &mut [u8]| {
            let octets = window.len().min(16 * 1024).min(rest.len());
            window[..octets].copy_from_slice(&rest[..octets]);
            addresses.extend(
                window[..octets]
                    .iter()
                    .map(|octet| (&raw const *octet).addr()),
            );
            Ok(octets)
        };
        harness.input.fill(read).unwrap();
        harness.turn();
    }
    harness.ok(id);
    // The chunks are held until here, so that no memory was used twice.
    let mut expected = addresses[head.len()..].iter();
    for event in harness.take_events() {
        if let Event::BodyChunk { data, .. } = event {
            assert!(
                data.iter()
                    .all(|octet| expected.next() == Some(&(&raw const *octet).addr()))
            );
        }
    }
    assert_eq!(expected.count(), ")\r\n".len());
}

#[test]
fn a_discarded_literal_is_drained() {
    let mut harness = Harness::selected("", 3);
    let id = body_of(&mut harness, 5);
    let bytes = response(")\r\n");
    harness.feed(&bytes[..200]);
    assert!(
        harness
            .take_events()
            .iter()
            .any(|e| matches!(e, Event::BodyBegin { .. }))
    );
    harness.connection.discard_literal();
    harness.feed(&bytes[200..]).ok(id);
    let events = harness.take_events();
    assert!(!events.iter().any(|e| matches!(e, Event::BodyChunk { .. })));
    assert!(events.iter().any(|e| matches!(e, Event::Completed { .. })));
}

#[test]
fn a12_eof_inside_a_literal_is_unexpected() {
    let mut harness = Harness::selected("", 3);
    let id = body_of(&mut harness, 5);
    harness.feed(&response(")\r\n")[..5000]).eof();
    assert_eq!(harness.error, Some(ConnectionError::UnexpectedEof));
    assert_eq!(harness.unfinished(), vec![id]);
}

#[test]
fn the_uid_may_come_behind_the_body() {
    let mut harness = Harness::selected("", 3);
    let id = body_of(&mut harness, 5);
    let mut bytes = format!("* 1 FETCH (BODY[] {{{SIZE}}}\r\n").into_bytes();
    bytes.resize(bytes.len() + SIZE, b'x');
    bytes.extend_from_slice(b" UID 5)\r\n");
    harness.feed(bytes).ok(id);
    let owned = |e: &Event| matches!(e, Event::BodyBegin { claimed_by: Some(by), .. } if *by == id);
    assert!(harness.take_events().iter().any(owned));
}

#[test]
fn c1_a_giant_announcement_reserves_nothing() {
    let mut harness = Harness::selected("", 3);
    body_of(&mut harness, 5);
    harness.feed("* 1 FETCH (UID 5 BODY[] {9223372036854775807}\r\nabc");
    let events = harness.take_events();
    assert!(matches!(&events[0], Event::BodyBegin { begin, .. } if begin.size == i64::MAX as u64));
    assert_eq!(harness.error, None);
}
