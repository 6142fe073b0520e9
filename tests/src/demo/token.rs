//! Tokens of structured header fields (RFC 5322 §3.2, RFC 2045 §5.1).

/// A token; comments and white space are between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// An atom with its dots, the content of a quoted string, or a domain literal with its brackets.
    Word(Vec<u8>),
    /// One of `<>@,;:=/`, or a bracket or parenthesis out of place.
    Special(u8),
}

/// Reads tokens from an unfolded value.
pub(super) struct Tokens<'a> {
    rest: &'a [u8],
    comment: Option<Vec<u8>>,
    specials: &'static [u8],
}

impl<'a> Tokens<'a> {
    /// Of an address list.
    pub(super) fn new(value: &'a [u8]) -> Self {
        Self {
            rest: value,
            comment: None,
            specials: b"<>@,;:",
        }
    }

    /// Of `Content-Type` and the like.
    pub(super) fn mime(value: &'a [u8]) -> Self {
        Self {
            rest: value,
            comment: None,
            specials: b";=/",
        }
    }

    /// The next token, which stays.
    pub(super) fn peek(&mut self) -> Option<Token> {
        self.skip();
        self.read().map(|(token, _)| token)
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Option<Token> {
        self.skip();
        let (token, length) = self.read()?;
        self.rest = &self.rest[length..];
        Some(token)
    }

    /// The text of the last comment that was passed, once.
    pub(super) fn take_comment(&mut self) -> Option<Vec<u8>> {
        self.skip();
        self.comment.take()
    }

    /// Passes white space and comments.
    fn skip(&mut self) {
        loop {
            self.rest = self.rest.trim_ascii_start();
            let [b'(', inner @ ..] = self.rest else {
                return;
            };
            let (comment, length) = comment(inner);
            self.comment = Some(comment);
            self.rest = &inner[length..];
        }
    }

    fn read(&self) -> Option<(Token, usize)> {
        let first = *self.rest.first()?;
        if first == b'"' {
            let (content, length) = quoted(&self.rest[1..], b'"');
            return Some((Token::Word(content), length + 1));
        }
        if first == b'[' {
            let end = self
                .rest
                .iter()
                .position(|byte| *byte == b']')
                .map_or(self.rest.len(), |at| at + 1);
            return Some((Token::Word(self.rest[..end].to_vec()), end));
        }
        let stops = |byte: &u8| b" \t\"()".contains(byte) || self.specials.contains(byte);
        match self.rest.iter().position(stops).unwrap_or(self.rest.len()) {
            0 => Some((Token::Special(first), 1)),
            length => Some((Token::Word(self.rest[..length].to_vec()), length)),
        }
    }
}

/// The content of a quoted string behind its opening quote, and its length with the closing one.
fn quoted(bytes: &[u8], end: u8) -> (Vec<u8>, usize) {
    let mut content = Vec::new();
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate() {
        match *byte {
            b'\\' if !escaped => escaped = true,
            byte if byte == end && !escaped => return (content, at + 1),
            byte => {
                content.push(byte);
                escaped = false;
            }
        }
    }
    (content, bytes.len())
}

/// The content of a comment behind its `(`, and its length with the `)`; comments nest.
fn comment(bytes: &[u8]) -> (Vec<u8>, usize) {
    let mut content = Vec::new();
    let (mut depth, mut escaped) = (0, false);
    for (at, byte) in bytes.iter().enumerate() {
        match *byte {
            b'\\' if !escaped => {
                escaped = true;
                continue;
            }
            b'(' if !escaped => depth += 1,
            b')' if !escaped && depth == 0 => return (content, at + 1),
            b')' if !escaped => depth -= 1,
            _ => {}
        }
        escaped = false;
        content.push(*byte);
    }
    (content, bytes.len())
}
