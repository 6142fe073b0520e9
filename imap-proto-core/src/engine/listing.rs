//! Which LIST a mailbox answers, where the server tells of mailboxes that nobody asked for: while NOTIFY is on (RFC 5465
//! §5.4), and in IMAP4rev2, in which Cyrus 3.12 tells every session what another has created.

use super::CommandId;
use super::commands::Commands;
use crate::encode::Claim;
use crate::types::{ListResponse, MailboxName};

/// The LIST in flight whose patterns the name matches.
pub(super) fn list_claimant(commands: &Commands, list: &ListResponse) -> Option<CommandId> {
    let fits = |claim: &Claim| match claim {
        Claim::List | Claim::Select => true,
        Claim::ListLike(patterns) => patterns.iter().any(|pattern| matches(pattern, list)),
        _ => false,
    };
    commands
        .in_progress()
        .find(|entry| entry.claims.list.iter().any(fits))
        .map(|entry| entry.id)
}

/// Whether the name of a mailbox, or the one it had, matches a pattern of LIST (RFC 9051 §6.3.9).
fn matches(pattern: &MailboxName, list: &ListResponse) -> bool {
    let (delimiter, pattern) = (list.delimiter, pattern.to_text());
    if pattern.is_empty() {
        return list.mailbox.is_empty() || !list.is_selectable();
    }
    let fits = |name: &MailboxName| {
        let inbox = name.is_inbox().then_some("INBOX".into());
        let name = inbox.unwrap_or_else(|| name.to_text());
        let pattern = if pattern.eq_ignore_ascii_case("INBOX") {
            "INBOX"
        } else {
            &pattern
        };
        matches_text(pattern, &name, delimiter.map(char::from))
    };
    // A server may answer by the name that it made of the one asked for (RFC 9051 §7.3.1).
    fits(&list.mailbox) || list.old_name().is_some_and(|name| fits(&name))
}

/// `*` stands for anything, `%` for anything but the delimiter. It does not recurse: `reached` are the places in the
/// name that the pattern so far may end at.
fn matches_text(pattern: &str, name: &str, delimiter: Option<char>) -> bool {
    let name: Vec<char> = name.chars().collect();
    let mut reached = vec![false; name.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for letter in pattern.chars() {
        let mut next = vec![false; name.len() + 1];
        let mut open = false;
        for (at, (slot, &here)) in next.iter_mut().zip(&reached).enumerate() {
            let before = at.checked_sub(1);
            let previous = before.and_then(|before| name.get(before)).copied();
            match letter {
                '*' | '%' => {
                    open &= letter == '*' || previous != delimiter;
                    open |= here;
                    *slot = open;
                }
                letter => {
                    let reached = before.and_then(|before| reached.get(before)).copied();
                    *slot = reached == Some(true) && previous == Some(letter);
                }
            }
        }
        reached = next;
    }
    reached.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3501 §6.3.8, RFC 9051 §6.3.9.
    #[test]
    fn wildcards_stand_for_what_the_rfc_says() {
        for (pattern, name, expected) in [
            ("*", "a/b", true),
            ("%", "a", true),
            ("%", "a/b", false),
            ("%/b", "a/b", true),
            ("a*", "a", true),
            ("a*", "b/a", false),
            ("*a*b", "xaaxb", true),
            ("~/Mail/%", "~/Mail/foo", true),
            ("~/Mail/%", "~/Mail/foo/bar", false),
            ("foo", "foo", true),
            ("foo", "Foo", false),
            ("%%", "", true),
        ] {
            assert_eq!(
                matches_text(pattern, name, Some('/')),
                expected,
                "{pattern} {name}"
            );
        }
        assert!(matches_text("%", "a/b", None), "no hierarchy");
    }
}
