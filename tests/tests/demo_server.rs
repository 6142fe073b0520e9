//! The demo server, spoken to with lines of text; expectations are those of the RFCs and of recorded servers.

use imap_tests::demo::{Demo, LARGE_MAILBOX, Settings};
use imap_tests::raw::RawClient;
use imap_tests::transcript::messages;

fn start() -> Demo {
    Demo::start(Settings {
        large_lines: 1000,
        ..Settings::default()
    })
    .expect("loopback ports are free")
}

fn login(demo: &Demo) -> RawClient {
    let (mut client, _) = RawClient::connect(demo.port());
    client.ok("LOGIN alice secret-pass");
    client
}

fn selected(demo: &Demo) -> RawClient {
    let mut client = login(demo);
    client.ok("SELECT INBOX");
    client
}

#[test]
fn login_in_every_form() {
    let demo = start();
    let (mut client, greeting) = RawClient::connect(demo.port());
    assert!(
        greeting.contains("AUTH=PLAIN") && greeting.contains("STARTTLS"),
        "{greeting}"
    );
    assert!(
        client
            .run("LOGIN alice wrong")
            .tagged
            .starts_with("NO [AUTHENTICATIONFAILED]")
    );
    assert!(client.run("SELECT INBOX").tagged.starts_with("BAD"));
    let answer = client.ok("LOGIN alice secret-pass");
    assert!(
        answer.tagged.contains("IDLE") && !answer.tagged.contains("STARTTLS"),
        "{answer:?}"
    );
    let (mut client, _) = RawClient::connect(demo.port());
    client.ok("LOGIN {5+}\r\nalice {11+}\r\nsecret-pass");
    let (mut client, _) = RawClient::connect_tls(demo.tls_port());
    // base64 of NUL alice NUL secret-pass
    client.ok("AUTHENTICATE PLAIN AGFsaWNlAHNlY3JldC1wYXNz");
    let mut client = RawClient::connect_starttls(demo.port());
    let tag = client.start(b"AUTHENTICATE PLAIN");
    assert_eq!(client.response(), b"+ ");
    client.send(b"*\r\n");
    assert!(client.finish(&tag).tagged.starts_with("BAD"));
    let tag = client.start(b"AUTHENTICATE PLAIN");
    assert_eq!(client.response(), b"+ ");
    client.send(b"AGFsaWNlAHNlY3JldC1wYXNz\r\n");
    assert!(client.finish(&tag).tagged.starts_with("OK"));
    assert_eq!(client.ok("LOGOUT").lines(), ["* BYE logging out"]);
    assert!(client.is_at_end());
}

#[test]
fn settings_hide_and_refuse() {
    let hidden = vec!["IDLE".to_owned()];
    let settings = Settings {
        plaintext_login: false,
        hidden,
        large_lines: 1,
        ..Settings::default()
    };
    let demo = Demo::start(settings).unwrap();
    let (mut client, greeting) = RawClient::connect(demo.port());
    assert!(greeting.contains("LOGINDISABLED"), "{greeting}");
    assert!(
        client
            .run("LOGIN alice secret-pass")
            .tagged
            .starts_with("NO [PRIVACYREQUIRED]")
    );
    let answer = RawClient::connect_starttls(demo.port()).ok("LOGIN alice secret-pass");
    assert!(!answer.tagged.contains("IDLE"));
    let settings = Settings {
        preauthenticated: Some("bob".to_owned()),
        large_lines: 1,
        ..Settings::default()
    };
    let demo = Demo::start(settings).unwrap();
    let (mut client, greeting) = RawClient::connect(demo.port());
    assert!(greeting.starts_with("* PREAUTH "), "{greeting}");
    client.ok("SELECT INBOX");
}

#[test]
fn mailboxes_are_made_and_listed() {
    let demo = start();
    let mut client = login(&demo);
    assert_eq!(
        client.ok("NAMESPACE").lines(),
        ["* NAMESPACE ((\"\" \"/\")) NIL NIL"]
    );
    assert_eq!(
        client.ok("LIST \"\" \"\"").lines(),
        ["* LIST (\\Noselect) \"/\" \"\""]
    );
    let top = client.ok("LIST \"\" %").lines();
    assert!(
        top.contains(&"* LIST (\\HasChildren \\Archive) \"/\" \"Archive\"".to_owned()),
        "{top:?}"
    );
    assert!(
        top.contains(&"* LIST (\\HasChildren \\Noselect) \"/\" \"Lists\"".to_owned()),
        "{top:?}"
    );
    assert!(
        top.contains(&"* LIST (\\HasNoChildren) \"/\" \"INBOX\"".to_owned()),
        "{top:?}"
    );
    client.ok("CREATE a/b/c/");
    assert!(
        client
            .run("CREATE a/b/c")
            .tagged
            .starts_with("NO [ALREADYEXISTS]")
    );
    client.ok("RENAME a x");
    let lines = client.ok("LIST \"\" x*").lines();
    let expected = [
        "* LIST (\\HasChildren \\Noselect) \"/\" \"x\"",
        "* LIST (\\HasChildren \\Noselect) \"/\" \"x/b\"",
        "* LIST (\\HasNoChildren) \"/\" \"x/b/c\"",
    ];
    assert_eq!(lines, expected);
    client.ok("SUBSCRIBE x/b/c");
    assert_eq!(
        client.ok("LSUB \"\" x/%").lines(),
        ["* LSUB (\\Noselect) \"/\" \"x/b\""]
    );
    assert_eq!(
        client.ok("LSUB x/ *").lines(),
        ["* LSUB () \"/\" \"x/b/c\""]
    );
    client.ok("DELETE x/b/c");
    let lines = client.ok("LIST (SUBSCRIBED) \"\" x*").lines();
    assert_eq!(
        lines,
        ["* LIST (\\HasNoChildren \\NonExistent \\Subscribed) \"/\" \"x/b/c\""]
    );
    client.ok("UNSUBSCRIBE x/b/c");
    assert_eq!(client.ok("LSUB \"\" x*").lines(), [""; 0]);
    assert!(client.run("DELETE INBOX").tagged.starts_with("NO"));
    assert!(client.run("CREATE a&b").tagged.starts_with("NO"));
    let uses = client
        .ok("LIST (SPECIAL-USE) \"\" * RETURN (STATUS (MESSAGES UNSEEN))")
        .lines();
    assert_eq!(uses.len(), 10, "{uses:?}");
    assert!(
        uses.contains(&"* STATUS \"Sent\" (MESSAGES 6 UNSEEN 0)".to_owned()),
        "{uses:?}"
    );
}

#[test]
fn select_tells_the_state_and_status_agrees() {
    let demo = start();
    let mut client = login(&demo);
    let answer = client.ok("SELECT INBOX");
    let lines = answer.lines();
    assert!(answer.tagged.starts_with("OK [READ-WRITE]"));
    for line in [
        "* 26 EXISTS",
        "* 26 RECENT",
        "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded)",
    ] {
        assert!(lines.contains(&line.to_owned()), "{line} in {lines:?}");
    }
    assert!(
        lines.iter().any(|line| line.starts_with("* OK [UNSEEN 3]")),
        "{lines:?}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("* OK [UIDNEXT 27]")),
        "{lines:?}"
    );
    let status = client
        .ok("STATUS inbox (MESSAGES RECENT UIDNEXT UNSEEN)")
        .lines();
    assert_eq!(
        status,
        ["* STATUS \"INBOX\" (MESSAGES 26 RECENT 0 UIDNEXT 27 UNSEEN 12)"]
    );
    assert!(
        client
            .ok("EXAMINE INBOX")
            .tagged
            .starts_with("OK [READ-ONLY]")
    );
    assert!(
        client
            .run("STORE 1 +FLAGS (\\Deleted)")
            .tagged
            .starts_with("NO [READ-ONLY]")
    );
    assert!(
        client
            .run("SELECT nowhere")
            .tagged
            .starts_with("NO [NONEXISTENT]")
    );
    assert!(client.run("FETCH 1 FLAGS").tagged.starts_with("BAD"));
    client.ok("SELECT INBOX");
    client.ok("UNSELECT");
    assert!(client.run("CHECK").tagged.starts_with("BAD"));
}

#[test]
fn append_store_copy_move_and_expunge() {
    let demo = start();
    let mut client = login(&demo);
    client.ok("CREATE t");
    let message = "Subject: x\r\n\r\nbody\r\n";
    let append = |target: &str| {
        format!(
            "APPEND {target} (\\Seen kw) \" 5-Mar-2025 10:00:00 +0100\" {{{}+}}\r\n{message}",
            message.len()
        )
    };
    let tagged = client.ok(&append("t")).tagged;
    assert!(
        tagged.starts_with("OK [APPENDUID ") && tagged.contains(" 1] "),
        "{tagged}"
    );
    // A synchronizing literal is refused as soon as it is announced.
    assert!(
        client
            .run("APPEND nowhere {5}")
            .tagged
            .starts_with("NO [TRYCREATE]")
    );
    assert!(
        client
            .run(&append("nowhere"))
            .tagged
            .starts_with("NO [TRYCREATE]")
    );
    assert!(
        client
            .run("APPEND t {99999999999}")
            .tagged
            .starts_with("NO [TOOBIG]")
    );
    client.ok(&append("t"));
    client.ok(&append("t"));
    client.ok("SELECT t");
    let lines = client
        .ok("FETCH 2 (UID FLAGS INTERNALDATE RFC822.SIZE)")
        .lines();
    let expected = "* 2 FETCH (UID 2 FLAGS (\\Recent \\Seen kw) INTERNALDATE \" 5-Mar-2025 10:00:00 +0100\" RFC822.SIZE 20)";
    assert_eq!(lines, [expected]);
    assert_eq!(
        client.ok("STORE 1:2 +FLAGS.SILENT (\\Deleted KW)").lines(),
        [""; 0]
    );
    assert_eq!(
        client.ok("STORE 2 -FLAGS (\\Seen Kw)").lines(),
        ["* 2 FETCH (FLAGS (\\Recent \\Deleted))"]
    );
    let copied = client.ok("UID COPY 2:3 Trash").tagged;
    assert!(
        copied.starts_with("OK [COPYUID ") && copied.contains(" 2:3 1:2] "),
        "{copied}"
    );
    assert!(
        client
            .run("COPY 1 nowhere")
            .tagged
            .starts_with("NO [TRYCREATE]")
    );
    assert!(client.run("COPY 9 Trash").tagged.starts_with("BAD"));
    let moved = client.ok("UID MOVE 3 Trash").lines();
    assert!(
        moved[0].starts_with("* OK [COPYUID ") && moved[0].contains(" 3 3] "),
        "{moved:?}"
    );
    assert_eq!(moved[1..], ["* 3 EXPUNGE"]);
    assert_eq!(client.ok("UID EXPUNGE 2:9").lines(), ["* 2 EXPUNGE"]);
    assert_eq!(client.ok("EXPUNGE").lines(), ["* 1 EXPUNGE"]);
    assert_eq!(
        client.ok("STATUS t (MESSAGES)").lines(),
        ["* STATUS \"t\" (MESSAGES 0)"]
    );
}

#[test]
fn bodies_come_whole_in_parts_and_mark_seen() {
    let demo = start();
    let mut client = selected(&demo);
    for (number, (name, message)) in (1..).zip(messages()) {
        let answer = client.ok(&format!("FETCH {number} BODY.PEEK[]"));
        let expected = [
            format!("* {number} FETCH (BODY[] {{{}}}\r\n", message.len()).as_bytes(),
            &message,
            b")",
        ]
        .concat();
        assert_eq!(answer.untagged, [expected], "{name}");
    }
    assert_eq!(
        client.ok("FETCH 3 (BODY[TEXT]<0.3>)").lines(),
        ["* 3 FETCH (BODY[TEXT]<0> {3}\r\nAll FLAGS (\\Recent $Forwarded \\Flagged \\Seen))"]
    );
    assert_eq!(
        client.ok("FETCH 1 BODY.PEEK[]<99999.10>").lines(),
        ["* 1 FETCH (BODY[]<99999> \"\")"]
    );
    assert_eq!(
        client.ok("FETCH 1 BODY.PEEK[9]").lines(),
        ["* 1 FETCH (BODY[9] NIL)"]
    );
    for wrong in [
        "FETCH 1 (BODY[MIME])",
        "FETCH 0 FLAGS",
        "FETCH 27 FLAGS",
        "FETCH 1 (NONSENSE)",
        "FETCH 1 BODY[]<0>",
    ] {
        assert!(client.run(wrong).tagged.starts_with("BAD"), "{wrong}");
    }
    client.ok(&format!("EXAMINE {LARGE_MAILBOX}"));
    let size = client.ok("FETCH 1 RFC822.SIZE").lines().remove(0);
    let whole = client.ok("FETCH 1 BODY[]").untagged.remove(0);
    assert!(
        size.ends_with(&format!(
            "RFC822.SIZE {})",
            whole.len() - "* 1 FETCH (BODY[] {78455}\r\n)".len()
        )),
        "{size}"
    );
    let piece = client.ok("FETCH 1 BODY[2]<77922.100>").lines().remove(0);
    // The last of 1000 lines of 78 bytes, whose CRLF belongs to the boundary.
    assert!(
        piece.starts_with("* 1 FETCH (BODY[2]<77922> {76}\r\nMDAw"),
        "{piece}"
    );
}

#[test]
fn search_by_every_kind_of_key() {
    let demo = start();
    let mut client = selected(&demo);
    let mut search = |keys: &str| client.ok(&format!("SEARCH {keys}")).lines().remove(0);
    assert_eq!(search("FROM alice SUBJECT lunch"), "* SEARCH 1 11");
    assert_eq!(search("SUBJECT \"Gr\u{fc}\u{df}e\""), "* SEARCH 4");
    assert_eq!(
        search("CHARSET UTF-8 SUBJECT {5+}\r\nLunch"),
        "* SEARCH 1 9 11"
    );
    assert_eq!(search("BODY \"half past twelve\""), "* SEARCH 1");
    assert_eq!(search("TEXT innermost"), "* SEARCH 11");
    assert_eq!(search("HEADER X-Empty \"\""), "* SEARCH 3");
    assert_eq!(search("LARGER 15000"), "* SEARCH 13");
    assert_eq!(search("SENTON 3-Mar-2025"), "* SEARCH 1 9");
    assert_eq!(search("SINCE 26-Mar-2025"), "* SEARCH 26");
    assert_eq!(search("OR UID 2 3 NOT SEEN"), "* SEARCH 3");
    assert_eq!(search("KEYWORD $forwarded 1:4"), "* SEARCH 3");
    assert_eq!(search("(1:3 SEEN) ANSWERED"), "* SEARCH 2");
    assert_eq!(search("*"), "* SEARCH 26");
    let answer = client.ok("SEARCH RETURN (MIN MAX COUNT ALL) SUBJECT budget");
    assert!(
        answer.lines()[0].ends_with(") MIN 24 MAX 26 COUNT 3 ALL 24:26"),
        "{answer:?}"
    );
    let answer = client.ok("UID SEARCH RETURN () SUBJECT nothing-like-it");
    assert!(
        answer.lines()[0].starts_with("* ESEARCH (TAG \"r") && answer.lines()[0].ends_with(") UID"),
        "{answer:?}"
    );
    assert!(
        client
            .run("SEARCH CHARSET KOI8-R ALL")
            .tagged
            .starts_with("NO [BADCHARSET")
    );
    assert!(client.run("SEARCH NONSENSE").tagged.starts_with("BAD"));
}

#[test]
fn changes_are_told_to_other_connections() {
    let demo = start();
    let (mut one, mut two) = (selected(&demo), selected(&demo));
    two.ok("STORE 5 +FLAGS (\\Deleted)");
    assert_eq!(
        one.ok("FETCH 1 UID").lines()[1..],
        ["* 5 FETCH (UID 5 FLAGS (\\Recent \\Deleted \\Seen))"]
    );
    let idle = one.start(b"IDLE");
    assert_eq!(one.response(), b"+ idling");
    two.ok("EXPUNGE");
    assert_eq!(one.response(), b"* 5 EXPUNGE");
    two.ok("APPEND INBOX {4+}\r\na\r\n\r");
    assert_eq!(one.response(), b"* 26 EXISTS");
    // Whether it is recent to this session or to the other one is a matter of who was told first.
    assert!([&b"* 25 RECENT"[..], b"* 26 RECENT"].contains(&one.response().as_slice()));
    one.send(b"DONE\r\n");
    assert!(one.finish(&idle).tagged.starts_with("OK"));
    two.ok("STORE 1 +FLAGS (\\Deleted)");
    two.ok("EXPUNGE");
    // No EXPUNGE while FETCH runs, and the message is missing (RFC 2180 §4.1.3).
    let answer = one.run("FETCH 1:2 UID");
    assert_eq!(answer.lines(), ["* 2 FETCH (UID 2)"]);
    assert!(
        answer.tagged.starts_with("NO [EXPUNGEISSUED]"),
        "{answer:?}"
    );
    assert_eq!(one.ok("NOOP").lines(), ["* 1 EXPUNGE"]);
}

#[test]
fn condstore_tells_what_changed() {
    let demo = start();
    let mut client = login(&demo);
    let lines = client.ok("SELECT INBOX (CONDSTORE)").lines();
    let highest = lines
        .iter()
        .find_map(|line| line.strip_prefix("* OK [HIGHESTMODSEQ "));
    let highest: u64 = highest.unwrap().split(']').next().unwrap().parse().unwrap();
    let stored = client.ok("STORE 7 +FLAGS (\\Draft)").lines();
    assert_eq!(
        stored,
        [format!(
            "* 7 FETCH (FLAGS (\\Recent \\Draft \\Flagged $Forwarded) MODSEQ ({}))",
            highest + 1
        )
        .replace(
            "\\Draft \\Flagged $Forwarded",
            "$Forwarded \\Draft \\Flagged"
        )]
    );
    let changed = client
        .ok(&format!("FETCH 1:* (FLAGS) (CHANGEDSINCE {highest})"))
        .lines();
    assert_eq!(changed.len(), 1, "{changed:?}");
    let answer = client.ok(&format!(
        "STORE 6:7 (UNCHANGEDSINCE {highest}) +FLAGS.SILENT (\\Draft)"
    ));
    assert!(answer.tagged.starts_with("OK [MODIFIED 7]"), "{answer:?}");
    let found = client.ok(&format!("SEARCH MODSEQ {}", highest + 1)).lines();
    assert_eq!(found, [format!("* SEARCH 6 7 (MODSEQ {})", highest + 2)]);
}

#[test]
fn nonsense_is_answered() {
    let demo = start();
    let mut client = login(&demo);
    for wrong in [
        "",
        "XYZZY",
        "LOGIN a b",
        "SELECT",
        "UID NOOP",
        "LIST",
        "STATUS INBOX ()",
        "NOOP x",
        "STARTTLS",
    ] {
        assert!(client.run(wrong).tagged.starts_with("BAD"), "{wrong}");
    }
    client.send(b"\r\n");
    assert_eq!(client.response(), b"* BAD no valid tag");
}

#[test]
fn compression_holds_large_answers_and_commands() {
    let demo = start();
    let mut client = RawClient::connect_compressed(demo.port(), "LOGIN alice secret-pass");
    assert!(
        client
            .run("COMPRESS DEFLATE")
            .tagged
            .starts_with("NO [COMPRESSIONACTIVE]")
    );
    assert!(!client.ok("CAPABILITY").lines()[0].contains("COMPRESS"));
    client.ok("CREATE large");
    let message = format!("Subject: x\r\n\r\n{}", "many lines\r\n".repeat(100_000));
    client.ok(&format!("APPEND large {{{}+}}\r\n{message}", message.len()));
    client.ok("SELECT large");
    let answer = client.ok("FETCH 1 BODY[]").untagged.remove(0);
    let start = format!("* 1 FETCH (BODY[] {{{}}}\r\n{message} FLAGS", message.len());
    assert!(answer.starts_with(start.as_bytes()));
}
