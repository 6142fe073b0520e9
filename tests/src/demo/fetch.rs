//! FETCH (RFC 3501 §6.4.5, RFC 7162 §3.1.4).

use super::content::Content;
use super::output::Failure;
use super::section::{Extract, Section};
use super::session::{Outcome, Session};
use super::store::Message;
use super::structure::{body, envelope, string};
use super::syntax::{Arguments, Malformed};
use std::collections::BTreeSet;
use std::ops::Range;

/// One item that a FETCH asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Flags,
    Uid,
    InternalDate,
    Size,
    ModSeq,
    Envelope,
    Structure {
        extended: bool,
    },
    Section {
        section: Section,
        peek: bool,
        partial: Option<Range<u64>>,
        name: Option<&'static str>,
    },
}

impl Session {
    pub(super) fn fetch(&mut self, arguments: &mut Arguments<'_>, by_uid: bool) -> Outcome {
        arguments.space()?;
        let set = arguments.set()?;
        arguments.space()?;
        let mut items = items(arguments)?;
        let mut changed_since = None;
        if arguments.take(b' ') {
            arguments.expect(b'(')?;
            if arguments.keyword()? != "CHANGEDSINCE" {
                return Err(Malformed("unknown modifier").into());
            }
            arguments.space()?;
            changed_since = Some(arguments.number()?);
            arguments.expect(b')')?;
        }
        arguments.end()?;
        if changed_since.is_some() {
            items.push(Item::ModSeq);
        }
        self.condstore |= items.contains(&Item::ModSeq);
        if by_uid && !items.contains(&Item::Uid) {
            items.insert(0, Item::Uid);
        }
        let wanted = self.with_selected(|view, _, _| Ok(view.resolve(&set, by_uid)?))?;
        let mut missing = false;
        for (number, uid) in wanted {
            let Some((message, seen_now)) = self.read_message(uid, &items)? else {
                missing = true;
                continue;
            };
            if changed_since.is_none_or(|known| message.modseq > known) {
                self.write_message(number, &message, &items, seen_now)?;
            }
        }
        if missing {
            Err(Failure::no("[EXPUNGEISSUED] some messages are gone"))
        } else {
            Ok("fetched".to_owned())
        }
    }

    /// A copy of a message, marked `\Seen` where the items say so, and whether that is new.
    fn read_message(
        &mut self,
        uid: u32,
        items: &[Item],
    ) -> Result<Option<(Message, bool)>, Failure> {
        let reads = items
            .iter()
            .any(|item| matches!(item, Item::Section { peek: false, .. }));
        let condstore = self.condstore;
        self.with_selected(|view, mailbox, _| {
            let Some(message) = mailbox.message(uid) else {
                return Ok(None);
            };
            let seen_now = reads && !view.read_only && !message.flags.contains("\\Seen");
            if seen_now {
                let mut flags: BTreeSet<String> = message.flags.clone();
                flags.insert("\\Seen".to_owned());
                mailbox.set_flags(uid, flags);
            }
            let Some(message) = mailbox.message(uid) else {
                return Ok(None);
            };
            if (seen_now || items.contains(&Item::Flags))
                && (!condstore || items.contains(&Item::ModSeq))
            {
                view.told(message);
            }
            Ok(Some((message.clone(), seen_now)))
        })
    }

    /// Writes a FETCH response; large parts are sent as they are read.
    fn write_message(
        &mut self,
        number: u32,
        message: &Message,
        items: &[Item],
        seen_now: bool,
    ) -> Result<(), Failure> {
        self.output.write(format!("* {number} FETCH (").as_bytes());
        let flags = self
            .view
            .as_ref()
            .map(|view| view.flags(message))
            .unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.output.write(b" ");
            }
            self.write_item(message, item, &flags)?;
        }
        if seen_now && !items.contains(&Item::Flags) {
            self.output.write(format!(" FLAGS ({flags})").as_bytes());
        }
        self.output.write(b")\r\n");
        if self.output.buffer().len() > 64 * 1024 {
            self.output.flush()?;
        }
        Ok(())
    }

    fn write_item(&mut self, message: &Message, item: &Item, flags: &str) -> Result<(), Failure> {
        let out = self.output.buffer();
        let content = &message.content;
        let text = match item {
            Item::Flags => format!("FLAGS ({flags})"),
            Item::Uid => format!("UID {}", message.uid),
            Item::InternalDate => format!("INTERNALDATE \"{}\"", message.date),
            Item::Size => format!("RFC822.SIZE {}", content.len()),
            Item::ModSeq => format!("MODSEQ ({})", message.modseq),
            Item::Envelope => {
                out.extend_from_slice(b"ENVELOPE ");
                envelope(out, &content.entity().header);
                return Ok(());
            }
            Item::Structure { extended } => {
                out.extend_from_slice(if *extended {
                    b"BODYSTRUCTURE "
                } else {
                    b"BODY "
                });
                body(out, content.entity(), *extended);
                return Ok(());
            }
            Item::Section {
                section,
                partial,
                name,
                ..
            } => {
                let origin = partial
                    .as_ref()
                    .map(|range| format!("<{}>", range.start))
                    .unwrap_or_default();
                let name = name.map_or_else(
                    || format!("BODY[{}]{origin} ", section.shown()),
                    |name| format!("{name} "),
                );
                out.extend_from_slice(name.as_bytes());
                return self.write_section(content, section.extract(content), partial.as_ref());
            }
        };
        out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn write_section(
        &mut self,
        content: &Content,
        extract: Extract,
        partial: Option<&Range<u64>>,
    ) -> Result<(), Failure> {
        match extract {
            Extract::Missing => self.output.write(b"NIL"),
            Extract::Bytes(bytes) => {
                let all = 0..bytes.len() as u64;
                let range = partial.map_or_else(|| all.clone(), |partial| cut(&all, partial));
                let place = |at: u64| usize::try_from(at).unwrap_or(bytes.len());
                let bytes = &bytes[place(range.start)..place(range.end)];
                self.output
                    .write(format!("{{{}}}\r\n", bytes.len()).as_bytes());
                self.output.write(bytes);
            }
            Extract::Range(all) => {
                let range = partial.map_or_else(|| all.clone(), |partial| cut(&all, partial));
                if range.is_empty() {
                    string(self.output.buffer(), b"");
                    return Ok(());
                }
                self.output
                    .write(format!("{{{}}}\r\n", range.end - range.start).as_bytes());
                for piece in Content::pieces(range) {
                    self.output.write(&content.read(piece));
                    if self.output.buffer().len() > 64 * 1024 {
                        self.output.flush()?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// What a partial range takes of a place.
fn cut(all: &Range<u64>, partial: &Range<u64>) -> Range<u64> {
    let place = |at: u64| all.start.saturating_add(at).min(all.end);
    place(partial.start)..place(partial.end)
}

/// A macro, an item, or items in parentheses.
fn items(arguments: &mut Arguments<'_>) -> Result<Vec<Item>, Malformed> {
    if !arguments.take(b'(') {
        return item(arguments, true);
    }
    let mut items = item(arguments, false)?;
    while arguments.take(b' ') {
        items.extend(item(arguments, false)?);
    }
    arguments.expect(b')')?;
    Ok(items)
}

fn item(arguments: &mut Arguments<'_>, may_be_macro: bool) -> Result<Vec<Item>, Malformed> {
    let name = arguments.name()?;
    let fast = [Item::Flags, Item::InternalDate, Item::Size];
    let section = |section, peek, name| Item::Section {
        section,
        peek,
        partial: None,
        name: Some(name),
    };
    let item = match name.as_str() {
        "FAST" if may_be_macro => return Ok(fast.to_vec()),
        "ALL" if may_be_macro => return Ok([&fast[..], &[Item::Envelope]].concat()),
        "FULL" if may_be_macro => {
            return Ok([
                &fast[..],
                &[Item::Envelope, Item::Structure { extended: false }],
            ]
            .concat());
        }
        "FLAGS" => Item::Flags,
        "UID" => Item::Uid,
        "INTERNALDATE" => Item::InternalDate,
        "RFC822.SIZE" => Item::Size,
        "MODSEQ" => Item::ModSeq,
        "ENVELOPE" => Item::Envelope,
        "BODYSTRUCTURE" => Item::Structure { extended: true },
        "BODY" if arguments.peek() != Some(b'[') => Item::Structure { extended: false },
        "BODY" | "BODY.PEEK" => {
            arguments.expect(b'[')?;
            let section = Section::parse(arguments)?;
            Item::Section {
                section,
                peek: name == "BODY.PEEK",
                partial: partial(arguments)?,
                name: None,
            }
        }
        "RFC822" => section(Section::all(), false, "RFC822"),
        "RFC822.HEADER" => section(Section::header(), true, "RFC822.HEADER"),
        "RFC822.TEXT" => section(Section::text(), false, "RFC822.TEXT"),
        _ => return Err(Malformed("unknown item")),
    };
    Ok(vec![item])
}

/// `<origin.length>`
fn partial(arguments: &mut Arguments<'_>) -> Result<Option<Range<u64>>, Malformed> {
    if !arguments.take(b'<') {
        return Ok(None);
    }
    let start = arguments.number()?;
    arguments.expect(b'.')?;
    let length = arguments.number()?;
    arguments.expect(b'>')?;
    if length == 0 {
        return Err(Malformed("a partial range of nothing"));
    }
    Ok(Some(start..start.saturating_add(length)))
}
