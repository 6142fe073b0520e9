//! The command lines of RFC 9051, as they are printed there. A printed example may quote a string
//! that needs no quotes, or leave the parentheses of a list of one away; these differences alone
//! are evened out.

use chrono::NaiveDate;

use super::testing::line;
use super::*;
use crate::types::{Flag, SequenceNumber, SequenceSet, UidSet};

type Key = SearchKey;
type NumberSearch = Search<SequenceNumber>;

/// A line without the quotes that are not needed.
fn plain(line: &str) -> String {
    let mut parts = line.split('"');
    let mut text = parts.next().unwrap_or_default().to_owned();
    while let (Some(inside), Some(after)) = (parts.next(), parts.next()) {
        let bare = !inside.is_empty() && !inside.contains([' ', '(', ')', '{', '\\']);
        let quote = if bare { "" } else { "\"" };
        text.extend([quote, inside, quote, after]);
    }
    text
}

fn numbers(text: &str) -> SequenceSet {
    text.parse().expect("a set")
}

fn uids(text: &str) -> UidSet {
    text.parse().expect("a set")
}

fn since(day: u32, month: u32, year: i32) -> Key {
    Key::since(NaiveDate::from_ymd_opt(year, month, day).expect("a day"))
}

fn check(printed: &str, command: impl Command) {
    assert_eq!(plain(&line(command)), plain(printed));
}

fn list(printed: &str, options: ListOptions, pattern: &str) {
    check(printed, List::new("", pattern).options(options));
}

#[test]
fn mailbox_commands() {
    check(
        "CREATE \"#mh/Deleted Items\"",
        Create::new("#mh/Deleted Items"),
    );
    check("CREATE \"INBOX.Sent Mail\"", Create::new("INBOX.Sent Mail"));
    check("CREATE NonNormalized", Create::new("NonNormalized"));
    check("DELETE Notes", Delete::new("Notes"));
    check("RENAME foo zowie", Rename::new("foo", "zowie"));
    check("RENAME X Y", Rename::new("X", "Y"));
    check("SUBSCRIBE Y", Subscribe::new("Y"));
    check("ENABLE IMAP4rev2", Enable::new(["IMAP4rev2"]));
    check("LOGIN \"fred\" \"foo\"", Login::new("fred", "foo"));
    check("SELECT Drafts", Select::new("Drafts"));
    let archive = "/archive/projects/experiment-iv";
    check(
        "SELECT \"/archive/projects/experiment-iv\"",
        Select::new(archive),
    );
    let status = Status::new(archive, StatusItems::new().messages());
    check(
        "STATUS \"/archive/projects/experiment-iv\" (MESSAGES)",
        status,
    );
}

#[test]
fn list_commands() {
    let new = ListOptions::new;
    list("LIST \"\" \"*\"", new(), "*");
    list("LIST \"\" \"#Users/Mike/%\"", new(), "#Users/Mike/%");
    list("LIST \"\" \"Other Users/%\"", new(), "Other Users/%");
    list(
        "LIST \"\" \"%\" RETURN (CHILDREN)",
        new().return_children(),
        "%",
    );
    let recursive = || new().recursive_match().subscribed();
    list(
        "LIST (RECURSIVEMATCH SUBSCRIBED) \"\" \"*2\"",
        recursive(),
        "*2",
    );
    list(
        "LIST (REMOTE SUBSCRIBED) \"\" \"*\"",
        new().remote().subscribed(),
        "*",
    );
    list(
        "LIST (REMOTE) \"\" \"*\" RETURN (SUBSCRIBED)",
        new().remote().return_subscribed(),
        "*",
    );
    list(
        "LIST (SUBSCRIBED) \"\" \"foo/*\"",
        new().subscribed(),
        "foo/*",
    );
    list(
        "LIST (SUBSCRIBED RECURSIVEMATCH) \"\" foo RETURN (CHILDREN)",
        new().subscribed().recursive_match().return_children(),
        "foo",
    );
    let special = List::new("#mh/", "*").options(new().special_use());
    check("LIST (SPECIAL-USE) \"#mh/\" \"*\"", special);
    check(
        "LIST \"\" (% music/rock)",
        List::new("", "%").pattern("music/rock"),
    );
}

#[test]
fn search_commands() {
    let new = SearchReturn::new;
    let search = |printed: &str, options, key| {
        check(printed, NumberSearch::new(key).returning(options));
    };
    let feb = || since(12, 2, 2006);
    search(
        "SEARCH RETURN (COUNT) DELETED",
        new().count(),
        Key::deleted(),
    );
    search("SEARCH RETURN (MIN) UNSEEN", new().min(), Key::unseen());
    search(
        "SEARCH RETURN (SAVE MIN) SINCE 12-Feb-2006",
        new().save().min(),
        feb(),
    );
    search(
        "SEARCH RETURN (ALL SAVE) SINCE 12-Feb-2006",
        new().all().save(),
        feb(),
    );
    search(
        "SEARCH RETURN (ALL SAVE MIN) SINCE 12-Feb-2006",
        new().all().save().min(),
        feb(),
    );
    search(
        "SEARCH RETURN (SAVE) KEYWORD $Junk",
        new().save(),
        Key::keyword("$Junk"),
    );
    check(
        "SEARCH FROM maria@example.com",
        NumberSearch::new(Key::sender("maria@example.com")),
    );
    let saved = Key::saved_result() & Key::smaller(4096);
    check("UID SEARCH $ SMALLER 4096", UidSearch::new(saved));
    let by_number = UidSearch::new(Key::numbers(numbers("1:5000")));
    check(
        "UID SEARCH RETURN (MIN MAX) 1:5000",
        by_number.returning(new().min().max()),
    );
}

#[test]
fn message_commands() {
    use crate::types::{Section, SectionPart};

    let header = Section::Header(SectionPart::whole());
    let items = FetchItems::new()
        .uid()
        .internal_date()
        .flags()
        .section(header.clone());
    check(
        "FETCH $ (UID INTERNALDATE FLAGS BODY.PEEK[HEADER])",
        Fetch::<SequenceNumber>::new(Messages::SavedResult, items),
    );
    let reading = FetchItems::new().section(FetchSection::new(header).peek(false));
    check(
        "FETCH 12 (BODY[HEADER])",
        Fetch::new(numbers("12"), reading),
    );
    let deleted = StoreAction::add([Flag::Deleted]).silent();
    check(
        "STORE $ +FLAGS.SILENT (\\Deleted)",
        Store::<SequenceNumber>::new(Messages::SavedResult, deleted),
    );
    let saved = |mailbox: &str| Copy::<SequenceNumber>::new(Messages::SavedResult, mailbox);
    check("COPY $ \"Junk\"", saved("Junk"));
    check("COPY $ \"Other Messages\"", saved("Other Messages"));
    check(
        "COPY 3:200 blurdybloop",
        Copy::new(numbers("3:200"), "blurdybloop"),
    );
    check(
        "UID COPY 305:310 meeting",
        UidCopy::new(uids("305:310"), "meeting"),
    );
    check("UID MOVE 42:69 foo", UidMove::new(uids("42:69"), "foo"));
    check("UID EXPUNGE 3000:3002", UidExpunge::new(uids("3000:3002")));
}
