//! What the demo account holds at the start.

use super::Settings;
use super::content::Content;
use super::date::DateTime;
use super::store::Store;
use crate::transcript;
use std::sync::Arc;

/// Mailboxes other than INBOX: name, special use, whether subscribed.
const MAILBOXES: [(&str, Option<&str>, bool); 9] = [
    ("Archive", Some("\\Archive"), false),
    ("Archive/2024", None, false),
    ("Drafts", Some("\\Drafts"), true),
    ("Entw&APw-rfe", None, true),
    ("Junk", Some("\\Junk"), false),
    ("Lists/announce", None, true),
    ("Lists/devel", None, false),
    ("Sent", Some("\\Sent"), true),
    ("Trash", Some("\\Trash"), true),
];

/// Where the large message is.
pub const LARGE_MAILBOX: &str = "Archive/2024";

const LARGE_HEAD: &str = "From: archive@example.org\r\nTo: alice@example.org\r\nSubject: A large attachment\r\n\
    Date: Sat, 29 Mar 2025 12:00:00 +0000\r\nMessage-ID: <large@example.org>\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=\"large\"\r\n\r\n--large\r\nContent-Type: text/plain\r\n\r\n\
    The numbers are attached.\r\n--large\r\nContent-Type: application/octet-stream; name=\"numbers.txt\"\r\n\
    Content-Transfer-Encoding: base64\r\n\
    Content-Disposition: attachment; filename=\"numbers.txt\"\r\n\r\n";

/// Makes the accounts and fills the first one.
pub(super) fn fill(store: &mut Store, settings: &Settings) {
    for (user, password) in &settings.users {
        store.add_account(user, password);
        for (name, special_use, subscribed) in MAILBOXES {
            store.add_mailbox(user, name, special_use);
            if let Some(account) = store.account(user).filter(|_| subscribed) {
                account.subscribed.insert(name.to_owned());
            }
        }
    }
    let Some((user, _)) = settings.users.first() else {
        return;
    };
    let date = |day: usize| {
        DateTime::parse(format!("{}-Mar-2025 12:00:00 +0000", day % 28 + 1).as_bytes())
    };
    let mut add = |name: &str, content: Content, flags: &[&str], day: usize| {
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        if let (Some(mailbox), Some(date)) = (store.mailbox(user, name), date(day)) {
            mailbox.append(Arc::new(content), flags, date);
        }
    };
    for (index, (_, message)) in transcript::messages().into_iter().enumerate() {
        let flags: &[&str] = match index % 4 {
            0 => &["\\Seen"],
            1 => &["\\Seen", "\\Answered"],
            2 => &["\\Flagged", "$Forwarded"],
            _ => &[],
        };
        add("INBOX", Content::stored(message.clone()), flags, index);
        if index % 5 == 0 {
            add("Sent", Content::stored(message), &["\\Seen"], index);
        }
    }
    let large = Content::generated(LARGE_HEAD, settings.large_lines, "--large--\r\n");
    add(LARGE_MAILBOX, large, &["\\Seen"], 28);
}
