//! Callbacks, and what is an answer and what an error: 1.5.

use imap_proto_core::encode::{Delete, Noop, Select, Status, StatusItems};
use imap_proto_core::engine::State;
use imap_proto_core::session::Error;
use imap_proto_core::types::Code;
use tokio::sync::mpsc::unbounded_channel;

use super::{Kit, Place, Verdict, check, config, failed, login, open, same, selected, text};

fn status() -> Status {
    Status::new("other", StatusItems::new().messages())
}

pub(super) async fn callback<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    let (sender, mut told) = unbounded_channel();
    let back = sender.clone();
    K::then::<Status, _>(client.start(status()), move |result| async move {
        // Nobody waits any more when this fails.
        let _ = back.send(result.map(|status| status.messages()));
    });
    sender.send(Ok(None)).map_err(text)?;
    for expected in [None, Some(4)] {
        let messages = K::told(&mut told).await.ok_or("nothing was told")?;
        same("order", messages.map_err(text)?, expected)?;
    }
    Ok(())
}

pub(super) async fn no_is_an_answer<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    let Error::No(completion) = failed(client.run(Delete::new("other")).await)? else {
        return Err("no NO".to_owned());
    };
    same("text", completion.text.text.as_bytes(), b"busy")?;
    same("code", completion.text.code, Some(Code::InUse))?;
    client.run(Noop).await.map_err(text)
}

pub(super) async fn bad_is_an_error<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    bad(&failed(client.run(Delete::new("other")).await)?)?;
    client.run(Noop).await.map_err(text)
}

fn bad(error: &Error) -> Verdict {
    let Error::Bad(completion) = error else {
        return Err(format!("{error}"));
    };
    check("not fatal", !error.is_fatal())?;
    same("text", completion.text.text.as_bytes(), b"what".as_slice())
}

pub(super) async fn callback_of_bad<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    let (sender, mut told) = unbounded_channel();
    let delete = client.start(Delete::new("other"));
    K::then::<Delete, _>(delete, move |result| async move {
        // Nobody waits any more when this fails.
        let _ = sender.send(result);
    });
    let result = K::told(&mut told).await.ok_or("nothing was told")?;
    bad(&failed(result)?)?;
    client.run(Noop).await.map_err(text)
}

pub(super) async fn callback_starts_a_command<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    let (sender, mut told) = unbounded_channel();
    let again = client.clone();
    K::then::<Noop, _>(client.start(Noop), move |_| async move {
        K::then::<Status, _>(again.start(status()), move |result| async move {
            // Nobody waits any more when this fails.
            let _ = sender.send(result);
        });
    });
    let result = K::told(&mut told).await.ok_or("nothing was told")?;
    same("messages", result.map_err(text)?.messages(), Some(4))
}

pub(super) async fn callback_waits<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    let (sender, mut told) = unbounded_channel();
    let again = client.clone();
    K::then::<Noop, _>(client.start(Noop), move |_| async move {
        // Nobody waits any more when this fails.
        let _ = sender.send(again.run(status()).await);
    });
    let result = K::told(&mut told).await.ok_or("nothing was told")?;
    same("messages", result.map_err(text)?.messages(), Some(4))
}

pub(super) async fn login_refused<K: Kit>(place: &Place) -> Verdict {
    match failed(K::open(config(place).credentials(login())).await)? {
        Error::Login(completion) => {
            let code = completion.text.code;
            same("code", code, Some(Code::AuthenticationFailed))?;
            same("text", completion.text.text.as_bytes(), b"no such user")
        }
        other => Err(format!("{other}")),
    }
}

pub(super) async fn select_refused<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place).await?;
    let error = failed(client.run(Select::new("other")).await)?;
    check("NO", matches!(error, Error::No(_)))?;
    same("state", client.session().state(), State::Authenticated)?;
    check("no mailbox", client.session().mailbox().is_none())
}
