//! Which server it is, by what it says of itself.

use std::fmt;

use super::{ByteString, Capabilities, IdResponse};

/// A server program or service.
///
/// It changes nothing of how responses are read: no parser knows it. It is for applications, which
/// may follow its [`advice`](Self::advice).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum ServerKind {
    /// Coremail, as of 163 and 126.
    Coremail,
    /// Courier.
    Courier,
    /// Cyrus IMAP.
    Cyrus,
    /// HCL Domino.
    Domino,
    /// Dovecot.
    Dovecot,
    /// Exchange 2010 and later, Office 365.
    Exchange,
    /// Exchange 2003.
    Exchange2003,
    /// Exchange 2007.
    Exchange2007,
    /// Gmail.
    Gmail,
    /// hMailServer.
    HMailServer,
    /// iCloud.
    ICloud,
    /// The bridge of Proton Mail.
    ProtonMail,
    /// QQ Mail.
    QqMail,
    /// `SmarterMail`.
    SmarterMail,
    /// UW imapd and its heir Panda.
    Uw,
    /// Yahoo.
    Yahoo,
    /// Yandex.
    Yandex,
    /// Zimbra.
    Zimbra,
    /// Zoho.
    Zoho,
}

/// What to do, or not to do, with one kind of server. Nothing of it happens by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Advice {
    /// Keep no more commands than this in flight:
    /// [`Limits::max_in_flight`](crate::wire::Limits::max_in_flight).
    InFlight(usize),
    /// Do not send NAMESPACE: the connection ends.
    NoNamespace,
    /// Do not select by `SPECIAL-USE` in LIST: the answer is BAD.
    NoSpecialUseSelection,
    /// Name messages one by one: ranges in sets are passed over.
    NoRanges,
    /// Send sets in ascending order, as [`Set`](crate::types::UidSet) collects them.
    AscendingSets,
    /// Search without a charset: any is refused.
    NoCharset,
    /// Fetch `BODY.PEEK[]`: `RFC822` gives no octets.
    PeekBody,
    /// Tell who the client is behind the login, or mailboxes stay closed:
    /// [`Config::client_id`](crate::engine::Config::client_id).
    TellId,
}

/// What a greeting holds, in the order in which it is looked for.
const GREETINGS: [(&str, ServerKind); 18] = [
    ("Coremail System", ServerKind::Coremail),
    ("Courier-IMAP ready", ServerKind::Courier),
    (" Cyrus IMAP", ServerKind::Cyrus),
    ("Domino IMAP4 Server", ServerKind::Domino),
    ("Dovecot", ServerKind::Dovecot),
    (
        "Microsoft Exchange Server 2003 IMAP4rev1",
        ServerKind::Exchange2003,
    ),
    (
        "Microsoft Exchange Server 2007 IMAP4 service",
        ServerKind::Exchange2007,
    ),
    (
        "The Microsoft Exchange IMAP4 service is ready",
        ServerKind::Exchange,
    ),
    ("Gimap ready", ServerKind::Gmail),
    ("QQMail ", ServerKind::QqMail),
    (" IMAP4rev1 2007f.", ServerKind::Uw),
    (" Panda IMAP ", ServerKind::Uw),
    ("SmarterMail", ServerKind::SmarterMail),
    ("Yandex ", ServerKind::Yandex),
    ("Zimbra", ServerKind::Zimbra),
    ("Zoho Mail ", ServerKind::Zoho),
    ("IMAPrev1", ServerKind::HMailServer),
    ("hMailServer", ServerKind::HMailServer),
];

/// What the field `name` of an ID response begins with.
const NAMES: [(&str, ServerKind); 8] = [
    ("Courier", ServerKind::Courier),
    ("Cyrus", ServerKind::Cyrus),
    ("Dovecot", ServerKind::Dovecot),
    ("Microsoft.Exchange", ServerKind::Exchange),
    ("GImap", ServerKind::Gmail),
    ("Coremail", ServerKind::Coremail),
    ("SmarterMail", ServerKind::SmarterMail),
    ("Zimbra", ServerKind::Zimbra),
];

/// Capabilities of one service alone.
const CAPABILITIES: [(&str, ServerKind); 4] = [
    ("X-GM-EXT-1", ServerKind::Gmail),
    ("XSTOP", ServerKind::ProtonMail),
    ("XAPPLEPUSHSERVICE", ServerKind::ICloud),
    ("XYMHIGHESTMODSEQ", ServerKind::Yahoo),
];

impl ServerKind {
    /// The kind by the text of the greeting, the answer to ID, and the capabilities, in this
    /// order; whatever is not known may be left out. `None` when none of them tells.
    ///
    /// Each of them is the server's own word: it is not to be trusted with more than advice.
    ///
    /// ```
    /// use imap_proto_core::types::ServerKind;
    ///
    /// let kind = ServerKind::recognise(b"Dovecot (Debian) ready.", None, None);
    /// assert_eq!(kind, Some(ServerKind::Dovecot));
    /// ```
    pub fn recognise(
        greeting: &[u8],
        id: Option<&IdResponse>,
        capabilities: Option<&Capabilities>,
    ) -> Option<Self> {
        let name = id.and_then(|id| id.value("name")).map(ByteString::as_bytes);
        by_greeting(greeting)
            .or_else(|| name.and_then(by_name))
            .or_else(|| capabilities.and_then(by_capabilities))
    }

    /// What experience says of it.
    pub const fn advice(self) -> &'static [Advice] {
        match self {
            Self::Coremail => &[Advice::TellId],
            Self::Exchange | Self::Exchange2007 => &[Advice::InFlight(1)],
            Self::Exchange2003 => &[Advice::InFlight(1), Advice::NoNamespace],
            Self::HMailServer => &[Advice::NoRanges],
            Self::ICloud => &[Advice::PeekBody],
            Self::ProtonMail => &[Advice::NoSpecialUseSelection],
            Self::QqMail => &[Advice::AscendingSets],
            Self::Yahoo => &[Advice::NoCharset],
            _ => &[],
        }
    }
}

impl fmt::Display for ServerKind {
    /// The name of the variant.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

fn by_greeting(greeting: &[u8]) -> Option<ServerKind> {
    let mut known = GREETINGS.iter();
    let found = known.find(|(text, _)| memchr::memmem::find(greeting, text.as_bytes()).is_some());
    found.map(|&(_, kind)| kind)
}

fn by_name(name: &[u8]) -> Option<ServerKind> {
    let begins = |text: &str| {
        let head = name.get(..text.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(text.as_bytes()))
    };
    let mut known = NAMES.iter();
    known.find(|(text, _)| begins(text)).map(|&(_, kind)| kind)
}

fn by_capabilities(capabilities: &Capabilities) -> Option<ServerKind> {
    let mut known = CAPABILITIES.iter();
    let found = known.find(|(name, _)| capabilities.contains(name));
    found.map(|&(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Atom;

    /// The greetings that other clients look for.
    #[test]
    fn quirk_5_1_1_servers_are_known_by_their_greetings() {
        for (greeting, kind) in [
            (
                "Courier-IMAP ready. Copyright 1998-2011",
                ServerKind::Courier,
            ),
            ("host Cyrus IMAP v2.4.17 server ready", ServerKind::Cyrus),
            (
                "Domino IMAP4 Server Release 8.5.3 ready",
                ServerKind::Domino,
            ),
            ("Dovecot ready.", ServerKind::Dovecot),
            ("Dovecot (Debian) ready.", ServerKind::Dovecot),
            (
                "Microsoft Exchange Server 2003 IMAP4rev1 server version 6.5",
                ServerKind::Exchange2003,
            ),
            (
                "Microsoft Exchange Server 2007 IMAP4 service is ready",
                ServerKind::Exchange2007,
            ),
            (
                "The Microsoft Exchange IMAP4 service is ready. [TQBXADIA]",
                ServerKind::Exchange,
            ),
            (
                "Gimap ready for requests from 192.0.2.1 a1b2",
                ServerKind::Gmail,
            ),
            (
                "[CAPABILITY IMAP4] QQMail IMAP4Server ready",
                ServerKind::QqMail,
            ),
            ("IMAPrev1", ServerKind::HMailServer),
            ("host IMAP4rev1 2007f.404 at Mon", ServerKind::Uw),
            ("host Panda IMAP 2010 at Mon", ServerKind::Uw),
            ("SmarterMail", ServerKind::SmarterMail),
            ("Yandex IMAP4rev1 at imap1.example", ServerKind::Yandex),
            ("Zoho Mail IMAP4rev1 Server", ServerKind::Zoho),
            (
                "Coremail System IMap Server Ready(163com)",
                ServerKind::Coremail,
            ),
        ] {
            let found = ServerKind::recognise(greeting.as_bytes(), None, None);
            assert_eq!(found, Some(kind), "{greeting}");
        }
        assert_eq!(ServerKind::recognise(b"IMAP4 ready", None, None), None);
    }

    #[test]
    fn quirk_5_1_1_servers_are_known_by_their_capabilities() {
        for (name, kind) in CAPABILITIES {
            let list = Capabilities::new(vec![Atom::from_static("IMAP4rev1"), name.into()]);
            let found = ServerKind::recognise(b"ready", None, Some(&list));
            assert_eq!(found, Some(kind), "{name}");
        }
        let none = Capabilities::new(vec![Atom::from_static("IMAP4rev1")]);
        assert_eq!(ServerKind::recognise(b"ready", None, Some(&none)), None);
    }

    /// The first two as recorded.
    #[test]
    fn quirk_5_1_1_servers_are_known_by_their_answer_to_id() {
        for (name, kind) in [
            ("Dovecot", Some(ServerKind::Dovecot)),
            ("Cyrus IMAPD", Some(ServerKind::Cyrus)),
            ("GImap", Some(ServerKind::Gmail)),
            ("Other", None),
        ] {
            let fields = vec![("NAME".into(), Some(name.into()))];
            let id = IdResponse { fields };
            assert_eq!(ServerKind::recognise(b"ready", Some(&id), None), kind);
        }
        let empty = IdResponse::default();
        assert_eq!(ServerKind::recognise(b"", Some(&empty), None), None);
    }

    #[test]
    fn quirk_5_3_30_exchange_takes_one_command_at_a_time() {
        assert_eq!(ServerKind::Exchange.advice(), [Advice::InFlight(1)]);
        assert!(ServerKind::Dovecot.advice().is_empty());
        assert_eq!(ServerKind::Zoho.to_string(), "Zoho");
    }
}
