//! TLS against rustls' own server, over a transport that misbehaves.

use std::sync::Arc;

use proptest::prelude::*;
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};

use super::bytes;
use super::server::*;
use super::transport::*;
use crate::layer::{
    LayerError, PinnedCertificate, Received, Stack, TlsConfigError, TlsError, TlsVersion,
    client_config, client_config_with_verifier, dangerous::DangerousNoVerification, server_name,
};

const BOTH: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

/// Both directions, more than a record each.
fn exchange(version: &'static SupportedProtocolVersion, plan: &Plan) {
    let mut wire = Wire::new(plan.clone());
    let (mut stack, mut server) = connected(&[version], &mut wire);
    let ours = bytes(40_000);
    write_all(&mut stack, &mut wire, &ours).unwrap();
    server.turn(&mut wire).unwrap();
    assert!(server.received == ours);
    let theirs = bytes(50_000);
    server.say(&mut wire, &theirs);
    let mut input = Vec::new();
    assert_eq!(
        read_all(&mut stack, &mut wire, &mut input).unwrap(),
        Received::Blocked
    );
    assert!(input == theirs);
    assert_eq!(stack.buffer_bytes(), 0);
}

#[test]
fn both_versions_carry_bytes_over_any_transport() {
    for version in BOTH {
        exchange(version, &Plan::WHOLE);
        exchange(
            version,
            &Plan {
                read: 1000,
                write: 777,
                ..Plan::DRIP
            },
        );
    }
}

#[test]
fn one_byte_a_call_carries_everything() {
    exchange(&TLS12, &Plan::DRIP);
    exchange(&TLS13, &Plan::DRIP);
}

#[test]
fn the_handshake_tells_version_protocol_and_certificate() {
    for (version, expected) in [(&TLS12, TlsVersion::Tls12), (&TLS13, TlsVersion::Tls13)] {
        let mut wire = Wire::new(Plan::WHOLE);
        let mut config = server_config(&AUTHORITY, &[version]);
        config.alpn_protocols = vec![b"imap".to_vec()];
        let mut server = Server::new(config);
        let mut stack = Stack::plain();
        stack.start_tls(trusting(), server_name_of_host()).unwrap();
        assert!(stack.is_handshaking() && stack.wants_write());
        assert_eq!(stack.write(&mut wire, &mut &b"early"[..]).unwrap(), 0);
        handshake(&mut stack, &mut server, &mut wire).unwrap();
        assert_eq!(stack.tls_version(), Some(expected));
        assert_eq!(stack.alpn_protocol(), Some(&b"imap"[..]));
        assert_eq!(
            stack.end_entity_certificate(),
            Some(AUTHORITY.certificate.as_ref())
        );
        assert_eq!(server.connection.server_name(), Some(HOST));
    }
}

#[test]
fn a_server_without_alpn_is_accepted_and_the_offer_can_be_switched_off() {
    let mut wire = Wire::new(Plan::WHOLE);
    let (stack, _) = connected(&[&TLS13], &mut wire);
    assert_eq!(stack.alpn_protocol(), None);

    let mut config = server_config(&AUTHORITY, &[&TLS13]);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let mut server = Server::new(config.clone());
    let mut wire = Wire::new(Plan::WHOLE);
    let mut stack = Stack::plain();
    stack.start_tls(trusting(), server_name_of_host()).unwrap();
    let error = handshake(&mut stack, &mut server, &mut wire).unwrap_err();
    let alert = rustls::Error::AlertReceived(rustls::AlertDescription::NoApplicationProtocol);
    assert!(matches!(error, LayerError::Tls(TlsError::Handshake(error)) if error == alert));

    let silent = client_config(provider(), roots(&AUTHORITY), None, false).unwrap();
    let mut server = Server::new(config);
    let mut wire = Wire::new(Plan::WHOLE);
    let mut stack = Stack::plain();
    stack.start_tls(silent, server_name_of_host()).unwrap();
    handshake(&mut stack, &mut server, &mut wire).unwrap();
}

#[test]
fn the_exporter_is_the_one_that_the_server_computes() {
    let mut wire = Wire::new(Plan::WHOLE);
    let (stack, server) = connected(&[&TLS13], &mut wire);
    let label = b"EXPORTER-Channel-Binding";
    let expected = server
        .connection
        .export_keying_material([0; 32], label, Some(b""))
        .unwrap();
    assert_eq!(stack.tls_exporter(), Some(&expected));

    let mut wire = Wire::new(Plan::WHOLE);
    let (stack, _) = connected(&[&TLS12], &mut wire);
    assert_eq!(stack.tls_exporter(), None);
}

#[test]
fn a_key_log_of_the_caller_still_sees_everything() {
    #[derive(Debug, Default)]
    struct Labels(std::sync::Mutex<Vec<String>>);
    impl rustls::KeyLog for Labels {
        fn log(&self, label: &str, _: &[u8], _: &[u8]) {
            self.0.lock().unwrap().push(label.to_owned());
        }
    }
    let labels = Arc::new(Labels::default());
    let mut config = trusting();
    Arc::make_mut(&mut config).key_log = labels.clone();
    let mut wire = Wire::new(Plan::WHOLE);
    let mut server = Server::new(server_config(&AUTHORITY, &[&TLS13]));
    let mut stack = Stack::plain();
    stack.start_tls(config, server_name_of_host()).unwrap();
    handshake(&mut stack, &mut server, &mut wire).unwrap();
    let labels = labels.0.lock().unwrap();
    assert!(labels.iter().any(|label| label == "EXPORTER_SECRET"));
    assert!(
        labels
            .iter()
            .any(|label| label == "CLIENT_TRAFFIC_SECRET_0")
    );
}

/// Tries a server with this certificate; the error, and what the server thinks of it.
fn refused(
    version: &'static SupportedProtocolVersion,
    trusted: &Authority,
    shown: &Authority,
    host: &str,
) -> (TlsError, Result<(), rustls::Error>) {
    let mut wire = Wire::new(Plan::WHOLE);
    let mut server = Server::new(server_config(shown, &[version]));
    let mut stack = Stack::plain();
    let config = client_config(provider(), roots(trusted), None, true).unwrap();
    stack.start_tls(config, server_name(host).unwrap()).unwrap();
    let LayerError::Tls(error) = handshake(&mut stack, &mut server, &mut wire).unwrap_err() else {
        panic!("not an error of TLS")
    };
    // The error stays, and nothing is taken any more.
    let again = stack.read(&mut wire, &mut Vec::new()).unwrap_err();
    assert!(matches!(again, LayerError::Tls(again) if again == error));
    assert!(stack.write(&mut wire, &mut &b"a1 LOGIN"[..]).is_err());
    (error, server.turn(&mut wire))
}

/// SECURITY.md row A10. The alert reached the server before the error reached the caller.
#[test]
fn a10_bad_certificates_are_refused_with_an_alert() {
    let expired = authority(|leaf| leaf.not_after = rcgen::date_time_ymd(2020, 1, 1));
    let future = authority(|leaf| leaf.not_before = rcgen::date_time_ymd(4000, 1, 1));
    let other_name = authority(|leaf| {
        leaf.subject_alt_names = vec![rcgen::SanType::DnsName("evil.org".try_into().unwrap())];
    });
    let no_name = authority(|leaf| leaf.subject_alt_names.clear());
    let stranger = authority(|_| ());
    for version in BOTH {
        for (trusted, shown) in [
            (&expired, &expired),
            (&future, &future),
            (&other_name, &other_name),
            (&no_name, &no_name),
            (&*AUTHORITY, &stranger),
        ] {
            let (error, server) = refused(version, trusted, shown, HOST);
            assert!(error.is_certificate(), "{error}");
            assert!(
                matches!(server, Err(rustls::Error::AlertReceived(_))),
                "{server:?}"
            );
        }
        let (error, _) = refused(version, &AUTHORITY, &AUTHORITY, "192.0.2.8");
        assert!(error.is_certificate(), "{error}");
    }
}

#[test]
fn an_address_is_a_name_too_and_sends_no_sni() {
    let mut wire = Wire::new(Plan::WHOLE);
    let mut server = Server::new(server_config(&AUTHORITY, &[&TLS13]));
    let mut stack = Stack::plain();
    stack
        .start_tls(trusting(), server_name("192.0.2.7").unwrap())
        .unwrap();
    handshake(&mut stack, &mut server, &mut wire).unwrap();
    assert_eq!(server.connection.server_name(), None);
}

#[test]
fn a_pin_is_exact_bytes_for_one_host() {
    let stranger = authority(|_| ());
    let pinned = |certificate: &Authority| {
        let verifier = PinnedCertificate::new(
            provider(),
            server_name_of_host(),
            certificate.certificate.clone(),
        );
        client_config_with_verifier(provider(), Arc::new(verifier), None, true).unwrap()
    };
    for version in BOTH {
        for (pin, host, good) in [
            (&stranger, HOST, true),
            (&*AUTHORITY, HOST, false),
            (&stranger, "other.example.org", false),
        ] {
            let mut wire = Wire::new(Plan::WHOLE);
            let mut server = Server::new(server_config(&stranger, &[version]));
            let mut stack = Stack::plain();
            stack
                .start_tls(pinned(pin), server_name(host).unwrap())
                .unwrap();
            let result = handshake(&mut stack, &mut server, &mut wire);
            assert_eq!(result.is_ok(), good);
        }
    }
}

#[test]
fn the_dangerous_verifier_takes_a_stranger() {
    let verifier = Arc::new(DangerousNoVerification::new(provider()));
    let config = client_config_with_verifier(provider(), verifier, None, true).unwrap();
    for version in BOTH {
        let mut wire = Wire::new(Plan::WHOLE);
        let mut server = Server::new(server_config(&authority(|_| ()), &[version]));
        let mut stack = Stack::plain();
        stack
            .start_tls(config.clone(), server_name("any.example").unwrap())
            .unwrap();
        handshake(&mut stack, &mut server, &mut wire).unwrap();
    }
}

#[test]
fn a_configuration_needs_roots_and_a_name_must_be_one() {
    let error = client_config(provider(), rustls::RootCertStore::empty(), None, true).unwrap_err();
    assert_eq!(error, TlsConfigError::NoRoots);
    for good in [
        "a",
        "imap.example.org",
        "imap.example.org.",
        "127.0.0.1",
        "::1",
        "[::1]",
    ] {
        assert!(server_name(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "[::1",
        "[127.0.0.1]",
        "imap.example.org:993",
        "a b",
        "müller.example",
        ".",
    ] {
        assert!(server_name(bad).is_err(), "{bad}");
    }
}

/// SECURITY.md row A13: a server that knows TLS 1.1 at most.
#[test]
fn a13_old_versions_are_refused() {
    let mut wire = Wire::new(Plan::WHOLE);
    let mut stack = Stack::plain();
    stack.start_tls(trusting(), server_name_of_host()).unwrap();
    flush_all(&mut stack, &mut wire).unwrap();
    // A ServerHello of TLS 1.1 (RFC 4346 §7.4.1.3): version, random, no session,
    // TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
    let mut hello = vec![22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    hello.extend([9; 32]);
    hello.extend([0, 0, 0x2f, 0]);
    wire.to_client.extend(&hello);
    let error = read_all(&mut stack, &mut wire, &mut Vec::new()).unwrap_err();
    assert!(
        matches!(error, LayerError::Tls(TlsError::Handshake(_))),
        "{error}"
    );
}

/// SECURITY.md row A2: what is injected behind STARTTLS meets only TLS.
#[test]
fn a2_plaintext_in_place_of_a_handshake_is_an_error() {
    let mut wire = Wire::holding(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", Plan::WHOLE);
    let mut stack = Stack::plain();
    stack.start_tls(trusting(), server_name_of_host()).unwrap();
    let mut input = Vec::new();
    let error = read_all(&mut stack, &mut wire, &mut input).unwrap_err();
    assert!(
        matches!(error, LayerError::Tls(TlsError::Handshake(_))),
        "{error}"
    );
    assert_eq!(input, b"");
}

/// SECURITY.md row A9: the peer goes, or says goodbye, instead of shaking hands.
#[test]
fn a9_an_end_in_the_handshake_is_an_error() {
    for goodbye in [&b""[..], &[21, 3, 3, 0, 2, 1, 0]] {
        let mut wire = Wire::holding(goodbye, Plan::WHOLE);
        wire.eof = true;
        let mut stack = Stack::plain();
        stack.start_tls(trusting(), server_name_of_host()).unwrap();
        let error = read_all(&mut stack, &mut wire, &mut Vec::new()).unwrap_err();
        assert!(
            matches!(error, LayerError::Tls(TlsError::ClosedInHandshake)),
            "{error}"
        );
        let calls = wire.calls;
        assert!(stack.read(&mut wire, &mut Vec::new()).is_err());
        assert_eq!(wire.calls, calls);
    }
}

/// SECURITY.md row A12.
#[test]
fn a12_an_end_without_close_notify_is_told_apart() {
    for version in BOTH {
        for (announced, cut) in [(true, 0), (false, 0), (false, 3)] {
            let mut wire = Wire::new(Plan::WHOLE);
            let (mut stack, mut server) = connected(&[version], &mut wire);
            server.say(&mut wire, b"* BYE\r\n");
            if announced {
                server.connection.send_close_notify();
                server.send(&mut wire);
                wire.to_client.extend(b"ignored");
            }
            wire.to_client.truncate(wire.to_client.len() - cut);
            wire.eof = true;
            let mut input = Vec::new();
            assert_eq!(
                read_all(&mut stack, &mut wire, &mut input).unwrap(),
                Received::End
            );
            assert_eq!(input, if cut == 0 { &b"* BYE\r\n"[..] } else { b"" });
            assert_eq!(stack.closed_cleanly(), announced);
            assert!(!stack.wants_read());
            assert_eq!(stack.read(&mut wire, &mut input).unwrap(), Received::End);
            assert_eq!(stack.buffer_bytes(), 0);
        }
    }
}

#[test]
fn our_close_notify_goes_behind_the_data() {
    for version in BOTH {
        let mut wire = Wire::new(Plan::WHOLE);
        let (mut stack, mut server) = connected(&[version], &mut wire);
        stack.write(&mut wire, &mut &b"a9 LOGOUT\r\n"[..]).unwrap();
        stack.close_notify().unwrap();
        stack.close_notify().unwrap();
        flush_all(&mut stack, &mut wire).unwrap();
        server.turn(&mut wire).unwrap();
        assert_eq!(server.received, b"a9 LOGOUT\r\n");
        let state = server.connection.process_new_packets().unwrap();
        assert!(state.peer_has_closed());
        let error = stack.write(&mut wire, &mut &b"x"[..]).unwrap_err();
        assert!(matches!(error, LayerError::Closed));
        // We still read.
        server.say(&mut wire, b"* BYE\r\n");
        let mut input = Vec::new();
        read_all(&mut stack, &mut wire, &mut input).unwrap();
        assert_eq!(input, b"* BYE\r\n");
    }
}

/// Everything before the fault is delivered, then the alert is sent and the error stays.
#[test]
fn a_corrupt_record_is_fatal_behind_the_good_ones() {
    for version in BOTH {
        let mut wire = Wire::new(Plan::WHOLE);
        let (mut stack, mut server) = connected(&[version], &mut wire);
        server.say(&mut wire, b"* 1 EXISTS\r\n");
        server.say(&mut wire, b"* 2 EXISTS\r\n");
        let last = wire.to_client.len() - 1;
        wire.to_client[last] ^= 1;
        let mut input = Vec::new();
        let error = read_all(&mut stack, &mut wire, &mut input).unwrap_err();
        assert_eq!(input, b"* 1 EXISTS\r\n");
        let LayerError::Tls(TlsError::Record(rustls::Error::DecryptError)) = error else {
            panic!("{error}")
        };
        assert!(stack.read(&mut wire, &mut input).is_err());
        let alert = rustls::AlertDescription::BadRecordMac;
        assert_eq!(
            server.turn(&mut wire),
            Err(rustls::Error::AlertReceived(alert))
        );
    }
}

/// SECURITY.md row C17: empty records neither end the stream nor keep us busy for ever.
#[test]
fn c17_empty_records_are_no_end() {
    // A TLS 1.3 server's empty records can not be had from rustls, so those of the handshake are:
    // empty handshake records in plaintext.
    let mut wire = Wire::new(Plan {
        read: 5,
        ..Plan::WHOLE
    });
    let mut stack = Stack::plain();
    stack.start_tls(trusting(), server_name_of_host()).unwrap();
    for _ in 0..10_000 {
        wire.to_client.extend([22, 3, 3, 0, 0]);
    }
    let error = read_all(&mut stack, &mut wire, &mut Vec::new()).unwrap_err();
    assert!(
        matches!(error, LayerError::Tls(TlsError::Handshake(_))),
        "{error}"
    );
    assert!(wire.calls < 200, "{}", wire.calls);
}

#[test]
fn an_endless_handshake_message_is_refused() {
    let mut wire = Wire::new(Plan::WHOLE);
    let mut stack = Stack::plain();
    stack.start_tls(trusting(), server_name_of_host()).unwrap();
    // A ServerHello that announces 65535 bytes, one byte a record.
    let message = [2, 0, 0xff, 0xff]
        .into_iter()
        .chain(std::iter::repeat_n(0, 65_530));
    for byte in message {
        wire.to_client.extend([22, 3, 3, 0, 1, byte]);
    }
    let error = read_all(&mut stack, &mut wire, &mut Vec::new()).unwrap_err();
    assert!(matches!(error, LayerError::Tls(_)), "{error}");
    assert_eq!(stack.buffer_bytes(), 0);
}

#[test]
fn a_sink_that_takes_little_gets_everything_later() {
    struct Narrow(Vec<u8>, usize);
    impl crate::layer::Sink for Narrow {
        fn is_full(&self) -> bool {
            self.1 == 0
        }
        fn fill(
            &mut self,
            _: &mut dyn FnMut(&mut [u8]) -> std::io::Result<usize>,
        ) -> std::io::Result<usize> {
            panic!("TLS pushes")
        }
        fn push(&mut self, bytes: &[u8]) -> usize {
            let count = bytes.len().min(self.1);
            self.0.extend(&bytes[..count]);
            self.1 -= count;
            count
        }
    }
    let mut wire = Wire::new(Plan::WHOLE);
    let (mut stack, mut server) = connected(&[&TLS13], &mut wire);
    let theirs = bytes(60_000);
    server.say(&mut wire, &theirs);
    let mut sink = Narrow(Vec::new(), 0);
    assert_eq!(stack.read(&mut wire, &mut sink).unwrap(), Received::Full);
    while sink.0.len() < theirs.len() {
        sink.1 = 1000;
        assert!(matches!(
            stack.read(&mut wire, &mut sink).unwrap(),
            Received::Bytes(_)
        ));
        assert!(
            stack.buffer_bytes() <= 64 * 1024 + 16 * 1024,
            "{}",
            stack.buffer_bytes()
        );
    }
    assert!(sink.0 == theirs);
    sink.1 = 1;
    assert_eq!(stack.read(&mut wire, &mut sink).unwrap(), Received::Blocked);
    assert!(!stack.holds_input());
    assert_eq!(stack.buffer_bytes(), 0);
}

#[test]
fn many_slices_become_one_record() {
    let mut wire = Wire::new(Plan::WHOLE);
    let (mut stack, mut server) = connected(&[&TLS13], &mut wire);
    let mut data = bytes::Buf::chain(&b"a1 LOGIN "[..], &b"user secret\r\n"[..]);
    let mut taken = 0;
    while bytes::Buf::has_remaining(&data) {
        taken += stack.write(&mut wire, &mut data).unwrap();
    }
    assert_eq!(taken, 22);
    // Header 5, text 22, type 1, tag 16 (RFC 8446 §5.2).
    assert_eq!(wire.to_server.len(), 44);
    server.turn(&mut wire).unwrap();
    assert_eq!(server.received, b"a1 LOGIN user secret\r\n");
}

#[test]
fn a_record_is_taken_only_when_the_last_one_is_gone() {
    // A transport that takes so many bytes, then nothing.
    struct Tap(usize);
    impl std::io::Write for Tap {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let count = bytes.len().min(std::mem::take(&mut self.0));
            if count == 0 {
                Err(std::io::ErrorKind::WouldBlock.into())
            } else {
                Ok(count)
            }
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut wire = Wire::new(Plan::WHOLE);
    let (mut stack, _) = connected(&[&TLS13], &mut wire);
    let text = bytes(40_000);
    let mut data = &text[..];
    let mut tap = Tap(100);
    assert_eq!(stack.write(&mut tap, &mut data).unwrap(), 16 * 1024);
    assert_eq!(stack.write(&mut tap, &mut data).unwrap(), 0);
    assert!(stack.wants_write());
    assert!(!stack.flush(&mut tap).unwrap());
    tap.0 = 50_000;
    assert_eq!(stack.write(&mut tap, &mut data).unwrap(), 16 * 1024);
    assert_eq!(data.len(), 40_000 - 2 * 16 * 1024);
}

#[test]
fn tls_goes_below_nothing_and_only_once() {
    let mut wire = Wire::new(Plan::WHOLE);
    let (mut stack, _) = connected(&[&TLS13], &mut wire);
    let again = stack.start_tls(trusting(), server_name_of_host());
    assert!(matches!(again, Err(LayerError::AlreadyActive)));
}

/// The transport fails at each call in turn: an error of the transport or nothing at all, and no
/// byte of the data twice or out of order.
#[test]
fn a_failing_transport_fails_the_stack() {
    for version in BOTH {
        let mut failures = 0;
        for fail_at in 0..60 {
            let plan = Plan {
                fail_at: Some(fail_at),
                read: 500,
                write: 500,
                ..Plan::WHOLE
            };
            let mut wire = Wire::new(plan);
            let mut server = Server::new(server_config(&AUTHORITY, &[version]));
            let mut stack = Stack::plain();
            stack.start_tls(trusting(), server_name_of_host()).unwrap();
            let text = bytes(3000);
            let result = handshake(&mut stack, &mut server, &mut wire)
                .and_then(|()| write_all(&mut stack, &mut wire, &text));
            server.turn(&mut wire).unwrap();
            assert!(text.starts_with(&server.received));
            match result {
                Ok(()) => assert!(server.received == text),
                Err(LayerError::Io(error)) => {
                    failures += 1;
                    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
                }
                Err(error) => panic!("{error}"),
            }
        }
        assert!(failures > 10);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// DESIGN.md law 10 for this floor: however it is chunked, the same bytes come.
    #[test]
    fn chunking_changes_nothing(
        read in 1usize..3000,
        write in 1usize..3000,
        block_every in prop_oneof![Just(0usize), 2usize..5],
        pieces in proptest::collection::vec(0usize..9000, 1..6),
        new in any::<bool>(),
    ) {
        let plan = Plan { read, write, block_every, ..Plan::WHOLE };
        let mut wire = Wire::new(plan);
        let (mut stack, mut server) = connected(&[BOTH[usize::from(new)]], &mut wire);
        let (mut ours, mut theirs, mut input) = (Vec::new(), Vec::new(), Vec::new());
        for length in pieces {
            let piece = bytes(length);
            write_all(&mut stack, &mut wire, &piece).unwrap();
            ours.extend(&piece);
            server.turn(&mut wire).unwrap();
            server.say(&mut wire, &piece);
            theirs.extend(&piece);
            read_all(&mut stack, &mut wire, &mut input).unwrap();
        }
        prop_assert!(server.received == ours);
        prop_assert!(input == theirs);
    }

    /// Any bytes in place of the server: no panic, no plaintext, an error or a wait.
    #[test]
    fn noise_is_never_plaintext(noise in proptest::collection::vec(any::<u8>(), 0..600)) {
        let mut wire = Wire::holding(&noise, Plan::WHOLE);
        wire.eof = true;
        let mut stack = Stack::plain();
        stack.start_tls(trusting(), server_name_of_host()).unwrap();
        let mut input = Vec::new();
        prop_assert!(read_all(&mut stack, &mut wire, &mut input).is_err());
        prop_assert!(input.is_empty());
    }

    /// One byte of the server's stream changed: what came before it, then an error, or an end
    /// where the length was changed.
    #[test]
    fn a_changed_byte_is_found(at in any::<prop::sample::Index>(), bit in 0u8..8, new in any::<bool>()) {
        let mut wire = Wire::new(Plan::WHOLE);
        let (mut stack, mut server) = connected(&[BOTH[usize::from(new)]], &mut wire);
        let theirs = bytes(2000);
        for piece in theirs.chunks(300) {
            server.say(&mut wire, piece);
        }
        let at = at.index(wire.to_client.len());
        wire.to_client[at] ^= 1 << bit;
        wire.eof = true;
        let mut input = Vec::new();
        let result = read_all(&mut stack, &mut wire, &mut input);
        prop_assert!(theirs.starts_with(&input));
        match result {
            Ok(end) => {
                prop_assert_eq!(end, Received::End);
                prop_assert!(!stack.closed_cleanly());
            }
            Err(error) => prop_assert!(matches!(error, LayerError::Tls(TlsError::Record(_)))),
        }
    }
}
