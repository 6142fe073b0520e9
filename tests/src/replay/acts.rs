//! The steps of a recorded connection as whole commands.

use std::collections::VecDeque;

use bytes::Bytes;
use imap_proto_core::encode::{Request, SubmitError};

use super::{Act, Piece, starts_with};
use crate::transcript::{Side, Transcript};

/// The request that a recorded command is.
pub(super) fn request(pieces: &[Piece]) -> Result<Request, SubmitError> {
    let mut pieces = pieces.iter();
    let Some(Piece::Text(first)) = pieces.next() else {
        return Err(SubmitError::InvalidAtom);
    };
    let text = String::from_utf8_lossy(first).into_owned();
    let words = if text.to_ascii_uppercase().starts_with("UID ") {
        2
    } else {
        1
    };
    let at = text
        .match_indices(' ')
        .nth(words - 1)
        .map_or(text.len(), |(at, _)| at);
    let (name, rest) = text.split_at(at);
    let mut request = Request::new(name)?.syntax(rest)?;
    for piece in pieces {
        request = match piece {
            Piece::Text(text) => request.syntax(&String::from_utf8_lossy(text))?,
            Piece::Literal {
                octets: Some(octets),
                binary: false,
                ..
            } => request.literal(octets.clone()),
            Piece::Literal {
                octets: Some(octets),
                binary: true,
                ..
            } => request.literal8(octets.clone()),
            Piece::Literal {
                octets: None, size, ..
            } => request.upload(*size),
        };
    }
    Ok(request)
}

/// Turns the steps of a connection into whole commands and the server's octets, in order.
pub(super) fn acts(transcript: &Transcript, connection: u8) -> Vec<Act> {
    let mut steps: VecDeque<(Side, Bytes)> = transcript
        .steps()
        .filter(|step| step.connection == connection && !step.compressed)
        .map(|step| (step.side, step.bytes.clone()))
        .collect();
    let mut acts = Vec::new();
    let (mut idle, mut exchange) = (None, None);
    while let Some((side, octets)) = steps.pop_front() {
        if side == Side::Server {
            exchange.take_if(|tag: &mut Vec<u8>| octets.starts_with(tag));
            idle.take_if(|tag: &mut Vec<u8>| octets.starts_with(&[tag, b" ".as_slice()].concat()));
            acts.push(Act::Server(octets));
            continue;
        }
        let line = octets.strip_suffix(b"\r\n").unwrap_or(&octets).to_vec();
        if exchange.is_some() {
            acts.push(Act::Exchange(line));
        } else if let Some(tag) = idle.take() {
            // A client that says something else than DONE has ended IDLE too.
            acts.push(Act::Idle(tag, false));
        } else {
            let (tag, pieces) = command(&octets, &mut steps);
            if starts_with(&pieces, b"IDLE") {
                idle = Some(tag.clone());
                acts.push(Act::Idle(tag, true));
                continue;
            }
            if starts_with(&pieces, b"AUTHENTICATE") {
                exchange = Some([tag.as_slice(), b" "].concat());
            }
            acts.push(Act::Command(tag, pieces));
        }
    }
    acts
}

/// Gathers one command from the client's steps, looking behind the server's answers for the literals' octets.
fn command(first: &Bytes, steps: &mut VecDeque<(Side, Bytes)>) -> (Vec<u8>, Vec<Piece>) {
    let mut text = first.to_vec();
    let mut pieces = Vec::new();
    loop {
        while !text.ends_with(b"\r\n") {
            let Some(more) = next_of_client(steps, 0) else {
                break;
            };
            text.extend_from_slice(&more);
        }
        let line = text.strip_suffix(b"\r\n").unwrap_or(&text).to_vec();
        let Some((head, size, waited, binary)) = announcement(&line) else {
            pieces.push(Piece::Text(line));
            break;
        };
        pieces.push(Piece::Text(head));
        let refused = waited && !is_continued(steps);
        if refused {
            pieces.push(Piece::Literal {
                octets: None,
                size,
                waited,
                binary,
            });
            break;
        }
        let mut octets = Vec::new();
        while (octets.len() as u64) < size {
            let Some(more) = next_of_client(steps, 0) else {
                break;
            };
            octets.extend_from_slice(&more);
        }
        let cut = usize::try_from(size)
            .unwrap_or(usize::MAX)
            .min(octets.len());
        text = octets.split_off(cut);
        pieces.push(Piece::Literal {
            octets: Some(octets.into()),
            size,
            waited,
            binary,
        });
        if text.is_empty()
            && let Some(more) = next_of_client(steps, 0)
        {
            text = more.to_vec();
        }
    }
    split_tag(pieces)
}

fn split_tag(mut pieces: Vec<Piece>) -> (Vec<u8>, Vec<Piece>) {
    let Some(Piece::Text(first)) = pieces.first_mut() else {
        return (Vec::new(), pieces);
    };
    let at = first.iter().position(|&b| b == b' ').unwrap_or(first.len());
    let tag = first[..at].to_vec();
    *first = first.get(at + 1..).unwrap_or_default().to_vec();
    (tag, pieces)
}

/// The next octets of the client, wherever they stand.
fn next_of_client(steps: &mut VecDeque<(Side, Bytes)>, from: usize) -> Option<Bytes> {
    let at = steps
        .iter()
        .skip(from)
        .position(|(side, _)| *side == Side::Client)?;
    steps.remove(from + at).map(|(_, octets)| octets)
}

/// Whether the server's next word on a literal is `+`.
fn is_continued(steps: &VecDeque<(Side, Bytes)>) -> bool {
    steps
        .iter()
        .filter(|(side, octets)| *side == Side::Server && !octets.starts_with(b"* "))
        .map(|(_, octets)| octets.starts_with(b"+"))
        .next()
        .unwrap_or(false)
}

/// `… {12+}`: the text before, the size, whether to wait, whether `~{`.
fn announcement(line: &[u8]) -> Option<(Vec<u8>, u64, bool, bool)> {
    let inner = line.strip_suffix(b"}")?;
    let (inner, waited) = match inner.strip_suffix(b"+") {
        Some(inner) => (inner, false),
        None => (inner, true),
    };
    let at = inner.iter().rposition(|&b| b == b'{')?;
    let size = std::str::from_utf8(&inner[at + 1..]).ok()?.parse().ok()?;
    let head = &inner[..at];
    let (head, binary) = match head.strip_suffix(b"~") {
        Some(head) => (head, true),
        None => (head, false),
    };
    Some((head.to_vec(), size, waited, binary))
}
