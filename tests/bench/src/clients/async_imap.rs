//! The crate `async-imap`, on tokio.

use async_imap::types::Fetch;
use futures_util::TryStreamExt as _;
use tokio::net::TcpStream;

use super::Failure;
use super::work::{Answer, Begun, LISTS, Work};

/// Does the work, and tells what it took.
pub(super) fn run(work: Work, port: u16) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(runtime.spawn(perform(work, port)))?
}

async fn perform(work: Work, port: u16) -> Result<(), Failure> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let mut client = async_imap::Client::new(stream);
    client.read_response().await?.ok_or("no greeting")?;
    let mut session = client
        .login("alice", "secret-pass")
        .await
        .map_err(|(error, _)| error)?;
    session.select("INBOX").await?;
    let begun = Begun::now();
    match work {
        Work::Envelopes => {
            let messages = session.fetch(work.set(), "(UID ENVELOPE)").await?;
            let messages: Vec<Fetch> = messages.try_collect().await?;
            let subject = |message: &Fetch| {
                let subject = message
                    .envelope()
                    .and_then(|envelope| envelope.subject.as_ref());
                subject.map_or(0, |subject| subject.len() as u64)
            };
            let answer = Answer::of(messages.iter().map(subject));
            begun.tell(work, answer);
        }
        Work::Search => {
            let found = session.uid_search("ALL").await?;
            let answer = Answer::of(found.iter().map(|uid| u64::from(*uid)));
            begun.tell(work, answer);
        }
        Work::List => {
            let mut answer = Answer::default();
            for _ in 0..LISTS {
                let mailboxes = session.list(None, Some("*")).await?;
                let mailboxes: Vec<_> = mailboxes.try_collect().await?;
                for name in &mailboxes {
                    answer.add(name.name().len() as u64);
                }
            }
            begun.tell(work, answer);
        }
        Work::Body | Work::Stream | Work::Bodies => {
            let messages = session.fetch(work.set(), "(UID BODY.PEEK[])").await?;
            let messages: Vec<Fetch> = messages.try_collect().await?;
            let octets = |message: &Fetch| message.body().map_or(0, |body| body.len() as u64);
            let answer = Answer::of(messages.iter().map(octets));
            begun.tell(work, answer);
        }
    }
    Ok(session.logout().await?)
}
