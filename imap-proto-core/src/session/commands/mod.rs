//! One method for each command; a command with options is built and given to
//! [`Session::run`](super::Session::run).

mod access;
mod extension;
mod mailbox;
mod message;
mod search;
mod server;

/// Methods that submit a command made of their arguments.
macro_rules! commands {
    ($($(#[$meta:meta])* $name:ident($($argument:ident: $kind:ty),*) -> $command:ty = $value:expr;)*) => {
        impl<F: $crate::session::Flavor> $crate::session::Session<F> {
            $(
                $(#[$meta])*
                pub fn $name(&self, $($argument: $kind),*) -> F::Reply<$command> {
                    self.run($value)
                }
            )*
        }
    };
}

use commands;
