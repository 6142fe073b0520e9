//! What parsing takes from the heap: nothing for the commonest responses, one block for a list of numbers.
//!
//! One test in a program of its own, for the allocator counts every thread.

use std::alloc::System;

use bytes::Bytes;
use imap_proto_core::parse::parse_response;
use imap_proto_core::types::{Data, Response};
use imap_proto_core::wire::Limits;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Parses a response, and counts the blocks and octets that it took. The test runner's own thread may take some
/// meanwhile, which only adds: the least of several counts is the parser's.
fn parse(line: &str) -> (Response, usize, usize) {
    let frame = Bytes::from(format!("{line}\r\n"));
    let _shared = frame.clone(); // as in a receive buffer, whose memory is counted already
    let limits = Limits::default();
    let (mut blocks, mut octets) = (usize::MAX, usize::MAX);
    for _ in 0..9 {
        let region = Region::new(ALLOCATOR);
        let response = parse_response(&frame, &limits).expect("a response");
        let taken = region.change();
        blocks = blocks.min(taken.allocations + taken.reallocations);
        octets = octets.min(taken.bytes_allocated);
        drop(response);
    }
    let response = parse_response(&frame, &limits).expect("a response");
    (response, blocks, octets)
}

#[test]
fn common_responses_allocate_nothing_and_numbers_once() {
    for line in [
        "* LIST (\\HasNoChildren \\Sent) \"/\" \"INBOX/Sent Items\"",
        "* LIST () NIL INBOX",
        "* LSUB (\\Noselect) \".\" {1}\r\nx",
        "* 23 EXISTS",
        "* 5 EXPUNGE",
        "* OK [UIDNEXT 4392] Predicted next UID",
        "* OK [HIGHESTMODSEQ 715194045007] Highest",
        "A1 OK [READ-WRITE] SELECT completed",
        "A1 NO [TRYCREATE] No such mailbox",
        "* 3 FETCH (UID 7 FLAGS (\\Seen \\Answered) MODSEQ (12121))",
        "* VANISHED 300:310",
    ] {
        assert_eq!(parse(line).1, 0, "{line}");
    }
    let numbers: String = " 4294967295".repeat(100_000);
    let (response, blocks, octets) = parse(&format!("* SEARCH{numbers}"));
    assert!(
        matches!(response, Response::Data(Data::Search(list)) if list.numbers.len() == 100_000)
    );
    assert_eq!((blocks, octets), (1, 400_000));
    let (_, blocks, octets) = parse(&format!("* SORT{} (MODSEQ 9)", " 1".repeat(1000)));
    assert!(
        blocks == 1 && octets <= 4 * 1003,
        "{blocks} blocks, {octets} octets"
    );
    // A list is counted up to its end, not up to that of the response.
    let (_, _, octets) = parse(&format!("* ESEARCH{}", " RELEVANCY (1 2)".repeat(1000)));
    assert!(octets < 300_000, "{octets} octets");
}
