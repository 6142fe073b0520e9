//! What the layers hold on the heap: idle, in a flood, and after an upload.
//!
//! One test in a program of its own, for the allocator counts every thread.

use std::alloc::System;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;

use imap_proto_core::layer::{Received, Sink, Stack, client_config, server_name};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{RootCertStore, ServerConfig, ServerConnection};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const KIB: usize = 1024;

/// Bytes in use now.
fn heap() -> usize {
    let stats = ALLOCATOR.stats();
    stats
        .bytes_allocated
        .saturating_sub(stats.bytes_deallocated)
}

/// A transport in memory.
#[derive(Default)]
struct Wire {
    to_client: VecDeque<u8>,
    to_server: Vec<u8>,
}

impl Read for Wire {
    fn read(&mut self, window: &mut [u8]) -> io::Result<usize> {
        match self.to_client.read(window)? {
            0 => Err(ErrorKind::WouldBlock.into()),
            count => Ok(count),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to_server.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Counts what it is given, and keeps nothing.
#[derive(Default)]
struct Count {
    bytes: usize,
    most_heap: usize,
}

impl Sink for Count {
    fn is_full(&self) -> bool {
        false
    }

    fn fill(&mut self, read: &mut dyn FnMut(&mut [u8]) -> io::Result<usize>) -> io::Result<usize> {
        let mut window = [0; 4 * KIB];
        let count = read(&mut window)?;
        self.bytes += count;
        self.most_heap = self.most_heap.max(heap());
        Ok(count)
    }

    fn push(&mut self, bytes: &[u8]) -> usize {
        self.bytes += bytes.len();
        self.most_heap = self.most_heap.max(heap());
        bytes.len()
    }
}

fn identities() -> (RootCertStore, ServerConfig) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut root = CertificateParams::new(Vec::new()).expect("parameters");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let issuer = CertifiedIssuer::self_signed(root, key).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new(vec!["imap.example.org".to_owned()]).expect("parameters");
    let leaf = leaf.signed_by(&key, &issuer).expect("a certificate");
    let mut roots = RootCertStore::empty();
    roots.add(issuer.der().clone()).expect("a root");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .expect("a configuration");
    (roots, server)
}

fn turn(server: &mut ServerConnection, wire: &mut Wire) {
    let sent = std::mem::take(&mut wire.to_server);
    let mut sent = &sent[..];
    while !sent.is_empty() {
        server.read_tls(&mut sent).expect("memory");
        server.process_new_packets().expect("good records");
        let mut nowhere = Vec::new();
        // An error means that there is no more for now.
        let _ = server.reader().read_to_end(&mut nowhere);
    }
    while server.wants_write() {
        server.write_tls(&mut wire.to_client).expect("memory");
    }
}

fn read(stack: &mut Stack, wire: &mut Wire, sink: &mut Count) {
    loop {
        match stack.read(wire, sink).expect("good data") {
            Received::Bytes(_) | Received::Again => {}
            Received::Blocked => return stack.release(),
            other => panic!("{other:?}"),
        }
    }
}

/// What the stack alone holds: all heap without it, from all heap with it.
fn held(stack: Stack) -> usize {
    let with = heap();
    drop(stack);
    with - heap()
}

#[test]
fn c18_layers_hold_little() {
    let (roots, server) = identities();
    let server = Arc::new(server);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = client_config(provider, roots, None, true).expect("a configuration");
    let connect = |wire: &mut Wire| {
        let mut server = ServerConnection::new(server.clone()).expect("a server");
        let mut stack = Stack::plain();
        let name = server_name("imap.example.org").expect("a name");
        stack.start_tls(config.clone(), name).expect("TLS");
        while stack.is_handshaking() || server.is_handshaking() || stack.wants_write() {
            stack.flush(wire).expect("memory");
            turn(&mut server, wire);
            read(&mut stack, wire, &mut Count::default());
        }
        (stack, server)
    };
    // What is made once for a process or configuration is not a connection's.
    drop(connect(&mut Wire::default()));

    // Idle with TLS, after some traffic.
    let mut wire = Wire::default();
    let (mut stack, mut server) = connect(&mut wire);
    for _ in 0..100 {
        let mut command = &b"a1 NOOP\r\n"[..];
        stack.write(&mut wire, &mut command).expect("memory");
        server.writer().write_all(&[b'x'; 10_000]).expect("memory");
        turn(&mut server, &mut wire);
        read(&mut stack, &mut wire, &mut Count::default());
    }
    let tls = held(stack);
    println!("idle, TLS: {tls} bytes");
    assert!(tls < 8 * KIB, "{tls}");

    // Idle with COMPRESS within TLS, after an upload.
    let (mut stack, mut server) = connect(&mut wire);
    stack.start_compression(b"").expect("not yet compressed");
    let upload = vec![b'u'; 200_000];
    let mut data = &upload[..];
    while !data.is_empty() {
        stack.write(&mut wire, &mut data).expect("memory");
    }
    assert!(stack.flush(&mut wire).expect("memory"));
    turn(&mut server, &mut wire);
    let compress = held(stack);
    println!("idle, COMPRESS and TLS: {compress} bytes");
    assert!(compress < 56 * KIB, "{compress}");

    // SECURITY.md row C18: 64 KiB become 64 MiB, in flat heap.
    let mut encoder =
        flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    for _ in 0..64 {
        encoder.write_all(&vec![0; 1024 * KIB]).expect("memory");
    }
    encoder.flush().expect("memory");
    let bomb = encoder.get_ref().clone();
    drop(encoder);
    let mut stack = Stack::plain();
    stack.start_compression(b"").expect("not yet compressed");
    let mut wire = Wire::default();
    wire.to_client.extend(&bomb);
    let before = heap();
    let mut sink = Count::default();
    read(&mut stack, &mut wire, &mut sink);
    assert_eq!(sink.bytes, 64 * 1024 * KIB);
    let most = sink.most_heap - before;
    println!("a bomb of {} bytes: {most} bytes at most", bomb.len());
    assert!(most < 128 * KIB, "{most}");
}
