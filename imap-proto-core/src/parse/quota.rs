//! QUOTA and QUOTAROOT (RFC 9208 §4.2).

use super::mailbox::mailbox;
use crate::types::{ParseError, QuotaResource, QuotaResponse, QuotaRootResponse};
use crate::wire::Cursor;

/// The data of a QUOTA response.
pub(super) fn quota(cursor: &mut Cursor<'_>) -> Result<QuotaResponse, ParseError> {
    cursor.space()?;
    let root = cursor.astring()?;
    cursor.space()?;
    cursor.byte(b'(')?;
    let mut resources = Vec::new();
    while cursor.list_goes_on() {
        cursor.count_item()?;
        let name = cursor.atom()?;
        cursor.space()?;
        let usage = cursor.number64()?;
        cursor.space()?;
        let limit = cursor.number64()?;
        resources.push(QuotaResource { name, usage, limit });
    }
    Ok(QuotaResponse { root, resources })
}

/// The data of a QUOTAROOT response.
pub(super) fn quota_root(cursor: &mut Cursor<'_>) -> Result<QuotaRootResponse, ParseError> {
    cursor.space()?;
    let mailbox = mailbox(cursor)?;
    let mut roots = Vec::new();
    while cursor.spaces() && !cursor.at_end() {
        cursor.count_item()?;
        roots.push(cursor.astring()?);
    }
    Ok(QuotaRootResponse { mailbox, roots })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fails, parses};
    use super::*;

    /// RFC 9208 §4.1.1, §4.1.3, §5: the examples.
    #[test]
    fn rfc_9208_examples() {
        let response = parses(quota, b" \"\" (STORAGE 10 512)");
        assert_eq!(response.root, "");
        assert_eq!(
            response
                .resource("storage")
                .map(|one| (one.usage, one.limit)),
            Some((10, 512))
        );
        let response = parses(quota, b" \"#user/alice\" (MESSAGE 42 1000)");
        assert_eq!(
            (response.root, response.resources.len()),
            ("#user/alice".into(), 1)
        );
        let response = parses(quota_root, b" INBOX \"#user/alice\" \"#group/x\"");
        assert_eq!(response.mailbox, "INBOX");
        assert_eq!(response.roots, ["#user/alice", "#group/x"]);
        assert!(parses(quota_root, b" comp.mail.mime").roots.is_empty());
        assert_eq!(parses(quota_root, b" INBOX \"\"").roots, [""]);
    }

    #[test]
    fn quirk_5_1_33_values_of_64_bits() {
        let response = parses(quota, b" user.x (STORAGE 5000000000 9223372036854775807 )");
        let storage = response.resource("STORAGE").expect("it is there");
        assert_eq!(
            (storage.usage, storage.limit),
            (5_000_000_000, i64::MAX.unsigned_abs())
        );
        assert!(parses(quota, b" \"x\" ()").resources.is_empty());
    }

    #[test]
    fn broken_quotas() {
        for line in [
            &b" x"[..],
            b" x (STORAGE 1)",
            b" x (STORAGE 1 a)",
            b" x (STORAGE 1 2",
        ] {
            fails(quota, line);
        }
        fails(quota_root, b" x (a)");
    }
}
