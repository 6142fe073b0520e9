//! The handle of a session that reconnects.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;

use super::Recovery;
use super::changes::Snapshot;
use super::events::RecoveryEvents;
use super::shared::{Shared, Status};
use super::supervisor::Supervisor;
use crate::encode::{Command, Logout, Request, SubmitError, uses_numbers};
use crate::session::fallback::steps::finish;
use crate::session::operation::Operation;
use crate::session::{Error, Flavor, Reply, Session};
use crate::types::{MailboxName, UidValidity};

/// A session that connects again when its connection is lost, for many threads or tasks: clones
/// are cheap and equal. The adapters wrap it.
///
/// It logs in again, enables what was enabled, selects the mailbox that was selected, wishes for
/// IDLE if [someone does](Self::idle), and tells [what changed](super::Changes) meanwhile. What
/// else a connection has of its own, such as NOTIFY, live searches and `$`, is gone with it.
///
/// [`session`](Self::session) gives the present connection, with a method for each command; its
/// handle ends with that connection. [`run`](Self::run) does not: it waits for a connection.
pub struct Reconnecting<F: Flavor>(Arc<Last<F>>);

/// When the last handle goes, the supervisor is told.
struct Last<F: Flavor>(Arc<Shared<F>>);

impl<F: Flavor> Reconnecting<F> {
    /// Watches over a session, and over those that come after it. For adapters, which drive the
    /// [`Supervisor`].
    pub fn new(session: Session<F>, recovery: Recovery) -> (Self, Supervisor<F>) {
        let shared = Shared::new(recovery);
        let supervisor = Supervisor::new(Arc::clone(&shared), session);
        (Self(Arc::new(Last(shared))), supervisor)
    }

    /// The present connection; while there is none, it is waited for.
    ///
    /// # Errors
    ///
    /// Why there will be none any more.
    pub fn session(&self) -> F::Operation<Session<F>, Error> {
        let this = self.clone();
        F::operation(Operation::begin(
            async move { Ok(this.connected().await?.0) },
        ))
    }

    /// Runs a command on the present connection, or on the next one while there is none.
    ///
    /// It is not repeated. When the connection is lost while it is under way,
    /// [`Error::may_have_taken_effect`] says whether the server can have done it.
    ///
    /// # Errors
    ///
    /// Those of the command; [`SubmitError::NumbersOfConnection`] for a command by message
    /// number, which may be that of another message on another connection; and
    /// [`Error::NotSent`] for a command in a mailbox whose UIDVALIDITY has changed with the
    /// connection, until it is selected by the caller.
    pub fn run<C: Command>(&self, command: C) -> F::Operation<C::Output, Error>
    where
        C::Output: 'static,
    {
        let (this, request) = (self.clone(), command.request());
        F::operation(Operation::begin(async move {
            this.run_once::<C>(request?, &mut None).await.0
        }))
    }

    /// As [`run`](Self::run), and repeats the command when the connection was lost and that is
    /// [safe](Request::is_repeatable), or the command was surely not done. `make` makes it, for
    /// each attempt. It is not repeated in another mailbox than the first time, or one with
    /// another UIDVALIDITY.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn run_repeating<C: Command>(
        &self,
        mut make: impl FnMut() -> C + Send + 'static,
    ) -> F::Operation<C::Output, Error>
    where
        C::Output: 'static,
    {
        let this = self.clone();
        F::operation(Operation::begin(async move {
            let mut place = None;
            let mut repeats = this.0.0.recovery.repeats;
            loop {
                let request = make().request()?;
                let safe = request.is_repeatable();
                let (result, went_out) = this.run_once::<C>(request, &mut place).await;
                match result {
                    Err(error)
                        if went_out
                            && error.is_fatal()
                            && repeats > 0
                            && (safe || !error.may_have_taken_effect()) =>
                    {
                        repeats -= 1;
                    }
                    result => return result,
                }
            }
        }))
    }

    /// Wishes for IDLE (RFC 2177) as long as the guard lives, on each connection.
    pub fn idle(&self) -> IdleWish<F> {
        self.0.0.wish(true);
        IdleWish(self.clone())
    }

    /// Subscribes to what happens.
    pub fn subscribe(&self) -> RecoveryEvents<F> {
        RecoveryEvents::new(Arc::clone(&self.0.0))
    }

    /// What is known of the selected mailbox; without a connection, what was known when it was
    /// lost. `None` where none is selected, it is too large, or comparing is turned off.
    pub fn known(&self) -> Option<Snapshot> {
        self.0.0.snapshot()
    }

    /// Why there will be no connection any more, if it was given up.
    pub fn gave_up(&self) -> Option<Error> {
        match &self.0.0.lock().status {
            Status::GaveUp(error) => Some(error.clone()),
            _ => None,
        }
    }

    /// Makes the next attempt now, without waiting for its time: the network is back.
    pub fn retry_now(&self) {
        self.0.0.hurry();
    }

    /// Logs out, and connects no more. Without a connection there is nothing to log out of.
    ///
    /// # Errors
    ///
    /// Those of LOGOUT.
    pub fn close(&self) -> F::Operation<(), Error> {
        let session = match &self.0.0.lock().status {
            Status::Up(session) => Some(session.clone()),
            _ => None,
        };
        self.0.0.down(Status::Closed, None);
        let logout = session.map(|session| session.submit::<Logout>(Logout.request()));
        F::operation(Operation::begin(async move {
            match logout {
                Some(logout) => finish(logout).await.map(drop),
                None => Ok(()),
            }
        }))
    }

    async fn connected(&self) -> Result<(Session<F>, bool), Error> {
        let present = poll_fn(|context| self.0.0.poll_session(context)).await?;
        let reset = present.reset.is_some() && present.session.selection() == present.reset;
        Ok((present.session, reset))
    }

    /// Runs a request, and tells whether it was given to a connection. `place`: where it must
    /// run; noted the first time.
    async fn run_once<C: Command>(
        &self,
        request: Request,
        place: &mut Option<Place>,
    ) -> (Result<C::Output, Error>, bool) {
        let reply = match self.begin::<C>(request, place).await {
            Ok(reply) => reply,
            Err(error) => return (Err(error), false),
        };
        (finish(reply).await, true)
    }

    async fn begin<C: Command>(
        &self,
        request: Request,
        place: &mut Option<Place>,
    ) -> Result<Reply<C>, Error> {
        if uses_numbers(request.pipelining, request.needs, &request.segments) {
            return Err(SubmitError::NumbersOfConnection.into());
        }
        let (session, reset) = self.connected().await?;
        if request.uses_selected() {
            let here = Place::of(&session);
            let there = place.get_or_insert_with(|| here.clone());
            if reset || *there != here {
                return Err(Error::NotSent);
            }
        }
        Ok(session.submit(Ok(request)))
    }
}

/// The mailbox that a command is for.
#[derive(Clone, PartialEq)]
struct Place(Option<(MailboxName, Option<UidValidity>)>);

impl Place {
    fn of<F: Flavor>(session: &Session<F>) -> Self {
        let view = session.mailbox();
        Self(view.map(|view| (view.mailbox, view.uid_validity)))
    }
}

impl<F: Flavor> Clone for Reconnecting<F> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<F: Flavor> Drop for Last<F> {
    fn drop(&mut self) {
        self.0.down(Status::Closed, None);
    }
}

impl<F: Flavor> fmt::Debug for Reconnecting<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reconnecting").finish_non_exhaustive()
    }
}

/// The wish for IDLE on every connection; ends when it is dropped.
#[must_use = "IDLE is wished for as long as the guard lives"]
pub struct IdleWish<F: Flavor>(Reconnecting<F>);

impl<F: Flavor> Drop for IdleWish<F> {
    fn drop(&mut self) {
        self.0.0.0.wish(false);
    }
}

impl<F: Flavor> fmt::Debug for IdleWish<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdleWish").finish_non_exhaustive()
    }
}
