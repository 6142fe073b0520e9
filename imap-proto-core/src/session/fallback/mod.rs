//! Operations that any server can do: by an extension where it has it, else in another way.
//!
//! Each is one file and one policy; [`Fallbacks`] turns each off. None expunges a message that
//! was not asked for, none marks one as deleted before its copy is known to be there, and one that
//! stops half-way says in which state it left things.

mod append;
mod binary;
mod expunge;
mod list_status;
mod move_messages;
mod replace;
pub(super) mod resynchronize;
mod search;
pub(super) mod sets;
mod special_use;
pub(super) mod steps;
mod unselect;
mod watch;

pub use append::{AppendState, Appended};
pub use expunge::ExpungeState;
pub use list_status::ListedMailbox;
pub use move_messages::{MoveState, Moved};
pub use replace::{ReplaceState, Replaced};
pub use resynchronize::{KnownMailbox, ResyncMethod, Resynchronized};
pub use search::SearchSummary;
pub use special_use::{SpecialMailbox, UseSource};
pub use unselect::UnselectState;
pub use watch::Watching;

use std::fmt;
use std::future::Future;

use super::operation::{Halted, Operation};
use super::{Flavor, Session};
#[expect(unused_imports, reason = "for the documentation")]
use crate::engine::Fallbacks;
use steps::Steps;

/// In which way something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// By the extension that is there for it.
    Native,
    /// In another way, as the server lacks it or its use is [turned
    /// off](Fallbacks::avoid_extensions).
    Fallback,
}

/// An answer, and in which way it was had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done<T> {
    /// The answer.
    pub answer: T,
    /// In which way it was had.
    pub way: Way,
}

/// The operations of a session that any server can do; [`Session::portable`] gives it.
///
/// ```
/// use imap_proto_core::session::{Error, Flavor, Session};
/// use imap_proto_core::types::Uid;
///
/// fn archive<F: Flavor>(session: &Session<F>, uid: Uid) {
///     // MOVE where the server has it, else COPY, STORE and UID EXPUNGE.
///     let _moving = session.portable().uid_move(uid..=uid, "Archive");
/// }
/// ```
pub struct Portable<F: Flavor> {
    session: Session<F>,
    steps: Steps,
}

impl<F: Flavor> Session<F> {
    /// Operations that do without the extensions that the server lacks.
    pub fn portable(&self) -> Portable<F> {
        Portable {
            session: self.clone(),
            steps: Steps::new(self.handle().clone(), F::now),
        }
    }
}

impl<F: Flavor> Portable<F> {
    /// Begins an operation, in the adapter's form.
    fn begin<T, E, R>(&self, operation: impl FnOnce(Steps) -> R) -> F::Operation<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
        R: Future<Output = Result<T, E>> + Send + 'static,
    {
        F::operation(Operation::begin(operation(self.steps.clone())))
    }
}

impl<F: Flavor> fmt::Debug for Portable<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Portable").field(&self.session).finish()
    }
}
