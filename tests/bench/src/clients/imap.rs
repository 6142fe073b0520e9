//! The crate `imap`.

use std::net::TcpStream;

use super::Failure;
use super::work::{Answer, Begun, LISTS, Work};

/// Does the work, and tells what it took.
pub(super) fn run(work: Work, port: u16) -> Result<(), Failure> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    let mut client = ::imap::Client::new(stream);
    client.read_greeting()?;
    let mut session = client
        .login("alice", "secret-pass")
        .map_err(|(error, _)| error)?;
    session.select("INBOX")?;
    let begun = Begun::now();
    match work {
        Work::Envelopes => {
            let messages = session.fetch(work.set(), "(UID ENVELOPE)")?;
            let subject = |message: &::imap::types::Fetch<'_>| {
                let subject = message
                    .envelope()
                    .and_then(|envelope| envelope.subject.as_ref());
                subject.map_or(0, |subject| subject.len() as u64)
            };
            let answer = Answer::of(messages.iter().map(subject));
            begun.tell(work, answer);
        }
        Work::Search => {
            let found = session.uid_search("ALL")?;
            let answer = Answer::of(found.iter().map(|uid| u64::from(*uid)));
            begun.tell(work, answer);
        }
        Work::List => {
            let mut answer = Answer::default();
            for _ in 0..LISTS {
                let mailboxes = session.list(None, Some("*"))?;
                for name in mailboxes.iter() {
                    answer.add(name.name().len() as u64);
                }
            }
            begun.tell(work, answer);
        }
        Work::Body | Work::Stream | Work::Bodies => {
            let messages = session.fetch(work.set(), "(UID BODY.PEEK[])")?;
            let octets = |message: &::imap::types::Fetch<'_>| {
                message.body().map_or(0, |body| body.len() as u64)
            };
            let answer = Answer::of(messages.iter().map(octets));
            begun.tell(work, answer);
        }
    }
    Ok(session.logout()?)
}
