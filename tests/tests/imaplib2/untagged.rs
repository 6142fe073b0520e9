//! Untagged data: the view, the codes, and what subscribers see.

use std::time::Duration;

use imap_proto_core::encode::{
    Append, AppendMessage, Close, Examine, Noop, Select, Status, StatusItems, UidCopy,
};
use imap_proto_core::engine::{Ending, State};
use imap_proto_core::session::{Error, Notice};
use imap_proto_core::types::{
    Code, Condition, Data, Flag, ModSeq, SequenceNumber, Uid, UidValidity,
};
use imap_proto_core::wire::Limits;
use imap_tests::interop::Client;

use crate::kit::{both, data};

const SELECTED: &str = "S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $s SELECT INBOX
S: * FLAGS (\\Answered \\Seen \\x24X)
S: * 17 EXISTS
S: * 2 RECENT
S: * OK [UNSEEN 8] first
S: * OK [PERMANENTFLAGS (\\Seen \\*)] limited
S: * OK [UIDVALIDITY 3857529045] valid
S: * OK [UIDNEXT 4392] next
S: * OK [HIGHESTMODSEQ 715194045007] known
S: $s OK [READ-WRITE] done
";

/// 1.8: what `response(code)` and `recent()` are asked for stands in the view, up to date.
#[test]
fn the_view_holds_what_the_seed_stores_by_code() {
    let script = format!(
        "{SELECTED}C: $a NOOP
S: * 19 EXISTS
S: * 4 RECENT
S: * 3 EXPUNGE
S: * FLAGS (\\Seen)
S: * OK [HIGHESTMODSEQ 715194045010] known
S: $a OK done
C: $c CLOSE
S: $c OK done
C: $z LOGOUT
S: * BYE see you
S: $z OK
"
    );
    both!(&script, view);
}

async fn view<L: Client>(client: L) {
    let told = client.run(Select::new("INBOX")).await.unwrap();
    assert_eq!((told.exists, told.recent), (Some(17), Some(2)));
    assert!(!told.read_only);
    let view = client.session().mailbox().unwrap();
    assert_eq!(view.mailbox, "INBOX");
    assert_eq!((view.exists, view.recent), (17, Some(2)));
    assert_eq!(view.unseen, Some(SequenceNumber(8)));
    assert_eq!(view.uid_validity, Some(UidValidity(3_857_529_045)));
    assert_eq!(view.uid_next, Some(Uid(4392)));
    assert_eq!(view.highest_mod_seq, Some(ModSeq(715_194_045_007)));
    assert!(view.flags.contains(&Flag::from("$X")) && !view.read_only);
    let permanent = view.permanent_flags.unwrap();
    assert!(permanent.may_create() && permanent.contains(&Flag::Seen));
    client.run(Noop).await.unwrap();
    let view = client.session().mailbox().unwrap();
    assert_eq!((view.exists, view.recent), (18, Some(4)));
    assert_eq!(view.flags.len(), 1);
    assert_eq!(view.highest_mod_seq, Some(ModSeq(715_194_045_010)));
    client.run(Close).await.unwrap();
    assert!(client.session().mailbox().is_none());
    assert_eq!(client.session().state(), State::Authenticated);
}

/// 1.4-4, 1.11: the class `readonly`.
#[test]
fn a_mailbox_that_turns_read_only_is_told() {
    let script = format!(
        "{SELECTED}C: $a NOOP
S: * OK [READ-ONLY] now
S: $a OK done
C: $b SELECT INBOX
S: * 1 EXISTS
S: $b OK [READ-ONLY] unasked
C: $c EXAMINE INBOX
S: * 1 EXISTS
S: $c OK [READ-ONLY] asked for
C: $z LOGOUT
S: * BYE see you
S: $z OK
"
    );
    both!(&script, turns_read_only);
}

async fn turns_read_only<L: Client>(client: L) {
    let session = client.session();
    assert!(session.require_writable().is_ok());
    client.run(Select::new("INBOX")).await.unwrap();
    assert!(session.require_writable().is_ok());
    client.run(Noop).await.unwrap();
    assert!(matches!(session.require_writable(), Err(Error::ReadOnly)));
    assert!(client.run(Select::new("INBOX")).await.unwrap().read_only);
    assert!(matches!(session.require_writable(), Err(Error::ReadOnly)));
    client.run(Examine::new("INBOX")).await.unwrap();
    assert!(session.mailbox().unwrap().read_only);
    assert!(session.require_writable().is_ok());
}

/// 1.6, 1.8: codes come with the result, typed; those of untagged conditions to subscribers.
/// 1.15-13: a code may hold `]` in a string, or begin with a digit.
#[test]
fn response_codes_come_with_each_result() {
    both!(
        "S: * PREAUTH [CAPABILITY IMAP4rev1 UIDPLUS] hi
C: $a APPEND INBOX {1}
S: + go
C: x
S: $a OK [APPENDUID 38505 3955] done
C: $s SELECT INBOX
S: * 9 EXISTS
S: $s OK [READ-WRITE] done
C: $b UID COPY 304,319:320 two
S: $b OK [COPYUID 38505 304,319:320 3956:3958] done
C: $c NOOP
S: * OK [ALERT] Short of space
S: * NO [9X \"a]b\"] odd
S: $c OK [XCOUNT 5] done
C: $d STATUS none (MESSAGES)
S: $d NO [NONEXISTENT] no such mailbox
C: $z LOGOUT
S: * BYE see you
S: $z OK
",
        codes
    );
}

async fn codes<L: Client>(client: L) {
    let mut events = client.events();
    let append = Append::new("INBOX", AppendMessage::new("x"));
    let appended = client.run(append).await.unwrap().unwrap();
    assert_eq!(appended.uid_validity, UidValidity(38505));
    assert!(appended.uids.iter().eq([Uid(3955)]));
    client.run(Select::new("INBOX")).await.unwrap();
    let set: imap_proto_core::types::UidSet = "304,319:320".parse().unwrap();
    let copied = client.run(UidCopy::new(set, "two")).await.unwrap().unwrap();
    assert_eq!(copied.destination.to_string(), "3956:3958");
    let outcome = L::outcome::<Noop>(client.start(Noop)).await.unwrap();
    let Ending::Completed(completion) = outcome.ending else {
        panic!("it did not end");
    };
    let Some(Code::Other { name, .. }) = completion.text.code else {
        panic!("{completion:?}");
    };
    assert_eq!(name, "XCOUNT");
    let code = |data: &Data| match data {
        Data::Condition { condition, text } => Some((*condition, text.code.clone()?)),
        _ => None,
    };
    let alert = data::<L>(&mut events, |data| code(data).is_some()).await;
    assert!(matches!(code(&alert), Some((Condition::Ok, Code::Alert))));
    let odd = data::<L>(&mut events, |data| code(data).is_some()).await;
    let Data::Condition { text, .. } = odd else {
        panic!("{odd:?}");
    };
    assert_eq!(text.text.as_str(), Some("odd"));
    let missing = client.run(Status::new("none", StatusItems::new().messages()));
    let Err(Error::No(completion)) = missing.await else {
        panic!("not refused");
    };
    assert!(matches!(completion.text.code, Some(Code::NonExistent)));
}

/// 1.8: `pop_untagged_responses()`, for one who looks now and then.
#[test]
fn what_nobody_asked_for_is_taken_in_order_without_waiting() {
    let script = format!(
        "{SELECTED}C: $a NOOP
S: * 18 EXISTS
S: * 3 FETCH (FLAGS (\\Seen))
S: * XNEWS 1 (a \"b\")
S: $a OK done
C: $z LOGOUT
S: * BYE see you
S: $z OK
"
    );
    crate::kit::by_threads(
        &script,
        |config| config,
        |session| async move {
            let mut events = session.events();
            now_selected(&session).await;
            while events.try_next().is_some() {}
            session.noop().wait().unwrap();
            shown(std::iter::from_fn(|| events.try_next()));
        },
    );
    crate::kit::by_tasks(
        &script,
        |config| config,
        |session| async move {
            let mut events = session.events();
            now_selected(&session).await;
            while events.try_next().is_some() {}
            session.noop().await.unwrap();
            shown(std::iter::from_fn(|| events.try_next()));
        },
    );
}

async fn now_selected<L: Client>(client: &L) {
    client.run(Select::new("INBOX")).await.unwrap();
}

fn shown(notices: impl Iterator<Item = Notice>) {
    let data: Vec<Data> = notices
        .filter_map(|notice| match notice {
            Notice::Data { data, .. } => Some(data),
            _ => None,
        })
        .collect();
    let [Data::Exists(18), Data::Fetch(fetch), Data::Other(other), ..] = data.as_slice() else {
        panic!("{data:?}");
    };
    assert_eq!(fetch.sequence_number, Some(SequenceNumber(3)));
    assert_eq!((&other.name, other.tokens.len()), (&"XNEWS".into(), 2));
}

/// A subscription is bounded: who reads too little is told how much is missing.
#[test]
fn a_slow_subscriber_is_told_what_it_missed() {
    both!(
        "S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $a NOOP
flood 1000 * OK still here
S: $a OK done
eof
",
        lagging,
        |config| {
            let mut limits = Limits::default();
            limits.max_events = 10;
            let config = config.limits(limits);
            crate::kit::timeouts(config, |timeouts| {
                timeouts.reader_stall = Duration::from_millis(20);
            })
        }
    );
}

async fn lagging<L: Client>(client: L) {
    let mut events = client.events();
    client.run(Noop).await.unwrap();
    let (mut seen, mut missed) = (0, 0);
    while let Some(notice) = L::notice(&mut events, crate::kit::PATIENCE).await {
        match notice {
            Notice::Data { .. } => seen += 1,
            Notice::Lagged(count) => missed += count,
            _ => {}
        }
    }
    assert!((10..1000).contains(&seen), "{seen} were kept");
    assert_eq!(seen + missed, 1000);
}
