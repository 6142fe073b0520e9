//! How connections end.

use std::time::Duration;

use imap_proto_core::encode::{Fetch, FetchItems, Logout, Noop, SubmitError};
use imap_proto_core::engine::State;
use imap_proto_core::session::{Error, Notice};
use imap_proto_core::types::SequenceNumber;

use crate::interop::case::{Case, Failure, Verdict, check, same};
use crate::interop::client::Client;

/// Longer than any server takes to end a connection.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for the end that subscribers see.
async fn closed<L: Client>(events: &mut L::Events) -> Result<Error, Failure> {
    while let Some(notice) = L::notice(events, PATIENCE).await {
        if let Notice::Closed(error) = notice {
            return Ok(error);
        }
    }
    Err(Failure::Failed("the end was not told".to_owned()))
}

pub(super) async fn logout<L: Client>(t: &Case<'_, L>) -> Verdict {
    let client = t.another()?;
    let mut events = client.events();
    client.run(Logout).await?;
    let error = closed::<L>(&mut events).await?;
    check(error.is_logged_out(), format!("not logged out: {error}"))?;
    same("state", client.session().state(), State::Closed)?;
    let late = client.run(Noop).await;
    check(late.is_err(), "a command was taken behind LOGOUT")
}

/// What was submitted before is answered, what comes behind is refused.
pub(super) async fn what_waits_at_logout<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(3).await?;
    let all = SequenceNumber(1)..=SequenceNumber(3);
    let fetch = t.start(Fetch::new(all, FetchItems::full()));
    let noop = t.start(Noop);
    let logout = t.start(Logout);
    let late = t.start(Noop);
    same("answers", L::finish::<Fetch>(fetch).await?.len(), 3)?;
    L::finish::<Noop>(noop).await?;
    L::finish::<Logout>(logout).await?;
    match L::finish::<Noop>(late).await {
        Err(Error::Submit(SubmitError::Closed | SubmitError::WrongState)) => Ok(()),
        Err(error) if error.is_logged_out() => Ok(()),
        other => Err(Failure::Failed(format!("behind LOGOUT: {other:?}"))),
    }
}

pub(super) async fn abort<L: Client>(t: &Case<'_, L>) -> Verdict {
    let client = t.another()?;
    let mut events = client.events();
    client.session().abort_handle().abort();
    let error = closed::<L>(&mut events).await?;
    check(error.is_fatal(), format!("not fatal: {error}"))?;
    check(client.run(Noop).await.is_err(), "the connection goes on")?;
    t.run(Noop).await?;
    Ok(())
}

pub(super) async fn dropping_logs_out<L: Client>(t: &Case<'_, L>) -> Verdict {
    for _ in 0..10 {
        let client = t.another()?;
        client.run(Noop).await?;
        drop(client);
    }
    t.run(Noop).await?;
    Ok(())
}
