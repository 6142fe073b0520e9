use proptest::prelude::*;

use super::super::parse_response;
use super::super::testing::{fails, parses};
use super::*;
use crate::types::{Data, ListAttribute, Response};

fn name(line: &[u8]) -> String {
    parses(list, line).mailbox.to_text().into_owned()
}

/// RFC 3501 §6.3.8 and §7.2.2: the examples.
#[test]
fn rfc_3501_examples() {
    let root = parses(list, b" (\\Noselect) \"/\" \"\"");
    assert!(root.mailbox.is_empty() && !root.is_selectable());
    assert_eq!(root.delimiter, Some(b'/'));
    let response = parses(list, b" (\\Noselect) \".\" #news.");
    assert_eq!(
        (response.delimiter, &*response.mailbox.to_text()),
        (Some(b'.'), "#news.")
    );
    assert_eq!(name(b" () \"/\" ~/Mail/meetings"), "~/Mail/meetings");
    assert_eq!(name(b" (\\Noselect) \"/\" /"), "/");
}

/// RFC 9051 §6.3.9.7 and §7.3.1: the examples.
#[test]
fn rfc_9051_extended_examples() {
    let line = b" (\\NonExistent) \"/\" \"Foo\" (\"CHILDINFO\" (\"SUBSCRIBED\"))";
    let response = parses(list, line);
    assert!(response.has_child_info("subscribed") && !response.has_child_info("REMOTE"));
    assert!(response.attributes.contains(&ListAttribute::NonExistent));
    let line = b" () \"/\" \"Normalized\" (\"OLDNAME\" (\"NonNormalized\"))";
    assert_eq!(parses(list, line).old_name(), Some("NonNormalized".into()));
    let line = b" (\\Marked) \":\" Tables (tablecloth ((\"edge\" \"lacy\") (\"color\" \"red\")) Sample \"text\")";
    let response = parses(list, line);
    assert_eq!(response.extended.as_ref().map(|items| items.len()), Some(2));
    let tablecloth = response
        .extended_item("TableCloth")
        .and_then(Token::as_list);
    assert_eq!(tablecloth.map(<[_]>::len), Some(2));
    assert_eq!(
        response.extended_item("sample"),
        Some(&Token::String("text".into()))
    );
    let line =
        b" () \":\" Tables:new (tablecloth (\"edge\" \"lacy\") Sample (\"text\" \"more text\"))";
    assert!(parses(list, line).extended_item("Sample").is_some());
}

/// RFC 2683 §3.4.5: a backslash as delimiter is escaped, in literals it is not.
#[test]
fn rfc_2683_backslashes() {
    let response = parses(list, b" () \"\\\\\" {12}\r\nTEST\\ONE\\TWO");
    assert_eq!(response.delimiter, Some(b'\\'));
    assert_eq!(response.mailbox.levels(b'\\'), ["TEST", "ONE", "TWO"]);
    assert_eq!(name(b" () \"\\\\\" \"a\\\\b\""), "a\\b");
    assert_eq!(parses(list, b" () \"\\\"\" x").delimiter, Some(b'"'));
}

#[test]
fn quirk_5_1_10_unquoted_tab_in_list() {
    let line = b" (\\HasNoChildren) \"/\" INBOX/Da\tOggetto\tRicevuto";
    assert_eq!(name(line), "INBOX/Da\tOggetto\tRicevuto");
    assert_eq!(name(b" () \"/\" Sent Items "), "Sent Items");
    assert_eq!(name(b" () \"/\" a*b%c\\d\"e"), "a*b%c\\d\"e");
    assert_eq!(name(b" () \"/\" Sent (old)"), "Sent (old)");
    fails(list, b" () \"/\" a {1}\r\nb");
    fails(list, b" () \"/\" \"a\" b");
}

#[test]
fn quirk_5_1_11_nil_and_literals_as_names() {
    let response = parses(list, b" () NIL NIL");
    assert_eq!(
        (response.delimiter, &*response.mailbox.to_text()),
        (None, "NIL")
    );
    let response = parses(list, b" () \"\" {5}\r\nINBOX");
    assert_eq!(response.delimiter, None);
    assert!(response.mailbox.is_inbox());
}

#[test]
fn quirk_5_2_37_spaces() {
    let response = parses(
        list,
        b" ( \\HasNoChildren  \\Sent )  \"/\"  x (\"OLDNAME\" (\"y\") ) ",
    );
    assert_eq!(response.attributes.iter().count(), 2);
    assert_eq!(response.old_name(), Some("y".into()));
}

#[test]
fn quirk_5_2_43_trailing_delimiter() {
    let response = parses(list, b" (\\HasChildren) \"/\" \"Public Folders/\"");
    assert_eq!(response.mailbox.as_wire_bytes(), b"Public Folders/");
}

#[test]
fn quirk_5_3_30_an_empty_name() {
    assert!(parses(list, b" (\\NoSelect) \"/\" \"\"").mailbox.is_empty());
}

#[test]
fn quirk_5_4_5_old_name_unquoted() {
    let response = parses(
        list,
        b" (\\HasNoChildren) \"/\" notify4 (\"OLDNAME\" (notify3))",
    );
    assert_eq!(response.old_name(), Some("notify3".into()));
    let response = parses(list, b" () \"/\" notify4 (OLDNAME (notify3))");
    assert_eq!(response.old_name(), Some("notify3".into()));
    assert_eq!(
        parses(list, b" () \"/\" 12 (OLDNAME (11))").old_name(),
        Some("11".into())
    );
}

#[test]
fn quirk_5_4_12_literals_inside_extended_data() {
    let response = parses(
        list,
        b" () \"/\" {6}\r\nse\xc3\xb1or (OLDNAME ({7}\r\npi\xc3\xb1ata))",
    );
    assert_eq!(response.mailbox, "señor");
    assert_eq!(response.old_name(), Some("piñata".into()));
}

#[test]
fn known_attributes_are_bits_and_others_keep_their_names() {
    let response = parses(
        list,
        b" (\\hasnochildren X-plain \\X-other \\hasnochildren) NIL a",
    );
    let names: Vec<_> = response
        .attributes
        .iter()
        .map(|one| one.to_string())
        .collect();
    assert_eq!(names, ["\\HasNoChildren", "X-plain", "\\X-other"]);
}

#[test]
fn broken_lists() {
    let lines = [
        &b""[..],
        b" ",
        b" \"/\" a",
        b" () a",
        b" () \"//\" a",
        b" () \"/\"",
        b" () \"/\" ",
        b" (a \"/\" b",
        b" () \"/\" \"a",
        b" () \"/\" \"a\" (b)",
        b" () \"/\" {9}\r\nab",
    ];
    for line in lines {
        fails(list, line);
    }
}

/// SECURITY.md, rows C6 and C14.
#[test]
fn c6_c14_depth_and_number_are_limited() {
    let deep = [&b" () \"/\" a (x "[..], &b"(".repeat(100)].concat();
    assert_eq!(fails(list, &deep).kind, ParseErrorKind::TooDeep);
    let long = [&b" () \"/\" "[..], &b"x".repeat(65_537)].concat();
    assert_eq!(fails(list, &long).kind, ParseErrorKind::StringTooLong);
    assert_eq!(name(&long[..long.len() - 1]).len(), 65_536);
    let wide = [&b" ("[..], &b" x".repeat(65_537), b") NIL a"].concat();
    assert_eq!(fails(list, &wide).kind, ParseErrorKind::TooManyItems);
}

/// Whether the short way reads a whole line; what it reads is what the other one does.
fn is_plain(line: &str) -> bool {
    let limits = Limits::default();
    let Some(plain) = plain_list(line.as_bytes(), &limits) else {
        return false;
    };
    let response = parse_response(&line.to_owned().into(), &limits);
    assert_eq!(response, Ok(Response::Data(Data::List(plain))), "{line:?}");
    true
}

#[test]
fn what_nearly_all_servers_send_is_read_the_short_way() {
    for line in [
        "* LIST (\\HasNoChildren) \"/\" \"Projects/2025/Customer 7\"\r\n",
        "* LIST (\\HasNoChildren \\Sent) \".\" INBOX.Sent\r\n",
        "* LIST () NIL INBOX\r\n",
        "* LIST (\\Noselect) \"/\" \"\"\r\n",
    ] {
        assert!(is_plain(line), "{line:?}");
    }
    for line in [
        "* LIST () \"/\" a",
        "* LIST () \"/\" a\n",
        "* LIST () \"/\" a \r\n",
        "* LIST () \"/\" \"a\\\"b\"\r\n",
        "* LIST () \"/\" {1}\r\na\r\n",
        "* LIST () \"\\\\\" a\r\n",
        "* LIST () \"\" a\r\n",
        "* LIST () \"/\" a (\"CHILDINFO\" (\"SUBSCRIBED\"))\r\n",
        "* LIST (\\X-Unknown) \"/\" \"0123456789 0123456789\"\r\n",
        "* LIST () \"/\" \"0123456789 0123456789 0123456789 0123456789\"\r\n",
    ] {
        assert!(!is_plain(line), "{line:?}");
    }
}

proptest! {
    #[test]
    fn the_short_way_reads_what_the_other_one_does(
        attributes in prop::collection::vec(prop::sample::select(vec![
            "\\HasChildren", "\\HasNoChildren", "\\Sent", "\\sent", "\\All", "\\AllMail", "\\X", " ", "",
        ]), 0..4),
        delimiter in prop::sample::select(vec!["\"/\"", "\".\"", "NIL", "nil", "\"\"", "\"\\\\\""]),
        name in "(\"[a-c/ \\\\\"&%é]{0,40}\"|[a-c/&%\\]é{}]{0,40})",
        end in prop::sample::select(vec!["\r\n", " \r\n", "\n", ""]),
    ) {
        let attributes = attributes.join(" ");
        is_plain(&format!("* LIST ({attributes}) {delimiter} {name}{end}"));
    }
}
