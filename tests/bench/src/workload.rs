//! The octets that are parsed, and what must be found in them.

use std::fmt::{Display, Write};

/// Responses of one kind.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) stream: Vec<u8>,
    /// What each parser must find.
    pub(crate) found: Found,
    /// The ratio to the better peer that is promised.
    pub(crate) promised: Option<f64>,
}

/// What was found in a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) responses: usize,
    /// Addresses, parts, flags, names, numbers or octets, as the responses have them.
    pub(crate) units: usize,
}

pub(crate) fn all() -> Vec<Workload> {
    vec![
        envelopes(),
        body_structures(),
        flags(),
        list(),
        search(1_000_000),
        bodies("bodies-4k", 4096, 512),
        bodies("bodies-1m", 1024 * 1024, 8),
    ]
}

fn workload(
    name: &'static str,
    promised: Option<f64>,
    responses: usize,
    units: usize,
    mut response: impl FnMut(&mut String, usize),
) -> Workload {
    let mut stream = String::new();
    for number in 1..=responses {
        response(&mut stream, number);
    }
    let (stream, found) = (stream.into_bytes(), Found { responses, units });
    Workload {
        name,
        stream,
        found,
        promised,
    }
}

fn envelopes() -> Workload {
    const COUNT: usize = 2000;
    workload("envelopes", Some(4.0), COUNT, COUNT * 8, |out, n| {
        envelope(out, n, n + 100_000);
    })
}

/// The subject of a message.
pub(crate) fn subject(n: impl Display) -> String {
    format!("Re: [dev] a subject of usual length, number {n}")
}

/// Mail of a mailing list: eight addresses, a message that it answers.
pub(crate) fn envelope(out: &mut String, n: usize, uid: usize) {
    let from = format!("((\"Jane Q. Doe {n}\" NIL \"jane.doe\" \"mail.example.org\"))");
    let to = "((\"Developers\" NIL \"dev\" \"lists.example.org\")(NIL NIL \"bob\" \"example.com\")(\"=?UTF-8?Q?J=C3=BCrgen?=\" NIL \"juergen\" \"example.de\"))";
    let cc = "((NIL NIL \"archive\" \"example.net\")(\"Ann Other\" NIL \"ann\" \"example.org\"))";
    let _ = write!(
        out,
        "* {n} FETCH (UID {uid} ENVELOPE (\"Mon, 3 Mar 2025 09:15:{:02} +0100\" \"{}\" {from} {from} {from} {to} {cc} NIL \"<20250303.{n}.parent@mail.example.org>\" \"<20250303.{n}.CAFEBABE@mail.example.org>\"))\r\n",
        n % 60,
        subject(n),
    );
}

/// A text in two forms and an attachment.
fn body_structures() -> Workload {
    const COUNT: usize = 2000;
    workload("body-structures", Some(4.0), COUNT, COUNT * 5, |out, n| {
        let _ = write!(
            out,
            "* {n} FETCH (UID {} BODYSTRUCTURE (((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"utf-8\" \"FORMAT\" \"flowed\") NIL NIL \"QUOTED-PRINTABLE\" {} 45 NIL NIL NIL NIL)(\"TEXT\" \"HTML\" (\"CHARSET\" \"utf-8\") NIL NIL \"QUOTED-PRINTABLE\" 8123 120 NIL NIL NIL NIL) \"ALTERNATIVE\" (\"BOUNDARY\" \"=_alt_{n}\") NIL NIL NIL)(\"APPLICATION\" \"PDF\" (\"NAME\" \"report-{n}.pdf\") \"<part2.{n}@example.org>\" \"The report\" \"BASE64\" 180244 NIL (\"ATTACHMENT\" (\"FILENAME\" \"report-{n}.pdf\" \"SIZE\" \"131720\")) NIL NIL) \"MIXED\" (\"BOUNDARY\" \"=_mixed_{n}\") NIL NIL NIL))\r\n",
            n + 100_000,
            n + 1000,
        );
    })
}

/// What a resynchronisation brings.
fn flags() -> Workload {
    const COUNT: usize = 20_000;
    workload("flags", Some(4.0), COUNT, COUNT * 2, |out, n| {
        let _ = write!(
            out,
            "* {n} FETCH (UID {} FLAGS (\\Seen \\Answered))\r\n",
            n + 100_000
        );
    })
}

fn list() -> Workload {
    const COUNT: usize = 20_000;
    workload("list", Some(4.0), COUNT, COUNT, |out, n| {
        let _ = write!(
            out,
            "* LIST (\\HasNoChildren) \"/\" \"Projects/2025/Customer {n}\"\r\n"
        );
    })
}

/// One SEARCH of so many numbers.
pub(crate) fn search(count: usize) -> Workload {
    workload("search", Some(2.0), 1, count, |out, _| {
        out.push_str("* SEARCH");
        for number in 1..=count {
            let _ = write!(out, " {}", number * 3);
        }
        out.push_str("\r\n");
    })
}

fn bodies(name: &'static str, octets: usize, count: usize) -> Workload {
    let line = "The quick brown fox jumps over the lazy dog, and the dog lets it.\r\n";
    let body: String = line.chars().cycle().take(octets).collect();
    workload(name, None, count, count * octets, |out, n| {
        let _ = write!(
            out,
            "* {n} FETCH (UID {} BODY[] {{{octets}}}\r\n{body})\r\n",
            n + 7
        );
    })
}
