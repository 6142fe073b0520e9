//! What a correct client shows in each case.

mod callbacks;
mod costs;
mod defects;
mod idling;
mod ordering;
mod untagged;

use std::fmt::Debug;
use std::time::Duration;

use imap_proto_core::encode::{Fetch, FetchItems, Select, SelectResponse};
use imap_proto_core::session::Error;
use imap_proto_core::types::{FetchResponse, Flag, SequenceNumber};
use imap_transport_std::{Config, Credentials, Notice, Timeouts};

use super::{Failure, Kit, Place, Plan};
use crate::interop::Started;

type Verdict = Result<(), Failure>;

/// How long news may take.
const SOON: Duration = Duration::from_secs(5);

/// The names of the cases, and what each does.
macro_rules! cases {
    ($($name:literal => $module:ident::$function:ident,)*) => {
        /// Runs the case of a plan.
        pub(super) async fn run<K: Kit>(plan: &Plan, place: &Place) -> Verdict {
            match plan.name.as_str() {
                $($name => $module::$function::<K>(place).await,)*
                other => Err(format!("no case {other}")),
            }
        }
    };
}

cases! {
    "after-bye" => ordering::after_bye,
    "bad-is-an-error" => callbacks::bad_is_an_error,
    "callback" => callbacks::callback,
    "callback-of-a-lost-connection" => defects::callback_of_a_lost_connection,
    "callback-of-bad" => callbacks::callback_of_bad,
    "callback-starts-a-command" => callbacks::callback_starts_a_command,
    "callback-waits" => callbacks::callback_waits,
    "capabilities-of-the-login" => defects::capabilities_of_the_login,
    "code-of-an-append" => untagged::code_of_an_append,
    "code-with-a-bracket" => defects::code_with_a_bracket,
    "codes-of-a-select" => untagged::codes_of_a_select,
    "compressed-body" => defects::compressed_body,
    "enable" => defects::enable,
    "endless-line" => costs::endless_line,
    "idle-command" => idling::command,
    "idle-data" => idling::data,
    "idle-data-at-once" => idling::data,
    "idle-dead-peer" => idling::dead_peer,
    "idle-renewed" => idling::renewed,
    "idle-still-here" => idling::data,
    "idle-time-out" => idling::time_out,
    "lock-of-another" => defects::lock_of_another,
    "login-refused" => callbacks::login_refused,
    "long-line" => costs::long_line,
    "lower-case" => defects::lower_case,
    "name-in-other-letters" => defects::name_in_other_letters,
    "news-before-starttls" => defects::news_before_starttls,
    "no-is-an-answer" => callbacks::no_is_an_answer,
    "ok-without-text" => defects::noop,
    "parallel-commands" => ordering::parallel_commands,
    "pending-at-bye" => ordering::pending_at_bye,
    "pipelined-fetches" => defects::pipelined_fetches,
    "rate" => costs::rate,
    "recent" => untagged::recent,
    "select-forgets" => ordering::select_forgets,
    "select-read-only" => ordering::select_read_only,
    "select-refused" => callbacks::select_refused,
    "select-waits" => ordering::select_waits,
    "serial-with-callback" => ordering::serial_with_callback,
    "text-like-a-literal" => defects::noop,
    "turned-read-only" => ordering::turned_read_only,
    "two-literals" => untagged::two_literals,
    "two-searches" => ordering::two_searches,
    "unknown-code" => untagged::unknown_code,
    "unsolicited-data" => untagged::unsolicited_data,
    "untagged-before-continuation" => defects::untagged_before_continuation,
    "wrong-state" => ordering::wrong_state,
}

/// In the clear, with time limits that suit a test.
fn config(place: &Place) -> Config {
    Config::unencrypted("127.0.0.1")
        .with_port(place.port)
        .timeouts(timeouts())
}

fn timeouts() -> Timeouts {
    let mut timeouts = Timeouts::default();
    timeouts.idle_delay = Duration::from_millis(20);
    timeouts.idle_refresh = Duration::from_millis(300);
    timeouts.command = Duration::from_secs(10);
    timeouts
}

fn login() -> Credentials {
    Credentials::password("alice", "secret")
}

async fn open<K: Kit>(place: &Place) -> Result<K, Failure> {
    K::open(config(place)).await.map_err(text)
}

/// With INBOX selected.
async fn selected<K: Kit>(place: &Place) -> Result<K, Failure> {
    let client: K = open(place).await?;
    select(&client, "INBOX").await?;
    Ok(client)
}

async fn select<K: Kit>(client: &K, name: &str) -> Result<SelectResponse, Failure> {
    client.run(Select::new(name)).await.map_err(text)
}

fn fetch<K: Kit>(client: &K, number: u32) -> Started<K, Fetch> {
    let items = FetchItems::new().flags();
    client.start(Fetch::new(SequenceNumber(number), items))
}

/// The one message of an answer, by its number, and whether it has a flag.
async fn flagged<K: Kit>(reply: Started<K, Fetch>, number: u32, flag: Flag) -> Verdict {
    let answer = K::finish::<Fetch>(reply).await.map_err(text)?;
    let [only] = answer.as_slice() else {
        return Err(format!("{} messages", answer.len()));
    };
    same("number", only.sequence_number, Some(SequenceNumber(number)))?;
    has_flag(only, &flag)
}

fn has_flag(fetch: &FetchResponse, flag: &Flag) -> Verdict {
    let flags = fetch.flags.as_ref();
    check("flag", flags.is_some_and(|flags| flags.contains(flag)))
}

/// The next notice.
async fn notice<K: Kit>(events: &mut K::Events) -> Result<Notice, Failure> {
    let notice = K::notice(events, SOON).await;
    notice.ok_or_else(|| "no news".to_owned())
}

#[allow(clippy::needless_pass_by_value, reason = "calls are shorter so")]
fn same<T: PartialEq + Debug>(what: &str, is: T, expected: T) -> Verdict {
    if is == expected {
        return Ok(());
    }
    Err(format!("{what}: {is:?} instead of {expected:?}"))
}

fn check(what: &str, is: bool) -> Verdict {
    is.then_some(()).ok_or_else(|| format!("not so: {what}"))
}

fn text(error: impl std::fmt::Display) -> Failure {
    error.to_string()
}

/// The error of a call that must fail.
fn failed<T>(result: Result<T, Error>) -> Result<Error, Failure> {
    match result {
        Ok(_) => Err("it did not fail".to_owned()),
        Err(error) => Ok(error),
    }
}
