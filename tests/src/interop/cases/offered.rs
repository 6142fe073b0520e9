//! What servers offer besides: IMAP4rev2, long searches, literals without waiting, and the like.

use imap_proto_core::encode::{
    Append, AppendMessage, Create, Enable, List, ListOptions, Noop, Search, SearchKey, Sort,
    SortCriteria, UidSearch,
};
use imap_proto_core::session::{Error, Notice};
use imap_proto_core::types::{Code, ListAttribute, MailboxName, SequenceNumber};

use super::idling::PATIENCE;
use crate::interop::case::{Case, Failure, Verdict, check, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

pub(super) async fn imap4rev2<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("IMAP4rev2").await?;
    let enabled = t.run(Enable::new(["IMAP4rev2"])).await?;
    check(enabled.has_rev2(), format!("{enabled:?}"))?;
    // Names are UTF-8 from here on, and a search without RETURN is answered by ESEARCH.
    let name = t.name("\u{fc}bung");
    t.run(Create::new(name.as_str())).await?;
    let found = t.run(List::new("", name.as_str())).await?;
    let names: Vec<MailboxName> = found.into_iter().map(|found| found.mailbox).collect();
    let name = MailboxName::from(name);
    // Cyrus 3.12 tells it twice when the name is quoted.
    let same_name = |found: &MailboxName| *found == name;
    check(
        !names.is_empty() && names.iter().all(same_name),
        format!("names: {names:?}"),
    )?;
    t.filled(2).await?;
    let found = t
        .run(UidSearch::new(SearchKey::subject("Number 2")))
        .await?;
    same("found", found.iter().count(), 1)
}

/// Searches for longer and longer, until the server says how far it is.
pub(super) async fn progress<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("INPROGRESS").await?;
    let text = "Not what is looked for, line after line.\r\n".repeat(10_000);
    let message = |number| AppendMessage::new(format!("{}{text}", mail::small(number)));
    t.filled_with((1..=16).map(message)).await?;
    let mut events = t.client.events();
    for keys in [50, 200, 800, 3200] {
        let not = |number| !SearchKey::body(format!("zq{number}"));
        let key = (1..keys).map(not).fold(not(0), |all, key| all & key);
        let search = t.start(Search::<SequenceNumber>::new(key));
        let id = L::id(&search);
        let found = L::finish::<Search>(search).await?;
        same("found", found.iter().count(), 16)?;
        t.run(Noop).await?;
        // What was told before the search ended waits here already.
        let patience = PATIENCE.min(std::time::Duration::from_millis(100));
        while let Some(notice) = L::notice(&mut events, patience).await {
            if let Notice::Progress { id: of, .. } = notice {
                return same("the command", Some(of), id);
            }
        }
    }
    Err(Failure::Failed("no INPROGRESS".to_owned()))
}

pub(super) async fn sort_display<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("SORT=DISPLAY").await?;
    let message = |name: &str| {
        let text =
            format!("From: {name} <x@example.org>\r\nTo: {name} <y@example.org>\r\n\r\n.\r\n");
        AppendMessage::new(text)
    };
    t.filled_with(["Carol", "Alice", "Bob"].map(message))
        .await?;
    for criteria in [
        SortCriteria::new().display_from(),
        SortCriteria::new().display_to(),
    ] {
        let sort = Sort::<SequenceNumber>::new(criteria, SearchKey::all());
        let found: Vec<u32> = t.run(sort).await?.iter().map(|number| number.0).collect();
        same("by name", found, [2, 3, 1])?;
    }
    Ok(())
}

pub(super) async fn create_special_use<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("CREATE-SPECIAL-USE").await?;
    let name = t.name("flagged");
    let create = Create::new(name.as_str()).special_use("\\Flagged");
    match t.run(create).await {
        // Which uses a server takes is its choice.
        Err(Error::No(refusal)) => {
            return same("code", refusal.code(), Some(&Code::UseAttr));
        }
        created => created?,
    };
    let options = ListOptions::new().return_special_use();
    let found = t.run(List::new("", name.as_str()).options(options)).await?;
    let found = some("mailbox", found.first())?;
    let uses: Vec<ListAttribute> = found.attributes.special_uses().collect();
    same("uses", uses, [ListAttribute::Flagged])
}

/// Literals of any size go out with what is behind them (RFC 7888 §4).
pub(super) async fn literals_without_waiting<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("LITERAL+").await?;
    let name = t.create("mail").await?;
    let text = format!("{}{}", mail::small(1), "A line of text.\r\n".repeat(2000));
    let append = |_| {
        let message = AppendMessage::new(text.clone());
        t.start(Append::new(name.as_str(), message))
    };
    let appends: Vec<_> = (0..5).map(append).collect();
    let noop = t.start(Noop);
    for append in appends {
        L::finish::<Append>(append).await?;
    }
    L::finish::<Noop>(noop).await?;
    Ok(())
}

/// Letters beyond ASCII have no case either (RFC 5255 §3.1).
pub(super) async fn unicode_case<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("I18NLEVEL=1").await?;
    let subject = "Subject: =?UTF-8?Q?=C3=9Cbung?=\r\n\r\n.\r\n";
    t.filled_with([AppendMessage::new(subject)]).await?;
    let key = SearchKey::subject("\u{fc}BUNG");
    let found = t.run(Search::<SequenceNumber>::new(key)).await?;
    same("found", found.iter().count(), 1)
}
