//! The responses that stand as examples in the RFCs: each is read, and as what its name says.

use imap_proto_core::parse::parse_response;
use imap_proto_core::types::{Code, Data, FetchData, Response, ResponseText, StatusData};
use imap_proto_core::wire::Limits;
use imap_tests::source::root;
use std::collections::BTreeSet;

/// Examples with their RFC.
fn examples() -> Vec<(String, String)> {
    let path = root().join("tests/data/rfc-responses.txt");
    let text = std::fs::read_to_string(path).expect("the examples are there");
    let mut rfc = String::new();
    let mut found = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("# ") {
            Some(title) => title.clone_into(&mut rfc),
            None => found.push((rfc.clone(), line.to_owned())),
        }
    }
    found
}

fn parsed() -> impl Iterator<Item = (String, Response)> {
    examples().into_iter().map(|(rfc, line)| {
        let frame = format!("{line}\r\n").into();
        match parse_response(&frame, &Limits::default()) {
            Ok(response) => (line, response),
            Err(error) => panic!("{rfc}: {error}: {line}"),
        }
    })
}

/// The word that names an untagged response.
fn name(line: &str) -> String {
    let mut words = line.split(' ').skip(1).filter(|word| !word.is_empty());
    let first = words.next().expect("a word behind the star");
    let counted = first.bytes().all(|byte| byte.is_ascii_digit());
    let name = if counted {
        words.next().expect("a word behind the number")
    } else {
        first
    };
    name.to_ascii_uppercase()
}

fn kind(data: &Data) -> &'static str {
    match data {
        Data::Acl(_) => "ACL",
        Data::Capability(_) => "CAPABILITY",
        Data::Condition { condition, .. } => condition.as_str(),
        Data::Enabled(_) => "ENABLED",
        Data::Esearch(_) => "ESEARCH",
        Data::Exists(_) => "EXISTS",
        Data::Expunge(_) => "EXPUNGE",
        Data::Fetch(fetch) if fetch.sequence_number.is_none() => "UIDFETCH",
        Data::Fetch(_) => "FETCH",
        Data::Flags(_) => "FLAGS",
        Data::Id(_) => "ID",
        Data::List(_) => "LIST",
        Data::ListRights(_) => "LISTRIGHTS",
        Data::Lsub(_) => "LSUB",
        Data::Metadata(_) => "METADATA",
        Data::MyRights(_) => "MYRIGHTS",
        Data::Namespace(_) => "NAMESPACE",
        Data::Quota(_) => "QUOTA",
        Data::QuotaRoot(_) => "QUOTAROOT",
        Data::Recent(_) => "RECENT",
        Data::Search(_) => "SEARCH",
        Data::Sort(_) => "SORT",
        Data::Status(_) => "STATUS",
        Data::Thread(_) => "THREAD",
        Data::UidBatches(_) => "UIDBATCHES",
        Data::Vanished { .. } => "VANISHED",
        _ => "OTHER",
    }
}

#[test]
fn every_example_is_what_its_name_says() {
    let mut others = BTreeSet::new();
    let mut count = 0;
    for (line, response) in parsed() {
        count += 1;
        match response {
            Response::Continuation(_) => assert!(line.starts_with('+'), "{line}"),
            Response::Tagged { tag, completion } => {
                let mut words = line.split(' ');
                assert_eq!(words.next(), Some(&*tag.to_string()), "{line}");
                let condition = words.next().map(str::to_ascii_uppercase);
                assert_eq!(
                    condition.as_deref(),
                    Some(completion.condition.as_str()),
                    "{line}"
                );
            }
            Response::Data(data) if kind(&data) == "OTHER" => drop(others.insert(name(&line))),
            Response::Data(data) => assert_eq!(kind(&data), name(&line), "{line}"),
            other => panic!("{other:?}"),
        }
    }
    assert!(count > 950, "{count} examples");
    let expected = ["COMPARATOR", "CONVERTED", "LANGUAGE", "XPIG-LATIN"];
    assert!(others.iter().map(String::as_str).eq(expected), "{others:?}");
}

#[test]
fn no_item_of_an_example_is_invalid() {
    for (line, response) in parsed() {
        match response {
            Response::Data(Data::Status(status)) => {
                for item in status.items {
                    assert!(
                        !matches!(item, StatusData::Invalid(..) | StatusData::Other(..)),
                        "{line}: {item:?}"
                    );
                }
            }
            Response::Data(Data::Fetch(fetch)) => {
                for item in fetch.items {
                    assert!(!matches!(item, FetchData::Invalid(..)), "{line}: {item:?}");
                }
            }
            _ => {}
        }
    }
}

#[test]
fn every_bracketed_code_is_one_and_has_a_type() {
    let mut untyped = BTreeSet::new();
    for (line, response) in parsed() {
        let text = match response {
            Response::Tagged { completion, .. } => completion.text,
            Response::Data(Data::Condition { text, .. }) => text,
            _ => ResponseText::default(),
        };
        let words: Vec<_> = line.split_ascii_whitespace().collect();
        let bracketed =
            words.get(2).is_some_and(|word| word.starts_with('[')) && !line.starts_with('+');
        let condition = words
            .get(1)
            .is_some_and(|word| ["OK", "NO", "BAD", "BYE", "PREAUTH"].contains(word));
        assert_eq!(
            text.code.is_some(),
            bracketed && condition && line.contains(']'),
            "{line}"
        );
        if let Some(Code::Other { name, .. }) = text.code {
            untyped.insert(name.to_string());
        }
    }
    assert!(untyped.is_empty(), "{untyped:?}");
}

/// SECURITY.md, row C11: what breaks an example in one place gives an error within it, or another response.
#[test]
fn examples_with_one_octet_changed_or_cut_do_no_harm() {
    let limits = Limits::default();
    let octets = *b" \r\n\0()[]{}\"\\*%~,:-9N\xff";
    let (mut tried, mut refused) = (0, 0);
    let mut read = |frame: Vec<u8>| {
        tried += 1;
        if let Err(error) = parse_response(&frame.clone().into(), &limits) {
            assert!(
                error.offset <= frame.len(),
                "{error}: {}",
                frame.escape_ascii()
            );
            refused += 1;
        }
    };
    for (_, line) in examples() {
        let frame = format!("{line}\r\n").into_bytes();
        for at in 0..frame.len() {
            read(frame[..at].to_vec());
            read([&frame[..at], &frame[at + 1..]].concat());
            for octet in octets {
                let mut changed = frame.clone();
                changed[at] = octet;
                read(changed);
            }
        }
    }
    assert!(
        tried > 700_000 && refused > 100_000,
        "{refused} of {tried} refused"
    );
}
