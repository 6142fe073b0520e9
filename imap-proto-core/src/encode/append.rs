//! APPEND (RFC 9051 §6.3.12, RFC 3502).

use bytes::Bytes;

use super::{
    Annotations, Command, MissingAnswer, Pipelining, Request, Segment, States, SubmitError, Upload,
};
use crate::types::{AppendUid, Code, Completion, Data, Flags, InternalDate, MailboxName};

/// APPEND of a message to a mailbox (RFC 9051 §6.3.12).
///
/// The answer is where it went, where the server tells it (UIDPLUS, IMAP4rev2).
///
/// ```
/// use imap_proto_core::encode::{Append, AppendMessage, Command};
/// use imap_proto_core::types::{Flag, Flags};
/// let message = AppendMessage::new("Subject: hello\r\n\r\nHow are you?\r\n")
///     .flags([Flag::Seen].into_iter().collect::<Flags>());
/// assert!(Append::new("saved-messages", message).request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    mailbox: MailboxName,
    messages: Vec<AppendMessage>,
}

impl Append {
    /// APPEND of this message.
    pub fn new(mailbox: impl Into<MailboxName>, message: AppendMessage) -> Self {
        Self {
            mailbox: mailbox.into(),
            messages: vec![message],
        }
    }

    /// Another message in the same command: all are appended, or none (RFC 3502; needs
    /// MULTIAPPEND).
    #[must_use]
    pub fn message(mut self, message: AppendMessage) -> Self {
        self.messages.push(message);
        self
    }
}

impl Command for Append {
    type Item = std::convert::Infallible;
    type Partial = ();
    type Output = Option<AppendUid>;

    fn request(self) -> Result<Request, SubmitError> {
        let class = Pipelining::MAILBOX_READER;
        let request = Request::known("APPEND ", States::AFTER_LOGIN, class);
        let request = request.mailbox(self.mailbox);
        self.messages.into_iter().try_fold(request, Request::append)
    }

    fn item(data: Data) -> Result<Self::Item, Data> {
        Err(data)
    }

    fn add((): &mut (), item: Self::Item) {
        match item {}
    }

    fn finish((): (), completion: &Completion) -> Result<Self::Output, MissingAnswer> {
        Ok(match &completion.text.code {
            Some(Code::AppendUid(uid)) => Some((**uid).clone()),
            _ => None,
        })
    }
}

/// A message to append: in memory, or of a known size and supplied in pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendMessage {
    flags: Option<Flags>,
    date: Option<InternalDate>,
    annotations: Option<Annotations>,
    data: MessageData,
    binary: bool,
    utf8: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum MessageData {
    Here(Bytes),
    Later(u64),
    Catenated(Vec<CatenatePart>),
}

/// A part of a message that the server puts together (RFC 4469 §3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CatenatePart {
    /// `TEXT`: these octets.
    Text(Bytes),
    /// `TEXT`: so many octets, to be supplied when the connection asks for them.
    Upload(u64),
    /// `URL`: a message, or a section of one, on the same server, such as
    /// `/Drafts/;UID=20/;SECTION=1.2` (RFC 5092).
    Url(String),
}

impl AppendMessage {
    /// A message in memory, as RFC 5322 has it. It is not copied.
    pub fn new(message: impl Into<Bytes>) -> Self {
        Self::with(MessageData::Here(message.into()))
    }

    /// A message in memory whose line ends are those of some system: each CR or LF that stands
    /// alone becomes CRLF, as RFC 5322 wants it. It is copied.
    ///
    /// ```
    /// use imap_proto_core::encode::AppendMessage;
    /// let wire = AppendMessage::new("Subject: x\r\n\r\nhello\r\n");
    /// assert_eq!(AppendMessage::with_line_ends("Subject: x\n\nhello\n"), wire);
    /// ```
    pub fn with_line_ends(message: impl AsRef<[u8]>) -> Self {
        let message = message.as_ref();
        let mut octets = Vec::with_capacity(message.len() + message.len() / 32);
        let mut rest = message.iter().copied().peekable();
        while let Some(octet) = rest.next() {
            match octet {
                b'\r' => {
                    rest.next_if_eq(&b'\n');
                    octets.extend_from_slice(b"\r\n");
                }
                b'\n' => octets.extend_from_slice(b"\r\n"),
                octet => octets.push(octet),
            }
        }
        Self::new(octets)
    }

    /// A message of so many octets, to be supplied when the connection asks for it.
    pub fn upload(size: u64) -> Self {
        Self::with(MessageData::Later(size))
    }

    /// A message that the server puts together of these parts, some of which it has already
    /// (RFC 4469; needs CATENATE).
    ///
    /// ```
    /// use imap_proto_core::encode::{AppendMessage, CatenatePart};
    /// let parts = [
    ///     CatenatePart::Url("/Drafts/;UID=20/;SECTION=HEADER".into()),
    ///     CatenatePart::Text("\r\nNew text.\r\n".into()),
    /// ];
    /// let edited = AppendMessage::catenate(parts);
    /// ```
    pub fn catenate(parts: impl IntoIterator<Item = CatenatePart>) -> Self {
        Self::with(MessageData::Catenated(parts.into_iter().collect()))
    }

    fn with(data: MessageData) -> Self {
        Self {
            flags: None,
            date: None,
            annotations: None,
            data,
            binary: false,
            utf8: false,
        }
    }

    /// Its flags.
    #[must_use]
    pub fn flags(mut self, flags: Flags) -> Self {
        self.flags = Some(flags);
        self
    }

    /// Its internal date; else it is the time when it arrives.
    #[must_use]
    pub fn date(mut self, date: impl Into<InternalDate>) -> Self {
        self.date = Some(date.into());
        self
    }

    /// It may hold NUL and is sent as a literal8 (RFC 3516 §4.4; needs BINARY).
    #[must_use]
    pub fn binary(mut self) -> Self {
        self.binary = true;
        self
    }

    /// Annotations to make with it (RFC 5257 §4.7; needs ANNOTATE-EXPERIMENT-1).
    #[must_use]
    pub fn annotations(mut self, annotations: Annotations) -> Self {
        self.annotations = Some(annotations);
        self
    }

    /// It has 8-bit header fields, and goes to a server of RFC 6855, which wants that told
    /// (RFC 6855 §4; UTF8=ACCEPT must be enabled). RFC 9755 has no such form: a server of it takes
    /// the message as any other.
    #[must_use]
    pub fn utf8(mut self) -> Self {
        self.utf8 = true;
        self
    }

    /// Octets, as far as they are known here.
    fn size(&self) -> u64 {
        match &self.data {
            MessageData::Here(data) => data.len() as u64,
            MessageData::Later(size) => *size,
            MessageData::Catenated(parts) => {
                let size = |part: &CatenatePart| match part {
                    CatenatePart::Text(text) => text.len() as u64,
                    CatenatePart::Upload(size) => *size,
                    CatenatePart::Url(_) => 0,
                };
                parts.iter().map(size).fold(0, u64::saturating_add)
            }
        }
    }
}

impl Request {
    /// Adds flags, date and data of a message.
    pub(super) fn append(mut self, message: AppendMessage) -> Result<Self, SubmitError> {
        self.needs.message = self.needs.message.max(message.size());
        if let Some(flags) = &message.flags {
            self = self.space().flags(flags)?;
        }
        if let Some(date) = &message.date {
            if !date.is_writable() {
                return Err(SubmitError::InvalidDate);
            }
            self = self.put(format_args!(" \"{date}\""));
        }
        if let Some(annotations) = message.annotations {
            self = self.space().annotations(annotations)?;
        }
        let (binary, utf8) = (message.binary, message.utf8);
        let segment = match message.data {
            MessageData::Later(size) => Segment::Upload(Upload {
                size,
                binary: binary || utf8,
            }),
            MessageData::Here(data) if utf8 => Segment::AlwaysLiteral8(data),
            MessageData::Here(data) if binary => Segment::Literal8(data),
            MessageData::Here(data) => Segment::Literal(data),
            MessageData::Catenated(parts) if parts.is_empty() => {
                return Err(SubmitError::EmptyList("parts of a message"));
            }
            MessageData::Catenated(_) if binary || utf8 => {
                return Err(SubmitError::Conflict("BINARY or UTF8, and CATENATE"));
            }
            MessageData::Catenated(parts) => return Ok(self.catenate(parts)),
        };
        if utf8 {
            return Ok(self.put(" UTF8 (").push(segment).put(")"));
        }
        Ok(self.space().push(segment))
    }

    fn catenate(self, parts: Vec<CatenatePart>) -> Self {
        let write = |request: Self, part| match part {
            CatenatePart::Text(text) => request.put("TEXT ").literal(text),
            CatenatePart::Upload(size) => request.put("TEXT ").upload(size),
            CatenatePart::Url(url) => request.put("URL ").string(url),
        };
        self.put(" CATENATE (").spaced(parts, write).put(")")
    }
}
