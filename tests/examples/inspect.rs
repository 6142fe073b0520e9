//! Reads what an IMAP server sent from standard input, and prints what the parser makes of it: one line a response.
//!
//! ```text
//! $ printf '* LIST () "/" INBOX\n* STATUS\n' | cargo run -q --release --example inspect
//! data: List(ListResponse { attributes: {}, delimiter: Some(47), mailbox: "INBOX", extended: None })
//! malformed at 28: expected ' ': * STATUS\n
//! 2 responses, 1 malformed
//! ```
//!
//! Lines end in CRLF or in a bare LF; literals stand as on the wire. `--json` prints one JSON object a response, and
//! the last line to standard error. A response with an item that could not be read counts as malformed, too. The exit
//! status is 1 when there was one, and 2 when it could not be told where a response ends.

use std::io::{self, BufWriter, Read, Write};
use std::process::ExitCode;

use imap_proto_core::parse::ResponseReader;
use imap_proto_core::types::{Data, FetchData, Malformed, Response, StatusData};
use imap_proto_core::wire::{InputBuffer, Limits};

/// Recordings may be larger than what a client would take from a server.
const MAX_RESPONSE: usize = 1 << 30;

fn main() -> ExitCode {
    let json = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--json") => true,
        Some(_) => {
            eprintln!("usage: inspect [--json] < what a server sent");
            return ExitCode::from(2);
        }
    };
    let mut output = BufWriter::new(io::stdout().lock());
    match inspect(&mut io::stdin().lock(), &mut output, json) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Prints all responses, and gives the number of malformed ones.
///
/// # Errors
///
/// When a response has no clear end.
fn inspect(source: &mut impl Read, output: &mut impl Write, json: bool) -> io::Result<usize> {
    let limits = Limits::default().max_response(MAX_RESPONSE);
    let mut input = InputBuffer::new(&limits);
    let mut reader = ResponseReader::new(limits).bare_lf(true);
    let (mut count, mut malformed) = (0_usize, 0_usize);
    let framing = loop {
        let start = input.consumed();
        match reader.next(&mut input) {
            Ok(Some(response)) => {
                count += 1;
                malformed += usize::from(is_malformed(&response));
                let line = if json {
                    in_json(&response, start)
                } else {
                    in_words(&response, start)
                };
                writeln!(output, "{line}")?;
            }
            Ok(None) if input.fill(|window| source.read(window))? == 0 => {
                let rest = input.len();
                break (rest > 0).then(|| {
                    format!("{rest} octets of a response without an end at byte {start}")
                });
            }
            Ok(None) => {}
            Err(error) => break Some(format!("{error} of the response at byte {start}")),
        }
    };
    let summary = format!("{count} responses, {malformed} malformed");
    if json {
        output.flush()?;
        eprintln!("{summary}"); // standard output holds nothing but objects
    } else {
        writeln!(output, "{summary}")?;
        output.flush()?;
    }
    match framing {
        None => Ok(malformed),
        Some(problem) => Err(io::Error::new(io::ErrorKind::InvalidData, problem)),
    }
}

fn in_words(response: &Result<Response, Malformed>, start: u64) -> String {
    match response {
        Ok(Response::Continuation(continuation)) => {
            format!("continuation: {:?}", continuation.text)
        }
        Ok(Response::Tagged { tag, completion }) => format!(
            "tagged {tag}: {:?} {:?}",
            completion.condition, completion.text
        ),
        Ok(Response::Data(Data::Condition { condition, text })) => {
            format!("untagged: {condition:?} {text:?}")
        }
        Ok(Response::Data(data)) => format!("data: {data:?}"),
        Ok(other) => format!("{other:?}"),
        Err(Malformed { raw, error }) => {
            let at = start + error.offset as u64;
            format!("malformed at {at}: {}: {}", error.kind, raw.escape_ascii())
        }
    }
}

fn in_json(response: &Result<Response, Malformed>, start: u64) -> String {
    let value = match response {
        Ok(response) => serde_json::json!({ "at": start, "response": response }),
        Err(malformed) => serde_json::json!({ "at": start, "malformed": malformed }),
    };
    value.to_string()
}

/// Whether the response, or an item of it, could not be read.
fn is_malformed(response: &Result<Response, Malformed>) -> bool {
    match response {
        Ok(Response::Data(Data::Status(status))) => {
            let mut items = status.items.iter();
            items.any(|item| matches!(item, StatusData::Invalid(..)))
        }
        Ok(Response::Data(Data::Fetch(fetch))) => {
            let mut items = fetch.items.iter();
            items.any(|item| matches!(item, FetchData::Invalid(..)))
        }
        Ok(_) => false,
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(mut input: &[u8], json: bool) -> (Result<usize, String>, Vec<String>) {
        let mut output = Vec::new();
        let result = inspect(&mut input, &mut output, json).map_err(|error| error.to_string());
        let output = String::from_utf8(output).expect("UTF-8");
        (result, output.lines().map(str::to_owned).collect())
    }

    #[test]
    fn lines_end_in_crlf_or_lf_and_literals_are_counted() {
        let (result, lines) = run(
            b"* OK hi\n* LIST () NIL {2}\na\n\r\nA1 OK done\r\n+ \n",
            false,
        );
        assert_eq!(result, Ok(0));
        assert_eq!(lines.len(), 5);
        assert_eq!(
            lines[0],
            "untagged: Ok ResponseText { code: None, text: \"hi\" }"
        );
        assert!(
            lines[1].starts_with("data: List(") && lines[1].contains("mailbox: \"a\\u{a}\""),
            "{}",
            lines[1]
        );
        assert!(lines[2].starts_with("tagged A1: Ok "));
        assert_eq!(
            lines[3..],
            ["continuation: \"\"", "4 responses, 0 malformed"]
        );
    }

    #[test]
    fn what_is_malformed_is_counted_and_shown() {
        let (result, lines) = run(
            b"* 1 EXISTS\r\n* STATUS x (SIZE a)\r\n* LIST \xff\r\n",
            false,
        );
        assert_eq!(result, Ok(2));
        assert!(
            lines[1].contains("Invalid(\"SIZE\", \"a\")"),
            "{}",
            lines[1]
        );
        assert_eq!(
            lines[2],
            "malformed at 40: expected '(': * LIST \\xff\\r\\n"
        );
        assert_eq!(lines[3], "3 responses, 2 malformed");
    }

    #[test]
    fn json_has_typed_fields() {
        let (_, lines) = run(b"* STATUS Entw&APw-rfe (MESSAGES 3)\r\nx\r\n", true);
        let value: serde_json::Value = serde_json::from_str(&lines[0]).expect("JSON");
        let status = &value["response"]["Data"]["Status"];
        assert_eq!(status["mailbox"], "Entwürfe");
        assert_eq!(status["items"][0]["Messages"], 3);
        let value: serde_json::Value = serde_json::from_str(&lines[1]).expect("JSON");
        assert_eq!(
            (&value["at"], &value["malformed"]["raw"]),
            (&36.into(), &"x\r\n".into())
        );
    }

    #[test]
    fn broken_framing_has_no_number() {
        let (result, lines) = run(b"* OK\r\n* LIST () NIL {9}\r\nabc", false);
        let problem = "22 octets of a response without an end at byte 6";
        assert_eq!(result, Err(problem.to_owned()));
        assert_eq!(lines[1..], ["1 responses, 0 malformed"]);
        assert!(run(b"* LIST {-1}\r\n", false).0.is_err());
    }
}
