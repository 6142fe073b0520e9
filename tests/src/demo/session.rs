//! One connection: reads commands, keeps the state, answers.

use super::Settings;
use super::output::{Failure, Output};
use super::store::{Hub, Mailbox};
use super::syntax::{Arguments, Malformed};
use super::view::View;
use crate::channel::Channel;
use std::io;
use std::sync::Arc;

/// A line or a literal that is no message may be this long, in bytes.
const MAX_LINE: usize = 64 * 1024;

/// A message may be this long, in bytes.
const MAX_MESSAGE: usize = 64 * 1024 * 1024;

/// What a command answers when it is done, behind `OK`.
pub(super) type Outcome = Result<String, Failure>;

/// A layer that is put on the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Upgrade {
    Tls,
    Deflate,
}

/// The server's side of a connection.
pub(super) struct Session {
    pub(super) channel: Channel,
    pub(super) output: Output,
    pub(super) hub: Arc<Hub>,
    pub(super) settings: Arc<Settings>,
    /// Whether TLS is on.
    pub(super) encrypted: bool,
    pub(super) compressed: bool,
    /// The user, once authenticated.
    pub(super) user: Option<String>,
    pub(super) view: Option<View>,
    /// Whether the client has enabled CONDSTORE (RFC 7162).
    pub(super) condstore: bool,
    /// The tag of the command that runs.
    pub(super) tag: String,
    /// The layer that begins behind this command's answer.
    pub(super) upgrade: Option<Upgrade>,
    /// Whether the connection ends after this command.
    pub(super) ending: bool,
}

impl Session {
    /// Over a channel; `encrypted` when TLS is on it already.
    pub(super) fn new(
        channel: Channel,
        hub: Arc<Hub>,
        settings: Arc<Settings>,
        encrypted: bool,
    ) -> Self {
        let output = Output::new(channel.sender());
        let user = settings.preauthenticated.clone();
        Self {
            channel,
            output,
            hub,
            settings,
            encrypted,
            compressed: false,
            user,
            view: None,
            condstore: false,
            tag: String::new(),
            upgrade: None,
            ending: false,
        }
    }

    /// Greets, and serves until either side ends the connection.
    pub(super) fn run(mut self) -> io::Result<()> {
        let condition = if self.user.is_some() { "PREAUTH" } else { "OK" };
        let greeting = format!(
            "* {condition} [CAPABILITY {}] demo server ready",
            self.capabilities()
        );
        self.output.line(&greeting);
        self.output.flush()?;
        while !self.ending {
            let Some(command) = self.read_command()? else {
                return Ok(());
            };
            self.execute(&command);
            self.output.flush()?;
            self.upgrade()?;
        }
        self.channel.sender().finish()
    }

    /// The next line without its CRLF, or with a bare LF taken off; `None` at the end of the input.
    pub(super) fn read_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut searched = 0;
        loop {
            let input = self.channel.input();
            if let Some(at) = input[searched..].iter().position(|byte| *byte == b'\n') {
                let line = &input[..searched + at];
                let line = line.strip_suffix(b"\r").unwrap_or(line).to_vec();
                self.channel.consume(searched + at + 1);
                return Ok(Some(line));
            }
            searched = input.len();
            if searched > MAX_LINE {
                self.output.line("* BYE line too long");
                self.output.flush()?;
                return Ok(None);
            }
            if self.channel.fill()? == 0 {
                return Ok(None);
            }
        }
    }

    /// Runs what needs the selected mailbox, with the store locked.
    pub(super) fn with_selected<T>(
        &mut self,
        run: impl FnOnce(&mut View, &mut Mailbox, &mut Output) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut store = self.hub.lock();
        let (Some(view), Some(user)) = (&mut self.view, &self.user) else {
            return Err(Failure::bad("no mailbox is selected"));
        };
        let mailbox = store.selected(user, view.uid_validity);
        let mailbox = mailbox.ok_or_else(|| Failure::no("the mailbox was deleted"))?;
        let before = (mailbox.modseq, mailbox.keywords.len());
        let result = run(view, mailbox, &mut self.output);
        if before != (mailbox.modseq, mailbox.keywords.len()) {
            self.hub.notify(&mut store);
        }
        result
    }

    /// The authenticated user.
    pub(super) fn user(&self) -> String {
        self.user.clone().unwrap_or_default()
    }

    /// Reads a whole command with its literals in place and without its last CRLF; `None` at the end of the input.
    fn read_command(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut command = Vec::new();
        let mut refused = false;
        loop {
            let Some(line) = self.read_line()? else {
                return Ok(None);
            };
            let literal = literal_at_end(&line);
            command.extend_from_slice(&line);
            match literal {
                None if refused => {
                    refused = false;
                    command.clear();
                }
                None => return Ok(Some(command)),
                Some((length, synchronizing)) => {
                    if !refused && let Some(failure) = self.refusal(&command, length) {
                        let (tag, _) = split_tag(&command);
                        self.output.failure(&tag, &failure);
                        self.output.flush()?;
                        refused = true;
                    }
                    if refused && synchronizing {
                        refused = false;
                        command.clear();
                        continue;
                    }
                    if synchronizing {
                        self.output.line("+ go ahead");
                        self.output.flush()?;
                    }
                    command.extend_from_slice(b"\r\n");
                    if !self.read_literal(length, (!refused).then_some(&mut command))? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Reads a literal's bytes, or throws them away; false at the end of the input.
    fn read_literal(
        &mut self,
        length: usize,
        mut command: Option<&mut Vec<u8>>,
    ) -> io::Result<bool> {
        let mut missing = length;
        while missing > 0 {
            if self.channel.input().is_empty() && self.channel.fill()? == 0 {
                return Ok(false);
            }
            let input = self.channel.input();
            let count = input.len().min(missing);
            if let Some(command) = &mut command {
                command.extend_from_slice(&input[..count]);
            }
            self.channel.consume(count);
            missing -= count;
        }
        Ok(true)
    }

    /// Why a literal is not taken, as soon as it is announced.
    fn refusal(&mut self, command: &[u8], length: usize) -> Option<Failure> {
        let (_, rest) = split_tag(command);
        let mut arguments = Arguments::new(rest);
        if !arguments.keyword().is_ok_and(|name| name == "APPEND") {
            return (length > MAX_LINE).then(|| Failure::bad("literal too long"));
        }
        if length > MAX_MESSAGE {
            return Some(Failure::no("[TOOBIG] message too large"));
        }
        if self.user.is_none() {
            return Some(Failure::bad("not authenticated"));
        }
        let name = arguments.space().and_then(|()| arguments.mailbox()).ok()?;
        // The mailbox name may be this very literal.
        arguments.peek()?;
        let user = self.user();
        let missing = self.hub.lock().mailbox(&user, &name).is_none();
        missing.then(|| Failure::no("[TRYCREATE] no such mailbox"))
    }

    fn execute(&mut self, command: &[u8]) {
        let (tag, rest) = split_tag(command);
        let is_tag = |byte: u8| byte.is_ascii_graphic() && !b"(){%*\"\\+".contains(&byte);
        if tag.is_empty() || !tag.bytes().all(is_tag) {
            self.output.line("* BAD no valid tag");
            return;
        }
        self.tag.clone_from(&tag);
        let mut arguments = Arguments::new(rest);
        let name = arguments.keyword().unwrap_or_default();
        let (name, by_uid) = if name == "UID" {
            let _ = arguments.space();
            (arguments.keyword().unwrap_or_default(), true)
        } else {
            (name, false)
        };
        let outcome = if self.is_allowed(&name) {
            self.dispatch(&name, by_uid, &mut arguments)
        } else {
            Err(Failure::bad("unknown command, or not in this state"))
        };
        let may_expunge = by_uid || !["FETCH", "STORE", "SEARCH"].contains(&name.as_str());
        self.write_updates(may_expunge);
        match outcome {
            Ok(text) => self.output.line(&format!("{tag} OK {text}")),
            Err(failure) => self.output.failure(&tag, &failure),
        }
    }

    fn is_allowed(&self, name: &str) -> bool {
        match name {
            "CAPABILITY" | "NOOP" | "LOGOUT" | "ID" => true,
            "STARTTLS" | "AUTHENTICATE" | "LOGIN" => self.user.is_none(),
            "CHECK" | "CLOSE" | "UNSELECT" | "EXPUNGE" | "SEARCH" | "FETCH" | "STORE" | "COPY"
            | "MOVE" => self.view.is_some(),
            _ => self.user.is_some(),
        }
    }

    fn dispatch(&mut self, name: &str, by_uid: bool, arguments: &mut Arguments<'_>) -> Outcome {
        if by_uid && !["FETCH", "STORE", "SEARCH", "COPY", "MOVE", "EXPUNGE"].contains(&name) {
            return Err(Failure::bad("not a command with UID"));
        }
        match name {
            "CAPABILITY" | "NOOP" | "CHECK" | "LOGOUT" | "ID" | "ENABLE" => {
                self.any_state(name, arguments)
            }
            "STARTTLS" => self.starttls(arguments),
            "LOGIN" => self.login(arguments),
            "AUTHENTICATE" => self.authenticate(arguments),
            "COMPRESS" => self.compress(arguments),
            "IDLE" => self.idle(arguments),
            "SELECT" => self.select(arguments, false),
            "EXAMINE" => self.select(arguments, true),
            "CREATE" => self.create(arguments),
            "DELETE" => self.delete(arguments),
            "RENAME" => self.rename(arguments),
            "SUBSCRIBE" => self.subscribe(arguments, true),
            "UNSUBSCRIBE" => self.subscribe(arguments, false),
            "LIST" => self.list(arguments),
            "LSUB" => self.lsub(arguments),
            "NAMESPACE" => self.namespace(arguments),
            "STATUS" => self.status(arguments),
            "APPEND" => self.append(arguments),
            "CLOSE" => self.close(arguments, true),
            "UNSELECT" => self.close(arguments, false),
            "EXPUNGE" => self.expunge(arguments, by_uid),
            "COPY" => self.copy(arguments, by_uid),
            "MOVE" => self.r#move(arguments, by_uid),
            "FETCH" => self.fetch(arguments, by_uid),
            "STORE" => self.store(arguments, by_uid),
            "SEARCH" => self.search(arguments, by_uid),
            _ => Err(Failure::bad("unknown command")),
        }
    }

    fn any_state(&mut self, name: &str, arguments: &mut Arguments<'_>) -> Outcome {
        match name {
            "CAPABILITY" => {
                arguments.end()?;
                let line = format!("* CAPABILITY {}", self.capabilities());
                self.output.line(&line);
                Ok("capabilities listed".to_owned())
            }
            "LOGOUT" => {
                arguments.end()?;
                self.view = None;
                self.ending = true;
                self.output.line("* BYE logging out");
                Ok("logged out".to_owned())
            }
            "ID" => self.id(arguments),
            "ENABLE" => self.enable(arguments),
            _ => {
                arguments.end()?;
                Ok("done".to_owned())
            }
        }
    }

    fn id(&mut self, arguments: &mut Arguments<'_>) -> Outcome {
        arguments.space()?;
        if arguments.peek() == Some(b'(') {
            arguments.expect(b'(')?;
            while !arguments.take(b')') {
                arguments.take(b' ');
                if arguments.peek() == Some(b'N') {
                    arguments.keyword()?;
                } else {
                    arguments.string()?;
                }
            }
        } else if arguments.keyword()? != "NIL" {
            return Err(Malformed("a list or NIL").into());
        }
        arguments.end()?;
        self.output
            .line("* ID (\"name\" \"imap demo server\" \"version\" \"1\")");
        Ok("thank you".to_owned())
    }

    fn enable(&mut self, arguments: &mut Arguments<'_>) -> Outcome {
        if self.user.is_none() {
            return Err(Failure::bad("not authenticated"));
        }
        let mut enabled = "";
        while arguments.take(b' ') {
            if arguments.keyword()? == "CONDSTORE" {
                self.condstore = true;
                enabled = " CONDSTORE";
            }
        }
        arguments.end()?;
        self.output.line(&format!("* ENABLED{enabled}"));
        Ok("enabled".to_owned())
    }

    /// Tells what changed in the selected mailbox.
    fn write_updates(&mut self, may_expunge: bool) {
        let mut store = self.hub.lock();
        let (Some(view), Some(user)) = (&mut self.view, &self.user) else {
            return;
        };
        if let Some(mailbox) = store.selected(user, view.uid_validity) {
            let updates = view.updates(mailbox, may_expunge, self.condstore);
            self.output.write(updates.as_bytes());
        } else {
            self.view = None;
            self.ending = true;
            self.output.line("* BYE the selected mailbox was deleted");
        }
    }
}

/// A command's tag, and what follows the space behind it.
fn split_tag(command: &[u8]) -> (String, &[u8]) {
    let end = command
        .iter()
        .position(|byte| *byte == b' ')
        .unwrap_or(command.len());
    let tag = String::from_utf8_lossy(&command[..end]).into_owned();
    (tag, command.get(end + 1..).unwrap_or_default())
}

/// The literal that a line announces at its end: its length, and whether the client waits for a go-ahead.
fn literal_at_end(line: &[u8]) -> Option<(usize, bool)> {
    let line = line.strip_suffix(b"}")?;
    let (line, synchronizing) = line
        .strip_suffix(b"+")
        .map_or((line, true), |line| (line, false));
    let open = line.iter().rposition(|byte| *byte == b'{')?;
    let digits = std::str::from_utf8(&line[open + 1..]).ok()?;
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .parse()
        .ok()
        .filter(|_| all_digits)
        .map(|length| (length, synchronizing))
}
