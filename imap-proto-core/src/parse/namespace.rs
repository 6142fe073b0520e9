//! NAMESPACE (RFC 2342 §6, RFC 9051 §7.3.2).

use super::list::delimiter;
use super::token::token;
use crate::types::{
    ByteString, Namespace, NamespaceResponse, ParseError, ParseErrorKind, Token, Tolerance,
};
use crate::wire::Cursor;

/// The data of a NAMESPACE response: three classes, each NIL or a list.
pub(super) fn namespace(cursor: &mut Cursor<'_>) -> Result<NamespaceResponse, ParseError> {
    Ok(NamespaceResponse {
        personal: class(cursor)?,
        other_users: class(cursor)?,
        shared: class(cursor)?,
    })
}

fn class(cursor: &mut Cursor<'_>) -> Result<Vec<Namespace>, ParseError> {
    // RFC 5255 §3.2 shows an answer without the space between two classes.
    if !cursor.spaces() {
        if cursor.peek() != Some(b'(') {
            return Err(cursor.error(ParseErrorKind::ExpectedByte(b' ')));
        }
        cursor.tolerate(Tolerance::MissingSpace);
    }
    if cursor.try_nil() {
        return Ok(Vec::new());
    }
    cursor.byte(b'(')?;
    if cursor.peek() == Some(b')') {
        cursor.tolerate(Tolerance::EmptyListForNil);
    }
    let mut namespaces = Vec::new();
    while cursor.lists_go_on() {
        cursor.count_item()?;
        namespaces.push(description(cursor)?);
    }
    Ok(namespaces)
}

/// `("prefix" "/" "X-PARAM" ("value"))`
fn description(cursor: &mut Cursor<'_>) -> Result<Namespace, ParseError> {
    cursor.byte(b'(')?;
    cursor.no_spaces();
    if !cursor.at_string() {
        cursor.tolerate(Tolerance::AtomForString);
    }
    let prefix = cursor.astring()?;
    cursor.space()?;
    let delimiter = delimiter(cursor)?;
    let mut extensions = Vec::new();
    while cursor.list_goes_on() {
        cursor.count_item()?;
        extensions.push(extension(cursor)?);
    }
    Ok(Namespace {
        prefix,
        delimiter,
        extensions,
    })
}

/// A name and a list of values; a single value that is none counts as one.
fn extension(cursor: &mut Cursor<'_>) -> Result<(ByteString, Vec<Token>), ParseError> {
    let name = cursor.astring()?;
    cursor.space()?;
    Ok(match token(cursor)? {
        Token::List(values) => (name, values),
        value => {
            cursor.tolerate(Tolerance::MissingParentheses);
            (name, vec![value])
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fails, parses};
    use super::*;

    /// RFC 2342 §5: the examples.
    #[test]
    fn rfc_2342_examples() {
        let response = parses(namespace, b" ((\"\" \"/\")) NIL NIL");
        assert_eq!(response.personal.len(), 1);
        assert_eq!(response.personal[0].delimiter, Some(b'/'));
        assert_eq!(response.iter().count(), 1);
        let response = parses(namespace, b" NIL NIL ((\"\" \".\"))");
        assert_eq!(response.shared[0].delimiter, Some(b'.'));
        let line = b" ((\"\" \"/\")) NIL ((\"Public Folders/\" \"/\"))";
        assert_eq!(parses(namespace, line).shared[0].prefix, "Public Folders/");
        let line = b" ((\"\" \"/\")) ((\"~\" \"/\")) ((\"#shared/\" \"/\")(\"#public/\" \"/\")(\"#ftp/\" \"/\")(\"#news.\" \".\"))";
        let response = parses(namespace, line);
        assert_eq!((response.other_users.len(), response.shared.len()), (1, 4));
        let response = parses(namespace, b" ((\"INBOX.\" \".\")) NIL  NIL");
        assert_eq!(response.personal[0].prefix, "INBOX.");
        let line = b" ((\"\" \"/\")(\"#mh/\" \"/\" \"X-PARAM\" (\"FLAG1\" \"FLAG2\"))) NIL NIL";
        let response = parses(namespace, line);
        let flags = vec![Token::String("FLAG1".into()), Token::String("FLAG2".into())];
        assert_eq!(response.personal[1].extensions, [("X-PARAM".into(), flags)]);
    }

    /// RFC 5255 §3.4: the translation of a prefix.
    #[test]
    fn rfc_5255_example() {
        let line = b" ((\"\" \"/\"))((\"Other Users/\" \"/\" \"TRANSLATION\" (\"Andere Ben&APw-tzer/\"))) NIL";
        assert_eq!(parses(namespace, line).other_users.len(), 1);
        let line = b" ((\"\" \"/\")) ((\"Other Users/\" \"/\" \"TRANSLATION\" (\"Andere Ben&APw-tzer/\"))) NIL";
        let found = parses(namespace, line);
        let translation = found.other_users[0].translation().expect("a translation");
        assert_eq!(translation.to_text(), "Andere Benützer/");
        assert_eq!(found.personal[0].translation(), None);
    }

    #[test]
    fn no_hierarchy() {
        let response = parses(namespace, b" ((\"\" NIL)) (({1}\r\n~ \"\")) nil");
        assert_eq!(response.personal[0].delimiter, None);
        assert_eq!(response.other_users[0].delimiter, None);
    }

    #[test]
    fn broken_namespaces() {
        for line in [
            &b" NIL NIL"[..],
            b" ((\"\")) NIL NIL",
            b" (\"\" \"/\") NIL NIL",
            b" NIL NIL NIL NIL",
        ] {
            fails(namespace, line);
        }
    }
}
