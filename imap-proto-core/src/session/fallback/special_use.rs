//! What mailboxes are for: SPECIAL-USE (RFC 6154), XLIST, or their names.

use super::Portable;
use super::steps::Steps;
use crate::encode::{Claim, Claims, Custom, List, ListOptions, Request};
use crate::session::{Error, Flavor};
use crate::types::{Data, ListAttribute, ListResponse, MailboxName};

/// How it is known what a mailbox is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UseSource {
    /// The server says so (RFC 6154).
    Server,
    /// The server says so in XLIST.
    Xlist,
    /// By its name, which is a guess.
    Name,
}

/// A mailbox that is for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecialMailbox {
    /// It.
    pub mailbox: MailboxName,
    /// What it is for, such as [`ListAttribute::Sent`].
    pub special_use: ListAttribute,
    /// How that is known.
    pub source: UseSource,
}

/// Names in use, without regard to case.
const NAMES: [(&str, ListAttribute); 18] = [
    ("Drafts", ListAttribute::Drafts),
    ("Draft", ListAttribute::Drafts),
    ("Sent", ListAttribute::Sent),
    ("Sent Items", ListAttribute::Sent),
    ("Sent Messages", ListAttribute::Sent),
    ("Sent Mail", ListAttribute::Sent),
    ("sent-mail", ListAttribute::Sent),
    ("Trash", ListAttribute::Trash),
    ("Bin", ListAttribute::Trash),
    ("Deleted", ListAttribute::Trash),
    ("Deleted Items", ListAttribute::Trash),
    ("Deleted Messages", ListAttribute::Trash),
    ("Junk", ListAttribute::Junk),
    ("Junk Email", ListAttribute::Junk),
    ("Spam", ListAttribute::Junk),
    ("Bulk Mail", ListAttribute::Junk),
    ("Archive", ListAttribute::Archive),
    ("Archives", ListAttribute::Archive),
];

impl<F: Flavor> Portable<F> {
    /// The user's mailboxes that are for something: drafts, what was sent, junk, and so on.
    ///
    /// Without SPECIAL-USE by XLIST, without that by names that are in use, of those at the top or
    /// right below INBOX; then the first name of a kind counts, and each mailbox says that it is a
    /// guess.
    pub fn special_use(&self) -> F::Operation<Vec<SpecialMailbox>, Error> {
        self.begin(|steps| async move {
            if steps.offers("SPECIAL-USE").await? {
                return server(&steps).await;
            }
            if !steps.policy().special_use {
                return Err(Error::NotOffered("SPECIAL-USE"));
            }
            if steps.offers("XLIST").await? {
                return xlist(&steps).await;
            }
            let listed = steps.run(List::new("", "*")).await?;
            Ok(by_name(&listed))
        })
    }
}

async fn server(steps: &Steps) -> Result<Vec<SpecialMailbox>, Error> {
    let list = List::new("", "*");
    let list = if steps.offers("LIST-EXTENDED").await? {
        list.options(ListOptions::new().return_special_use())
    } else {
        list
    };
    let listed = steps.run(list).await?;
    Ok(told(&listed, UseSource::Server))
}

async fn xlist(steps: &Steps) -> Result<Vec<SpecialMailbox>, Error> {
    let request = Request::new("XLIST")?.space().mailbox("").space();
    let request = request.string("*").claims(Claims::one(Claim::List));
    let answer = steps.run(Custom::new(request)).await?;
    let listed = answer.into_iter().filter_map(|data| match data {
        Data::List(found) => Some(found),
        _ => None,
    });
    Ok(told(&listed.collect::<Vec<_>>(), UseSource::Xlist))
}

fn told(listed: &[ListResponse], source: UseSource) -> Vec<SpecialMailbox> {
    let uses = listed.iter().flat_map(|found| {
        found
            .attributes
            .special_uses()
            .map(|special_use| SpecialMailbox {
                mailbox: found.mailbox.clone(),
                special_use,
                source,
            })
    });
    uses.collect()
}

fn by_name(listed: &[ListResponse]) -> Vec<SpecialMailbox> {
    let mut found: Vec<SpecialMailbox> = Vec::new();
    for (name, special_use) in NAMES {
        let mut known = found.iter();
        if known.any(|known| known.special_use == special_use) {
            continue;
        }
        let mut listed = listed.iter();
        if let Some(named) = listed.find(|listed| is_named(listed, name)) {
            found.push(SpecialMailbox {
                mailbox: named.mailbox.clone(),
                special_use,
                source: UseSource::Name,
            });
        }
    }
    found
}

/// Whether a mailbox at the top, or right below INBOX, has a name.
fn is_named(listed: &ListResponse, name: &str) -> bool {
    let full = listed.mailbox.as_wire_bytes();
    let below = listed.delimiter.and_then(|delimiter| {
        let (inbox, rest) = full.split_at_checked("INBOX".len())?;
        let rest = rest.strip_prefix(&[delimiter])?;
        inbox.eq_ignore_ascii_case(b"INBOX").then_some(rest)
    });
    listed.is_selectable() && below.unwrap_or(full).eq_ignore_ascii_case(name.as_bytes())
}
