//! A demo IMAP4rev1 server in memory, good enough to develop a mail client against.
//!
//! It serves several connections on loopback TCP, in plain text with STARTTLS and with implicit TLS, and tells each of
//! the changes that others make. Everything is forgotten when it is dropped. It has a grammar of its own and shares
//! nothing with `imap-proto-core`: it is an oracle for it.
//!
//! RFCs: 3501, 2177 (IDLE), 2342 (NAMESPACE), 2971 (ID), 3691 (UNSELECT), 4315 (UIDPLUS), 4731 (ESEARCH), 4959
//! (SASL-IR), 4978 (COMPRESS), 5161 (ENABLE), 5258 and 5819 (LIST-EXTENDED, LIST-STATUS), 6154 (SPECIAL-USE), 6851
//! (MOVE), 7162 (CONDSTORE), 7888 (LITERAL+), 8438 (STATUS=SIZE).
//!
//! ```
//! use imap_tests::demo::{Demo, Settings};
//! use std::io::{BufRead, BufReader};
//!
//! let demo = Demo::start(Settings::default())?;
//! let stream = std::net::TcpStream::connect(("127.0.0.1", demo.port()))?;
//! let mut greeting = String::new();
//! BufReader::new(stream).read_line(&mut greeting)?;
//! assert!(greeting.starts_with("* OK [CAPABILITY IMAP4rev1 "));
//! # Ok::<(), std::io::Error>(())
//! ```

mod address;
mod auth;
mod content;
mod date;
mod fetch;
mod fill;
mod header;
mod idle;
mod list;
mod mailboxes;
mod mime;
mod output;
mod search;
mod search_key;
mod section;
mod selected;
mod session;
mod set;
mod store;
mod structure;
mod syntax;
mod token;
mod view;

use crate::certs::{self, Kind};
use crate::channel::Channel;
use rustls::ServerConfig;
use session::Session;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use store::Hub;

pub use fill::LARGE_MAILBOX;

/// How a demo server behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Users and passwords; the first one has mail.
    pub users: Vec<(String, String)>,
    /// Port for plain text; 0 for any.
    pub port: u16,
    /// Port for implicit TLS; 0 for any.
    pub tls_port: u16,
    /// Whether a password is taken without TLS.
    pub plaintext_login: bool,
    /// A user that is signed in from the start, by a PREAUTH greeting.
    pub preauthenticated: Option<String>,
    /// Capabilities that are not announced, for an older server.
    pub hidden: Vec<String>,
    /// Lines of 78 bytes in the attachment of the large message in [`LARGE_MAILBOX`].
    pub large_lines: u64,
    /// The server's certificate.
    pub tls: Arc<ServerConfig>,
}

impl Default for Settings {
    /// Users `alice` and `bob` with the password `secret-pass`, free ports, 31 MB in the large message, and a
    /// certificate of [`certs::shared`].
    fn default() -> Self {
        let user = |name: &str| (name.to_owned(), "secret-pass".to_owned());
        Self {
            users: vec![user("alice"), user("bob")],
            port: 0,
            tls_port: 0,
            plaintext_login: true,
            preauthenticated: None,
            hidden: Vec::new(),
            large_lines: 400_000,
            tls: certs::shared().server_config(Kind::Good),
        }
    }
}

/// A running demo server; dropping it ends all connections.
pub struct Demo {
    address: SocketAddr,
    tls_address: SocketAddr,
    server: Arc<Server>,
    acceptors: Vec<JoinHandle<()>>,
}

struct Server {
    hub: Arc<Hub>,
    settings: Arc<Settings>,
    stopping: AtomicBool,
    connections: Mutex<Vec<(TcpStream, JoinHandle<()>)>>,
}

impl Demo {
    /// Starts a server with the demo mailboxes.
    pub fn start(settings: Settings) -> io::Result<Self> {
        let plain = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port))?;
        let tls = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.tls_port))?;
        let (address, tls_address) = (plain.local_addr()?, tls.local_addr()?);
        let server = Arc::new(Server {
            hub: filled(&settings),
            settings: Arc::new(settings),
            stopping: AtomicBool::new(false),
            connections: Mutex::default(),
        });
        let accept = |listener: TcpListener, encrypted: bool| {
            let server = Arc::clone(&server);
            std::thread::spawn(move || server.accept(&listener, encrypted))
        };
        let acceptors = vec![accept(plain, false), accept(tls, true)];
        Ok(Self {
            address,
            tls_address,
            server,
            acceptors,
        })
    }

    /// Port for plain text and STARTTLS, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Port for implicit TLS, on 127.0.0.1.
    pub fn tls_port(&self) -> u16 {
        self.tls_address.port()
    }

    /// Breaks all connections; the server goes on.
    pub fn cut_connections(&self) {
        self.server.cut();
    }

    /// Waits until the server is dropped by nobody: for programs that only serve.
    pub fn serve_forever(mut self) {
        for acceptor in std::mem::take(&mut self.acceptors) {
            // It ends by a panic only, which was reported.
            let _ = acceptor.join();
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.server.stopping.store(true, Ordering::SeqCst);
        for address in [self.address, self.tls_address] {
            // Wakes the acceptor.
            drop(TcpStream::connect(address));
        }
        for acceptor in std::mem::take(&mut self.acceptors) {
            let _ = acceptor.join();
        }
        self.server.cut();
    }
}

/// Serves one connection over two halves, such as standard input and output, until it ends.
pub fn serve(
    reader: impl Read + Send + 'static,
    writer: impl Write + Send + 'static,
    settings: Settings,
) -> io::Result<()> {
    let hub = filled(&settings);
    Session::new(Channel::new(reader, writer), hub, Arc::new(settings), false).run()
}

fn filled(settings: &Settings) -> Arc<Hub> {
    let hub = Hub::default();
    fill::fill(&mut hub.lock(), settings);
    Arc::new(hub)
}

impl Server {
    fn accept(self: &Arc<Self>, listener: &TcpListener, encrypted: bool) {
        for stream in listener.incoming() {
            if self.stopping.load(Ordering::SeqCst) {
                return;
            }
            let Ok((stream, own)) = stream.and_then(|stream| Ok((stream.try_clone()?, stream)))
            else {
                continue;
            };
            let server = Arc::clone(self);
            let thread = std::thread::spawn(move || {
                // A connection that breaks is the client's matter.
                let _ = server.serve(stream, encrypted);
            });
            let mut connections = self.connections();
            connections.retain(|(_, thread)| !thread.is_finished());
            connections.push((own, thread));
        }
    }

    fn serve(&self, stream: TcpStream, encrypted: bool) -> io::Result<()> {
        let closing = stream.try_clone()?;
        let mut channel = Channel::tcp(stream)?;
        if encrypted {
            channel.start_tls(Arc::clone(&self.settings.tls))?;
        }
        let session = Session::new(
            channel,
            Arc::clone(&self.hub),
            Arc::clone(&self.settings),
            encrypted,
        );
        let result = session.run();
        // The handle that `cut` keeps must not hold the connection open.
        closing.shutdown(Shutdown::Write)?;
        result
    }

    /// Breaks all connections and waits for their threads.
    fn cut(&self) {
        let connections = std::mem::take(&mut *self.connections());
        for (stream, thread) in connections {
            // It may be closed already.
            let _ = stream.shutdown(Shutdown::Both);
            let _ = thread.join();
        }
    }

    fn connections(&self) -> std::sync::MutexGuard<'_, Vec<(TcpStream, JoinHandle<()>)>> {
        self.connections
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
