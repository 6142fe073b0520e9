//! What fails, and that the connection goes on behind it.

use imap_proto_core::encode::{
    Create, Custom, Delete, Fetch, FetchItems, Id, Noop, Request, SearchKey, Select, Status,
    StatusItems, Store, StoreAction, SubmitError, UidSearch,
};
use imap_proto_core::engine::Ending;
use imap_proto_core::session::Error;
use imap_proto_core::types::{Condition, Flag, SequenceNumber};

use crate::interop::case::{Case, Failure, Verdict, check, refused, same};
use crate::interop::client::Client;

/// Fails unless a command was not taken for this reason.
fn not_taken<T: std::fmt::Debug>(result: Result<T, Error>, expected: &SubmitError) -> Verdict {
    match result {
        Err(Error::Submit(error)) => same("error", &error, expected),
        other => Err(Failure::Failed(format!(
            "{other:?} instead of {expected:?}"
        ))),
    }
}

pub(super) async fn no_is_typed<L: Client>(t: &Case<'_, L>) -> Verdict {
    let missing = t.name("missing");
    let completion = refused(t.run(Delete::new(missing.as_str())).await)?;
    same("condition", completion.condition, Condition::No)?;
    check(!completion.text.text.is_empty(), "no text")?;
    let items = StatusItems::new().messages();
    let reply = t.start(Status::new(missing.as_str(), items));
    let outcome = L::outcome::<Status>(reply).await?;
    let Ending::Completed(completion) = outcome.ending else {
        return Err(Failure::Failed(format!("ended: {:?}", outcome.ending)));
    };
    same("condition", completion.condition, Condition::No)?;
    t.run(Noop).await?;
    Ok(())
}

pub(super) async fn bad_is_typed<L: Client>(t: &Case<'_, L>) -> Verdict {
    let command = Custom::new(Request::new("XINTEROP-NO-SUCH-COMMAND").map_err(Error::from)?);
    match t.run(command).await {
        Err(Error::Bad(completion)) => {
            same("condition", completion.condition, Condition::Bad)?;
        }
        other => return Err(Failure::Failed(format!("not BAD: {other:?}"))),
    }
    t.run(Noop).await?;
    Ok(())
}

pub(super) async fn wrong_state<L: Client>(t: &Case<'_, L>) -> Verdict {
    let one = SequenceNumber(1);
    let fetch = Fetch::new(one, FetchItems::new().flags());
    not_taken(t.run(fetch).await, &SubmitError::WrongState)?;
    let store = Store::new(one, StoreAction::add([Flag::Seen]));
    not_taken(t.run(store).await, &SubmitError::WrongState)?;
    let search = UidSearch::new(SearchKey::all());
    not_taken(t.run(search).await, &SubmitError::WrongState)?;
    t.run(Noop).await?;
    Ok(())
}

pub(super) async fn line_breaks_in_arguments<L: Client>(t: &Case<'_, L>) -> Verdict {
    let evil = t.name("a\r\nX1 LOGOUT");
    let invalid = SubmitError::InvalidMailbox;
    not_taken(t.run(Create::new(evil.as_str())).await, &invalid)?;
    not_taken(t.run(Select::new(evil.as_str())).await, &invalid)?;
    let items = StatusItems::new().item("MESSAGES)\r\nX1 LOGOUT");
    let status = Status::new(t.name("a"), items);
    not_taken(t.run(status).await, &SubmitError::InvalidAtom)?;
    t.filled(1).await?;
    let flag = Flag::from("a\r\nX1 LOGOUT");
    let store = Store::new(SequenceNumber(1), StoreAction::add([flag]));
    not_taken(t.run(store).await, &SubmitError::InvalidFlag)?;
    // In a string they are data, and go as a literal.
    let search = UidSearch::new(SearchKey::subject("a\r\nX1 LOGOUT"));
    match t.run(search).await {
        Ok(found) => check(found.is_empty(), "found something")?,
        Err(Error::No(_) | Error::Bad(_)) => {}
        Err(other) => return Err(other.into()),
    }
    if t.offers("ID").await? {
        let long = "x".repeat(31);
        let id = Id::new().field(long, "value");
        check(t.run(id).await.is_err(), "a name of 31 octets passed")?;
    }
    t.run(Noop).await?;
    Ok(())
}
