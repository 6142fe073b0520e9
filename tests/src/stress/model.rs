//! A server that answers as late and in as odd an order as the protocol allows.
//!
//! Of all commands under way one is chosen at random, again and again, and says its next line; what is written is cut at
//! random places. Only equal FETCH commands are answered in their order: nothing in their data tells them apart, and the
//! engine takes servers to answer such commands one after the other. Commands that may not be under way together (RFC 9051 §5.5) are a fault of the client.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::random::Random;
use super::world::{APPENDED, MESSAGES, mail, model_uid, subject};

/// A running model; its threads end with its connections.
#[derive(Debug)]
pub struct Model {
    port: u16,
    faults: Arc<Mutex<Vec<String>>>,
}

/// A command under way, with what is still to be said.
struct Command {
    name: String,
    /// All of it but the tag.
    text: String,
    lines: VecDeque<Vec<u8>>,
}

#[derive(Default)]
struct State {
    commands: Vec<Command>,
    ended: bool,
}

struct Connection {
    out: Mutex<TcpStream>,
    state: Mutex<State>,
    changed: Condvar,
    faults: Arc<Mutex<Vec<String>>>,
    /// Messages in the mailbox that is appended to.
    appended: Arc<Mutex<u32>>,
    capabilities: &'static str,
}

impl Model {
    /// Listens on a free port of 127.0.0.1; all choices follow from the seed.
    ///
    /// # Errors
    /// When it cannot listen.
    pub fn start(seed: u64) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let faults = Arc::<Mutex<Vec<String>>>::default();
        let shared = Arc::clone(&faults);
        let appended = Arc::default();
        std::thread::spawn(move || {
            // One connection: the program runs many models.
            let Ok((stream, _)) = listener.accept() else {
                return;
            };
            // A client that is gone ends its connection, and nothing else.
            let _ = serve(stream, seed, shared, appended);
        });
        Ok(Self { port, faults })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What the client did that it may not do.
    pub fn faults(&self) -> Vec<String> {
        lock(&self.faults).clone()
    }
}

fn serve(
    stream: TcpStream,
    seed: u64,
    faults: Arc<Mutex<Vec<String>>>,
    appended: Arc<Mutex<u32>>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let capabilities = if seed.is_multiple_of(2) {
        "IMAP4rev1 IDLE UIDPLUS LITERAL+"
    } else {
        "IMAP4rev1 IDLE UIDPLUS"
    };
    let connection = Arc::new(Connection {
        out: Mutex::new(stream.try_clone()?),
        state: Mutex::default(),
        changed: Condvar::new(),
        faults,
        appended,
        capabilities,
    });
    connection.write(format!("* PREAUTH [CAPABILITY {capabilities}] ready\r\n").as_bytes())?;
    let answers = Arc::clone(&connection);
    let answering = std::thread::spawn(move || answers.answer(Random::new(seed, u64::MAX)));
    let read = connection.read(BufReader::new(stream));
    lock(&connection.state).ended = true;
    connection.changed.notify_all();
    let _ = answering.join();
    read
}

impl Connection {
    fn read(&self, mut input: BufReader<TcpStream>) -> io::Result<()> {
        let mut line = String::new();
        while input.read_line(&mut line)? > 0 {
            let (tag, rest) = line.trim_end().split_once(' ').unwrap_or_default();
            let (tag, rest) = (tag.to_owned(), rest.to_owned());
            line.clear();
            let mut literal = Vec::new();
            if let Some(size) = literal_size(&rest) {
                if !rest.ends_with("+}") {
                    self.write(b"+ go on\r\n")?;
                }
                literal = vec![0; size];
                input.read_exact(&mut literal)?;
                input.read_line(&mut String::new())?;
            }
            let name = rest.split(' ').next().unwrap_or_default().to_owned();
            self.check(&name);
            if name == "IDLE" {
                self.write(b"+ idling\r\n")?;
                input.read_line(&mut line)?;
                if line != "DONE\r\n" {
                    self.fault(format!("{line:?} in IDLE"));
                }
                line.clear();
            }
            let mut lines = self.answer_to(&rest, &literal);
            let last = lines.pop_back().unwrap_or_default();
            lines.push_back([tag.as_bytes(), b" ", &last].concat());
            lock(&self.state).commands.push(Command {
                name,
                text: rest,
                lines,
            });
            self.changed.notify_all();
        }
        Ok(())
    }

    /// Whether a command may be under way with those that are.
    fn check(&self, name: &str) {
        let alone = ["SELECT", "IDLE", "LOGOUT"];
        let state = lock(&self.state);
        for other in &state.commands {
            let both = other.name == name && ["SEARCH", "LIST"].contains(&name);
            let barrier = alone.contains(&name)
                && !["STATUS", "NOOP", "LIST"].contains(&other.name.as_str())
                || name == "FETCH" && other.name == "SELECT"
                || other.name == "IDLE";
            // What works on no mailbox that is selected may go with SELECT.
            let harmless = name == "SELECT"
                && !["FETCH", "UID", "SEARCH", "SELECT"].contains(&other.name.as_str());
            if both || barrier && !harmless {
                self.fault(format!("{name} while {} is under way", other.name));
            }
        }
    }

    fn fault(&self, fault: String) {
        lock(&self.faults).push(fault);
    }

    /// The lines of an answer; the last is the tagged one, without its tag.
    fn answer_to(&self, command: &str, literal: &[u8]) -> VecDeque<Vec<u8>> {
        let words: Vec<&str> = command.split(' ').collect();
        let word = |index: usize| {
            words
                .get(index)
                .copied()
                .unwrap_or_default()
                .trim_matches('"')
        };
        let ok = |mut lines: Vec<String>| {
            lines.push("OK done\r\n".to_owned());
            lines
        };
        let lines = match word(0) {
            "CAPABILITY" => ok(vec![format!("* CAPABILITY {}\r\n", self.capabilities)]),
            "SELECT" => ok(vec![
                format!("* {MESSAGES} EXISTS\r\n"),
                "* OK [UIDVALIDITY 1] valid\r\n".to_owned(),
            ]),
            "STATUS" => ok(vec![self.status(word(1))]),
            "FETCH" => {
                let number = word(1).parse().unwrap_or(0);
                let uid = model_uid(number);
                ok(vec![format!("* {number} FETCH (UID {uid})\r\n")])
            }
            "UID" => ok(vec![uid_fetch(word(2), command)]),
            "SEARCH" => {
                let found = (1..=MESSAGES).find(|number| command.contains(&subject(*number)));
                ok(vec![format!("* SEARCH {}\r\n", found.unwrap_or(0))])
            }
            "LIST" => ok(vec![format!("* LIST () \"/\" {}\r\n", word(2))]),
            "APPEND" => vec![self.append(literal)],
            "DELETE" => vec![format!("NO [NONEXISTENT] {}\r\n", word(1))],
            "LOGOUT" => ok(vec!["* BYE bye\r\n".to_owned()]),
            _ => ok(Vec::new()),
        };
        lines.into_iter().map(String::into_bytes).collect()
    }

    fn status(&self, name: &str) -> String {
        let messages = match name.rsplit_once('-') {
            Some((_, "sink")) => *lock(&self.appended),
            Some((_, k)) => k.parse().unwrap_or(0),
            None => 0,
        };
        format!("* STATUS {name} (MESSAGES {messages})\r\n")
    }

    fn append(&self, literal: &[u8]) -> String {
        let is_mail = |number| {
            let rest = literal.strip_prefix(mail(number).as_bytes());
            rest.is_some_and(|rest| {
                rest.starts_with(APPENDED.as_bytes()) && rest.ends_with(b"\r\n")
            })
        };
        if !(1..=MESSAGES).any(is_mail) {
            self.fault(format!("{} octets of no message", literal.len()));
        }
        let mut appended = lock(&self.appended);
        *appended += 1;
        format!("OK [APPENDUID 1 {appended}] done\r\n")
    }

    /// Says the lines of all that is under way, in any order.
    fn answer(&self, mut random: Random) {
        while let Some(lines) = self.take(&mut random) {
            if random.below(8) == 0 {
                std::thread::sleep(Duration::from_micros(u64::from(random.below(400))));
            }
            let middle = random.index(lines.len() + 1);
            let (first, rest) = lines.split_at(middle);
            // Nothing may come between the two.
            let mut out = lock(&self.out);
            if out
                .write_all(first)
                .and_then(|()| out.write_all(rest))
                .is_err()
            {
                return;
            }
        }
    }

    /// Some lines of some commands; `None`: there will be no more.
    fn take(&self, random: &mut Random) -> Option<Vec<u8>> {
        let mut state = lock(&self.state);
        while state.commands.is_empty() {
            if state.ended {
                return None;
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let mut said = Vec::new();
        for _ in 0..=random.below(4) {
            if state.commands.is_empty() {
                break;
            }
            let any = random.index(state.commands.len());
            let text = &state.commands[any].text;
            let first_like_it = state.commands.iter().position(|other| other.text == *text);
            let index = first_like_it.unwrap_or(any);
            let command = &mut state.commands[index];
            said.extend(command.lines.pop_front().unwrap_or_default());
            if command.lines.is_empty() {
                state.commands.remove(index);
            }
        }
        Some(said)
    }

    fn write(&self, octets: &[u8]) -> io::Result<()> {
        lock(&self.out).write_all(octets)
    }
}

/// The answer to `UID FETCH uid items`.
fn uid_fetch(uid: &str, command: &str) -> String {
    let number = (1..=MESSAGES).find(|number| model_uid(*number).to_string() == uid);
    let Some(number) = number else {
        return String::new();
    };
    let mail = mail(number);
    let size = mail.len();
    if command.contains("BODY") {
        return format!("* {number} FETCH (UID {uid} BODY[] {{{size}}}\r\n{mail})\r\n");
    }
    format!("* {number} FETCH (UID {uid} RFC822.SIZE {size})\r\n")
}

/// `… {n}` or `… {n+}` at the end of a line.
fn literal_size(command: &str) -> Option<usize> {
    let inner = command.strip_suffix('}')?.rsplit_once('{')?.1;
    inner.trim_end_matches('+').parse().ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
