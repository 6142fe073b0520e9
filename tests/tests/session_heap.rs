//! What an idle tokio connection holds on the heap (DESIGN: at most 16 KiB with TLS, 64 KiB with COMPRESS).
//!
//! One test in a program of its own, for the allocator counts every thread; the server is another program.

use std::alloc::System;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use imap_transport_tokio::{Config, Credentials, Notice, Session, Timeouts, connect, tls_config};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const KIB: usize = 1024;
/// Enough for what is shared, such as a table that grows, to count little.
const SESSIONS: usize = 20;

/// Bytes in use now.
fn heap() -> usize {
    let stats = ALLOCATOR.stats();
    stats
        .bytes_allocated
        .saturating_sub(stats.bytes_deallocated)
}

/// The demo server as a process, its TLS port, and settings that trust it.
struct Server {
    child: Child,
    port: u16,
    tls_port: u16,
    tls: Arc<ClientConfig>,
}

impl Server {
    fn start() -> Self {
        let ca = std::env::temp_dir().join(format!("imap-heap-{}.pem", std::process::id()));
        let mut child = Command::new(env!("CARGO_BIN_EXE_imap-demo-server"))
            .arg("--ca")
            .arg(&ca)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Two lines of ports, three of names.
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(5);
        let lines: Vec<String> = lines.map(Result::unwrap).collect();
        let port = |line: usize| lines[line].split_once('=').unwrap().1.parse().unwrap();
        let (port, tls_port) = (port(0), port(1));
        let mut roots = RootCertStore::empty();
        for certificate in rustls_pki_types::CertificateDer::pem_file_iter(&ca).unwrap() {
            roots.add(certificate.unwrap()).unwrap();
        }
        std::fs::remove_file(ca).unwrap();
        Self {
            child,
            port,
            tls_port,
            tls: tls_config(roots).unwrap(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// IDLE at once.
fn hasty() -> Timeouts {
    let mut timeouts = Timeouts::default();
    timeouts.idle_delay = Duration::from_millis(1);
    timeouts
}

/// One session that has worked and idles now.
async fn idling(config: Config) -> Session {
    let session = connect(config.timeouts(hasty())).await.unwrap();
    session.select("INBOX").await.unwrap();
    session.noop().await.unwrap();
    let mut events = session.events();
    let guard = session.idle();
    while !matches!(events.next().await, Some(Notice::Idling(true))) {}
    // The wish lives as long as the test.
    std::mem::forget(guard);
    session
}

/// What each of some idle sessions holds, in bytes.
async fn measure(config: &Config) -> usize {
    // The first one fills caches.
    drop(idling(config.clone()).await);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let before = heap();
    let mut sessions = Vec::with_capacity(SESSIONS);
    for _ in 0..SESSIONS {
        sessions.push(idling(config.clone()).await);
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    (heap() - before) / SESSIONS
}

#[tokio::test]
async fn an_idle_connection_is_small() {
    let server = Server::start();
    let login = Credentials::password("alice", "secret-pass");
    let plain = Config::unencrypted("127.0.0.1")
        .with_port(server.port)
        .credentials(login.clone());
    let tls = Config::tls("localhost")
        .with_port(server.tls_port)
        .with_tls(server.tls.clone())
        .credentials(login);
    let compressed = tls.clone().compress(true);
    let sizes = [
        measure(&plain).await,
        measure(&tls).await,
        measure(&compressed).await,
    ];
    println!(
        "idle, bytes of heap: plain {}, TLS {}, TLS and DEFLATE {}",
        sizes[0], sizes[1], sizes[2]
    );
    assert!(sizes[0] <= sizes[1], "{sizes:?}");
    assert!(sizes[1] <= 16 * KIB, "{sizes:?}");
    assert!(sizes[2] <= 64 * KIB, "{sizes:?}");
}
