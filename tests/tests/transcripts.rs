//! The recordings keep what their README promises.

use flate2::{Decompress, FlushDecompress, Status};
use imap_tests::script::{Action, Script};
use imap_tests::transcript::{SERVERS, Side, all, messages, of_server, recording};

#[test]
fn every_recording_is_read() {
    for (server, count) in SERVERS.into_iter().zip([60, 58, 80]) {
        assert_eq!(of_server(server).len(), count, "{server}");
    }
    let greeting = recording("dovecot/01-greeting-login");
    assert!(
        greeting
            .stream(Side::Server, 1)
            .starts_with(b"* OK [CAPABILITY IMAP4rev1 SASL-IR ")
    );
    assert_eq!(greeting.turns(1)[1].bytes, "a1 CAPABILITY\r\n");
}

#[test]
fn every_server_greets_first_and_ends_its_lines() {
    for transcript in all() {
        for connection in transcript.connections() {
            let stream = transcript.stream(Side::Server, connection);
            let name = &transcript.name;
            assert!(
                stream.is_empty() || stream.starts_with(b"* "),
                "{name}, connection {connection}"
            );
            assert!(
                stream.is_empty() || stream.ends_with(b"\r\n"),
                "{name}, connection {connection}"
            );
        }
    }
}

#[test]
fn compressed_lines_hold_the_plain_ones() {
    let mut compared = 0;
    for transcript in all() {
        for connection in transcript.connections() {
            for side in [Side::Client, Side::Server] {
                let compressed = transcript.compressed_stream(side, connection);
                if compressed.is_empty() {
                    continue;
                }
                let plain = transcript.stream(side, connection);
                let inflated = inflate(&compressed);
                assert!(!inflated.is_empty());
                let mut windows = plain.windows(inflated.len());
                assert!(
                    windows.any(|window| window == inflated),
                    "{} {side:?} {connection}",
                    transcript.name
                );
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 14);
}

fn inflate(compressed: &[u8]) -> Vec<u8> {
    let mut inflater = Decompress::new(false);
    let mut plain = Vec::with_capacity(1 << 20);
    let status = inflater.decompress_vec(compressed, &mut plain, FlushDecompress::Sync);
    assert!(matches!(
        status,
        Ok(Status::Ok | Status::StreamEnd | Status::BufError)
    ));
    assert_eq!(
        inflater.total_in(),
        u64::try_from(compressed.len()).unwrap()
    );
    plain
}

#[test]
fn messages_keep_their_bytes() {
    let messages = messages();
    assert_eq!(messages.len(), 26);
    for (name, content) in &messages {
        let ends = content.windows(2).filter(|pair| pair[1] == b'\n');
        assert!(
            ends.clone().count() >= 3 && ends.clone().all(|pair| pair[0] == b'\r'),
            "{name}"
        );
    }
    let appended = recording("dovecot/33-append-messages").stream(Side::Client, 1);
    for (name, content) in &messages {
        assert!(
            appended
                .windows(content.len())
                .any(|window| window == content),
            "{name}"
        );
    }
}

#[test]
fn a_recording_with_tls_and_compression_is_a_script() {
    let script = Script::from_transcript(&recording("dovecot/91-compress-starttls"));
    let layers: Vec<_> = script.steps.iter().map(|step| &step.action).collect();
    let at = |action: &Action| {
        layers
            .iter()
            .position(|found| *found == action)
            .expect("it is there")
    };
    assert!(at(&Action::StartTls) < at(&Action::Compress));
    assert_eq!(script.connections(), [1]);
}
