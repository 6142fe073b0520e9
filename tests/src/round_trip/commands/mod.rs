//! Every command with arguments by chance, and what a server finds of it.

mod arguments;
mod items;
mod keys;
mod mailboxes;
mod messages;
mod server;

use super::peer::{Outcome, Peer, State};
use super::{Random, Report};
use crate::fuzz::{Choices, Token, Want};
use arguments::{Arguments, Words};
use imap_proto_core::encode::{Command, Request, SubmitError};
use imap_proto_core::types::{SequenceNumber, Uid};

/// A command to send.
pub(super) struct Case {
    /// The type of the command.
    kind: &'static str,
    request: Result<Request, SubmitError>,
    wanted: Vec<Want>,
}

fn case<C: Command>(command: C, words: Words) -> Case {
    Case {
        kind: std::any::type_name::<C>(),
        request: command.request(),
        wanted: words.0,
    }
}

/// Makes a command of arguments by chance.
type Maker = fn(&mut Arguments<'_>) -> Case;

const BEFORE_LOGIN: [Maker; 3] = [server::login, server::authenticate, server::start_tls];

/// Those that a selected mailbox rules out.
const BEFORE_SELECT: [Maker; 2] = [server::enable, server::proxy_auth];

const SELECTED: [Maker; 77] = [
    messages::fetch::<SequenceNumber>,
    messages::fetch::<Uid>,
    messages::fetch_partial,
    messages::fetch_changes,
    messages::partial,
    messages::store::<SequenceNumber>,
    messages::store::<Uid>,
    messages::search::<SequenceNumber>,
    messages::search::<Uid>,
    messages::esearch,
    messages::sort::<SequenceNumber>,
    messages::sort::<Uid>,
    messages::thread::<SequenceNumber>,
    messages::thread::<Uid>,
    messages::copy::<SequenceNumber>,
    messages::copy::<Uid>,
    messages::move_messages::<SequenceNumber>,
    messages::move_messages::<Uid>,
    messages::replace::<SequenceNumber>,
    messages::replace::<Uid>,
    messages::convert::<SequenceNumber>,
    messages::convert::<Uid>,
    messages::expunge,
    messages::uid_expunge,
    messages::uid_batches,
    messages::check,
    messages::close,
    messages::unselect,
    messages::cancel_update,
    mailboxes::delete,
    mailboxes::subscribe,
    mailboxes::unsubscribe,
    mailboxes::create,
    mailboxes::rename,
    mailboxes::select,
    mailboxes::examine,
    mailboxes::status,
    mailboxes::list,
    mailboxes::list_status,
    mailboxes::list_details,
    mailboxes::lsub,
    mailboxes::rlist,
    mailboxes::rlsub,
    mailboxes::xlist,
    mailboxes::namespace,
    mailboxes::append,
    mailboxes::get_metadata,
    mailboxes::set_metadata,
    mailboxes::get_annotation,
    mailboxes::set_annotation,
    mailboxes::notify,
    server::capability,
    server::noop,
    server::logout,
    server::compress,
    server::unauthenticate,
    server::netscape,
    server::get_jmap_access,
    server::id,
    server::set_acl,
    server::delete_acl,
    server::list_rights,
    server::get_acl,
    server::my_rights,
    server::get_quota_root,
    server::get_quota,
    server::set_quota,
    server::language,
    server::comparator,
    server::conversions,
    server::gen_url_auth,
    server::reset_key,
    server::url_fetch,
    server::apple_push_service,
    server::custom,
    // Twice, as they have more forms than others.
    messages::search::<Uid>,
    mailboxes::append,
];

/// All makers with the state that they need.
fn makers() -> Vec<(State, Maker)> {
    let of = |state, makers: &[Maker]| -> Vec<_> { makers.iter().map(|m| (state, *m)).collect() };
    let mut all = of(State::NotAuthenticated, &BEFORE_LOGIN);
    all.extend(of(State::Authenticated, &BEFORE_SELECT));
    all.extend(of(State::Selected, &SELECTED));
    all
}

/// Writes so many commands, each kind as often as the others, and reads what a server would.
pub fn commands(cases: u64, seed: u64) -> Report {
    let makers = makers();
    let mut report = Report::default();
    let mut random = Random::new(seed, 2);
    for number in 0..cases {
        let at = usize::try_from(number).unwrap_or_default() % makers.len();
        let (state, maker) = makers[at];
        let octets = random.octets(200);
        let mut choices = Choices::new(&octets);
        let mut peer = Peer::new(state, choices.byte());
        let mut arguments = Arguments {
            choices,
            utf8: peer.utf8(),
            before: peer.before(),
        };
        let case = maker(&mut arguments);
        report.cases += 1;
        let before = peer.before().map(|(_, tag)| Token::Text(tag.into()));
        let is_own = |want: &Want| before.as_ref().is_some_and(|tag| want.is(tag));
        let mut wanted = case.wanted.iter();
        if wanted.any(|want| want.is_like_a_tag() && !is_own(want)) {
            report.refused += 1; // a server could not tell it from the next command
            continue;
        }
        match case.request.map(|request| peer.hear(request)) {
            Err(_) | Ok(Outcome::Refused) => report.refused += 1,
            Ok(Outcome::Heard(tokens)) => {
                report.reached(&name(case.kind));
                let same = tokens.len() == case.wanted.len()
                    && case
                        .wanted
                        .iter()
                        .zip(&tokens)
                        .all(|(want, token)| want.is(token));
                if !same {
                    let difference = format!("{tokens:?}, not {:?}", case.wanted);
                    report.differs(format!("command {number}: {difference}"));
                }
            }
            Ok(Outcome::Broken(why)) => report.differs(format!("command {number}: {why}")),
        }
    }
    report
}

/// `Search`, and `UID Search` of `…::search::Search<…::Uid>`.
fn name(kind: &str) -> String {
    let (path, arguments) = kind.split_once('<').unwrap_or((kind, ""));
    let name = path.rsplit("::").next().unwrap_or(path);
    let uid = arguments.ends_with("::Uid>");
    format!("{}{name}", if uid { "UID " } else { "" })
}
