//! NOTIFY (RFC 5465), or IDLE and NOOP.

use std::fmt;

use super::{Portable, Way};
use crate::encode::{MailboxEvents, MailboxFilter, Notify};
use crate::session::{Error, Flavor, IdleGuard};

/// The wish for news: a wish for IDLE that ends when it is dropped. NOTIFY holds until another is
/// sent.
#[must_use = "IDLE is wished for as long as this lives"]
pub struct Watching<F: Flavor> {
    /// NOTIFY and IDLE, or IDLE and NOOP.
    pub way: Way,
    guard: IdleGuard<F>,
}

impl<F: Flavor> Portable<F> {
    /// Wishes for news; they come to subscribers of events. By NOTIFY of the selected mailbox and
    /// of the user's others, whose news are STATUS responses, beside IDLE; without it of the
    /// selected one alone, by IDLE, or by NOOP now and then where that is missing too.
    pub fn watch(&self) -> F::Operation<Watching<F>, Error> {
        let session = self.session.clone();
        self.begin(|steps| async move {
            let way = steps.way("NOTIFY", steps.policy().notify).await?;
            if way == Way::Native {
                let here = MailboxEvents::new().messages().flag_change();
                let elsewhere = MailboxEvents::new().messages();
                let notify = Notify::set(MailboxFilter::Selected, here)
                    .and(MailboxFilter::Personal, elsewhere);
                steps.run(notify).await?;
            }
            // Dovecot tells of the selected mailbox in IDLE only, NOTIFY or not.
            let guard = session.idle();
            Ok(Watching { way, guard })
        })
    }
}

impl<F: Flavor> fmt::Debug for Watching<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watching")
            .field("way", &self.way)
            .field("guard", &self.guard)
            .finish_non_exhaustive()
    }
}
