//! The parser takes every response that the recorded servers sent.

use imap_proto_core::parse::ResponseReader;
use imap_proto_core::types::{Data, FetchData, Malformed, Response, StatusData};
use imap_proto_core::wire::{InputBuffer, Limits};
use imap_tests::transcript::{Side, Transcript, all};
use std::collections::BTreeSet;

/// Every response of a stream, with the raw bytes of those that are malformed.
fn responses(stream: &[u8]) -> Vec<Result<Response, Malformed>> {
    let limits = Limits::default();
    let mut reader = ResponseReader::new(limits.clone());
    let mut input = InputBuffer::new(&limits);
    let (mut rest, mut found) = (stream, Vec::new());
    while !rest.is_empty() || !input.is_empty() {
        let taken = input.extend_from_slice(rest);
        rest = &rest[taken..];
        let before = input.consumed();
        while let Some(response) = reader.next(&mut input).expect("frames are clear") {
            found.push(response);
        }
        assert!(
            taken > 0 || input.consumed() > before,
            "the last response is cut off"
        );
    }
    found
}

/// Whether an item of the response could not be read.
fn has_invalid_item(response: &Response) -> bool {
    match response {
        Response::Data(Data::Status(status)) => {
            let mut items = status.items.iter();
            items.any(|item| matches!(item, StatusData::Invalid(..)))
        }
        Response::Data(Data::Fetch(fetch)) => {
            let mut items = fetch.items.iter();
            items.any(|item| matches!(item, FetchData::Invalid(..)))
        }
        _ => false,
    }
}

fn responses_of(transcript: &Transcript) -> Vec<Result<Response, Malformed>> {
    let connections = transcript.connections().into_iter();
    connections
        .flat_map(|connection| responses(&transcript.stream(Side::Server, connection)))
        .collect()
}

#[test]
fn only_what_servers_broke_is_malformed() {
    let mut count = 0;
    for transcript in all() {
        let responses = responses_of(&transcript);
        count += responses.len();
        let broken: Vec<String> = responses.iter().filter_map(broken).collect();
        let (name, expected) = (&transcript.name, transcript.marked_as_broken());
        assert_eq!(broken.len(), expected, "{name}:\n{}", broken.join("\n"));
    }
    assert_eq!(count, 11_504);
}

/// What is broken about a response.
fn broken(response: &Result<Response, Malformed>) -> Option<String> {
    match response {
        Ok(response) => has_invalid_item(response).then(|| format!("{response:?}")),
        Err(Malformed { raw, error }) => Some(format!("{error}: {}", raw.escape_ascii())),
    }
}

#[test]
fn responses_that_no_type_is_made_for_are_few() {
    let mut names = BTreeSet::new();
    for transcript in all() {
        for response in responses_of(&transcript) {
            if let Ok(Response::Data(Data::Other(other))) = response {
                names.insert(other.name.to_string());
            }
        }
    }
    assert!(names.iter().map(String::as_str).eq(["XSTATS"]), "{names:?}");
}
