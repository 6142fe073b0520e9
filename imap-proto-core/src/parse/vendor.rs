//! Short answers: JMAPACCESS (RFC 9698 §3), XAPPLEPUSHSERVICE, those of NETSCAPE.

use crate::types::{Atom, ByteString, NetscapeResponse, ParseError, Text};
use crate::wire::Cursor;

/// The URL of a JMAPACCESS response.
pub(super) fn jmap_access(cursor: &mut Cursor<'_>) -> Result<ByteString, ParseError> {
    cursor.space()?;
    cursor.astring()
}

/// The names and values of an XAPPLEPUSHSERVICE response.
pub(super) fn push_service(
    cursor: &mut Cursor<'_>,
) -> Result<Vec<(ByteString, ByteString)>, ParseError> {
    let mut pairs = Vec::new();
    while cursor.spaces() && !cursor.at_end() {
        cursor.count_item()?;
        let name = cursor.astring()?;
        cursor.space()?;
        pairs.push((name, cursor.astring()?));
    }
    Ok(pairs)
}

/// A line of the answer of NETSCAPE, from behind its name.
pub(super) fn netscape(name: Atom, cursor: &mut Cursor<'_>) -> NetscapeResponse {
    cursor.spaces();
    let line = cursor.rest_of_line();
    let text = Text::from_bytes(line.slice(..line.trim_ascii_end().len()));
    NetscapeResponse { name, text }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fails, parses};
    use super::*;

    /// As Cyrus sends it.
    #[test]
    fn a_url() {
        let url = parses(jmap_access, b" \"https://mail.example.org/jmap/\"");
        assert_eq!(url, "https://mail.example.org/jmap/");
        fails(jmap_access, b"");
    }

    /// As Cyrus had it.
    #[test]
    fn lines_of_netscape() {
        let line = |text| {
            parses(
                |cursor: &mut Cursor<'_>| Ok(netscape("ACCOUNT-URL".into(), cursor)),
                text,
            )
        };
        let found = line(b" http://mail.example.com/account ");
        assert_eq!(found.name, "ACCOUNT-URL");
        assert_eq!(found.text, "http://mail.example.com/account");
        assert_eq!(line(b"").text, "");
    }

    /// As Apple's and Dovecot's plugins send it.
    #[test]
    fn pairs() {
        let line = b" \"aps-version\" \"2\" \"aps-topic\" \"com.apple.mail.XServer.a1b2\"";
        let pairs = parses(push_service, line);
        assert_eq!(pairs[0], ("aps-version".into(), "2".into()));
        assert_eq!(pairs.len(), 2);
        assert!(parses(push_service, b"").is_empty());
        fails(push_service, b" \"aps-version\"");
    }
}
