//! The defects of 1.15.

use std::sync::Arc;

use imap_proto_core::encode::{
    Append, AppendMessage, Create, Enable, Noop, Search, SearchKey, Select,
};
use imap_proto_core::session::Error;
use imap_proto_core::types::{ByteString, Code, Data, Flag, Section, SequenceNumber};
use imap_transport_std::{Config, Notice};
use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tokio::sync::mpsc::unbounded_channel;

use super::{
    Kit, Place, Verdict, check, config, failed, fetch, flagged, login, notice, open, same, select,
    selected, text, timeouts,
};

pub(super) async fn noop<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    client.run(Noop).await.map_err(text)
}

pub(super) async fn pipelined_fetches<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place).await?;
    let (one, two) = (fetch(&client, 1), fetch(&client, 2));
    flagged::<K>(one, 1, Flag::Seen).await?;
    flagged::<K>(two, 2, Flag::Draft).await
}

pub(super) async fn untagged_before_continuation<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place).await?;
    let message = AppendMessage::new("hello world\r\n");
    let append = client.run(Append::new("INBOX", message)).await;
    check("APPENDUID", append.map_err(text)?.is_some())?;
    let view = client.session().mailbox().map(|view| view.exists);
    same("messages", view, Some(4))
}

pub(super) async fn lower_case<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place).await?;
    let found = client.run(Search::new(SearchKey::all())).await;
    let found: Vec<SequenceNumber> = found.map_err(text)?.iter().collect();
    same("found", found, vec![SequenceNumber(2), SequenceNumber(3)])
}

pub(super) async fn compressed_body<K: Kit>(place: &Place) -> Verdict {
    let client = K::open(config(place).compress(true)).await.map_err(text)?;
    select(&client, "INBOX").await?;
    let mut body = client
        .session()
        .fetch_body(SequenceNumber(1), Section::Full);
    let mut octets = 0;
    while let Some(chunk) = K::chunk(&mut body).await {
        octets += chunk.map_err(text)?.len();
    }
    same("octets", octets, 400_000)
}

pub(super) async fn enable<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    client.run(Enable::new(["CONDSTORE"])).await.map_err(text)?;
    check("CONDSTORE", client.session().is_enabled("CONDSTORE"))?;
    client.run(Noop).await.map_err(text)
}

pub(super) async fn name_in_other_letters<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    client.run(Create::new("Entwürfe")).await.map_err(text)?;
    same("messages", select(&client, "INBOX").await?.exists, Some(3))
}

pub(super) async fn callback_of_a_lost_connection<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    let (sender, mut told) = unbounded_channel();
    let again = client.clone();
    K::then::<Noop, _>(client.start(Noop), move |result| async move {
        // Nobody waits any more when this fails.
        let _ = sender.send((result, again.run(Noop).await));
    });
    let (first, second) = K::told(&mut told).await.ok_or("the callback was not run")?;
    check("a fatal error", failed(first)?.is_fatal())?;
    failed(second).map(drop)
}

pub(super) async fn news_before_starttls<K: Kit>(place: &Place) -> Verdict {
    let ca = place.ca.as_ref().ok_or("no CA")?;
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_slice(ca.as_bytes()).map_err(text)?;
    roots.add(certificate).map_err(text)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(text)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let config = Config::starttls("localhost")
        .with_port(place.port)
        .timeouts(timeouts())
        .with_tls(Arc::new(tls));
    let client = K::open(config).await.map_err(text)?;
    client.run(Noop).await.map_err(text)
}

pub(super) async fn capabilities_of_the_login<K: Kit>(place: &Place) -> Verdict {
    let client = K::open(config(place).credentials(login())).await;
    let known = client.map_err(text)?.session().capabilities();
    check("MOVE", known.is_some_and(|known| known.contains("MOVE")))
}

pub(super) async fn lock_of_another<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place).await?;
    let noop = client.start(Noop);
    let other = client.start(Select::new("other"));
    let nine = fetch(&client, 9);
    K::finish::<Noop>(noop).await.map_err(text)?;
    K::finish::<Select>(other).await.map_err(text)?;
    flagged::<K>(nine, 9, Flag::Seen).await
}

pub(super) async fn code_with_a_bracket<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place).await?;
    let mut events = client.events();
    let search: Search = Search::new(SearchKey::subject("ü")).charset("UTF-8");
    let Error::No(completion) = failed(client.run(search).await)? else {
        return Err("no NO".to_owned());
    };
    let names = match &completion.text.code {
        Some(Code::BadCharset(names)) => names,
        other => return Err(format!("the code is {other:?}")),
    };
    let names: Vec<&[u8]> = names.iter().map(ByteString::as_bytes).collect();
    same("charsets", names, Vec::from([b"x]y".as_slice(), b"utf-8"]))?;
    let Notice::Data { data, .. } = notice::<K>(&mut events).await? else {
        return Err("another notice".to_owned());
    };
    let Data::Condition { text, .. } = data else {
        return Err("other data".to_owned());
    };
    match &text.code {
        Some(Code::Other { name, .. }) => same("name", name.as_bytes(), b"2FOR-1"),
        other => Err(format!("the code is {other:?}")),
    }
}
