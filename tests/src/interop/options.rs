//! Which server, and how to reach it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use imap_proto_core::engine::Config;
use imap_proto_core::engine::sasl::Credentials;
use imap_proto_core::layer::{ClientCertificate, client_config};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use super::case::Failure;

/// How the connections are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// TCP, plain until STARTTLS if that is asked for.
    Plain(String, u16),
    /// TCP with TLS from the first octet.
    Tls(String, u16),
    /// A child process: the program and its arguments.
    Process(Vec<String>),
}

/// Which adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adapter {
    /// `imap-transport-std`.
    Std,
    /// `imap-transport-tokio`.
    Tokio,
}

/// What is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// The whole feature list.
    Features,
    /// The sequence of imaplib2's own test script.
    Imaplib2,
}

/// The server, and how to reach it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where.
    pub address: Address,
    /// User and password; a process needs none.
    pub login: Option<(String, String)>,
    /// A bearer token of the user, for OAUTHBEARER and XOAUTH2.
    pub token: Option<String>,
    /// A file with a client certificate of the user and its key in PEM, for EXTERNAL.
    pub client: Option<PathBuf>,
    /// A file with the CA's certificate in PEM; else the system's roots are used.
    pub ca: Option<PathBuf>,
    /// Which adapter.
    pub adapter: Adapter,
    /// Whether TLS begins by STARTTLS.
    pub starttls: bool,
    /// Whether COMPRESS is used.
    pub compress: bool,
    /// What is run.
    pub scenario: Scenario,
    /// What else a server of `tests/servers` has, by the names of its README; empty for others.
    pub settings: BTreeMap<String, String>,
}

impl Options {
    /// Plain TCP or TLS, by tokio.
    pub fn new(address: Address) -> Self {
        Self {
            address,
            login: None,
            token: None,
            client: None,
            ca: None,
            adapter: Adapter::Tokio,
            starttls: false,
            compress: false,
            scenario: Scenario::Features,
            settings: BTreeMap::new(),
        }
    }

    /// All that the settings of a server of `tests/servers` say: login, token, certificates, and the rest.
    #[must_use]
    pub fn with_settings(self, settings: BTreeMap<String, String>) -> Self {
        let told = Self { settings, ..self };
        let setting = |name| told.setting(name).map(str::to_owned);
        Self {
            login: setting("IMAP_USER")
                .zip(setting("IMAP_PASSWORD"))
                .filter(|_| !matches!(told.address, Address::Process(_))),
            token: setting("IMAP_TOKEN"),
            client: setting("CLIENT_FILE").map(PathBuf::from),
            ca: setting("CA_FILE").map(PathBuf::from),
            ..told.clone()
        }
    }

    /// A setting; `None` where the server has it not, or empty.
    pub fn setting(&self, name: &str) -> Option<&str> {
        let value = self.settings.get(name).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    /// The configuration of a connection that is not logged in.
    ///
    /// # Errors
    ///
    /// When the CA's file, or that of the client certificate, cannot be read.
    pub fn without_login(&self) -> Result<Config, String> {
        let options = Self {
            login: None,
            ..self.clone()
        };
        options.config()
    }

    /// Without TLS and without a login, until STARTTLS.
    ///
    /// # Errors
    ///
    /// Skipped, where the server is not reached in the clear.
    pub(super) fn in_the_clear(&self) -> Result<Config, Failure> {
        match &self.address {
            Address::Plain(host, port) => Ok(Config::unencrypted(host).with_port(*port)),
            _ => Err(Failure::Skipped("not in the clear".to_owned())),
        }
    }

    /// With TLS and without a login: by STARTTLS where the address is in the clear.
    ///
    /// # Errors
    ///
    /// As [`secured`](Self::secured).
    pub(super) fn secure(&self) -> Result<Config, Failure> {
        self.secured(|ca| tls(ca, None))
    }

    /// As [`secure`](Self::secure), with the client certificate.
    ///
    /// # Errors
    ///
    /// As [`secured`](Self::secured), and skipped without a certificate.
    pub(super) fn with_certificate(&self) -> Result<Config, Failure> {
        let client = self.client.as_ref();
        let client = client.ok_or_else(|| Failure::Skipped("no client certificate".to_owned()))?;
        self.secured(|ca| tls(ca, Some(client)))
    }

    /// As [`secure`](Self::secure), but TLS 1.2.
    ///
    /// # Errors
    ///
    /// As [`secured`](Self::secured).
    pub(super) fn secure_by_tls_1_2(&self) -> Result<Config, Failure> {
        self.secured(|ca| {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let versions = [&rustls::version::TLS12];
            let config = ClientConfig::builder_with_provider(provider)
                .with_protocol_versions(&versions)
                .map_err(|why| why.to_string())?;
            let config = config.with_root_certificates(roots(ca)?);
            Ok(Arc::new(config.with_no_client_auth()))
        })
    }

    /// By STARTTLS on another port, without a login.
    ///
    /// # Errors
    ///
    /// As [`secured`](Self::secured).
    pub(super) fn secure_at(&self, port: u16) -> Result<Config, Failure> {
        let address = Address::Plain("localhost".to_owned(), port);
        let options = self.clone();
        Self { address, ..options }.secure()
    }

    /// With TLS that is made for the CA's file.
    ///
    /// # Errors
    ///
    /// Skipped without TLS or the CA's file; failed when a file cannot be read.
    fn secured(
        &self,
        tls: impl FnOnce(&Path) -> Result<Arc<ClientConfig>, String>,
    ) -> Result<Config, Failure> {
        let config = match &self.address {
            Address::Process(_) => return Err(Failure::Skipped("no TLS".to_owned())),
            Address::Tls(host, port) => Config::tls(host).with_port(*port),
            Address::Plain(host, port) => Config::starttls(host).with_port(*port),
        };
        let ca = self.ca.as_ref();
        let ca = ca.ok_or_else(|| Failure::Skipped("no file of the CA".to_owned()))?;
        Ok(config.compress(self.compress).with_tls(tls(ca)?))
    }

    /// The configuration of a connection.
    ///
    /// # Errors
    ///
    /// When the CA's file cannot be read.
    pub fn config(&self) -> Result<Config, String> {
        let config = match &self.address {
            Address::Process(_) => Config::preauthenticated(),
            Address::Tls(host, port) => Config::tls(host).with_port(*port),
            Address::Plain(host, port) if self.starttls => Config::starttls(host).with_port(*port),
            Address::Plain(host, port) => Config::unencrypted(host).with_port(*port),
        };
        let config = config.compress(self.compress);
        let config = match (&self.login, &self.address) {
            (Some((user, password)), Address::Plain(..) | Address::Tls(..)) => {
                config.credentials(Credentials::password(user, password.as_str()))
            }
            _ => config,
        };
        match &self.ca {
            Some(path) => Ok(config.with_tls(tls(path, None)?)),
            None => Ok(config),
        }
    }
}

impl Address {
    /// Reads `imap://host:port`, `imaps://host:port` or `exec:COMMAND`, whose words are split at
    /// spaces.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(url: &str) -> Result<Self, String> {
        if let Some(command) = url.strip_prefix("exec:") {
            let words = command.split_whitespace().map(str::to_owned).collect();
            return Ok(Self::Process(words));
        }
        if let Some(rest) = url.strip_prefix("imaps://") {
            return host_and_port(rest, 993).map(|(host, port)| Self::Tls(host, port));
        }
        let rest = url
            .strip_prefix("imap://")
            .ok_or_else(|| format!("{url} begins with none of imap://, imaps://, exec:"))?;
        host_and_port(rest, 143).map(|(host, port)| Self::Plain(host, port))
    }
}

fn host_and_port(text: &str, default: u16) -> Result<(String, u16), String> {
    let text = text.trim_end_matches('/');
    let split = text.rsplit_once(':').filter(|_| !text.ends_with(']'));
    let (host, port) = match split {
        Some((host, port)) => (host, port.parse().map_err(|_| format!("no port: {port}"))?),
        None => (text, default),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Ok((host.to_owned(), port))
}

fn tls(ca: &Path, client: Option<&PathBuf>) -> Result<Arc<ClientConfig>, String> {
    let client = client.map(|path| certificate_and_key(path)).transpose()?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = client_config(provider, roots(ca)?, client, true);
    config.map_err(|why| format!("{}: {why}", ca.display()))
}

fn roots(ca: &Path) -> Result<RootCertStore, String> {
    let failed = |why: &dyn std::fmt::Display| format!("{}: {why}", ca.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(ca).map_err(|why| failed(&why))? {
        let certificate = certificate.map_err(|why| failed(&why))?;
        roots.add(certificate).map_err(|why| failed(&why))?;
    }
    Ok(roots)
}

fn certificate_and_key(path: &Path) -> Result<ClientCertificate, String> {
    let failed = |why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
    let chain = CertificateDer::pem_file_iter(path).map_err(|why| failed(&why))?;
    let chain: Result<Vec<_>, _> = chain.collect();
    let key = PrivateKeyDer::from_pem_file(path).map_err(|why| failed(&why))?;
    Ok((chain.map_err(|why| failed(&why))?, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let plain = |host: &str, port| Ok(Address::Plain(host.to_owned(), port));
        assert_eq!(Address::parse("imap://[::1]:1143/"), plain("::1", 1143));
        assert_eq!(Address::parse("imap://[::1]"), plain("::1", 143));
        assert_eq!(Address::parse("imap://a.example"), plain("a.example", 143));
        let tls = Address::Tls("a.example".to_owned(), 993);
        assert_eq!(Address::parse("imaps://a.example"), Ok(tls));
        let words = ["ssh", "-x", "host"].map(str::to_owned).to_vec();
        assert_eq!(
            Address::parse("exec:ssh -x  host"),
            Ok(Address::Process(words))
        );
        assert!(Address::parse("http://a.example").is_err());
        assert!(Address::parse("imap://a.example:x").is_err());
    }
}
