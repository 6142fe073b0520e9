//! ACL, LISTRIGHTS and MYRIGHTS (RFC 4314 §3.6 to §3.8).

use super::mailbox::mailbox;
use crate::types::{AclResponse, ListRightsResponse, MyRightsResponse, ParseError, Rights};
use crate::wire::Cursor;

/// The data of an ACL response.
pub(super) fn acl(cursor: &mut Cursor<'_>) -> Result<AclResponse, ParseError> {
    cursor.space()?;
    let mailbox = mailbox(cursor)?;
    let mut entries = Vec::new();
    while cursor.spaces() && !cursor.at_end() {
        cursor.count_item()?;
        let identifier = cursor.astring()?;
        cursor.space()?;
        entries.push((identifier, rights(cursor)?));
    }
    Ok(AclResponse { mailbox, entries })
}

/// The data of a LISTRIGHTS response.
pub(super) fn list_rights(cursor: &mut Cursor<'_>) -> Result<ListRightsResponse, ParseError> {
    cursor.space()?;
    let mailbox = mailbox(cursor)?;
    cursor.space()?;
    let identifier = cursor.astring()?;
    cursor.space()?;
    let required = rights(cursor)?;
    let mut optional = Vec::new();
    while cursor.spaces() && !cursor.at_end() {
        cursor.count_item()?;
        optional.push(rights(cursor)?);
    }
    Ok(ListRightsResponse {
        mailbox,
        identifier,
        required,
        optional,
    })
}

/// The data of a MYRIGHTS response.
pub(super) fn my_rights(cursor: &mut Cursor<'_>) -> Result<MyRightsResponse, ParseError> {
    cursor.space()?;
    let mailbox = mailbox(cursor)?;
    cursor.space()?;
    let rights = rights(cursor)?;
    Ok(MyRightsResponse { mailbox, rights })
}

fn rights(cursor: &mut Cursor<'_>) -> Result<Rights, ParseError> {
    cursor.astring().map(Rights)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fails, parses};
    use super::*;

    /// RFC 4314 §3.3, §3.4, §3.5, §4: the examples.
    #[test]
    fn rfc_4314_examples() {
        let response = parses(acl, b" INBOX Fred rwipsldexta");
        assert_eq!(response.mailbox, "inbox");
        assert!(
            response
                .rights("Fred")
                .is_some_and(|rights| rights.contains('x'))
        );
        let response = parses(acl, b" INBOX Fred rwipslda test \"\" $team w");
        assert_eq!(response.entries.len(), 3);
        assert!(
            !response
                .rights("test")
                .is_some_and(|rights| rights.contains('l'))
        );
        // RFC 4314 §2: an identifier with `-` loses rights.
        let response = parses(acl, b" INBOX Fred rwipsldexta -Fred wetd");
        assert!(
            response
                .denied("Fred")
                .is_some_and(|rights| rights.contains('t'))
        );
        assert_eq!(response.denied("David"), None);
        let response = parses(list_rights, b" ~/Mail/saved smith la r swicdkxte");
        assert_eq!(response.required, Rights("la".into()));
        assert_eq!(
            response.optional,
            [Rights("r".into()), Rights("swicdkxte".into())]
        );
        let response = parses(
            list_rights,
            b" archive/imap anyone \"\" l r s w i p k x t e c d a 0 1 2 3 4 5 6 7 8 9",
        );
        assert_eq!(response.required, Rights("".into()));
        assert_eq!(response.optional.len(), 23);
        let response = parses(my_rights, b" INBOX rwiptsldaex");
        assert!(response.rights.contains('d') && !response.rights.contains('k'));
    }

    #[test]
    fn quirk_5_4_12_literal_names() {
        let response = parses(my_rights, b" {6}\r\nse\xc3\xb1or lr");
        assert_eq!(response.mailbox, "señor");
        let response = parses(acl, b" {1}\r\nx {2}\r\nme lr ");
        assert_eq!(response.entries, [("me".into(), Rights("lr".into()))]);
        assert!(parses(acl, b" x").entries.is_empty());
    }

    #[test]
    fn broken_lists_of_rights() {
        fails(acl, b" INBOX Fred");
        fails(acl, b" INBOX (Fred l)");
        fails(list_rights, b" INBOX fred");
        fails(my_rights, b" INBOX");
        fails(my_rights, b" INBOX lr s");
    }
}
