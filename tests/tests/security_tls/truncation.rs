//! A12: the stream ends without a `close_notify`, at every kind of place.

use imap_proto_core::engine::ConnectionError;
use imap_tests::certs::{self, Kind};
use imap_tests::scripted::{Peer, Problem, Server};
use imap_transport_std::types::{Section, SequenceNumber};
use imap_transport_std::{Config, Error};

use crate::kit::{ADAPTERS, Adapter, Path, command, config, run};

/// How the stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// TCP only: anyone on the path can make that.
    Cut,
    /// `close_notify`, then TCP.
    Closed,
}

/// Logs the client in, and answers its FETCH with `answer`; then the stream ends.
fn serve(peer: &mut Peer, answer: &str, end: End) -> Result<(), Problem> {
    let tls = certs::shared().server_config(Kind::Good);
    peer.channel()
        .start_tls(tls)
        .map_err(|error| error.to_string())?;
    peer.say(b"* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n")?;
    let tag = command(peer, "SELECT")?;
    peer.say(format!("* 1 EXISTS\r\n{tag} OK\r\n").as_bytes())?;
    let tag = command(peer, "FETCH")?;
    peer.say(answer.replace("TAG", &tag).as_bytes())?;
    let sender = peer.channel().sender();
    match end {
        End::Cut => {
            sender.cut();
            Ok(())
        }
        End::Closed => sender.finish().map_err(|error| error.to_string()),
    }
}

/// What reading a body came to.
fn body(adapter: Adapter, config: Config) -> Result<Vec<u8>, Error> {
    let one = SequenceNumber(1);
    match adapter {
        Adapter::Std => {
            let session = imap_transport_std::connect(config)?;
            session.select("INBOX").wait()?;
            let mut octets = Vec::new();
            let mut body = session.fetch_body(one, Section::Full);
            std::io::Read::read_to_end(&mut body, &mut octets).map_err(|error| cause(&error))?;
            Ok(octets)
        }
        Adapter::Tokio => run(async {
            let session = imap_transport_tokio::connect(config).await?;
            session.select("INBOX").await?;
            let mut octets = Vec::new();
            let mut body = session.fetch_body(one, Section::Full);
            tokio::io::AsyncReadExt::read_to_end(&mut body, &mut octets)
                .await
                .map_err(|error| cause(&error))?;
            Ok(octets)
        }),
    }
}

/// The error within one of `std::io`.
fn cause(error: &std::io::Error) -> Error {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>());
    inner.unwrap_or_else(|| panic!("{error:?}")).clone()
}

/// Wherever it happens, an answer that is cut is no answer: neither in a literal, nor behind it,
/// nor behind the data but before the tagged OK. A `close_notify` does not make it one.
#[test]
fn a12_an_answer_that_is_cut_is_no_answer() {
    let long = "x".repeat(200_000);
    let answers = [
        String::new(),
        "* 1 FET".to_owned(),
        "* 1 FETCH (BODY[] {".to_owned(),
        "* 1 FETCH (BODY[] {100}\r\nhalf".to_owned(),
        format!("* 1 FETCH (BODY[] {{300000}}\r\n{long}"),
        format!("* 1 FETCH (BODY[] {{200000}}\r\n{long}"),
        format!("* 1 FETCH (BODY[] {{200000}}\r\n{long})\r\n"),
        "* 1 FETCH (BODY[] {4}\r\nfull)\r\nTAG OK".to_owned(),
    ];
    for adapter in ADAPTERS {
        for answer in &answers {
            for end in [End::Cut, End::Closed] {
                let said = answer.clone();
                let server = Server::serve(move |peer| serve(peer, &said, end)).unwrap();
                let error = body(adapter, config(Path::Tls, server.port())).unwrap_err();
                let place = &answer[..answer.len().min(40)];
                let unexpected = match &error {
                    Error::Connection(error, _) => *error == ConnectionError::UnexpectedEof,
                    // A cut is a reset where octets of ours were under way.
                    Error::Io(..) => end == End::Cut,
                    _ => false,
                };
                assert!(unexpected, "{adapter:?} {end:?} {place}: {error:?}");
                server.finish();
            }
        }
    }
}

/// A whole answer counts, however the stream ends behind it.
#[test]
fn a12_an_answer_that_is_whole_counts() {
    let answer = "* 1 FETCH (BODY[] {4}\r\nfull)\r\nTAG OK done\r\n* BYE\r\n";
    for adapter in ADAPTERS {
        let server = Server::serve(move |peer| serve(peer, answer, End::Closed)).unwrap();
        let octets = body(adapter, config(Path::Tls, server.port())).unwrap();
        assert_eq!(octets, b"full");
        server.finish();
    }
}

/// A greeting or an answer to the login that is cut opens no session.
#[test]
fn a12_a_stream_that_ends_before_the_session_is_open_opens_none() {
    for adapter in ADAPTERS {
        for greeting in ["", "* OK [CAPA", "* OK [CAPABILITY IMAP4rev1] hi\r\n"] {
            let server = Server::serve(move |peer| {
                let tls = certs::shared().server_config(Kind::Good);
                peer.channel()
                    .start_tls(tls)
                    .map_err(|error| error.to_string())?;
                peer.say(greeting.as_bytes())?;
                peer.channel().sender().cut();
                Ok(())
            });
            let server = server.unwrap();
            let error = crate::kit::refusal(adapter, config(Path::Tls, server.port()));
            assert!(error.is_fatal(), "{error:?}");
            server.finish();
        }
    }
}
