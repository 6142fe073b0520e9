use std::collections::HashSet;

use super::*;

fn wire(bytes: &'static [u8]) -> MailboxName {
    MailboxName::from_wire(Bytes::from_static(bytes))
}

#[test]
fn quirk_5_4_2_raw_utf8_and_modified_utf7_name_one_mailbox() {
    let pairs: [(&[u8], &[u8]); 2] = [
        ("日本語".as_bytes(), b"&ZeVnLIqe-"),
        (b"Tom & Jerry", b"Tom &- Jerry"),
    ];
    for (status, list) in pairs {
        assert_eq!(wire(status), wire(list));
        assert_eq!(HashSet::from([wire(status), wire(list)]).len(), 1);
    }
    assert_ne!(wire(b"Tom &- Jerry"), wire(b"Tom &-- Jerry"));
}

#[test]
fn names_of_callers_equal_those_of_servers() {
    assert_eq!(wire(b"Entw&APw-rfe"), "Entwürfe");
    assert_eq!(wire(b"Entw\xc3\xbcrfe"), "Entwürfe");
    assert_eq!(wire(b"&-ZeVnLIqe-"), "&ZeVnLIqe-");
    assert_ne!(wire(b"&ZeVnLIqe-"), "&ZeVnLIqe-");
}

#[test]
fn inbox_is_folded_only_as_a_whole() {
    assert_eq!(wire(b"inBox"), MailboxName::inbox());
    assert_eq!(wire(b"inBox"), "INBOX");
    assert_ne!(wire(b"inbox/x"), wire(b"INBOX/x"));
    assert_ne!(wire(b"Trash"), wire(b"trash"));
}

#[test]
fn e3_forms_that_are_not_canonical_stay_bytes() {
    for name in [&b"&AC8-"[..], b"&AOk", b"&2AA-", b"caf\xe9", b"\xc0\xaf"] {
        let name = wire(name);
        assert_eq!(
            name.as_wire_bytes(),
            &*name.write_form(Dialect::ModifiedUtf7)
        );
        assert_eq!(name.as_wire_bytes(), &*name.write_form(Dialect::Utf8));
    }
    assert_ne!(wire(b"&AC8-"), "/");
    assert_eq!(wire(b"caf\xe9").exact_text(), None);
    assert_eq!(wire(b"caf\xe9").to_text(), "caf\u{fffd}");
    assert_ne!(wire(b"caf\xe9"), wire(b"caf\xe8"));
}

#[test]
fn the_form_written_depends_on_where_the_name_comes_from() {
    let text = MailboxName::from("Entwürfe & co");
    assert_eq!(
        &*text.write_form(Dialect::ModifiedUtf7),
        b"Entw&APw-rfe &- co"
    );
    assert_eq!(&*text.write_form(Dialect::Utf8), "Entwürfe & co".as_bytes());
    let broken = wire(b"Tom & Jerry");
    assert_eq!(&*broken.write_form(Dialect::ModifiedUtf7), b"Tom & Jerry");
    let raw = wire("日本語".as_bytes());
    assert_eq!(&*raw.write_form(Dialect::ModifiedUtf7), b"&ZeVnLIqe-");
    assert_eq!(&*raw.write_form(Dialect::Utf8), "日本語".as_bytes());
}

#[test]
fn hierarchy_splits_outside_of_modified_utf7_runs() {
    // `+` and `,` are digits in these runs.
    let name = wire(b"x+&U+A-");
    assert_eq!(name.levels(b'+'), ["x", "叠"]);
    assert_eq!(name.parent(b'+'), Some("x".into()));
    assert_eq!(wire(b"a.&A,g-").parent(b','), None);
    assert_eq!(wire(b"a/b/c").parent(b'/'), Some("a/b".into()));
    assert_eq!(wire(b"/a").parent(b'/'), None);
}

#[test]
fn children_of_names_in_any_form() {
    assert_eq!(wire(b"Entw&APw-rfe").child(b'/', "à"), "Entwürfe/à");
    let odd = wire(b"caf\xe9").child(b'.', "x");
    assert_eq!(odd.as_wire_bytes(), b"caf\xe9.x");
    let odd = wire(b"Tom & Jerry").child(b'.', "&");
    assert_eq!(odd.as_wire_bytes(), b"Tom & Jerry.&-");
    assert!(wire(b"INBOX/a/b").is_below(&wire(b"inbox"), b'/'));
    assert!(!wire(b"INBOXa").is_below(&wire(b"inbox"), b'/'));
}

/// SECURITY.md, row E1.
#[test]
fn e1_fifty_hazardous_names() {
    let names: [&[u8]; 50] = [
        b"../../.ssh/x",
        b"a\0b",
        b"",
        b".",
        b"..",
        b"/etc/passwd",
        b"\\\\host\\share",
        b"C:\\x",
        b"c:x",
        b"~root",
        b"-rf",
        b"a/../b",
        b"a//b",
        b"a/",
        b".hidden",
        b"a/.hidden",
        b"`id`",
        b"$(id)",
        b"a;b",
        b"a|b",
        b"a&b",
        b"a>b",
        b"a<b",
        b"a\"b",
        b"a'b",
        b"a*b",
        b"a?b",
        b"a\nb",
        b"a\rb",
        b"a\tb",
        b"\x1b]0;x\x07",
        b"a\x7f",
        "a\u{202e}b".as_bytes(),
        "a\u{2028}b".as_bytes(),
        "a\u{85}b".as_bytes(),
        "a\u{200b}b".as_bytes(),
        b"\xff\xfe",
        b"caf\xe9",
        b"&2AA-",
        b"&AC8-",
        b"&AAA-",
        b"&IC4-",
        b"CON",
        b"nul.txt",
        b"com1",
        b"lpt9.x",
        b"a/AUX",
        b"a(b)",
        b"%2e%2e",
        b"!x",
    ];
    let mut files = HashSet::new();
    for name in names {
        let name = wire(name);
        assert!(name.is_hazardous(), "{name:?}");
        let file = name.safe_file_name();
        let legal = |c: char| c.is_ascii_alphanumeric() || "-_. %".contains(c);
        assert!(file.chars().all(legal), "{file}");
        assert!(
            !file.is_empty() && !file.starts_with(['.', '-', ' ']) && !file.ends_with(['.', ' '])
        );
        assert!(!is_reserved(&file), "{file}");
        assert!(files.insert(file), "{name:?} shares a file with another");
    }
}

#[test]
fn ordinary_names_are_no_hazard() {
    for name in [
        "INBOX",
        "Entwürfe",
        "Archive/2024",
        "Gesendete Objekte",
        "lists.rust",
        "日本語",
        "Con amore",
    ] {
        assert!(!MailboxName::from(name).is_hazardous(), "{name}");
    }
}

#[test]
fn debug_and_display_escape() {
    let name = wire(b"a\x1b\"\xff");
    assert_eq!(name.to_string(), "a\\u{1b}\"\\xff");
    assert_eq!(format!("{name:?}"), "\"a\\u{1b}\\\"\\xff\"");
    assert_eq!(wire(b"Entw&APw-rfe").to_string(), "Entwürfe");
}
