//! Commands without messages, as the RFCs write them.

use super::testing::{answer, line, refusal, utf8_line};
use super::*;
use crate::types::{ByteString, Capabilities, Code, Data, IdResponse, NamespaceResponse};

#[test]
fn any_state() {
    // RFC 3501 §6.1.
    assert_eq!(line(Capability), "CAPABILITY");
    assert_eq!(line(Noop), "NOOP");
    assert_eq!(line(Logout), "LOGOUT");
    // RFC 2971 §3.1.
    assert_eq!(line(Id::new()), "ID NIL");
    let id = Id::new()
        .field("name", "sodr")
        .field("version", "19.34")
        .field("vendor", "Pink Floyd Music Limited");
    assert_eq!(
        line(id),
        r#"ID ("name" "sodr" "version" "19.34" "vendor" "Pink Floyd Music Limited")"#
    );
    assert_eq!(line(Id::new().empty_field("os")), r#"ID ("os" NIL)"#);
}

#[test]
fn not_authenticated() {
    assert_eq!(line(StartTls), "STARTTLS");
    // RFC 3501 §6.2.3, and the literals of §8.
    assert_eq!(line(Login::new("SMITH", "SESAME")), "LOGIN SMITH SESAME");
    assert_eq!(line(Login::new("joe", "password")), "LOGIN joe password");
    assert_eq!(line(Login::new("a b", "\"")), r#"LOGIN "a b" "\"""#);
    // RFC 3501 §6.2.2: the initial response is the engine's to send.
    let authenticate = Authenticate::new("GSSAPI").initial_response("secret");
    assert_eq!(line(authenticate), "AUTHENTICATE GSSAPI");
    assert_eq!(refusal(Authenticate::new("A B")), SubmitError::InvalidAtom);
    assert_eq!(refusal(Login::new("a\0", "b")), SubmitError::NulInString);
}

#[test]
fn authenticated() {
    // RFC 5161 §3.1, RFC 9051 §6.3.1.
    assert_eq!(line(Enable::new(["CONDSTORE"])), "ENABLE CONDSTORE");
    let enable = Enable::new(["CONDSTORE", "X-GOOD-IDEA"]);
    assert_eq!(line(enable), "ENABLE CONDSTORE X-GOOD-IDEA");
    let none: [&str; 0] = [];
    assert!(matches!(
        refusal(Enable::new(none)),
        SubmitError::EmptyList(_)
    ));
    assert_eq!(refusal(Enable::new(["a\r\nb"])), SubmitError::InvalidAtom);
    // RFC 2342 §5, RFC 4978 §3, RFC 8437 §2.
    assert_eq!(line(Namespace), "NAMESPACE");
    assert_eq!(line(Compress), "COMPRESS DEFLATE");
    assert_eq!(line(Unauthenticate), "UNAUTHENTICATE");
}

#[test]
fn mailboxes() {
    // RFC 3501 §6.3.3 to §6.3.7.
    assert_eq!(line(Create::new("owatagusiam/")), "CREATE owatagusiam/");
    let below = Create::new("owatagusiam/blurdybloop");
    assert_eq!(line(below), "CREATE owatagusiam/blurdybloop");
    assert_eq!(line(Delete::new("blurdybloop")), "DELETE blurdybloop");
    assert_eq!(line(Delete::new("foo/bar")), "DELETE foo/bar");
    assert_eq!(
        line(Rename::new("blurdybloop", "sarasoop")),
        "RENAME blurdybloop sarasoop"
    );
    assert_eq!(
        line(Rename::new("INBOX", "old-mail")),
        "RENAME INBOX old-mail"
    );
    assert_eq!(
        line(Subscribe::new("#news.comp.mail.mime")),
        "SUBSCRIBE #news.comp.mail.mime"
    );
    assert_eq!(
        line(Unsubscribe::new("#news.comp.mail.mime")),
        "UNSUBSCRIBE #news.comp.mail.mime"
    );
    // RFC 6154 §5.3.
    let create = Create::new("MySpecial")
        .special_use("\\Drafts")
        .special_use("\\Sent");
    assert_eq!(line(create), "CREATE MySpecial (USE (\\Drafts \\Sent))");
    let create = Create::new("a").special_use("\\Drafts)\r\nx");
    assert_eq!(refusal(create), SubmitError::InvalidFlag);
    assert_eq!(refusal(Delete::new("a\nb")), SubmitError::InvalidMailbox);
    assert_eq!(utf8_line(Delete::new("日本")), "DELETE \"日本\"");
    assert_eq!(line(Delete::new("日本")), "DELETE &ZeVnLA-");
}

#[test]
fn id_is_as_long_as_rfc_2971_section_3_3_allows() {
    let out_of_range = |id: Id| matches!(refusal(id), SubmitError::OutOfRange(_));
    let fields = |count: usize| {
        let names = (0..count).map(|at| at.to_string());
        names.fold(Id::new(), |id, name| id.field(name, "x"))
    };
    assert!(fields(30).request().is_ok());
    assert!(out_of_range(fields(31)));
    assert!(
        Id::new()
            .field("n".repeat(30), "v".repeat(1024))
            .request()
            .is_ok()
    );
    assert!(out_of_range(Id::new().field("n".repeat(31), "v")));
    assert!(out_of_range(Id::new().field("n", "v".repeat(1025))));
}

#[test]
fn answers() {
    let set = |names: &[&str]| names.iter().copied().collect::<Capabilities>();
    let capabilities = Data::Capability(set(&["IMAP4rev1"]));
    assert_eq!(
        answer::<Capability>([capabilities.clone()], None),
        Ok(set(&["IMAP4rev1"]))
    );
    assert_eq!(
        answer::<Capability>([], None),
        Err(MissingAnswer("CAPABILITY"))
    );
    assert_eq!(answer::<Noop>([], None), Ok(()));
    assert!(Noop::item(capabilities).is_err());
    let enabled = [set(&["CONDSTORE"]), set(&["QRESYNC"])].map(Data::Enabled);
    assert_eq!(
        answer::<Enable>(enabled, None),
        Ok(set(&["CONDSTORE", "QRESYNC"]))
    );
    assert_eq!(answer::<Enable>([], None), Ok(Capabilities::default()));
    let id = IdResponse::default();
    assert_eq!(answer::<Id>([Data::Id(id.clone())], None), Ok(id));
    let namespace = NamespaceResponse::default();
    assert_eq!(
        answer::<Namespace>([Data::Namespace(Box::new(namespace.clone()))], None),
        Ok(namespace)
    );
    let code = Some(Code::MailboxId(ByteString::from("F2212ea87")));
    assert_eq!(
        answer::<Create>([], code),
        Ok(Some(ByteString::from("F2212ea87")))
    );
}

#[test]
fn enabling_a_dialect_holds_what_follows() {
    let class = |name: &str| Enable::new([name]).request().expect("valid").pipelining;
    assert_eq!(class("condstore"), Pipelining::ENABLE);
    for name in ["imap4rev2", "UTF8=ACCEPT", "UIDONLY"] {
        assert_eq!(class(name), Pipelining::ENABLE_DIALECT);
    }
}
