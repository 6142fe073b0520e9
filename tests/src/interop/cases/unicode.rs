//! UTF-8 in names, strings and messages (RFC 9755).

use imap_proto_core::encode::{
    Append, AppendMessage, Create, Enable, FetchItems, List, SearchKey, Select, Status,
    StatusItems, UidSearch,
};
use imap_proto_core::types::MailboxName;

use super::fetching::fetch_one;
use crate::interop::case::{Case, Verdict, check, same, some};
use crate::interop::client::Client;

const MESSAGE: &str = "Date: 1 Feb 2024 10:00:00 +0000\r\n\
    From: Jos\u{e9} <jose@example.org>\r\n\
    To: alice@example.org\r\n\
    Subject: Gr\u{fc}\u{df}e aus \u{65e5}\u{672c}\r\n\
    MIME-Version: 1.0\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\
    \r\n\
    \u{65e5}\u{672c}\u{8a9e}\r\n";

pub(super) async fn utf8_accept<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("UTF8=ACCEPT").await?;
    let enabled = t.run(Enable::new(["UTF8=ACCEPT"])).await?;
    check(enabled.contains("UTF8=ACCEPT"), format!("{enabled:?}"))?;
    let name = t.name("\u{3a9}mega & \u{65e5}\u{672c}");
    t.run(Create::new(name.as_str())).await?;
    let listed = t.run(List::new("", name.as_str())).await?;
    let listed = some("mailbox", listed.first())?;
    same("listed", &listed.mailbox, &MailboxName::from(name.as_str()))?;
    same("as UTF-8", listed.mailbox.as_wire_bytes(), name.as_bytes())?;
    t.run(Append::new(name.as_str(), AppendMessage::new(MESSAGE)))
        .await?;
    let status = t
        .run(Status::new(name.as_str(), StatusItems::new().messages()))
        .await?;
    same("messages", status.messages(), Some(1))?;
    t.run(Select::new(name.as_str())).await?;
    let found = fetch_one(t, 1, FetchItems::new().envelope()).await?;
    let subject = some("subject", some("ENVELOPE", found.envelope())?.subject())?;
    same(
        "subject",
        std::str::from_utf8(subject).ok(),
        Some("Gr\u{fc}\u{df}e aus \u{65e5}\u{672c}"),
    )?;
    // CHARSET is forbidden now. Cyrus takes the search without it, and finds nothing that is not ASCII.
    let found = t.run(UidSearch::new(SearchKey::subject("aus"))).await?;
    same("found", found.count(), Some(1))?;
    t.run(UidSearch::new(SearchKey::subject("Gr\u{fc}\u{df}e")))
        .await?;
    Ok(())
}
