//! What the operations are made of.

use std::future::poll_fn;
use std::time::Instant;

use super::Way;
use crate::encode::{Capability, Command, SearchKey, UidSearch};
use crate::engine::{Fallbacks, MailboxView, State};
use crate::session::shared::Handle;
use crate::session::{Error, Reply};
use crate::types::UidSet;

/// Runs commands one after the other.
#[derive(Clone)]
pub(in crate::session) struct Steps {
    handle: Handle,
    now: fn() -> Instant,
}

impl Steps {
    pub(in crate::session) fn new(handle: Handle, now: fn() -> Instant) -> Self {
        Self { handle, now }
    }

    /// Submits a command.
    pub(in crate::session) fn start<C: Command>(&self, command: C) -> Reply<C> {
        Reply::submit(&self.handle, command.request(), (self.now)())
    }

    /// Submits a command and waits for its answer.
    pub(in crate::session) async fn run<C: Command>(&self, command: C) -> Result<C::Output, Error> {
        finish(self.start(command)).await
    }

    pub(in crate::session) fn policy(&self) -> Fallbacks {
        self.handle.lock().connection.config().fallbacks
    }

    pub(in crate::session) fn state(&self) -> State {
        self.handle.lock().connection.state()
    }

    pub(in crate::session) fn mailbox(&self) -> Option<MailboxView> {
        self.handle.lock().connection.mailbox().cloned()
    }

    pub(in crate::session) fn is_enabled(&self, name: &str) -> bool {
        self.handle.lock().connection.is_enabled(name)
    }

    /// Whether the server offers an extension, which is asked for if it is not known.
    pub(in crate::session) async fn offers(&self, name: &str) -> Result<bool, Error> {
        if self.policy().avoid_extensions {
            return Ok(false);
        }
        self.has(name).await
    }

    /// The same, whether extensions are to be avoided or not.
    pub(in crate::session) async fn has(&self, name: &str) -> Result<bool, Error> {
        /// What is part of IMAP4rev2 (RFC 9051 App. E).
        const REV2: [&str; 9] = [
            "ENABLE",
            "ESEARCH",
            "LIST-STATUS",
            "MOVE",
            "SEARCHRES",
            "SPECIAL-USE",
            "UIDPLUS",
            "UNSELECT",
            "LIST-EXTENDED",
        ];
        let known = self.handle.lock().connection.capabilities().cloned();
        let capabilities = match known {
            Some(capabilities) => capabilities,
            None => self.run(Capability).await?,
        };
        let rev2 = capabilities.has_rev2()
            && (!capabilities.contains("IMAP4rev1") || self.is_enabled("IMAP4rev2"));
        Ok(capabilities.contains(name) || (rev2 && REV2.contains(&name)))
    }

    /// By an extension where the server offers it, else otherwise, if that is allowed.
    pub(in crate::session) async fn way(
        &self,
        extension: &'static str,
        fallback: bool,
    ) -> Result<Way, Error> {
        if self.offers(extension).await? {
            Ok(Way::Native)
        } else if fallback {
            Ok(Way::Fallback)
        } else {
            Err(Error::NotOffered(extension))
        }
    }

    /// Those of the messages that are there now, each by its UID: a set that no message can come
    /// into later.
    pub(in crate::session) async fn existing(&self, set: UidSet) -> Result<UidSet, Error> {
        let found = self
            .run(UidSearch::new(SearchKey::uid(set.clone())))
            .await?;
        let found = found
            .numbers
            .unwrap_or_else(|| UidSet::from_ranges(Vec::new()));
        // Of `*` the server alone knows which it is.
        if set.has_star() {
            return Ok(found);
        }
        Ok(super::sets::both(&found, &set))
    }
}

/// Waits for the answer of a command.
pub(in crate::session) async fn finish<C: Command>(
    mut reply: Reply<C>,
) -> Result<C::Output, Error> {
    poll_fn(|context| reply.poll_finish(context)).await
}
