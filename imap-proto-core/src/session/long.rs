//! Puts literals that came in chunks back into a URLFETCH or CONVERTED response.

use bytes::{Bytes, BytesMut};

use crate::types::{
    BinaryData, BodyBegin, BodyPart, ByteString, ConvertedData, Data, UrlContent, UrlFetchData,
    UrlFetched,
};

/// The literals of one response so far.
#[derive(Debug, Default)]
pub(super) struct Long {
    literals: Vec<(BodyPart, BytesMut)>,
    octets: usize,
}

impl Long {
    /// Whether a literal is one of these responses.
    pub(super) const fn takes(begin: &BodyBegin) -> bool {
        matches!(begin.part, BodyPart::Url(_) | BodyPart::Converted(_))
    }

    pub(super) fn begin(&mut self, begin: BodyBegin) {
        self.literals.push((begin.part, BytesMut::new()));
    }

    /// Adds octets of the last literal; the announced size is never trusted to reserve space.
    pub(super) fn chunk(&mut self, octets: &Bytes) {
        if let Some((_, literal)) = self.literals.last_mut() {
            literal.extend_from_slice(octets);
            self.octets = self.octets.saturating_add(octets.len());
        }
    }

    /// Octets held.
    pub(super) const fn len(&self) -> usize {
        self.octets
    }

    /// Whether no literal came.
    pub(super) fn is_empty(&self) -> bool {
        self.literals.is_empty()
    }

    /// The response, with the literals in their places.
    pub(super) fn fill(self, mut data: Data) -> Data {
        for (part, octets) in self.literals {
            if let Some(place) = place(&mut data, &part) {
                *place = ByteString::from_bytes(octets.freeze());
            }
        }
        data
    }
}

/// The first empty string where such a literal can have been.
fn place<'a>(data: &'a mut Data, part: &BodyPart) -> Option<&'a mut ByteString> {
    match (data, part) {
        (Data::UrlFetch(response), BodyPart::Url(url)) => {
            let mut urls = response.urls.iter_mut().filter(|found| found.url == *url);
            urls.find_map(empty_octets)
        }
        (Data::Converted(response), BodyPart::Converted(part)) => {
            response.items.iter_mut().find_map(|item| match item {
                ConvertedData::Binary(BinaryData {
                    part: found,
                    data: Some(octets),
                    ..
                }) if found == part && octets.is_empty() => Some(octets),
                _ => None,
            })
        }
        _ => None,
    }
}

fn empty_octets(found: &mut UrlFetched) -> Option<&mut ByteString> {
    let octets = match &mut found.content {
        UrlContent::Text(octets) => octets.as_mut(),
        UrlContent::Items(items) => items.iter_mut().find_map(|item| match item {
            UrlFetchData::Body(octets) | UrlFetchData::Binary(octets) => octets.as_mut(),
            _ => None,
        }),
    };
    octets.filter(|octets| octets.is_empty())
}
