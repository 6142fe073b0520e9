//! The rarer commands of the seed's table, and commands that are not in any table.

use imap_proto_core::encode::{
    Claim, Claims, Command, Custom, Enable, FetchNeeds, GetAnnotation, MissingAnswer, Noop,
    Partial, Pipelining, ProxyAuth, Request, Select, SetAnnotation, States, SubmitError,
};
use imap_proto_core::session::Error;
use imap_proto_core::types::{Completion, Data, Section, SequenceNumber, SequenceSet, Token};
use imap_tests::interop::Client;

use crate::kit::both;

/// 1.3: PARTIAL, PROXYAUTH, GETANNOTATION, SETANNOTATION.
#[test]
fn commands_of_older_servers() {
    both!(
        "S: * PREAUTH [CAPABILITY IMAP4 ANNOTATEMORE] hi
C: $p PROXYAUTH smith
S: $p OK now smith
C: $a SETANNOTATION INBOX \"/comment\" (\"value.priv\" \"mine\")
S: $a OK done
C: $b GETANNOTATION INBOX \"/comment\" \"value.priv\"
S: * ANNOTATION INBOX \"/comment\" (\"value.priv\" \"mine\")
S: * ANNOTATION Other (\"/sort\")
S: $b OK done
C: $s SELECT INBOX
S: * 9 EXISTS
S: $s OK [READ-WRITE] done
C: $c PARTIAL 4 RFC822 1 8
S: * 4 FETCH (RFC822 {8}
S| Subject:
S: )
S: $c OK done
C: $z LOGOUT
S: * BYE see you
S: $z OK
",
        older
    );
}

async fn older<L: Client>(client: L) {
    client.run(ProxyAuth::new("smith")).await.unwrap();
    let set = SetAnnotation::new("INBOX").set("/comment", "value.priv", "mine");
    client.run(set).await.unwrap();
    let get = GetAnnotation::new("INBOX", ["/comment"], ["value.priv"]);
    let told = client.run(get).await.unwrap();
    assert_eq!(told.len(), 1, "news of other entries is not the answer");
    let value = told[0].value("/comment", "value.priv").unwrap();
    assert_eq!(value, Some(&"mine".into()));
    client.run(Select::new("INBOX")).await.unwrap();
    let part = Partial::new(SequenceNumber(4), Section::Rfc822, 1, 8);
    let fetched = client.run(part).await.unwrap();
    let section = fetched.section(&Section::Rfc822).unwrap();
    assert_eq!(section.data.as_ref().unwrap().as_bytes(), b"Subject:");
}

/// 1.6 `xatom`: any command, with literals in any place, and any answer.
#[test]
fn any_command_with_any_arguments_and_any_answer() {
    both!(
        "S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $a XWIDGET make \"My Box\" {3}
S: + go
C: \\xff\\x0d\\x0a (a \"b\") 1:3 42 {2}
S: + go
C: xy last
S: * XWIDGET 7 (one \"two\" {5}
S| three
S:  NIL)
S: * 2 EXISTS
S: $a OK [XDONE 1] made
C: $s SELECT INBOX
S: * 5 EXISTS
S: $s OK [READ-WRITE] done
C: $b XTOUCH 2
S: * 2 FETCH (FLAGS (\\Seen))
S: $b OK done
C: $z LOGOUT
S: * BYE see you
S: $z OK
",
        any_command
    );
}

async fn any_command<L: Client>(client: L) {
    let set: SequenceSet = "1:3".parse().unwrap();
    let request = || -> Result<Request, SubmitError> {
        Ok(Request::new("XWIDGET")?
            .space()
            .atom("make")?
            .space()
            .mailbox("My Box")
            .space()
            .literal(&b"\xff\r\n"[..])
            .syntax(" (a \"b\") ")?
            .set(&set)?
            .space()
            .number(42)
            .space()
            .literal(&b"xy"[..])
            .space()
            .atom("last")?
            .claims(Claims::one(Claim::Named("XWIDGET".into()))))
    };
    let told = client.run(Custom::new(request().unwrap())).await.unwrap();
    let [Data::Other(widget)] = told.as_slice() else {
        panic!("{told:?}");
    };
    let [Token::Number(7), Token::List(list)] = widget.tokens.as_slice() else {
        panic!("{widget:?}");
    };
    assert_eq!(list.len(), 4);
    // Typed data is claimed by its type, and the states are those that are said.
    let touch = || -> Result<Custom, SubmitError> {
        let request = Request::new("XTOUCH")?
            .space()
            .set(&"2".parse::<SequenceSet>().expect("a set"))?;
        let claim = Claim::Fetch("2".parse().expect("a set"), FetchNeeds::FLAGS);
        let request = request.claims(Claims::one(claim)).states(States::SELECTED);
        Ok(Custom::new(request.pipelining(Pipelining::FETCH)))
    };
    let early = client.run(touch().unwrap()).await;
    assert!(matches!(early, Err(Error::Submit(SubmitError::WrongState))));
    client.run(Select::new("INBOX")).await.unwrap();
    let told = client.run(touch().unwrap()).await.unwrap();
    assert!(matches!(told.as_slice(), [Data::Fetch(fetch)] if fetch.flags.is_some()));
}

/// A command of the caller's own type: `XPING`, whose answer is a number.
struct Ping(u64);

impl Command for Ping {
    type Item = u64;
    type Partial = Option<u64>;
    type Output = u64;

    fn request(self) -> Result<Request, SubmitError> {
        let claims = Claims::one(Claim::Named("XPONG".into()));
        Ok(Request::new("XPING")?.space().number(self.0).claims(claims))
    }

    fn item(data: Data) -> Result<u64, Data> {
        match data {
            Data::Other(other) => match other.tokens.as_slice() {
                [Token::Number(number)] => Ok(*number),
                _ => Err(Data::Other(other)),
            },
            other => Err(other),
        }
    }

    fn add(partial: &mut Option<u64>, item: u64) {
        *partial = Some(item);
    }

    fn finish(partial: Option<u64>, _: &Completion) -> Result<u64, MissingAnswer> {
        partial.ok_or(MissingAnswer("XPONG"))
    }
}

#[test]
fn a_command_of_the_callers_own_has_an_answer_of_its_own() {
    both!(
        "S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $a XPING 3
S: * XPONG 4
S: $a OK done
C: $b XPING 4
S: $b OK done
C: $z LOGOUT
S: * BYE see you
S: $z OK
",
        own_command
    );
}

async fn own_command<L: Client>(client: L) {
    assert_eq!(client.run(Ping(3)).await.unwrap(), 4);
    let missing = client.run(Ping(4)).await;
    assert!(matches!(
        missing,
        Err(Error::MissingAnswer(MissingAnswer("XPONG")))
    ));
}

/// 1.15-7: behind ENABLE the seed never runs a command again.
#[test]
fn commands_go_on_behind_enable() {
    both!(
        "S: * PREAUTH [CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT] hi
C: $a ENABLE UTF8=ACCEPT
S: * ENABLED UTF8=ACCEPT
S: $a OK done
C: $b SELECT \"Entw\\xc3\\xbcrfe\"
S: * 1 EXISTS
S: $b OK [READ-WRITE] done
C: $c NOOP
S: $c ok
C: $z LOGOUT
S: * BYE see you
S: $z OK
",
        enable
    );
}

async fn enable<L: Client>(client: L) {
    let enabled = client.run(Enable::new(["UTF8=ACCEPT"])).await.unwrap();
    assert!(enabled.contains("UTF8=ACCEPT"));
    assert!(client.session().is_enabled("utf8=accept"));
    client.run(Select::new("Entwürfe")).await.unwrap();
    // 1.15-3, 1.15-4: a tagged `ok` without text, in lower case.
    client.run(Noop).await.unwrap();
}
