//! LIST with STATUS (RFC 5819), or one after the other.

use super::steps::finish;
use super::{Done, Portable, Way};
use crate::encode::{List, ListStatus, Status, StatusItems};
use crate::session::{Error, Flavor};
use crate::types::{ListResponse, MailboxName, StatusResponse};

/// A mailbox and its STATUS, if it has one.
pub type ListedMailbox = (ListResponse, Option<StatusResponse>);

/// How many STATUS commands are under way at once.
const AT_ONCE: usize = 64;

impl<F: Flavor> Portable<F> {
    /// The mailboxes that match a pattern, each with its STATUS: LIST with RETURN (STATUS).
    /// Without LIST-STATUS a STATUS each, many at once. A mailbox without status was refused, or
    /// cannot be selected.
    pub fn list_status(
        &self,
        reference: impl Into<MailboxName>,
        pattern: impl Into<MailboxName>,
        items: StatusItems,
    ) -> F::Operation<Done<Vec<ListedMailbox>>, Error> {
        let list = List::new(reference, pattern);
        self.begin(|steps| async move {
            let way = steps.way("LIST-STATUS", steps.policy().list_status).await?;
            if way == Way::Native {
                let answer = steps.run(ListStatus::new(list, items)).await?;
                return Ok(Done { answer, way });
            }
            let mut answer = Vec::new();
            let listed = steps.run(list).await?;
            for some in listed.chunks(AT_ONCE) {
                let started = some.iter().map(|found| {
                    let asked = found.is_selectable().then(|| {
                        let mailbox = found.mailbox.clone();
                        steps.start(Status::new(mailbox, items.clone()))
                    });
                    (found.clone(), asked)
                });
                let started: Vec<_> = started.collect();
                for (found, asked) in started {
                    let status = match asked {
                        Some(reply) => match finish(reply).await {
                            Ok(status) => Some(status),
                            Err(Error::No(_)) => None,
                            Err(error) => return Err(error),
                        },
                        None => None,
                    };
                    answer.push((found, status));
                }
            }
            Ok(Done { answer, way })
        })
    }
}
