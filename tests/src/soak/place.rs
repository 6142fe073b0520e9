//! A server, and how to reach it.

use imap_transport_std::{Config, Credentials, Timeouts, tls_config};
use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use std::time::Duration;

use crate::demo_process::DemoProcess;
use crate::servers::Server;

/// Where the mailboxes are.
#[derive(Clone, Debug)]
pub struct Place {
    /// For plain text.
    pub port: u16,
    /// For implicit TLS.
    pub tls_port: u16,
    user: String,
    password: String,
    roots: RootCertStore,
}

impl Place {
    /// A real server.
    ///
    /// # Errors
    /// When the certificate of its authority cannot be read.
    pub fn of_server(server: &Server) -> Result<Self, String> {
        let (user, password) = server.login();
        let pem = std::fs::read(server.ca_file()).map_err(|error| error.to_string())?;
        Ok(Self {
            port: server.port(),
            tls_port: server.tls_port(),
            user: user.to_owned(),
            password: password.to_owned(),
            roots: roots(&pem)?,
        })
    }

    /// The demo server in a process of its own.
    ///
    /// # Errors
    /// When its certificate cannot be read.
    pub fn of_demo(demo: &DemoProcess) -> Result<Self, String> {
        Ok(Self {
            port: demo.port,
            tls_port: demo.tls_port,
            user: "alice".to_owned(),
            password: "secret-pass".to_owned(),
            roots: roots(demo.certificate.as_bytes())?,
        })
    }

    /// Logs in at a port of 127.0.0.1, which leads to the server. No wait is longer than `limit`.
    ///
    /// # Errors
    /// When the certificate is none.
    pub fn config(
        &self,
        port: u16,
        tls: bool,
        compress: bool,
        limit: Duration,
    ) -> Result<Config, String> {
        let config = if tls {
            let roots = tls_config(self.roots.clone()).map_err(|error| error.to_string())?;
            Config::tls("127.0.0.1")
                .server_name("localhost")
                .with_tls(roots)
        } else {
            Config::unencrypted("127.0.0.1")
        };
        let credentials = Credentials::password(self.user.as_str(), self.password.as_str());
        Ok(config
            .with_port(port)
            .credentials(credentials)
            .compress(compress)
            .timeouts(timeouts(limit)))
    }

    /// The port without a proxy.
    pub fn port_for(&self, tls: bool) -> u16 {
        if tls { self.tls_port } else { self.port }
    }
}

fn timeouts(limit: Duration) -> Timeouts {
    let mut timeouts = Timeouts::default();
    timeouts.connect = limit;
    timeouts.greeting = limit;
    timeouts.upgrade = limit;
    timeouts.login = limit;
    timeouts.command = limit;
    timeouts.literal = limit;
    timeouts.idle_delay = Duration::from_millis(2);
    timeouts
}

fn roots(pem: &[u8]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let added = certificate.map_err(|error| error.to_string());
        roots.add(added?).map_err(|error| error.to_string())?;
    }
    Ok(roots)
}
