//! The tokio adapter, end to end: against the demo server, Dovecot, and servers that behave badly.

use std::future::Future;
use std::io::Cursor;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use imap_tests::certs;
use imap_tests::demo::{Demo, LARGE_MAILBOX, Settings};
use imap_tests::servers::{Kind, server};
use imap_transport_tokio::encode::{
    Append, AppendMessage, FetchItems, FetchSection, SearchKey, StatusItems, StoreAction,
};
use imap_transport_tokio::engine::sasl::{Channel, Mechanism, SaslError};
use imap_transport_tokio::engine::{ConnectionError, TimeoutReason};
use imap_transport_tokio::types::{Data, Flag, Secret, Section, SequenceNumber, StatusData, Uid};
use imap_transport_tokio::{
    BodySize, Config, Credentials, Error, Notice, Session, connect, connect_over, spawn,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout};

/// How long anything may take before it counts as a hang.
const PATIENCE: Duration = Duration::from_secs(60);
const MESSAGE: &str = "From: a@example.org\r\nSubject: one\r\n\r\nThe first.\r\n";

fn alice() -> Credentials {
    Credentials::password("alice", "secret-pass")
}

fn demo_config(demo: &Demo) -> Config {
    Config::unencrypted("127.0.0.1")
        .with_port(demo.port())
        .credentials(alice())
}

async fn connected() -> (Demo, Session) {
    let demo = Demo::start(Settings::default()).expect("a demo server");
    let session = connect(demo_config(&demo)).await.unwrap();
    (demo, session)
}

/// What a mail client does: makes a mailbox, fills, reads, searches, changes and removes it.
async fn tour(session: &Session, mailbox: &str) {
    session.create(mailbox).await.unwrap();
    let first = session.append(mailbox, AppendMessage::new(MESSAGE));
    let size = MESSAGE.len() as u64 * 1000;
    let upload = Append::new(mailbox, AppendMessage::upload(size));
    let long = MESSAGE.repeat(1000);
    session
        .upload_from(upload, Cursor::new(long.clone() + "beyond"))
        .await
        .unwrap();
    first.await.unwrap();
    // Two under way at once.
    let items = || StatusItems::new().messages();
    let (status, other) = (
        session.status(mailbox, items()),
        session.status("INBOX", items()),
    );
    assert_eq!(status.await.unwrap().items, [StatusData::Messages(2)]);
    other.await.unwrap();

    assert_eq!(session.select(mailbox).await.unwrap().exists, Some(2));
    let items = FetchItems::new().uid().envelope().size();
    let mut messages = session.fetch(SequenceNumber(1)..=SequenceNumber(2), items);
    let first = messages.next().await.unwrap().unwrap();
    assert_eq!(first.envelope().unwrap().subject().unwrap(), b"one");
    let second = messages.next().await.unwrap().unwrap();
    assert_eq!(second.size, Some(size));
    assert!(messages.next().await.is_none());
    let uid = second.uid.unwrap();

    let mut body = session.uid_fetch_body(uid, Section::Full);
    assert_eq!(body.size().await, Some(BodySize::Octets(size)));
    let mut octets = String::new();
    body.read_to_string(&mut octets).await.unwrap();
    assert!(octets == long);
    let items = FetchItems::new().section(FetchSection::new(Section::Full));
    let fetched = session.uid_fetch(uid..=uid, items).await.unwrap();
    let section = fetched[0].section(&Section::Full).unwrap();
    assert_eq!(section.data.as_ref().unwrap().as_bytes(), long.as_bytes());

    let seen = StoreAction::add([Flag::Seen, Flag::Deleted]);
    let stored = session.uid_store(uid..=uid, seen).await.unwrap();
    assert!(
        stored.messages[0]
            .flags
            .as_ref()
            .unwrap()
            .contains(&Flag::Seen)
    );
    let found = session.uid_search(SearchKey::seen()).await.unwrap();
    assert!(found.numbers.unwrap().iter().eq([uid]));
    assert_eq!(session.expunge().await.unwrap().len(), 1);
    assert_eq!(session.mailbox().unwrap().exists, 1);
    session.close().await.unwrap();
    session.delete(mailbox).await.unwrap();
}

#[tokio::test]
async fn a_tour_of_the_demo_server() {
    let (_demo, session) = connected().await;
    tour(&session, "tour").await;
}

/// Over each way to Dovecot.
#[tokio::test(flavor = "multi_thread")]
async fn a_tour_of_dovecot() {
    let Some(server) = server(Kind::Dovecot) else {
        return;
    };
    let pem = std::fs::read(server.ca_file()).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    for certificate in rustls_pki_types::pem::PemObject::pem_slice_iter(&pem) {
        roots.add(certificate.unwrap()).unwrap();
    }
    let tls = imap_transport_tokio::tls_config(roots).unwrap();
    let (user, password) = server.login();
    let login = Credentials::password(user, password);
    let configs = [
        Config::unencrypted("127.0.0.1").with_port(server.port()),
        Config::starttls("localhost")
            .with_port(server.port())
            .with_tls(tls.clone()),
        Config::tls("localhost")
            .with_port(server.tls_port())
            .with_tls(tls)
            .compress(true),
    ];
    for config in configs {
        let session = connect(config.credentials(login.clone())).await.unwrap();
        tour(&session, &server.mailbox_name("tokio")).await;
    }
    let command = server.setting("SUBPROCESS").unwrap();
    let session = spawn(command.split_whitespace(), Config::preauthenticated())
        .await
        .unwrap();
    tour(&session, &server.mailbox_name("tokio")).await;
}

/// 31 MB: the server is held up by a slow reader, and all octets come.
#[tokio::test]
async fn a_large_body_is_streamed() {
    let (_demo, session) = connected().await;
    session.examine(LARGE_MAILBOX).await.unwrap();
    let sizes = session
        .fetch(SequenceNumber(1), FetchItems::new().size())
        .await
        .unwrap();
    let mut body = session.fetch_body(SequenceNumber(1), Section::Full);
    let mut first = [0; 100];
    body.read_exact(&mut first).await.unwrap();
    let rest = tokio::io::copy(&mut body, &mut tokio::io::sink())
        .await
        .unwrap();
    assert_eq!(Some(rest + 100), sizes[0].size);
    // Given up in the middle: what follows is drained, and the next answer is right.
    let mut body = session.fetch_body(SequenceNumber(1), Section::Full);
    body.read_exact(&mut first).await.unwrap();
    drop(body);
    session.noop().await.unwrap();
}

/// Law 9: a future that is dropped at any await loses nothing.
#[tokio::test]
async fn f4_a_cancelled_wait_loses_nothing() {
    let (_demo, session) = connected().await;
    session.examine("INBOX").await.unwrap();
    let all = SequenceNumber(1)..;
    let mut messages = session.fetch(all, FetchItems::new().envelope());
    let mut numbers = Vec::new();
    loop {
        // Polled once and dropped, whatever it was waiting for.
        let polled = poll_once(pin!(messages.next()));
        match polled {
            Poll::Ready(Some(message)) => numbers.extend(message.unwrap().sequence_number),
            Poll::Ready(None) => break,
            Poll::Pending => tokio::task::yield_now().await,
        }
    }
    let exists = session.mailbox().unwrap().exists;
    assert!(numbers.iter().map(|number| number.0).eq(1..=exists));
    // Given up before it was sent, and while it runs.
    drop(session.noop());
    let mut noop = session.noop();
    assert!(poll_once(Pin::new(&mut noop)).is_pending());
    drop(noop);
    session.noop().await.unwrap();
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// RFC 2177: what another session appends is told to one that idles.
#[tokio::test]
async fn news_come_while_idle() {
    let (demo, session) = connected().await;
    session.select("Drafts").await.unwrap();
    let mut events = session.events();
    let guard = session.idle();
    let idling = async { while !matches!(events.next().await, Some(Notice::Idling(true))) {} };
    timeout(PATIENCE, idling).await.unwrap();
    let other = connect(demo_config(&demo)).await.unwrap();
    other
        .append("Drafts", AppendMessage::new(MESSAGE))
        .await
        .unwrap();
    let told = |notice: &Notice| {
        matches!(
            notice,
            Notice::Data {
                data: Data::Exists(1),
                ..
            }
        )
    };
    let coming = async { while !events.next().await.as_ref().is_some_and(told) {} };
    timeout(PATIENCE, coming).await.unwrap();
    assert_eq!(session.mailbox().unwrap().exists, 1);
    drop(guard);
    timeout(PATIENCE, session.noop()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_lost_connection_fails_all_who_wait_and_all_who_come() {
    let (demo, session) = connected().await;
    let mut events = session.events();
    demo.cut_connections();
    assert!(session.noop().await.unwrap_err().is_fatal());
    assert!(session.noop().await.unwrap_err().is_fatal());
    let last = async {
        let mut last = None;
        while let Some(notice) = events.next().await {
            last = Some(notice);
        }
        last
    };
    let last = timeout(PATIENCE, last).await.unwrap();
    assert!(matches!(last, Some(Notice::Closed(error)) if error.is_fatal()));
}

/// A server in memory that answers PREAUTH and nothing else; its end of the stream.
async fn silent() -> (Session, DuplexStream) {
    let (ours, mut theirs) = duplex(64 * 1024);
    theirs
        .write_all(b"* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n")
        .await
        .unwrap();
    let session = connect_over(ours, Config::preauthenticated())
        .await
        .unwrap();
    (session, theirs)
}

/// Law 8, in tokio's clock: five minutes of silence pass at once.
#[tokio::test(start_paused = true)]
async fn a_command_without_an_answer_times_out_and_late_data_is_drained() {
    let (session, mut server) = silent().await;
    let began = Instant::now();
    let error = session.noop().await.unwrap_err();
    assert!(matches!(error, Error::TimedOut), "{error}");
    assert_eq!(began.elapsed().as_secs(), 300);
    let mut line = vec![0; 100];
    let count = server.read(&mut line).await.unwrap();
    let tag = String::from_utf8_lossy(&line[..count])
        .split(' ')
        .next()
        .unwrap()
        .to_owned();
    server
        .write_all(format!("{tag} OK late\r\n").as_bytes())
        .await
        .unwrap();
    let next = session.noop();
    let count = server.read(&mut line).await.unwrap();
    let tag = String::from_utf8_lossy(&line[..count])
        .split(' ')
        .next()
        .unwrap()
        .to_owned();
    server
        .write_all(format!("{tag} OK in time\r\n").as_bytes())
        .await
        .unwrap();
    next.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_server_without_a_greeting_is_left_after_half_a_minute() {
    let (ours, _theirs) = duplex(1024);
    let began = Instant::now();
    let error = connect_over(ours, Config::preauthenticated())
        .await
        .unwrap_err();
    let timed_out = ConnectionError::Timeout(TimeoutReason::Greeting);
    assert!(matches!(error, Error::Connection(error, _) if error == timed_out));
    assert_eq!(began.elapsed().as_secs(), 30);
}

/// SECURITY A9: silence behind the OK of STARTTLS.
#[tokio::test(start_paused = true)]
async fn a_handshake_that_does_not_end_is_left() {
    let (ours, mut theirs) = duplex(64 * 1024);
    let config = Config::starttls("localhost").with_tls(certs::shared().client_config());
    let server = tokio::spawn(async move {
        theirs.write_all(b"* OK hi\r\n").await.unwrap();
        let mut line = vec![0; 100];
        let count = theirs.read(&mut line).await.unwrap();
        let line = String::from_utf8_lossy(&line[..count]).into_owned();
        let tag = line
            .strip_suffix(" STARTTLS\r\n")
            .expect("nothing else")
            .to_owned();
        theirs
            .write_all(format!("{tag} OK go\r\n").as_bytes())
            .await
            .unwrap();
        theirs
    });
    let began = Instant::now();
    let error = connect_over(ours, config).await.unwrap_err();
    let timed_out = ConnectionError::Timeout(TimeoutReason::Upgrade);
    assert!(matches!(error, Error::Connection(error, _) if error == timed_out));
    assert_eq!(began.elapsed().as_secs(), 30);
    drop(server.await);
}

/// DESIGN §6: one that takes nothing is read past after a second, as others wait.
#[tokio::test(start_paused = true)]
async fn a_reader_that_stalls_holds_nobody_up_for_long() {
    let (session, mut server) = silent().await;
    let listing = session.list("", "*");
    let noop = session.noop();
    let serving = tokio::spawn(async move {
        let mut lines = vec![0; 1000];
        let mut text = String::new();
        while text.matches('\n').count() < 2 {
            let count = server.read(&mut lines).await.unwrap();
            text += std::str::from_utf8(&lines[..count]).unwrap();
        }
        let tags: Vec<_> = text
            .lines()
            .map(|line| line.split(' ').next().unwrap())
            .collect();
        for number in 0..10_000 {
            let line = format!("* LIST () \"/\" box-{number}\r\n");
            server.write_all(line.as_bytes()).await.unwrap();
        }
        let ends = format!("{} OK\r\n{} OK\r\n", tags[0], tags[1]);
        server.write_all(ends.as_bytes()).await.unwrap();
        server
    });
    let began = Instant::now();
    noop.await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 1);
    assert_eq!(listing.await.unwrap().len(), 10_000);
    drop(serving.await);
}

/// SECURITY F2: sessions that are dropped in every state leave no task behind.
#[tokio::test]
async fn f2_dropping_leaves_no_task() {
    let metrics = tokio::runtime::Handle::current().metrics();
    let quiet = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = Config::unencrypted("127.0.0.1").with_port(quiet.local_addr().unwrap().port());
    for round in 0..40 {
        let (_demo, session) = connected().await;
        match round % 4 {
            0 => drop(session.noop()),
            1 => {
                session.select("INBOX").await.unwrap();
                drop(session.fetch(SequenceNumber(1).., FetchItems::full()));
            }
            2 => drop((session.idle(), session.events())),
            _ => {
                // Cancelled while it connects.
                let connecting = connect(silent.clone());
                assert!(timeout(Duration::from_millis(1), connecting).await.is_err());
                let command = Append::new("Drafts", AppendMessage::upload(1_000_000));
                let short = session.upload_from(command, Cursor::new("too short")).await;
                assert!(matches!(short, Err(Error::Io(..))));
            }
        }
        drop(session);
        let gone = async {
            while metrics.num_alive_tasks() > 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(PATIENCE, gone).await.expect("the task ends");
    }
}

/// SECURITY F1: the server floods while a message is on its way to it, and reads nothing before
/// its flood is taken.
#[tokio::test]
async fn f1_an_upload_against_a_flood_does_not_deadlock() {
    const SIZE: u64 = 4 * 1024 * 1024;
    let (ours, mut server) = duplex(4096);
    server
        .write_all(b"* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n")
        .await
        .unwrap();
    let session = connect_over(ours, Config::preauthenticated())
        .await
        .unwrap();
    let flood = tokio::spawn(async move {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            line.push(server.read_u8().await.unwrap());
        }
        let tag = String::from_utf8_lossy(&line)
            .split(' ')
            .next()
            .unwrap()
            .to_owned();
        server.write_all(b"+ go\r\n").await.unwrap();
        let news = "* 1 EXISTS\r\n".repeat(10_000);
        for _ in 0..SIZE / news.len() as u64 {
            server.write_all(news.as_bytes()).await.unwrap();
        }
        let mut literal = (&mut server).take(SIZE + 2);
        let count = tokio::io::copy(&mut literal, &mut tokio::io::sink())
            .await
            .unwrap();
        assert_eq!(count, SIZE + 2);
        server
            .write_all(format!("{tag} OK done\r\n").as_bytes())
            .await
            .unwrap();
        server
    });
    let command = Append::new("x", AppendMessage::upload(SIZE));
    let upload = session.upload_from(command, tokio::io::repeat(b'x'));
    timeout(PATIENCE, upload)
        .await
        .expect("no deadlock")
        .unwrap();
    drop(flood.await);
}

#[tokio::test]
async fn b8_a_process_that_dies_is_told_and_no_option_is_run() {
    let script = r"printf '* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n'; read -r line";
    let session = spawn(["sh", "-c", script], Config::preauthenticated())
        .await
        .unwrap();
    let error = session.noop().await.unwrap_err();
    assert!(
        matches!(error, Error::Connection(ConnectionError::UnexpectedEof, _)),
        "{error}"
    );
    assert!(
        spawn(["-oProxyCommand=x"], Config::preauthenticated())
            .await
            .is_err()
    );
    assert!(
        spawn(["/nonexistent"], Config::preauthenticated())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_message_that_is_not_there_has_no_body() {
    let (_demo, session) = connected().await;
    session.examine("INBOX").await.unwrap();
    let mut body = session.uid_fetch_body(Uid(999_999), Section::Full);
    let error = body.chunk().await.unwrap().unwrap_err();
    assert!(matches!(error, Error::MissingAnswer(_)), "{error}");
}

/// Says on which thread it runs.
struct Slow(std::sync::mpsc::Sender<std::thread::ThreadId>);

impl Mechanism for Slow {
    fn name(&self) -> &'static str {
        "PLAIN"
    }

    fn start(&mut self, _: &Channel) -> Result<Option<Secret>, SaslError> {
        self.0.send(std::thread::current().id()).unwrap();
        Ok(Some(Secret::from("\0alice\0secret-pass")))
    }

    fn respond(&mut self, _: &[u8]) -> Result<Secret, SaslError> {
        Err(SaslError::BadChallenge)
    }

    fn finish(&mut self, _: Option<&[u8]>) -> Result<(), SaslError> {
        Ok(())
    }
}

/// SECURITY A15: what may take long does not run where tasks do.
#[tokio::test]
async fn mechanisms_run_off_the_tasks_thread() {
    let demo = Demo::start(Settings::default()).unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    let sender = std::sync::Mutex::new(sender);
    let credentials = Credentials::mechanism(move || Slow(sender.lock().unwrap().clone()));
    let config = demo_config(&demo).credentials(credentials);
    connect(config).await.unwrap().noop().await.unwrap();
    assert_ne!(receiver.recv().unwrap(), std::thread::current().id());
}
