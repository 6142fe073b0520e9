//! Our adapters.

use imap_proto_core::types::{Envelope, FetchResponse, Section, SequenceNumber, UidSet};
use imap_tests::interop::Client;
use imap_transport_std::encode::{Fetch, FetchItems, List, SearchKey, Select, UidSearch};
use imap_transport_std::{Config, Credentials, Error};

use super::Failure;
use super::work::{Answer, Begun, LISTS, Work};

/// On threads.
pub(super) fn on_threads(work: Work, port: u16) -> Result<(), Failure> {
    let session = imap_transport_std::connect(config(port))?;
    // The futures of the blocking adapter are ready when they are first polled.
    tokio::runtime::Builder::new_current_thread()
        .build()?
        .block_on(perform(&session, work))?;
    Ok(session.logout().wait()?)
}

/// On tokio: on its usual runtime, with the work and the connection in tasks.
pub(super) fn on_tokio(work: Work, port: u16) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let session = runtime.block_on(imap_transport_tokio::connect(config(port)))?;
    runtime.block_on(runtime.spawn(async move {
        perform(&session, work).await?;
        Ok(session.logout().await?)
    }))?
}

fn config(port: u16) -> Config {
    Config::unencrypted("127.0.0.1")
        .with_port(port)
        .credentials(Credentials::password("alice", "secret-pass"))
}

async fn perform<L: Client>(session: &L, work: Work) -> Result<(), Error> {
    session.run(Select::new("INBOX")).await?;
    let begun = Begun::now();
    match work {
        Work::Envelopes => {
            let messages = session
                .run(fetch(work, FetchItems::new().envelope()))
                .await?;
            let answer = Answer::of(messages.iter().map(subject));
            begun.tell(work, answer);
        }
        Work::Search => {
            let found = session.run(UidSearch::new(SearchKey::all())).await?;
            let numbers = found.numbers.iter().flat_map(UidSet::iter);
            let answer = Answer::of(numbers.map(|uid| u64::from(uid.0)));
            begun.tell(work, answer);
        }
        Work::List => {
            let mut answer = Answer::default();
            for _ in 0..LISTS {
                let mailboxes = session.run(List::new("", "*")).await?;
                let names = mailboxes
                    .iter()
                    .map(|list| list.mailbox.as_wire_bytes().len());
                for octets in names {
                    answer.add(octets as u64);
                }
            }
            begun.tell(work, answer);
        }
        Work::Stream => {
            let session = session.session();
            let mut body =
                session.fetch_body(SequenceNumber(*work.messages().start()), Section::Full);
            let mut octets = 0;
            while let Some(chunk) = L::chunk(&mut body).await {
                octets += chunk?.len() as u64;
            }
            begun.tell(work, Answer::of([octets]));
        }
        Work::Body | Work::Bodies => {
            let messages = session
                .run(fetch(work, FetchItems::new().section(Section::Full)))
                .await?;
            let answer = Answer::of(messages.iter().map(octets));
            begun.tell(work, answer);
        }
    }
    Ok(())
}

fn fetch(work: Work, items: FetchItems) -> Fetch {
    let (first, last) = work.messages().into_inner();
    Fetch::new(SequenceNumber(first)..=SequenceNumber(last), items.uid())
}

fn subject(message: &FetchResponse) -> u64 {
    let subject = message.envelope().and_then(Envelope::subject);
    subject.map_or(0, |subject| subject.len() as u64)
}

fn octets(message: &FetchResponse) -> u64 {
    let body = message.section(&Section::Full);
    let data = body.and_then(|body| body.data.as_ref());
    data.map_or(0, |data| data.len() as u64)
}
