//! The parsers under one interface: a stream, whole or in pieces, to owned responses.

use imap_codec::ResponseCodec;
use imap_codec::decode::{Decoder, ResponseDecodeError};
use imap_codec::imap_types::IntoStatic;
use imap_codec::imap_types::body::BodyStructure as CodecStructure;
use imap_codec::imap_types::fetch::MessageDataItem;
use imap_codec::imap_types::response::{Data as CodecData, Response as CodecResponse};
use imap_proto::{AttributeValue, BodyStructure as ProtoStructure, MailboxDatum};
use imap_proto_core::parse::ResponseReader;
use imap_proto_core::types::{ByteString, Data, FetchData, FetchResponse, Part, Response};
use imap_proto_core::wire::{InputBuffer, Limits};

use crate::workload::Found;

/// What a parser is asked for.
pub(crate) trait Parser {
    fn name(&self) -> &'static str;

    /// Parses a stream that comes in pieces of so many octets, and drops each response when it
    /// was looked at.
    fn parse(&mut self, stream: &[u8], piece: usize) -> Found;
}

/// This workspace's, from the read buffer on.
pub(crate) struct Ours {
    input: InputBuffer,
    limits: Limits,
}

impl Ours {
    pub(crate) fn new() -> Self {
        let limits = Limits::default().max_literals(20_000);
        let input = InputBuffer::new(&limits);
        Self { input, limits }
    }
}

impl Parser for Ours {
    fn name(&self) -> &'static str {
        "ours"
    }

    fn parse(&mut self, stream: &[u8], piece: usize) -> Found {
        let mut reader = ResponseReader::new(self.limits.clone());
        let mut found = Found::default();
        let mut left = stream;
        while !left.is_empty() {
            if piece >= stream.len() {
                let taken = self.input.extend_from_slice(left);
                left = left.get(taken..).unwrap_or_default();
            } else {
                let read = |window: &mut [u8]| {
                    let len = window.len().min(piece).min(left.len());
                    let (now, later) = left.split_at(len);
                    if let Some(window) = window.get_mut(..len) {
                        window.copy_from_slice(now);
                    }
                    left = later;
                    Ok(len)
                };
                if self.input.fill(read).is_err() {
                    break;
                }
            }
            while let Ok(Some(Ok(response))) = reader.next(&mut self.input) {
                found.responses += 1;
                found.units += our_units(&response);
            }
        }
        found
    }
}

fn our_units(response: &Response) -> usize {
    match response {
        Response::Data(Data::Fetch(fetch)) => fetch_units(fetch),
        Response::Data(Data::List(_)) => 1,
        Response::Data(Data::Search(list)) => list.numbers.len(),
        _ => 0,
    }
}

fn fetch_units(fetch: &FetchResponse) -> usize {
    if let Some(flags) = &fetch.flags {
        return flags.len();
    }
    let units = fetch.items.iter().map(|item| match item {
        FetchData::Envelope(envelope) => {
            let one = envelope.from().len() + envelope.sender().len() + envelope.reply_to().len();
            one + envelope.to().len() + envelope.cc().len() + envelope.bcc().len()
        }
        FetchData::BodyStructure(structure) => parts(structure.root()),
        FetchData::Section(section) => section.data.as_ref().map_or(0, ByteString::len),
        _ => 0,
    });
    units.sum()
}

fn parts(part: Part<'_>) -> usize {
    1 + part.children().map(parts).sum::<usize>()
}

/// Bytes that a peer has not parsed yet; it parses from their start again when more have come.
#[derive(Default)]
struct Backlog(Vec<u8>);

impl Backlog {
    /// Feeds a stream in pieces to `next`, which says how many octets a response took.
    fn feed(&mut self, stream: &[u8], piece: usize, mut next: impl FnMut(&[u8]) -> Option<usize>) {
        if piece >= stream.len() {
            let mut left = stream;
            while let Some(taken) = next(left) {
                left = left.get(taken..).unwrap_or_default();
            }
            return;
        }
        for piece in stream.chunks(piece) {
            self.0.extend_from_slice(piece);
            let mut done = 0;
            while let Some(taken) = self.0.get(done..).and_then(&mut next) {
                done += taken;
            }
            self.0.drain(..done);
        }
    }
}

/// imap-proto.
#[derive(Default)]
pub(crate) struct Proto(Backlog);

impl Parser for Proto {
    fn name(&self) -> &'static str {
        "imap-proto"
    }

    fn parse(&mut self, stream: &[u8], piece: usize) -> Found {
        let mut found = Found::default();
        self.0.feed(stream, piece, |bytes| {
            if bytes.is_empty() {
                return None;
            }
            let (rest, response) = imap_proto::Response::parse(bytes).ok()?;
            let response = response.into_owned();
            found.responses += 1;
            found.units += proto_units(&response);
            Some(bytes.len() - rest.len())
        });
        found
    }
}

fn proto_units(response: &imap_proto::Response<'_>) -> usize {
    match response {
        imap_proto::Response::Fetch(_, items) => items.iter().map(proto_item).sum(),
        imap_proto::Response::MailboxData(MailboxDatum::List { .. }) => 1,
        imap_proto::Response::MailboxData(MailboxDatum::Search(numbers)) => numbers.len(),
        _ => 0,
    }
}

fn proto_item(item: &AttributeValue<'_>) -> usize {
    match item {
        AttributeValue::Envelope(envelope) => {
            let lists = [
                &envelope.from,
                &envelope.sender,
                &envelope.reply_to,
                &envelope.to,
                &envelope.cc,
                &envelope.bcc,
            ];
            lists.into_iter().flatten().map(Vec::len).sum()
        }
        AttributeValue::BodyStructure(structure) => proto_parts(structure),
        AttributeValue::Flags(flags) => flags.len(),
        AttributeValue::BodySection {
            data: Some(data), ..
        } => data.len(),
        _ => 0,
    }
}

fn proto_parts(structure: &ProtoStructure<'_>) -> usize {
    match structure {
        ProtoStructure::Multipart { bodies, .. } => {
            1 + bodies.iter().map(proto_parts).sum::<usize>()
        }
        _ => 1,
    }
}

/// imap-codec.
#[derive(Default)]
pub(crate) struct Codec(Backlog);

impl Parser for Codec {
    fn name(&self) -> &'static str {
        "imap-codec"
    }

    fn parse(&mut self, stream: &[u8], piece: usize) -> Found {
        let codec = ResponseCodec::new();
        let mut found = Found::default();
        self.0.feed(stream, piece, |bytes| {
            if bytes.is_empty() {
                return None;
            }
            match codec.decode(bytes) {
                Ok((rest, response)) => {
                    let taken = bytes.len() - rest.len();
                    let response = response.into_static();
                    found.responses += 1;
                    found.units += codec_units(&response);
                    Some(taken)
                }
                Err(ResponseDecodeError::Failed) => {
                    found.units = usize::MAX / 2; // shows as a wrong count
                    None
                }
                Err(_) => None,
            }
        });
        found
    }
}

fn codec_units(response: &CodecResponse<'_>) -> usize {
    match response {
        CodecResponse::Data(CodecData::Fetch { items, .. }) => {
            items.as_ref().iter().map(codec_item).sum()
        }
        CodecResponse::Data(CodecData::List { .. }) => 1,
        CodecResponse::Data(CodecData::Search(numbers, ..)) => numbers.len(),
        _ => 0,
    }
}

fn codec_item(item: &MessageDataItem<'_>) -> usize {
    match item {
        MessageDataItem::Envelope(envelope) => {
            let one = envelope.from.len() + envelope.sender.len() + envelope.reply_to.len();
            one + envelope.to.len() + envelope.cc.len() + envelope.bcc.len()
        }
        MessageDataItem::BodyStructure(structure) => codec_parts(structure),
        MessageDataItem::Flags(flags) => flags.len(),
        MessageDataItem::BodyExt { data, .. } => {
            data.0.as_ref().map_or(0, |data| data.as_ref().len())
        }
        _ => 0,
    }
}

fn codec_parts(structure: &CodecStructure<'_>) -> usize {
    match structure {
        CodecStructure::Single { .. } => 1,
        CodecStructure::Multi { bodies, .. } => {
            1 + bodies.as_ref().iter().map(codec_parts).sum::<usize>()
        }
    }
}
