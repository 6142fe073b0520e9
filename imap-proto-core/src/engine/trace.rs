//! Events for `tracing`, which cost nothing without the feature and show no arguments: a command is
//! told by its name and number only, so no secret can be in one.

/// Tells of something at the level `debug`, target `imap`.
#[cfg(feature = "tracing")]
macro_rules! tell {
    ($($event:tt)*) => { tracing::debug!(target: "imap", $($event)*) };
}

/// Without the feature: nothing.
#[cfg(not(feature = "tracing"))]
macro_rules! tell {
    ($($event:tt)*) => {};
}

pub(super) use tell;
