//! SASL: which mechanisms are chosen, and what they make of any challenges.

use super::choices::Choices;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use imap_proto_core::engine::Credentials;
use imap_proto_core::engine::sasl::{Channel, Login, Mechanism, Refusal, SaslError, Strength};
use imap_proto_core::parse::parse_response;
use imap_proto_core::types::{Capabilities, Data, Response};
use imap_proto_core::wire::Limits;

/// User, password, nonce and the server's proof of the example of RFC 5802 §5.
const USER: &str = "user";
const PASSWORD: &str = "pencil";
const NONCE: &str = "fyko+d2lbbFgONRv9qkxdawL";
const PROOF: &[u8] = b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=";

/// Mechanisms that a server may offer, and the least that each is worth.
const OFFERS: &[(&str, Strength)] = &[
    ("SCRAM-SHA-1", Strength::Proof),
    ("SCRAM-SHA-256", Strength::Proof),
    ("SCRAM-SHA-512", Strength::Proof),
    ("SCRAM-SHA-1-PLUS", Strength::Bound),
    ("SCRAM-SHA-256-PLUS", Strength::Bound),
    ("SCRAM-SHA-512-PLUS", Strength::Bound),
    ("PLAIN", Strength::Cleartext),
    ("LOGIN", Strength::Cleartext),
    ("CRAM-MD5", Strength::Cleartext),
    ("OAUTHBEARER", Strength::Cleartext),
    ("XOAUTH2", Strength::Cleartext),
    ("EXTERNAL", Strength::Proof),
    ("ANONYMOUS", Strength::Cleartext),
];

/// The first four octets choose credentials, policy, channel and what is offered; the rest are challenges, with 0xFF
/// between them, and the last is the data of the OK.
pub fn sasl(data: &[u8]) {
    let mut choices = Choices::new(data);
    let (kind, policy) = (choices.byte(), choices.byte());
    let channel = channel(choices.byte());
    let offers = u16::from(choices.byte()) << 8 | u16::from(choices.byte());
    let rest = choices.rest();
    let minimum = [Strength::Cleartext, Strength::Proof, Strength::Bound][usize::from(policy % 3)];
    let credentials = credentials(kind, policy).minimum(minimum);
    let offered = capabilities(offers);
    match credentials.logins(&offered, &channel) {
        Ok(logins) => {
            assert!(!logins.is_empty(), "none, and no error");
            for login in logins {
                chosen(&login, minimum, &offered);
                if let Login::Mechanism { mut mechanism, .. } = login {
                    exchange(mechanism.as_mut(), &channel, rest);
                }
            }
        }
        Err(error) => assert_eq!(error, SaslError::NoMechanism),
    }
    refusal(rest);
}

fn channel(setup: u8) -> Channel {
    let mut channel = Channel::default();
    channel.secure = setup & 1 == 0;
    channel.tls_exporter = (setup & 2 != 0).then(|| vec![7; 32]);
    channel.tls_server_end_point = (setup & 4 != 0).then(|| vec![9; 32]);
    channel.nonce = STANDARD.decode(NONCE).expect("base64");
    channel.limits = Limits::default().scram_iterations(4096..=4096);
    channel
}

fn credentials(kind: u8, policy: u8) -> Credentials {
    let credentials = match kind % 6 {
        0 | 1 => Credentials::password(USER, PASSWORD),
        2 => Credentials::oauth(USER, PASSWORD),
        3 => Credentials::external(USER),
        4 => Credentials::anonymous("trace"),
        _ => Credentials::each_time(|_| Credentials::password(USER, PASSWORD)),
    };
    let credentials = match policy >> 4 {
        only @ 0..=7 => credentials.only(OFFERS[usize::from(only)].0),
        _ => credentials,
    };
    if policy & 8 == 0 {
        credentials
    } else {
        credentials.allow_cram_md5()
    }
}

/// The capabilities of a server that offers these mechanisms; the highest bit disables LOGIN.
fn capabilities(offers: u16) -> Capabilities {
    let mut line = "* CAPABILITY IMAP4rev1".to_owned();
    for (bit, (name, _)) in OFFERS.iter().enumerate() {
        if offers >> bit & 1 == 1 {
            line.push_str(" AUTH=");
            line.push_str(name);
        }
    }
    if offers >> 15 == 1 {
        line += " LOGINDISABLED";
    }
    let response = parse_response(&Bytes::from(line + "\r\n"), &Limits::default());
    let Ok(Response::Data(Data::Capability(capabilities))) = response else {
        panic!("{response:?}");
    };
    capabilities
}

/// What is chosen is offered, and worth what is wanted.
fn chosen(login: &Login, minimum: Strength, offered: &Capabilities) {
    let (name, worth) = match login {
        Login::Command { .. } => {
            assert!(!offered.contains("LOGINDISABLED"));
            ("the command", Strength::Cleartext)
        }
        Login::Mechanism { mechanism, .. } => {
            let name = mechanism.name();
            assert!(offered.contains(&format!("AUTH={name}")), "{name}");
            let known = OFFERS.iter().find(|(offer, _)| *offer == name);
            (name, known.expect("a known mechanism").1)
        }
    };
    assert!(worth >= minimum, "{name} is worth less than {minimum:?}");
}

/// Plays the server: nothing panics, no proof shows the password, and no server that did not prove itself is believed.
fn exchange(mechanism: &mut dyn Mechanism, channel: &Channel, rest: &[u8]) {
    let name = mechanism.name().to_owned();
    let hidden = name.starts_with("SCRAM") || name == "CRAM-MD5";
    // A nonce of the server's is said again.
    let told = rest
        .windows(PASSWORD.len())
        .any(|part| part == PASSWORD.as_bytes());
    let hides = |octets: &[u8]| {
        let found = octets
            .windows(PASSWORD.len())
            .any(|part| part == PASSWORD.as_bytes());
        assert!(!hidden || !found || told, "{name} shows the password");
    };
    let Ok(initial) = mechanism.start(channel) else {
        return;
    };
    hides(initial.as_ref().map_or(b"", |secret| secret.expose()));
    let mut challenges: Vec<_> = rest.split(|&byte| byte == 0xff).collect();
    let data = challenges.pop();
    for challenge in challenges {
        match mechanism.respond(challenge) {
            Ok(response) => hides(response.expose()),
            Err(_) => return,
        }
    }
    let accepted = mechanism
        .finish(data.filter(|data| !data.is_empty()))
        .is_ok();
    if name.starts_with("SCRAM") && accepted {
        let proven = rest.windows(PROOF.len()).any(|part| part == PROOF);
        assert!(name == "SCRAM-SHA-1" && proven, "{name} believes anyone");
    }
}

/// The server's reason: its text comes from the octets, which are kept.
fn refusal(raw: &[u8]) {
    let refusal = Refusal::new(raw);
    assert_eq!(refusal.raw.as_bytes(), raw);
    if !raw.starts_with(b"{") && !raw.trim_ascii_start().starts_with(b"{") {
        let fields = [
            &refusal.status,
            &refusal.scope,
            &refusal.openid_configuration,
        ];
        assert!(fields.iter().all(|field| field.is_none()), "{refusal:?}");
    }
}
