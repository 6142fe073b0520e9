//! BODY and BODYSTRUCTURE (RFC 9051 §9 `body`), and what servers make of them.

use super::block::{Writer, loose_string, skip_list};
use super::envelope::write_envelope;
use super::skip::skip_value;
use crate::types::{BodyStructure, ParseError, Tolerance, part_layout as layout};
use crate::wire::{Cursor, Span};

/// A body structure, with or without extension data.
pub(super) fn body_structure(cursor: &mut Cursor<'_>) -> Result<BodyStructure, ParseError> {
    let mut writer = Writer::new(cursor);
    part(cursor, &mut writer)?;
    Ok(BodyStructure::new(writer.finish(cursor)))
}

/// One part and those in it. It recurses once a level, which `Limits::max_depth` bounds.
fn part(cursor: &mut Cursor<'_>, writer: &mut Writer) -> Result<(), ParseError> {
    cursor.enter()?;
    cursor.count_item()?;
    cursor.byte(b'(')?;
    cursor.no_spaces();
    let at = writer.block.words.extend(&layout::BLANK);
    let mut part = Part { cursor, writer, at };
    if part.cursor.peek() == Some(b'(') {
        part.children()?;
        part.multipart()?;
    } else {
        part.typed()?;
    }
    let end = part.writer.block.words.len();
    part.set_index(layout::END, end);
    cursor.leave();
    Ok(())
}

/// A part that is being read. A method that may find the end of the part's list takes it, and
/// says whether the list goes on.
struct Part<'c, 'a> {
    cursor: &'c mut Cursor<'a>,
    writer: &'c mut Writer,
    at: usize,
}

/// What a list without parts in it is.
enum Shape {
    /// Type and subtype, as the grammar wants it.
    Typed,
    /// A type, and no subtype.
    NoSubtype,
    /// A `multipart` without parts.
    Childless,
}

impl Part<'_, '_> {
    /// The parts of a `multipart`.
    fn children(&mut self) -> Result<(), ParseError> {
        let first = self.writer.block.words.len();
        let mut count = 0;
        while self.cursor.peek() == Some(b'(') {
            part(self.cursor, self.writer)?;
            count += 1;
            // A space stands behind the last one only.
            let spaced = self.cursor.spaces();
            if spaced == (self.cursor.peek() == Some(b'(')) {
                self.cursor.tolerate(if spaced {
                    Tolerance::ExtraSpaces
                } else {
                    Tolerance::MissingSpace
                });
            }
        }
        self.set_list(layout::CHILDREN, first, count);
        Ok(())
    }

    /// What follows the parts of a `multipart`.
    fn multipart(&mut self) -> Result<(), ParseError> {
        self.set_kind(layout::MULTIPART);
        let goes_on = self.string(layout::SUBTYPE)?;
        self.note_nil(layout::SUBTYPE);
        if !goes_on {
            return Ok(());
        }
        self.multipart_extension()
    }

    fn multipart_extension(&mut self) -> Result<(), ParseError> {
        self.parameters(layout::PARAMETERS)?;
        if !self.cursor.try_bytes(b" NIL NIL NIL)") && self.cursor.list_goes_on() {
            self.extension(true)?;
        }
        Ok(())
    }

    /// A part that begins with a string: a single part, unless the server left something out.
    fn typed(&mut self) -> Result<(), ParseError> {
        if self.plain_types() {
            return self.single();
        }
        let first = loose_string(self.cursor)?;
        if !self.cursor.list_goes_on() {
            self.cursor.tolerate(Tolerance::ChildlessMultipart);
            self.set_kind(layout::MULTIPART);
            return self.set(layout::SUBTYPE, first);
        }
        match self.shape(first.is_some()) {
            Shape::Typed => {
                self.set(layout::TYPE, first)?;
                self.note_nil(layout::TYPE);
                let goes_on = self.string(layout::SUBTYPE)?;
                self.note_nil(layout::SUBTYPE);
                if !goes_on {
                    self.cursor.tolerate(Tolerance::PartFields);
                    return Ok(());
                }
                self.single()?;
            }
            Shape::NoSubtype => {
                self.cursor.tolerate(Tolerance::MissingSubtype);
                self.set(layout::TYPE, first)?;
                self.single()?;
            }
            Shape::Childless => return self.childless(first),
        }
        Ok(())
    }

    /// Type and subtype as the grammar wants them, and something behind them; else nothing is
    /// read.
    fn plain_types(&mut self) -> bool {
        let start = self.cursor.offset();
        for place in [layout::TYPE, layout::SUBTYPE] {
            let place = [self.at + place];
            if self.cursor.peek() != Some(b'"') || !self.writer.set_plain(self.cursor, place, b' ')
            {
                self.cursor.seek(start);
                return false;
            }
        }
        if matches!(self.cursor.peek(), Some(b'(' | b'N')) {
            return true;
        }
        self.cursor.seek(start);
        false
    }

    /// Tells by the place of the first number what was left out: servers send parts without a
    /// subtype, and a `multipart` without parts.
    fn shape(&self, has_first: bool) -> Shape {
        if has_first && self.cursor.at_string() {
            return Shape::Typed;
        }
        let mut ahead = self.cursor.clone();
        for place in 0..6 {
            ahead.spaces();
            match (place, ahead.peek()) {
                (4, Some(b'0'..=b'9' | b'-')) => return Shape::NoSubtype,
                (5, Some(b'0'..=b'9' | b'-')) => return Shape::Typed,
                _ if ahead.peek() == Some(b')') || skip_value(&mut ahead).is_err() => break,
                _ => {}
            }
        }
        Shape::Childless
    }

    /// A `multipart` without parts: `("alternative" …)` or `(NIL "alternative" …)`.
    fn childless(&mut self, first: Option<Span>) -> Result<(), ParseError> {
        self.cursor.tolerate(Tolerance::ChildlessMultipart);
        self.set_kind(layout::MULTIPART);
        if first.is_some() {
            self.set(layout::SUBTYPE, first)?;
        } else if !self.string(layout::SUBTYPE)? {
            return Ok(());
        }
        self.multipart_extension()
    }

    /// A single part, from its parameters on.
    fn single(&mut self) -> Result<(), ParseError> {
        self.parameters(layout::PARAMETERS)?;
        let plain = self.cursor.try_byte(b' ') && {
            let places = [layout::ID, layout::DESCRIPTION, layout::ENCODING];
            let places = places.map(|place| self.at + place);
            self.writer.set_plain(self.cursor, places, b' ')
        };
        if plain {
            return self.sized();
        }
        if !self.cursor.list_goes_on()
            || !self.string(layout::ID)?
            || !self.string(layout::DESCRIPTION)?
            || !self.string(layout::ENCODING)?
        {
            self.cursor.tolerate(Tolerance::PartFields);
            return Ok(());
        }
        self.sized()
    }

    /// A single part, from its size on.
    fn sized(&mut self) -> Result<(), ParseError> {
        self.note_nil(layout::ENCODING);
        let size = if self.cursor.try_nil() {
            self.cursor.tolerate(Tolerance::NilForString);
            0
        } else {
            self.cursor.lenient_number()?
        };
        self.writer
            .block
            .words
            .set_long(self.at + layout::SIZE, size);
        let kind = self.message()?;
        if !self.cursor.list_goes_on() {
            self.set_kind(kind);
            self.note_lines(kind, false);
            return Ok(());
        }
        let lines = matches!(self.cursor.peek(), Some(b'0'..=b'9' | b'-'));
        self.note_lines(kind, lines);
        self.set_kind(if lines {
            kind | layout::HAS_LINES
        } else {
            kind
        });
        if lines {
            let lines = self.cursor.lenient_number()?;
            self.writer
                .block
                .words
                .set_long(self.at + layout::LINES, lines);
            if self.cursor.try_bytes(b" NIL NIL NIL NIL)") || !self.cursor.list_goes_on() {
                return Ok(());
            }
        }
        if self.string(layout::MD5)? {
            self.extension(false)?;
        }
        Ok(())
    }

    /// Notes a count of lines that is missing or too many, and a message that is not shown as one.
    #[inline]
    fn note_lines(&mut self, kind: u32, lines: bool) {
        let media_type = self.writer.octets(self.cursor, self.at + layout::TYPE);
        let (text, message) = match media_type {
            Some([b'T' | b't', b'E' | b'e', b'X' | b'x', b'T' | b't']) => (true, false),
            Some([b'M' | b'm', rest @ ..]) => (false, rest.eq_ignore_ascii_case(b"ESSAGE")),
            _ => (false, false),
        };
        let wanted = text || kind == layout::MESSAGE;
        if lines != wanted {
            self.cursor.tolerate(Tolerance::LineCount);
        }
        if message && kind != layout::MESSAGE {
            let subtype = self.writer.octets(self.cursor, self.at + layout::SUBTYPE);
            if subtype.is_some_and(|octets| octets.eq_ignore_ascii_case(b"RFC822")) {
                self.cursor.tolerate(Tolerance::BasicMessage);
            }
        }
    }

    /// Notes a string that is NIL and may not be.
    fn note_nil(&mut self, place: usize) {
        if self.writer.is_nil(self.at + place) {
            self.cursor.tolerate(Tolerance::NilForString);
        }
    }

    /// The envelope and the body of a message, if they are next: only they begin with a list
    /// here.
    fn message(&mut self) -> Result<u32, ParseError> {
        self.cursor.spaces();
        if self.cursor.peek() != Some(b'(') || self.empty_list() {
            return Ok(layout::SINGLE);
        }
        let envelope = self.writer.block.words.len();
        self.set_index(layout::ENVELOPE, envelope);
        write_envelope(self.cursor, self.writer)?;
        self.cursor.gap();
        if self.cursor.peek() != Some(b'(') {
            self.cursor.tolerate(Tolerance::NilForString);
            self.cursor.try_nil();
        } else if !self.empty_list() {
            let body = self.writer.block.words.len();
            self.set_list(layout::CHILDREN, body, 1);
            part(self.cursor, self.writer)?;
        }
        Ok(layout::MESSAGE)
    }

    /// `()`, taken if it is next.
    fn empty_list(&mut self) -> bool {
        let (start, odd) = (self.cursor.offset(), self.cursor.odd());
        let empty = self.cursor.try_byte(b'(') && !self.cursor.list_goes_on();
        if empty {
            self.cursor.tolerate_at(start, Tolerance::EmptyListForNil);
        } else {
            self.cursor.seek(start);
            self.cursor.set_odd(odd);
        }
        empty
    }

    /// Disposition, languages, location and what may come one day, and the end of the list.
    fn extension(&mut self, multipart: bool) -> Result<(), ParseError> {
        let in_list = self.cursor.peek() == Some(b'(');
        let disposition = self.disposition(multipart)?;
        let ends = self.cursor.try_bytes(b" NIL NIL)") || !self.cursor.list_goes_on();
        let swapped = !ends && self.languages(disposition)?;
        if swapped {
            self.cursor.tolerate(Tolerance::SwappedDisposition);
        } else if !in_list && disposition.is_some() {
            self.cursor.tolerate(Tolerance::DispositionForm);
        }
        if ends || !self.cursor.list_goes_on() || !self.string(layout::LOCATION)? {
            return Ok(());
        }
        let rest = skip_list(self.cursor)?;
        self.set(layout::EXTENSION, rest)
    }

    /// The disposition: a list, or from some servers a bare string. Exchange puts the
    /// description of a `multipart` in its place.
    fn disposition(&mut self, multipart: bool) -> Result<Option<Span>, ParseError> {
        if self.cursor.peek() != Some(b'(') {
            let bare = loose_string(self.cursor)?;
            let word = bare
                .and_then(|span| self.cursor.octets(span))
                .unwrap_or_default();
            let is_disposition = [&b"inline"[..], b"attachment", b""]
                .iter()
                .any(|known| word.eq_ignore_ascii_case(known));
            let place = if multipart && !is_disposition {
                layout::DESCRIPTION
            } else {
                layout::DISPOSITION
            };
            self.set(place, bare)?;
            return Ok(bare);
        }
        self.cursor.advance(1);
        if !self.cursor.list_goes_on() {
            self.cursor.tolerate(Tolerance::EmptyListForNil);
            return Ok(None);
        }
        let name = loose_string(self.cursor)?;
        self.set(layout::DISPOSITION, name)?;
        self.note_nil(layout::DISPOSITION);
        if !self.cursor.list_goes_on() {
            self.cursor.tolerate(Tolerance::DispositionForm);
            return Ok(name);
        }
        self.parameters(layout::DISPOSITION_PARAMETERS)?;
        if skip_list(self.cursor)?.is_some() {
            self.cursor.tolerate(Tolerance::DispositionForm);
        }
        Ok(name)
    }

    /// The languages: a string or a list, in which NIL is left out. A list within is the
    /// disposition of a server that has swapped the two: whether that is so.
    fn languages(&mut self, disposition: Option<Span>) -> Result<bool, ParseError> {
        let list = self.writer.block.words.len();
        if self.cursor.peek() != Some(b'(') {
            let language = loose_string(self.cursor)?;
            if language.is_some() {
                self.writer.push(self.cursor, language)?;
                self.set_list(layout::LANGUAGES, list, 1);
            }
            return Ok(false);
        }
        self.cursor.advance(1);
        if self.cursor.peek() == Some(b')') {
            self.cursor.tolerate(Tolerance::EmptyListForNil);
        }
        let (mut first, mut count) = (None, 0);
        while self.cursor.list_goes_on() {
            if count == 1 && self.cursor.peek() == Some(b'(') {
                self.set(layout::DISPOSITION, first)?;
                self.writer.set(self.cursor, list, disposition)?;
                self.set_list(layout::LANGUAGES, list, usize::from(disposition.is_some()));
                self.parameters(layout::DISPOSITION_PARAMETERS)?;
                skip_list(self.cursor)?;
                return Ok(true);
            }
            let Some(language) = loose_string(self.cursor)? else {
                self.cursor.tolerate(Tolerance::NilForString);
                continue;
            };
            self.cursor.count_item()?;
            self.writer.push(self.cursor, Some(language))?;
            first = first.or(Some(language));
            count += 1;
        }
        self.set_list(layout::LANGUAGES, list, count);
        Ok(false)
    }

    /// Names and values, or NIL. A name without a value has an empty one.
    fn parameters(&mut self, place: usize) -> Result<(), ParseError> {
        if self.cursor.try_nil() {
            return Ok(());
        }
        self.cursor.byte(b'(')?;
        let (first, start) = (self.writer.block.words.len(), self.cursor.offset());
        if let Some(strings) = self.writer.push_plain_list(self.cursor) {
            if strings % 2 == 0 {
                self.set_list(place, first, strings / 2);
                return self.cursor.count_items(strings / 2);
            }
            self.writer.block.words.truncate(first);
            self.cursor.seek(start);
        }
        let mut count = 0;
        while self.cursor.list_goes_on() {
            self.cursor.count_item()?;
            self.parameter_string()?;
            count += 1;
            let spaced = self.cursor.spaces();
            if self.cursor.peek() == Some(b')') {
                self.cursor.tolerate(Tolerance::MissingValue);
                self.writer.block.push_nil();
                continue;
            }
            if !spaced {
                self.cursor.tolerate(Tolerance::MissingSpace);
            }
            self.parameter_string()?;
        }
        if count == 0 {
            self.cursor.tolerate(Tolerance::EmptyListForNil);
        }
        self.set_list(place, first, count);
        Ok(())
    }

    fn parameter_string(&mut self) -> Result<(), ParseError> {
        let at = self.writer.block.words.len();
        self.writer.push_string(self.cursor)?;
        if self.writer.is_nil(at) {
            self.cursor.tolerate(Tolerance::NilForString);
        }
        Ok(())
    }

    /// A string into its place, and whether the list goes on behind it.
    fn string(&mut self, place: usize) -> Result<bool, ParseError> {
        self.writer.set_string(self.cursor, self.at + place)?;
        Ok(self.cursor.list_goes_on())
    }

    fn set(&mut self, place: usize, span: Option<Span>) -> Result<(), ParseError> {
        self.writer.set(self.cursor, self.at + place, span)
    }

    fn set_index(&mut self, place: usize, index: usize) {
        self.writer.block.words.set_index(self.at + place, index);
    }

    fn set_list(&mut self, place: usize, first: usize, count: usize) {
        self.set_index(place, first);
        self.set_index(place + 1, count);
    }

    fn set_kind(&mut self, kind: u32) {
        self.writer.block.words.set(self.at + layout::KIND, kind);
    }
}

#[cfg(test)]
mod tests;
