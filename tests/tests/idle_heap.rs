//! What a thousand idle connections hold.

use imap_tests::source_server::Source;
use imap_transport_tokio::{Config, Session, connect, tls_config};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

const CONNECTIONS: usize = 1000;
/// Octets of heap that one idle connection with TLS may hold.
const LIMIT: usize = 16 * 1024;

#[tokio::test(flavor = "current_thread")]
async fn an_idle_tokio_connection_with_tls_holds_at_most_16_kib() {
    let ca = std::env::temp_dir().join(format!("imap-idle-heap-{}.pem", std::process::id()));
    let source = Source::start(env!("CARGO_BIN_EXE_imap-source").as_ref(), Some(&ca));
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(&ca).unwrap() {
        roots.add(certificate.unwrap()).unwrap();
    }
    std::fs::remove_file(&ca).unwrap();
    let config = Config::tls("localhost")
        .with_port(source.port())
        .with_tls(tls_config(roots).unwrap());
    // What the first connection makes is shared by all.
    let first = connect(config.clone()).await.unwrap();
    let region = Region::new(ALLOCATOR);
    let mut sessions: Vec<Session> = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        sessions.push(connect(config.clone()).await.unwrap());
    }
    let guards: Vec<_> = sessions.iter().map(|session| session.idle()).collect();
    while !sessions.iter().all(|session| session.is_idling()) {
        tokio::task::yield_now().await;
    }
    let change = region.change();
    let held = change
        .bytes_allocated
        .saturating_sub(change.bytes_deallocated)
        / CONNECTIONS;
    println!("{held} octets of heap a connection");
    assert!(held <= LIMIT, "{held} octets");
    assert_eq!(guards.len(), CONNECTIONS);
    assert!(!first.is_idling());
}
