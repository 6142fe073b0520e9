//! The blocking adapter, end to end: against the demo server, Dovecot, and servers that behave badly.

use std::collections::HashSet;
use std::io::{Cursor, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use imap_tests::certs;
use imap_tests::demo::{Demo, LARGE_MAILBOX, Settings};
use imap_tests::servers::{Kind, server};
use imap_transport_std::encode::{
    Append, AppendMessage, FetchItems, FetchSection, Noop, SearchKey, StatusItems, StoreAction,
};
use imap_transport_std::types::{Data, Flag, Section, SequenceNumber, StatusData, Uid};
use imap_transport_std::{
    BodySize, Config, Credentials, Error, Notice, Session, Timeouts, connect, connect_over, spawn,
};

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

fn connected() -> (Demo, Session) {
    let demo = Demo::start(Settings::default()).expect("a demo server");
    let session = connect(demo_config(&demo)).unwrap();
    (demo, session)
}

/// What a mail client does: makes a mailbox, fills, reads, searches, changes and removes it.
fn tour(session: &Session, mailbox: &str) {
    session.create(mailbox).wait().unwrap();
    let first = session.append(mailbox, AppendMessage::new(MESSAGE));
    let size = MESSAGE.len() as u64 * 1000;
    let upload = Append::new(mailbox, AppendMessage::upload(size));
    let long = MESSAGE.repeat(1000);
    session
        .upload_from(upload, Cursor::new(long.clone() + "beyond"))
        .unwrap();
    first.wait().unwrap();
    // Two under way at once.
    let items = || StatusItems::new().messages();
    let (status, other) = (
        session.status(mailbox, items()),
        session.status("INBOX", items()),
    );
    assert_eq!(status.wait().unwrap().items, [StatusData::Messages(2)]);
    other.wait().unwrap();

    assert_eq!(session.select(mailbox).wait().unwrap().exists, Some(2));
    let overview: Vec<_> = session
        .fetch(
            SequenceNumber(1)..=SequenceNumber(2),
            FetchItems::new().uid().envelope().size(),
        )
        .into_iter()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(overview[0].envelope().unwrap().subject().unwrap(), b"one");
    assert_eq!(overview[1].size, Some(size));
    let uid = overview[1].uid.unwrap();

    let mut body = session.uid_fetch_body(uid, Section::Full);
    assert_eq!(body.size(), Some(BodySize::Octets(size)));
    let mut octets = String::new();
    body.read_to_string(&mut octets).unwrap();
    assert!(octets == long);
    let fetched = session
        .uid_fetch(
            uid..=uid,
            FetchItems::new().section(FetchSection::new(Section::Full)),
        )
        .wait()
        .unwrap();
    let section = fetched[0].section(&Section::Full).unwrap();
    assert_eq!(section.data.as_ref().unwrap().as_bytes(), long.as_bytes());

    let seen = StoreAction::add([Flag::Seen, Flag::Deleted]);
    let stored = session.uid_store(uid..=uid, seen).wait().unwrap();
    assert!(
        stored.messages[0]
            .flags
            .as_ref()
            .unwrap()
            .contains(&Flag::Seen)
    );
    let found = session.uid_search(SearchKey::seen()).wait().unwrap();
    assert!(found.numbers.unwrap().iter().eq([uid]));
    assert_eq!(session.expunge().wait().unwrap().len(), 1);
    assert_eq!(session.mailbox().unwrap().exists, 1);
    session.close().wait().unwrap();
    session.delete(mailbox).wait().unwrap();
}

#[test]
fn a_tour_of_the_demo_server() {
    let (_demo, session) = connected();
    tour(&session, "tour");
}

/// Over each way to Dovecot.
#[test]
fn a_tour_of_dovecot() {
    let Some(server) = server(Kind::Dovecot) else {
        return;
    };
    let pem = std::fs::read(server.ca_file()).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    for certificate in rustls_pki_types::pem::PemObject::pem_slice_iter(&pem) {
        roots.add(certificate.unwrap()).unwrap();
    }
    let tls = imap_transport_std::tls_config(roots).unwrap();
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
        let session = connect(config.credentials(login.clone())).unwrap();
        tour(&session, &server.mailbox_name("std"));
    }
    let command = server.setting("SUBPROCESS").unwrap();
    let session = spawn(command.split_whitespace(), Config::preauthenticated()).unwrap();
    tour(&session, &server.mailbox_name("std"));
}

/// 31 MB, read slowly at first: the server is held up, and all octets come.
#[test]
fn a_large_body_is_streamed() {
    let (_demo, session) = connected();
    session.examine(LARGE_MAILBOX).wait().unwrap();
    let sizes = session
        .fetch(SequenceNumber(1), FetchItems::new().size())
        .wait()
        .unwrap();
    let mut body = session.fetch_body(SequenceNumber(1), Section::Full);
    let mut first = [0; 100];
    body.read_exact(&mut first).unwrap();
    let rest = std::io::copy(&mut body, &mut std::io::sink()).unwrap();
    assert_eq!(Some(rest + 100), sizes[0].size);
    // Given up in the middle: what follows is drained, and the next answer is right.
    let mut body = session.fetch_body(SequenceNumber(1), Section::Full);
    body.read_exact(&mut first).unwrap();
    drop(body);
    session.noop().wait().unwrap();
}

#[test]
fn a_message_that_is_not_there_has_no_body() {
    let (_demo, session) = connected();
    session.examine("INBOX").wait().unwrap();
    let error = session
        .uid_fetch_body(Uid(999_999), Section::Full)
        .read(&mut [0])
        .unwrap_err();
    let error: &Error = error
        .get_ref()
        .and_then(|error| error.downcast_ref())
        .unwrap();
    assert!(matches!(error, Error::MissingAnswer(_)), "{error}");
}

#[test]
fn a_command_inside_a_fetch_loop_works() {
    let (_demo, session) = connected();
    session.examine("INBOX").wait().unwrap();
    let all = SequenceNumber(1)..;
    let mut count = 0;
    for message in session.fetch(all, FetchItems::new().envelope().body_structure()) {
        message.unwrap();
        session.noop().wait().unwrap();
        count += 1;
    }
    assert_eq!(Some(count), session.mailbox().map(|view| view.exists));
}

/// RFC 2177: what another session appends is told to one that idles.
#[test]
fn news_come_while_idle() {
    let (demo, session) = connected();
    session.select("Drafts").wait().unwrap();
    let mut events = session.events();
    let guard = session.idle();
    let until = |events: &mut imap_transport_std::Events, wanted: &dyn Fn(&Notice) -> bool| {
        let end = Instant::now() + PATIENCE;
        while let Some(Some(notice)) =
            events.next_timeout(end.saturating_duration_since(Instant::now()))
        {
            if wanted(&notice) {
                return;
            }
        }
        panic!("it did not come");
    };
    until(&mut events, &|notice| {
        matches!(notice, Notice::Idling(true))
    });
    let other = connect(demo_config(&demo)).unwrap();
    other
        .append("Drafts", AppendMessage::new(MESSAGE))
        .wait()
        .unwrap();
    until(&mut events, &|notice| {
        matches!(
            notice,
            Notice::Data {
                data: Data::Exists(1),
                ..
            }
        )
    });
    assert_eq!(session.mailbox().unwrap().exists, 1);
    drop(guard);
    session.noop().wait().unwrap();
}

#[test]
fn a_lost_connection_fails_all_who_wait_and_all_who_come() {
    let (demo, session) = connected();
    let mut events = session.events();
    let waiting = thread::spawn({
        let session = session.clone();
        // IDLE keeps nothing back from the one who cuts.
        move || loop {
            if let Err(error) = session.noop().wait() {
                return error;
            }
        }
    });
    demo.cut_connections();
    assert!(waiting.join().unwrap().is_fatal());
    assert!(session.noop().wait().unwrap_err().is_fatal());
    assert!(matches!(events.by_ref().last(), Some(Notice::Closed(error)) if error.is_fatal()));
}

#[test]
fn f3_a_callback_that_panics_ends_the_connection() {
    let (_demo, session) = connected();
    let mut events = session.events();
    session.noop().then(|_| panic!("on purpose"));
    assert!(matches!(
        events.by_ref().last(),
        Some(Notice::Closed(Error::Io(..)))
    ));
    let (sender, receiver) = mpsc::channel();
    session
        .noop()
        .then(move |result| sender.send(result.is_err()).unwrap());
    assert_eq!(
        receiver.recv_timeout(PATIENCE),
        Ok(true),
        "later ones are called"
    );
}

/// The last handle is dropped in a callback, which must not wait for its own thread.
#[test]
fn a_callback_may_hold_the_last_handle() {
    let (_demo, session) = connected();
    let (sender, receiver) = mpsc::channel();
    let last = session.clone();
    let (go, wait) = mpsc::channel();
    session.noop().then(move |_| {
        wait.recv().unwrap();
        drop(last);
        sender.send(()).unwrap();
    });
    drop(session);
    go.send(()).unwrap();
    receiver.recv_timeout(PATIENCE).unwrap();
}

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

fn descriptors() -> HashSet<std::ffi::OsString> {
    let entries = std::fs::read_dir("/proc/self/fd").unwrap();
    entries.map(|entry| entry.unwrap().file_name()).collect()
}

/// SECURITY F2, in a process of its own: dropped in every state, nothing stays behind.
#[test]
#[cfg(target_os = "linux")]
fn f2_dropping_leaves_no_thread_and_no_descriptor() {
    const MARK: &str = "IMAP_TEST_ALONE";
    if std::env::var_os(MARK).is_none() {
        let program = std::env::current_exe().unwrap();
        let name = "dropping_leaves_no_thread_and_no_descriptor";
        let mut alone = std::process::Command::new(program);
        let status = alone.args(["--exact", name]).env(MARK, "1").status();
        assert!(status.unwrap().success());
        return;
    }
    let quiet = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = Config::unencrypted("127.0.0.1")
        .with_port(quiet.local_addr().unwrap().port())
        .timeouts({
            let mut timeouts = Timeouts::default();
            timeouts.greeting = Duration::from_millis(5);
            timeouts
        });
    let before = (threads(), descriptors().len());
    for round in 0..20 {
        assert!(connect(silent.clone()).is_err());
        // The demo server's own threads end with it.
        let (_demo, session) = connected();
        match round % 4 {
            0 => drop(session.noop()),
            1 => {
                session.select("INBOX").wait().unwrap();
                drop(session.fetch(SequenceNumber(1).., FetchItems::full()));
            }
            2 => drop((session.idle(), session.events())),
            _ => {
                let command = Append::new("Drafts", AppendMessage::upload(1_000_000));
                let short = session.upload_from(command, Cursor::new("too short"));
                assert!(matches!(short, Err(Error::Io(..))));
            }
        }
        drop(session);
    }
    let end = Instant::now() + PATIENCE;
    while (threads(), descriptors().len()) != before && Instant::now() < end {
        thread::yield_now();
    }
    assert_eq!((threads(), descriptors().len()), before);
}

/// SECURITY F1: the server floods while a message is on its way to it, and reads nothing before
/// its flood is taken.
#[test]
fn f1_an_upload_against_a_flood_does_not_deadlock() {
    const SIZE: u64 = 4 * 1024 * 1024;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || flood(listener.accept().unwrap().0, SIZE));
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nonblocking(true).unwrap();
    let stream = imap_transport_std::mio::net::TcpStream::from_std(stream);
    let session = connect_over(stream, Config::preauthenticated()).unwrap();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let command = Append::new("x", AppendMessage::upload(SIZE));
        let done = session.upload_from(command, std::io::repeat(b'x'));
        sender.send(done.is_ok()).unwrap();
    });
    assert_eq!(receiver.recv_timeout(PATIENCE), Ok(true));
    server.join().unwrap();
}

/// A server for one APPEND: writes as much as it is to read, before it reads.
fn flood(mut stream: TcpStream, size: u64) {
    stream
        .write_all(b"* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n")
        .unwrap();
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        let mut octet = [0];
        stream.read_exact(&mut octet).unwrap();
        line.push(octet[0]);
    }
    let line = String::from_utf8(line).unwrap();
    let tag = line.split(' ').next().unwrap();
    assert!(line.ends_with(&format!("{{{size}}}\r\n")), "{line}");
    stream.write_all(b"+ go\r\n").unwrap();
    let news = "* 1 EXISTS\r\n".repeat(10_000);
    for _ in 0..size / news.len() as u64 {
        stream.write_all(news.as_bytes()).unwrap();
    }
    let octets = std::io::copy(&mut (&stream).take(size + 2), &mut std::io::sink()).unwrap();
    assert_eq!(octets, size + 2);
    stream
        .write_all(format!("{tag} OK done\r\n").as_bytes())
        .unwrap();
    // Until the client has logged out, or gone.
    let _ = std::io::copy(&mut stream, &mut std::io::sink());
}

#[test]
#[cfg(unix)]
fn b8_a_process_leaves_no_zombie_and_no_option_is_run() {
    let script = r#"printf '* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n'; read -r tag command; printf '* BYE\r\n%s OK\r\n' "$tag"; exec sleep 0"#;
    let session = spawn(["sh", "-c", script], Config::preauthenticated()).unwrap();
    session.logout().wait().unwrap();
    drop(session);
    let children =
        std::fs::read_to_string(format!("/proc/self/task/{}/children", std::process::id()));
    if let Ok(children) = children {
        let shells = children.split_whitespace().filter(|id| {
            let name = std::fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
            matches!(name.trim(), "sh" | "sleep")
        });
        assert_eq!(shells.count(), 0);
    }
    assert!(spawn(["-oProxyCommand=x"], Config::preauthenticated()).is_err());
    assert!(spawn(["/nonexistent"], Config::preauthenticated()).is_err());
}

#[test]
fn waiting_may_end_early_and_go_on() {
    let (_demo, session) = connected();
    let reply = session.run(Noop);
    let reply = match reply.wait_timeout(Duration::ZERO) {
        Ok(result) => return result.unwrap(),
        Err(reply) => reply,
    };
    reply
        .wait_timeout(PATIENCE)
        .expect("it is there by now")
        .unwrap();
}

#[test]
fn without_credentials_login_is_a_command() {
    let demo = Demo::start(Settings::default()).unwrap();
    let config = Config::starttls("localhost")
        .with_port(demo.port())
        .with_tls(certs::shared().client_config());
    let session = connect(config).unwrap();
    assert!(session.capabilities().is_some());
    let error = session.login("alice", "wrong").wait().unwrap_err();
    assert!(matches!(error, Error::No(_)), "{error}");
    session
        .authenticate(imap_transport_std::engine::sasl::Plain::new(
            "alice",
            "secret-pass",
        ))
        .wait()
        .unwrap();
    session.select("INBOX").wait().unwrap();
}
