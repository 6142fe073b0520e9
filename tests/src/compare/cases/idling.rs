//! IDLE: 1.9.

use std::time::Duration;

use imap_proto_core::encode::Noop;
use imap_proto_core::engine::{ConnectionError, TimeoutReason};
use imap_proto_core::session::Error;
use imap_proto_core::types::Data;
use imap_transport_std::Notice;

use super::{Kit, Place, Verdict, check, config, notice, same, select, text, timeouts};

/// With INBOX selected; IDLE lasts so long until it is renewed.
async fn selected<K: Kit>(place: &Place, refresh: Duration) -> Result<K, super::Failure> {
    let mut timeouts = timeouts();
    timeouts.idle_refresh = refresh;
    timeouts.command = Duration::from_millis(700);
    let client = K::open(config(place).timeouts(timeouts)).await;
    let client = client.map_err(text)?;
    select(&client, "INBOX").await?;
    Ok(client)
}

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(300);

/// Reads up to the EXISTS of the fourth message.
async fn fourth<K: Kit>(events: &mut K::Events) -> Verdict {
    loop {
        match notice::<K>(events).await? {
            Notice::Data {
                data: Data::Exists(count),
                ..
            } => return same("messages", count, 4),
            Notice::Closed(error) => return Err(error.to_string()),
            _ => {}
        }
    }
}

pub(super) async fn data<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place, LONG).await?;
    let mut events = client.events();
    let guard = client.session().idle();
    fourth::<K>(&mut events).await?;
    drop(guard);
    client.run(Noop).await.map_err(text)?;
    let view = client.session().mailbox().map(|view| view.exists);
    same("messages", view, Some(4))
}

pub(super) async fn time_out<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place, LONG).await?;
    let mut events = client.events();
    let guard = client.session().idle();
    let began = matches!(notice::<K>(&mut events).await?, Notice::Idling(true));
    check("IDLE began", began)?;
    let nothing = K::notice(&mut events, SHORT).await.is_none();
    check("the time was over", nothing)?;
    drop(guard);
    client.run(Noop).await.map_err(text)
}

pub(super) async fn command<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place, LONG).await?;
    let mut events = client.events();
    let guard = client.session().idle();
    let began = matches!(notice::<K>(&mut events).await?, Notice::Idling(true));
    check("IDLE began", began)?;
    client.run(Noop).await.map_err(text)?;
    drop(guard);
    let ended = matches!(notice::<K>(&mut events).await?, Notice::Idling(false));
    check("told that IDLE ended", ended)
}

pub(super) async fn renewed<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place, SHORT).await?;
    let mut events = client.events();
    let guard = client.session().idle();
    fourth::<K>(&mut events).await?;
    drop(guard);
    client.run(Noop).await.map_err(text)
}

pub(super) async fn dead_peer<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place, SHORT).await?;
    let mut events = client.events();
    let _guard = client.session().idle();
    loop {
        if let Notice::Closed(error) = notice::<K>(&mut events).await? {
            let timed_out = matches!(
                error,
                Error::Connection(ConnectionError::Timeout(TimeoutReason::Idle), _)
            );
            return check("a time-out of IDLE", timed_out);
        }
    }
}
