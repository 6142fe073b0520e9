//! The arguments of a command (RFC 3501 §9), read from its bytes with literals in place.

use super::set::Set;

/// What is wrong with a command; its tagged answer is BAD.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed(pub(super) &'static str);

/// The rest of a command.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arguments<'a> {
    rest: &'a [u8],
}

type Parsed<T> = Result<T, Malformed>;

impl<'a> Arguments<'a> {
    /// Of a command without its last CRLF.
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    /// The next byte.
    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Takes a byte if it is the next one.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    /// Takes a byte that must come.
    pub(super) fn expect(&mut self, byte: u8) -> Parsed<()> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(Malformed("unexpected character"))
        }
    }

    /// Takes the space between two arguments.
    pub(super) fn space(&mut self) -> Parsed<()> {
        self.expect(b' ')
            .map_err(|_| Malformed("space or argument missing"))
    }

    /// Nothing may follow.
    pub(super) fn end(&self) -> Parsed<()> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Malformed("too many arguments"))
        }
    }

    /// Takes bytes while they are wanted; at least one.
    fn run(&mut self, wanted: impl Fn(u8) -> bool) -> Parsed<&'a [u8]> {
        let length = self
            .rest
            .iter()
            .position(|byte| !wanted(*byte))
            .unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at(length);
        self.rest = rest;
        if run.is_empty() {
            Err(Malformed("argument missing"))
        } else {
            Ok(run)
        }
    }

    /// An atom, in upper case.
    pub(super) fn keyword(&mut self) -> Parsed<String> {
        let atom = self.run(is_atom)?;
        Ok(String::from_utf8_lossy(atom).to_ascii_uppercase())
    }

    /// A word of FETCH or SEARCH: letters, digits, dots and hyphens, in upper case.
    pub(super) fn name(&mut self) -> Parsed<String> {
        let name = self.run(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))?;
        Ok(String::from_utf8_lossy(name).to_ascii_uppercase())
    }

    /// A number.
    pub(super) fn number(&mut self) -> Parsed<u64> {
        let digits = self.run(|byte| byte.is_ascii_digit())?;
        let number = std::str::from_utf8(digits)
            .ok()
            .and_then(|digits| digits.parse().ok());
        number.ok_or(Malformed("number too large"))
    }

    /// A sequence set.
    pub(super) fn set(&mut self) -> Parsed<Set> {
        let text = self.run(|byte| byte.is_ascii_digit() || b":*,".contains(&byte))?;
        Set::parse(text).ok_or(Malformed("invalid sequence set"))
    }

    /// A quoted string or a literal.
    pub(super) fn string(&mut self) -> Parsed<Vec<u8>> {
        match self.peek() {
            Some(b'"') => self.quoted(),
            Some(b'{') => self.literal(),
            _ => Err(Malformed("string expected")),
        }
    }

    /// An atom, which may hold `]`, or a string.
    pub(super) fn astring(&mut self) -> Parsed<Vec<u8>> {
        match self.peek() {
            Some(b'"' | b'{') => self.string(),
            _ => self
                .run(|byte| is_atom(byte) || byte == b']')
                .map(<[u8]>::to_vec),
        }
    }

    /// A mailbox name, as it is on the wire; INBOX in upper case.
    pub(super) fn mailbox(&mut self) -> Parsed<String> {
        mailbox_name(&self.astring()?)
    }

    /// A pattern of LIST.
    pub(super) fn list_mailbox(&mut self) -> Parsed<String> {
        let bytes = match self.peek() {
            Some(b'"' | b'{') => self.string()?,
            _ => self
                .run(|byte| is_atom(byte) || b"]%*".contains(&byte))?
                .to_vec(),
        };
        ascii(bytes)
    }

    /// Flags in parentheses.
    pub(super) fn flags(&mut self) -> Parsed<Vec<String>> {
        self.expect(b'(')?;
        let mut flags = Vec::new();
        while !self.take(b')') {
            if !flags.is_empty() {
                self.space()?;
            }
            flags.push(self.flag()?);
        }
        Ok(flags)
    }

    /// One flag or keyword.
    pub(super) fn flag(&mut self) -> Parsed<String> {
        let system = self.take(b'\\');
        let name = String::from_utf8_lossy(self.run(is_atom)?).into_owned();
        if !system {
            return Ok(name);
        }
        let known = ["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"];
        let found = known
            .iter()
            .find(|flag| flag[1..].eq_ignore_ascii_case(&name));
        found
            .map(|flag| (*flag).to_owned())
            .ok_or(Malformed("no such system flag"))
    }

    /// Words in parentheses, in upper case.
    pub(super) fn keywords(&mut self) -> Parsed<Vec<String>> {
        self.expect(b'(')?;
        let mut words = Vec::new();
        while !self.take(b')') {
            if !words.is_empty() {
                self.space()?;
            }
            words.push(self.keyword()?);
        }
        Ok(words)
    }

    fn quoted(&mut self) -> Parsed<Vec<u8>> {
        let mut content = Vec::new();
        let mut bytes = self.rest.iter().enumerate().skip(1);
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(content);
                }
                b'\\' => match bytes.next() {
                    Some((_, escaped @ (b'"' | b'\\'))) => content.push(*escaped),
                    _ => return Err(Malformed("invalid escape")),
                },
                b'\r' | b'\n' | 0 => return Err(Malformed("control character in a quoted string")),
                byte => content.push(*byte),
            }
        }
        Err(Malformed("quoted string without an end"))
    }

    fn literal(&mut self) -> Parsed<Vec<u8>> {
        self.expect(b'{')?;
        let length = usize::try_from(self.number()?).map_err(|_| Malformed("literal too long"))?;
        self.take(b'+');
        self.expect(b'}')?;
        self.expect(b'\r')?;
        self.expect(b'\n')?;
        if self.rest.len() < length {
            return Err(Malformed("literal without an end"));
        }
        let (content, rest) = self.rest.split_at(length);
        self.rest = rest;
        Ok(content.to_vec())
    }
}

/// A mailbox name: printable ASCII (this server speaks modified UTF-7), INBOX in upper case.
pub(super) fn mailbox_name(bytes: &[u8]) -> Parsed<String> {
    let name = ascii(bytes.to_vec())?;
    let (first, rest) = name
        .split_once('/')
        .map_or((name.as_str(), None), |(first, rest)| (first, Some(rest)));
    if !first.eq_ignore_ascii_case("INBOX") {
        return Ok(name);
    }
    Ok(rest.map_or_else(|| "INBOX".to_owned(), |rest| format!("INBOX/{rest}")))
}

fn ascii(bytes: Vec<u8>) -> Parsed<String> {
    let text = String::from_utf8(bytes)
        .ok()
        .filter(|text| text.bytes().all(|byte| matches!(byte, b' '..=b'~')));
    text.ok_or(Malformed("8-bit or control character in a mailbox name"))
}

fn is_atom(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"(){%*\"\\]".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_come_in_three_forms() {
        let mut arguments = Arguments::new(b"a]b \"c\\\"d\" {3+}\r\ne\r\n {0}\r\n");
        let mut strings = vec![arguments.astring().unwrap()];
        while arguments.peek().is_some() {
            arguments.space().unwrap();
            strings.push(arguments.astring().unwrap());
        }
        assert_eq!(
            strings,
            [
                b"a]b".to_vec(),
                b"c\"d".to_vec(),
                b"e\r\n".to_vec(),
                Vec::new()
            ]
        );
    }

    #[test]
    fn inbox_has_any_case() {
        for (name, expected) in [
            (&b"inBox"[..], "INBOX"),
            (b"InBox/a", "INBOX/a"),
            (b"Inboxes", "Inboxes"),
        ] {
            assert_eq!(mailbox_name(name).unwrap(), expected);
        }
        assert!(mailbox_name(b"\xc3\xa4").is_err());
    }
}
