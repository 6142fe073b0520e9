//! Long literals of FETCH come out in chunks, whatever stands around them.

use imap_proto_core::encode::{Convert, ConvertItems, Fetch, FetchItems, UrlFetch, UrlFetchItems};
use imap_proto_core::engine::{CommandId, ConnectionError, Event};
use imap_proto_core::types::{
    BodyPart, ByteString, Data, Section, SectionPart, SequenceNumber, Uid, UidSet,
};
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

/// The literals that were handed out, and the response behind them.
fn streamed(events: &[Event], id: CommandId) -> (Vec<(BodyPart, usize)>, &Data) {
    let mut parts = Vec::new();
    let mut whole = None;
    for event in events {
        match event {
            Event::BodyBegin {
                begin, claimed_by, ..
            } => {
                assert_eq!(*claimed_by, Some(id));
                parts.push((begin.part.clone(), 0));
            }
            Event::BodyChunk { data, .. } => parts.last_mut().unwrap().1 += data.len(),
            Event::Data {
                data, claimed_by, ..
            } => {
                assert_eq!(*claimed_by, Some(id));
                assert!(whole.replace(data).is_none(), "one response");
            }
            _ => {}
        }
    }
    (parts, whole.expect("the response behind its literals"))
}

/// URLFETCH in both its forms: the literals first, then the response with nothing in their places.
#[test]
fn what_urls_lead_to_is_streamed() {
    let octets = "x".repeat(SIZE);
    let simple = format!(
        "* URLFETCH \"imap://a\" {{{SIZE}}}\r\n{octets} \"imap://b\" NIL \"imap://c\" {{{SIZE}}}\r\n{octets}\r\n"
    );
    let items = format!(
        "* URLFETCH \"imap://a\" (BODYPARTSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 3 1)) (BINARY ~{{{SIZE}}}\r\n{octets})\r\n"
    );
    for (response, urls, literals) in [
        (&simple, 3, vec!["imap://a", "imap://c"]),
        (&items, 1, vec!["imap://a"]),
    ] {
        for chunk in [usize::MAX, 1000] {
            let mut harness = Harness::authenticated("URLAUTH URLAUTH=BINARY");
            harness.chunk = chunk;
            let fetch = UrlFetch::new(["imap://b"]).items("imap://a", UrlFetchItems::binary());
            let id = harness.submit(fetch);
            harness.feed(response).ok(id);
            let events = harness.take_events();
            let (parts, data) = streamed(&events, id);
            let expected: Vec<_> = literals
                .iter()
                .map(|url| (BodyPart::Url((*url).into()), SIZE))
                .collect();
            assert_eq!(parts, expected);
            let Data::UrlFetch(found) = data else {
                panic!("{data:?}");
            };
            assert_eq!(found.urls.len(), urls);
            assert_eq!(found.urls[0].octets().map(ByteString::len), Some(0));
        }
    }
}

/// CONVERTED is told by its tag.
#[test]
fn converted_parts_are_streamed() {
    let mut harness = Harness::selected("CONVERT", 3);
    let part = SectionPart(vec![3]);
    let id = harness.submit(Convert::new(
        SequenceNumber(2),
        ConvertItems::new().binary(part.clone()),
    ));
    let tag = imap_tests::harness::id_tag(id);
    let octets = "x".repeat(SIZE);
    harness
        .feed(format!(
            "* 2 CONVERTED (TAG \"{tag}\") (BINARY[3] {{{SIZE}}}\r\n{octets})\r\n"
        ))
        .ok(id);
    let events = harness.take_events();
    let (parts, data) = streamed(&events, id);
    assert_eq!(parts, [(BodyPart::Converted(part), SIZE)]);
    assert!(matches!(data, Data::Converted(found) if found.items.len() == 1));
}

/// Nobody asked, or the literal is the URL: then the response is taken whole.
#[test]
fn what_cannot_be_streamed_is_taken_whole() {
    let octets = "x".repeat(SIZE);
    for response in [
        format!("* URLFETCH \"imap://a\" {{{SIZE}}}\r\n{octets}\r\n"),
        format!("* 2 CONVERTED (TAG \"other\") (BINARY[3] {{{SIZE}}}\r\n{octets})\r\n"),
    ] {
        let mut harness = Harness::authenticated("URLAUTH");
        harness.feed(&response);
        let events = harness.take_events();
        let is_whole = |event: &Event| {
            matches!(
                event,
                Event::Data {
                    data: Data::UrlFetch(_) | Data::Converted(_),
                    claimed_by: None,
                    ..
                }
            )
        };
        assert!(events.iter().any(is_whole), "{events:?}");
        assert!(
            !events
                .iter()
                .any(|event| matches!(event, Event::BodyBegin { .. }))
        );
    }
}
