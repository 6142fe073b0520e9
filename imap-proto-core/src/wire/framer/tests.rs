//! The framer against RFC 9051 §4.3, the laws of framing, and a naive twin.

use proptest::prelude::*;

use super::*;

/// Frames everything, each response as its octets; collects or streams large literals.
fn frames(stream: &[u8], chunk: usize, limits: &Limits) -> Result<Vec<Vec<u8>>, FrameError> {
    let (mut framer, mut input) = (Framer::new(limits), InputBuffer::new(limits));
    let mut found = Vec::new();
    for piece in stream.chunks(chunk) {
        assert_eq!(input.extend_from_slice(piece), piece.len());
        loop {
            match framer.poll(&input, limits)? {
                Frame::Complete { len } => {
                    found.push(input.take(len).to_vec());
                    framer.consumed();
                }
                Frame::Literal { .. } => framer.collect(),
                Frame::Incomplete => break,
            }
        }
    }
    Ok(found)
}

fn kind_of(stream: &[u8], limits: &Limits) -> Option<FrameErrorKind> {
    let kinds: Vec<_> = [1, 3, usize::MAX]
        .map(|chunk| frames(stream, chunk, limits).err())
        .into();
    assert!(kinds.iter().all(|kind| *kind == kinds[0]), "{kinds:?}");
    kinds[0].map(|error| error.kind)
}

fn one_frame(stream: &[u8]) {
    let found = frames(stream, 1, &Limits::default());
    assert_eq!(found, Ok(vec![stream.to_vec()]));
}

#[test]
fn literals_belong_to_their_response() {
    one_frame(b"* 1 FETCH (BODY[] {5}\r\na\r\n)b UID 2)\r\n");
    one_frame(b"* STATUS {19}\r\nLiteral Folder Name (MESSAGES 60)\r\n");
    one_frame(b"* 1 FETCH (BINARY[1] ~{3}\r\n\0\r\n BODY[2] {0}\r\n)\r\n");
    one_frame(b"* {25}\r\nThis should be skipped\r\n \r\n");
    one_frame(b"* LIST () \"/\" {0012}\r\n123456789012\r\n");
}

#[test]
fn text_announces_no_literal() {
    for line in [
        &b"* OK hi {12}\r\n"[..],
        b"* no {9}\r\n",
        b"* BAD {9}\r\n",
        b"* Bye {9}\r\n",
        b"* PREAUTH {9}\r\n",
        b"* OK[X] {9}\r\n",
        b"* [COPYUID 1 2 3] {9}\r\n",
        b"A1 OK {9}\r\n",
        b"+ {9}\r\n",
        b"Server Unavailable. {15}\r\n",
        b"* FLAGS {a9}\r\n",
        b"* FLAGS {}\r\n",
        b"* OKAY x\r\n",
    ] {
        one_frame(line);
    }
    one_frame(b"* OKAY {1}\r\nx\r\n");
}

#[test]
fn only_crlf_ends_a_line() {
    one_frame(b"* 1 FETCH (X \"a\nA1 OK\rA2 OK\n\")\r\n");
    one_frame(b"* LIST () NIL {1}\r\n\r\nx\r\n");
    let mut framer = Framer::new(&Limits::default());
    let mut input = InputBuffer::new(&Limits::default());
    input.extend_from_slice(b"* X {1}\n\n\n* Y\r\n");
    framer.set_bare_lf(true);
    assert_eq!(
        framer.poll(&input, &Limits::default()),
        Ok(Frame::Complete { len: 10 })
    );
}

#[test]
fn lengths_that_are_none_are_fatal_and_stay_so() {
    for (line, offset) in [
        (&b"* X {-1}\r\n"[..], 4),
        (b"* X {12+}\r\n", 4),
        (b"* X {4096   }\r\n", 4),
        (b"* XY {99999999999999999999}\r\n", 5),
        (b"* X {9223372036854775808}\r\n", 4),
    ] {
        let error = FrameError {
            kind: FrameErrorKind::BadLiteral,
            offset,
        };
        assert_eq!(frames(line, usize::MAX, &Limits::default()), Err(error));
        assert_eq!(frames(line, 1, &Limits::default()), Err(error));
    }
    let (mut framer, mut input) = (Framer::default(), InputBuffer::new(&Limits::default()));
    input.extend_from_slice(b"* X {-1}\r\n");
    let first = framer.poll(&input, &Limits::default());
    input.discard(usize::MAX);
    input.extend_from_slice(b"* OK\r\n");
    assert!(first.is_err());
    assert_eq!(framer.poll(&input, &Limits::default()), first);
}

#[test]
fn the_largest_literal_is_announced_and_reserves_nothing() {
    let limits = Limits::default();
    let (mut framer, mut input) = (Framer::new(&limits), InputBuffer::new(&limits));
    input.extend_from_slice(b"* 1 FETCH (BODY[] {9223372036854775807}\r\nx");
    let literal = 9_223_372_036_854_775_807;
    let expected = Frame::Literal {
        head: 41,
        literal,
        binary: false,
    };
    assert_eq!(framer.poll(&input, &limits), Ok(expected));
    assert_eq!(framer.poll(&input, &limits), Ok(expected));
    framer.collect();
    let error = framer.poll(&input, &limits).unwrap_err();
    assert_eq!(
        (error.kind, error.limit()),
        (FrameErrorKind::ResponseTooLong, Some("max_response"))
    );
}

#[test]
fn responses_are_bounded_at_the_limit_exactly() {
    let limits = Limits::default().max_response(20).stream_threshold(5);
    assert_eq!(
        kind_of(b"* 123456789 1234567\r\n", &limits),
        Some(FrameErrorKind::ResponseTooLong)
    );
    assert_eq!(kind_of(b"* 123456789 123456\r\n", &limits), None);
    assert_eq!(kind_of(b"* X {9}\r\n123456789\r\n", &limits), None);
    assert_eq!(kind_of(b"* X {10}\r\n123456789", &limits), None);
    assert_eq!(
        kind_of(b"* X {11}\r\n", &limits),
        Some(FrameErrorKind::ResponseTooLong)
    );
    assert_eq!(
        kind_of(b"aaaaaaaaaaaaaaaaaaaaa", &limits),
        Some(FrameErrorKind::ResponseTooLong)
    );
}

#[test]
fn literals_are_bounded_in_number_and_length() {
    let limits = Limits::default().max_literals(2).stream_threshold(3);
    assert_eq!(kind_of(b"* X {0}\r\n {0}\r\n\r\n", &limits), None);
    assert_eq!(
        kind_of(b"* X {0}\r\n {0}\r\n {0}\r\n", &limits),
        Some(FrameErrorKind::TooManyLiterals)
    );
    let limits = limits.max_literal(Some(9));
    assert_eq!(kind_of(b"* X {9}\r\n", &limits), None);
    assert_eq!(
        kind_of(b"* X {10}\r\n", &limits),
        Some(FrameErrorKind::LiteralTooLong)
    );
}

#[test]
fn before_login_responses_are_short_and_never_streamed() {
    let limits = Limits::default().max_line(16).stream_threshold(0);
    let mut framer = Framer::new(&limits);
    framer.set_before_login(true);
    let mut input = InputBuffer::new(&limits);
    input.extend_from_slice(b"* X {4}\r\n12345\r\n* OK 4567890123\r\n");
    assert_eq!(
        framer.poll(&input, &limits),
        Ok(Frame::Complete { len: 16 })
    );
    input.discard(16);
    framer.consumed();
    let error = framer.poll(&input, &limits).unwrap_err();
    assert_eq!(
        (error.kind, error.offset),
        (FrameErrorKind::LineTooLong, 16)
    );
}

/// Found by the fuzz target `framer`: which limit was named hung on how the octets were cut.
#[test]
fn the_lower_of_two_limits_is_named_however_much_came_at_once() {
    let limits = Limits::default().max_line(6).max_response(4);
    for octets in [&b"* OK u"[..], b"* OK upon", b"* OK uponword\r\n"] {
        let (mut framer, mut input) = (Framer::new(&limits), InputBuffer::new(&limits));
        framer.set_before_login(true);
        input.extend_from_slice(octets);
        let error = framer.poll(&input, &limits).unwrap_err();
        assert_eq!(
            (error.kind, error.offset),
            (FrameErrorKind::ResponseTooLong, 4)
        );
    }
}

#[test]
fn a_streamed_literal_is_left_to_the_caller() {
    let limits = Limits::default().stream_threshold(4);
    let (mut framer, mut input) = (Framer::new(&limits), InputBuffer::new(&limits));
    input.extend_from_slice(
        b"* 1 FETCH (BODY[1] ~{5}\r\nab\r\nc UID 3 BODY[2] {4}\r\nabcd)\r\nA1 OK\r\n",
    );
    let head = Frame::Literal {
        head: 25,
        literal: 5,
        binary: true,
    };
    assert_eq!(framer.poll(&input, &limits), Ok(head));
    input.discard(25);
    framer.stream();
    input.discard(5);
    framer.resume_after_literal();
    assert_eq!(
        framer.poll(&input, &limits),
        Ok(Frame::Complete { len: 27 })
    );
    assert_eq!(input.take(27), " UID 3 BODY[2] {4}\r\nabcd)\r\n");
    framer.consumed();
    assert_eq!(framer.poll(&input, &limits), Ok(Frame::Complete { len: 7 }));
}

#[test]
fn heads_count_toward_the_response() {
    let limits = Limits::default().stream_threshold(4).max_response(30);
    let (mut framer, mut input) = (Framer::new(&limits), InputBuffer::new(&limits));
    input.extend_from_slice(b"* 1 FETCH (BODY[1] {5}\r\n");
    assert!(matches!(
        framer.poll(&input, &limits),
        Ok(Frame::Literal { head: 24, .. })
    ));
    input.discard(24);
    framer.stream();
    framer.resume_after_literal();
    input.extend_from_slice(b" UID 3)\r\n");
    let error = framer.poll(&input, &limits).unwrap_err();
    assert_eq!(error.kind, FrameErrorKind::ResponseTooLong);
}

#[test]
fn a_response_is_not_offered_for_ever() {
    let limits = Limits::default().stream_threshold(0);
    let stream = [&b"* X"[..], &b" {1}\r\na".repeat(40), b"\r\n"].concat();
    let (mut framer, mut input) = (Framer::new(&limits), InputBuffer::new(&limits));
    input.extend_from_slice(&stream);
    let mut offered = 0;
    while let Frame::Literal { .. } = framer.poll(&input, &limits).unwrap() {
        offered += 1;
        framer.collect();
    }
    assert_eq!(offered, 16);
    assert_eq!(
        framer.poll(&input, &limits),
        Ok(Frame::Complete { len: stream.len() })
    );
}

/// What the framer should find, said as simply as possible: the whole stream at once, octet by
/// octet, without limits. `None` for a bad announcement.
fn naive(stream: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    let (mut start, mut line, mut at) = (0, 0, 0);
    while at + 1 < stream.len() {
        if &stream[at..at + 2] != b"\r\n" {
            at += 1;
            continue;
        }
        let text = String::from_utf8_lossy(&stream[line..at]).into_owned();
        let first = String::from_utf8_lossy(&stream[start..at]).to_ascii_uppercase();
        at += 2;
        let word: String = first
            .get(2..)
            .unwrap_or("")
            .trim_start()
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect();
        let data = first.starts_with("* ")
            && !first[2..].trim_start().starts_with('[')
            && !["OK", "NO", "BAD", "BYE", "PREAUTH"].contains(&word.as_str());
        let inner = text
            .strip_suffix('}')
            .and_then(|text| text.rsplit_once('{'));
        if let (true, Some((_, inner))) = (data, inner)
            && inner.chars().all(|c| "0123456789+- \t".contains(c))
            && inner.chars().any(|c| c.is_ascii_digit())
        {
            if inner.len() > 19 || inner.contains(['+', '-', ' ', '\t']) {
                return None;
            }
            at += inner.parse::<usize>().ok()?;
            line = at;
            continue;
        }
        found.push(stream[start..at].to_vec());
        (start, line) = (at, at);
    }
    Some(found)
}

/// Pieces that make responses, near-responses and everything between.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => Just(&b"\r\n"[..]),
        3 => Just(&b"* "[..]),
        1 => Just(&b"A1 OK "[..]),
        1 => Just(&b"OK "[..]),
        1 => Just(&b"bad{"[..]),
        1 => Just(&b"1 FETCH (BODY[] "[..]),
        2 => Just(&b"{3}\r\n"[..]),
        1 => Just(&b"{10}\r\n"[..]),
        1 => Just(&b"{0}\r\n"[..]),
        1 => Just(&b"~{2}"[..]),
        1 => Just(&b"{x3}"[..]),
        1 => Just(&b"\n"[..]),
        1 => Just(&b"\r"[..]),
        1 => Just(&b"}"[..]),
        1 => Just(&b"["[..]),
        1 => Just(&b"+"[..]),
        2 => Just(&b"abc"[..]),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn equals_the_naive_twin_however_chunked(stream in stream(), chunk in 1usize..9) {
        let limits = Limits::default().stream_threshold(5);
        let expected = naive(&stream);
        let whole = frames(&stream, usize::MAX, &limits);
        prop_assert_eq!(&frames(&stream, chunk, &limits), &whole);
        prop_assert_eq!(whole.ok(), expected);
    }
}
