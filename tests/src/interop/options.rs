//! Which server, and how to reach it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use imap_proto_core::engine::Config;
use imap_proto_core::engine::sasl::Credentials;
use imap_proto_core::layer::{ClientCertificate, client_config};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

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
        }
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

    /// As [`config`](Self::config), with the client certificate and without a login.
    ///
    /// # Errors
    ///
    /// As [`without_login`](Self::without_login).
    pub fn with_certificate(&self) -> Result<Config, String> {
        let config = self.without_login()?;
        match (&self.ca, &self.client) {
            (Some(ca), Some(client)) => Ok(config.with_tls(tls(ca, Some(client))?)),
            _ => Ok(config),
        }
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
    let failed = |why: &dyn std::fmt::Display| format!("{}: {why}", ca.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(ca).map_err(|why| failed(&why))? {
        let certificate = certificate.map_err(|why| failed(&why))?;
        roots.add(certificate).map_err(|why| failed(&why))?;
    }
    let client = client.map(|path| certificate_and_key(path)).transpose()?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    client_config(provider, roots, client, true).map_err(|why| failed(&why))
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
