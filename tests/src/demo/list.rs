//! LIST and LSUB (RFC 3501 §6.3.8, RFC 5258, RFC 5819, RFC 6154).

use super::mailboxes::{status_items, status_line};
use super::output::Failure;
use super::session::{Outcome, Session};
use super::store::Account;
use super::structure::string;
use super::syntax::{Arguments, Malformed};
use std::collections::BTreeSet;

/// What a LIST command asks for.
#[derive(Debug, Default)]
struct Wanted {
    reference: String,
    patterns: Vec<String>,
    /// Selection options.
    subscribed: bool,
    special_use: bool,
    recursive: bool,
    /// Return options.
    show_subscribed: bool,
    status: Vec<String>,
}

impl Session {
    pub(super) fn list(&mut self, arguments: &mut Arguments<'_>) -> Outcome {
        let wanted = wanted(arguments)?;
        if wanted.patterns == [""] {
            // The root of the reference (RFC 3501 §6.3.8).
            self.output.line("* LIST (\\Noselect) \"/\" \"\"");
            return Ok("done".to_owned());
        }
        let mut store = self.hub.lock();
        let account = store
            .account(&self.user())
            .ok_or_else(|| Failure::no("no account"))?;
        let out = self.output.buffer();
        for name in names(account, wanted.subscribed) {
            if !wanted
                .patterns
                .iter()
                .any(|pattern| matches(&format!("{}{pattern}", wanted.reference), &name))
            {
                continue;
            }
            let Some((attributes, child_info)) = attributes(account, &name, &wanted) else {
                continue;
            };
            write_list(out, "LIST", &attributes, &name);
            if child_info {
                out.extend_from_slice(b" (\"CHILDINFO\" (\"SUBSCRIBED\"))");
            }
            out.extend_from_slice(b"\r\n");
            if let Some(mailbox) = account
                .mailboxes
                .get(&name)
                .filter(|_| !wanted.status.is_empty())
            {
                status_line(out, &name, mailbox, &wanted.status);
            }
        }
        Ok("done".to_owned())
    }

    pub(super) fn lsub(&mut self, arguments: &mut Arguments<'_>) -> Outcome {
        arguments.space()?;
        let reference = arguments.mailbox()?;
        arguments.space()?;
        let pattern = format!("{reference}{}", arguments.list_mailbox()?);
        arguments.end()?;
        let mut store = self.hub.lock();
        let account = store
            .account(&self.user())
            .ok_or_else(|| Failure::no("no account"))?;
        let out = self.output.buffer();
        for name in with_parents(account.subscribed.iter()) {
            // A parent is shown only where `%` hides what is below it (RFC 3501 §6.3.9).
            let subscribed = account.subscribed.contains(&name);
            if matches(&pattern, &name) && (subscribed || pattern.ends_with('%')) {
                write_list(
                    out,
                    "LSUB",
                    if subscribed { &[] } else { &["\\Noselect"] },
                    &name,
                );
                out.extend_from_slice(b"\r\n");
            }
        }
        Ok("done".to_owned())
    }
}

/// Whether a name matches a pattern: `*` is anything, `%` anything but the delimiter.
fn matches(pattern: &str, name: &str) -> bool {
    let pattern = pattern
        .get(..5)
        .filter(|start| start.eq_ignore_ascii_case("INBOX"))
        .map_or_else(|| pattern.to_owned(), |_| format!("INBOX{}", &pattern[5..]));
    // Which prefixes of the name the pattern so far can match.
    let name = name.as_bytes();
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for byte in pattern.bytes() {
        let mut next = vec![false; name.len() + 1];
        for at in 0..=name.len() {
            let before = at.checked_sub(1).map(|before| name[before]);
            next[at] = match byte {
                b'*' => reached[at] || before.is_some() && next[at - 1],
                b'%' => reached[at] || before.is_some_and(|byte| byte != b'/') && next[at - 1],
                byte => before == Some(byte) && reached[at - 1],
            };
        }
        reached = next;
    }
    reached[name.len()]
}

/// Names that LIST may show: mailboxes, or subscriptions, and the parents that they have.
fn names(account: &Account, subscribed: bool) -> BTreeSet<String> {
    let mut names = with_parents(account.mailboxes.keys());
    if subscribed {
        names.extend(with_parents(account.subscribed.iter()));
    }
    names
}

fn with_parents<'a>(names: impl Iterator<Item = &'a String>) -> BTreeSet<String> {
    let parents = |name: &'a String| {
        let parents = name.match_indices('/').map(|(at, _)| name[..at].to_owned());
        parents.chain([name.clone()])
    };
    names.flat_map(parents).collect()
}

/// The attributes of a name, and whether it has CHILDINFO; `None` when it is not selected.
fn attributes(account: &Account, name: &str, wanted: &Wanted) -> Option<(Vec<&'static str>, bool)> {
    let below = format!("{name}/");
    let is_below = |name: &String| name.starts_with(&below);
    let mailbox = account.mailboxes.get(name);
    let subscribed = account.subscribed.contains(name);
    let child_info = wanted.recursive && account.subscribed.iter().any(is_below);
    let special_use = mailbox.and_then(|mailbox| mailbox.special_use);
    if wanted.subscribed && !subscribed && !child_info
        || wanted.special_use && special_use.is_none()
    {
        return None;
    }
    let has_children = account.mailboxes.keys().any(is_below);
    let mut attributes = vec![if has_children {
        "\\HasChildren"
    } else {
        "\\HasNoChildren"
    }];
    if mailbox.is_none() {
        attributes.push(if wanted.subscribed {
            "\\NonExistent"
        } else {
            "\\Noselect"
        });
    }
    if subscribed && (wanted.subscribed || wanted.show_subscribed) {
        attributes.push("\\Subscribed");
    }
    attributes.extend(special_use);
    Some((attributes, child_info))
}

fn write_list(out: &mut Vec<u8>, name: &str, attributes: &[&str], mailbox: &str) {
    out.extend_from_slice(format!("* {name} ({}) \"/\" ", attributes.join(" ")).as_bytes());
    string(out, mailbox.as_bytes());
}

fn wanted(arguments: &mut Arguments<'_>) -> Result<Wanted, Failure> {
    let mut wanted = Wanted::default();
    arguments.space()?;
    if arguments.peek() == Some(b'(') {
        for option in arguments.keywords()? {
            match option.as_str() {
                "SUBSCRIBED" => wanted.subscribed = true,
                "SPECIAL-USE" => wanted.special_use = true,
                "RECURSIVEMATCH" => wanted.recursive = true,
                "REMOTE" => {}
                _ => return Err(Malformed("unknown selection option").into()),
            }
        }
        if wanted.recursive && !wanted.subscribed && !wanted.special_use {
            return Err(Malformed("RECURSIVEMATCH needs another option").into());
        }
        arguments.space()?;
    }
    wanted.reference = arguments.mailbox()?;
    arguments.space()?;
    if arguments.take(b'(') {
        while !arguments.take(b')') {
            arguments.take(b' ');
            wanted.patterns.push(arguments.list_mailbox()?);
        }
    } else {
        wanted.patterns.push(arguments.list_mailbox()?);
    }
    if arguments.take(b' ') {
        if arguments.keyword()? != "RETURN" {
            return Err(Malformed("RETURN expected").into());
        }
        arguments.space()?;
        arguments.expect(b'(')?;
        while !arguments.take(b')') {
            arguments.take(b' ');
            match arguments.keyword()?.as_str() {
                "SUBSCRIBED" => wanted.show_subscribed = true,
                // Always shown.
                "CHILDREN" | "SPECIAL-USE" => {}
                "STATUS" => {
                    arguments.space()?;
                    wanted.status = status_items(arguments)?;
                }
                _ => return Err(Malformed("unknown return option").into()),
            }
        }
    }
    arguments.end()?;
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn wildcards_of_rfc_3501() {
        let cases = [
            ("*", "a/b", true),
            ("%", "a/b", false),
            ("%", "a", true),
            ("a/%", "a/b", true),
            ("a/%", "a/b/c", false),
            ("a*c", "a/b/c", true),
            ("%/%", "a/b", true),
            ("inbox", "INBOX", true),
            ("inbox/%", "INBOX/a", true),
            ("b", "a", false),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
