//! Login, TLS and compression.

use super::output::Failure;
use super::session::{Outcome, Session, Upgrade};
use super::syntax::{Arguments, Malformed};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io;

/// Capabilities of every state.
const ALWAYS: &str = "IMAP4rev1 SASL-IR LITERAL+ ENABLE ID";

/// Capabilities after login.
const AUTHENTICATED: &str = "IDLE NAMESPACE CHILDREN UNSELECT UIDPLUS MOVE ESEARCH CONDSTORE STATUS=SIZE \
                             LIST-EXTENDED LIST-STATUS SPECIAL-USE COMPRESS=DEFLATE";

impl Session {
    /// The capabilities of this state, less those that the settings hide.
    pub(super) fn capabilities(&self) -> String {
        let mut all: Vec<&str> = ALWAYS.split(' ').collect();
        if self.user.is_some() {
            all.extend(AUTHENTICATED.split(' '));
        } else if self.encrypted || self.settings.plaintext_login {
            all.push("AUTH=PLAIN");
        } else {
            all.push("LOGINDISABLED");
        }
        if self.user.is_none() && !self.encrypted {
            all.push("STARTTLS");
        }
        if self.compressed {
            all.retain(|name| *name != "COMPRESS=DEFLATE");
        }
        all.retain(|name| !self.settings.hidden.iter().any(|hidden| hidden == name));
        all.join(" ")
    }

    pub(super) fn login(&mut self, arguments: &mut Arguments<'_>) -> Outcome {
        arguments.space()?;
        let user = arguments.astring()?;
        arguments.space()?;
        let password = arguments.astring()?;
        arguments.end()?;
        self.check(&user, &password)
    }

    /// AUTHENTICATE PLAIN (RFC 4616), with or without an initial response (RFC 4959).
    pub(super) fn authenticate(&mut self, arguments: &mut Arguments<'_>) -> Outcome {
        arguments.space()?;
        if arguments.keyword()? != "PLAIN" {
            return Err(Failure::no("[CANNOT] no such mechanism"));
        }
        let response = if arguments.take(b' ') {
            let response = arguments.astring()?;
            arguments.end()?;
            // RFC 4959 §3: "=" stands for an empty one.
            if response == b"=" {
                Vec::new()
            } else {
                response
            }
        } else {
            arguments.end()?;
            self.output.line("+ ");
            self.output.flush()?;
            let line = self.read_line()?;
            line.ok_or_else(|| Failure::bad("the connection ended"))?
        };
        if response == b"*" {
            return Err(Failure::bad("cancelled"));
        }
        let message = STANDARD
            .decode(response)
            .map_err(|_| Malformed("no base64"))?;
        let parts: Vec<&[u8]> = message.split(|byte| *byte == 0).collect();
        match parts[..] {
            [authorization, user, password]
                if authorization.is_empty() || authorization == user =>
            {
                self.check(user, password)
            }
            [_, _, _] => Err(Failure::no(
                "[AUTHORIZATIONFAILED] not another user's mailboxes",
            )),
            _ => Err(Malformed("not the form of PLAIN").into()),
        }
    }

    pub(super) fn starttls(&mut self, arguments: &mut Arguments<'_>) -> Outcome {
        arguments.end()?;
        if self.encrypted {
            return Err(Failure::bad("TLS is on already"));
        }
        // RFC 3501 §6.2.1: what comes before the handshake was not protected.
        if !self.channel.input().is_empty() {
            return Err(Failure::bad("a command behind STARTTLS"));
        }
        self.upgrade = Some(Upgrade::Tls);
        Ok("begin TLS".to_owned())
    }

    pub(super) fn compress(&mut self, arguments: &mut Arguments<'_>) -> Outcome {
        arguments.space()?;
        let mechanism = arguments.keyword()?;
        arguments.end()?;
        if self.compressed {
            return Err(Failure::no("[COMPRESSIONACTIVE] DEFLATE is on already"));
        }
        if mechanism != "DEFLATE" {
            return Err(Failure::bad("no such mechanism"));
        }
        self.upgrade = Some(Upgrade::Deflate);
        Ok("begin DEFLATE".to_owned())
    }

    /// Puts on the layer that the last command asked for.
    pub(super) fn upgrade(&mut self) -> io::Result<()> {
        match self.upgrade.take() {
            None => Ok(()),
            Some(Upgrade::Tls) => {
                self.encrypted = true;
                self.channel.start_tls(self.settings.tls.clone())
            }
            Some(Upgrade::Deflate) => {
                self.compressed = true;
                self.channel.start_deflate()
            }
        }
    }

    fn check(&mut self, user: &[u8], password: &[u8]) -> Outcome {
        if !self.encrypted && !self.settings.plaintext_login {
            return Err(Failure::no("[PRIVACYREQUIRED] not without TLS"));
        }
        let (user, password) = (
            String::from_utf8_lossy(user),
            String::from_utf8_lossy(password),
        );
        if !self.hub.lock().is_password(&user, &password) {
            return Err(Failure::no("[AUTHENTICATIONFAILED] wrong user or password"));
        }
        self.user = Some(user.into_owned());
        Ok(format!("[CAPABILITY {}] logged in", self.capabilities()))
    }
}
