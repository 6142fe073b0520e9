//! A mail client's day: log in, look around, read, write, wait for mail, search, log out.
//!
//! Without arguments it does all that against the embedded demo server, over real loopback TCP with TLS. With
//! `--url imaps://user@host:port/mailbox` it visits a real server, and writes there only with `--write`.
//! `--password-env VAR` names the variable that holds the password, `--ca FILE` a PEM file of trust roots.

use std::error::Error;
use std::io::{IsTerminal as _, Read as _, Write as _, stdout};
use std::time::{Duration, Instant};

use imap_proto_core::encode::{AppendMessage, FetchItems, SearchKey, StatusItems};
use imap_proto_core::types::{
    Address, Data, Envelope, FetchResponse, ListResponse, MailboxName, Section, SequenceNumber,
    SequenceSet, Uid,
};
use imap_tests::certs;
use imap_tests::demo::{Demo, LARGE_MAILBOX, Settings};
use imap_transport_std::{BodySize, Config, Credentials, Notice, Session, connect, tls_config};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How many messages the overview shows at most.
const OVERVIEW: u32 = 20;
/// How many messages one FETCH of the overview asks for: several go out at once.
const BATCH: u32 = 5;

/// How long to wait for news.
const PATIENCE: Duration = Duration::from_secs(30);
/// What is appended.
const NOTE: &str = "From: Alice <alice@example.org>\r\nTo: Alice <alice@example.org>\r\n\
                    Subject: A note to myself\r\n\r\nWritten by the mailbox example.\r\n";

/// What the command line asks for.
struct Visit {
    config: Config,
    /// The mailbox of the overview, and the one with the large message.
    mailbox: MailboxName,
    large: MailboxName,
    write: bool,
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.is_empty() {
        let demo = Demo::start(Settings::default())?;
        println!("Demo server on 127.0.0.1, TLS port {}\n", demo.tls_port());
        return visit(&to_demo(&demo));
    }
    visit(&to_server(&arguments)?)
}

fn to_demo(demo: &Demo) -> Visit {
    Visit {
        config: Config::tls("localhost")
            .with_port(demo.tls_port())
            .with_tls(certs::shared().client_config())
            .credentials(Credentials::password("alice", "secret-pass")),
        mailbox: MailboxName::inbox(),
        large: LARGE_MAILBOX.into(),
        write: true,
    }
}

fn to_server(arguments: &[String]) -> Outcome<Visit> {
    let value = |name: &str| arguments.iter().skip_while(|word| *word != name).nth(1);
    let url = value("--url")
        .ok_or("usage: mailbox --url imaps://user@host:port/mailbox --password-env VAR")?;
    let (scheme, rest) = url
        .split_once("://")
        .ok_or("a URL such as imaps://user@host:993/INBOX")?;
    let (authority, mailbox) = rest.split_once('/').unwrap_or((rest, "INBOX"));
    let (user, host) = authority
        .rsplit_once('@')
        .ok_or("a user in the URL: imaps://user@host")?;
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse()?)),
        None => (host, None),
    };
    let mut config = match scheme {
        "imaps" => Config::tls(host),
        "imap" => Config::starttls(host),
        other => return Err(format!("no such scheme: {other}").into()),
    };
    if let Some(port) = port {
        config = config.with_port(port);
    }
    if let Some(file) = value("--ca") {
        let mut roots = rustls::RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(file)? {
            roots.add(certificate?)?;
        }
        config = config.with_tls(tls_config(roots)?);
    }
    let variable =
        value("--password-env").ok_or("--password-env VAR, the variable with the password")?;
    let password = std::env::var(variable).map_err(|_| format!("{variable} is not set"))?;
    let mailbox = if mailbox.is_empty() { "INBOX" } else { mailbox };
    Ok(Visit {
        config: config.credentials(Credentials::password(user, password)),
        mailbox: mailbox.into(),
        large: mailbox.into(),
        write: arguments.iter().any(|word| word == "--write"),
    })
}

fn visit(visit: &Visit) -> Outcome<()> {
    let began = Instant::now();
    let session = connect(visit.config.clone())?;
    let offered = session.capabilities().map_or(0, |known| known.len());
    println!(
        "Logged in after {:?}; {:?}, {offered} capabilities",
        began.elapsed(),
        session.security()
    );
    show_mailboxes(&session)?;
    show_overview(&session, &visit.mailbox)?;
    read_largest(&session, &visit.large)?;
    if visit.write {
        send_and_wait(visit, &session)?;
    }
    search(&session, &visit.mailbox)?;
    session.logout().wait()?;
    println!("\nLogged out.");
    Ok(())
}

/// Lists the mailboxes and asks for the status of all of them at once.
fn show_mailboxes(session: &Session) -> Outcome<()> {
    let mailboxes = session.list("", "*").wait()?;
    let items = || StatusItems::new().messages().unseen();
    let asked: Vec<_> = mailboxes
        .iter()
        .filter(|mailbox| mailbox.is_selectable())
        .map(|mailbox| (mailbox, session.status(mailbox.mailbox.clone(), items())))
        .collect();
    println!("\n{:<28} {:>8} {:>7}", "Mailbox", "messages", "unseen");
    for (mailbox, status) in asked {
        let (messages, unseen) = match status.wait() {
            Ok(status) => (status.messages(), status.unseen()),
            Err(error) if error.is_fatal() => return Err(error.into()),
            Err(_) => (None, None),
        };
        println!(
            "{:<28} {:>8} {:>7}",
            name(mailbox),
            number(messages),
            number(unseen)
        );
    }
    Ok(())
}

fn name(mailbox: &ListResponse) -> String {
    mailbox.mailbox.to_text().into_owned()
}

fn number(number: Option<u32>) -> String {
    number.map_or_else(|| "?".to_owned(), |number| number.to_string())
}

/// Shows the newest messages; the envelopes come by several commands in flight together.
fn show_overview(session: &Session, mailbox: &MailboxName) -> Outcome<()> {
    let selected = session.select(mailbox.clone()).wait()?;
    let exists = selected.exists.unwrap_or(0);
    println!("\n{} has {exists} messages", mailbox.to_text());
    let first = exists.saturating_sub(OVERVIEW - 1).max(1);
    let batches: Vec<_> = (first..=exists)
        .step_by(BATCH as usize)
        .map(|from| {
            let to = from.saturating_add(BATCH - 1).min(exists);
            let items = FetchItems::new().uid().flags().size().envelope();
            session.fetch(SequenceNumber(from)..=SequenceNumber(to), items)
        })
        .collect();
    for batch in batches {
        for message in batch {
            show_message(&message?);
        }
    }
    Ok(())
}

fn show_message(message: &FetchResponse) {
    let Some(envelope) = message.envelope() else {
        return;
    };
    let seen = message
        .flags
        .as_ref()
        .is_some_and(|flags| flags.contains(&imap_proto_core::types::Flag::Seen));
    println!(
        "{} {:>5} {:>9}  {:<28} {}",
        if seen { ' ' } else { '*' },
        message.uid.map_or(0, |uid| uid.0),
        message.size.unwrap_or(0),
        shorten(&sender(envelope), 28),
        shorten(&text(envelope.subject()), 60),
    );
}

fn sender(envelope: &Envelope) -> String {
    let shown = |address: Address<'_>| match address.name() {
        Some(name) => text(Some(name)),
        None => format!("{}@{}", text(address.mailbox()), text(address.host())),
    };
    envelope.from().map(shown).collect::<Vec<_>>().join(", ")
}

/// What a server sent, safe to print.
fn text(octets: Option<&[u8]>) -> String {
    let octets = octets.unwrap_or_default().to_vec();
    imap_proto_core::types::Text::from_bytes(octets.into()).to_string()
}

fn shorten(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width - 1).chain(['…']).collect()
}

/// Reads the largest message as a stream: it is never whole in memory.
fn read_largest(session: &Session, mailbox: &MailboxName) -> Outcome<()> {
    session.select(mailbox.clone()).wait()?;
    let mut largest: Option<(u64, Uid)> = None;
    for message in session.fetch(SequenceSet::from(..), FetchItems::new().uid().size()) {
        let message = message?;
        largest = largest.max(message.size.zip(message.uid));
    }
    let Some((size, uid)) = largest else {
        return Ok(());
    };
    println!(
        "\nReading message {uid} of {}, {size} octets",
        mailbox.to_text()
    );
    let mut body = session.uid_fetch_body(uid, Section::Full);
    let total = match body.size() {
        Some(BodySize::Octets(octets)) => octets,
        _ => 0,
    };
    let mut buffer = vec![0; 64 * 1024];
    let (mut read, mut lines) = (0_u64, 0_usize);
    let began = Instant::now();
    loop {
        let count = body.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        read += count as u64;
        lines += buffer[..count]
            .iter()
            .filter(|&&octet| octet == b'\n')
            .count();
        show_progress(read, total);
    }
    println!("{read} octets in {lines} lines, {:?}", began.elapsed());
    Ok(())
}

/// A bar where somebody looks, nothing where the output goes to a file.
fn show_progress(done: u64, total: u64) {
    if !stdout().is_terminal() || total == 0 {
        return;
    }
    let filled = usize::try_from(done * 40 / total).unwrap_or(40);
    print!(
        "\r[{:<40}] {:>3} % ",
        "#".repeat(filled),
        done * 100 / total
    );
    if done == total {
        print!("\r{:60}\r", "");
    }
    let _ = stdout().flush();
}

/// Waits in IDLE while a second connection appends a message, until the server tells of it.
fn send_and_wait(visit: &Visit, session: &Session) -> Outcome<()> {
    session.select(visit.mailbox.clone()).wait()?;
    let exists = session.mailbox().map_or(0, |view| view.exists);
    let mut events = session.events();
    let _idle = session.idle();
    let other = connect(visit.config.clone())?;
    while let Some(notice) = events.next_timeout(PATIENCE).ok_or("no news in time")? {
        match notice {
            Notice::Idling(true) => {
                println!("\nIdling; another connection appends a message");
                let message = AppendMessage::new(NOTE);
                other.append(visit.mailbox.clone(), message).wait()?;
            }
            Notice::Data {
                data: Data::Exists(now),
                ..
            } if now > exists => {
                println!("The server says that there are {now} messages now, there were {exists}");
                return Ok(());
            }
            Notice::Closed(error) => return Err(error.into()),
            _ => {}
        }
    }
    Err("the connection ended".into())
}

fn search(session: &Session, mailbox: &MailboxName) -> Outcome<()> {
    session.select(mailbox.clone()).wait()?;
    let found = session.uid_search(SearchKey::unseen()).wait()?;
    println!("\nUnseen in {}: {:?}", mailbox.to_text(), found.numbers);
    Ok(())
}
