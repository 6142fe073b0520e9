//! Searching.

use chrono::{Days, NaiveDate};
use imap_proto_core::encode::{
    AppendMessage, Fetch, FetchItems, Messages, Search, SearchKey as Key, SearchReturn, Select,
    Store, StoreAction, UidSearch, UidStore,
};
use imap_proto_core::types::{Flag, ModSeq, SequenceNumber, Uid, UidSet};

use crate::interop::case::{Case, Failure, Verdict, check, now, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

/// The messages that meet a condition.
async fn found<L: Client>(t: &Case<'_, L>, key: Key) -> Result<Vec<u32>, Failure> {
    let found = t.run(Search::<SequenceNumber>::new(key)).await?;
    let mut numbers: Vec<u32> = found.iter().map(|number| number.0).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// Fails unless a condition finds these.
async fn finds<L: Client>(t: &Case<'_, L>, key: Key, expected: &[u32]) -> Verdict {
    let what = format!("{key:?}");
    same(&what, found(t, key).await?, expected)
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, month, day).unwrap_or_default()
}

fn today() -> NaiveDate {
    now().date_naive()
}

async fn five<L: Client>(t: &Case<'_, L>) -> Verdict {
    let message = |number| {
        let cc = if number == 3 {
            "Cc: Copy <copy@example.org>\r\nBcc: blind@example.org\r\n"
        } else {
            ""
        };
        AppendMessage::new(format!("{cc}{}", mail::small(number)))
    };
    t.filled_with((1..=5).map(message)).await?;
    let flags = [
        (1, Flag::Answered),
        (2, Flag::Deleted),
        (3, Flag::Draft),
        (4, Flag::Flagged),
        (5, Flag::Seen),
    ];
    for (number, flag) in flags {
        let action = StoreAction::add([flag]);
        t.run(Store::new(SequenceNumber(number), action)).await?;
    }
    Ok(())
}

pub(super) async fn every_key<L: Client>(t: &Case<'_, L>) -> Verdict {
    five(t).await?;
    let size = mail::small(1).len() as u64;
    let yesterday = today().checked_sub_days(Days::new(2)).unwrap_or_default();
    let tomorrow = today().checked_add_days(Days::new(2)).unwrap_or_default();
    let all: &[u32] = &[1, 2, 3, 4, 5];
    let cases: Vec<(Key, &[u32])> = vec![
        (Key::all(), all),
        (Key::answered(), &[1]),
        (Key::deleted(), &[2]),
        (Key::draft(), &[3]),
        (Key::flagged(), &[4]),
        (Key::seen(), &[5]),
        (Key::unanswered(), &[2, 3, 4, 5]),
        (Key::undeleted(), &[1, 3, 4, 5]),
        (Key::undraft(), &[1, 2, 4, 5]),
        (Key::unflagged(), &[1, 2, 3, 5]),
        (Key::unseen(), &[1, 2, 3, 4]),
        (Key::bcc("blind"), &[3]),
        (Key::cc("copy"), &[3]),
        (Key::body("message 2."), &[2]),
        (Key::text("number-4"), &[4]),
        (Key::sender("sender-5"), &[5]),
        (Key::to("alice"), all),
        (Key::subject("number 1"), &[1]),
        (Key::header("Message-ID", "number-2"), &[2]),
        (Key::header("Cc", ""), &[3]),
        (Key::before(tomorrow), all),
        (Key::before(yesterday), &[]),
        (Key::since(yesterday), all),
        (Key::on(yesterday), &[]),
        (Key::sent_before(day(2, 4)), &[1, 2]),
        (Key::sent_on(day(2, 4)), &[3]),
        (Key::sent_since(day(2, 4)), &[3, 4, 5]),
        (Key::larger(size), &[3]),
        (Key::smaller(size + 1), &[1, 2, 4, 5]),
        (Key::keyword("$Interop"), &[]),
        (Key::unkeyword("$Interop"), all),
        (Key::numbers(SequenceNumber(4)..), &[4, 5]),
        (Key::other("NOT ANSWERED"), &[2, 3, 4, 5]),
    ];
    for (key, expected) in cases {
        finds(t, key, expected).await?;
    }
    let recent = found(t, Key::recent()).await?;
    let new = found(t, Key::new_messages()).await?;
    check(new.iter().all(|number| recent.contains(number)), "NEW")?;
    let old = found(t, Key::old()).await?;
    same("RECENT and OLD", recent.len() + old.len(), 5)
}

pub(super) async fn combinations<L: Client>(t: &Case<'_, L>) -> Verdict {
    five(t).await?;
    finds(t, Key::answered() | Key::seen(), &[1, 5]).await?;
    finds(t, Key::unseen() & Key::undraft() & !Key::flagged(), &[1, 2]).await?;
    finds(t, !(Key::answered() | Key::deleted()), &[3, 4, 5]).await?;
    finds(t, !(Key::unanswered() & Key::undeleted()), &[1, 2]).await?;
    let three = Key::answered() | Key::deleted() | Key::draft();
    finds(t, three, &[1, 2, 3]).await
}

/// Text that ASCII has not, in a literal with CHARSET.
pub(super) async fn non_ascii_text<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled_with([
        AppendMessage::new(mail::small(1)),
        AppendMessage::new(mail::structured()),
    ])
    .await?;
    finds(t, Key::body("Gr\u{fc}\u{df}e"), &[2]).await?;
    finds(t, Key::text("\u{65e5}\u{672c}\u{8a9e}"), &[2]).await?;
    finds(t, Key::sender("Gr\u{fc}\u{df}e"), &[2]).await?;
    finds(t, Key::subject("Entw\u{fc}rfe"), &[]).await?;
    finds(t, Key::subject("a \"quoted\" \\ text"), &[]).await
}

pub(super) async fn by_number_and_uid<L: Client>(t: &Case<'_, L>) -> Verdict {
    five(t).await?;
    let uids = t.uids().await?;
    let some_uids: UidSet = [uids[1], uids[3]].into_iter().collect();
    finds(t, Key::uid(some_uids), &[2, 4]).await?;
    let numbers = SequenceNumber(2)..=SequenceNumber(3);
    let told = t.run(UidSearch::new(Key::numbers(numbers))).await?;
    let told: Vec<Uid> = told.iter().collect();
    same("UIDs", told, [uids[1], uids[2]])?;
    let told = t.run(UidSearch::new(Key::keyword("$Nothing"))).await?;
    check(told.is_empty(), format!("found something: {told:?}"))
}

pub(super) async fn esearch<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("ESEARCH").await?;
    five(t).await?;
    let uids = t.uids().await?;
    let options = SearchReturn::new().min().max().count();
    let search = UidSearch::new(Key::unseen()).returning(options);
    let told = t.run(search).await?;
    same("MIN", told.min(), Some(uids[0]))?;
    same("MAX", told.max(), Some(uids[3]))?;
    same("COUNT", told.count(), Some(4))?;
    check(told.numbers.is_none(), "ALL was not asked for")?;
    let search = UidSearch::new(Key::unseen()).returning(SearchReturn::new().all());
    let told: Vec<Uid> = t.run(search).await?.iter().collect();
    same("ALL", &told, &uids[..4])?;
    let search = UidSearch::new(Key::keyword("$Nothing"));
    let told = t.run(search.returning(SearchReturn::new().count())).await?;
    same("COUNT of nothing", told.count(), Some(0))
}

pub(super) async fn saved_result<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("SEARCHRES").await?;
    five(t).await?;
    let save = UidSearch::new(Key::unseen()).returning(SearchReturn::new().save());
    // The commands that use the result go out without waiting for it.
    let search = t.start(save);
    let items = FetchItems::new().flags();
    let fetch = t.start(Fetch::<Uid>::new(Messages::SavedResult, items));
    let again = t.start(Search::<SequenceNumber>::new(
        Key::saved_result() & Key::flagged(),
    ));
    L::finish::<UidSearch>(search).await?;
    same("fetched", L::finish::<Fetch<Uid>>(fetch).await?.len(), 4)?;
    let again = L::finish::<Search<SequenceNumber>>(again).await?;
    let again: Vec<_> = again.iter().collect();
    same("searched again", again, [SequenceNumber(4)])?;
    let action = StoreAction::add([Flag::Seen]).silent();
    t.run(UidStore::new(Messages::SavedResult, action)).await?;
    finds(t, Key::unseen(), &[]).await
}

pub(super) async fn mod_seq<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("CONDSTORE").await?;
    five(t).await?;
    t.run(Select::new(t.name("mail")).cond_store()).await?;
    let told = t
        .run(Search::<SequenceNumber>::new(Key::mod_seq(ModSeq(1))))
        .await?;
    let highest = some("MODSEQ", told.mod_seq)?;
    same("found", told.count(), Some(5))?;
    let action = StoreAction::add([Flag::Flagged]);
    t.run(Store::new(SequenceNumber(2), action)).await?;
    finds(t, Key::mod_seq(ModSeq(highest.0 + 1)), &[2]).await
}

pub(super) async fn within<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("WITHIN").await?;
    t.filled(2).await?;
    finds(t, Key::younger(3600), &[1, 2]).await?;
    finds(t, Key::older(3600), &[]).await
}
