//! The parser: it never panics, and what it reads can be written and read again.

use super::choices::Choices;
use crate::encode_response::{encode_response, strings_of};
use bytes::Bytes;
use imap_proto_core::parse::{ResponseReader, parse_fetch_head, parse_fetch_rest, parse_response};
use imap_proto_core::types::{Data, FetchData, Response};
use imap_proto_core::wire::{Frame, Framer, InputBuffer, Limits};
use std::fmt::Write as _;

/// Any octets as a frame, and the frames that the framer makes of them.
///
/// The first octet chooses the limits; under small ones, only that nothing panics is of interest.
pub fn response(data: &[u8]) {
    let mut choices = Choices::new(data);
    let (limits, small) = match choices.below(8) {
        0 => (Limits::default().max_string(5).max_depth(2), true),
        1 => (
            Limits::default().max_list_items(4).max_capabilities(2),
            true,
        ),
        _ => (Limits::default(), false),
    };
    let data = Bytes::copy_from_slice(choices.rest());
    let _ = parse_response(&data, &limits);
    for continuing in [false, true] {
        let _ = parse_fetch_head(&data, &limits, continuing);
    }
    let _ = parse_fetch_rest(&data, &limits);
    if !small {
        read(&data, &limits);
        frames(data, &limits);
    }
}

/// A reader that is given all octets by [`InputBuffer::fill`] finds the frames, and reads each as it is read alone.
fn read(data: &Bytes, limits: &Limits) {
    let (mut input, mut fed) = (InputBuffer::new(limits), 0);
    let mut reader = ResponseReader::new(limits.clone());
    let mut rest = data.clone();
    loop {
        match reader.next(&mut input) {
            Ok(Some(response)) => {
                let frame =
                    rest.split_to(frame_len(&rest).expect("a frame, as the reader found one"));
                let alone = parse_response(&frame, limits);
                assert_eq!(response.map_err(|malformed| malformed.error), alone);
            }
            Ok(None) if fed == data.len() => break,
            Ok(None) => {
                let fill = |window: &mut [u8]| std::io::Read::read(&mut &data[fed..], window);
                fed += input.fill(fill).expect("room");
            }
            Err(_) => return assert_eq!(frame_len(&rest), None),
        }
    }
    assert!(!input.is_full() && frame_len(&rest).is_none());
    assert_eq!(
        (input.received(), input.len()),
        (data.len() as u64, rest.len())
    );
    input.release();
    assert_eq!(input.len(), rest.len());
}

fn frames(mut data: Bytes, limits: &Limits) {
    while let Some(len) = frame_len(&data) {
        let frame = data.split_to(len);
        let Ok(response) = parse_response(&frame, limits) else {
            continue;
        };
        if is_like_a_condition(&response) || hangs_on_its_place(&response) {
            continue;
        }
        shows(&response);
        comes_from(&response, &frame);
        let written = Bytes::from(encode_response(&response));
        let shown = || format!("{} from {}", written.escape_ascii(), frame.escape_ascii());
        assert_eq!(
            frame_len(&written),
            Some(written.len()),
            "one frame: {}",
            shown()
        );
        let again = parse_response(&written, &Limits::default());
        assert_eq!(again.as_ref(), Ok(&response), "{}", shown());
    }
}

pub(crate) fn frame_len(data: &[u8]) -> Option<usize> {
    let limits = Limits::default();
    let mut input = InputBuffer::new(&limits);
    input.extend_from_slice(data);
    match Framer::new(&limits).poll(&input, &limits) {
        Ok(Frame::Complete { len }) => Some(len),
        _ => None,
    }
}

/// Nothing that a server sends makes `Debug` fail.
fn shows(response: &Response) {
    let mut shown = String::new();
    write!(shown, "{response:?}").expect("shown");
}

/// Every string stands in the frame, unless it was escaped there or is a number or NIL.
fn comes_from(response: &Response, frame: &[u8]) {
    for string in strings_of(response) {
        let found = string.is_empty() || frame.windows(string.len()).any(|window| window == string);
        let escaped = string.iter().any(|byte| matches!(byte, b'"' | b'\\'));
        assert!(
            found || escaped,
            "{} in {}",
            string.escape_ascii(),
            frame.escape_ascii()
        );
    }
}

/// Whether the response has a name such as `NO?`, which no server uses: the framer takes that for a condition, where no
/// literal may stand.
fn is_like_a_condition(response: &Response) -> bool {
    let Response::Data(Data::Other(other)) = response else {
        return false;
    };
    let name = other
        .name
        .as_bytes()
        .split(|byte| !byte.is_ascii_alphabetic())
        .next();
    let conditions = ["OK", "NO", "BAD", "BYE", "PREAUTH"];
    conditions
        .iter()
        .any(|condition| name.is_some_and(|name| name.eq_ignore_ascii_case(condition.as_bytes())))
}

/// Whether the response has items of a FETCH that are read as they are because of what stands behind them: those that
/// span lines, as the framer may have seen the announcement of a literal there, invalid ones without a value, and
/// structures that lack parts.
fn hangs_on_its_place(response: &Response) -> bool {
    let Response::Data(Data::Fetch(fetch)) = response else {
        return false;
    };
    let breaks = |octets: &[u8]| octets.contains(&b'\n');
    fetch.items.iter().any(|item| match item {
        FetchData::Other(name, _) => breaks(name.as_bytes()),
        // A `multipart` without parts is told from a part without a subtype by where its first number stands.
        FetchData::Body(structure) | FetchData::BodyStructure(structure) => {
            let mut parts = structure.parts().into_iter();
            parts.any(|(_, part)| part.is_multipart() && part.children().len() == 0)
        }
        FetchData::Invalid(name, raw) => {
            let section = raw.is_empty() || raw.as_bytes().starts_with(b"[");
            section || breaks(name.as_bytes()) || breaks(raw.as_bytes())
        }
        _ => false,
    })
}
