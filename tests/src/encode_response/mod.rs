//! Responses to octets: the way back from `parse_response`, for round trips and for servers of tests.
//!
//! What is written follows the grammar of RFC 9051 §9; where a server's quirk was read that the grammar has no form
//! for, the quirk is written again, so that what was read can be written and read with the same result. The exceptions
//! are invalid items of a FETCH without a value, or with a section that nobody understands: what they are read as hangs
//! on what stands behind them.

mod code;
mod extension;
mod fetch;
mod structure;
mod thread;

use imap_proto_core::types::{
    ByteString, Capabilities, Completion, Condition, Data, EsearchData, EsearchResponse, Flags,
    ListResponse, MetadataEntries, Namespace, NumberList, Response, ResponseText, StatusData,
    Token,
};

/// A response with its CRLF.
///
/// ```
/// use imap_proto_core::types::{Data, Response};
/// use imap_tests::encode_response::encode_response;
///
/// assert_eq!(encode_response(&Response::Data(Data::Exists(23))), b"* 23 EXISTS\r\n");
/// ```
pub fn encode_response(response: &Response) -> Vec<u8> {
    let mut encoder = Encoder::default();
    encoder.response(response);
    encoder.octets
}

/// The strings of a response that a server may quote, as they were written, for tests of where they come from.
pub fn strings_of(response: &Response) -> Vec<Vec<u8>> {
    let mut encoder = Encoder::default();
    encoder.response(response);
    encoder.strings
}

/// What was written so far.
#[derive(Default)]
struct Encoder {
    octets: Vec<u8>,
    strings: Vec<Vec<u8>>,
    /// Within a condition, where no literal may stand.
    in_code: bool,
}

impl Encoder {
    fn raw(&mut self, octets: impl AsRef<[u8]>) -> &mut Self {
        self.octets.extend_from_slice(octets.as_ref());
        self
    }

    /// Anything that shows as it stands on the wire.
    fn shown(&mut self, value: impl std::fmt::Display) -> &mut Self {
        self.raw(value.to_string())
    }

    /// A quoted string, or a literal where one is needed.
    fn string(&mut self, string: impl AsRef<[u8]>) -> &mut Self {
        let string = string.as_ref();
        self.strings.push(string.to_vec());
        let quotable = string
            .iter()
            .all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
        if !quotable && !self.in_code {
            let announced = format!("{{{}}}\r\n", string.len());
            return self.raw(announced).raw(string);
        }
        self.raw("\"");
        for &byte in string {
            if matches!(byte, b'"' | b'\\') {
                self.raw("\\");
            }
            self.raw([byte]);
        }
        self.raw("\"")
    }

    fn nstring(&mut self, string: Option<impl AsRef<[u8]>>) -> &mut Self {
        match string {
            Some(string) => self.string(string),
            None => self.raw("NIL"),
        }
    }

    /// Elements with spaces between them, in parentheses.
    fn list<T>(
        &mut self,
        elements: impl IntoIterator<Item = T>,
        write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.raw("(").separated(elements, write).raw(")")
    }

    fn separated<T>(
        &mut self,
        elements: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        for (at, element) in elements.into_iter().enumerate() {
            if at > 0 {
                self.raw(" ");
            }
            write(self, element);
        }
        self
    }

    fn response(&mut self, response: &Response) {
        match response {
            Response::Continuation(continuation) => {
                self.raw("+ ").raw(continuation.text.as_bytes());
            }
            Response::Data(data) => {
                self.raw("* ").data(data);
            }
            Response::Tagged { tag, completion } => {
                let Completion {
                    condition, text, ..
                } = completion;
                self.raw(tag.as_bytes())
                    .raw(" ")
                    .condition(*condition, text);
            }
            _ => unreachable!("the encoder knows all responses"),
        }
        self.raw("\r\n");
    }

    fn condition(&mut self, condition: Condition, text: &ResponseText) {
        self.in_code = true;
        self.raw(condition.as_str()).raw(" ");
        if let Some(code) = &text.code {
            self.raw("[").code(code);
            self.raw("] ");
        }
        self.raw(text.text.as_bytes());
        self.in_code = false;
    }

    fn data(&mut self, data: &Data) {
        match data {
            Data::Condition { condition, text } => return self.condition(*condition, text),
            Data::Exists(number) => self.shown(number).raw(" EXISTS"),
            Data::Recent(number) => self.shown(number).raw(" RECENT"),
            Data::Expunge(number) => self.shown(number).raw(" EXPUNGE"),
            Data::Fetch(fetch) => self.fetch(fetch),
            Data::Flags(flags) => self.raw("FLAGS ").flags(flags),
            Data::Capability(names) => self.raw("CAPABILITY").capabilities(names),
            Data::Enabled(names) => self.raw("ENABLED").capabilities(names),
            Data::List(list) => self.raw("LIST ").mailbox_list(list),
            Data::Lsub(list) => self.raw("LSUB ").mailbox_list(list),
            Data::Search(numbers) => self.raw("SEARCH").numbers(numbers),
            Data::Sort(numbers) => self.raw("SORT").numbers(numbers),
            Data::Esearch(esearch) => self.raw("ESEARCH").esearch(esearch),
            Data::Thread(thread) => self.raw("THREAD ").thread(thread),
            Data::Vanished { earlier, uids } => {
                let earlier = if *earlier { "(EARLIER) " } else { "" };
                self.raw("VANISHED ").raw(earlier).shown(uids)
            }
            other => self.mailbox_data(other),
        };
        if self.octets.last() == Some(&b'}') {
            self.raw(" "); // an atom that looks like the announcement of a literal
        }
    }

    /// Data of mailboxes and of the server.
    fn mailbox_data(&mut self, data: &Data) -> &mut Self {
        match data {
            Data::Status(status) => {
                self.raw("STATUS ").string(status.mailbox.as_wire_bytes());
                self.raw(" (");
                for item in &status.items {
                    self.status_item(item);
                }
                self.raw(")")
            }
            Data::Namespace(namespace) => {
                let classes = [
                    &namespace.personal,
                    &namespace.other_users,
                    &namespace.shared,
                ];
                self.raw("NAMESPACE ").separated(classes, |to, class| {
                    if class.is_empty() {
                        to.raw("NIL");
                    } else {
                        to.list(class, Self::namespace);
                    }
                })
            }
            Data::Id(id) if id.fields.is_empty() => self.raw("ID NIL"),
            Data::Id(id) => self.raw("ID ").list(&id.fields, |to, (name, value)| {
                to.string(name.as_bytes()).raw(" ");
                to.nstring(value.as_ref().map(ByteString::as_bytes));
            }),
            Data::Quota(quota) => {
                self.raw("QUOTA ").string(quota.root.as_bytes()).raw(" ");
                self.list(&quota.resources, |to, resource| {
                    to.raw(resource.name.as_bytes());
                    to.shown(format_args!(" {} {}", resource.usage, resource.limit));
                })
            }
            Data::QuotaRoot(quota) => {
                self.raw("QUOTAROOT ").string(quota.mailbox.as_wire_bytes());
                self.each_string(quota.roots.iter().map(ByteString::as_bytes))
            }
            Data::Annotation(annotation) => {
                self.raw("ANNOTATION ")
                    .string(annotation.mailbox.as_wire_bytes());
                for entry in &annotation.entries {
                    self.raw(" ").string(entry.name.as_bytes());
                    if !entry.attributes.is_empty() {
                        self.raw(" ").list(&entry.attributes, |to, (name, value)| {
                            to.string(name.as_bytes()).raw(" ");
                            to.nstring(value.as_ref().map(ByteString::as_bytes));
                        });
                    }
                }
                self
            }
            Data::Metadata(metadata) => {
                self.raw("METADATA ")
                    .string(metadata.mailbox.as_wire_bytes());
                match &metadata.entries {
                    MetadataEntries::Changed(names) => {
                        self.each_string(names.iter().map(ByteString::as_bytes))
                    }
                    MetadataEntries::Values(values) => {
                        self.raw(" ").list(values, |to, (name, value)| {
                            to.string(name.as_bytes()).raw(" ");
                            to.nstring(value.as_ref().map(ByteString::as_bytes));
                        })
                    }
                }
            }
            other => self.rights_or_other(other),
        }
    }

    fn rights_or_other(&mut self, data: &Data) -> &mut Self {
        match data {
            Data::Acl(acl) => {
                self.raw("ACL ").string(acl.mailbox.as_wire_bytes());
                let strings = acl.entries.iter();
                self.each_string(
                    strings.flat_map(|(name, rights)| [name.as_bytes(), rights.0.as_bytes()]),
                )
            }
            Data::ListRights(rights) => {
                self.raw("LISTRIGHTS ")
                    .string(rights.mailbox.as_wire_bytes());
                self.each_string([rights.identifier.as_bytes(), rights.required.0.as_bytes()]);
                self.each_string(rights.optional.iter().map(|rights| rights.0.as_bytes()))
            }
            Data::MyRights(rights) => {
                self.raw("MYRIGHTS ").string(rights.mailbox.as_wire_bytes());
                self.each_string([rights.rights.0.as_bytes()])
            }
            other @ (Data::Comparator(_)
            | Data::Conversion(_)
            | Data::Converted(_)
            | Data::GenUrlAuth(_)
            | Data::JmapAccess(_)
            | Data::Language(_)
            | Data::Netscape(_)
            | Data::PushService(_)
            | Data::UrlFetch(_)) => self.extension(other),
            Data::UidBatches(response) => {
                self.raw("UIDBATCHES");
                if let Some(tag) = &response.tag {
                    self.raw(" (TAG ").string(tag.as_bytes()).raw(")");
                }
                if let Some(batches) = &response.batches {
                    self.raw(" ").shown(batches);
                }
                self
            }
            Data::Other(other) => {
                if let Some(number) = other.number {
                    self.shown(number).raw(" ");
                }
                if !other.name.is_empty() {
                    self.raw(other.name.as_bytes()).raw(" ");
                }
                self.separated(&other.tokens, Self::token)
            }
            _ => unreachable!("the encoder knows all data"),
        }
    }

    /// Strings, each behind a space.
    fn each_string<'s>(&mut self, strings: impl IntoIterator<Item = &'s [u8]>) -> &mut Self {
        for string in strings {
            self.raw(" ").string(string);
        }
        self
    }

    fn capabilities(&mut self, names: &Capabilities) -> &mut Self {
        for name in names.iter() {
            self.raw(" ").raw(name.as_bytes());
        }
        self
    }

    fn flags(&mut self, flags: &Flags) -> &mut Self {
        let known = flags.iter().map(|flag| flag.as_bytes().to_vec());
        let names = known.chain(flags.may_create().then(|| b"\\*".to_vec()));
        self.list(names, |to, name| {
            let ends = |byte: &u8| *byte <= b' ' || b"()\"{\x7f".contains(byte);
            if name.is_empty() || name.iter().any(ends) {
                to.in_code = true; // a flag that needs quotes takes no literal
                to.string(name);
                to.in_code = false;
            } else {
                to.raw(name);
            }
        })
    }

    fn mailbox_list(&mut self, list: &ListResponse) -> &mut Self {
        self.list(list.attributes.iter(), |to, attribute| {
            to.raw(attribute.as_bytes());
        });
        self.raw(" ").delimiter(list.delimiter);
        self.raw(" ").string(list.mailbox.as_wire_bytes());
        if let Some(extended) = &list.extended {
            self.raw(" ").list(extended.iter(), |to, (name, value)| {
                to.string(name.as_bytes()).raw(" ").token(value);
            });
        }
        self
    }

    fn delimiter(&mut self, delimiter: Option<u8>) -> &mut Self {
        match delimiter {
            None => self.raw("NIL"),
            Some(byte @ (b'"' | b'\\')) => self.raw([b'"', b'\\', byte, b'"']),
            Some(byte) => self.raw([b'"', byte, b'"']),
        }
    }

    fn namespace(&mut self, namespace: &Namespace) {
        self.raw("(").string(namespace.prefix.as_bytes()).raw(" ");
        self.delimiter(namespace.delimiter);
        for (name, values) in &namespace.extensions {
            self.raw(" ").string(name.as_bytes()).raw(" ");
            self.list(values, Self::token);
        }
        self.raw(")");
    }

    fn numbers(&mut self, list: &NumberList) -> &mut Self {
        for number in &list.numbers {
            self.raw(" ").shown(number);
        }
        if let Some(mod_seq) = list.mod_seq {
            self.shown(format_args!(" (MODSEQ {mod_seq})"));
        }
        self
    }

    fn esearch(&mut self, esearch: &EsearchResponse) -> &mut Self {
        self.raw(" (");
        if let Some(tag) = &esearch.tag {
            self.raw(" TAG ").string(tag.as_bytes());
        }
        if let Some(mailbox) = &esearch.mailbox {
            self.raw(" MAILBOX ").string(mailbox.as_wire_bytes());
        }
        if let Some(uid_validity) = esearch.uid_validity {
            self.raw(" UIDVALIDITY ").shown(uid_validity);
        }
        self.raw(if esearch.uid { ") UID" } else { ")" });
        for item in &esearch.items {
            self.raw(" ").esearch_item(item);
        }
        self
    }

    fn esearch_item(&mut self, item: &EsearchData) -> &mut Self {
        match item {
            EsearchData::Min(number) => self.raw("MIN ").shown(number),
            EsearchData::Max(number) => self.raw("MAX ").shown(number),
            EsearchData::Count(number) => self.raw("COUNT ").shown(number),
            EsearchData::All(set) => self.raw("ALL ").shown(set),
            EsearchData::ModSeq(mod_seq) => self.raw("MODSEQ ").shown(mod_seq),
            EsearchData::Partial(partial) => {
                self.shown(format_args!("PARTIAL ({}:{} ", partial.first, partial.last));
                match &partial.numbers {
                    Some(set) => self.shown(set),
                    None => self.raw("NIL"),
                };
                self.raw(")")
            }
            EsearchData::Relevancy(scores) => self.raw("RELEVANCY ").list(scores, |to, score| {
                to.shown(score);
            }),
            EsearchData::AddTo(updates) => self.raw("ADDTO ").list(updates, |to, (at, set)| {
                to.shown(at).raw(" ").shown(set);
            }),
            EsearchData::RemoveFrom(updates) => {
                self.raw("REMOVEFROM ").list(updates, |to, (at, set)| {
                    to.shown(at).raw(" ").shown(set);
                })
            }
            EsearchData::Other(name, value) => {
                self.raw(name.as_bytes()).raw(" ").token(value);
                self
            }
            _ => unreachable!("the encoder knows all items"),
        }
    }

    /// An item, with a space behind it.
    fn status_item(&mut self, item: &StatusData) {
        match item {
            StatusData::Messages(number) => self.raw("MESSAGES ").shown(number),
            StatusData::Recent(number) => self.raw("RECENT ").shown(number),
            StatusData::UidNext(uid) => self.raw("UIDNEXT ").shown(uid),
            StatusData::UidValidity(validity) => self.raw("UIDVALIDITY ").shown(validity),
            StatusData::Unseen(number) => self.raw("UNSEEN ").shown(number),
            StatusData::Deleted(number) => self.raw("DELETED ").shown(number),
            StatusData::Size(octets) => self.raw("SIZE ").shown(octets),
            StatusData::HighestModSeq(mod_seq) => self.raw("HIGHESTMODSEQ ").shown(mod_seq),
            StatusData::MailboxId(id) => self.raw("MAILBOXID (").string(id.as_bytes()).raw(")"),
            StatusData::AppendLimit(Some(octets)) => self.raw("APPENDLIMIT ").shown(octets),
            StatusData::AppendLimit(None) => self.raw("APPENDLIMIT NIL"),
            StatusData::DeletedStorage(octets) => self.raw("DELETED-STORAGE ").shown(octets),
            StatusData::YahooHighestModSeq(mod_seq) => self.raw("XYMHIGHESTMODSEQ ").shown(mod_seq),
            StatusData::Other(name, value) => {
                self.raw(name.as_bytes()).raw(" ").token(value);
                &mut *self
            }
            StatusData::Invalid(name, raw) => {
                self.raw(name.as_bytes()).raw(" ").raw(raw.as_bytes());
                if raw.as_bytes().starts_with(b"(") || raw.as_bytes().contains(&b'\n') {
                    return; // a quirk: the next name follows a list or a literal at once
                }
                &mut *self
            }
            _ => unreachable!("the encoder knows all items"),
        };
        self.raw(" ");
    }

    fn token(&mut self, token: &Token) {
        match token {
            Token::Atom(atom) => self.raw(atom.as_bytes()),
            Token::Number(number) => self.shown(number),
            Token::String(string) => self.string(string.as_bytes()),
            Token::Binary(string) => {
                let announced = format!("~{{{}}}\r\n", string.len());
                self.raw(announced).raw(string.as_bytes())
            }
            Token::Nil => self.raw("NIL"),
            Token::List(tokens) => self.list(tokens, Self::token),
            _ => unreachable!("the encoder knows all tokens"),
        };
    }
}
