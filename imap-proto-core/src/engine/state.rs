//! The states of a connection, and every way from one to another.
//!
//! ```text
//!            connection
//!                |
//!        AwaitingGreeting ------------------ BYE -----------+
//!           |         |                                     |
//!          OK      PREAUTH                                  |
//!           |         |                                     |
//!           v         |     STARTTLS OK                     |
//!   NotAuthenticated <-------------------> AwaitingTls      |
//!     |         ^     |     TLS established                 |
//!  LOGIN OK     |     |                                     |
//!     |  UNAUTHENTICATE|                                    |
//!     v         |     v                                     |
//!      Authenticated <------ COMPRESS OK ------> AwaitingCompression
//!        |       ^                                          |
//!     SELECT   CLOSE, UNSELECT, SELECT refused              |
//!        v       |                                          |
//!        Selected -------- LOGOUT sent, BYE ---> LoggingOut |
//!                                                    |      |
//!                                 LOGOUT OK, EOF ----+------+--> Closed
//! ```
//!
//! (RFC 9051 §3 without the states that no client sees.) What the server said, or a token given
//! back, moves it; [`submit`](super::Connection::submit) never does.

use crate::encode::States;

/// The state of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// Nothing came yet.
    AwaitingGreeting,
    /// The server waits for a login.
    NotAuthenticated,
    /// STARTTLS was accepted, the handshake is not done.
    AwaitingTls,
    /// Logged in, no mailbox selected.
    Authenticated,
    /// A mailbox is selected.
    Selected,
    /// COMPRESS was accepted, the layer is not in place.
    AwaitingCompression,
    /// BYE came, or LOGOUT was answered.
    LoggingOut,
    /// Nothing goes in or out any more.
    Closed,
}

/// What moves a connection from state to state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trigger {
    GreetingOk,
    GreetingPreauth,
    LoggedIn,
    Selected,
    Deselected,
    Unauthenticated,
    TlsAccepted,
    TlsEstablished,
    CompressionAccepted,
    CompressionEstablished,
    Bye,
    Ended,
}

/// The state, and the one to go back to after a pause.
#[derive(Clone, Copy, Debug)]
pub(super) struct Machine {
    state: State,
    behind: State,
}

impl Machine {
    pub(super) const fn new() -> Self {
        Self {
            state: State::AwaitingGreeting,
            behind: State::AwaitingGreeting,
        }
    }

    pub(super) const fn state(self) -> State {
        self.state
    }

    /// Moves on; a trigger that means nothing in the present state leaves it.
    pub(super) fn on(&mut self, trigger: Trigger) {
        let next = match (self.state, trigger) {
            (_, Trigger::Ended) | (State::Closed, _) => State::Closed,
            (_, Trigger::Bye) => State::LoggingOut,
            (State::AwaitingGreeting, Trigger::GreetingOk)
            | (State::AwaitingTls, Trigger::TlsEstablished)
            | (State::Authenticated | State::Selected, Trigger::Unauthenticated) => {
                State::NotAuthenticated
            }
            (State::AwaitingGreeting, Trigger::GreetingPreauth)
            | (State::NotAuthenticated, Trigger::LoggedIn)
            | (State::Selected, Trigger::Deselected) => State::Authenticated,
            (State::Authenticated | State::Selected, Trigger::Selected) => State::Selected,
            (State::NotAuthenticated, Trigger::TlsAccepted) => State::AwaitingTls,
            (State::Authenticated | State::Selected, Trigger::CompressionAccepted) => {
                self.behind = self.state;
                State::AwaitingCompression
            }
            (State::AwaitingCompression, Trigger::CompressionEstablished) => self.behind,
            (state, _) => state,
        };
        self.state = next;
    }

    /// The states in which commands are sent now; none while paused or closing. Before the
    /// greeting it may become either of two.
    pub(super) fn command_states(self) -> States {
        match self.state {
            State::AwaitingGreeting => States::NOT_AUTHENTICATED.union(States::AUTHENTICATED),
            State::NotAuthenticated | State::AwaitingTls => States::NOT_AUTHENTICATED,
            State::Authenticated => States::AUTHENTICATED,
            State::Selected => States::SELECTED,
            State::AwaitingCompression => match self.behind {
                State::Selected => States::SELECTED,
                _ => States::AUTHENTICATED,
            },
            State::LoggingOut | State::Closed => States::NONE,
        }
    }

    /// Whether commands may go out.
    pub(super) fn takes_commands(self) -> bool {
        matches!(
            self.state,
            State::NotAuthenticated | State::Authenticated | State::Selected
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(triggers: &[Trigger]) -> State {
        let mut machine = Machine::new();
        for &trigger in triggers {
            machine.on(trigger);
        }
        machine.state()
    }

    #[test]
    fn compression_comes_back_to_where_it_was() {
        use Trigger as T;
        let selected = [
            T::GreetingOk,
            T::LoggedIn,
            T::Selected,
            T::CompressionAccepted,
        ];
        assert_eq!(after(&selected), State::AwaitingCompression);
        let back = [&selected[..], &[T::CompressionEstablished]].concat();
        assert_eq!(after(&back), State::Selected);
    }

    #[test]
    fn closed_is_for_ever() {
        use Trigger as T;
        assert_eq!(
            after(&[T::Ended, T::GreetingOk, T::LoggedIn]),
            State::Closed
        );
        assert_eq!(
            after(&[T::GreetingOk, T::Bye, T::LoggedIn]),
            State::LoggingOut
        );
    }

    #[test]
    fn login_means_nothing_before_the_greeting() {
        assert_eq!(after(&[Trigger::LoggedIn]), State::AwaitingGreeting);
        assert_eq!(
            after(&[Trigger::GreetingOk, Trigger::Selected]),
            State::NotAuthenticated
        );
    }
}
