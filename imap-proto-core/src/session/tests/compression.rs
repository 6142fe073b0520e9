//! COMPRESS DEFLATE, and its end by UNAUTHENTICATE (RFC 4978, RFC 8437 §2).

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};

use super::harness::{Kit, now};
use crate::engine::{Config, State};

/// The server's ends of both streams: raw DEFLATE, as RFC 4978 §3 has it.
struct Server {
    compress: Compress,
    decompress: Decompress,
}

impl Server {
    fn new() -> Self {
        Self {
            compress: Compress::new(Compression::fast(), false),
            decompress: Decompress::new(false),
        }
    }

    fn says(&mut self, kit: &mut Kit, text: &str) {
        let mut out = Vec::with_capacity(10_000);
        let text = text.replace("\nA", "\nAAAA");
        let text = text
            .strip_prefix('A')
            .map_or_else(|| text.clone(), |rest| format!("AAAA{rest}"));
        self.compress
            .compress_vec(text.as_bytes(), &mut out, FlushCompress::Sync)
            .unwrap();
        kit.wire.incoming.extend(out);
        kit.turn();
    }

    fn hears(&mut self, kit: &mut Kit) -> String {
        kit.turn();
        let sent = std::mem::take(&mut kit.wire.outgoing);
        let mut out = Vec::with_capacity(10_000);
        self.decompress
            .decompress_vec(&sent, &mut out, FlushDecompress::Sync)
            .unwrap();
        String::from_utf8(out).unwrap().replace("AAAA", "A")
    }
}

fn compressed() -> (Kit, super::super::Session<super::harness::Plain>, Server) {
    let config = Config::preauthenticated().compress(true);
    let (mut kit, mut opening) = Kit::new(config);
    kit.says("* PREAUTH [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE UNAUTHENTICATE] hi\r\n");
    assert_eq!(kit.sent(), "A0 COMPRESS DEFLATE\r\n");
    kit.says("A0 OK\r\n");
    let session = now(|context| opening.poll_open(context)).unwrap().unwrap();
    (kit, session, Server::new())
}

#[test]
fn both_directions_are_compressed() {
    let (mut kit, session, mut server) = compressed();
    assert!(session.is_compressed());
    let mut noop = session.noop();
    assert_eq!(server.hears(&mut kit), "A1 NOOP\r\n");
    server.says(&mut kit, "A1 OK done\r\n");
    assert!(now(|context| noop.poll_finish(context)).unwrap().is_ok());
}

#[test]
fn unauthenticate_ends_the_compression_of_each_side_behind_its_line() {
    let (mut kit, session, mut server) = compressed();
    let mut unauthenticate = session.unauthenticate();
    assert_eq!(server.hears(&mut kit), "A1 UNAUTHENTICATE\r\n");
    server.says(&mut kit, "A1 OK who are you\r\n");
    assert!(
        now(|context| unauthenticate.poll_finish(context))
            .unwrap()
            .is_ok()
    );
    assert_eq!(session.state(), State::NotAuthenticated);
    assert!(!session.is_compressed());
    let mut noop = session.noop();
    assert_eq!(kit.sent(), "A2 NOOP\r\n");
    kit.says("A2 OK\r\n");
    assert!(now(|context| noop.poll_finish(context)).unwrap().is_ok());
}
