//! Operations that change nothing.

use super::*;

#[test]
fn searches_are_counted_cut_and_kept_here() {
    let (mut kit, session) = selected("", Fallbacks::default());
    let portable = session.portable();
    let found: Steps<'_> = &[("UID SEARCH ALL", "* SEARCH 9 2 4\r\nOK")];
    let done = play(
        &mut kit,
        portable.uid_search_summary(SearchKey::all()),
        1,
        found,
    )
    .unwrap();
    assert_eq!(done.way, Way::Fallback);
    let summary = (done.answer.count, done.answer.min, done.answer.max);
    assert_eq!(summary, (3, Some(Uid(2)), Some(Uid(9))));
    let done = play(
        &mut kit,
        portable.uid_search_part(SearchKey::all(), -1, -2),
        2,
        found,
    );
    assert_eq!(done.unwrap().answer, uids("4,9"));
    let done = play(
        &mut kit,
        portable.uid_search_saved(SearchKey::all()),
        3,
        found,
    )
    .unwrap();
    assert!(matches!(done.answer, Some(Messages::Set(_))));
    let nothing: Steps<'_> = &[("UID SEARCH ALL", "* SEARCH\r\nOK")];
    let done = play(
        &mut kit,
        portable.uid_search_saved(SearchKey::all()),
        4,
        nothing,
    )
    .unwrap();
    assert_eq!(done.answer, None);
    let done = play(
        &mut kit,
        portable.uid_search_summary(SearchKey::all()),
        5,
        nothing,
    )
    .unwrap();
    assert_eq!((done.answer.count, done.answer.min), (0, None));
    let refused: Steps<'_> = &[("UID SEARCH ALL", "NO no")];
    let end = play(
        &mut kit,
        portable.uid_search_part(SearchKey::all(), 1, 2),
        6,
        refused,
    );
    assert!(matches!(end, Err(Error::No(_))));
}

/// RFC 4731 §3.1, RFC 9394 §3.1, RFC 5182 §2.1.
#[test]
fn searches_by_the_extensions() {
    let (mut kit, session) = selected("ESEARCH PARTIAL SEARCHRES", Fallbacks::none());
    let portable = session.portable();
    let steps: Steps<'_> = &[(
        "UID SEARCH RETURN (MIN MAX COUNT) ALL",
        "* ESEARCH (TAG \"AAAA1\") UID MIN 2 MAX 9 COUNT 3\r\nOK",
    )];
    let done = play(
        &mut kit,
        portable.uid_search_summary(SearchKey::all()),
        1,
        steps,
    )
    .unwrap();
    assert_eq!((done.answer.count, done.way), (3, Way::Native));
    let steps: Steps<'_> = &[(
        "UID SEARCH RETURN (PARTIAL -1:-2) ALL",
        "* ESEARCH (TAG \"AAAA2\") UID PARTIAL (-1:-2 4,9)\r\nOK",
    )];
    let done = play(
        &mut kit,
        portable.uid_search_part(SearchKey::all(), -1, -2),
        2,
        steps,
    );
    assert_eq!(done.unwrap().answer, uids("4,9"));
    let steps: Steps<'_> = &[(
        "UID SEARCH RETURN (SAVE COUNT) ALL",
        "* ESEARCH (TAG \"AAAA3\") UID COUNT 3\r\nOK",
    )];
    let done = play(
        &mut kit,
        portable.uid_search_saved(SearchKey::all()),
        3,
        steps,
    )
    .unwrap();
    assert_eq!(done.answer, Some(Messages::SavedResult));
}

#[test]
fn list_status_by_status() {
    let (mut kit, session) = logged_in("", Fallbacks::default());
    let items = StatusItems::new().messages();
    let mut operation = session.portable().list_status("", "*", items);
    assert_eq!(kit.sent(), "A0 LIST \"\" *\r\n");
    kit.says("* LIST () \"/\" a\r\n* LIST (\\Noselect) \"/\" b\r\n* LIST () \"/\" c\r\nA0 OK\r\n");
    assert!(now(|context| Pin::new(&mut operation).poll(context)).is_none());
    assert_eq!(
        kit.sent(),
        "A1 STATUS a (MESSAGES)\r\nA2 STATUS c (MESSAGES)\r\n"
    );
    kit.says("* STATUS a (MESSAGES 4)\r\nA1 OK\r\nA2 NO gone\r\n");
    let end = now(|context| Pin::new(&mut operation).poll(context));
    let done: Done<Vec<_>> = end.unwrap().unwrap();
    let counts: Vec<_> = done
        .answer
        .iter()
        .map(|(_, status)| status.is_some())
        .collect();
    assert_eq!(counts, [true, false, false]);
}

#[test]
fn list_status_fails_with_its_steps() {
    let items = || StatusItems::new().messages();
    let (mut kit, session) = logged_in("", Fallbacks::default());
    let refused: Steps<'_> = &[("LIST \"\" *", "NO no")];
    let end = play(
        &mut kit,
        session.portable().list_status("", "*", items()),
        0,
        refused,
    );
    assert!(matches!(end, Err(Error::No(_))));
    let steps: Steps<'_> = &[
        ("LIST \"\" *", "* LIST () \"/\" a\r\nOK"),
        ("STATUS a (MESSAGES)", "BAD what?"),
    ];
    let end = play(
        &mut kit,
        session.portable().list_status("", "*", items()),
        1,
        steps,
    );
    assert!(matches!(end, Err(Error::Bad(_))));
}

#[test]
fn special_uses_by_xlist_and_by_names() {
    let uses = |capabilities: &str, steps: Steps<'_>| {
        let (mut kit, session) = logged_in(capabilities, Fallbacks::default());
        let found = play(&mut kit, session.portable().special_use(), 0, steps)?;
        Ok::<_, Error>(
            found
                .into_iter()
                .map(|found| (found.mailbox.to_string(), found.special_use, found.source))
                .collect::<Vec<_>>(),
        )
    };
    let xlist: Steps<'_> = &[(
        "XLIST \"\" \"*\"",
        "* XLIST (\\Inbox) \"/\" INBOX\r\n* XLIST (\\Spam) \"/\" Mist\r\nOK",
    )];
    let junk = ("Mist".to_owned(), ListAttribute::Junk, UseSource::Xlist);
    assert_eq!(uses("XLIST", xlist).unwrap(), [junk]);
    let names: Steps<'_> = &[(
        "LIST \"\" *",
        "* LIST () \".\" INBOX\r\n* LIST () \".\" INBOX.sent\r\n* LIST () \".\" \"Sent Items\"\r\n\
         * LIST () \".\" Trash\r\n* LIST (\\Noselect) \".\" Drafts\r\n* LIST () \".\" a.Junk\r\nOK",
    )];
    let sent = (
        "INBOX.sent".to_owned(),
        ListAttribute::Sent,
        UseSource::Name,
    );
    let trash = ("Trash".to_owned(), ListAttribute::Trash, UseSource::Name);
    assert_eq!(uses("", names).unwrap(), [sent, trash]);
    let told: Steps<'_> = &[("LIST \"\" *", "* LIST (\\Archive) \"/\" Old\r\nOK")];
    let archive = ("Old".to_owned(), ListAttribute::Archive, UseSource::Server);
    assert_eq!(uses("SPECIAL-USE", told).unwrap(), [archive]);
    assert!(uses("XLIST", &[("XLIST \"\" \"*\"", "BAD what?")]).is_err());
    assert!(uses("", &[("LIST \"\" *", "NO no")]).is_err());
}

#[test]
fn binary_by_body_and_decoding() {
    let part: SectionPart = "1".parse().unwrap();
    let fetch = |capabilities: &str, steps: Steps<'_>| {
        let (mut kit, session) = selected(capabilities, Fallbacks::default());
        let operation = session.portable().uid_fetch_binary(Uid(2), part.clone());
        play(&mut kit, operation, 1, steps).map(|done| done.answer)
    };
    let asked = "UID FETCH 2 (UID BODYSTRUCTURE BODY.PEEK[1])";
    let answer = |encoding: &str, text: &str| {
        format!(
            "* 1 FETCH (UID 2 BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"{encoding}\" 4 1) \
             BODY[1] {{{}}}\r\n{text})\r\nOK",
            text.len()
        )
    };
    for (encoding, text, expected) in [
        ("base64", "Y2Fmw6k=\r\n", "café"),
        ("QUOTED-PRINTABLE", "caf=C3=\r\n=A9", "café"),
        ("8bit", "=3D", "=3D"),
    ] {
        let found = fetch("", &[(asked, &answer(encoding, text))]).unwrap();
        assert_eq!(found.unwrap(), expected.as_bytes(), "{encoding}");
    }
    let unknown = fetch("", &[(asked, &answer("x-uue", "?"))]).unwrap_err();
    assert!(matches!(unknown, Error::UnknownEncoding(name) if name == "x-uue"));
    let gone = fetch("", &[(asked, "OK")]).unwrap_err();
    assert!(matches!(gone, Error::NoSuchMessage(Uid(2))));
    assert!(matches!(fetch("", &[(asked, "NO no")]), Err(Error::No(_))));
    let native = [(
        "UID FETCH 2 (UID BINARY.PEEK[1])",
        "* 1 FETCH (UID 2 BINARY[1] ~{2}\r\nhi)\r\nOK",
    )];
    assert_eq!(fetch("BINARY", &native).unwrap().unwrap(), &b"hi"[..]);
}

fn known(mod_seq: Option<u64>) -> KnownMailbox {
    KnownMailbox {
        uid_validity: UidValidity(7),
        mod_seq: mod_seq.map(ModSeq),
        uids: uids("1:5"),
    }
}

const SELECTED: &str = "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [HIGHESTMODSEQ 90] m\r\n";

#[test]
fn resynchronize_by_what_there_is() {
    let run = |capabilities: &str, known: KnownMailbox, steps: Steps<'_>| {
        let (mut kit, session) = logged_in(capabilities, Fallbacks::default());
        let found = play(
            &mut kit,
            session.portable().resynchronize("A", known),
            0,
            steps,
        )?;
        let changed: Vec<_> = found
            .changed
            .iter()
            .filter_map(|message| message.uid)
            .collect();
        Ok::<_, Error>((found.method, found.vanished.to_string(), changed))
    };
    let selected = format!("{SELECTED}OK [READ-WRITE] in");
    let qresync = format!(
        "* VANISHED (EARLIER) 2:3,9\r\n* 1 FETCH (UID 1 FLAGS () MODSEQ (80))\r\n{selected}"
    );
    let found = run(
        "ENABLE QRESYNC",
        known(Some(50)),
        &[
            ("ENABLE QRESYNC", "* ENABLED QRESYNC\r\nOK"),
            ("SELECT A (QRESYNC (7 50 1:5))", &qresync),
        ],
    );
    assert_eq!(
        found.unwrap(),
        (ResyncMethod::Qresync, "2:3".to_owned(), vec![Uid(1)])
    );
    let all = "* 1 FETCH (UID 1 FLAGS ())\r\n* 2 FETCH (UID 6 FLAGS ())\r\nOK";
    let steps: Steps<'_> = &[("SELECT A", &selected), ("UID FETCH 1:* (UID FLAGS)", all)];
    let found = run("", known(Some(50)), steps).unwrap();
    assert_eq!(
        found,
        (
            ResyncMethod::Comparison,
            "2:5".to_owned(),
            vec![Uid(1), Uid(6)]
        )
    );
    let other = selected.replace("UIDVALIDITY 7", "UIDVALIDITY 8");
    let steps: Steps<'_> = &[("SELECT A", &other), ("UID FETCH 1:* (UID FLAGS)", all)];
    let found = run("", known(None), steps).unwrap();
    assert_eq!(found.0, ResyncMethod::Reset);
    let empty = selected.replace("2 EXISTS", "0 EXISTS");
    let found = run("", known(None), &[("SELECT A", &empty)]).unwrap();
    assert_eq!(found.1, "1:5");
    assert!(run("", known(None), &[("SELECT A", "NO no")]).is_err());
    let steps: Steps<'_> = &[
        ("SELECT A", &selected),
        ("UID FETCH 1:* (UID FLAGS)", "NO no"),
    ];
    assert!(run("", known(None), steps).is_err());
    assert!(
        run(
            "ENABLE QRESYNC",
            known(Some(1)),
            &[("ENABLE QRESYNC", "BAD no")]
        )
        .is_err()
    );
}

#[test]
fn resynchronize_by_condstore() {
    let (mut kit, session) = logged_in("CONDSTORE", Fallbacks::default());
    let mut operation = session.portable().resynchronize("A", known(Some(50)));
    assert_eq!(kit.sent(), "A0 SELECT A (CONDSTORE)\r\n");
    kit.says(format!("{SELECTED}A0 OK [READ-WRITE] in\r\n"));
    assert!(now(|context| Pin::new(&mut operation).poll(context)).is_none());
    let fetch = "UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE 50)";
    assert_eq!(kit.sent(), format!("A1 {fetch}\r\nA2 UID SEARCH ALL\r\n"));
    kit.says("* 2 FETCH (UID 6 FLAGS () MODSEQ (80))\r\nA1 OK\r\n* SEARCH 4 6\r\nA2 OK\r\n");
    let found = now(|context| Pin::new(&mut operation).poll(context))
        .unwrap()
        .unwrap();
    assert_eq!(found.method, ResyncMethod::Condstore);
    assert_eq!((found.vanished, found.changed.len()), (uids("1:3,5"), 1));
}

#[test]
fn watch_by_idle() {
    let (mut kit, session) = selected("IDLE", Fallbacks::default());
    let watching = play(&mut kit, session.portable().watch(), 1, &[]).unwrap();
    assert_eq!(watching.way, Way::Fallback);
    pass(std::time::Duration::from_secs(1));
    assert_eq!(kit.sent(), "A1 IDLE\r\n");
    let (mut kit, session) = selected("NOTIFY", Fallbacks::none());
    let sent = "NOTIFY SET (SELECTED (MessageNew MessageExpunge FlagChange)) \
                (PERSONAL (MessageNew MessageExpunge))";
    let watching = play(&mut kit, session.portable().watch(), 1, &[(sent, "OK")]).unwrap();
    assert_eq!(watching.way, Way::Native);
    let (mut kit, session) = selected("NOTIFY", Fallbacks::none());
    let end = play(&mut kit, session.portable().watch(), 1, &[(sent, "NO no")]);
    assert!(matches!(end, Err(Error::No(_))));
}
