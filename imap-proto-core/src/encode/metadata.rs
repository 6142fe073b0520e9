//! Annotations of mailboxes and servers (RFC 5464 §4.2, §4.3).

use super::answer::{answers_nothing, takes};
use super::{Claim, Claims, Command, MissingAnswer, Pipelining, Request, States, SubmitError};
use crate::types::{
    ByteString, Code, Completion, Data, MailboxName, MetadataCode, MetadataEntries,
    MetadataResponse,
};

/// GETMETADATA: annotations of a mailbox, or of the server (RFC 5464 §4.2; needs METADATA, or
/// METADATA-SERVER for those of the server).
///
/// ```
/// use imap_proto_core::encode::{Command, GetMetadata, MetadataDepth};
/// let comment = GetMetadata::new("INBOX", ["/private/comment"]).max_size(1024);
/// assert!(comment.request().is_ok());
/// let server = GetMetadata::server(["/shared/admin"]).depth(MetadataDepth::Infinity);
/// assert!(server.request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetMetadata {
    mailbox: MailboxName,
    entries: Vec<String>,
    max_size: Option<u32>,
    depth: Option<MetadataDepth>,
}

/// How far below the entries named to look (RFC 5464 §4.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataDepth {
    /// Not at all.
    Zero,
    /// One level.
    One,
    /// All levels.
    Infinity,
}

/// The answer of GETMETADATA.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Metadata {
    /// Entry names with their values; `None` for no such entry.
    pub entries: Vec<(ByteString, Option<ByteString>)>,
    /// Values over the size asked for were left out; the longest has so many octets
    /// (`LONGENTRIES`).
    pub longest: Option<u64>,
}

impl GetMetadata {
    /// GETMETADATA of these entries of the mailbox.
    pub fn new<E: Into<String>>(
        mailbox: impl Into<MailboxName>,
        entries: impl IntoIterator<Item = E>,
    ) -> Self {
        Self {
            mailbox: mailbox.into(),
            entries: entries.into_iter().map(Into::into).collect(),
            max_size: None,
            depth: None,
        }
    }

    /// GETMETADATA of these entries of the server.
    pub fn server<E: Into<String>>(entries: impl IntoIterator<Item = E>) -> Self {
        Self::new("", entries)
    }

    /// Leaves out values of more octets.
    #[must_use]
    pub fn max_size(mut self, octets: u32) -> Self {
        self.max_size = Some(octets);
        self
    }

    /// Looks below the entries too.
    #[must_use]
    pub fn depth(mut self, depth: MetadataDepth) -> Self {
        self.depth = Some(depth);
        self
    }

    fn options(&self) -> Vec<String> {
        let max_size = self.max_size.map(|octets| format!("MAXSIZE {octets}"));
        let depth = self.depth.map(|depth| {
            let depth = match depth {
                MetadataDepth::Zero => "0",
                MetadataDepth::One => "1",
                MetadataDepth::Infinity => "infinity",
            };
            format!("DEPTH {depth}")
        });
        max_size.into_iter().chain(depth).collect()
    }
}

impl Command for GetMetadata {
    type Item = MetadataResponse;
    type Partial = Metadata;
    type Output = Metadata;

    takes!(Data::Metadata(metadata) => *metadata);

    fn request(self) -> Result<Request, SubmitError> {
        if self.entries.is_empty() {
            return Err(SubmitError::EmptyList("metadata entries"));
        }
        let class = Pipelining::MAILBOX_READER;
        let mut request = Request::known("GETMETADATA ", States::AFTER_LOGIN, class)
            .claims(Claims::one(Claim::Metadata(self.mailbox.clone())));
        let options = self.options();
        if !options.is_empty() {
            request = request.put(format_args!("({}) ", options.join(" ")));
        }
        request = request.mailbox(self.mailbox).space();
        if let [entry] = self.entries.as_slice() {
            return request.entry(entry);
        }
        let mut before = "(";
        for entry in &self.entries {
            request = request.put(before).entry(entry)?;
            before = " ";
        }
        Ok(request.put(")"))
    }

    fn add(partial: &mut Metadata, item: MetadataResponse) {
        if let MetadataEntries::Values(values) = item.entries {
            partial.entries.extend(values);
        }
    }

    fn finish(mut partial: Metadata, completion: &Completion) -> Result<Metadata, MissingAnswer> {
        if let Some(Code::Metadata(MetadataCode::LongEntries(octets))) = completion.text.code {
            partial.longest = Some(octets);
        }
        Ok(partial)
    }
}

/// SETMETADATA: writes and removes annotations (RFC 5464 §4.3).
///
/// ```
/// use imap_proto_core::encode::{Command, SetMetadata};
/// let comment = SetMetadata::new("INBOX").set("/private/comment", "My new comment");
/// assert!(comment.request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetMetadata {
    mailbox: MailboxName,
    values: Vec<(String, Option<ByteString>)>,
}

impl SetMetadata {
    /// SETMETADATA of the mailbox.
    pub fn new(mailbox: impl Into<MailboxName>) -> Self {
        Self {
            mailbox: mailbox.into(),
            values: Vec::new(),
        }
    }

    /// SETMETADATA of the server.
    pub fn server() -> Self {
        Self::new("")
    }

    /// Writes an entry.
    #[must_use]
    pub fn set(mut self, entry: impl Into<String>, value: impl Into<ByteString>) -> Self {
        self.values.push((entry.into(), Some(value.into())));
        self
    }

    /// Removes an entry.
    #[must_use]
    pub fn remove(mut self, entry: impl Into<String>) -> Self {
        self.values.push((entry.into(), None));
        self
    }
}

impl Command for SetMetadata {
    answers_nothing!();

    fn request(self) -> Result<Request, SubmitError> {
        if self.values.is_empty() {
            return Err(SubmitError::EmptyList("metadata entries"));
        }
        let class = Pipelining::MAILBOX_WRITER;
        let mut request = Request::known("SETMETADATA ", States::AFTER_LOGIN, class)
            .mailbox(self.mailbox)
            .space();
        let mut before = "(";
        for (entry, value) in self.values {
            request = request.put(before).entry(&entry)?.space().annotation(value);
            before = " ";
        }
        Ok(request.put(")"))
    }
}

impl Request {
    /// An entry name: it starts with a slash, ends with none, has no two in a row, no `*`, `%` and
    /// nothing but printable ASCII (RFC 5464 §3.2).
    pub(super) fn entry(self, name: &str) -> Result<Self, SubmitError> {
        let printable = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        let legal = |byte: u8| printable(byte) && !matches!(byte, b'*' | b'%');
        let slashes = name.starts_with('/') && !name.ends_with('/') && !name.contains("//");
        if !slashes || !name.bytes().all(legal) {
            return Err(SubmitError::InvalidAtom);
        }
        Ok(self.astring(name.to_owned()))
    }
}
