//! A command as a log shows it: by the kind of each segment, so that no secret gets in.

use super::{Effect, Segment};

/// Stands for a password or a SASL message.
const SECRET: &[u8] = b"[secret]";

/// Appends a command without its tag, at most `limit` octets of it; how many were left out.
///
/// Of LOGIN only the name is shown and of AUTHENTICATE the mechanism, however their arguments
/// were given: a caller's own request may have them as plain syntax. Nor are the URLs of URLAUTH
/// shown, since whoever has one may read the message (RFC 4467 §9).
pub(crate) fn show(segments: &[Segment], effect: &Effect, limit: usize, out: &mut Vec<u8>) -> u64 {
    let mut shown = Bounded {
        out,
        left: limit,
        omitted: 0,
    };
    let words = match effect {
        Effect::Login => 1,
        Effect::Authenticate { .. } => 2,
        _ if carries_urls(name(segments)) => 1,
        _ => {
            for segment in segments {
                shown.segment(segment);
            }
            return shown.omitted;
        }
    };
    let name = name(segments);
    let kept = first_words(name, words);
    shown.put(kept);
    if kept.len() < name.len() || segments.len() > 1 {
        shown.put(b" ");
        shown.put(SECRET);
    }
    shown.omitted
}

/// Whether a command or a response of this name has URLs that are access to a message.
pub(crate) fn carries_urls(name: &[u8]) -> bool {
    let names: [&[u8]; 2] = [b"GENURLAUTH", b"URLFETCH"];
    let first = first_words(name, 1);
    names.iter().any(|known| first.eq_ignore_ascii_case(known))
}

/// The syntax that a command begins with.
pub(crate) fn name(segments: &[Segment]) -> &[u8] {
    match segments.first() {
        Some(Segment::Syntax(syntax)) => syntax,
        _ => b"",
    }
}

/// So many words of a text, with the spaces between them.
pub(crate) fn first_words(text: &[u8], words: usize) -> &[u8] {
    let end = memchr::memchr_iter(b' ', text).nth(words.saturating_sub(1));
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// What is appended up to a limit.
struct Bounded<'a> {
    out: &'a mut Vec<u8>,
    left: usize,
    omitted: u64,
}

impl Bounded<'_> {
    fn put(&mut self, octets: &[u8]) {
        let fits = octets.get(..self.left).unwrap_or(octets);
        self.out.extend_from_slice(fits);
        self.left -= fits.len();
        self.omitted += (octets.len() - fits.len()) as u64;
    }

    fn segment(&mut self, segment: &Segment) {
        match segment {
            Segment::Syntax(syntax) => self.put(syntax),
            Segment::UnlessUtf8(syntax) => self.put(syntax),
            Segment::Astring(string) | Segment::QuotedOrLiteral(string) => {
                self.put(b"\"");
                self.put(string);
                self.put(b"\"");
            }
            Segment::Mailbox(name) | Segment::Pattern(name) => {
                self.put(b"\"");
                self.put(name.as_wire_bytes());
                self.put(b"\"");
            }
            Segment::Literal(data) => self.literal("", data.len() as u64),
            Segment::Literal8(data) | Segment::AlwaysLiteral8(data) => {
                self.literal("~", data.len() as u64);
            }
            Segment::Upload(upload) => {
                self.literal(if upload.binary { "~" } else { "" }, upload.size);
            }
            Segment::Tag(id) => self.put(format!("\"#{}\"", id.number()).as_bytes()),
            Segment::SecretAstring(_) | Segment::SecretSyntax(_) => self.put(SECRET),
        }
    }

    fn literal(&mut self, sign: &str, size: u64) {
        self.put(format!("{sign}{{{size}}}").as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Append, AppendMessage, Authenticate, Command, Login, Request};
    use super::*;

    fn shown(request: &Request, limit: usize) -> (String, u64) {
        let mut out = Vec::new();
        let omitted = show(&request.segments, &request.effect, limit, &mut out);
        (String::from_utf8(out).unwrap(), omitted)
    }

    #[test]
    fn e5_login_is_hidden_however_it_was_built() {
        let own = Login::new("alice", "hunter2").request().unwrap();
        let strings = Request::new("LOGIN").unwrap().space().astring("alice");
        let strings = strings.space().astring("hunter2");
        let syntax = Request::new("login").unwrap();
        let syntax = syntax.syntax(" alice hunter2").unwrap();
        let name = Request::new("LOGIN alice hunter2").unwrap();
        for request in [own, strings, syntax, name] {
            let (text, _) = shown(&request, 100);
            assert!(text.eq_ignore_ascii_case("LOGIN [secret]"), "{text}");
        }
    }

    #[test]
    fn e5_authenticate_shows_the_mechanism_only() {
        let bare = Authenticate::new("PLAIN").request().unwrap();
        assert_eq!(shown(&bare, 100).0, "AUTHENTICATE PLAIN");
        let raw = Request::new("AUTHENTICATE").unwrap();
        let raw = raw.syntax(" PLAIN AGFsaWNlAGh1bnRlcjI=").unwrap();
        assert_eq!(shown(&raw, 100).0, "AUTHENTICATE PLAIN [secret]");
    }

    #[test]
    fn others_are_shown_with_their_secrets_replaced() {
        let own = Request::new("XLOCK").unwrap().space().astring("box");
        let own = own.space().secret("hunter2");
        assert_eq!(shown(&own, 100).0, "XLOCK \"box\" [secret]");
        let append = Append::new("INBOX", AppendMessage::new("text")).request();
        assert_eq!(shown(&append.unwrap(), 100).0, "APPEND \"INBOX\" {4}");
    }

    #[test]
    fn e5_urls_that_are_access_are_hidden() {
        let raw = Request::new("UrlFetch").unwrap().space();
        let raw = raw.string("imap://a/b;uid=1;urlauth=anonymous:internal:0123");
        assert_eq!(shown(&raw, 100).0, "UrlFetch [secret]");
    }

    #[test]
    fn a_long_command_is_cut() {
        let long = Request::new("XLONG")
            .unwrap()
            .space()
            .astring("x".repeat(100));
        let (text, omitted) = shown(&long, 10);
        assert_eq!((text.as_str(), omitted), ("XLONG \"xxx", 98));
    }
}
