//! A command as the engine takes it: its octets in segments, and what the engine must know of it.

use std::fmt;
use std::io::Write as _;

use bytes::Bytes;

use super::effect::{apply_known, note_piece};
use super::{Claims, CommandId, Effect, Pipelining, SubmitError};
use crate::types::{ByteString, Flag, Flags, MailboxName, NumberSet, Secret};

/// One command, without its tag: what to write, when it may be written, and which responses
/// belong to it.
///
/// Segments are kept apart until the command is sent, since a string is written as atom, quoted
/// string or literal by what the connection then allows.
#[derive(Debug)]
pub struct Request {
    pub(crate) segments: Vec<Segment>,
    pub(crate) pipelining: Pipelining,
    pub(crate) claims: Claims,
    pub(crate) states: States,
    pub(crate) effect: Effect,
    pub(crate) needs: Needs,
    /// The caller says that it may be given twice.
    pub(crate) repeatable: bool,
}

/// What a command needs of the connection at the time it is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// The result of the last search, `$`.
    pub(crate) saved_result: bool,
    /// The message with the highest number, `*`.
    pub(crate) highest: bool,
    /// Message numbers as they were when the mailbox was last selected.
    pub(crate) match_data: bool,
    /// Octets of the largest message to append.
    pub(crate) message: u64,
}

/// A piece of a command.
#[derive(Clone)]
pub(crate) enum Segment {
    /// Syntax, written as it is. Checked when built: no CR, LF or NUL.
    Syntax(Vec<u8>),
    /// `astring`: an atom, quoted string or literal, whichever fits.
    Astring(Bytes),
    /// `string`: quoted or literal.
    QuotedOrLiteral(Bytes),
    /// A mailbox name, in the dialect valid when it is sent.
    Mailbox(MailboxName),
    /// A mailbox pattern of LIST, in the dialect valid when it is sent; `%` and `*` stand bare.
    Pattern(MailboxName),
    /// Always a literal.
    Literal(Bytes),
    /// A literal8, `~{n}`, where the server takes one or the data needs it; else a literal.
    Literal8(Bytes),
    /// A literal8 wherever it stands.
    AlwaysLiteral8(Bytes),
    /// Syntax that is left out once UTF-8 is enabled, such as ` CHARSET UTF-8` (RFC 9755 §3).
    UnlessUtf8(&'static [u8]),
    /// A password: like `Astring`, never shown, wiped after it was sent.
    SecretAstring(Secret),
    /// SASL initial response in base64, never shown.
    SecretSyntax(Secret),
    /// A literal of this many octets that the caller supplies in pieces.
    Upload(Upload),
    /// The tag of another command of the connection, quoted.
    Tag(CommandId),
}

/// The kind only: any piece of LOGIN or AUTHENTICATE may be a password.
impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax(_) => "Syntax",
            Self::Astring(_) => "Astring",
            Self::QuotedOrLiteral(_) => "QuotedOrLiteral",
            Self::Mailbox(_) => "Mailbox",
            Self::Pattern(_) => "Pattern",
            Self::Literal(_) => "Literal",
            Self::Literal8(_) | Self::AlwaysLiteral8(_) => "Literal8",
            Self::UnlessUtf8(_) => "UnlessUtf8",
            Self::SecretAstring(_) | Self::SecretSyntax(_) => "Secret",
            Self::Upload(_) => "Upload",
            Self::Tag(_) => "Tag",
        })
    }
}

/// A literal whose octets come later, through `append_bytes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Upload {
    /// Octets.
    pub(crate) size: u64,
    /// Whether it is a literal8.
    pub(crate) binary: bool,
}

/// The states a command is valid in (RFC 9051 §3), as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct States(pub(crate) u8);

impl States {
    /// Before login.
    pub const NOT_AUTHENTICATED: Self = Self(1);
    /// After login, no mailbox selected.
    pub const AUTHENTICATED: Self = Self(2);
    /// With a mailbox selected.
    pub const SELECTED: Self = Self(4);
    /// After login, with or without a mailbox.
    pub const AFTER_LOGIN: Self = Self(6);
    /// Always.
    pub const ANY: Self = Self(7);
    /// Never.
    pub const NONE: Self = Self(0);

    /// Whether every state of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether some state is in both sets.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The states of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Octets that most commands fit in.
const COMMON: usize = 48;

impl Request {
    /// Starts a command of this name: an atom of letters, digits, `-`, `.`, and spaces between
    /// words, such as `UID FETCH`. The names of commands that change the connection's state mean
    /// that here too.
    ///
    /// # Errors
    ///
    /// [`SubmitError::InvalidAtom`] when the name is something else, [`SubmitError::Reserved`]
    /// for IDLE.
    pub fn new(name: &str) -> Result<Self, SubmitError> {
        let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._+ ".contains(&b);
        if name.is_empty() || !name.bytes().all(legal) {
            return Err(SubmitError::InvalidAtom);
        }
        let request = Self {
            segments: vec![Segment::Syntax(name.as_bytes().to_vec())],
            pipelining: Pipelining::OTHER,
            claims: Claims::none(),
            states: States::ANY,
            effect: Effect::None,
            needs: Needs::default(),
            repeatable: false,
        };
        apply_known(request, name)
    }

    /// A command of this crate's own.
    pub(crate) fn known(name: &'static str, states: States, pipelining: Pipelining) -> Self {
        let mut syntax = Vec::with_capacity(COMMON);
        syntax.extend_from_slice(name.as_bytes());
        Self {
            segments: vec![Segment::Syntax(syntax)],
            pipelining,
            claims: Claims::none(),
            states,
            effect: Effect::None,
            needs: Needs::default(),
            repeatable: false,
        }
    }

    /// The states in which it may be sent; any, unless said.
    #[must_use]
    pub fn states(mut self, states: States) -> Self {
        self.states = states;
        self
    }

    /// Its pipelining class; [`Pipelining::OTHER`], unless said.
    #[must_use]
    pub fn pipelining(mut self, pipelining: Pipelining) -> Self {
        self.pipelining = pipelining;
        self
    }

    /// The responses that belong to it; none, unless said.
    #[must_use]
    pub fn claims(mut self, claims: Claims) -> Self {
        self.claims = claims;
        self
    }

    /// Adds a space.
    #[must_use]
    pub fn space(self) -> Self {
        self.syntax_unchecked(b" ")
    }

    /// Adds syntax of the caller's: anything but CR, LF and NUL, with whole quoted strings, and
    /// braces only in these.
    ///
    /// # Errors
    ///
    /// [`SubmitError::InvalidSyntax`] for anything else: a literal behind a quotation mark without
    /// its pair would be read as a new command, and `{n` would announce a literal of its own.
    pub fn syntax(mut self, syntax: &str) -> Result<Self, SubmitError> {
        let bytes = syntax.as_bytes();
        if !is_whole(bytes) {
            return Err(SubmitError::InvalidSyntax);
        }
        note_piece(&mut self.effect, &Segment::Syntax(bytes.to_vec()));
        Ok(self.syntax_unchecked(bytes))
    }

    /// Adds a string in the shortest form that holds it: atom, quoted or literal.
    #[must_use]
    pub fn astring(self, string: impl Into<Bytes>) -> Self {
        self.push(Segment::Astring(string.into()))
    }

    /// Adds a string, quoted or as a literal.
    #[must_use]
    pub fn string(self, string: impl Into<Bytes>) -> Self {
        self.push(Segment::QuotedOrLiteral(string.into()))
    }

    /// Adds a mailbox name.
    #[must_use]
    pub fn mailbox(self, mailbox: impl Into<MailboxName>) -> Self {
        self.push(Segment::Mailbox(mailbox.into()))
    }

    /// Adds an atom (RFC 9051 §9 `atom`).
    ///
    /// # Errors
    ///
    /// [`SubmitError::InvalidAtom`] when it is none.
    pub fn atom(self, name: &str) -> Result<Self, SubmitError> {
        if !is_atom(name.as_bytes()) {
            return Err(SubmitError::InvalidAtom);
        }
        Ok(self.put(name))
    }

    /// Adds a string, or NIL.
    #[must_use]
    pub fn nstring(self, string: Option<ByteString>) -> Self {
        match string {
            Some(string) => self.string(string.into_bytes()),
            None => self.put("NIL"),
        }
    }

    /// Adds a flag: a keyword, or a `\\` flag that a client may set (RFC 9051 §2.3.2).
    ///
    /// # Errors
    ///
    /// [`SubmitError::InvalidFlag`] for `\\Recent`, `\\*`, and what is no flag.
    pub fn flag(self, flag: &Flag) -> Result<Self, SubmitError> {
        if *flag == Flag::Recent {
            return Err(SubmitError::InvalidFlag);
        }
        self.flag_name(flag.as_bytes())
    }

    /// Adds a list of flags, such as `(\\Seen $Forwarded)`.
    ///
    /// # Errors
    ///
    /// As [`flag`](Self::flag).
    pub fn flags(mut self, flags: &Flags) -> Result<Self, SubmitError> {
        if flags.may_create() {
            return Err(SubmitError::InvalidFlag);
        }
        self = self.put("(");
        for (at, flag) in flags.iter().enumerate() {
            if at > 0 {
                self = self.space();
            }
            self = self.flag(&flag)?;
        }
        Ok(self.put(")"))
    }

    /// Adds a set of messages.
    ///
    /// # Errors
    ///
    /// [`SubmitError::EmptySet`] when there is none in it.
    pub fn set<N>(self, set: &NumberSet<N>) -> Result<Self, SubmitError> {
        if set.is_empty() {
            return Err(SubmitError::EmptySet);
        }
        let mut request = self.put(set);
        request.needs.highest |= set.names_highest();
        Ok(request)
    }

    /// Adds a number.
    #[must_use]
    pub fn number(self, number: u64) -> Self {
        self.put(number)
    }

    /// Adds a secret string in the shortest form that holds it. It is never shown, and wiped
    /// after it was sent.
    #[must_use]
    pub fn secret(self, secret: impl Into<Secret>) -> Self {
        self.push(Segment::SecretAstring(secret.into()))
    }

    /// Adds a literal.
    #[must_use]
    pub fn literal(self, data: impl Into<Bytes>) -> Self {
        self.push(Segment::Literal(data.into()))
    }

    /// Adds a literal8, which may hold NUL; only where BINARY or the like allows it (RFC 3516).
    #[must_use]
    pub fn literal8(self, data: impl Into<Bytes>) -> Self {
        self.push(Segment::Literal8(data.into()))
    }

    /// Adds a literal of `size` octets that the caller supplies in pieces.
    #[must_use]
    pub fn upload(self, size: u64) -> Self {
        self.push(Segment::Upload(Upload {
            size,
            binary: false,
        }))
    }

    /// Checks that everything in it can be sent, whatever the connection then allows.
    ///
    /// # Errors
    ///
    /// The first argument that cannot be sent: [`SubmitError::InvalidSyntax`],
    /// [`SubmitError::InvalidMailbox`], [`SubmitError::NulInString`], [`SubmitError::OutOfRange`].
    pub(crate) fn validate(&self) -> Result<(), SubmitError> {
        self.segments.iter().try_for_each(Segment::check)
    }

    /// Octets that it will take in the outbound queue, roughly; literals are the caller's memory.
    pub(crate) fn weight(&self) -> usize {
        let octets = |segment: &Segment| match segment {
            Segment::Syntax(bytes) => bytes.len(),
            Segment::Astring(bytes) | Segment::QuotedOrLiteral(bytes) => bytes.len(),
            Segment::Mailbox(name) | Segment::Pattern(name) => name.as_wire_bytes().len(),
            Segment::SecretAstring(secret) | Segment::SecretSyntax(secret) => secret.expose().len(),
            Segment::UnlessUtf8(syntax) => syntax.len(),
            Segment::Tag(_) => 16,
            Segment::Literal(_)
            | Segment::Literal8(_)
            | Segment::AlwaysLiteral8(_)
            | Segment::Upload(_) => 0,
        };
        self.segments.iter().map(octets).sum()
    }

    /// Whether it may go out in the clear where TLS is required: it tells nothing.
    pub(crate) fn is_allowed_before_tls(&self) -> bool {
        let allowed: [&[u8]; 4] = [b"CAPABILITY", b"NOOP", b"STARTTLS", b"LOGOUT"];
        match self.segments.as_slice() {
            [Segment::Syntax(name)] => allowed
                .iter()
                .any(|allowed| name.eq_ignore_ascii_case(allowed)),
            _ => false,
        }
    }

    /// Adds syntax that this crate built itself, as it shows.
    pub(crate) fn put(mut self, syntax: impl fmt::Display) -> Self {
        if let Some(Segment::Syntax(last)) = self.segments.last_mut() {
            // Memory takes all that is written.
            let _ = write!(last, "{syntax}");
            return self;
        }
        self.push(Segment::Syntax(syntax.to_string().into_bytes()))
    }

    /// Adds elements with a space between them.
    pub(crate) fn spaced<T>(
        mut self,
        elements: impl IntoIterator<Item = T>,
        write: impl Fn(Self, T) -> Self,
    ) -> Self {
        for (at, element) in elements.into_iter().enumerate() {
            if at > 0 {
                self = self.space();
            }
            self = write(self, element);
        }
        self
    }

    /// Adds a flag or an attribute by its name.
    pub(crate) fn flag_name(self, name: &[u8]) -> Result<Self, SubmitError> {
        if !is_atom(name.strip_prefix(b"\\").unwrap_or(name)) {
            return Err(SubmitError::InvalidFlag);
        }
        Ok(self.syntax_unchecked(name))
    }

    /// Adds what another builder made.
    pub(crate) fn segments(self, segments: Vec<Segment>) -> Self {
        segments
            .into_iter()
            .fold(self, |request, segment| match segment {
                Segment::Syntax(syntax) => request.syntax_unchecked(&syntax),
                other => request.push(other),
            })
    }

    /// Adds syntax that this crate built itself.
    pub(crate) fn syntax_unchecked(mut self, bytes: &[u8]) -> Self {
        if let Some(Segment::Syntax(last)) = self.segments.last_mut() {
            last.extend_from_slice(bytes);
            return self;
        }
        self.push(Segment::Syntax(bytes.to_vec()))
    }

    pub(crate) fn push(mut self, segment: Segment) -> Self {
        note_piece(&mut self.effect, &segment);
        self.segments.push(segment);
        self
    }

    pub(crate) fn effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }
}

/// Whether syntax can stand before anything: no line end, no open quoted string, no announcement
/// of a literal.
fn is_whole(syntax: &[u8]) -> bool {
    let (mut inside, mut escaped) = (false, false);
    for &byte in syntax {
        match byte {
            0 | b'\r' | b'\n' => return false,
            b'{' if !inside => return false,
            b'"' | b'\\' if escaped => escaped = false,
            _ if escaped => return false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            _ => {}
        }
    }
    !inside
}

/// Whether a command is one that UIDONLY forbids: it names messages by number, or has a form with
/// UID that is to be used instead (RFC 9586 §3.2, §3.8).
pub(crate) fn uses_numbers(class: Pipelining, needs: Needs, segments: &[Segment]) -> bool {
    const FORBIDDEN: [&[u8]; 10] = [
        b"FETCH", b"STORE", b"SEARCH", b"COPY", b"MOVE", b"SORT", b"THREAD", b"CONVERT",
        b"REPLACE", b"PARTIAL",
    ];
    let by_name = match segments.first() {
        Some(Segment::Syntax(syntax)) => {
            let word = syntax
                .split(|&byte| byte == b' ')
                .next()
                .unwrap_or_default();
            FORBIDDEN.iter().any(|name| name.eq_ignore_ascii_case(word))
        }
        _ => false,
    };
    by_name || needs.match_data || class.does & Pipelining::USES_SEQUENCE_NUMBERS != 0
}

/// Whether it is an `atom` (RFC 9051 §9).
pub(crate) fn is_atom(name: &[u8]) -> bool {
    let fits = |byte: &u8| byte.is_ascii_graphic() && !b"(){}%*\"\\]".contains(byte);
    !name.is_empty() && name.iter().all(fits)
}
