//! UIDBATCHES (RFC 10022).

use super::set::set;
use super::token::token;
use crate::types::{ParseError, UidBatchesResponse};
use crate::wire::Cursor;

/// The data of a UIDBATCHES response.
pub(super) fn uid_batches(cursor: &mut Cursor<'_>) -> Result<UidBatchesResponse, ParseError> {
    let mut response = UidBatchesResponse::default();
    cursor.spaces();
    if cursor.try_byte(b'(') {
        while cursor.list_goes_on() {
            cursor.count_item()?;
            let is_tag = cursor.atom_bytes()?.eq_ignore_ascii_case(b"TAG");
            cursor.space()?;
            if is_tag {
                response.tag = Some(cursor.astring()?);
            } else {
                token(cursor)?;
            }
        }
        cursor.spaces();
    }
    if !cursor.at_end() {
        response.batches = Some(set(cursor)?);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fails, parses};
    use super::*;

    #[test]
    fn batches_keep_their_order() {
        let response = parses(
            uid_batches,
            b" (TAG \"A143\") 215295:99696,99695:20350,20349:20350",
        );
        assert_eq!(response.tag, Some("A143".into()));
        let ranges: Vec<_> = response
            .ranges()
            .map(|range| (range.start().0, range.end().0))
            .collect();
        assert_eq!(ranges, [(99696, 215_295), (20350, 99695), (20349, 20350)]);
    }

    #[test]
    fn an_empty_mailbox_has_none() {
        let response = parses(uid_batches, b" (TAG \"A1\")");
        assert_eq!(response.ranges().count(), 0);
        fails(uid_batches, b" (TAG \"A1\") 5:*");
        fails(uid_batches, b" (TAG");
    }
}
