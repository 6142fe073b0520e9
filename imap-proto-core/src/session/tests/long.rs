//! URLFETCH answers whose literals come in chunks.

use super::super::BodySize;
use super::harness::{Kit, now};
use crate::encode::UrlFetch;
use crate::types::ByteString;

const SIZE: usize = 100_000;

fn answer() -> String {
    let octets = "x".repeat(SIZE);
    format!("* URLFETCH \"imap://a\" {{{SIZE}}}\r\n{octets} \"imap://b\" \"y\"\r\nA1 OK\r\n")
}

#[test]
fn a_reply_has_them_in_their_places() {
    let (mut kit, session) = Kit::ready();
    let mut reply = session.run(UrlFetch::new(["imap://a", "imap://b"]));
    kit.says(answer());
    let found = now(|context| reply.poll_finish(context)).unwrap().unwrap();
    let lengths: Vec<_> = found
        .iter()
        .map(|url| url.octets().map(ByteString::len))
        .collect();
    assert_eq!(lengths, [Some(SIZE), Some(1)]);
    assert!(
        found[0]
            .octets()
            .unwrap()
            .as_bytes()
            .iter()
            .all(|&octet| octet == b'x')
    );
}

#[test]
fn a_body_has_them_in_chunks() {
    let (mut kit, session) = Kit::ready();
    let mut body = session.url_fetch_body("imap://a");
    kit.says(answer());
    let size = now(|context| body.poll_size(context)).unwrap();
    assert_eq!(size, Some(BodySize::Octets(SIZE as u64)));
    let mut octets = 0;
    while let Some(chunk) = now(|context| body.poll_chunk(context)).unwrap() {
        octets += chunk.unwrap().len();
    }
    assert_eq!(octets, SIZE);
}

#[test]
fn a_url_that_leads_nowhere_has_no_octets() {
    let (mut kit, session) = Kit::ready();
    let mut body = session.url_fetch_body("imap://a");
    kit.says("* URLFETCH \"imap://a\" NIL\r\nA1 OK\r\n");
    assert_eq!(
        now(|context| body.poll_size(context)).unwrap(),
        Some(BodySize::Nil)
    );
    assert!(now(|context| body.poll_chunk(context)).unwrap().is_none());
}
