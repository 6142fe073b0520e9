//! The framer against a twin that reads the whole input, one octet after the other.

use super::choices::{Choices, cuts};
use imap_proto_core::wire::{Frame, FrameError, FrameErrorKind, Framer, InputBuffer, Limits};

/// Frames are the same however the input is cut, and as the naive twin finds them.
///
/// The first four octets choose limits, modes, the answers to literals and the cuts.
pub fn framer(data: &[u8]) {
    let mut choices = Choices::new(data);
    let plan = Plan::new(&mut choices);
    let cut = choices.byte();
    let input = choices.rest();
    let input = &input[..input.len().min(8192)];
    let expected = naive(&plan, input);
    for cut in [0, 1, cut] {
        let found = framed(&plan, input, cut);
        assert_eq!(found, expected, "cut {cut}, {plan:?}");
    }
}

/// How framers are set up.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub(super) limits: Limits,
    pub(super) before_login: bool,
    pub(super) bare_lf: bool,
}

/// How framers are set up and answered.
#[derive(Debug)]
struct Plan {
    rules: Rules,
    /// A bit for each announced literal, used in turn: whether it is streamed.
    streams: u8,
}

impl Plan {
    fn new(choices: &mut Choices<'_>) -> Self {
        let (modes, sizes) = (choices.byte(), choices.byte());
        let pick = |shift: u8, values: [usize; 4]| values[usize::from(sizes >> shift & 3)];
        let mut limits = Limits::default()
            .stream_threshold(pick(0, [0, 4, 60, 64 * 1024]))
            .max_response(pick(2, [1 << 24, 1 << 24, 200, 20]))
            .max_line(pick(4, [1 << 16, 1 << 16, 100, 10]))
            .max_literals(pick(6, [4096, 4096, 3, 0]));
        limits.max_literal = (modes & 4 != 0).then_some(100);
        let rules = Rules {
            limits,
            before_login: modes & 1 != 0,
            bare_lf: modes & 2 != 0,
        };
        Self {
            rules,
            streams: choices.byte(),
        }
    }

    fn is_streamed(&self, literal: u32) -> bool {
        self.streams >> (literal % 8) & 1 != 0
    }
}

/// What a framer made of an input.
#[derive(Debug, PartialEq)]
enum Found {
    Response(Vec<u8>),
    Head(Vec<u8>, u64, bool),
    Literal(Vec<u8>),
    Error(FrameError),
    /// So many octets are left.
    Left(usize),
}

/// What the framer makes of the input, given in pieces.
fn framed(plan: &Plan, input: &[u8], cut: u8) -> Vec<Found> {
    let limits = &plan.rules.limits;
    let mut framer = Framer::new(limits);
    framer.set_before_login(plan.rules.before_login);
    framer.set_bare_lf(plan.rules.bare_lf);
    let mut found = Vec::new();
    let (mut start, mut asked, mut awaited) = (0, 0, None);
    for end in cuts(cut, input.len()) {
        loop {
            let waiting = &input[start..end];
            if let Some(literal) = awaited {
                if waiting.len() < literal {
                    break;
                }
                found.push(Found::Literal(waiting[..literal].to_vec()));
                start += literal;
                framer.resume_after_literal();
                awaited = None;
                continue;
            }
            let mut buffer = InputBuffer::new(limits);
            buffer.extend_from_slice(waiting);
            let polled = framer.poll(&buffer, limits);
            assert_eq!(framer.poll(&buffer, limits), polled, "asked again");
            match polled {
                Err(error) => {
                    found.push(Found::Error(error));
                    return found;
                }
                Ok(Frame::Incomplete) => break,
                Ok(Frame::Complete { len }) => {
                    found.push(Found::Response(waiting[..len].to_vec()));
                    start += len;
                    framer.consumed();
                }
                Ok(Frame::Literal {
                    head,
                    literal,
                    binary,
                }) => {
                    asked += 1;
                    if plan.is_streamed(asked) {
                        found.push(Found::Head(waiting[..head].to_vec(), literal, binary));
                        start += head;
                        awaited = Some(usize::try_from(literal).unwrap_or(usize::MAX));
                        framer.stream();
                    } else {
                        framer.collect();
                    }
                }
            }
        }
    }
    found.push(Found::Left(input.len() - start));
    found
}

/// The same by a scan of each response from its start.
fn naive(plan: &Plan, input: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut twin = Twin::default();
    let (mut start, mut asked) = (0, 0);
    let mut streams = |_: &[u8], _| {
        asked += 1;
        plan.is_streamed(asked)
    };
    loop {
        match twin.next(&plan.rules, &input[start..], &mut streams) {
            Err(error) => {
                found.push(Found::Error(error));
                return found;
            }
            Ok(None) => {
                found.push(Found::Left(input.len() - start));
                return found;
            }
            Ok(Some(Piece::Response(len))) => {
                found.push(Found::Response(input[start..start + len].to_vec()));
                start += len;
            }
            Ok(Some(Piece::Head(len, literal, binary))) => {
                found.push(Found::Head(
                    input[start..start + len].to_vec(),
                    literal,
                    binary,
                ));
                start += len;
                let left = input.len() - start;
                let Some(literal) = usize::try_from(literal)
                    .ok()
                    .filter(|&literal| literal <= left)
                else {
                    found.push(Found::Left(left));
                    return found;
                };
                found.push(Found::Literal(input[start..start + literal].to_vec()));
                start += literal;
            }
        }
    }
}

/// What stands in front.
pub(super) enum Piece {
    /// A response, or the rest of one, of so many octets.
    Response(usize),
    /// The head of a response, the length of the literal behind it, and whether it is binary.
    Head(usize, u64, bool),
}

/// Whether the literal that a head ends in is to be streamed; the flag says that one was before it.
pub(super) type Streams<'a> = &'a mut dyn FnMut(&[u8], bool) -> bool;

/// The naive framer, between responses or behind a literal that was streamed.
#[derive(Debug, Default, Clone)]
pub(super) struct Twin {
    /// Octets of heads that were taken off, literals, and refusals to stream in this response.
    taken: usize,
    literals: usize,
    refused: usize,
    continues: bool,
}

impl Twin {
    /// The first response, or head of one, of the octets.
    pub(super) fn next(
        &mut self,
        rules: &Rules,
        bytes: &[u8],
        streams: Streams<'_>,
    ) -> Result<Option<Piece>, FrameError> {
        let limits = &rules.limits;
        let mut line = 0;
        loop {
            let Some(end) = line_end(rules, bytes, line) else {
                self.check(rules, bytes.len().max(line))?;
                return Ok(None);
            };
            self.check(rules, end)?;
            let announced = self.announced(bytes, line, end)?;
            let Some((literal, binary)) = announced else {
                *self = Self::default();
                return Ok(Some(Piece::Response(end)));
            };
            self.literals += 1;
            if self.literals > limits.max_literals {
                return Err(error(FrameErrorKind::TooManyLiterals, line));
            }
            let large = literal > limits.stream_threshold as u64 && !rules.before_login;
            if large && self.refused < 16 {
                if limits.max_literal.is_some_and(|most| literal > most) {
                    return Err(error(FrameErrorKind::LiteralTooLong, end));
                }
                if streams(&bytes[..end], self.continues) {
                    self.taken += end;
                    self.continues = true;
                    return Ok(Some(Piece::Head(end, literal, binary)));
                }
                self.refused += 1;
            }
            line = end.saturating_add(usize::try_from(literal).unwrap_or(usize::MAX));
            self.check(rules, line)?;
        }
    }

    fn check(&self, rules: &Rules, len: usize) -> Result<(), FrameError> {
        let limits = &rules.limits;
        let len = len.saturating_add(self.taken);
        let line = limits.max_line.min(limits.max_response);
        if rules.before_login && line == limits.max_line && len > line {
            return Err(error(FrameErrorKind::LineTooLong, line));
        }
        if len > limits.max_response {
            return Err(error(FrameErrorKind::ResponseTooLong, limits.max_response));
        }
        Ok(())
    }

    /// The literal that the line ends in.
    fn announced(
        &self,
        bytes: &[u8],
        line: usize,
        end: usize,
    ) -> Result<Option<(u64, bool)>, FrameError> {
        let text = &bytes[line..end];
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if !(self.continues || is_data(bytes)) || text.last() != Some(&b'}') {
            return Ok(None);
        }
        let Some(brace) = text.iter().rposition(|&byte| byte == b'{') else {
            return Ok(None);
        };
        let length = String::from_utf8_lossy(&text[brace + 1..text.len() - 1]).into_owned();
        if !length.contains(|c: char| c.is_ascii_digit())
            || length.contains(|c: char| !"0123456789+- \t".contains(c))
        {
            return Ok(None);
        }
        let digits = length.len() <= 19 && length.bytes().all(|byte| byte.is_ascii_digit());
        let literal = length.parse::<i64>().ok().filter(|_| digits);
        let Some(literal) = literal else {
            return Err(error(FrameErrorKind::BadLiteral, line + brace));
        };
        let binary = text[..brace].ends_with(b"~");
        Ok(Some((literal.unsigned_abs(), binary)))
    }
}

/// Behind the end of the line that begins at `line`.
fn line_end(rules: &Rules, bytes: &[u8], line: usize) -> Option<usize> {
    (line..bytes.len()).find_map(|at| {
        let ends = bytes[at] == b'\n' && (rules.bare_lf || at > line && bytes[at - 1] == b'\r');
        ends.then_some(at + 1)
    })
}

fn error(kind: FrameErrorKind, offset: usize) -> FrameError {
    FrameError { kind, offset }
}

/// Whether a response is `* ` and neither a condition nor a code.
fn is_data(response: &[u8]) -> bool {
    let Some(rest) = response.strip_prefix(b"* ") else {
        return false;
    };
    let rest = String::from_utf8_lossy(rest.trim_ascii_start()).into_owned();
    let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    let conditions = ["OK", "NO", "BAD", "BYE", "PREAUTH"];
    !rest.starts_with('[') && !conditions.contains(&word.to_ascii_uppercase().as_str())
}
