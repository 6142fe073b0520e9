//! Puts a FETCH response together again whose literals came in chunks.

use bytes::{Bytes, BytesMut};

use crate::types::{
    BinaryData, BodyBegin, BodyPart, ByteString, FetchData, FetchResponse, SectionData,
};

/// Room that is made for a literal before it came, in octets, if it says that it is as long. There
/// is one such literal at a time, so that a server which lies takes no more.
const RESERVED: usize = 256 * 1024;

/// A FETCH response of which not all came.
#[derive(Debug)]
pub(super) struct Assembly {
    fetch: FetchResponse,
    part: BodyPart,
    origin: Option<u64>,
    octets: BytesMut,
    /// Octets of its finished literals.
    finished: usize,
}

impl Assembly {
    /// Starts at the first literal.
    pub(super) fn new(begin: BodyBegin) -> Self {
        Self {
            octets: reserved(begin.size),
            fetch: begin.fetch,
            part: begin.part,
            origin: begin.origin,
            finished: 0,
        }
    }

    /// A further literal of the same response begins.
    pub(super) fn next(&mut self, begin: BodyBegin) {
        self.octets = reserved(begin.size);
        merge(&mut self.fetch, begin.fetch);
        self.part = begin.part;
        self.origin = begin.origin;
    }

    /// Adds octets of the literal.
    pub(super) fn chunk(&mut self, octets: &Bytes) {
        self.octets.extend_from_slice(octets);
    }

    /// Octets held.
    pub(super) fn len(&self) -> usize {
        self.finished.saturating_add(self.octets.len())
    }

    /// The literal is complete.
    pub(super) fn end(&mut self) {
        self.finished = self.finished.saturating_add(self.octets.len());
        let data = Some(ByteString::from(std::mem::take(&mut self.octets).freeze()));
        let origin = self.origin.take();
        let item = match self.part.clone() {
            BodyPart::Section(section) => FetchData::Section(SectionData {
                section,
                origin,
                data,
            }),
            BodyPart::Binary(part) => FetchData::Binary(BinaryData { part, origin, data }),
            // Not of a FETCH response: see `long`.
            BodyPart::Url(_) | BodyPart::Converted(_) => return,
        };
        self.fetch.push(item);
    }

    /// The response, with what stood behind its last literal.
    pub(super) fn finish(mut self, rest: FetchResponse) -> FetchResponse {
        merge(&mut self.fetch, rest);
        self.fetch
    }
}

/// Room for a literal of an announced size, which is not trusted.
fn reserved(size: u64) -> BytesMut {
    let size = usize::try_from(size).unwrap_or(RESERVED);
    BytesMut::with_capacity(size.min(RESERVED))
}

/// Adds what came later in the same response.
fn merge(into: &mut FetchResponse, later: FetchResponse) {
    let FetchResponse {
        sequence_number,
        uid,
        flags,
        mod_seq,
        size,
        internal_date,
        items,
    } = later;
    into.sequence_number = into.sequence_number.or(sequence_number);
    into.uid = uid.or(into.uid);
    into.flags = flags.or_else(|| into.flags.take());
    into.mod_seq = mod_seq.or(into.mod_seq);
    into.size = size.or(into.size);
    into.internal_date = internal_date.or_else(|| into.internal_date.take());
    into.items.extend(items);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Section, SectionPart, SequenceNumber, Uid};

    fn begin(section: Section) -> BodyBegin {
        BodyBegin {
            fetch: FetchResponse {
                sequence_number: Some(SequenceNumber(3)),
                ..FetchResponse::default()
            },
            part: BodyPart::Section(section),
            origin: None,
            size: 4,
        }
    }

    /// `* 3 FETCH (BODY[HEADER] {4}…BODY[TEXT] {2}… UID 9)` in events.
    #[test]
    fn two_literals_and_a_uid_behind_them_make_one_response() {
        let mut assembly = Assembly::new(begin(Section::Header(SectionPart::default())));
        assembly.chunk(&Bytes::from_static(b"ab"));
        assembly.chunk(&Bytes::from_static(b"cd"));
        assembly.end();
        assembly.next(begin(Section::Text(SectionPart::default())));
        assembly.chunk(&Bytes::from_static(b"ef"));
        assert_eq!(assembly.len(), 6);
        assembly.end();
        let fetch = assembly.finish(FetchResponse {
            uid: Some(Uid(9)),
            ..FetchResponse::default()
        });
        assert_eq!(fetch.sequence_number, Some(SequenceNumber(3)));
        assert_eq!(fetch.uid, Some(Uid(9)));
        let octets: Vec<_> = fetch
            .items
            .iter()
            .map(|item| match item {
                FetchData::Section(SectionData {
                    data: Some(data), ..
                }) => data.as_bytes(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(octets, [b"abcd", &b"ef"[..]]);
    }
}
