//! What a server makes of the octets that a client sent: a small tokenizer of its own, which knows no command.

/// A piece of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// Anything bare: atoms, numbers, sets, flags, names with brackets.
    Word(Vec<u8>),
    /// A quoted string or a literal.
    Text(Vec<u8>),
    /// A literal8.
    Binary(Vec<u8>),
    Open,
    Close,
}

/// One line of the client, with its literals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// Tag and tokens.
    Command(Vec<u8>, Vec<Token>),
    /// `DONE`.
    Done,
    /// A line of a SASL exchange.
    Exchange(Vec<u8>),
    /// A command that ends at the announcement of a literal, since the server refused it.
    Refused(Vec<u8>),
}

/// All that a client said.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) said: Vec<Said>,
    /// How many literals were waited for and sent, in whole lines and in the last octets.
    pub(crate) waited: usize,
    pub(crate) waited_open: usize,
    /// Why the last octets are no whole line, if they are not: `+` is awaited, or octets are.
    pub(crate) unfinished: Option<Unfinished>,
    /// The tag of the last octets, if they are no whole line and begin with a whole tag.
    pub(crate) open: Option<Vec<u8>>,
    /// Octets of whole lines.
    pub(crate) read: usize,
}

/// Where the octets end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfinished {
    /// Behind the announcement of a literal that waits.
    Waiting,
    /// Within a line or a literal.
    Within,
}

/// What a client may send.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    /// Whether quoted strings may be UTF-8.
    pub(crate) utf8: bool,
    /// Octets of the largest literal that need not wait.
    pub(crate) free: usize,
}

impl Dialect {
    /// Everything.
    pub(crate) const ANY: Self = Self {
        utf8: true,
        free: usize::MAX,
    };
}

/// Reads all of it. A tag begins with `prefix`, which no literal of the caller's begins with.
pub(crate) fn hear(octets: &[u8], prefix: &str, dialect: Dialect) -> Heard {
    let mut heard = Heard::default();
    let mut rest = octets;
    while !rest.is_empty() && heard.unfinished.is_none() {
        let mut reader = Reader {
            rest,
            prefix: prefix.as_bytes(),
            dialect,
            waited: 0,
            open: None,
        };
        match reader.line() {
            Ok(said) => {
                heard.said.push(said);
                heard.waited += reader.waited;
                rest = reader.rest;
                heard.read = octets.len() - rest.len();
            }
            Err(unfinished) => {
                heard.waited_open = reader.waited;
                heard.unfinished = Some(unfinished);
                heard.open = reader.open;
            }
        }
    }
    heard
}

struct Reader<'a> {
    rest: &'a [u8],
    prefix: &'a [u8],
    dialect: Dialect,
    waited: usize,
    /// The tag of the line.
    open: Option<Vec<u8>>,
}

impl<'a> Reader<'a> {
    fn line(&mut self) -> Result<Said, Unfinished> {
        if !self.rest.starts_with(self.prefix) {
            let line = self.until_crlf()?;
            let exchange = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=*".contains(byte);
            assert!(
                line.iter().all(exchange),
                "neither command nor exchange: {}",
                line.escape_ascii()
            );
            return Ok(match line {
                b"DONE" => Said::Done,
                other => Said::Exchange(other.to_vec()),
            });
        }
        let tag = self.word();
        self.byte(b' ')?;
        self.open = Some(tag.clone());
        let mut tokens = Vec::new();
        loop {
            let Some(&first) = self.rest.first() else {
                return Err(Unfinished::Within);
            };
            match first {
                b'\r' => {
                    self.byte(b'\r')?;
                    self.byte(b'\n')?;
                    return Ok(Said::Command(tag, tokens));
                }
                b' ' => self.byte(b' ')?,
                b'(' | b')' => {
                    self.byte(first)?;
                    tokens.push(if first == b'(' {
                        Token::Open
                    } else {
                        Token::Close
                    });
                }
                b'"' => tokens.push(Token::Text(self.quoted()?)),
                b'{' | b'~' if self.announces() => match self.literal()? {
                    Some(token) => tokens.push(token),
                    None => return Ok(Said::Refused(tag)),
                },
                _ => tokens.push(Token::Word(self.word())),
            }
        }
    }

    fn byte(&mut self, byte: u8) -> Result<(), Unfinished> {
        let (&first, rest) = self.rest.split_first().ok_or(Unfinished::Within)?;
        assert_eq!(
            char::from(first),
            char::from(byte),
            "in {}",
            self.rest.escape_ascii()
        );
        self.rest = rest;
        Ok(())
    }

    fn until_crlf(&mut self) -> Result<&'a [u8], Unfinished> {
        let end = self.rest.windows(2).position(|pair| pair == b"\r\n");
        let end = end.ok_or(Unfinished::Within)?;
        let line = &self.rest[..end];
        self.rest = &self.rest[end + 2..];
        Ok(line)
    }

    /// Anything up to a space, a parenthesis, a quote or an end of a line.
    fn word(&mut self) -> Vec<u8> {
        let ends = |byte: &u8| b" ()\"\r\n".contains(byte);
        let length = self.rest.iter().position(ends).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(length);
        assert!(
            !word.is_empty() && word.iter().all(u8::is_ascii_graphic),
            "in {}",
            self.rest.escape_ascii()
        );
        self.rest = rest;
        word.to_vec()
    }

    fn quoted(&mut self) -> Result<Vec<u8>, Unfinished> {
        self.byte(b'"')?;
        let mut text = Vec::new();
        loop {
            let (&first, rest) = self.rest.split_first().ok_or(Unfinished::Within)?;
            self.rest = rest;
            match first {
                b'"' => return Ok(text),
                b'\\' => {
                    let (&escaped, rest) = self.rest.split_first().ok_or(Unfinished::Within)?;
                    assert!(matches!(escaped, b'"' | b'\\'), "escapes {escaped}");
                    self.rest = rest;
                    text.push(escaped);
                }
                0 | b'\r' | b'\n' => panic!("{first} in a quoted string"),
                0x80.. => {
                    assert!(self.dialect.utf8, "{first} in a quoted string");
                    text.push(first);
                }
                other => text.push(other),
            }
        }
    }

    /// Whether a literal begins here, and not a word with a brace in front.
    fn announces(&self) -> bool {
        let inner = self.rest.strip_prefix(b"~").unwrap_or(self.rest);
        let Some(inner) = inner.strip_prefix(b"{") else {
            return false;
        };
        let digits = inner
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let behind = &inner[digits..];
        let behind = behind.strip_prefix(b"+").unwrap_or(behind);
        digits > 0 && (behind.starts_with(b"}\r\n") || b"}\r\n".starts_with(behind))
    }

    /// A literal; `None` when the server refused it, so that another command follows, or none.
    fn literal(&mut self) -> Result<Option<Token>, Unfinished> {
        let announcement = self.until_crlf()?;
        let binary = announcement.starts_with(b"~");
        let free = announcement.ends_with(b"+}");
        let digits: Vec<u8> = announcement
            .iter()
            .copied()
            .filter(u8::is_ascii_digit)
            .collect();
        let size: usize = String::from_utf8_lossy(&digits).parse().expect("a length");
        assert!(
            !free || size <= self.dialect.free,
            "{size} octets do not wait"
        );
        if !free && self.rest.is_empty() {
            return Err(Unfinished::Waiting);
        }
        if !free && self.rest.starts_with(self.prefix) {
            return Ok(None);
        }
        if !free && self.prefix.starts_with(self.rest) {
            return Err(Unfinished::Within); // a tag, cut
        }
        self.waited += usize::from(!free);
        if self.rest.len() < size {
            return Err(Unfinished::Within);
        }
        let (octets, rest) = self.rest.split_at(size);
        self.rest = rest;
        Ok(Some(if binary {
            Token::Binary(octets.to_vec())
        } else {
            Token::Text(octets.to_vec())
        }))
    }
}
