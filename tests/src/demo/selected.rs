//! SELECT, and the commands on messages other than FETCH and SEARCH.

use super::mailboxes::{last_mailbox, no_mailbox, try_create};
use super::output::Failure;
use super::session::{Outcome, Session};
use super::set::shown;
use super::store::Message;
use super::syntax::{Arguments, Malformed};
use super::view::View;
use std::collections::BTreeSet;

impl Session {
    pub(super) fn select(&mut self, arguments: &mut Arguments<'_>, read_only: bool) -> Outcome {
        arguments.space()?;
        let name = arguments.mailbox()?;
        if arguments.take(b' ') {
            if arguments.keywords()? != ["CONDSTORE"] {
                return Err(Malformed("unknown parameter").into());
            }
            self.condstore = true;
        }
        arguments.end()?;
        // Whatever comes of it, the mailbox before is closed (RFC 3501 §6.3.1).
        self.view = None;
        let user = self.user();
        let mut store = self.hub.lock();
        let mailbox = store.mailbox(&user, &name).ok_or_else(no_mailbox)?;
        let view = View::open(mailbox, read_only);
        let out = &mut self.output;
        out.line(&format!("* FLAGS ({})", mailbox.flags()));
        let permanent = if read_only {
            String::new()
        } else {
            format!("{} \\*", mailbox.flags())
        };
        out.line(&format!("* OK [PERMANENTFLAGS ({permanent})] flags kept"));
        out.line(&format!("* {} EXISTS", view.exists()));
        out.line(&format!("* {} RECENT", view.recent()));
        let unseen = mailbox
            .messages
            .iter()
            .position(|message| !message.flags.contains("\\Seen"));
        if let Some(index) = unseen {
            out.line(&format!("* OK [UNSEEN {}] first unseen", index + 1));
        }
        out.line(&format!(
            "* OK [UIDVALIDITY {}] UIDs valid",
            mailbox.uid_validity
        ));
        out.line(&format!("* OK [UIDNEXT {}] next UID", mailbox.uid_next));
        out.line(&format!("* OK [HIGHESTMODSEQ {}] highest", mailbox.modseq));
        drop(store);
        self.view = Some(view);
        Ok(if read_only {
            "[READ-ONLY] examined".to_owned()
        } else {
            "[READ-WRITE] selected".to_owned()
        })
    }

    /// CLOSE expunges silently, UNSELECT (RFC 3691) does not.
    pub(super) fn close(&mut self, arguments: &mut Arguments<'_>, expunge: bool) -> Outcome {
        arguments.end()?;
        if expunge {
            self.with_selected(|view, mailbox, _| {
                if !view.read_only {
                    let deleted = mailbox.deleted();
                    mailbox.expunge(&deleted);
                }
                Ok(())
            })?;
        }
        self.view = None;
        Ok("closed".to_owned())
    }

    /// EXPUNGE, or UID EXPUNGE of a set (RFC 4315); the session's updates tell what is gone.
    pub(super) fn expunge(&mut self, arguments: &mut Arguments<'_>, by_uid: bool) -> Outcome {
        let set = if by_uid {
            arguments.space()?;
            Some(arguments.set()?)
        } else {
            None
        };
        arguments.end()?;
        self.with_selected(|view, mailbox, _| {
            check_writable(view)?;
            let mut deleted = mailbox.deleted();
            if let Some(set) = set {
                let wanted = uids(&view.resolve(&set, true)?);
                deleted.retain(|uid| wanted.contains(uid));
            }
            mailbox.expunge(&deleted);
            Ok("expunged".to_owned())
        })
    }

    pub(super) fn copy(&mut self, arguments: &mut Arguments<'_>, by_uid: bool) -> Outcome {
        let (_, code) = self.copy_messages(arguments, by_uid)?;
        Ok(format!("{code}copied").trim_start().to_owned())
    }

    /// MOVE (RFC 6851): the untagged COPYUID comes before the EXPUNGEs.
    pub(super) fn r#move(&mut self, arguments: &mut Arguments<'_>, by_uid: bool) -> Outcome {
        if self.view.as_ref().is_some_and(|view| view.read_only) {
            return Err(read_only());
        }
        let (moved, code) = self.copy_messages(arguments, by_uid)?;
        if !moved.is_empty() {
            self.output.line(&format!("* OK {code}moved"));
        }
        self.with_selected(|_, mailbox, _| {
            mailbox.expunge(&moved);
            Ok("done".to_owned())
        })
    }

    /// Copies a set, and says which UIDs, and the response code with a space behind it.
    fn copy_messages(
        &mut self,
        arguments: &mut Arguments<'_>,
        by_uid: bool,
    ) -> Result<(Vec<u32>, String), Failure> {
        arguments.space()?;
        let set = arguments.set()?;
        let target = last_mailbox(arguments)?;
        let messages = self.with_selected(|view, mailbox, _| {
            let wanted = uids(&view.resolve(&set, by_uid)?);
            let found: Vec<Message> = wanted
                .iter()
                .filter_map(|uid| mailbox.message(*uid).cloned())
                .collect();
            if found.len() < wanted.len() {
                return Err(Failure::no("[EXPUNGEISSUED] some messages are gone"));
            }
            Ok(found)
        })?;
        let user = self.user();
        let mut store = self.hub.lock();
        let mailbox = store.mailbox(&user, &target).ok_or_else(try_create)?;
        let (from, copies): (Vec<u32>, Vec<u32>) = messages
            .into_iter()
            .map(|message| {
                let flags = message.flags.into_iter().collect();
                (
                    message.uid,
                    mailbox.append(message.content, flags, message.date),
                )
            })
            .unzip();
        let code = format!(
            "[COPYUID {} {} {}] ",
            mailbox.uid_validity,
            shown(&from),
            shown(&copies)
        );
        self.hub.notify(&mut store);
        Ok(if from.is_empty() {
            (from, String::new())
        } else {
            (from, code)
        })
    }

    /// STORE, with `.SILENT` and UNCHANGEDSINCE (RFC 7162 §3.1.3).
    pub(super) fn store(&mut self, arguments: &mut Arguments<'_>, by_uid: bool) -> Outcome {
        arguments.space()?;
        let set = arguments.set()?;
        arguments.space()?;
        let mut unchanged_since = None;
        if arguments.take(b'(') {
            if arguments.keyword()? != "UNCHANGEDSINCE" {
                return Err(Malformed("unknown modifier").into());
            }
            arguments.space()?;
            unchanged_since = Some(arguments.number()?);
            arguments.expect(b')')?;
            arguments.space()?;
            self.condstore = true;
        }
        let (how, silent) = store_item(arguments)?;
        arguments.space()?;
        let flags = store_flags(arguments)?;
        arguments.end()?;
        let condstore = self.condstore;
        self.with_selected(|view, mailbox, output| {
            check_writable(view)?;
            let mut modified = Vec::new();
            for (number, uid) in view.resolve(&set, by_uid)? {
                let Some(message) = mailbox.message(uid) else {
                    continue;
                };
                if unchanged_since.is_some_and(|known| message.modseq > known) {
                    modified.push(if by_uid { uid } else { number });
                    continue;
                }
                let told = view.is_told(message);
                let changed = match how {
                    Some(b'+') => message.flags.union(&flags).cloned().collect(),
                    Some(_) => without(&message.flags, &flags),
                    None => flags.clone(),
                };
                mailbox.set_flags(uid, changed);
                let Some(message) = mailbox.message(uid) else {
                    continue;
                };
                if !silent || condstore {
                    let mut items = Vec::new();
                    if by_uid {
                        items.push(format!("UID {uid}"));
                    }
                    if !silent {
                        items.push(format!("FLAGS ({})", view.flags(message)));
                    }
                    if condstore {
                        items.push(format!("MODSEQ ({})", message.modseq));
                    }
                    output.line(&format!("* {number} FETCH ({})", items.join(" ")));
                }
                // What another session changed before is still to be told.
                if !silent || told {
                    view.told(message);
                }
            }
            let modified = if modified.is_empty() {
                String::new()
            } else {
                format!("[MODIFIED {}] ", shown(&modified))
            };
            Ok(format!("{modified}stored"))
        })
    }
}

fn uids(messages: &[(u32, u32)]) -> Vec<u32> {
    messages.iter().map(|(_, uid)| *uid).collect()
}

fn read_only() -> Failure {
    Failure::no("[READ-ONLY] the mailbox is open for reading")
}

fn check_writable(view: &View) -> Result<(), Failure> {
    if view.read_only {
        Err(read_only())
    } else {
        Ok(())
    }
}

/// `+FLAGS.SILENT` and the like: the sign, and whether it is silent.
fn store_item(arguments: &mut Arguments<'_>) -> Result<(Option<u8>, bool), Malformed> {
    let how = [b'+', b'-'].into_iter().find(|sign| arguments.take(*sign));
    match arguments.name()?.as_str() {
        "FLAGS" => Ok((how, false)),
        "FLAGS.SILENT" => Ok((how, true)),
        _ => Err(Malformed("FLAGS expected")),
    }
}

/// Flags with parentheses or without.
fn store_flags(arguments: &mut Arguments<'_>) -> Result<BTreeSet<String>, Malformed> {
    if arguments.peek() == Some(b'(') {
        return Ok(arguments.flags()?.into_iter().collect());
    }
    let mut flags = BTreeSet::from([arguments.flag()?]);
    while arguments.take(b' ') {
        flags.insert(arguments.flag()?);
    }
    Ok(flags)
}

/// The flags that are left, whatever the case of the keywords taken away.
fn without(flags: &BTreeSet<String>, taken: &BTreeSet<String>) -> BTreeSet<String> {
    let is_taken = |flag: &&String| taken.iter().any(|taken| taken.eq_ignore_ascii_case(flag));
    flags
        .iter()
        .filter(|flag| !is_taken(flag))
        .cloned()
        .collect()
}
