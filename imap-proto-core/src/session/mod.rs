//! Sessions: what adapters hand to their users, and the one loop that moves a connection.
//!
//! A [`Driver`] and the handles ([`Session`], [`Reply`], [`Body`], [`Events`]) share the engine
//! behind one lock. The adapter owns the stream, calls [`Driver::turn`] whenever something may
//! have happened, and waits for what it says in between; its [`Flavor`] tells how its users wait.

mod act;
mod assembly;
mod body;
mod commands;
mod deliver;
mod driver;
mod error;
mod events;
mod exchange;
mod fallback;
mod flavor;
mod flow;
mod idle;
mod keyed;
mod long;
mod open;
mod operation;
mod recovery;
mod reply;
mod route;
#[expect(
    clippy::module_inception,
    reason = "the type that the floor is named for"
)]
mod session;
mod shared;
mod upload;

pub use body::{Body, BodySize};
pub use driver::{Driver, Wait};
pub use error::{Circumstances, Error, ErrorClass};
pub use events::{Events, Notice};
pub use fallback::{
    AppendState, Appended, Done, ExpungeState, KnownMailbox, ListedMailbox, MoveState, Moved,
    Portable, ReplaceState, Replaced, ResyncMethod, Resynchronized, SearchSummary, SpecialMailbox,
    UnselectState, UseSource, Watching, Way,
};
pub use flavor::{Flavor, Job};
pub use idle::{IdleEnd, IdleWait};
pub use operation::{Halted, Operation};
pub use recovery::{
    Backoff, Changes, IdleWish, Reconnected, Reconnecting, Recovery, RecoveryEvent, RecoveryEvents,
    Reselection, Retry, Snapshot, Supervisor, Task,
};
pub use reply::Reply;
pub use session::{IdleGuard, Opening, Session, open};
pub use shared::AbortHandle;
pub use upload::Upload;

#[cfg(test)]
mod tests;
