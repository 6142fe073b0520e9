//! What imaplib2's own test script does, in its order, each step checked for its content.

use std::time::{Duration, Instant};

use imap_proto_core::encode::{
    Append, AppendMessage, Close, Compress, Create, Delete, Examine, Expunge, Fetch, FetchItems,
    FetchSection, Id, List, Logout, Namespace, Noop, Rename, Search, SearchKey, Select, Store,
    StoreAction, ThreadAlgorithm, UidExpunge, UidFetch, UidSearch, UidStore, UidThread,
};
use imap_proto_core::engine::{Config, State};
use imap_proto_core::session::{Error, ErrorClass, IdleEnd, Notice};
use imap_proto_core::types::{
    Data, FetchResponse, Flag, ListResponse, Section, SequenceNumber, Uid,
};

use crate::interop::case::{Case, Failure, Verdict, check, now, same, some};
use crate::interop::client::Client;
use crate::interop::runner::Steps;

/// Longer than any server takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// The script's message, with the line ends of a system that has no CR.
fn message(subject: &str) -> String {
    format!("From: user@localhost\nSubject: {subject}\n\nThe quick brown fox.\n.\nlast line\n")
}

/// As it must come back.
fn wire(subject: &str) -> String {
    message(subject).replace('\n', "\r\n")
}

/// All steps.
pub(in crate::interop) async fn all<L: Client>(t: &Case<'_, L>, steps: &mut Steps) {
    let mut events = t.client.events();
    first_sequence(t, steps).await;
    steps.take("id", id(t).await);
    steps.take("id again", id(t).await);
    steps.take("id without fields", id_without_fields(t).await);
    second_sequence(t, steps).await;
    steps.take("compress", compress(t).await);
    steps.take("idle, ended by time", idle_by_time(t).await);
    steps.take("idle, ended by a command", idle_by_command(t).await);
    steps.take("idle, ended by data", idle_by_data(t).await);
    steps.take("idle, interrupted", idle_interrupted(t).await);
    steps.take("untagged left over", left_over::<L>(&mut events).await);
    steps.take("logout", logout(t).await);
}

async fn first_sequence<L: Client>(t: &Case<'_, L>, steps: &mut Steps) {
    steps.take("list nothing", lists(t, &[]).await);
    steps.take("create", create(t).await);
    steps.take("rename", rename(t).await);
    steps.take("create another", create_another(t).await);
    steps.take("append", append(t).await);
    steps.take("list", lists(t, &["1", "2"]).await);
    steps.take("select", select(t).await);
    steps.take("search", search(t).await);
    steps.take("fetch", fetch(t).await);
    steps.take("store", store(t).await);
    steps.take("namespace", namespace(t).await);
    steps.take("expunge", expunge(t).await);
    steps.take("recent", recent(t).await);
    steps.take("close", close(t).await);
    steps.take("delete", delete(t).await);
}

async fn second_sequence<L: Client>(t: &Case<'_, L>, steps: &mut Steps) {
    let subject = t.name("default");
    steps.take("select INBOX", select_inbox(t).await);
    steps.take("append to INBOX", append_to_inbox(t, &subject).await);
    steps.take("examine and select in turn", alternation(t).await);
    steps.take("uid search", found(t, &subject).await.map(|_| ()));
    steps.take("uid fetch", uid_fetch(t, &subject).await);
    steps.take("uid thread", uid_thread(t, &subject).await);
    steps.take("uid store", uid_store(t, &subject).await);
    steps.take("uid expunge", uid_expunge(t, &subject).await);
    steps.take("recent of INBOX", recent(t).await);
}

async fn listed<L: Client>(t: &Case<'_, L>) -> Result<Vec<ListResponse>, Error> {
    t.run(List::new("", t.name("%").as_str())).await
}

/// LIST shows these mailboxes of ours and no other, and all can be selected.
async fn lists<L: Client>(t: &Case<'_, L>, stems: &[&str]) -> Verdict {
    let listed = listed(t).await?;
    check(
        listed.iter().all(ListResponse::is_selectable),
        format!("not selectable: {listed:?}"),
    )?;
    let mut names: Vec<String> = listed
        .iter()
        .map(|found| found.mailbox.to_text().into_owned())
        .collect();
    names.sort();
    let expected: Vec<String> = stems.iter().map(|stem| t.name(stem)).collect();
    same("mailboxes", names, expected)
}

async fn create<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.run(Create::new(t.name("0").as_str())).await?;
    lists(t, &["0"]).await
}

async fn rename<L: Client>(t: &Case<'_, L>) -> Verdict {
    let (from, to) = (t.name("0"), t.name("1"));
    t.run(Rename::new(from.as_str(), to.as_str())).await?;
    lists(t, &["1"]).await
}

async fn create_another<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.run(Create::new(t.name("2").as_str())).await?;
    lists(t, &["1", "2"]).await
}

async fn append<L: Client>(t: &Case<'_, L>) -> Verdict {
    let message = AppendMessage::with_line_ends(message("IMAP4 test"));
    let appended = t.run(Append::new(t.name("2").as_str(), message)).await?;
    if t.offers("UIDPLUS").await? {
        same("UIDs", some("APPENDUID", appended)?.uids.len(), 1)?;
    }
    Ok(())
}

async fn select<L: Client>(t: &Case<'_, L>) -> Verdict {
    let told = t.run(Select::new(t.name("2").as_str())).await?;
    same("exists", told.exists, Some(1))?;
    let view = some("view", t.client.session().mailbox())?;
    same("mailbox", view.mailbox.to_text().into_owned(), t.name("2"))?;
    same("exists in the view", view.exists, 1)?;
    same("UIDVALIDITY", view.uid_validity, told.uid_validity)?;
    same("read-only", view.read_only, false)
}

async fn search<L: Client>(t: &Case<'_, L>) -> Verdict {
    let key = SearchKey::subject("IMAP4 test");
    let found = t.run(Search::<SequenceNumber>::new(key)).await?;
    let numbers: Vec<SequenceNumber> = found.iter().collect();
    same("found", numbers, [SequenceNumber(1)])?;
    let key = SearchKey::subject("another subject");
    let found = t.run(Search::<SequenceNumber>::new(key)).await?;
    same("of another subject", found.iter().count(), 0)
}

/// FETCH (FLAGS INTERNALDATE RFC822).
async fn fetch<L: Client>(t: &Case<'_, L>) -> Verdict {
    let items = FetchItems::new().flags().internal_date();
    let items = items.section(FetchSection::new(Section::Rfc822));
    let one = SequenceNumber(1);
    let fetched = t.run(Fetch::new(one..=one, items)).await?;
    let fetched = some("message", fetched.first())?;
    some("FLAGS", fetched.flags.as_ref())?;
    let date = some("INTERNALDATE", fetched.internal_date.as_ref())?;
    let age = now().timestamp() - some("date", date.date_time())?.timestamp();
    check((-60..600).contains(&age), format!("of {age} s ago"))?;
    same_octets(fetched, &Section::Rfc822, &wire("IMAP4 test"))
}

fn same_octets(fetched: &FetchResponse, section: &Section, expected: &str) -> Verdict {
    let section = some("section", fetched.section(section))?;
    let octets = some("octets", section.data.as_ref())?;
    same("octets", octets.to_str_lossy().as_ref(), expected)
}

async fn store<L: Client>(t: &Case<'_, L>) -> Verdict {
    let replace = StoreAction::replace([Flag::Deleted]);
    let stored = t.run(Store::new(SequenceNumber(1), replace)).await?;
    let message = some("answer", stored.messages.first())?;
    let flags = some("FLAGS", message.flags.as_ref())?;
    check(flags.contains(&Flag::Deleted), format!("{flags}"))?;
    // RFC822 set it, and the replacement took it away.
    check(!flags.contains(&Flag::Seen), format!("{flags}"))
}

async fn namespace<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("NAMESPACE").await?;
    let told = t.run(Namespace).await?;
    let own = some("personal namespace", told.personal.first())?;
    let prefix = own.prefix.to_str_lossy();
    check(t.prefix.starts_with(prefix.as_ref()), prefix.as_ref())
}

async fn expunge<L: Client>(t: &Case<'_, L>) -> Verdict {
    let expunged = t.run(Expunge).await?;
    same("expunged", expunged.len(), 1)?;
    let view = some("view", t.client.session().mailbox())?;
    same("exists", view.exists, 0)
}

/// What the server told by RECENT, or tells by STATUS where it is asked (IMAP4rev1 only).
async fn recent<L: Client>(t: &Case<'_, L>) -> Verdict {
    if t.capabilities().await?.has_rev2() {
        return Err(Failure::Skipped("IMAP4rev2 has no RECENT".to_owned()));
    }
    t.run(Noop).await?;
    let view = some("view", t.client.session().mailbox())?;
    some("RECENT", view.recent).map(|_| ())
}

async fn close<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.run(Close).await?;
    same("state", t.client.session().state(), State::Authenticated)?;
    check(t.client.session().mailbox().is_none(), "there is a view")
}

async fn delete<L: Client>(t: &Case<'_, L>) -> Verdict {
    let listed = listed(t).await?;
    same("mailboxes", listed.len(), 2)?;
    for found in listed {
        t.run(Delete::new(found.mailbox)).await?;
    }
    lists(t, &[]).await
}

async fn id<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("ID").await?;
    let told = t.run(Id::library()).await?;
    check(!told.fields.is_empty(), "the server tells nothing")
}

async fn id_without_fields<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("ID").await?;
    let (told, again) = (t.run(Id::new()).await?, t.run(Id::library()).await?);
    same("name", told.value("name"), again.value("name"))
}

async fn select_inbox<L: Client>(t: &Case<'_, L>) -> Verdict {
    let told = t.run(Select::new("INBOX")).await?;
    some("UIDVALIDITY", told.uid_validity)?;
    let view = some("view", t.client.session().mailbox())?;
    check(view.mailbox.is_inbox(), "another mailbox")?;
    same(
        "UIDVALIDITY in the view",
        view.uid_validity,
        told.uid_validity,
    )?;
    check(Some(view.exists) >= told.exists, "fewer than there were")
}

/// A message to INBOX, which the seed means by no mailbox; it is told of by EXISTS.
async fn append_to_inbox<L: Client>(t: &Case<'_, L>, subject: &str) -> Verdict {
    let before = some("view", t.client.session().mailbox())?.exists;
    let message = AppendMessage::with_line_ends(message(subject));
    t.run(Append::new("INBOX", message)).await?;
    t.run(Noop).await?;
    let view = some("view", t.client.session().mailbox())?;
    check(view.exists > before, format!("{} messages", view.exists))
}

async fn alternation<L: Client>(t: &Case<'_, L>) -> Verdict {
    let mut validity = None;
    for _ in 0..2 {
        let examined = t.run(Examine::new("INBOX")).await?;
        check(examined.read_only, "EXAMINE is not read-only")?;
        let selected = t.run(Select::new("INBOX")).await?;
        check(!selected.read_only, "SELECT is read-only")?;
        t.client.session().require_writable()?;
        for told in [examined.uid_validity, selected.uid_validity] {
            same("UIDVALIDITY", told, validity.unwrap_or(told))?;
            validity = Some(told);
        }
    }
    Ok(())
}

/// The message that was appended to INBOX.
async fn found<L: Client>(t: &Case<'_, L>, subject: &str) -> Result<Uid, Failure> {
    let found = t.run(UidSearch::new(SearchKey::subject(subject))).await?;
    let uids: Vec<Uid> = found.iter().collect();
    same("messages found", uids.len(), 1)?;
    some("UID", uids.first().copied())
}

async fn uid_fetch<L: Client>(t: &Case<'_, L>, subject: &str) -> Verdict {
    let uid = found(t, subject).await?;
    let items = FetchItems::new().flags();
    let items = items.section(FetchSection::new(Section::Full));
    let fetched = t.run(UidFetch::new(uid..=uid, items)).await?;
    let fetched = some("message", fetched.first())?;
    same("UID", fetched.uid, Some(uid))?;
    let flags = some("FLAGS", fetched.flags.as_ref())?;
    check(!flags.contains(&Flag::Seen), format!("{flags}"))?;
    same_octets(fetched, &Section::Full, &wire(subject))
}

async fn uid_thread<L: Client>(t: &Case<'_, L>, subject: &str) -> Verdict {
    t.needs("THREAD=ORDEREDSUBJECT").await?;
    let uid = found(t, subject).await?;
    let key = SearchKey::uid(uid);
    let thread = UidThread::new(ThreadAlgorithm::OrderedSubject, key);
    let threads = t.run(thread).await?;
    let numbers: Vec<u32> = threads.numbers().collect();
    same("threads", numbers, [uid.0])
}

async fn uid_store<L: Client>(t: &Case<'_, L>, subject: &str) -> Verdict {
    let uid = found(t, subject).await?;
    let delete = StoreAction::add([Flag::Deleted]);
    let stored = t.run(UidStore::new(uid, delete)).await?;
    let message = some("answer", stored.messages.first())?;
    let flags = some("FLAGS", message.flags.as_ref())?;
    check(flags.contains(&Flag::Deleted), format!("{flags}"))
}

async fn uid_expunge<L: Client>(t: &Case<'_, L>, subject: &str) -> Verdict {
    let uid = found(t, subject).await?;
    let expunged = if t.offers("UIDPLUS").await? {
        t.run(UidExpunge::new(uid)).await?
    } else {
        t.run(Expunge).await?
    };
    check(!expunged.is_empty(), "nothing was expunged")?;
    let key = SearchKey::subject(subject);
    let left = t.run(UidSearch::new(key)).await?;
    same("left", left.iter().count(), 0)
}

/// On a connection that does not begin compressed.
async fn compress<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("COMPRESS=DEFLATE").await?;
    let client = t
        .connector
        .connect(|config: Config| config.compress(false))?;
    check(!client.session().is_compressed(), "compressed already")?;
    client.run(Compress).await?;
    check(client.session().is_compressed(), "not compressed")?;
    let told = client.run(Select::new("INBOX")).await?;
    check(told.exists.is_some(), "nothing told of INBOX")?;
    client.run(Noop).await?;
    Ok(())
}

/// IDLE of two seconds, of which nothing comes.
async fn idle_by_time<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("IDLE").await?;
    t.filled(1).await?;
    let began = Instant::now();
    let end = t
        .client
        .idle(Duration::from_secs(2), Notice::is_news)
        .await?;
    check(matches!(end, IdleEnd::Time), format!("ended by {end:?}"))?;
    check(began.elapsed() >= Duration::from_secs(2), "too early")
}

/// IDLE of 99 seconds, ended by the NOOP of another thread.
async fn idle_by_command<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("IDLE").await?;
    let session = t.client.session().clone();
    let other = std::thread::spawn(move || {
        while !session.is_idling() && session.ended().is_none() {
            std::thread::yield_now();
        }
        let _ = session.run(Noop);
    });
    let end = t
        .client
        .idle(Duration::from_secs(99), Notice::is_news)
        .await?;
    let _ = other.join();
    check(matches!(end, IdleEnd::Command), format!("ended by {end:?}"))?;
    t.run(Noop).await?;
    check(!t.client.session().is_idling(), "still idling")
}

/// IDLE of 99 seconds, ended by a message that another connection appends.
async fn idle_by_data<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("IDLE").await?;
    let other = t.another()?;
    let name = some("view", t.client.session().mailbox())?.mailbox;
    let before = some("view", t.client.session().mailbox())?.exists;
    let session = t.client.session().clone();
    let appending = other.session().clone();
    let appender = std::thread::spawn(move || {
        while !session.is_idling() && session.ended().is_none() {
            std::thread::yield_now();
        }
        let message = AppendMessage::with_line_ends(message("news"));
        let _ = appending.run(Append::new(name, message));
    });
    let exists = |notice: &Notice| matches!(notice, Notice::Data { data: Data::Exists(count), .. } if *count > before);
    let end = t.client.idle(Duration::from_secs(99), exists).await?;
    let _ = appender.join();
    check(matches!(end, IdleEnd::Data(_)), format!("ended by {end:?}"))?;
    let view = some("view", t.client.session().mailbox())?;
    check(view.exists > before, "the view does not know")
}

/// What Ctrl-C does to the script: the wait ends with an error, and so does the connection.
async fn idle_interrupted<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("IDLE").await?;
    let client = t.another()?;
    let session = client.session().clone();
    let interrupt = client.session().abort_handle();
    let other = std::thread::spawn(move || {
        while !session.is_idling() && session.ended().is_none() {
            std::thread::yield_now();
        }
        interrupt.abort();
    });
    let end = client.idle(Duration::from_secs(99), Notice::is_news).await;
    let _ = other.join();
    let Err(error) = end else {
        return Err(Failure::Failed(format!("ended by {end:?}")));
    };
    same("class", error.class(), ErrorClass::Connection)
}

/// Everything that came unasked is understood.
async fn left_over<L: Client>(events: &mut L::Events) -> Verdict {
    while let Some(notice) = L::notice(events, Duration::ZERO).await {
        match notice {
            Notice::Malformed(malformed) => {
                return Err(Failure::Failed(format!("malformed: {malformed:?}")));
            }
            Notice::Lagged(count) => {
                return Err(Failure::Failed(format!("{count} are missing")));
            }
            _ => {}
        }
    }
    Ok(())
}

async fn logout<L: Client>(t: &Case<'_, L>) -> Verdict {
    let client = t.another()?;
    let mut events = client.events();
    client.run(Logout).await?;
    while let Some(notice) = L::notice(&mut events, PATIENCE).await {
        if let Notice::Closed(error) = notice {
            check(error.is_logged_out(), format!("{error}"))?;
            same("state", client.session().state(), State::Closed)?;
            let late = client.run(Noop).await;
            return check(late.is_err(), "a command was taken behind LOGOUT");
        }
    }
    Err(Failure::Failed("the end was not told".to_owned()))
}
