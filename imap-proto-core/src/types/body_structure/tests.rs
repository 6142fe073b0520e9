//! Views of structures that were built.

use super::super::{Envelope, PartBuilder};
use super::*;

/// The example of RFC 9051 §6.4.5.1, with its part numbers.
fn rfc_example() -> BodyStructure {
    let text = || PartBuilder::new("text", "plain");
    let octets = || PartBuilder::new("application", "octet-stream");
    let inner = PartBuilder::multipart("mixed")
        .child(text())
        .child(octets());
    let deep = PartBuilder::multipart("mixed").child(text()).child(text());
    let relative = PartBuilder::multipart("alternative")
        .child(text())
        .child(PartBuilder::new("text", "richtext"));
    let message = PartBuilder::message(
        Envelope::builder(),
        PartBuilder::multipart("mixed")
            .child(text())
            .child(relative),
    );
    PartBuilder::multipart("mixed")
        .child(text())
        .child(octets())
        .child(PartBuilder::message(
            Envelope::builder().subject("in"),
            inner,
        ))
        .child(
            PartBuilder::multipart("mixed")
                .child(PartBuilder::new("image", "gif"))
                .child(message)
                .child(deep),
        )
        .build()
}

#[test]
fn part_numbers_are_those_of_the_rfc() {
    let structure = rfc_example();
    for (number, media_type, subtype) in [
        ("", "multipart", "mixed"),
        ("1", "text", "plain"),
        ("2", "application", "octet-stream"),
        ("3", "message", "rfc822"),
        ("3.1", "text", "plain"),
        ("3.2", "application", "octet-stream"),
        ("4", "multipart", "mixed"),
        ("4.1", "image", "gif"),
        ("4.2", "message", "rfc822"),
        ("4.2.1", "text", "plain"),
        ("4.2.2", "multipart", "alternative"),
        ("4.2.2.1", "text", "plain"),
        ("4.2.2.2", "text", "richtext"),
    ] {
        let part = structure.part(&number.parse().unwrap()).unwrap();
        assert!(part.is(media_type, subtype), "{number}: {part:?}");
    }
    for number in ["5", "1.1", "3.3", "4.2.3", "4.2.2.2.1"] {
        assert!(
            structure.part(&number.parse().unwrap()).is_none(),
            "{number}"
        );
    }
}

#[test]
fn all_parts_come_with_the_number_that_finds_them() {
    let structure = rfc_example();
    let parts = structure.parts();
    assert_eq!(parts.len(), 18);
    for (number, part) in &parts {
        let found = structure.part(number).unwrap();
        let is_body = part.is_multipart() && found.is_message();
        assert!(is_body || found == *part, "{number}");
    }
    let single = PartBuilder::new("text", "plain").build();
    assert_eq!(single.parts()[0].0.to_string(), "1");
    assert!(single.part(&"1".parse().unwrap()).is_some());
    assert!(single.part(&"2".parse().unwrap()).is_none());
}

#[test]
fn a_message_in_a_message_counts_its_body_as_part_one() {
    let body = PartBuilder::new("text", "plain").size(7);
    let inner = PartBuilder::message(Envelope::builder(), body);
    let structure = PartBuilder::message(Envelope::builder(), inner).build();
    for (number, subtype) in [("1", "rfc822"), ("1.1", "rfc822"), ("1.1.1", "plain")] {
        let part = structure.part(&number.parse().unwrap()).unwrap();
        assert_eq!(part.subtype(), subtype.as_bytes(), "{number}");
    }
    assert!(structure.part(&"1.1.1.1".parse().unwrap()).is_none());
    let numbers: Vec<_> = structure
        .parts()
        .iter()
        .map(|(n, _)| n.to_string())
        .collect();
    assert_eq!(numbers, ["1", "1.1", "1.1.1"]);
}

#[test]
fn every_field_comes_back() {
    let structure = PartBuilder::new("text", "plain")
        .parameter("charset", "utf-8")
        .parameter("format", "flowed")
        .id("<1@x>")
        .description("d")
        .encoding("7bit")
        .size(u64::from(u32::MAX) + 5)
        .lines(3)
        .md5("m")
        .disposition("attachment")
        .disposition_parameter("filename", "a.txt")
        .language("en")
        .language("de")
        .location("l")
        .build();
    let part = structure.root();
    let parameters: Vec<_> = part.parameters().collect();
    assert_eq!(
        parameters,
        [(&b"charset"[..], &b"utf-8"[..]), (b"format", b"flowed")]
    );
    assert_eq!(part.disposition_parameter("FileName"), Some(&b"a.txt"[..]));
    assert_eq!(part.languages().collect::<Vec<_>>(), [b"en", b"de"]);
    assert_eq!((part.size(), part.lines()), (4_294_967_300, Some(3)));
    assert_eq!(
        (part.id(), part.md5()),
        (Some(&b"<1@x>"[..]), Some(&b"m"[..]))
    );
    assert_eq!(
        (part.disposition(), part.location()),
        (Some(&b"attachment"[..]), Some(&b"l"[..]))
    );
    assert_eq!(
        (part.encoding(), part.description()),
        (Some(&b"7bit"[..]), Some(&b"d"[..]))
    );
    assert_eq!(structure, structure.detach());
    assert_ne!(structure, PartBuilder::new("text", "plain").build());
}

#[test]
fn debug_shows_what_is_there() {
    let shown = format!("{:?}", rfc_example());
    assert!(
        shown.contains(r#"Part { media_type: "image", subtype: "gif", size: 0 }"#),
        "{shown}"
    );
    assert!(shown.contains(r#"subject: Some("in")"#));
}
