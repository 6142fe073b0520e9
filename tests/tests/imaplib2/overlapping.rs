//! Commands at the same time: whose answer is whose, and what waits for what.

use imap_proto_core::encode::{Append, AppendMessage, Subscribe};
use imap_proto_core::encode::{
    Fetch, FetchItems, Noop, Search, SearchKey, Select, Status, StatusItems,
};
use imap_proto_core::types::{Flag, SequenceNumber};
use imap_tests::interop::Client;

use crate::kit::both;

fn flags(number: u32) -> Fetch {
    let number = SequenceNumber(number);
    Fetch::new(number..=number, FetchItems::new().flags())
}

/// 1.15-1: the seed gives the first FETCH that ends the data of all, and the others none.
#[test]
fn pipelined_fetches_each_get_their_own() {
    both!(
        "S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $s SELECT INBOX
S: * 3 EXISTS
S: $s OK [READ-WRITE] done
C: $a FETCH 1 (FLAGS)
C: $b FETCH 2 (FLAGS)
C: $c FETCH 3 (FLAGS)
S: * 3 FETCH (FLAGS (\\Draft))
S: * 2 FETCH (FLAGS (\\Flagged))
S: $c OK the last first
S: * 1 FETCH (FLAGS (\\Seen))
S: $a OK done
S: $b OK done
C: $z LOGOUT
S: * BYE see you
S: $z OK
",
        pipelined_fetches
    );
}

async fn pipelined_fetches<L: Client>(client: L) {
    client.run(Select::new("INBOX")).await.unwrap();
    let started = [1, 2, 3].map(|number| client.start(flags(number)));
    let expected = [Flag::Seen, Flag::Flagged, Flag::Draft];
    for (fetch, flag) in started.into_iter().zip(expected) {
        let answer = L::finish::<Fetch>(fetch).await.unwrap();
        assert_eq!(answer.len(), 1);
        assert!(answer[0].flags.as_ref().unwrap().contains(&flag));
    }
}

/// 1.4-1: what may overlap goes out at once, also what the seed serialises.
#[test]
fn commands_that_may_overlap_are_on_the_wire_together() {
    both!(
        "S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $a STATUS one (MESSAGES)
C: $b NOOP
C: $c APPEND two {2}
S: * STATUS one (MESSAGES 1)
S: + go
C: xy
C: $d STATUS three (MESSAGES)
S: $b OK
S: * STATUS three (MESSAGES 3)
S: $d OK
S: $c OK
S: $a OK
C: $z LOGOUT
S: * BYE see you
S: $z OK
",
        overlapping
    );
}

async fn overlapping<L: Client>(client: L) {
    let status = |name: &str| client.start(Status::new(name, StatusItems::new().messages()));
    let one = status("one");
    let noop = client.start(Noop);
    // The literal must wait for the server, the commands before it need not.
    let append = client.start(Append::new("two", AppendMessage::new("xy")));
    let three = status("three");
    let three = L::finish::<Status>(three).await.unwrap();
    assert_eq!(three.messages(), Some(3));
    L::finish::<Append>(append).await.unwrap();
    L::finish::<Noop>(noop).await.unwrap();
    assert_eq!(L::finish::<Status>(one).await.unwrap().messages(), Some(1));
}

/// 1.4-1, 1.4-5: SELECT waits for all that use the mailbox before it, and all that use it behind it
/// wait for SELECT; two searches whose answers have no key go one after the other. Nothing is
/// overtaken.
#[test]
fn what_may_not_overlap_is_held_in_order() {
    both!(
        "S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $s SELECT one
S: * 2 EXISTS
S: $s OK [READ-WRITE] done
C: $a FETCH 1 (FLAGS)
S: * 1 FETCH (FLAGS (\\Seen))
S: $a OK done
C: $t SELECT two
S: * 1 EXISTS
S: $t OK [READ-WRITE] done
C: $b SEARCH SEEN
S: * SEARCH 1
S: $b OK done
C: $c SEARCH UNSEEN
S: * SEARCH
S: $c OK done
C: $d SUBSCRIBE two
S: $d OK done
C: $z LOGOUT
S: * BYE see you
S: $z OK
",
        held
    );
}

async fn held<L: Client>(client: L) {
    let first = client.start(Select::new("one"));
    let fetch = client.start(flags(1));
    let second = client.start(Select::new("two"));
    let seen = client.start(Search::<SequenceNumber>::new(SearchKey::seen()));
    let unseen = client.start(Search::<SequenceNumber>::new(SearchKey::unseen()));
    let subscribe = client.start(Subscribe::new("two"));
    assert_eq!(L::finish::<Select>(first).await.unwrap().exists, Some(2));
    assert_eq!(L::finish::<Fetch>(fetch).await.unwrap().len(), 1);
    assert_eq!(L::finish::<Select>(second).await.unwrap().exists, Some(1));
    let seen = L::finish::<Search>(seen).await.unwrap();
    assert!(seen.iter().eq([SequenceNumber(1)]));
    let unseen = L::finish::<Search>(unseen).await.unwrap();
    assert_eq!(unseen.iter().count(), 0);
    L::finish::<Subscribe>(subscribe).await.unwrap();
}

/// Eight threads use clones of one session; each gets its own answers, none twice.
#[test]
fn clones_in_threads_each_get_their_own_answers() {
    let demo = imap_tests::demo::Demo::start(imap_tests::demo::Settings::default()).unwrap();
    let login = imap_transport_std::Credentials::password("alice", "secret-pass");
    let config = crate::kit::plain(demo.port()).credentials(login);
    let session = imap_transport_std::connect(config).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let session = session.clone();
            scope.spawn(move || {
                let name = format!("of-thread-{thread}");
                session.create(name.as_str()).wait().unwrap();
                for count in 1..=20 {
                    let message = AppendMessage::new("Subject: x\r\n\r\nx\r\n");
                    session.append(name.as_str(), message).wait().unwrap();
                    let items = StatusItems::new().messages();
                    let status = session.status(name.as_str(), items).wait().unwrap();
                    assert_eq!(status.mailbox, name.as_str());
                    assert_eq!(status.messages(), Some(count));
                }
            });
        }
    });
}
