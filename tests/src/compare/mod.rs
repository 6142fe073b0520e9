//! What the seed system, imaplib2, does and where it fails, as cases: a script that a server plays on a real connection,
//! and what a correct client shows its user meanwhile.
//!
//! The scripts stand in `tests/compare/cases`, one file a case; `tests/compare/cases.py` runs the seed in them, this
//! module our adapters. `tests/compare-imaplib2` runs both; the test program `compare` runs ours.

mod cases;
mod kit;
mod plan;
mod server;

pub use kit::{Kit, ready};
pub use plan::{Plan, Step};
pub use server::serve;

/// Why a case was not passed.
pub type Failure = String;

/// Runs a case by an adapter, against the server that plays it.
pub async fn run<K: Kit>(plan: &Plan, place: &Place) -> Result<(), Failure> {
    cases::run::<K>(plan, place).await
}

/// Where the server of a case is.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// The certificate of its CA, in PEM, for the cases with TLS.
    pub ca: Option<String>,
}
