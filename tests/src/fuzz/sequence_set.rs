//! Sequence sets against sets of numbers that are held one by one.

use super::choices::Choices;
use bytes::Bytes;
use imap_proto_core::parse::parse_response;
use imap_proto_core::types::{Data, Response, Uid, UidSet};
use imap_proto_core::wire::Limits;
use std::collections::BTreeSet;

/// Text is a set if the grammar says so, and comes back as it was; numbers make the shortest set that holds them.
pub fn sequence_set(data: &[u8]) {
    text(&String::from_utf8_lossy(data));
    numbers(&mut Choices::new(data));
}

fn text(text: &str) {
    let expected = naive_ranges(text);
    let parsed: Result<UidSet, _> = text.parse();
    let ranges =
        |set: &UidSet| -> Vec<_> { set.ranges().iter().map(|r| (r.first(), r.last())).collect() };
    assert_eq!(parsed.as_ref().ok().map(ranges), expected);
    from_server(text, expected.as_deref());
    let (Ok(set), Some(expected)) = (parsed, expected) else {
        return;
    };
    assert_eq!(set.to_string().parse(), Ok(set.clone()));
    assert_eq!(set.has_star(), text.contains('*'));
    let probes = expected
        .iter()
        .flat_map(|&(first, last)| [first, last])
        .flatten();
    for probe in
        probes.flat_map(|number| [number.saturating_sub(1), number, number.saturating_add(1)])
    {
        let within = expected.iter().any(|&range| naive_contains(range, probe));
        assert_eq!(set.contains(Uid(probe)), within, "{probe} in {set}");
        assert_eq!(set.may_contain(Uid(probe)), within || set.has_star());
    }
}

/// A server's set is the same but for `*`, which it must not use; spaces before and behind it are taken.
fn from_server(text: &str, expected: Option<&[(Option<u32>, Option<u32>)]>) {
    if text.contains(['\r', '\n']) || text != text.trim_matches(' ') {
        return;
    }
    let line = Bytes::from(format!("* VANISHED {text}\r\n"));
    let parsed = match parse_response(&line, &Limits::default()) {
        Ok(Response::Data(Data::Vanished {
            earlier: false,
            uids,
        })) => Some(uids),
        _ => None,
    };
    let expected = expected.filter(|_| !text.contains('*'));
    assert_eq!(parsed.is_some(), expected.is_some(), "{text:?}");
    if let Some(uids) = parsed {
        assert_eq!(Ok(uids), text.parse());
    }
}

fn naive_ranges(text: &str) -> Option<Vec<(Option<u32>, Option<u32>)>> {
    let end = |end: &str| match end {
        "*" => Some(None),
        digits if digits.contains(|c: char| !c.is_ascii_digit()) => None,
        digits => digits.parse().ok().filter(|&number| number > 0).map(Some),
    };
    let range = |range: &str| {
        let ends: Vec<_> = range.split(':').map(end).collect();
        match *ends.as_slice() {
            [Some(one)] => Some((one, one)),
            [Some(first), Some(last)] => Some((first, last)),
            _ => None,
        }
    };
    text.split(',').map(range).collect()
}

fn naive_contains(range: (Option<u32>, Option<u32>), number: u32) -> bool {
    match range {
        (None, None) => false,
        (Some(from), None) | (None, Some(from)) => from <= number,
        (Some(first), Some(last)) => (first.min(last)..=first.max(last)).contains(&number),
    }
}

fn numbers(choices: &mut Choices<'_>) {
    let mut list = Vec::new();
    while !choices.is_empty() && list.len() < 1000 {
        list.push(choices.number());
    }
    let set: UidSet = list.iter().copied().map(Uid).collect();
    let expected: BTreeSet<u32> = list.into_iter().filter(|&number| number != 0).collect();
    let held: Vec<u32> = set.iter().map(|uid| uid.0).collect();
    assert!(held.iter().eq(&expected));
    assert_eq!(set.len(), expected.len() as u64);
    assert_eq!(set.is_empty(), expected.is_empty());
    let gaps = expected
        .iter()
        .filter(|&&number| !expected.contains(&number.wrapping_add(1)));
    assert_eq!(set.ranges().len(), gaps.count(), "as short as can be");
    if !expected.is_empty() {
        assert_eq!(set.to_string().parse(), Ok(set));
    }
}
