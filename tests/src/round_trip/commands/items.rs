//! FETCH items, annotations and messages to append, by chance.

use super::arguments::{Adder, Arguments, MONTHS, Words};
use crate::fuzz::Want;
use chrono::{FixedOffset, NaiveDate, TimeZone as _};
use imap_proto_core::encode::{
    Annotations, AppendMessage, CatenatePart, FetchBinary, FetchItems, FetchSection,
};
use imap_proto_core::types::{Flags, Section, SectionPart};

const SIMPLE: [Adder<FetchItems>; 17] = [
    (FetchItems::flags, "FLAGS"),
    (FetchItems::internal_date, "INTERNALDATE"),
    (FetchItems::size, "RFC822.SIZE"),
    (FetchItems::envelope, "ENVELOPE"),
    (FetchItems::body, "BODY"),
    (FetchItems::body_structure, "BODYSTRUCTURE"),
    (FetchItems::mod_seq, "MODSEQ"),
    (FetchItems::email_id, "EMAILID"),
    (FetchItems::thread_id, "THREADID"),
    (FetchItems::save_date, "SAVEDATE"),
    (FetchItems::preview, "PREVIEW"),
    (FetchItems::preview_lazy, "PREVIEW ( LAZY )"),
    (FetchItems::snippet, "SNIPPET"),
    (FetchItems::snippet_lazy, "SNIPPET ( LAZY=FUZZY )"),
    (FetchItems::gmail_message_id, "X-GM-MSGID"),
    (FetchItems::gmail_thread_id, "X-GM-THRID"),
    (FetchItems::gmail_labels, "X-GM-LABELS"),
];

impl Arguments<'_> {
    /// Items in parentheses; the UID stands first where it is asked for.
    pub(super) fn items(&mut self, with_uid: bool) -> (FetchItems, Words) {
        let (mut items, mut words) = (FetchItems::new(), Words::default());
        let mut uid = with_uid;
        if self.choices.below(4) == 0 {
            (items, uid) = (items.uid(), true);
        }
        for _ in 0..=self.choices.below(3) {
            let more;
            (items, more) = self.item(items);
            words = words.all(more);
        }
        let head = Words::of(if uid { "( UID" } else { "(" });
        (items, head.all(words).words(")"))
    }

    fn item(&mut self, items: FetchItems) -> (FetchItems, Words) {
        match self.choices.below(8) {
            0 => self.section(items),
            1 => self.header_fields(items),
            2 => {
                let (part, text) = self.part();
                let (partial, behind) = self.partial();
                let peek = self.flag();
                let mut binary = FetchBinary::new(part).peek(peek);
                if let Some((first, octets)) = partial {
                    binary = binary.partial(first, octets);
                }
                let name = if peek { "BINARY.PEEK" } else { "BINARY" };
                let words = Words::of(&format!("{name}[{text}]{behind}"));
                (items.binary(binary), words)
            }
            3 => {
                let (part, text) = self.part();
                let words = Words::of(&format!("BINARY.SIZE[{text}]"));
                (items.binary_size(part), words)
            }
            4 => {
                let words = "ANNOTATION ( ( /comment /* ) ( value.priv size.shared ) )";
                let entries = ["/comment", "/*"];
                let items = items.annotation(entries, ["value.priv", "size.shared"]);
                (items, Words::of(words))
            }
            5 => {
                let name = self.atom();
                let words = Words::of(&name);
                (items.item(name), words)
            }
            _ => {
                let (add, words) = self.one_of(&SIMPLE);
                (add(items), Words::of(words))
            }
        }
    }

    fn partial(&mut self) -> (Option<(u32, u32)>, String) {
        if self.flag() {
            return (None, String::new());
        }
        let (first, octets) = (self.choices.number(), self.number());
        (Some((first, octets)), format!("<{first}.{octets}>"))
    }

    fn section(&mut self, items: FetchItems) -> (FetchItems, Words) {
        let (part, text) = self.part();
        let whole = SectionPart::whole;
        let (section, name) = match self.choices.below(10) {
            0 => (Section::Full, String::new()),
            1 => (Section::Part(part), text),
            2 => (Section::Header(part), format!("{text}.HEADER")),
            3 => (Section::Header(whole()), "HEADER".to_owned()),
            4 => (Section::Text(part), format!("{text}.TEXT")),
            5 => (Section::Text(whole()), "TEXT".to_owned()),
            6 => (Section::Mime(part), format!("{text}.MIME")),
            7 => return (items.section(Section::Rfc822), Words::of("RFC822")),
            8 => {
                let items = items.section(Section::Rfc822Header);
                return (items, Words::of("RFC822.HEADER"));
            }
            _ => return (items.section(Section::Rfc822Text), Words::of("RFC822.TEXT")),
        };
        let (fetch, behind, body) = self.fetch_section(section);
        let words = Words::of(&format!("{body}[{name}]{behind}"));
        (items.section(fetch), words)
    }

    fn fetch_section(&mut self, section: Section) -> (FetchSection, String, &'static str) {
        let ((partial, behind), peek) = (self.partial(), self.flag());
        let mut fetch = FetchSection::new(section).peek(peek);
        if let Some((first, octets)) = partial {
            fetch = fetch.partial(first, octets);
        }
        (fetch, behind, if peek { "BODY.PEEK" } else { "BODY" })
    }

    fn header_fields(&mut self, items: FetchItems) -> (FetchItems, Words) {
        let count = 1 + self.choices.below(2);
        let (names, wanted): (Vec<_>, Vec<_>) = (0..count).map(|_| self.byte_string()).unzip();
        let (part, text) = self.part();
        let (section, name) = if self.flag() {
            (Section::HeaderFields(part, names), "HEADER.FIELDS")
        } else {
            (Section::HeaderFieldsNot(part, names), "HEADER.FIELDS.NOT")
        };
        let (fetch, behind, body) = self.fetch_section(section);
        let mut words = Words::of(&format!("{body}[{text}.{name} ("));
        for name in wanted {
            words = words.string(name);
        }
        (items.section(fetch), words.words(&format!(") ]{behind}")))
    }

    /// Annotations with their values, behind the word for them.
    pub(super) fn annotations(&mut self) -> (Annotations, Words) {
        let (value, octets) = self.byte_string();
        let annotations = Annotations::new()
            .set("/comment", "value.priv", value)
            .remove("/comment", "value.shared");
        let words = Words::of("ANNOTATION (").string("/comment");
        let words = words.words("( value.priv").text(octets);
        (annotations, words.words("value.shared NIL ) )"))
    }

    /// A message to append, and how it stands behind the mailbox.
    pub(super) fn message(&mut self) -> (AppendMessage, Words) {
        let (mut message, data) = self.message_data();
        let mut words = Words::default();
        if self.flag() {
            let (flag, name) = self.any_flag();
            message = message.flags([flag].into_iter().collect::<Flags>());
            words = words.words(&format!("( {name} )"));
        }
        if self.flag() {
            let (time, text) = self.internal_date();
            message = message.date(time);
            words = words.text(text);
        }
        if self.choices.below(4) == 0 {
            let (annotations, more) = self.annotations();
            message = message.annotations(annotations);
            words = words.all(more);
        }
        (message, words.all(data))
    }

    fn message_data(&mut self) -> (AppendMessage, Words) {
        let octets = self.octets();
        let text = Words::default().text(octets.clone());
        match self.choices.below(5) {
            0 => (AppendMessage::new(octets).binary(), text),
            1 => {
                let words = Words::of("UTF8 (").all(text).words(")");
                (AppendMessage::new(octets).utf8(), words)
            }
            2 => {
                let url = String::from_utf8_lossy(&self.octets()).into_owned();
                let words = Words::of("CATENATE ( URL").text(url.clone());
                let words = words.words("TEXT").all(text).words(")");
                let parts = [CatenatePart::Url(url), CatenatePart::Text(octets.into())];
                (AppendMessage::catenate(parts), words)
            }
            _ => (AppendMessage::new(octets), text),
        }
    }

    /// A date with its time and zone, and how it stands between quotes.
    fn internal_date(&mut self) -> (chrono::DateTime<FixedOffset>, String) {
        let (year, month, day) = self.date_of();
        let name = MONTHS[month as usize - 1];
        let (hour, minute) = (self.choices.byte() % 24, self.choices.byte() % 60);
        let (sign, seconds, zone) =
            self.one_of(&[(1, 0, "+0000"), (1, 19800, "+0530"), (-1, 28800, "-0800")]);
        let zone_of = FixedOffset::east_opt(sign * seconds).expect("a zone");
        let time = NaiveDate::from_ymd_opt(i32::from(year), month, day)
            .and_then(|date| date.and_hms_opt(hour.into(), minute.into(), 5));
        let date = zone_of.from_local_datetime(&time.expect("a time"));
        let text = format!("{day:>2}-{name}-{year:04} {hour:02}:{minute:02}:05 {zone}");
        (date.single().expect("one time"), text)
    }

    /// Strings behind each other, one bare and several in parentheses.
    pub(super) fn one_or_list(wanted: Vec<Want>) -> Words {
        if wanted.len() == 1 {
            return Words(wanted);
        }
        Words::of("(").all(Words(wanted)).words(")")
    }
}
