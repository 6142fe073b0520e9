//! What a case has at hand.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use imap_proto_core::encode::{Append, AppendMessage, Capability, Command, Create, Select};
use imap_proto_core::engine::Config;
use imap_proto_core::session::{AbortHandle, Error};
use imap_proto_core::types::{Capabilities, Completion, Uid};

use super::client::{Client, Started};
use super::mail;
use super::options::Options;

/// Why a case did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It failed.
    Failed(String),
    /// The server does not offer what it needs.
    Skipped(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<String> for Failure {
    fn from(why: String) -> Self {
        Self::Failed(why)
    }
}

/// How a case went.
pub type Verdict = Result<(), Failure>;

/// Fails a case unless something holds.
///
/// # Errors
///
/// The reason given, unless `holds`.
pub(super) fn check(holds: bool, why: impl Into<String>) -> Verdict {
    if holds {
        return Ok(());
    }
    Err(Failure::Failed(why.into()))
}

/// Fails a case unless two values are equal.
///
/// # Errors
///
/// Both values, when they differ.
#[expect(clippy::needless_pass_by_value, reason = "shorter calls")]
pub(super) fn same<T: PartialEq<U> + std::fmt::Debug, U: std::fmt::Debug>(
    what: &str,
    found: T,
    expected: U,
) -> Verdict {
    check(
        found == expected,
        format!("{what}: {found:?} instead of {expected:?}"),
    )
}

/// The value, or a failure.
///
/// # Errors
///
/// When there is none.
pub(super) fn some<T>(what: &str, value: Option<T>) -> Result<T, Failure> {
    value.ok_or_else(|| Failure::Failed(format!("no {what}")))
}

/// The completion of a command that the server must refuse by NO.
///
/// # Errors
///
/// When it did not.
pub(super) fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Result<Completion, Failure> {
    match result {
        Err(Error::No(completion)) => Ok(*completion),
        other => Err(Failure::Failed(format!("not refused by NO: {other:?}"))),
    }
}

/// The time.
pub(super) fn now() -> chrono::DateTime<chrono::Utc> {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
    chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

/// Makes further connections, and ends what hangs.
pub struct Connector<L> {
    connect: Box<dyn Fn(Config) -> Result<L, Error>>,
    config: Config,
    /// How the server is reached.
    pub options: Options,
    /// All connections that were made, for whoever ends them when they hang.
    pub live: Arc<Mutex<Vec<AbortHandle>>>,
}

impl<L: Client> Connector<L> {
    /// Connections of this configuration.
    pub fn new(
        config: Config,
        options: Options,
        connect: impl Fn(Config) -> Result<L, Error> + 'static,
    ) -> Self {
        Self {
            connect: Box::new(connect),
            config,
            options,
            live: Arc::default(),
        }
    }

    /// One more, by the configuration as changed.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn connect(&self, change: impl FnOnce(Config) -> Config) -> Result<L, Error> {
        self.connect_by(change(self.config.clone()))
    }

    /// One more, by another configuration.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn connect_by(&self, config: Config) -> Result<L, Error> {
        let client = (self.connect)(config)?;
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.push(client.session().abort_handle());
        Ok(client)
    }
}

/// A case: a connection of its own, and names for mailboxes that are removed behind it.
pub struct Case<'a, L> {
    /// The connection.
    pub client: L,
    /// The hierarchy delimiter.
    pub delimiter: u8,
    /// The beginning of the names of its mailboxes.
    pub prefix: String,
    /// For more connections.
    pub connector: &'a Connector<L>,
}

impl<L: Client> Case<'_, L> {
    /// Runs a command.
    pub fn run<C: Command>(&self, command: C) -> impl Future<Output = Result<C::Output, Error>> {
        self.client.run(command)
    }

    /// Submits a command.
    pub fn start<C: Command>(&self, command: C) -> Started<L, C> {
        self.client.start(command)
    }

    /// A second connection.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn another(&self) -> Result<L, Error> {
        self.connector.connect(|config| config)
    }

    /// What the server offers.
    ///
    /// # Errors
    ///
    /// When it does not tell.
    pub async fn capabilities(&self) -> Result<Capabilities, Error> {
        match self.client.session().capabilities() {
            Some(capabilities) => Ok(capabilities),
            None => self.run(Capability).await,
        }
    }

    /// Whether the server offers a capability, or IMAP4rev2, of which it is a part.
    ///
    /// # Errors
    ///
    /// When it does not tell.
    pub async fn offers(&self, name: &str) -> Result<bool, Error> {
        const REV2: [&str; 15] = [
            "BINARY",
            "ENABLE",
            "ESEARCH",
            "IDLE",
            "LIST-EXTENDED",
            "LIST-STATUS",
            "LITERAL-",
            "MOVE",
            "NAMESPACE",
            "SASL-IR",
            "SEARCHRES",
            "SPECIAL-USE",
            "STATUS=SIZE",
            "UIDPLUS",
            "UNSELECT",
        ];
        let offered = self.capabilities().await?;
        Ok(offered.contains(name) || (offered.has_rev2() && REV2.contains(&name)))
    }

    /// Skips the case unless the server offers a capability.
    ///
    /// # Errors
    ///
    /// [`Failure::Skipped`] when it does not.
    pub async fn needs(&self, name: &str) -> Verdict {
        if self.offers(name).await? {
            return Ok(());
        }
        Err(Failure::Skipped(format!("capability {name} not offered")))
    }

    /// The name of a mailbox of this case.
    pub fn name(&self, stem: &str) -> String {
        format!("{}{stem}", self.prefix)
    }

    /// A name below another.
    pub fn below(&self, parent: &str, child: &str) -> String {
        format!("{parent}{}{child}", char::from(self.delimiter))
    }

    /// A new mailbox.
    ///
    /// # Errors
    ///
    /// When it cannot be created.
    pub async fn create(&self, stem: &str) -> Result<String, Failure> {
        let name = self.name(stem);
        self.run(Create::new(name.as_str())).await?;
        Ok(name)
    }

    /// A new mailbox with so many small messages, selected.
    ///
    /// # Errors
    ///
    /// When that cannot be done.
    pub async fn filled(&self, count: u32) -> Result<String, Failure> {
        let messages = (1..=count).map(mail::small);
        self.filled_with(messages.map(AppendMessage::new)).await
    }

    /// A new mailbox with these messages, selected.
    ///
    /// # Errors
    ///
    /// When that cannot be done.
    pub async fn filled_with(
        &self,
        messages: impl IntoIterator<Item = AppendMessage>,
    ) -> Result<String, Failure> {
        let name = self.create("mail").await?;
        for message in messages {
            self.run(Append::new(name.as_str(), message)).await?;
        }
        self.run(Select::new(name.as_str())).await?;
        Ok(name)
    }

    /// The UIDs of the selected mailbox, in order.
    ///
    /// # Errors
    ///
    /// When the search fails.
    pub async fn uids(&self) -> Result<Vec<Uid>, Failure> {
        use imap_proto_core::encode::{SearchKey, UidSearch};
        let found = self.run(UidSearch::new(SearchKey::all())).await?;
        let mut uids: Vec<Uid> = found.iter().collect();
        uids.sort_unstable();
        Ok(uids)
    }
}
