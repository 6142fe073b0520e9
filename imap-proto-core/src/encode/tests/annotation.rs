//! Annotations of messages and Gmail's items, as RFC 5257 and Gmail's documentation write them.

use super::testing::{line, refusal, utf8_line};
use super::*;
use crate::types::{Flag, ModSeq, SequenceNumber, SequenceSet, Uid};

type Key = SearchKey;

fn first() -> SequenceSet {
    SequenceSet::from(SequenceNumber(1))
}

fn fetch(items: FetchItems) -> String {
    line(Fetch::new(first(), items))
}

/// RFC 5257 §4.3, §4.4.
#[test]
fn fetch_of_annotations() {
    let value = FetchItems::new().annotation(["/comment"], ["value"]);
    assert_eq!(fetch(value), "FETCH 1 (ANNOTATION (/comment value))");
    let private = FetchItems::new().annotation(["/*"], ["value.priv", "size.priv"]);
    assert_eq!(
        line(UidFetch::new(Uid(1123), private)),
        "UID FETCH 1123 (UID ANNOTATION (/* (value.priv size.priv)))"
    );
    let level = FetchItems::new().annotation(["/%"], ["value.shared"]);
    assert_eq!(fetch(level), "FETCH 1 (ANNOTATION (/% value.shared))");
    let two = FetchItems::new().annotation(["/comment", "/altsubject"], ["value.priv"]);
    assert_eq!(
        fetch(two),
        "FETCH 1 (ANNOTATION ((/comment /altsubject) value.priv))"
    );
    for (entry, attribute) in [
        ("/a b", "value"),
        ("", "value"),
        ("/a", "va lue"),
        ("/a", "*"),
    ] {
        let items = FetchItems::new().annotation([entry], [attribute]);
        assert_eq!(
            refusal(Fetch::new(first(), items)),
            SubmitError::InvalidAtom
        );
    }
    let none = FetchItems::new().annotation([""; 0], ["value"]);
    assert!(matches!(
        refusal(Fetch::new(first(), none)),
        SubmitError::EmptyList(_)
    ));
}

/// RFC 5257 §4.5.
#[test]
fn store_of_annotations() {
    let store = |annotations| Store::new(first(), StoreAction::annotate(annotations));
    let set = Annotations::new().set("/comment", "value.priv", "My new comment");
    assert_eq!(
        line(store(set)),
        "STORE 1 ANNOTATION (/comment (value.priv \"My new comment\"))"
    );
    let remove = Annotations::new().remove("/comment", "value.shared");
    assert_eq!(
        line(store(remove)),
        "STORE 1 ANNOTATION (/comment (value.shared NIL))"
    );
    let entries = Annotations::new()
        .set("/comment", "value.priv", "Get tix Tuesday")
        .set("/altsubject", "value.priv", "Wots On");
    assert_eq!(
        line(store(entries)),
        "STORE 1 ANNOTATION (/comment (value.priv \"Get tix Tuesday\") /altsubject (value.priv \"Wots On\"))"
    );
    let attributes = Annotations::new()
        .set("/comment", "value.priv", "My new comment")
        .set("/comment", "value.shared", "foo's bar");
    assert_eq!(
        line(store(attributes.clone())),
        "STORE 1 ANNOTATION (/comment (value.priv \"My new comment\" value.shared \"foo's bar\"))"
    );
    let conditional = store(attributes).unchanged_since(ModSeq(7));
    let claims = conditional.request().expect("valid").claims;
    assert!(matches!(
        claims.list.as_slice(),
        [Claim::Fetch(_, FetchNeeds::MOD_SEQ)]
    ));
    let nul = store(Annotations::new().set("/a", "value.priv", "x\0"));
    assert_eq!(
        line(nul),
        "STORE 1 ANNOTATION (/a (value.priv ~{2}\r\nx\0))"
    );
    assert!(matches!(
        refusal(store(Annotations::new())),
        SubmitError::EmptyList(_)
    ));
    let wild = Annotations::new().set("/*", "value.priv", "x");
    assert_eq!(refusal(store(wild)), SubmitError::InvalidAtom);
}

/// RFC 5257 §4.2, §4.7, §4.8, §4.9.
#[test]
fn annotations_elsewhere() {
    assert_eq!(
        line(Select::new("INBOX").annotate()),
        "SELECT INBOX (ANNOTATE)"
    );
    let both = Examine::new("INBOX").cond_store().annotate();
    assert_eq!(line(both), "EXAMINE INBOX (CONDSTORE ANNOTATE)");
    let comment = Annotations::new().set("/comment", "value.priv", "Don't send until I say so");
    let draft = AppendMessage::new("MIME-Version: 1.0\r\n\r\n").annotations(comment);
    assert_eq!(
        line(Append::new("drafts", draft)),
        "APPEND drafts ANNOTATION (/comment (value.priv \"Don't send until I say so\")) {21}\r\nMIME-Version: 1.0\r\n\r\n"
    );
    let search = |key| line(Search::<SequenceNumber>::new(key));
    assert_eq!(
        search(Key::annotation("/comment", "value", "IMAP4")),
        "SEARCH ANNOTATION /comment value \"IMAP4\""
    );
    assert_eq!(
        search(Key::annotation("*", "value.priv", "IMAP4")),
        "SEARCH ANNOTATION * value.priv \"IMAP4\""
    );
    let size = Search::<SequenceNumber>::new(Key::annotation("/comment", "size", "4"));
    assert_eq!(refusal(size), SubmitError::InvalidAtom);
    let sort = |criteria| Sort::<SequenceNumber>::new(criteria, Key::all());
    let subject = SortCriteria::new().annotation("/altsubject", "value.shared");
    assert_eq!(
        line(sort(subject)),
        "SORT (ANNOTATION /altsubject value.shared) UTF-8 ALL"
    );
    for (entry, attribute) in [("/a", "value"), ("/*", "value.priv"), ("/a)", "value.priv")] {
        let criteria = SortCriteria::new().annotation(entry, attribute);
        assert_eq!(refusal(sort(criteria)), SubmitError::InvalidAtom);
    }
}

/// The examples of Gmail's documentation.
#[test]
fn labels_of_gmail() {
    let labels = StoreAction::add_gmail_labels(["foo"]);
    assert_eq!(
        line(Store::new(first(), labels)),
        "STORE 1 +X-GM-LABELS (foo)"
    );
    let labels = StoreAction::remove_gmail_labels(["\\Inbox", "Muy Importante"]).silent();
    assert_eq!(
        line(Store::new(first(), labels)),
        "STORE 1 -X-GM-LABELS.SILENT (\\Inbox \"Muy Importante\")"
    );
    let labels = || StoreAction::replace_gmail_labels(["日本語"]);
    let store = || Store::new(first(), labels());
    assert_eq!(line(store()), "STORE 1 X-GM-LABELS (&ZeVnLIqe-)");
    assert_eq!(utf8_line(store()), "STORE 1 X-GM-LABELS (\"日本語\")");
    let claims = store().request().expect("valid").claims;
    assert!(matches!(
        claims.list.as_slice(),
        [Claim::Fetch(_, FetchNeeds::GMAIL_LABELS)]
    ));
    let items = FetchItems::new()
        .gmail_message_id()
        .gmail_thread_id()
        .gmail_labels();
    assert_eq!(fetch(items), "FETCH 1 (X-GM-MSGID X-GM-THRID X-GM-LABELS)");
    for (key, expected) in [
        (
            Key::gmail_message_id(u64::MAX),
            "X-GM-MSGID 18446744073709551615",
        ),
        (
            Key::gmail_thread_id(1_266_894_439_832_287_888),
            "X-GM-THRID 1266894439832287888",
        ),
        (Key::gmail_label("foo"), "X-GM-LABELS foo"),
        (Key::gmail_label("a b"), "X-GM-LABELS \"a b\""),
    ] {
        assert_eq!(line(UidSearch::new(key)), format!("UID SEARCH {expected}"));
    }
}

/// RFC 4466 §2.2 to §2.4, RFC 6154 §5.3, RFC 6855 §4.
#[test]
fn parameters_and_utf8_messages() {
    let create = Create::new("MySpecial")
        .special_use("\\Drafts")
        .special_use("\\Sent");
    assert_eq!(line(create), "CREATE MySpecial (USE (\\Drafts \\Sent))");
    let create = Create::new("a")
        .special_use("\\Sent")
        .parameter("X (1 \"b\")");
    assert_eq!(line(create), "CREATE a (USE (\\Sent) X (1 \"b\"))");
    assert_eq!(line(Create::new("a").parameter("X 1")), "CREATE a (X 1)");
    let rename = Rename::new("a", "b").parameter("X").parameter("Y 2");
    assert_eq!(line(rename), "RENAME a b (X Y 2)");
    assert_eq!(line(Select::new("a").parameter("X")), "SELECT a (X)");
    for bad in ["", " X", "(X)", "X\r\n", "X \"a", "X {1}"] {
        assert!(
            Create::new("a").parameter(bad).request().is_err(),
            "{bad:?}"
        );
    }
    let message = || AppendMessage::new("Subject: é\r\n\r\n").utf8();
    let flagged = message().flags([Flag::Seen].into_iter().collect());
    assert_eq!(
        line(Append::new("a", flagged)),
        "APPEND a (\\Seen) UTF8 (~{15}\r\nSubject: é\r\n\r\n)"
    );
}
