//! Responses that come by the thousand and share nothing of their frame: read where they stand,
//! if they are written as nearly all servers write them.

use super::flag::ends_flag;
use super::response::{before_fetch, short_number};
use crate::types::{Data, FetchResponse, Flags, ModSeq, SequenceNumber, Uid};
use crate::wire::{Cursor, Limits, leading_number};

/// Octets of a response above which nobody looks whether it is plain, so that long ones are not
/// looked at twice.
const MAX_OCTETS: usize = 128;

/// A FETCH response of UID, system flags and mod-sequence alone: what a change of flags brings.
/// `None` for any other, which [`parse_response`](super::parse_response) reads.
#[inline]
pub(super) fn plain_fetch(octets: &[u8], limits: &Limits) -> Option<FetchResponse> {
    // So few octets cannot hold that many elements.
    if octets.len() > MAX_OCTETS || limits.max_list_items < MAX_OCTETS {
        return None;
    }
    let mut cursor = Cursor::lent(octets, limits);
    let number = before_fetch(&mut cursor)?;
    cursor.advance(2);
    let (mut uid, mut flags, mut mod_seq) = (None, None, None);
    loop {
        if cursor.try_bytes(b"UID ") {
            let (number, digits) = leading_number(cursor.rest());
            if !matches!(digits, 1..8) {
                return None;
            }
            cursor.advance(digits);
            uid = Some(Uid(u32::try_from(number).ok().filter(|&uid| uid != 0)?));
        } else if cursor.try_bytes(b"FLAGS (") {
            flags = Some(system_flags(&mut cursor)?);
        } else if cursor.try_bytes(b"MODSEQ (") {
            mod_seq = Some(ModSeq(cursor.nz_number64().ok()?));
            cursor.byte(b')').ok()?;
        } else {
            return None;
        }
        if !cursor.try_byte(b' ') {
            break;
        }
    }
    (cursor.rest() == b")\r\n" && cursor.is_strict()).then(|| FetchResponse {
        sequence_number: Some(SequenceNumber(number)),
        uid,
        flags,
        mod_seq,
        ..FetchResponse::default()
    })
}

/// EXISTS, RECENT or EXPUNGE. `None` for any other, and for numbers of many digits.
#[inline]
pub(super) fn plain_number(octets: &[u8]) -> Option<Data> {
    let (number, rest) = short_number(octets)?;
    Some(match rest {
        b" EXISTS\r\n" => Data::Exists(number),
        b" RECENT\r\n" => Data::Recent(number),
        b" EXPUNGE\r\n" => Data::Expunge(SequenceNumber(number)),
        _ => return None,
    })
}

/// System flags up to the end of their list, which is taken.
#[inline]
fn system_flags(cursor: &mut Cursor<'_>) -> Option<Flags> {
    let mut flags = Flags::new();
    if cursor.try_byte(b')') {
        return Some(flags);
    }
    loop {
        let octets = flags.insert_known_at(cursor.rest(), ends_flag)?;
        cursor.advance(octets);
        if cursor.try_byte(b')') {
            return Some(flags);
        }
        if !cursor.try_byte(b' ') {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::parse::parse_response;
    use crate::types::Response;

    /// Whether the short way reads a whole line; what it reads is what the other one does.
    fn is_plain(line: &str) -> bool {
        let limits = Limits::default();
        let Some(plain) = plain_fetch(line.as_bytes(), &limits) else {
            return false;
        };
        let response = parse_response(&line.to_owned().into(), &limits);
        assert_eq!(response, Ok(Response::Data(Data::Fetch(plain))), "{line:?}");
        true
    }

    #[test]
    fn a_change_of_flags_is_read_the_short_way() {
        for line in [
            "* 12 FETCH (FLAGS (\\Seen \\Deleted))\r\n",
            "* 7 FETCH (UID 4711 FLAGS () MODSEQ (12121231000))\r\n",
            "* 7 FETCH (MODSEQ (7) UID 9)\r\n",
            "* 7 FETCH (UID 8 UID 9)\r\n",
        ] {
            assert!(is_plain(line), "{line:?}");
        }
        for line in [
            "* 7 FETCH ()\r\n",
            "* 7 FETCH (UID 9)",
            "* 7 FETCH (UID 9)\n",
            "* 7 FETCH (UID 9 )\r\n",
            "* 7 FETCH (UID 4294967295)\r\n",
            "* 7 FETCH (FLAGS (\\seen))\r\n",
            "* 7 FETCH (FLAGS (\\Seen $Forwarded))\r\n",
            "* 7 FETCH (FLAGS (\\Seen \\Draft )\r\n",
            "* 7 FETCH (MODSEQ (-1))\r\n",
            "* 7 FETCH (RFC822.SIZE 9)\r\n",
            "* 7 EXPUNGE\r\n",
        ] {
            assert!(!is_plain(line), "{line:?}");
        }
        let few = Limits::default().max_list_items(2);
        assert_eq!(plain_fetch(b"* 7 FETCH (UID 9)\r\n", &few), None);
    }

    #[test]
    fn numbers_are_read_the_short_way() {
        let plain = |line: &str| {
            let plain = plain_number(line.as_bytes());
            let response = parse_response(&line.to_owned().into(), &Limits::default());
            if let Some(plain) = &plain {
                assert_eq!(response, Ok(Response::Data(plain.clone())), "{line:?}");
            }
            plain
        };
        assert_eq!(plain("* 23 EXISTS\r\n"), Some(Data::Exists(23)));
        assert_eq!(plain("* 0 RECENT\r\n"), Some(Data::Recent(0)));
        let expunge = Data::Expunge(SequenceNumber(9_999_999));
        assert_eq!(plain("* 9999999 EXPUNGE\r\n"), Some(expunge));
        for line in [
            "* 10000000 EXISTS\r\n",
            "* EXISTS\r\n",
            "* 1 EXISTS\n",
            "* 1 EXISTS \r\n",
            "* 1 exists\r\n",
            "*  1 EXISTS\r\n",
            "* -1 EXISTS\r\n",
            "* 1 EXISTSX\r\n",
            "* 1",
        ] {
            assert_eq!(plain(line), None, "{line:?}");
        }
    }

    proptest! {
        #[test]
        fn the_short_way_reads_what_the_other_one_does(
            number in prop::sample::select(vec!["1", "0", "9999999", "12345678", "x"]),
            items in prop::collection::vec(prop::sample::select(vec![
                "UID 1", "UID 9999999", "UID 12345678", "FLAGS ()", "FLAGS (\\Seen)", "FLAGS (\\Seen \\Recent)",
                "FLAGS (\\Seen  \\Draft)", "FLAGS (x)", "MODSEQ (5)", "MODSEQ 5", "MODSEQ (-5)", "BODY {1}\r\nx", "",
            ]), 0..4),
            end in prop::sample::select(vec![")\r\n", " )\r\n", ")\n", ")", "\r\n"]),
        ) {
            is_plain(&format!("* {number} FETCH ({}{end}", items.join(" ")));
        }
    }
}
