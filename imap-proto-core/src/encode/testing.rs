//! What the tests of commands share.

use bytes::BytesMut;

use super::{Command, Dialect, LiteralMode, MissingAnswer, Part, Segment, SubmitError, encode};
use crate::types::{Code, Completion, Condition, Data, ResponseText, Text};

/// A command as it goes out: without its line end, literals behind their announcements.
pub(crate) fn line(command: impl Command) -> String {
    line_in(Dialect::default(), command)
}

/// The same where UTF-8 is enabled.
pub(crate) fn utf8_line(command: impl Command) -> String {
    let dialect = Dialect {
        utf8: true,
        literals: LiteralMode::Minus,
        literal8: true,
    };
    line_in(dialect, command)
}

fn line_in(dialect: Dialect, command: impl Command) -> String {
    let request = command.request().expect("a valid command");
    assert_eq!(request.validate(), Ok(()));
    let parts = parts(&request.segments, b"a", dialect).expect("valid segments");
    let octets: Vec<u8> = parts.iter().flat_map(octets).copied().collect();
    let text = String::from_utf8(octets).expect("UTF-8");
    let line = text
        .strip_prefix("a ")
        .and_then(|text| text.strip_suffix("\r\n"));
    line.expect("a tag and a line end").to_owned()
}

/// All parts of a command.
pub(crate) fn parts(
    segments: &[Segment],
    tag: &[u8],
    dialect: Dialect,
) -> Result<Vec<Part>, SubmitError> {
    let (mut line, mut parts) = (BytesMut::new(), Vec::new());
    encode(segments, tag, dialect, &mut line, &mut parts)?;
    parts.push(Part::Bytes(line.freeze()));
    Ok(parts)
}

fn octets(part: &Part) -> &[u8] {
    match part {
        Part::Bytes(bytes) => bytes,
        Part::SecretBytes(secret) => secret.expose(),
        Part::Sync => b"",
        Part::Upload(_) => b"<upload>",
    }
}

/// Why a command cannot be sent.
pub(crate) fn refusal(command: impl Command) -> SubmitError {
    match command.request() {
        Ok(request) => request.validate().expect_err("an error"),
        Err(error) => error,
    }
}

/// A tagged OK, with a response code or without.
pub(crate) fn ok(code: Option<Code>) -> Completion {
    let text = ResponseText {
        code,
        text: Text::from("done"),
    };
    Completion::new(Condition::Ok, text)
}

/// The answer that a command makes of these data and a tagged OK.
pub(crate) fn answer<C: Command>(
    data: impl IntoIterator<Item = Data>,
    code: Option<Code>,
) -> Result<C::Output, MissingAnswer> {
    let mut partial = C::Partial::default();
    for data in data {
        match C::item(data) {
            Ok(item) => C::add(&mut partial, item),
            Err(data) => panic!("not part of the answer: {data:?}"),
        }
    }
    C::finish(partial, &ok(code))
}
