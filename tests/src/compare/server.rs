//! The server of a case: plays the script, and answers by itself what any client may say besides.

use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use super::plan::{Plan, Step};
use crate::channel::Channel;
use crate::script::{Action, Match, Pattern, Tags};
use crate::scripted::{Peer, Problem};

/// A client that says nothing for so long has failed.
const PATIENCE: Duration = Duration::from_secs(60);
/// For how long `quiet` listens.
const QUIET: Duration = Duration::from_millis(150);

/// Plays a case on as many connections as it has, then tells whether the client kept to it.
///
/// # Errors
/// What the client said instead, or did not say.
pub fn serve(listener: &TcpListener, plan: &Plan) -> Result<(), Problem> {
    for _ in 0..plan.connections {
        let (stream, _) = listener.accept().map_err(text)?;
        play(stream, plan)?;
    }
    Ok(())
}

fn play(stream: TcpStream, plan: &Plan) -> Result<(), Problem> {
    stream.set_read_timeout(Some(PATIENCE)).map_err(text)?;
    let socket = stream.try_clone().map_err(text)?;
    let mut player = Player {
        peer: Peer::new(Channel::tcp(stream).map_err(text)?),
        socket,
        plan,
        tags: Tags::default(),
        bodies: 0,
    };
    for step in &plan.steps {
        let done = player.step(step);
        if !done.map_err(|problem| format!("{step:?}: {problem}"))? {
            return Ok(());
        }
    }
    player.rest();
    Ok(())
}

struct Player<'a> {
    peer: Peer,
    socket: TcpStream,
    plan: &'a Plan,
    tags: Tags,
    /// Long bodies so far.
    bodies: usize,
}

impl Player<'_> {
    /// One step; false: the connection is over.
    fn step(&mut self, step: &Step) -> Result<bool, Problem> {
        match step {
            Step::Long(size) => self.long(*size)?,
            Step::Endless(size) => {
                // The client may have had enough.
                let _ = self.peer.say(b"* OK ");
                let block = vec![b'a'; 1 << 20];
                let _ = (0..*size).try_for_each(|_| self.peer.say(&block));
                return self.drain();
            }
            Step::Silence => return self.drain(),
            Step::Script(action) => match action.as_ref() {
                Action::Client(pattern) => self.expect(pattern)?,
                Action::Quiet => self.quiet()?,
                action => {
                    self.peer.act(action, &mut self.tags)?;
                    if matches!(action, Action::Eof | Action::Cut) {
                        return self.drain();
                    }
                }
            },
        }
        Ok(true)
    }

    /// Reads until the client ends.
    fn drain(&mut self) -> Result<bool, Problem> {
        loop {
            let count = self.peer.channel().input().len();
            self.peer.channel().consume(count);
            match self.peer.channel().fill() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Err(text(error)),
                Ok(0) | Err(_) => return Ok(false),
                Ok(_) => {}
            }
        }
    }

    fn expect(&mut self, pattern: &Pattern) -> Result<(), Problem> {
        loop {
            let said = self.peer.channel().input();
            match pattern.compare(&mut self.tags, said) {
                Match::Complete(length) => {
                    self.peer.channel().consume(length);
                    return Ok(());
                }
                Match::Mismatch(_) if said.contains(&b'\n') => {
                    let said = said.escape_ascii().to_string();
                    if !self.aside()? {
                        return Err(format!("the client said {said:?}"));
                    }
                }
                _ => self.fill()?,
            }
        }
    }

    /// Answers a line that any client may say at any time; false: it is not one.
    fn aside(&mut self) -> Result<bool, Problem> {
        let line = self.peer.line()?;
        let line = String::from_utf8_lossy(&line).into_owned();
        let (tag, command) = line.trim_end().split_once(' ').unwrap_or_default();
        let name = command.split(' ').next().unwrap_or_default();
        let untagged = match name {
            "CAPABILITY" => format!("* CAPABILITY {}\r\n", self.plan.capabilities),
            _ if Some(name) == self.plan.accepts.as_deref() => String::new(),
            _ => return Ok(false),
        };
        self.peer
            .say(format!("{untagged}{tag} OK done\r\n").as_bytes())?;
        Ok(true)
    }

    fn quiet(&mut self) -> Result<(), Problem> {
        self.socket.set_read_timeout(Some(QUIET)).map_err(text)?;
        loop {
            if self.peer.channel().input().is_empty() {
                match self.peer.channel().fill() {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Ok(0) => return Err("the client ended".to_owned()),
                    other => other.map_err(text)?,
                };
            } else {
                let said = self.peer.channel().input().escape_ascii().to_string();
                if !self.aside()? {
                    return Err(format!("not quiet: the client said {said:?}"));
                }
            }
        }
        self.socket.set_read_timeout(Some(PATIENCE)).map_err(text)
    }

    fn fill(&mut self) -> Result<(), Problem> {
        match self.peer.channel().fill().map_err(text)? {
            0 => Err("the client ended".to_owned()),
            _ => Ok(()),
        }
    }

    fn long(&mut self, size: usize) -> Result<(), Problem> {
        self.bodies += 1;
        let head = format!("* {} FETCH (BODY[] {{{}}}\r\n", self.bodies, size << 20);
        self.peer.say(head.as_bytes())?;
        let block = vec![b'a'; 1 << 20];
        (0..size).try_for_each(|_| self.peer.say(&block))?;
        self.peer.say(b")\r\n")
    }

    /// Behind the script: whatever comes is OK.
    fn rest(&mut self) {
        while let Ok(line) = self.peer.line() {
            let line = String::from_utf8_lossy(&line).into_owned();
            let (tag, command) = line.trim_end().split_once(' ').unwrap_or_default();
            let last = command == "LOGOUT";
            let untagged = match command {
                "LOGOUT" => "* BYE bye\r\n".to_owned(),
                "CAPABILITY" => format!("* CAPABILITY {}\r\n", self.plan.capabilities),
                _ => String::new(),
            };
            // A client that is gone has said all that it had to.
            let said = self
                .peer
                .say(format!("{untagged}{tag} OK done\r\n").as_bytes());
            if last || said.is_err() {
                break;
            }
        }
    }
}

fn text(error: impl std::fmt::Display) -> Problem {
    error.to_string()
}
