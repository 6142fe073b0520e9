//! Address lists (RFC 5322 §3.4) as ENVELOPE shows them (RFC 3501 §7.4.2).

use super::token::{Token, Tokens};

/// One address of an ENVELOPE; a group is a start (no host), its members and an end (nothing at all).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) name: Option<Vec<u8>>,
    pub(super) route: Option<Vec<u8>>,
    pub(super) mailbox: Option<Vec<u8>>,
    pub(super) host: Option<Vec<u8>>,
}

/// The addresses of a field's unfolded value.
pub(super) fn addresses(value: &[u8]) -> Vec<Address> {
    let mut tokens = Tokens::new(value);
    let mut found = Vec::new();
    let mut in_group = false;
    loop {
        let words = phrase(&mut tokens);
        match tokens.next() {
            Some(Token::Special(b':')) if !in_group => {
                let name = join(&words, b" ");
                found.push(Address {
                    mailbox: Some(name),
                    ..Address::default()
                });
                in_group = true;
            }
            Some(Token::Special(b'<')) => {
                let name = (!words.is_empty()).then(|| join(&words, b" "));
                found.extend(angle(&mut tokens, name));
            }
            Some(Token::Special(b'@')) => {
                let host = Some(join(&phrase(&mut tokens), b""));
                let name = tokens.take_comment();
                let mailbox = Some(join(&words, b""));
                found.push(Address {
                    name,
                    mailbox,
                    host,
                    route: None,
                });
            }
            Some(Token::Special(b';')) if in_group => {
                lone(&mut found, &words);
                found.push(Address::default());
                in_group = false;
            }
            Some(_) => lone(&mut found, &words),
            None => {
                lone(&mut found, &words);
                break;
            }
        }
        if matches!(tokens.peek(), Some(Token::Special(b','))) {
            tokens.next();
        }
        tokens.take_comment();
    }
    if in_group {
        found.push(Address::default());
    }
    found
}

/// A word that is no address, which is shown as a mailbox without a host would be a group: it gets an empty host.
fn lone(found: &mut Vec<Address>, words: &[Vec<u8>]) {
    if !words.is_empty() {
        let mailbox = Some(join(words, b" "));
        found.push(Address {
            mailbox,
            host: Some(Vec::new()),
            ..Address::default()
        });
    }
}

/// What follows a `<`.
fn angle(tokens: &mut Tokens<'_>, name: Option<Vec<u8>>) -> Option<Address> {
    let mut route = None;
    if matches!(tokens.peek(), Some(Token::Special(b'@'))) {
        let mut path = Vec::new();
        loop {
            match tokens.next()? {
                Token::Special(b':') => break,
                Token::Special(byte) => path.push(byte),
                Token::Word(word) => path.extend(word),
            }
        }
        route = Some(path);
    }
    let mailbox = join(&phrase(tokens), b"");
    let mut host = Vec::new();
    if matches!(tokens.peek(), Some(Token::Special(b'@'))) {
        tokens.next();
        host = join(&phrase(tokens), b"");
    }
    while let Some(token) = tokens.peek() {
        if token == Token::Special(b',') {
            break;
        }
        tokens.next();
        if token == Token::Special(b'>') {
            break;
        }
    }
    (!mailbox.is_empty() || !host.is_empty()).then_some(Address {
        name,
        route,
        mailbox: Some(mailbox),
        host: Some(host),
    })
}

/// Words up to the next special character; dots belong to words.
fn phrase(tokens: &mut Tokens<'_>) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    while let Some(Token::Word(word)) = tokens.peek() {
        words.push(word);
        tokens.next();
    }
    words
}

fn join(words: &[Vec<u8>], between: &[u8]) -> Vec<u8> {
    words.join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str) -> Vec<[Option<String>; 4]> {
        let text = |bytes: Option<Vec<u8>>| bytes.map(|bytes| String::from_utf8(bytes).unwrap());
        let fields = |address: Address| {
            [
                text(address.name),
                text(address.route),
                text(address.mailbox),
                text(address.host),
            ]
        };
        addresses(value.as_bytes())
            .into_iter()
            .map(fields)
            .collect()
    }

    fn address(fields: [&str; 4]) -> [Option<String>; 4] {
        fields.map(|field| (!field.is_empty()).then(|| field.to_owned()))
    }

    #[test]
    fn examples_of_rfc_5322_appendix_a() {
        assert_eq!(
            shown("\"Joe Q. Public\" <john.q.public@example.com>"),
            [address([
                "Joe Q. Public",
                "",
                "john.q.public",
                "example.com"
            ])]
        );
        assert_eq!(
            shown("Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>"),
            [
                address(["Mary Smith", "", "mary", "x.test"]),
                address(["", "", "jdoe", "example.org"]),
                address(["Who?", "", "one", "y.test"]),
            ]
        );
        assert_eq!(
            shown("A Group:Ed Jones <joe@where.test>,John <jdoe@one.test>;"),
            [
                address(["", "", "A Group", ""]),
                address(["Ed Jones", "", "joe", "where.test"]),
                address(["John", "", "jdoe", "one.test"]),
                address(["", "", "", ""]),
            ]
        );
        // A.6.1: the display name is not quoted, and dots are obsolete in it.
        assert_eq!(
            shown("Joe Q. Public <john.q.public@example.com>"),
            [address([
                "Joe Q. Public",
                "",
                "john.q.public",
                "example.com"
            ])]
        );
        assert_eq!(
            shown("pete(his account)@silly.test(his host)")[0][2..],
            address(["", "", "pete", "silly.test"])[2..]
        );
    }

    #[test]
    fn any_bytes_end() {
        for value in [
            "<", "<@", "a@", ":;:;", "a b c", "(((", "\"", ";,;<>@@@", "<@a,@b",
        ] {
            assert!(addresses(value.as_bytes()).len() < 9, "{value}");
        }
    }
}
