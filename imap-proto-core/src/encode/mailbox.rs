//! Making, removing, renaming and subscribing mailboxes (RFC 9051 §6.3.4 to §6.3.8).

use super::answer::answers_nothing;
use super::{Command, MissingAnswer, Pipelining, Request, States, SubmitError, is_atom};
use crate::types::{ByteString, Code, Completion, Data, MailboxName};

/// CREATE a mailbox (RFC 9051 §6.3.4). A delimiter at the end says that mailboxes below it will
/// follow.
///
/// The answer is the mailbox's id (RFC 8474 §4.1), where the server tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create {
    mailbox: MailboxName,
    special_uses: Vec<String>,
    parameters: Vec<String>,
}

impl Create {
    /// CREATE this mailbox.
    pub fn new(mailbox: impl Into<MailboxName>) -> Self {
        Self {
            mailbox: mailbox.into(),
            special_uses: Vec::new(),
            parameters: Vec::new(),
        }
    }

    /// Gives it a special use, such as `\Sent` (RFC 6154 §3; needs CREATE-SPECIAL-USE).
    #[must_use]
    pub fn special_use(mut self, attribute: impl Into<String>) -> Self {
        self.special_uses.push(attribute.into());
        self
    }

    /// Any other parameter, as it stands on the wire: a name, and perhaps a value (RFC 4466
    /// §2.2).
    #[must_use]
    pub fn parameter(mut self, parameter: impl Into<String>) -> Self {
        self.parameters.push(parameter.into());
        self
    }
}

impl Command for Create {
    type Item = std::convert::Infallible;
    type Partial = ();
    type Output = Option<ByteString>;

    fn request(self) -> Result<Request, SubmitError> {
        let class = Pipelining::MAILBOX_WRITER;
        let mut request =
            Request::known("CREATE ", States::AFTER_LOGIN, class).mailbox(self.mailbox);
        let mut before = " (";
        if !self.special_uses.is_empty() {
            request = request.put(" (USE ");
            for (at, attribute) in self.special_uses.iter().enumerate() {
                request = request.put(if at > 0 { " " } else { "(" });
                request = request.flag_name(attribute.as_bytes())?;
            }
            request = request.put(")");
            before = " ";
        }
        request.parameters(before, &self.parameters)
    }

    fn item(data: Data) -> Result<Self::Item, Data> {
        Err(data)
    }

    fn add((): &mut (), item: Self::Item) {
        match item {}
    }

    fn finish((): (), completion: &Completion) -> Result<Self::Output, MissingAnswer> {
        Ok(match &completion.text.code {
            Some(Code::MailboxId(id)) => Some(id.clone()),
            _ => None,
        })
    }
}

/// A command with a mailbox and no answer.
macro_rules! of_mailbox {
    ($(#[$meta:meta])* $name:ident, $wire:literal, $class:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            mailbox: MailboxName,
        }

        impl $name {
            /// The command for this mailbox.
            pub fn new(mailbox: impl Into<MailboxName>) -> Self {
                let mailbox = mailbox.into();
                Self { mailbox }
            }
        }

        impl Command for $name {
            answers_nothing!();

            fn request(self) -> Result<Request, SubmitError> {
                let class = Pipelining::$class;
                Ok(Request::known($wire, States::AFTER_LOGIN, class).mailbox(self.mailbox))
            }
        }
    };
}

of_mailbox! {
    /// DELETE a mailbox (RFC 9051 §6.3.5).
    Delete, "DELETE ", MAILBOX_REMOVER
}
of_mailbox! {
    /// SUBSCRIBE: marks a mailbox as active (RFC 9051 §6.3.7). It need not exist.
    Subscribe, "SUBSCRIBE ", MAILBOX_WRITER
}
of_mailbox! {
    /// UNSUBSCRIBE: takes that back (RFC 9051 §6.3.8).
    Unsubscribe, "UNSUBSCRIBE ", MAILBOX_WRITER
}

/// RENAME a mailbox, and those below it (RFC 9051 §6.3.6). Of INBOX only the messages move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    from: MailboxName,
    to: MailboxName,
    parameters: Vec<String>,
}

impl Rename {
    /// RENAME from a name to another.
    pub fn new(from: impl Into<MailboxName>, to: impl Into<MailboxName>) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            parameters: Vec::new(),
        }
    }

    /// A parameter, as it stands on the wire: a name, and perhaps a value (RFC 4466 §2.3). None
    /// is registered.
    #[must_use]
    pub fn parameter(mut self, parameter: impl Into<String>) -> Self {
        self.parameters.push(parameter.into());
        self
    }
}

impl Command for Rename {
    answers_nothing!();

    fn request(self) -> Result<Request, SubmitError> {
        let class = Pipelining::MAILBOX_REMOVER;
        Request::known("RENAME ", States::AFTER_LOGIN, class)
            .mailbox(self.from)
            .space()
            .mailbox(self.to)
            .parameters(" (", &self.parameters)
    }
}

impl Request {
    /// Adds parameters and the parenthesis behind them; `before` tells whether the one before
    /// them is written.
    fn parameters(mut self, mut before: &str, parameters: &[String]) -> Result<Self, SubmitError> {
        for parameter in parameters {
            self = self.put(before).parameter(parameter)?;
            before = " ";
        }
        let some = before == " ";
        Ok(if some { self.put(")") } else { self })
    }

    /// Adds a parameter of the caller's: a name, and perhaps a value behind a space (RFC 4466 §4
    /// `tagged-ext`).
    pub(super) fn parameter(self, parameter: &str) -> Result<Self, SubmitError> {
        let name = parameter.split(' ').next().unwrap_or_default();
        if !is_atom(name.as_bytes()) {
            return Err(SubmitError::InvalidAtom);
        }
        self.syntax(parameter)
    }
}
