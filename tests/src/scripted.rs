//! A server that follows a [`Script`], or a program, on a real connection.
//!
//! ```
//! use imap_tests::raw::RawClient;
//! use imap_tests::script::Script;
//! use imap_tests::scripted::Server;
//!
//! // Answers in another order than the commands.
//! let text = "S: * OK ready\nC: $a NOOP\nC: $b NOOP\nS: $b OK second\nS: $a OK first\neof\n";
//! let server = Server::play(Script::parse("reordered", text)?)?;
//! let (mut client, _) = RawClient::connect(server.port());
//! let (first, second) = (client.start(b"NOOP"), client.start(b"NOOP"));
//! assert_eq!(client.finish(&second).tagged, "OK second");
//! assert_eq!(client.finish(&first).tagged, "OK first");
//! server.finish();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::certs::{Kind, shared};
use crate::channel::Channel;
use crate::script::{Action, Flood, Match, Pattern, Script, Tags};
use rustls::ServerConfig;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, LazyLock};
use std::thread::JoinHandle;
use std::time::Duration;

/// A client that says nothing for so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

static TLS: LazyLock<Arc<ServerConfig>> = LazyLock::new(|| shared().server_config(Kind::Good));

/// What went wrong in a dialogue.
pub type Problem = String;

/// A server on a thread of its own, listening on loopback.
#[must_use = "`finish` tells whether the client kept to the script"]
pub struct Server {
    address: SocketAddr,
    thread: JoinHandle<Result<(), Problem>>,
}

/// The server's side of one connection.
pub struct Peer {
    channel: Channel,
    chunk: Option<usize>,
}

impl Server {
    /// Plays a script: connection N is accepted when the first of its lines is reached.
    pub fn play(script: Script) -> io::Result<Self> {
        Self::run(move |listener| play_on(listener, &script, false))
    }

    /// [`Server::play`] with implicit TLS, the certificate being one of [`crate::certs::shared`].
    pub fn play_tls(script: Script) -> io::Result<Self> {
        Self::run(move |listener| play_on(listener, &script, true))
    }

    /// Serves one connection by a program.
    pub fn serve(
        program: impl FnOnce(&mut Peer) -> Result<(), Problem> + Send + 'static,
    ) -> io::Result<Self> {
        Self::run(move |listener| program(&mut accept(listener)?))
    }

    /// Runs a program on a listener.
    pub fn run(
        program: impl FnOnce(&TcpListener) -> Result<(), Problem> + Send + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        Ok(Self {
            address,
            thread: std::thread::spawn(move || program(&listener)),
        })
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Waits for the end of the dialogue.
    ///
    /// # Panics
    /// When the client did not keep to the script: the message says at which line, and what it said instead.
    pub fn finish(self) {
        if let Err(problem) = self.end() {
            panic!("{problem}");
        }
    }

    /// Waits for the end of the dialogue.
    ///
    /// # Errors
    /// Where the client did not keep to the script, or was gone.
    pub fn end(self) -> Result<(), Problem> {
        match self.thread.join() {
            Ok(ended) => ended,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl Peer {
    /// Over a channel.
    pub fn new(channel: Channel) -> Self {
        Self {
            channel,
            chunk: None,
        }
    }

    /// The channel, for what no method here does.
    pub fn channel(&mut self) -> &mut Channel {
        &mut self.channel
    }

    /// Says bytes, in the chunks that are set.
    pub fn say(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        let sender = self.channel.sender();
        let size = self.chunk.unwrap_or(bytes.len()).max(1);
        bytes
            .chunks(size)
            .try_for_each(|chunk| sender.send(chunk))
            .map_err(|error| format!("sending: {error}"))
    }

    /// Reads what the client must say.
    pub fn expect(&mut self, pattern: &Pattern, tags: &mut Tags) -> Result<(), Problem> {
        loop {
            let said = self.channel.input();
            match pattern.compare(tags, said) {
                Match::Complete(length) => {
                    self.channel.consume(length);
                    return Ok(());
                }
                Match::Mismatch(at) => {
                    return Err(format!(
                        "the client said {:?}, another at byte {at}",
                        said.escape_ascii().to_string()
                    ));
                }
                Match::Partial => {}
            }
            let said = said.escape_ascii().to_string();
            match self.channel.fill() {
                Ok(0) => return Err(format!("the client ended after {said:?}")),
                Ok(_) => {}
                Err(error) => return Err(format!("after {said:?}: {error}")),
            }
        }
    }

    /// Reads a line of the client, with its CRLF.
    pub fn line(&mut self) -> Result<Vec<u8>, Problem> {
        loop {
            if let Some(at) = self.channel.input().iter().position(|byte| *byte == b'\n') {
                let line = self.channel.input()[..=at].to_vec();
                self.channel.consume(at + 1);
                return Ok(line);
            }
            if self.channel.fill().map_err(|error| error.to_string())? == 0 {
                return Err("the client ended".to_owned());
            }
        }
    }

    /// Carries out one action of a script. What concerns the engine's clock or the client's own side
    /// ([`Action::Clock`], [`Action::Take`], [`Action::Application`], [`Action::Event`]) is passed over.
    pub fn act(&mut self, action: &Action, tags: &mut Tags) -> Result<(), Problem> {
        let sender = self.channel.sender();
        let done = match action {
            Action::Server(pattern) => return self.say(&pattern.render(tags)),
            Action::Client(pattern) => return self.expect(pattern, tags),
            Action::Flood(flood) => return self.flood(flood),
            Action::Quiet if self.channel.input().is_empty() => Ok(()),
            Action::Quiet => {
                return Err(format!(
                    "the client said {:?}",
                    self.channel.input().escape_ascii().to_string()
                ));
            }
            Action::Chunk(chunk) => {
                self.chunk = *chunk;
                Ok(())
            }
            Action::Delay(time) => {
                std::thread::sleep(*time);
                Ok(())
            }
            Action::StartTls => self.channel.start_tls(Arc::clone(&TLS)),
            Action::Compress => self.channel.start_deflate(),
            Action::Uncompress => {
                self.channel.stop_deflate();
                Ok(())
            }
            Action::Eof => sender.finish(),
            Action::Cut => {
                sender.cut();
                Ok(())
            }
            Action::Clock(_) | Action::Take(_) | Action::Application(_) | Action::Event(_) => {
                Ok(())
            }
        };
        done.map_err(|error| format!("{action:?}: {error}"))
    }

    /// Says a line many times, in writes of about 64 KiB.
    fn flood(&mut self, flood: &Flood) -> Result<(), Problem> {
        let turns = flood.turns_in(64 * 1024);
        for first in (0..flood.count).step_by(turns) {
            self.say(&flood.octets(first..first + turns))?;
        }
        Ok(())
    }
}

/// Plays the script of a single connection over any channel, such as a subprocess or a socket pair.
pub fn play_over(channel: Channel, script: &Script) -> Result<(), Problem> {
    let mut peer = Peer::new(channel);
    let mut tags = Tags::default();
    for step in &script.steps {
        peer.act(&step.action, &mut tags)
            .map_err(|problem| format!("{}:{}: {problem}", script.name, step.line))?;
    }
    Ok(())
}

fn play_on(listener: &TcpListener, script: &Script, encrypted: bool) -> Result<(), Problem> {
    let mut peers: BTreeMap<u8, Peer> = BTreeMap::new();
    let mut tags = Tags::default();
    for step in &script.steps {
        let place = |problem: Problem| format!("{}:{}: {problem}", script.name, step.line);
        let peer = match peers.entry(step.connection) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let mut peer = accept(listener).map_err(place)?;
                if encrypted {
                    peer.act(&Action::StartTls, &mut tags).map_err(place)?;
                }
                entry.insert(peer)
            }
        };
        peer.act(&step.action, &mut tags).map_err(place)?;
    }
    Ok(())
}

/// Accepts a connection.
pub fn accept(listener: &TcpListener) -> Result<Peer, Problem> {
    let accepted = listener.accept().and_then(|(stream, _)| {
        stream.set_read_timeout(Some(PATIENCE))?;
        Channel::tcp(stream)
    });
    accepted
        .map(Peer::new)
        .map_err(|error| format!("accepting: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::RawClient;
    use crate::transcript::recording;

    fn script(text: &str) -> Script {
        Script::parse("test", text).unwrap()
    }

    #[test]
    fn a_client_that_strays_is_named_by_line() {
        let server = Server::play(script("S: * OK\nC: $a NOOP\n")).unwrap();
        let (mut client, _) = RawClient::connect(server.port());
        client.send(b"x LOGOUT\r\n");
        let problem = server.thread.join().unwrap().unwrap_err();
        assert!(
            problem.starts_with("test:2: the client said \"x LOGOUT"),
            "{problem}"
        );
        assert!(problem.ends_with("at byte 2"), "{problem}");
    }

    #[test]
    fn tls_chunks_floods_and_cuts_are_played() {
        let text = "chunk 1\nS: * OK\nchunk all\nC: $a NOOP\nflood 20000 * 1 EXISTS\nS: $a OK\nquiet\ncut\n";
        let server = Server::play_tls(script(text)).unwrap();
        let (mut client, greeting) = RawClient::connect_tls(server.port());
        assert_eq!(greeting, "* OK");
        let answer = client.run("NOOP");
        assert_eq!(
            (answer.untagged.len(), answer.tagged.as_str()),
            (20_000, "OK")
        );
        server.finish();
    }

    #[test]
    fn a_recording_with_starttls_is_played() {
        // Of dovecot/07-tls the first connection: STARTTLS, capabilities, LOGIN, LOGOUT.
        let mut script = Script::from_transcript(&recording("dovecot/07-tls"));
        script.steps.retain(|step| step.connection == 1);
        let starttls = script
            .steps
            .iter()
            .position(|step| step.action == Action::StartTls)
            .unwrap();
        assert_eq!(starttls, 6);
        script.steps.truncate(starttls + 1);
        script
            .steps
            .extend(self::script("C: $b NOOP\nS: $b OK inside\neof\n").steps);
        let server = Server::play(script).unwrap();
        let mut client = RawClient::connect_starttls_after(server.port(), &["CAPABILITY"]);
        assert_eq!(client.run("NOOP").tagged, "OK inside");
        server.finish();
    }

    #[test]
    fn connections_follow_the_order_of_the_script() {
        let text = "S: * OK one\nS2: * OK two\nC2: $b NOOP\nS: * 1 EXISTS\nS2: $b OK\neof 2\nC: $a NOOP\nS: $a OK\n";
        let server = Server::play(script(text)).unwrap();
        let (mut one, _) = RawClient::connect(server.port());
        let (mut two, _) = RawClient::connect(server.port());
        assert_eq!(two.run("NOOP").tagged, "OK");
        assert!(two.is_at_end());
        assert_eq!(one.run("NOOP").lines(), ["* 1 EXISTS"]);
        server.finish();
    }

    #[test]
    fn a_program_serves_what_no_script_can() {
        let server = Server::serve(|peer| {
            peer.say(b"* OK\r\n")?;
            let line = peer.line()?;
            peer.say(&[b"* ", line.as_slice()].concat())
        });
        let server = server.unwrap();
        let (mut client, _) = RawClient::connect(server.port());
        client.send(b"echo\r\n");
        assert_eq!(client.response(), b"* echo");
        server.finish();
    }
}
