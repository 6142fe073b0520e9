//! The order of commands, and the states: 1.4.

use imap_proto_core::encode::{
    Noop, Search, SearchKey, Select, Status, StatusItems, SubmitError, Subscribe,
};
use imap_proto_core::engine::{ConnectionError, State};
use imap_proto_core::session::Error;
use imap_proto_core::types::{Flag, SequenceNumber};
use tokio::sync::mpsc::unbounded_channel;

use super::{
    Fetch, Kit, Place, Verdict, check, failed, fetch, flagged, open, same, select, selected, text,
};

pub(super) async fn parallel_commands<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place).await?;
    let one = fetch(&client, 1);
    let items = StatusItems::new().messages();
    let status = client.run(Status::new("other", items)).await;
    same("messages", status.map_err(text)?.messages(), Some(4))?;
    flagged::<K>(one, 1, Flag::Seen).await
}

pub(super) async fn select_waits<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place).await?;
    let one = fetch(&client, 1);
    let other = client.start(Select::new("other"));
    let nine = fetch(&client, 9);
    flagged::<K>(one, 1, Flag::Seen).await?;
    let other = K::finish::<Select>(other).await.map_err(text)?;
    same("messages", other.exists, Some(9))?;
    flagged::<K>(nine, 9, Flag::Draft).await
}

pub(super) async fn serial_with_callback<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    let (sender, mut told) = unbounded_channel();
    let back = sender.clone();
    let subscribe = client.start(Subscribe::new("one"));
    K::then::<Subscribe, _>(subscribe, move |result| async move {
        // Nobody waits any more when this fails.
        let _ = back.send(result.map(|()| "called"));
    });
    sender.send(Ok("returned")).map_err(text)?;
    drop(sender);
    for expected in ["returned", "called"] {
        let what = K::told(&mut told).await.ok_or("nothing was told")?;
        same("order", what.map_err(text)?, expected)?;
    }
    check("once", K::told(&mut told).await.is_none())
}

pub(super) async fn wrong_state<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    let error = failed(K::finish::<Fetch>(fetch(&client, 1)).await)?;
    let refused = matches!(error, Error::Submit(SubmitError::WrongState));
    check("refused for its state", refused)?;
    client.run(Noop).await.map_err(text)
}

pub(super) async fn after_bye<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    for _ in 0..2 {
        said_goodbye(&failed(client.run(Noop).await)?)?;
    }
    Ok(())
}

pub(super) async fn pending_at_bye<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place).await?;
    let started = [fetch(&client, 1), fetch(&client, 2)];
    for reply in started {
        said_goodbye(&failed(K::finish::<Fetch>(reply).await)?)?;
    }
    Ok(())
}

/// Whether an error has what the server said in its BYE.
fn said_goodbye(error: &Error) -> Verdict {
    match error {
        Error::Connection(ConnectionError::ClosedByServer { bye }, _) => same(
            "text",
            bye.text.as_bytes(),
            b"going down for maintenance".as_slice(),
        ),
        other => Err(format!("{other}")),
    }
}

pub(super) async fn select_forgets<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place).await?;
    select(&client, "other").await?;
    let view = client.session().mailbox().ok_or("no mailbox")?;
    same("messages", (view.exists, view.recent), (9, Some(1)))
}

pub(super) async fn select_read_only<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    check("read-only", select(&client, "INBOX").await?.read_only)
}

pub(super) async fn turned_read_only<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place).await?;
    let read_only = || client.session().mailbox().map(|view| view.read_only);
    same("before", read_only(), Some(false))?;
    client.run(Noop).await.map_err(text)?;
    same("behind", read_only(), Some(true))
}

pub(super) async fn two_searches<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place).await?;
    let seen = client.start(Search::new(SearchKey::seen()));
    let unseen = client.start(Search::new(SearchKey::unseen()));
    for (reply, expected) in [(seen, vec![1]), (unseen, vec![2, 3])] {
        let found = K::finish::<Search>(reply).await.map_err(text)?;
        let expected: Vec<_> = expected.into_iter().map(SequenceNumber).collect();
        same("found", found.iter().collect(), expected)?;
    }
    same("state", client.session().state(), State::Selected)
}
