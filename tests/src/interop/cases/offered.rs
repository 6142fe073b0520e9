//! What servers offer besides: IMAP4rev2, long searches, literals without waiting, and the like.

use imap_proto_core::encode::{
    Append, AppendMessage, CatenatePart, Create, Enable, FetchItems, FetchSection, List,
    ListOptions, ListRights, MyRights, Noop, Search, SearchKey, Select, Sort, SortCriteria,
    UidFetch, UidSearch,
};
use imap_proto_core::session::{Error, Notice};
use imap_proto_core::types::{
    Code, FetchData, ListAttribute, MailboxName, Section, SectionPart, SequenceNumber, UidSet,
};

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
    // Cyrus 3.12 tells of a new mailbox by itself too, with the next answer.
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

/// Literals of at most 4096 octets go out with what is behind them, larger ones wait (RFC 7888 §5).
pub(super) async fn small_literals_without_waiting<L: Client>(t: &Case<'_, L>) -> Verdict {
    if !t.capabilities().await?.contains("LITERAL-") {
        return Err(Failure::Skipped("capability LITERAL- not offered".into()));
    }
    let name = t.create("mail").await?;
    let sizes = [4095, 4096, 4097, 20_000];
    let text = |size: usize| format!("Subject: {size}\r\n\r\n{}\r\n", "x".repeat(size));
    let message = |size: usize| text(size - (text(size).len() - size)).into_bytes();
    let append = |&size: &usize| {
        t.start(Append::new(
            name.as_str(),
            AppendMessage::new(message(size)),
        ))
    };
    let appends: Vec<_> = sizes.iter().map(append).collect();
    for append in appends {
        L::finish::<Append>(append).await?;
    }
    t.run(Select::new(name.as_str())).await?;
    let told = t
        .run(UidFetch::new(
            t.uids().await?.into_iter().collect::<UidSet>(),
            FetchItems::new().size(),
        ))
        .await?;
    let told: Vec<_> = told.iter().map(|told| told.size).collect();
    same("sizes", told, sizes.map(|size| Some(size as u64)))
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

/// The rights that RFC 4314 has beyond RFC 2086, as the server counts them.
pub(super) async fn new_rights<L: Client>(t: &Case<'_, L>) -> Verdict {
    let capabilities = t.capabilities().await?;
    let Some(rights) = capabilities.values("RIGHTS").next() else {
        return Err(Failure::Skipped("capability RIGHTS= not offered".into()));
    };
    let name = t.create("mail").await?;
    let mine = t.run(MyRights::new(name.as_str())).await?.rights;
    for &right in rights {
        let right = char::from(right);
        check(mine.contains(right), format!("no {right} in {mine:?}"))?;
    }
    let told = t.run(ListRights::new(name.as_str(), "anyone")).await?;
    let all: Vec<char> = told
        .optional
        .iter()
        .chain([&told.required])
        .flat_map(|rights| rights.0.to_str_lossy().chars().collect::<Vec<_>>())
        .collect();
    check(
        all.contains(&'k') && all.contains(&'x'),
        format!("{told:?}"),
    )
}

/// A part of a section (RFC 5550 §3.3).
pub(super) async fn url_partial<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("URL-PARTIAL").await?;
    t.needs("CATENATE").await?;
    let name = t.filled(1).await?;
    let uid = t.uids().await?[0];
    let url = format!("/{name}/;UID={uid}/;SECTION=TEXT/;PARTIAL=0.4");
    let parts = [
        CatenatePart::Text("Subject: part\r\n\r\n".into()),
        CatenatePart::Url(url),
    ];
    t.run(Append::new(name.as_str(), AppendMessage::catenate(parts)))
        .await?;
    let text = Section::Text(SectionPart::whole());
    let items = FetchItems::new().section(FetchSection::new(text));
    let uids = t.uids().await?;
    let told = t.run(UidFetch::new(uids[1], items)).await?;
    let found = told.iter().flat_map(|message| &message.items);
    let mut found = found.filter_map(|item| match item {
        FetchData::Section(section) => section.data.clone(),
        _ => None,
    });
    let body = some("body", found.next())?;
    let body = body.to_str_lossy().into_owned();
    same("the first four octets", body.trim_end(), "Body")
}
