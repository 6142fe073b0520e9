//! Commands on mailboxes other than LIST: CREATE, DELETE, RENAME, SUBSCRIBE, STATUS, NAMESPACE, APPEND.

use super::content::Content;
use super::date::DateTime;
use super::output::Failure;
use super::session::{Outcome, Session};
use super::store::Mailbox;
use super::structure::string;
use super::syntax::{Arguments, Malformed};
use std::fmt::Write;
use std::sync::Arc;

/// Items of STATUS.
const STATUS_ITEMS: [&str; 7] = [
    "MESSAGES",
    "RECENT",
    "UIDNEXT",
    "UIDVALIDITY",
    "UNSEEN",
    "HIGHESTMODSEQ",
    "SIZE",
];

impl Session {
    pub(super) fn create(&mut self, arguments: &mut Arguments<'_>) -> Outcome {
        let name = last_mailbox(arguments)?;
        // A delimiter at the end declares that names below it will follow (RFC 3501 §6.3.3).
        let name = name.strip_suffix('/').unwrap_or(&name);
        check_new(name)?;
        let user = self.user();
        let mut store = self.hub.lock();
        if store.mailbox(&user, name).is_some() {
            return Err(Failure::no("[ALREADYEXISTS] the mailbox exists"));
        }
        store.add_mailbox(&user, name, None);
        Ok("created".to_owned())
    }

    pub(super) fn delete(&mut self, arguments: &mut Arguments<'_>) -> Outcome {
        let name = last_mailbox(arguments)?;
        if name == "INBOX" {
            return Err(Failure::no("[CANNOT] INBOX stays"));
        }
        let mut store = self.hub.lock();
        let account = store.account(&self.user()).ok_or_else(no_mailbox)?;
        account.mailboxes.remove(&name).ok_or_else(no_mailbox)?;
        self.hub.notify(&mut store);
        Ok("deleted".to_owned())
    }

    pub(super) fn rename(&mut self, arguments: &mut Arguments<'_>) -> Outcome {
        arguments.space()?;
        let from = arguments.mailbox()?;
        let to = last_mailbox(arguments)?;
        check_new(&to)?;
        let user = self.user();
        let mut store = self.hub.lock();
        if store.mailbox(&user, &to).is_some() {
            return Err(Failure::no("[ALREADYEXISTS] the new name exists"));
        }
        if from == "INBOX" {
            // Its messages move, it stays (RFC 3501 §6.3.5).
            store.add_mailbox(&user, &to, None);
            let inbox = store.mailbox(&user, "INBOX").ok_or_else(no_mailbox)?;
            let moved = std::mem::take(&mut inbox.messages);
            inbox.modseq += 1;
            let target = store.mailbox(&user, &to).ok_or_else(no_mailbox)?;
            for message in moved {
                target.append(
                    message.content,
                    message.flags.into_iter().collect(),
                    message.date,
                );
            }
            self.hub.notify(&mut store);
            return Ok("renamed".to_owned());
        }
        if to
            .strip_prefix(&from)
            .is_some_and(|rest| rest.starts_with('/'))
        {
            return Err(Failure::no("[CANNOT] a mailbox cannot be below itself"));
        }
        let account = store.account(&user).ok_or_else(no_mailbox)?;
        let below = format!("{from}/");
        let names = account
            .mailboxes
            .keys()
            .filter(|name| **name == from || name.starts_with(&below));
        let names: Vec<String> = names.cloned().collect();
        if names.is_empty() {
            return Err(no_mailbox());
        }
        for name in names {
            let new = format!("{to}{}", &name[from.len()..]);
            if let Some(mailbox) = account.mailboxes.remove(&name) {
                account.mailboxes.insert(new, mailbox);
            }
        }
        Ok("renamed".to_owned())
    }

    pub(super) fn subscribe(&mut self, arguments: &mut Arguments<'_>, wanted: bool) -> Outcome {
        let name = last_mailbox(arguments)?;
        let mut store = self.hub.lock();
        let account = store.account(&self.user()).ok_or_else(no_mailbox)?;
        if wanted {
            account.mailboxes.get(&name).ok_or_else(no_mailbox)?;
            account.subscribed.insert(name);
        } else if !account.subscribed.remove(&name) {
            return Err(Failure::no("not subscribed"));
        }
        Ok("done".to_owned())
    }

    pub(super) fn namespace(&mut self, arguments: &mut Arguments<'_>) -> Outcome {
        arguments.end()?;
        self.output.line("* NAMESPACE ((\"\" \"/\")) NIL NIL");
        Ok("done".to_owned())
    }

    pub(super) fn status(&mut self, arguments: &mut Arguments<'_>) -> Outcome {
        arguments.space()?;
        let name = arguments.mailbox()?;
        arguments.space()?;
        let items = status_items(arguments)?;
        arguments.end()?;
        let mut store = self.hub.lock();
        let mailbox = store.mailbox(&self.user(), &name).ok_or_else(no_mailbox)?;
        status_line(self.output.buffer(), &name, mailbox, &items);
        Ok("done".to_owned())
    }

    pub(super) fn append(&mut self, arguments: &mut Arguments<'_>) -> Outcome {
        arguments.space()?;
        let name = arguments.mailbox()?;
        arguments.space()?;
        let mut flags = Vec::new();
        if arguments.peek() == Some(b'(') {
            flags = arguments.flags()?;
            arguments.space()?;
        }
        let mut date = DateTime::now();
        if arguments.peek() == Some(b'"') {
            date = DateTime::parse(&arguments.string()?).ok_or(Malformed("invalid date"))?;
            arguments.space()?;
        }
        if arguments.peek() != Some(b'{') {
            return Err(Malformed("a message is a literal").into());
        }
        let message = arguments.string()?;
        arguments.end()?;
        if message.is_empty() {
            return Err(Failure::no("an empty message"));
        }
        let content = Arc::new(Content::stored(message.into()));
        let mut store = self.hub.lock();
        let mailbox = store.mailbox(&self.user(), &name).ok_or_else(try_create)?;
        let uid = mailbox.append(content, flags, date);
        let text = format!("[APPENDUID {} {uid}] appended", mailbox.uid_validity);
        self.hub.notify(&mut store);
        Ok(text)
    }
}

/// The tagged answer when a mailbox does not exist.
pub(super) fn no_mailbox() -> Failure {
    Failure::no("[NONEXISTENT] no such mailbox")
}

/// The tagged answer when the target of APPEND, COPY or MOVE does not exist.
pub(super) fn try_create() -> Failure {
    Failure::no("[TRYCREATE] no such mailbox")
}

/// A space and a mailbox, and nothing behind it.
pub(super) fn last_mailbox(arguments: &mut Arguments<'_>) -> Result<String, Malformed> {
    arguments.space()?;
    let name = arguments.mailbox()?;
    arguments.end()?;
    Ok(name)
}

/// Items of STATUS in parentheses.
pub(super) fn status_items(arguments: &mut Arguments<'_>) -> Result<Vec<String>, Malformed> {
    let items = arguments.keywords()?;
    let known = items
        .iter()
        .all(|item| STATUS_ITEMS.contains(&item.as_str()));
    if known && !items.is_empty() {
        Ok(items)
    } else {
        Err(Malformed("unknown status item"))
    }
}

/// Writes a STATUS response.
pub(super) fn status_line(out: &mut Vec<u8>, name: &str, mailbox: &Mailbox, items: &[String]) {
    out.extend_from_slice(b"* STATUS ");
    string(out, name.as_bytes());
    let mut values = String::new();
    for item in items {
        let _ = write!(
            values,
            " {item} {}",
            mailbox.status(item).unwrap_or_default()
        );
    }
    out.extend_from_slice(format!(" ({})\r\n", values.trim_start()).as_bytes());
}

/// Whether a new mailbox may have this name.
fn check_new(name: &str) -> Result<(), Failure> {
    if name.is_empty() || name.split('/').any(str::is_empty) || name.contains(['%', '*']) {
        return Err(Failure::no("[CANNOT] no name for a mailbox"));
    }
    if is_modified_utf7(name) {
        Ok(())
    } else {
        Err(Failure::no("[CANNOT] not modified UTF-7"))
    }
}

/// Whether `&` occurs only as the start of base64 that a `-` ends (RFC 3501 §5.1.3).
fn is_modified_utf7(name: &str) -> bool {
    name.split('&').skip(1).all(|part| {
        let shifted = part.split_once('-').map(|(shifted, _)| shifted);
        shifted.is_some_and(|text| {
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+,".contains(&byte))
        })
    })
}
