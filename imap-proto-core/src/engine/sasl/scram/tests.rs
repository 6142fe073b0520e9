//! The exchanges of the RFCs, one of each hash by another implementation (Python's `hashlib`),
//! and everything that must be refused.

use std::time::{Duration, Instant};

use super::*;
use crate::types::Text;

/// RFC 5802 §5: the client's nonce, and the server's messages.
const NONCE: &str = "fyko+d2lbbFgONRv9qkxdawL";
const FIRST: &str = "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096";
const LAST: &str = "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=";

fn begun(hash: ScramHash, nonce: &str) -> Scram {
    let mut scram = Scram::new(hash, "user", "pencil");
    let message = scram.begin(&Channel::default(), nonce.to_owned()).unwrap();
    assert_eq!(message.expose(), format!("n,,n=user,r={nonce}").as_bytes());
    scram
}

fn text(secret: &Secret) -> &str {
    str::from_utf8(secret.expose()).unwrap()
}

fn exchange(hash: ScramHash, nonce: &str, first: &str, proof: &str, last: &str) {
    let mut scram = begun(hash, nonce);
    let answer = scram.respond(first.as_bytes()).unwrap();
    assert_eq!(text(&answer), proof);
    assert_eq!(scram.finish(None), Err(SaslError::ServerNotAuthenticated));
    assert_eq!(text(&scram.respond(last.as_bytes()).unwrap()), "");
    assert_eq!(scram.finish(None), Ok(()));
    assert_eq!(scram.respond(b""), Err(SaslError::BadChallenge));
}

#[test]
fn sha_1_as_in_rfc_5802() {
    let proof =
        "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=";
    exchange(ScramHash::Sha1, NONCE, FIRST, proof, LAST);
}

const NONCE_256: &str = "rOprNGfwEbeRWgbNEkqO";
const FIRST_256: &str =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

/// RFC 7677 §3.
#[test]
fn sha_256_as_in_rfc_7677() {
    exchange(
        ScramHash::Sha256,
        NONCE_256,
        FIRST_256,
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
         p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    );
}

/// The exchange of RFC 7677 with the other hash, computed by Python's `hashlib` and `hmac`.
#[test]
fn sha_512_as_python_computes_it() {
    exchange(
        ScramHash::Sha512,
        NONCE_256,
        FIRST_256,
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=gMGXRcevScNtxZ6/\
         8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ==",
        "v=ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw==",
    );
}

/// Bound to the channel, for another user, with names and a password that are written or
/// prepared in a way of their own; by Python's `hashlib` too.
#[test]
fn plus_and_escaped_names_as_python_computes_them() {
    let mut scram = Scram::new(ScramHash::Sha256, "a,b=c", "I\u{ad}\u{a0}\u{2169}")
        .channel_binding(ChannelBinding::TlsExporter)
        .authorization("root");
    let channel = Channel {
        tls_exporter: Some((100..132).collect()),
        nonce: (0..18).collect(),
        ..Channel::default()
    };
    let message = scram.start(&channel).unwrap().unwrap();
    assert_eq!(
        text(&message),
        "p=tls-exporter,a=root,n=a=2Cb=3Dc,r=AAECAwQFBgcICQoLDA0ODxAR"
    );
    let answer = scram.respond(b"r=AAECAwQFBgcICQoLDA0ODxARsrv,s=c2FsdA==,i=5000");
    assert_eq!(
        text(&answer.unwrap()),
        "c=cD10bHMtZXhwb3J0ZXIsYT1yb290LGRlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKD,\
         r=AAECAwQFBgcICQoLDA0ODxARsrv,p=bE97Ko/qdDsviIy9yxzjJHiJiecXxmmq7gERn5SXiUQ="
    );
    assert!(
        scram
            .respond(b"v=zCoJKUdzI9w3dssE+5o8SXxoyX02ATlErHuT1hcLHYg=")
            .is_ok()
    );
    assert_eq!(scram.finish(None), Ok(()));
}

/// The server's proof may come with the OK, in protocols that have room for it there.
#[test]
fn the_proof_may_come_at_the_end() {
    let mut scram = begun(ScramHash::Sha1, NONCE);
    scram.respond(FIRST.as_bytes()).unwrap();
    assert_eq!(scram.finish(Some(LAST.as_bytes())), Ok(()));
}

/// First messages that break the rules, and one that is well-formed but cut at any place.
#[test]
fn a14_bad_first_messages_are_refused() {
    let r = "r=fyko+d2lbbFgONRv9qkxdawL3rfc";
    let bad = [
        String::new(),
        "=".to_owned(),
        "e=other-error".to_owned(),
        format!("m=ext,{r},s=QSXC,i=4096"),
        format!("{r},s=,i=4096"),
        format!("{r},i=4096"),
        format!("{r},s=QSXC"),
        format!("{r},i=4096,s=QSXC"),
        format!("{r},s=Q!XC,i=4096"),
        format!("{r},s=QSX,i=4096"),
        format!("{r},s=QSXC,i="),
        format!("{r},s=QSXC,i=-4096"),
        format!("{r},s=QSXC,i=04096"),
        format!("{r},s=QSXC,i=4096,"),
        format!("{r},s=QSXC,i=4096,=x"),
        "s=QSXC,i=4096".to_owned(),
        "r=,s=QSXC,i=4096".to_owned(),
        // A nonce that is ours alone, another's, ours with another case, or behind another.
        format!("r={NONCE},s=QSXC,i=4096"),
        "r=abcdefghijklmnop,s=QSXC,i=4096".to_owned(),
        "r=FYKO+d2lbbFgONRv9qkxdawL3rfc,s=QSXC,i=4096".to_owned(),
        format!("r=x{NONCE}3rfc,s=QSXC,i=4096"),
        format!("{r}\u{7f},s=QSXC,i=4096"),
        format!(" {r},s=QSXC,i=4096"),
    ];
    for message in &bad {
        let mut scram = begun(ScramHash::Sha1, NONCE);
        let error = scram.respond(message.as_bytes()).unwrap_err();
        assert_eq!(error, SaslError::BadChallenge, "{message}");
        // It does not go on behind that.
        assert_eq!(
            scram.respond(FIRST.as_bytes()),
            Err(SaslError::BadChallenge)
        );
        assert_eq!(scram.finish(None), Err(SaslError::ServerNotAuthenticated));
    }
    let mut scram = begun(ScramHash::Sha1, NONCE);
    assert_eq!(scram.respond(b"r=\xff"), Err(SaslError::BadChallenge));
    for end in 0..FIRST.len() - 3 {
        let mut scram = begun(ScramHash::Sha1, NONCE);
        assert!(scram.respond(&FIRST.as_bytes()[..end]).is_err(), "{end}");
    }
}

#[test]
fn a14_bad_last_messages_are_refused() {
    use SaslError::{BadChallenge, ServerError, ServerNotAuthenticated};
    let bad: [(&str, SaslError); 8] = [
        ("", BadChallenge),
        ("v=", BadChallenge),
        ("v=!", BadChallenge),
        ("x=rmF9pqV8S7suAoZWja4dJRkFsKQ=", BadChallenge),
        ("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=,", BadChallenge),
        ("v=smF9pqV8S7suAoZWja4dJRkFsKQ=", ServerNotAuthenticated),
        ("v=rmF9pqV8S7suAoZWja4d", ServerNotAuthenticated),
        ("e=invalid-proof", ServerError(Text::from("invalid-proof"))),
    ];
    for (message, expected) in bad {
        let mut scram = begun(ScramHash::Sha1, NONCE);
        scram.respond(FIRST.as_bytes()).unwrap();
        assert_eq!(
            scram.respond(message.as_bytes()),
            Err(expected),
            "{message}"
        );
        assert_eq!(scram.respond(LAST.as_bytes()), Err(BadChallenge));
        assert_eq!(scram.finish(None), Err(ServerNotAuthenticated));
    }
}

/// RFC 5802 §5.1: extensions that are not mandatory are passed over.
#[test]
fn optional_extensions_are_passed_over() {
    let mut scram = begun(ScramHash::Sha1, NONCE);
    assert!(
        scram
            .respond(format!("{FIRST},x=new,Y=,z").as_bytes())
            .is_err()
    );
    let mut scram = begun(ScramHash::Sha1, NONCE);
    assert!(
        scram
            .respond(format!("{FIRST},x=new=er,Y=1").as_bytes())
            .is_ok()
    );
}

/// The limits are those of `Limits::scram_iterations`, and nothing is derived beyond them: 2³¹
/// iterations would take minutes.
#[test]
fn a15_iteration_counts_outside_the_limits_are_refused_at_once() {
    let ask = |count: &str| {
        let mut scram = begun(ScramHash::Sha1, NONCE);
        scram.respond(format!("r={NONCE}x,s=QSXC,i={count}").as_bytes())
    };
    let began = Instant::now();
    for count in ["1", "4095", "600001", "2147483647", "4294967296"] {
        let expected = SaslError::Iterations(count.parse().unwrap());
        assert_eq!(ask(count), Err(expected));
    }
    let endless = "9".repeat(60_000);
    assert_eq!(ask(&endless), Err(SaslError::Iterations(u64::MAX)));
    // Six refusals; deriving one key of them would take a hundred times that.
    assert!(began.elapsed() < Duration::from_millis(60));
    assert!(ask("4096").is_ok());
}

/// RFC 5802 §6: `n`, `y` or `p`, by what the channel and the server can.
#[test]
fn a16_gs2_header() {
    let none = Channel {
        nonce: vec![0; 18],
        ..Channel::default()
    };
    let exporter = Channel {
        tls_exporter: Some(vec![1; 32]),
        ..none.clone()
    };
    let end_point = Channel {
        tls_server_end_point: Some(vec![2; 32]),
        ..none.clone()
    };
    let scram = || Scram::new(ScramHash::Sha256, "u", "p");
    let plus = |binding| scram().channel_binding(binding);
    let head = |mut scram: Scram, channel: &Channel| {
        let message = scram.start(channel)?.unwrap();
        Ok(text(&message).split_once("n=u").unwrap().0.to_owned())
    };
    let lacking = Err(SaslError::Unsupported);
    let table: [(Scram, &Channel, Result<&str, SaslError>); 9] = [
        (scram(), &none, Ok("n,,")),
        (scram(), &exporter, Ok("n,,")),
        (scram().binding_not_offered(), &none, Ok("n,,")),
        (scram().binding_not_offered(), &exporter, Ok("y,,")),
        (scram().binding_not_offered(), &end_point, Ok("y,,")),
        (
            plus(ChannelBinding::TlsExporter),
            &exporter,
            Ok("p=tls-exporter,,"),
        ),
        (
            plus(ChannelBinding::TlsServerEndPoint),
            &end_point,
            Ok("p=tls-server-end-point,,"),
        ),
        (
            plus(ChannelBinding::TlsExporter),
            &end_point,
            lacking.clone(),
        ),
        (plus(ChannelBinding::TlsServerEndPoint), &none, lacking),
    ];
    for (scram, channel, expected) in table {
        let shown = format!("{scram:?} {channel:?}");
        assert_eq!(head(scram, channel), expected.map(str::to_owned), "{shown}");
    }
}

/// RFC 4013 §3: the examples; an empty name or password is not for SCRAM (RFC 5802 §5.1).
#[test]
fn names_and_passwords_are_prepared() {
    let prepared = |text: &str| prepare(text.as_bytes()).map(|text| text.expose().to_vec());
    assert_eq!(prepared("I\u{ad}X").unwrap(), b"IX");
    assert_eq!(prepared("USER").unwrap(), b"USER");
    assert_eq!(prepared("\u{aa}").unwrap(), b"a");
    assert_eq!(prepared("\u{2168}").unwrap(), b"IX");
    for refused in ["\u{7}", "\u{627}1", "", "\u{ad}", "a\0b"] {
        assert_eq!(prepared(refused), Err(SaslError::InvalidCredentials));
    }
    assert!(prepare(b"\xff").is_err());
}

#[test]
fn without_a_nonce_there_is_no_exchange() {
    let mut scram = Scram::new(ScramHash::Sha256, "user", "pencil");
    assert_eq!(
        scram.start(&Channel::default()),
        Err(SaslError::Unsupported)
    );
    assert_eq!(
        scram.respond(b"r=,s=QSXC,i=4096"),
        Err(SaslError::BadChallenge)
    );
}

#[test]
fn e5_debug_shows_no_secret() {
    let mut scram = begun(ScramHash::Sha1, NONCE);
    scram.respond(FIRST.as_bytes()).unwrap();
    let shown = format!("{scram:?}");
    assert!(
        !shown.contains("pencil") && !shown.contains("rmF9"),
        "{shown}"
    );
}
