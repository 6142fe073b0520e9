//! URLs from text (RFC 5092 §11).

use std::str::FromStr;

use chrono::DateTime;

use super::percent::{decode, decode_text, is_achar, is_bchar};
use super::{
    ImapUrl, UrlAccess, UrlAuthType, UrlAuthorization, UrlError, UrlMessage, UrlServer, UrlVerifier,
};
use crate::types::{ByteString, MailboxName, Secret};

impl FromStr for ImapUrl {
    type Err = UrlError;

    /// Reads an absolute URL.
    fn from_str(text: &str) -> Result<Self, UrlError> {
        let scheme = text.get(..7).ok_or(UrlError::NotImap)?;
        if !scheme.eq_ignore_ascii_case("imap://") {
            return Err(UrlError::NotImap);
        }
        let rest = text.get(7..).unwrap_or_default();
        let (authority, path) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let server = server(authority)?;
        let (path, search) = match path.split_once('?') {
            Some((path, search)) => (path, Some(search)),
            None => (path, None),
        };
        let mut url = command(server, path.strip_prefix('/').unwrap_or(path))?;
        if let Some(search) = search {
            if url.message.is_some() || url.mailbox.is_none() {
                return Err(UrlError::UnexpectedParameter);
            }
            let octets = decode(search, is_bchar)?;
            url.search = Some(ByteString::from_bytes(octets.into()));
        }
        Ok(url)
    }
}

/// `[iuserinfo "@"] host [ ":" port ]`
fn server(authority: &str) -> Result<UrlServer, UrlError> {
    let (login, address) = match authority.rsplit_once('@') {
        Some((login, address)) => (Some(login), address),
        None => (None, authority),
    };
    let (user, auth) = login.map(userinfo).transpose()?.unwrap_or_default();
    let behind_brackets = address.rfind(']').map_or(0, |at| at + 1);
    let colon = address
        .get(behind_brackets..)
        .and_then(|rest| rest.find(':'));
    let (host, port) = match colon {
        Some(at) => address.split_at(behind_brackets + at),
        None => (address, ""),
    };
    let port = port.strip_prefix(':').unwrap_or(port);
    if !is_host(host) || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(UrlError::InvalidServer);
    }
    let port = match port {
        "" => None,
        port => Some(port.parse().map_err(|_| UrlError::InvalidServer)?),
    };
    let host = host.to_owned();
    Ok(UrlServer {
        user,
        auth,
        host,
        port,
    })
}

/// A name or IPv4 address, or an IPv6 address in brackets (RFC 3986 §3.2.2).
fn is_host(host: &str) -> bool {
    let literal = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    match literal {
        Some(address) => {
            let legal = |byte: u8| byte.is_ascii_alphanumeric() || b":._~-".contains(&byte);
            !address.is_empty() && address.bytes().all(legal)
        }
        None => !host.is_empty() && decode(host, |byte| is_achar(byte) || byte == b';').is_ok(),
    }
}

/// `enc-user [iauth] / [enc-user] iauth`
fn userinfo(text: &str) -> Result<(Option<String>, Option<UrlAuthType>), UrlError> {
    if text.contains(':') {
        return Err(UrlError::Password);
    }
    let (user, auth) = match text.split_once(';') {
        Some((user, auth)) => (user, Some(auth)),
        None => (text, None),
    };
    let user = match (user, auth) {
        ("", None) => return Err(UrlError::InvalidServer),
        ("", Some(_)) => None,
        (user, _) => Some(decode_text(user, is_achar)?),
    };
    let auth = auth.map(|parameter| match parameter_of(parameter) {
        (name, "*") if name.eq_ignore_ascii_case("AUTH") => Ok(UrlAuthType::Any),
        (name, value) if name.eq_ignore_ascii_case("AUTH") && !value.is_empty() => {
            decode_text(value, is_achar).map(UrlAuthType::Mechanism)
        }
        _ => Err(UrlError::UnexpectedParameter),
    });
    Ok((user, auth.transpose()?))
}

/// `NAME=value`
fn parameter_of(text: &str) -> (&str, &str) {
    text.split_once('=').unwrap_or((text, ""))
}

/// The parameters of a path, in the only order that they may have.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Parameter {
    UidValidity,
    Uid,
    Section,
    Partial,
    Expire,
    UrlAuth,
}

impl Parameter {
    fn of(name: &str) -> Option<Self> {
        let known = [
            ("UIDVALIDITY", Self::UidValidity),
            ("UID", Self::Uid),
            ("SECTION", Self::Section),
            ("PARTIAL", Self::Partial),
            ("EXPIRE", Self::Expire),
            ("URLAUTH", Self::UrlAuth),
        ];
        let found = known
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, parameter)| parameter)
    }

    /// Whether a slash stands before it.
    const fn is_component(self) -> bool {
        matches!(self, Self::Uid | Self::Section | Self::Partial)
    }
}

/// `icommand`: what stands behind the slash that follows the server.
fn command(server: UrlServer, path: &str) -> Result<ImapUrl, UrlError> {
    let mut url = ImapUrl {
        server,
        mailbox: None,
        uid_validity: None,
        message: None,
        search: None,
    };
    let mut pieces = pieces(path)?.into_iter();
    let mailbox = pieces.next().map_or("", |(_, text)| text);
    let octets = decode(mailbox, is_bchar)?;
    let name = String::from_utf8(octets).map_err(|_| UrlError::NotUtf8)?;
    if !name.is_empty() {
        url.mailbox = Some(MailboxName::from(name));
    }
    let mut before = None;
    for (parameter, text) in pieces {
        if url.mailbox.is_none() {
            return Err(UrlError::NoMailbox);
        }
        if before >= parameter {
            return Err(UrlError::UnexpectedParameter);
        }
        before = parameter;
        if let Some(parameter) = parameter {
            set(&mut url, parameter, parameter_of(text).1)?;
        }
    }
    Ok(url)
}

/// The mailbox and the parameters behind it, without the slashes between them.
fn pieces(path: &str) -> Result<Vec<(Option<Parameter>, &str)>, UrlError> {
    let mut pieces: Vec<(Option<Parameter>, &str)> = Vec::new();
    for text in path.split(';') {
        let parameter = match pieces.last_mut() {
            None => None,
            Some((None, "")) => return Err(UrlError::NoMailbox),
            Some((_, before)) => {
                let parameter = Parameter::of(parameter_of(text).0);
                let parameter = parameter.ok_or(UrlError::UnexpectedParameter)?;
                if parameter.is_component() {
                    *before = before
                        .strip_suffix('/')
                        .ok_or(UrlError::UnexpectedParameter)?;
                }
                Some(parameter)
            }
        };
        pieces.push((parameter, text));
    }
    // `/foo/` is `/foo` (RFC 5092 §9.1).
    if let [(_, mailbox)] = pieces.as_mut_slice() {
        *mailbox = mailbox.strip_suffix('/').unwrap_or(mailbox);
    }
    Ok(pieces)
}

fn set(url: &mut ImapUrl, parameter: Parameter, value: &str) -> Result<(), UrlError> {
    match (parameter, &mut url.message) {
        (Parameter::UidValidity, _) => url.uid_validity = Some(positive(value)?),
        (Parameter::Uid, _) => url.message = Some(UrlMessage::new(positive(value)?)),
        (_, None) => return Err(UrlError::UnexpectedParameter),
        (Parameter::Section, Some(message)) => {
            let section = decode_text(value, is_bchar)?;
            if section.is_empty() {
                return Err(UrlError::InvalidParameter);
            }
            message.section = Some(section);
        }
        (Parameter::Partial, Some(message)) => message.partial = Some(partial(value)?),
        (Parameter::Expire, Some(message)) => {
            DateTime::parse_from_rfc3339(value).map_err(|_| UrlError::InvalidParameter)?;
            message.expire = Some(value.to_owned());
        }
        (Parameter::UrlAuth, Some(message)) => message.authorization = Some(authorization(value)?),
    }
    Ok(())
}

/// `nz-number`
fn positive(text: &str) -> Result<u32, UrlError> {
    number(text)
        .ok()
        .filter(|&number| number != 0)
        .ok_or(UrlError::InvalidParameter)
}

fn number(text: &str) -> Result<u32, UrlError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    number.ok_or(UrlError::InvalidParameter)
}

/// `number ["." nz-number]`
fn partial(text: &str) -> Result<(u32, Option<u32>), UrlError> {
    match text.split_once('.') {
        Some((first, octets)) => Ok((number(first)?, Some(positive(octets)?))),
        None => Ok((number(text)?, None)),
    }
}

/// `access [":" uauth-mechanism ":" enc-urlauth]`
fn authorization(text: &str) -> Result<UrlAuthorization, UrlError> {
    let (access, verifier) = match text.split_once(':') {
        Some((access, verifier)) => (access, Some(verifier)),
        None => (text, None),
    };
    Ok(UrlAuthorization {
        access: self::access(access)?,
        verifier: verifier.map(self::verifier).transpose()?,
    })
}

fn access(text: &str) -> Result<UrlAccess, UrlError> {
    let (kind, user) = match text.split_once('+') {
        Some((kind, user)) => (kind, Some(user)),
        None => (text, None),
    };
    let user = user.map(|user| decode_text(user, is_achar)).transpose()?;
    let is = |known: &str| kind.eq_ignore_ascii_case(known);
    match user {
        Some(user) if is("submit") && !user.is_empty() => Ok(UrlAccess::Submit(user)),
        Some(user) if is("user") && !user.is_empty() => Ok(UrlAccess::User(user)),
        None if is("authuser") => Ok(UrlAccess::AnyUser),
        None if is("anonymous") => Ok(UrlAccess::Anonymous),
        _ => Err(UrlError::InvalidParameter),
    }
}

fn verifier(text: &str) -> Result<UrlVerifier, UrlError> {
    let (mechanism, token) = text.split_once(':').ok_or(UrlError::InvalidParameter)?;
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    let is_token = token.len() >= 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    if mechanism.is_empty() || !mechanism.bytes().all(legal) || !is_token {
        return Err(UrlError::InvalidParameter);
    }
    Ok(UrlVerifier {
        mechanism: mechanism.to_owned(),
        token: Secret::from(token),
    })
}
