//! TLS against rustls' own server, over a transport that misbehaves.

use proptest::prelude::*;
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};

use super::server::*;
use super::transport::*;
use super::{Tap, bytes};
use crate::layer::{LayerError, Received, Stack, TlsError};

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
    stack.release();
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
            stack.release();
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
    stack.release();
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
    stack.release();
    assert_eq!(stack.buffer_bytes(), 0);
}

/// RFC 8446 §4.6.3: the peer changes its keys and asks us to change ours.
#[test]
fn keys_are_updated_when_the_server_asks() {
    let mut wire = Wire::new(Plan::WHOLE);
    let (mut stack, mut server) = connected(&[&TLS13], &mut wire);
    for round in 0..3usize {
        server.connection.refresh_traffic_keys().unwrap();
        server.say(&mut wire, b"* OK new keys\r\n");
        let mut input = Vec::new();
        read_all(&mut stack, &mut wire, &mut input).unwrap();
        assert_eq!(input, b"* OK new keys\r\n");
        write_all(&mut stack, &mut wire, b"a1 NOOP\r\n").unwrap();
        server.turn(&mut wire).unwrap();
        assert_eq!(server.received, b"a1 NOOP\r\n".repeat(round + 1));
    }
}

#[test]
fn records_behind_the_first_are_held() {
    let mut wire = Wire::new(Plan::WHOLE);
    let (mut stack, mut server) = connected(&[&TLS13], &mut wire);
    server.say(&mut wire, b"* 1 EXISTS\r\n");
    server.say(&mut wire, b"* 2 EXISTS\r\n");
    let mut input = Vec::new();
    assert!(!stack.holds_input());
    assert_eq!(
        stack.read(&mut wire, &mut input).unwrap(),
        Received::Bytes(12)
    );
    assert!(stack.holds_input() && wire.to_client.is_empty());
    assert_eq!(
        stack.read(&mut wire, &mut input).unwrap(),
        Received::Bytes(12)
    );
    assert_eq!(
        stack.read(&mut wire, &mut input).unwrap(),
        Received::Blocked
    );
    assert!(!stack.holds_input());
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
    let mut wire = Wire::new(Plan::WHOLE);
    let (mut stack, _) = connected(&[&TLS13], &mut wire);
    let text = bytes(40_000);
    let mut data = &text[..];
    let mut tap = Tap(100);
    assert_eq!(stack.write(&mut tap, &mut data).unwrap(), 16 * 1024);
    assert_eq!(stack.write(&mut tap, &mut data).unwrap(), 0);
    assert!(stack.wants_write());
    assert!(!stack.flush(&mut tap).unwrap());
    tap.0 = 16 * 1024;
    assert_eq!(stack.write(&mut tap, &mut data).unwrap(), 16 * 1024);
    assert_eq!(data.len(), 40_000 - 2 * 16 * 1024);
    assert_eq!(stack.write(&mut tap, &mut data).unwrap(), 0);
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
        let (mut ours, mut theirs, mut input) = (Vec::<u8>::new(), Vec::<u8>::new(), Vec::<u8>::new());
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
