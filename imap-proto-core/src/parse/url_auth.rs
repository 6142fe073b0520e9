//! GENURLAUTH and URLFETCH (RFC 4467 §8, RFC 5524 §5).

use super::body_structure::body_structure;
use super::token::token;
use crate::types::{
    ByteString, ParseError, Tolerance, UrlContent, UrlFetchData, UrlFetchResponse, UrlFetched,
};
use crate::wire::Cursor;

/// The URLs of a GENURLAUTH response.
pub(super) fn gen_url_auth(cursor: &mut Cursor<'_>) -> Result<Vec<ByteString>, ParseError> {
    cursor.space()?;
    let mut urls = Vec::new();
    loop {
        cursor.count_item()?;
        urls.push(cursor.astring()?);
        if !cursor.spaces() || cursor.at_end() {
            return Ok(urls);
        }
    }
}

/// The data of a URLFETCH response.
pub(super) fn url_fetch(cursor: &mut Cursor<'_>) -> Result<UrlFetchResponse, ParseError> {
    cursor.space()?;
    let mut urls = Vec::new();
    loop {
        cursor.count_item()?;
        let url = cursor.astring()?;
        if !cursor.at_end() {
            cursor.gap();
        }
        let content = content(cursor)?;
        urls.push(UrlFetched { url, content });
        cursor.spaces();
        if cursor.at_end() {
            return Ok(UrlFetchResponse { urls });
        }
    }
}

/// What a URL leads to. Cyrus leaves NIL out.
fn content(cursor: &mut Cursor<'_>) -> Result<UrlContent, ParseError> {
    if cursor.at_end() {
        cursor.tolerate(Tolerance::MissingValue);
        return Ok(UrlContent::Text(None));
    }
    if cursor.peek() != Some(b'(') {
        return cursor.nstring().map(UrlContent::Text);
    }
    // Each item has parentheses of its own; Dovecot has one pair for all.
    let mut items = Vec::new();
    while cursor.try_byte(b'(') {
        loop {
            cursor.count_item()?;
            items.push(item(cursor)?);
            if !cursor.spaces() {
                break;
            }
            cursor.tolerate(Tolerance::UrlItemsInOneList);
        }
        cursor.byte(b')')?;
        cursor.spaces();
    }
    Ok(UrlContent::Items(items))
}

/// `BODYPARTSTRUCTURE ("TEXT" …)`
fn item(cursor: &mut Cursor<'_>) -> Result<UrlFetchData, ParseError> {
    let name = cursor.atom()?;
    cursor.space()?;
    Ok(if name.eq_ignore_case("BODY") {
        UrlFetchData::Body(cursor.nstring()?)
    } else if name.eq_ignore_case("BINARY") {
        UrlFetchData::Binary(cursor.nstring()?)
    } else if name.eq_ignore_case("BODYPARTSTRUCTURE") {
        UrlFetchData::BodyPartStructure(body_structure(cursor)?)
    } else {
        UrlFetchData::Other(name, token(cursor)?)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fails, parses};
    use super::*;
    use crate::types::Token;

    /// RFC 4467 §8.
    #[test]
    fn rfc_4467_examples() {
        let url = "imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=submit+fred:internal:91354a473744909de610943775f92038";
        assert_eq!(
            parses(gen_url_auth, format!(" \"{url}\"").as_bytes()),
            [ByteString::from(url)]
        );
        let line = format!(" \"{url}\" {{28}}\r\nSi vis pacem, para bellum.\r\n");
        let found = parses(url_fetch, line.as_bytes());
        assert_eq!(found.urls[0].url, url);
        let octets = found.urls[0].octets().and_then(ByteString::as_str);
        assert_eq!(octets, Some("Si vis pacem, para bellum.\r\n"));
        assert!(!found.urls[0].is_refused());
    }

    /// RFC 5524 §4, with the octets made short.
    #[test]
    fn rfc_5524_examples() {
        let one = |line: &[u8]| parses(url_fetch, line).urls.remove(0);
        let found = one(b" \"imap://x\" (BINARY {28}\r\nSi vis pacem, para bellum.\r\n)");
        assert_eq!(found.octets().map(ByteString::len), Some(28));
        let found = one(b" \"imap://x\" (BODYPARTSTRUCTURE (\"IMAGE\" \"PNG\" () NIL NIL \"BINARY\" 3)) (BINARY ~{3}\r\na\0b)");
        assert_eq!(found.octets().map(ByteString::as_bytes), Some(&b"a\0b"[..]));
        assert_eq!(
            found.structure().map(|part| part.root().subtype().to_vec()),
            Some(b"PNG".to_vec())
        );
        let found = one(b" \"imap://x\" (BODYPARTSTRUCTURE (\"IMAGE\" \"PNG\" () NIL NIL \"X-BLURDYBLOOP\" 123)) (BINARY NIL)");
        assert!(found.octets().is_none() && !found.is_refused());
        assert!(one(b" \"imap://x\" NIL").is_refused());
        let found = one(b" x (X-NEW (1 2)) (BODY \"y\")");
        let list = Token::List(vec![Token::Number(1), Token::Number(2)]);
        let UrlContent::Items(items) = &found.content else {
            panic!("{found:?}");
        };
        assert_eq!(items[0], UrlFetchData::Other("X-NEW".into(), list));
        assert_eq!(found.detach(), found);
    }

    /// As Dovecot writes it.
    #[test]
    fn several_items_in_one_list() {
        let line = b" imap://a/b/;UID=1 (BODYPARTSTRUCTURE (\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"base64\" 9 0 NIL NIL NIL NIL) BINARY ~{9}\r\nGr\xc3\xbc\xc3\x9fe\r\n)";
        let found = parses(url_fetch, line).urls.remove(0);
        let octets = found.octets().and_then(ByteString::as_str);
        assert_eq!(octets, Some("Gr\u{fc}\u{df}e\r\n"));
        assert!(found.structure().is_some());
    }

    /// As recorded: Cyrus leaves NIL out, Dovecot quotes no URL.
    #[test]
    fn urls_that_lead_nowhere() {
        let found = parses(
            url_fetch,
            b" \"imap://alice@mail.example.org/urlauth/;UID=1\"",
        );
        assert!(found.urls[0].is_refused());
        let found = parses(url_fetch, b" imap://a/;UID=1 NIL imap://b/;UID=2 \"x\"");
        assert_eq!(found.urls.len(), 2);
        let found = parses(
            gen_url_auth,
            b" imap://a/b/;UID=1;URLAUTH=anonymous:internal:01 imap://c ",
        );
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn broken_lists_of_urls() {
        for line in [
            &b""[..],
            b" x (BODY)",
            b" x (BODY \"a\"",
            b" x y",
            b" x (BODYPARTSTRUCTURE NIL)",
        ] {
            fails(url_fetch, line);
        }
        fails(gen_url_auth, b" ");
        fails(gen_url_auth, b" (x)");
    }
}
