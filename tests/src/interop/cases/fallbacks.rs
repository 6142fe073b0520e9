//! Operations without the extensions that are there for them, beside the same with them: both give
//! the same.

use std::collections::BTreeSet;

use imap_proto_core::encode::{
    Append, AppendMessage, FetchItems, Messages, SearchKey, Select, Status, StatusItems,
    StoreAction, UidFetch, UidSearch, UidStore,
};
use imap_proto_core::engine::{Fallbacks, State};
use imap_proto_core::session::{Halted, KnownMailbox, Portable, ResyncMethod, Way};
use imap_proto_core::types::{Flag, Uid, UidSet};

use crate::interop::case::{Case, Failure, Verdict, check, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

/// A connection that uses no extension where there is another way.
fn avoiding<L: Client>(t: &Case<'_, L>, fallbacks: Fallbacks) -> Result<L, Failure> {
    let fallbacks = fallbacks.avoid_extensions(true);
    Ok(t.connector.connect(|config| config.fallbacks(fallbacks))?)
}

fn portable<L: Client>(client: &L) -> Portable<L::Flavor> {
    client.session().portable()
}

#[expect(clippy::needless_pass_by_value, reason = "given to map_err")]
fn told<S: std::fmt::Debug + std::fmt::Display>(halted: Halted<S>) -> Failure {
    Failure::Failed(halted.to_string())
}

/// The UIDs of a mailbox, which is selected for that.
async fn uids_of<L: Client>(client: &L, mailbox: &str) -> Result<Vec<Uid>, Failure> {
    client.run(Select::new(mailbox)).await?;
    let found = client.run(UidSearch::new(SearchKey::all())).await?;
    let mut uids: Vec<Uid> = found.iter().collect();
    uids.sort_unstable();
    Ok(uids)
}

fn way(native: bool) -> Way {
    if native { Way::Native } else { Way::Fallback }
}

pub(super) async fn moving<L: Client>(t: &Case<'_, L>) -> Verdict {
    let mailbox = t.filled(6).await?;
    let uids = t.uids().await?;
    let (native, other) = (t.create("native").await?, t.create("other").await?);
    let bare = avoiding(t, Fallbacks::default().bare_expunge(true))?;
    bare.run(Select::new(mailbox.as_str())).await?;

    let offered = t.offers("MOVE").await?;
    let first: UidSet = uids[..2].iter().copied().collect();
    let moved = L::end(portable(&t.client).uid_move(first, native.as_str())).await;
    let moved = moved.map_err(told)?;
    same("way", moved.way, way(offered))?;
    let next = UidSet::range(uids[2], uids[3]);
    let moved = L::end(portable(&bare).uid_move(next, other.as_str())).await;
    let moved = moved.map_err(told)?;
    same("way", moved.way, Way::Fallback)?;
    same("left", moved.left, None)?;

    same(
        "messages left",
        uids_of(&t.client, &mailbox).await?,
        uids[4..].to_vec(),
    )?;
    let both = (
        uids_of(&t.client, &native).await?,
        uids_of(&t.client, &other).await?,
    );
    same("messages moved", (both.0.len(), both.1.len()), (2, 2))?;

    // Without UIDPLUS and without leave to expunge, the message stays, marked.
    let careful = avoiding(t, Fallbacks::default())?;
    careful.run(Select::new(mailbox.as_str())).await?;
    let moved = L::end(portable(&careful).uid_move(uids[4], other.as_str())).await;
    same(
        "left",
        moved.map_err(told)?.left,
        Some(UidSet::from(uids[4])),
    )?;
    let marked = careful.run(UidSearch::new(SearchKey::deleted())).await?;
    same("marked", marked.iter().collect::<Vec<_>>(), vec![uids[4]])?;

    // A mailbox that is not there: nothing is touched.
    let nowhere = t.name("nowhere");
    let halted = L::end(portable(&careful).uid_move(uids[5], nowhere)).await;
    let halted = some("failure", halted.err())?;
    check(halted.cause.completion().is_some(), halted.to_string())?;
    same("messages", uids_of(&careful, &mailbox).await?.len(), 2)
}

pub(super) async fn expunging<L: Client>(t: &Case<'_, L>) -> Verdict {
    let mailbox = t.filled(4).await?;
    let uids = t.uids().await?;
    let mark = StoreAction::add([Flag::Deleted]).silent();
    let marked: UidSet = uids[..3].iter().copied().collect();
    t.run(UidStore::new(marked, mark)).await?;
    if t.offers("UIDPLUS").await? {
        let done = L::end(portable(&t.client).uid_expunge(uids[0])).await;
        same("way", done.map_err(told)?.way, Way::Native)?;
        same("left", t.uids().await?, uids[1..].to_vec())?;
    }
    let bare = avoiding(t, Fallbacks::default().bare_expunge(true))?;
    bare.run(Select::new(mailbox.as_str())).await?;
    let done = L::end(portable(&bare).uid_expunge(uids[1])).await;
    same("way", done.map_err(told)?.way, Way::Fallback)?;
    let found = bare.run(UidSearch::new(SearchKey::deleted())).await?;
    let left: Vec<Uid> = found.iter().filter(|uid| *uid != uids[0]).collect();
    same("still marked", left, vec![uids[2]])
}

pub(super) async fn searching<L: Client>(t: &Case<'_, L>) -> Verdict {
    let mailbox = t.filled(5).await?;
    let uids = t.uids().await?;
    let without = avoiding(t, Fallbacks::default())?;
    without.run(Select::new(mailbox.as_str())).await?;
    for (client, native) in [(&t.client, true), (&without, false)] {
        let portable = portable(client);
        let found = L::end(portable.uid_search_summary(SearchKey::all())).await?;
        same("way", found.way, way(native && t.offers("ESEARCH").await?))?;
        same("count", found.answer.count, 5)?;
        same("min", found.answer.min, uids.first().copied())?;
        same("max", found.answer.max, uids.last().copied())?;
        let part = L::end(portable.uid_search_part(SearchKey::all(), 2, 3)).await?;
        same("way", part.way, way(native && t.offers("PARTIAL").await?))?;
        same(
            "part",
            part.answer.iter().collect::<Vec<_>>(),
            uids[1..3].to_vec(),
        )?;
        let part = L::end(portable.uid_search_part(SearchKey::all(), -1, -2)).await?;
        let mut last: Vec<Uid> = part.answer.iter().collect();
        last.sort_unstable();
        same("last part", last, uids[3..].to_vec())?;
        let saved = L::end(portable.uid_search_saved(SearchKey::uid(uids[1]))).await?;
        let native = native && t.offers("SEARCHRES").await?;
        same("way", saved.way, way(native))?;
        let messages = some("saved result", saved.answer)?;
        same("$", messages == Messages::SavedResult, native)?;
        let fetched = client
            .run(UidFetch::new(messages, FetchItems::new().flags()))
            .await?;
        let found: Vec<_> = fetched.iter().filter_map(|message| message.uid).collect();
        same("fetched", found, vec![uids[1]])?;
        let nothing = SearchKey::subject("no such subject anywhere");
        let saved = L::end(portable.uid_search_saved(nothing)).await?;
        same("nothing", saved.answer, None)?;
    }
    Ok(())
}

pub(super) async fn list_status<L: Client>(t: &Case<'_, L>) -> Verdict {
    for (stem, count) in [("one", 1), ("two", 2), ("none", 0)] {
        let name = t.create(stem).await?;
        for number in 0..count {
            let message = AppendMessage::new(mail::small(number));
            t.run(Append::new(name.as_str(), message)).await?;
        }
    }
    let without = avoiding(t, Fallbacks::default())?;
    let mut answers = Vec::new();
    for client in [&t.client, &without] {
        let items = StatusItems::new().messages().uid_next();
        let pattern = format!("{}*", t.prefix);
        let listed = L::end(portable(client).list_status("", pattern, items)).await?;
        let native = answers.is_empty() && t.offers("LIST-STATUS").await?;
        same("way", listed.way, way(native))?;
        let mut told = Vec::new();
        for (found, status) in listed.answer {
            let status = some("status", status)?;
            told.push((
                found.mailbox.to_string(),
                status.messages(),
                status.uid_next(),
            ));
        }
        told.sort();
        same("mailboxes", told.len(), 3)?;
        answers.push(told);
    }
    same("by STATUS", &answers[1], &answers[0])
}

pub(super) async fn special_use<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("SPECIAL-USE").await?;
    let without = avoiding(t, Fallbacks::default())?;
    let uses = async |client: &L| {
        let found = L::end(portable(client).special_use()).await?;
        let pairs = found
            .into_iter()
            .map(|found| (found.mailbox.to_string(), found.special_use.to_string()));
        Ok::<BTreeSet<_>, Failure>(pairs.collect())
    };
    let (told, guessed) = (uses(&t.client).await?, uses(&without).await?);
    check(
        guessed.is_subset(&told),
        format!("guessed {guessed:?}, told {told:?}"),
    )
}

pub(super) async fn unselecting<L: Client>(t: &Case<'_, L>) -> Verdict {
    let mailbox = t.filled(3).await?;
    let uids = t.uids().await?;
    let mark = StoreAction::add([Flag::Deleted]).silent();
    t.run(UidStore::new(uids[0], mark)).await?;
    let without = avoiding(t, Fallbacks::default())?;
    without.run(Select::new(mailbox.as_str())).await?;
    for (client, native) in [(&t.client, t.offers("UNSELECT").await?), (&without, false)] {
        let done = L::end(portable(client).unselect()).await.map_err(told)?;
        same("way", done.way, way(native))?;
        same("state", client.session().state(), State::Authenticated)?;
    }
    same("messages", uids_of(&without, &mailbox).await?.len(), 3)
}

pub(super) async fn appending<L: Client>(t: &Case<'_, L>) -> Verdict {
    let mailbox = t.create("mail").await?;
    let without = avoiding(t, Fallbacks::default())?;
    for (client, native) in [
        (&t.client, t.offers("MULTIAPPEND").await?),
        (&without, false),
    ] {
        let messages = (1..=3).map(|n| AppendMessage::new(mail::small(n)));
        let done = L::end(portable(client).append_all(mailbox.as_str(), messages)).await;
        same("way", done.map_err(told)?.way, way(native))?;
    }
    let status = Status::new(mailbox.as_str(), StatusItems::new().messages());
    same("messages", t.run(status).await?.messages(), Some(6))?;
    let messages = (1..=2).map(|n| AppendMessage::new(mail::small(n)));
    let halted = L::end(portable(&without).append_all(t.name("nowhere"), messages)).await;
    let state = some("failure", halted.err())?.state;
    same("appended", (state.appended, state.unknown), (0, false))
}

pub(super) async fn replacing<L: Client>(t: &Case<'_, L>) -> Verdict {
    let mailbox = t.filled(3).await?;
    let uids = t.uids().await?;
    let bare = avoiding(t, Fallbacks::default().bare_expunge(true))?;
    bare.run(Select::new(mailbox.as_str())).await?;
    let clients = [(&t.client, t.offers("REPLACE").await?), (&bare, false)];
    for (uid, (client, native)) in uids.iter().zip(clients) {
        let message = AppendMessage::new(mail::small(9));
        let done = L::end(portable(client).uid_replace(*uid, mailbox.as_str(), message)).await;
        let done = done.map_err(told)?;
        same("way", done.way, way(native))?;
        check(!done.left, "the old message is left")?;
    }
    let left = uids_of(&t.client, &mailbox).await?;
    same("messages", left.len(), 3)?;
    same("the oldest", left[0], uids[2])
}

pub(super) async fn binary<L: Client>(t: &Case<'_, L>) -> Verdict {
    let message = "Subject: parts\r\nMIME-Version: 1.0\r\n\
                   Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
                   Content-Transfer-Encoding: base64\r\n\r\naGVsbG8gd29ybGQK\r\n--b\r\n\
                   Content-Type: text/plain; charset=utf-8\r\n\
                   Content-Transfer-Encoding: quoted-printable\r\n\r\ncaf=C3=A9 =\r\nau lait\r\n\
                   --b\r\nContent-Type: text/plain\r\n\r\nplain = text\r\n--b--\r\n";
    let mailbox = t.filled_with([AppendMessage::new(message)]).await?;
    let uid = some("message", t.uids().await?.first().copied())?;
    let without = avoiding(t, Fallbacks::default())?;
    without.run(Select::new(mailbox.as_str())).await?;
    for (client, native) in [(&t.client, t.offers("BINARY").await?), (&without, false)] {
        for (part, expected) in [
            ("1", "hello world\n"),
            ("2", "café au lait"),
            ("3", "plain = text"),
        ] {
            let number = part.parse().map_err(|_| "no part".to_owned())?;
            let found = L::end(portable(client).uid_fetch_binary(uid, number)).await?;
            same("way", found.way, way(native))?;
            let octets = some("octets", found.answer)?;
            same(part, String::from_utf8_lossy(&octets), expected)?;
        }
    }
    Ok(())
}

pub(super) async fn resynchronizing<L: Client>(t: &Case<'_, L>) -> Verdict {
    let mailbox = t.filled(5).await?;
    let uids = t.uids().await?;
    let view = some("view", t.client.session().mailbox())?;
    let known = KnownMailbox {
        uid_validity: some("UIDVALIDITY", view.uid_validity)?,
        mod_seq: view.highest_mod_seq,
        uids: uids.iter().copied().collect(),
    };
    let bare = avoiding(t, Fallbacks::default().bare_expunge(true))?;
    bare.run(Select::new(mailbox.as_str())).await?;
    let mark = StoreAction::add([Flag::Deleted]).silent();
    bare.run(UidStore::new(uids[1], mark)).await?;
    L::end(portable(&bare).uid_expunge(uids[1]))
        .await
        .map_err(told)?;
    let flagged = StoreAction::add([Flag::Flagged]).silent();
    bare.run(UidStore::new(uids[3], flagged)).await?;

    let fresh = t.another()?;
    for (client, expected) in [(&fresh, None), (&bare, Some(ResyncMethod::Comparison))] {
        let resynchronize = portable(client).resynchronize(mailbox.as_str(), known.clone());
        let found = L::end(resynchronize).await?;
        same("vanished", found.vanished, UidSet::from(uids[1]))?;
        let mut changed = found.changed.iter();
        let changed = changed.find(|message| message.uid == Some(uids[3]));
        let flags = changed.and_then(|message| message.flags.as_ref());
        let flags = some("flags of the message that changed", flags)?;
        check(flags.contains(&Flag::Flagged), "the flag is not told")?;
        if let Some(expected) = expected {
            same("method", found.method, expected)?;
        } else if t.offers("QRESYNC").await? && known.mod_seq.is_some() {
            same("method", found.method, ResyncMethod::Qresync)?;
            same("changed", found.changed.len(), 1)?;
        }
    }
    // In a selected mailbox QRESYNC can no longer be enabled.
    let late = t.another()?;
    late.run(Select::new(mailbox.as_str())).await?;
    let found = L::end(portable(&late).resynchronize(mailbox.as_str(), known.clone())).await?;
    same("vanished", found.vanished, UidSet::from(uids[1]))?;
    if t.offers("CONDSTORE").await? && known.mod_seq.is_some() {
        same("method", found.method, ResyncMethod::Condstore)?;
        same("changed", found.changed.len(), 1)?;
    }
    let mut other = known;
    other.uid_validity.0 += 1;
    let found = L::end(portable(&bare).resynchronize(mailbox.as_str(), other)).await?;
    same("method", found.method, ResyncMethod::Reset)
}

pub(super) async fn watching<L: Client>(t: &Case<'_, L>) -> Verdict {
    let mailbox = t.filled(1).await?;
    let without = avoiding(t, Fallbacks::default())?;
    without.run(Select::new(mailbox.as_str())).await?;
    for (client, native) in [(&t.client, t.offers("NOTIFY").await?), (&without, false)] {
        let mut events = client.events();
        let watching = L::end(portable(client).watch()).await?;
        same("way", watching.way, way(native))?;
        let message = AppendMessage::new(mail::small(2));
        t.another()?
            .run(Append::new(mailbox.as_str(), message))
            .await?;
        let before = client.session().mailbox().map(|view| view.exists);
        let mut patience = 30;
        while client.session().mailbox().map(|view| view.exists) == before && patience > 0 {
            let second = std::time::Duration::from_secs(1);
            if L::notice(&mut events, second).await.is_none() {
                patience -= 1;
            }
            if client
                .session()
                .mailbox()
                .is_some_and(|view| view.exists >= 2)
            {
                break;
            }
        }
        let exists = client.session().mailbox().map(|view| view.exists);
        check(
            exists >= Some(2),
            format!("{exists:?} messages are told of"),
        )?;
    }
    Ok(())
}
