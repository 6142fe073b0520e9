//! Arguments: quoting, literals, dates and names, as they go out; the helpers for them.

use chrono::{DateTime, FixedOffset};
use imap_proto_core::encode::{
    Append, AppendMessage, Create, Id, List, Login, Search, SearchKey, Select, SubmitError,
};
use imap_proto_core::session::Error;
use imap_proto_core::types::{
    Flag, Flags, InternalDate, SequenceNumber, SequenceSet, Uid, UidSet, utf7,
};
use imap_tests::interop::Client;

use crate::kit::both;

/// 1.10: the seed sends names as they are and quotes only passwords; a literal can only be last.
#[test]
fn arguments_are_quoted_encoded_and_sent_as_literals_where_they_must() {
    both!(
        "S: * OK [CAPABILITY IMAP4rev1] hi
C: $l LOGIN u \"p \\x5c\\x5c \\x5c\"q\"
S: $l OK [CAPABILITY IMAP4rev1] in
C: $a CREATE \"My Box\"
S: $a OK done
C: $b CREATE Entw&APw-rfe
S: $b OK done
C: $c LIST \"\" %
S: * LIST () \"/\" Entw&APw-rfe
S: $c OK done
C: $s SELECT INBOX
S: * 1 EXISTS
S: $s OK [READ-WRITE] done
C: $d SEARCH CHARSET UTF-8 SUBJECT {6}
S: * 2 EXISTS
S: + go
C: na\\xc3\\xafve TEXT \"two words\"
S: * SEARCH 2
S: $d OK done
C: $z LOGOUT
S: * BYE see you
S: $z OK
",
        quoting
    );
}

async fn quoting<L: Client>(client: L) {
    client.run(Login::new("u", "p \\ \"q")).await.unwrap();
    client.run(Create::new("My Box")).await.unwrap();
    client.run(Create::new("Entwürfe")).await.unwrap();
    let listed = client.run(List::new("", "%")).await.unwrap();
    assert_eq!(listed[0].mailbox.to_text(), "Entwürfe");
    client.run(Select::new("INBOX")).await.unwrap();
    // 1.15-2: an untagged line before `+` cancels nothing.
    let key = SearchKey::subject("naïve") & SearchKey::text("two words");
    let found = client
        .run(Search::<SequenceNumber>::new(key))
        .await
        .unwrap();
    assert!(found.iter().eq([SequenceNumber(2)]));
}

/// 1.6 `append`: flags, date and line ends.
#[test]
fn append_sends_flags_date_and_line_ends() {
    both!(
        "S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $a APPEND INBOX (\\Seen \\x24X) \" 1-Jan-2000 00:00:00 +0100\" {18}
S: * OK [ALERT] wait a moment
S: + go
C: Subject: x
C: 
C: hi
C: 
S: $a OK done
C: $z LOGOUT
S: * BYE see you
S: $z OK
",
        append
    );
}

async fn append<L: Client>(client: L) {
    let date = DateTime::<FixedOffset>::parse_from_rfc3339("2000-01-01T00:00:00+01:00").unwrap();
    let flags: Flags = "(\\Seen $X)".parse().unwrap();
    let message = AppendMessage::with_line_ends("Subject: x\n\rhi\r\n");
    let message = message.flags(flags).date(date);
    assert_eq!(
        client.run(Append::new("INBOX", message)).await.unwrap(),
        None
    );
}

/// 1.15-8: an argument that cannot be sent leaves nothing behind.
#[test]
fn an_argument_that_cannot_be_sent_leaves_nothing_behind() {
    both!(
        "S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $s SELECT INBOX
S: * 1 EXISTS
S: $s OK [READ-WRITE] done
eof
",
        unsendable
    );
}

async fn unsendable<L: Client>(client: L) {
    let refused = client.run(Create::new("a\r\nx LOGOUT")).await;
    let Err(Error::Submit(error)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(error, SubmitError::InvalidMailbox);
    assert_eq!(
        client.run(Select::new("INBOX")).await.unwrap().exists,
        Some(1)
    );
}

/// 1.6 `id`: none, pairs, and this library's own.
#[test]
fn id_tells_and_asks() {
    let script = format!(
        "S: * PREAUTH [CAPABILITY IMAP4rev1 ID] hi
C: $a ID NIL
S: * ID (\"name\" \"Cyrus\" \"support-url\" NIL)
S: $a OK done
C: $b ID (\"name\" \"imap-proto-core\" \"version\" \"{}\")
S: * ID NIL
S: $b OK done
C: $c ID (\"name\" \"m\" \"os\" NIL)
S: * ID NIL
S: $c OK done
C: $z LOGOUT
S: * BYE see you
S: $z OK
",
        imap_proto_core::VERSION
    );
    both!(&script, id);
}

async fn id<L: Client>(client: L) {
    let told = client.run(Id::new()).await.unwrap();
    assert_eq!(told.value("Name"), Some(&"Cyrus".into()));
    assert_eq!(told.value("support-url"), None);
    client.run(Id::library()).await.unwrap();
    let nothing = client
        .run(Id::new().field("name", "m").empty_field("os"))
        .await;
    assert!(nothing.unwrap().fields.is_empty());
}

/// 1.13: the helpers, both ways.
#[test]
fn helpers_go_both_ways() {
    // Internaldate2Time, Time2Internaldate: with a day padded by a space or by zero.
    let text = "17-Jul-1996 02:44:25 -0700";
    let date: InternalDate = text.parse().unwrap();
    let time = date.date_time().unwrap();
    let expected = DateTime::<FixedOffset>::parse_from_rfc3339("1996-07-17T02:44:25-07:00");
    assert_eq!(time, expected.unwrap());
    assert_eq!(InternalDate::from(time).to_string(), text);
    let padded: InternalDate = "01-Jan-2000 00:00:00 +0000".parse().unwrap();
    assert_eq!(padded, " 1-Jan-2000 00:00:00 +0000".parse().unwrap());
    let seconds = DateTime::from_timestamp(946_684_800, 0).unwrap();
    assert_eq!(InternalDate::from(seconds), padded);
    // ParseFlags
    let flags: Flags = "(\\Seen $X)".parse().unwrap();
    assert!(flags.iter().eq([Flag::Seen, Flag::from("$X")]));
    // Sets of messages, which the seed leaves to its callers.
    let set: SequenceSet = [7, 3, 1, 2].map(SequenceNumber).into_iter().collect();
    assert_eq!(set.to_string(), "1:3,7");
    let back: UidSet = "4:2,9".parse().unwrap();
    assert!(back.iter().eq([2, 3, 4, 9].map(Uid)));
    // Modified UTF-7, which it leaves too.
    assert_eq!(utf7::encode("台北"), "&U,BTFw-");
    assert_eq!(utf7::decode(b"&U,BTFw-").as_deref(), Some("台北"));
}
