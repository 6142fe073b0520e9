//! Spans and events for `tracing`, which cost nothing without the feature.
//!
//! Targets: `imap::connection`, `imap::command`, `imap::idle`, `imap::wire`, and those of the
//! adapters. No argument of a command is in any, but for the lines of `imap::wire`, from which
//! secrets were taken by `record.rs`.

/// Tells of something: target, level, then as in `tracing`.
#[cfg(feature = "tracing")]
macro_rules! tell {
    ($target:literal, $level:ident, $($event:tt)*) => {
        tracing::event!(target: $target, tracing::Level::$level, $($event)*)
    };
}

/// Without the feature: nothing.
#[cfg(not(feature = "tracing"))]
macro_rules! tell {
    ($($event:tt)*) => {{}};
}

/// Whether anyone listens at a target and level.
#[cfg(feature = "tracing")]
macro_rules! enabled {
    ($target:literal, $level:ident) => {
        tracing::enabled!(target: $target, tracing::Level::$level)
    };
}

/// Without the feature: nobody.
#[cfg(not(feature = "tracing"))]
macro_rules! enabled {
    ($target:literal, $level:ident) => {
        false
    };
}

pub(super) use enabled;
pub(crate) use tell;

/// The span of a connection or a command. Without the feature it takes no room.
#[derive(Clone, Debug)]
pub(crate) struct Span(#[cfg(feature = "tracing")] tracing::Span);

#[cfg(feature = "tracing")]
impl Span {
    /// Of a connection; within that of whoever makes it.
    pub(crate) fn connection(config: &super::Config) -> Self {
        let (host, port) = (config.host(), config.port());
        Self(tracing::info_span!(target: "imap::connection", "imap", host, port))
    }

    /// Of a command, from its submission to its ending; within that of whoever submits it.
    pub(super) fn command(id: super::CommandId, name: &[u8]) -> Self {
        Self(tracing::debug_span!(
            target: "imap::command",
            "command",
            id = id.number(),
            name = %String::from_utf8_lossy(name),
            condition = tracing::field::Empty,
        ))
    }

    /// Does something within the span.
    pub(crate) fn within<T>(&self, act: impl FnOnce() -> T) -> T {
        self.0.in_scope(act)
    }

    /// Notes how a command ended.
    pub(super) fn condition(&self, condition: crate::types::Condition) {
        self.0.record("condition", tracing::field::debug(condition));
    }
}

#[cfg(not(feature = "tracing"))]
#[expect(clippy::unused_self, reason = "its twin with the feature needs it")]
impl Span {
    pub(crate) fn connection(_: &super::Config) -> Self {
        Self()
    }

    pub(super) fn command(_: super::CommandId, _: &[u8]) -> Self {
        Self()
    }

    pub(crate) fn within<T>(&self, act: impl FnOnce() -> T) -> T {
        act()
    }

    pub(super) fn condition(&self, _: crate::types::Condition) {}
}
