use super::super::testing::parses;
use super::*;
use crate::types::Flag;

fn code(line: &str) -> Option<Code> {
    parses(response_text, format!(" {line}").as_bytes()).code
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "compared with what may be no code"
)]
fn other(name: &str, arguments: &str) -> Option<Code> {
    let arguments = (!arguments.is_empty()).then(|| Box::new(arguments.into()));
    let name = name.into();
    Some(Code::Other { name, arguments })
}

fn plain_text(line: &str) {
    let response = parses(response_text, format!(" {line}").as_bytes());
    assert_eq!((response.code, response.text), (None, line.into()));
}

/// RFC 9051 §6.3.2 and §7.1, RFC 7162 §3.1.2: the examples.
#[test]
fn rfc_examples_of_select() {
    let response = parses(
        response_text,
        b" [UNSEEN 17] Message 17 is the first unseen message",
    );
    assert_eq!(response.code, Some(Code::Unseen(SequenceNumber(17))));
    assert_eq!(response.text, "Message 17 is the first unseen message");
    assert_eq!(
        code("[UIDVALIDITY 3857529045] UIDs valid"),
        Some(Code::UidValidity(UidValidity(3_857_529_045)))
    );
    assert_eq!(
        code("[UIDNEXT 4392] Predicted next UID"),
        Some(Code::UidNext(Uid(4392)))
    );
    assert_eq!(code("[READ-WRITE] SELECT completed"), Some(Code::ReadWrite));
    assert_eq!(code("[read-only]"), Some(Code::ReadOnly));
    let mod_seq = 20_010_715_194_045_007;
    assert_eq!(
        code(&format!("[HIGHESTMODSEQ {mod_seq}]")),
        Some(Code::HighestModSeq(ModSeq(mod_seq)))
    );
    assert_eq!(code("[NOMODSEQ] Sorry"), Some(Code::NoModSeq));
    let Some(Code::PermanentFlags(flags)) = code("[PERMANENTFLAGS (\\Deleted \\Seen \\*)] Limited")
    else {
        panic!("no flags");
    };
    assert!(flags.contains(&Flag::Seen) && flags.may_create());
    assert!(
        matches!(code("[PERMANENTFLAGS ()] No"), Some(Code::PermanentFlags(flags)) if flags.is_empty())
    );
}

/// RFC 4315 §4 and RFC 7162 §3.1.3: the examples.
#[test]
fn rfc_examples_of_sets() {
    let Some(Code::AppendUid(append)) = code("[APPENDUID 38505 3955] APPEND completed") else {
        panic!("no APPENDUID");
    };
    assert_eq!(
        (append.uid_validity.0, append.uids.to_string().as_str()),
        (38505, "3955")
    );
    let Some(Code::CopyUid(copy)) = code("[COPYUID 38505 304,319:320 3956:3958] Done") else {
        panic!("no COPYUID");
    };
    assert_eq!(copy.source.to_string(), "304,319:320");
    assert_eq!(copy.destination.to_string(), "3956:3958");
    assert!(
        matches!(code("[MODIFIED 7,9] Conditional STORE failed"), Some(Code::Modified(set)) if set.len() == 2)
    );
}

/// RFC 5530 §3, RFC 9051 §7.1, RFC 4978, RFC 5182, RFC 8474, RFC 9586: codes without arguments.
#[test]
fn plain_codes() {
    let codes = [
        ("ALERT", Code::Alert),
        ("UNAVAILABLE", Code::Unavailable),
        ("AUTHENTICATIONFAILED", Code::AuthenticationFailed),
        ("AUTHORIZATIONFAILED", Code::AuthorizationFailed),
        ("EXPIRED", Code::Expired),
        ("PRIVACYREQUIRED", Code::PrivacyRequired),
        ("CONTACTADMIN", Code::ContactAdmin),
        ("NOPERM", Code::NoPerm),
        ("INUSE", Code::InUse),
        ("EXPUNGEISSUED", Code::ExpungeIssued),
        ("CORRUPTION", Code::Corruption),
        ("SERVERBUG", Code::ServerBug),
        ("CLIENTBUG", Code::ClientBug),
        ("CANNOT", Code::Cannot),
        ("LIMIT", Code::Limit),
        ("OVERQUOTA", Code::OverQuota),
        ("ALREADYEXISTS", Code::AlreadyExists),
        ("NONEXISTENT", Code::NonExistent),
        ("HASCHILDREN", Code::HasChildren),
        ("NOTSAVED", Code::NotSaved),
        ("COMPRESSIONACTIVE", Code::CompressionActive),
        ("UNKNOWN-CTE", Code::UnknownCte),
        ("CLOSED", Code::Closed),
        ("UIDNOTSTICKY", Code::UidNotSticky),
        ("TRYCREATE", Code::TryCreate),
        ("PARSE", Code::Parse),
        ("USEATTR", Code::UseAttr),
        ("NOTIFICATIONOVERFLOW", Code::NotificationOverflow),
        ("UIDREQUIRED", Code::UidRequired),
        ("TOOBIG", Code::TooBig),
        ("BADCOMPARATOR", Code::BadComparator),
        ("NOMODSEQ", Code::NoModSeq),
        ("READ-ONLY", Code::ReadOnly),
        ("READ-WRITE", Code::ReadWrite),
        ("TEMPFAIL", Code::TempFail),
        ("TOOFEW", Code::TooFew),
        ("TOOMANY", Code::TooMany),
    ];
    for (name, expected) in codes {
        assert_eq!(code(&format!("[{name}] x")).as_ref(), Some(&expected));
        assert_eq!(
            code(&format!("[{}]", name.to_lowercase())).as_ref(),
            Some(&expected)
        );
        assert_eq!(expected.name(), name.as_bytes());
    }
}

/// The examples of the extensions' RFCs.
#[test]
fn codes_of_extensions() {
    assert_eq!(
        code("[MAILBOXID (F2212ea87-6097)] Ok"),
        Some(Code::MailboxId("F2212ea87-6097".into()))
    );
    let progress = |tag: Option<&str>, done, goal| {
        let tag = tag.map(Into::into);
        Some(Code::InProgress(Box::new(InProgress { tag, done, goal })))
    };
    assert_eq!(
        code("[INPROGRESS (\"A003\" 175 2001)] Still"),
        progress(Some("A003"), Some(175), Some(2001))
    );
    assert_eq!(
        code("[INPROGRESS (\"a34\" NIL NIL)] rename conv conv2"),
        progress(Some("a34"), None, None)
    );
    assert_eq!(
        code("[INPROGRESS (NIL 5 NIL)]"),
        progress(None, Some(5), None)
    );
    assert_eq!(
        code("[INPROGRESS] Hang in there..."),
        progress(None, None, None)
    );
    let url = "IMAP://user;AUTH=*@SERVER2/REMOTE";
    assert_eq!(
        code(&format!("[REFERRAL {url}]Remote Mailbox")),
        Some(Code::Referral(vec![url.into()]))
    );
    let url = "/INBOX;UIDVALIDITY=785799047/;UID=113330;section=1.5.9";
    assert_eq!(
        code(&format!("[BADURL {url}] CATENATE failed")),
        Some(Code::BadUrl(url.into()))
    );
    assert_eq!(
        code("[NOUPDATE \"B02\"] Too many contexts"),
        Some(Code::NoUpdate("B02".into()))
    );
    let filter = Some(Code::UndefinedFilter("on-the-road".into()));
    assert_eq!(code("[UNDEFINED-FILTER on-the-road] x"), filter);
    let events = vec!["FlagChange".into(), "MessageNew".into()];
    assert_eq!(
        code("[BADEVENT (FlagChange MessageNew)] x"),
        Some(Code::BadEvent(events))
    );
    let limit = |lowest: Option<u32>| {
        let lowest = lowest.map(Uid);
        Some(Code::MessageLimit(MessageLimit {
            limit: 1000,
            lowest,
        }))
    };
    assert_eq!(code("[MESSAGELIMIT 1000 23221] x"), limit(Some(23221)));
    assert_eq!(code("[MESSAGELIMIT 1000] x"), limit(None));
    assert_eq!(
        code("[METADATA LONGENTRIES 2199] x"),
        Some(Code::Metadata(MetadataCode::LongEntries(2199)))
    );
    assert_eq!(
        code("[METADATA MAXSIZE 1024] x"),
        Some(Code::Metadata(MetadataCode::MaxSize(1024)))
    );
    assert_eq!(
        code("[METADATA TOOMANY] x"),
        Some(Code::Metadata(MetadataCode::TooMany))
    );
    assert_eq!(
        code("[METADATA NOPRIVATE] x"),
        Some(Code::Metadata(MetadataCode::NoPrivate))
    );
    assert_eq!(
        code("[ANNOTATE TOOBIG] x"),
        Some(Code::Annotate(AnnotateCode::TooBig))
    );
    assert_eq!(
        code("[ANNOTATE TOOMANY] x"),
        Some(Code::Annotate(AnnotateCode::TooMany))
    );
    assert_eq!(
        code("[MAXCONVERTMESSAGES 1] x"),
        Some(Code::MaxConvertMessages(1))
    );
    assert_eq!(
        code("[MAXCONVERTPARTS 1] x"),
        Some(Code::MaxConvertParts(1))
    );
    assert_eq!(code("[BADCHARSET] x"), Some(Code::BadCharset(vec![])));
    let charset = Some(Code::BadCharset(vec!["UTF-8".into()]));
    assert_eq!(code("[BADCHARSET UTF-8] KOI8-R is not supported"), charset);
    let charsets = vec!["UTF-8".into(), "US-ASCII".into()];
    assert_eq!(
        code("[BADCHARSET (UTF-8 \"US-ASCII\")] x"),
        Some(Code::BadCharset(charsets))
    );
    let Some(Code::Capability(set)) =
        code("[CAPABILITY IMAP4rev1 LITERAL + SASL-IR] Dovecot ready.")
    else {
        panic!("no capabilities");
    };
    assert!(set.contains("LITERAL+") && set.len() == 3);
}

/// RFC 5257 §4.2, and as Cyrus says it.
#[test]
fn support_of_annotations() {
    use AnnotationSupport as Support;
    let shared = Support::ReadWrite {
        max_size: 20480,
        private: false,
    };
    let both = Support::ReadWrite {
        max_size: 65536,
        private: true,
    };
    for (text, expected) in [
        ("[ANNOTATIONS 20480 NOPRIVATE]", shared),
        ("[ANNOTATIONS 65536] Ok", both),
        ("[ANNOTATIONS NONE]", Support::None),
        (
            "[ANNOTATIONS READ-ONLY]",
            Support::ReadOnly { private: true },
        ),
        (
            "[annotations read-only noprivate]",
            Support::ReadOnly { private: false },
        ),
    ] {
        assert_eq!(code(text), Some(Code::Annotations(expected)), "{text}");
    }
    assert_eq!(code("[ANNOTATIONS x]"), other("ANNOTATIONS", "x"));
}

/// RFC 4467 §8.
#[test]
fn mechanisms_of_urls() {
    let mechanism = |name: &str, data: Option<&str>| UrlMechanism {
        name: name.into(),
        data: data.map(Into::into),
    };
    assert_eq!(
        code("[URLMECH INTERNAL XSAMPLE=P34OKhO7VEkCbsiYY8rGEg==] done"),
        Some(Code::UrlMechanisms(vec![
            mechanism("INTERNAL", None),
            mechanism("XSAMPLE", Some("P34OKhO7VEkCbsiYY8rGEg=="))
        ]))
    );
    assert_eq!(code("[URLMECH]"), other("URLMECH", ""));
}

/// RFC 2193 §4.4: a RENAME between two other servers.
#[test]
fn several_referrals() {
    let urls = [
        "IMAP://user;AUTH=*@SERVER1/FOO",
        "IMAP://user;AUTH=*@SERVER2/BAR",
    ];
    let text = format!(
        "[REFERRAL {}] Unable to rename mailbox across servers",
        urls.join(" ")
    );
    let urls = urls.map(Into::into).to_vec();
    assert_eq!(code(&text), Some(Code::Referral(urls)));
    assert_eq!(code("[REFERRAL ] x"), other("REFERRAL", ""));
}

/// Codes of vendors, and one that RFC 2060 had (FEATURES §3): their arguments as they came.
#[test]
fn codes_of_vendors() {
    assert_eq!(code("[NEWNAME old new] x"), other("NEWNAME", "old new"));
    assert_eq!(code("[THROTTLED] x"), other("THROTTLED", ""));
    assert_eq!(
        code("[XYMHIGHESTMODSEQ 5] x"),
        Some(Code::YahooHighestModSeq(ModSeq(5)))
    );
    assert_eq!(
        code("[XYMHIGHESTMODSEQ -] x"),
        other("XYMHIGHESTMODSEQ", "-")
    );
    assert_eq!(code("[AUTH] x"), other("AUTH", ""));
    assert_eq!(code("[SYS/PERM] x"), other("SYS/PERM", ""));
}

#[test]
fn feature_9_12_brackets_in_keywords() {
    let Some(Code::PermanentFlags(flags)) = code("[PERMANENTFLAGS (\\Seen k] \\*)] Limited") else {
        panic!("no flags");
    };
    assert!(flags.contains(&Flag::from("k]")) && flags.may_create());
    assert_eq!(
        code("[X-FOO (a ]b) \"c]\" d] text"),
        other("X-FOO", "(a ]b) \"c]\" d")
    );
}

#[test]
fn feature_9_13_and_quirk_5_2_36_missing_text() {
    for line in [&b""[..], b" "] {
        assert_eq!(parses(response_text, line), ResponseText::default());
    }
    let response = parses(response_text, b" [HIGHESTMODSEQ 7011231777]");
    assert_eq!(
        response.code,
        Some(Code::HighestModSeq(ModSeq(7_011_231_777)))
    );
    assert!(response.text.is_empty());
    assert_eq!(code("[CLOSED] "), Some(Code::Closed));
}

#[test]
fn feature_9_14_without_its_bracket_all_is_text() {
    plain_text("[foo bar");
    plain_text("[UIDNEXT 5");
    plain_text("[CAPABILITY IMAP4rev1 IDLE");
    plain_text("[");
    plain_text("[]");
    plain_text("[ ALERT] x");
    plain_text("hello [ALERT] x");
}

#[test]
fn quirk_5_1_3_missing_arguments() {
    assert_eq!(code("[COPYUID 14  ]"), other("COPYUID", "14  "));
    assert_eq!(code("[COPYUID]"), other("COPYUID", ""));
    assert_eq!(code("[UIDNEXT] x"), other("UIDNEXT", ""));
}

#[test]
fn quirk_5_1_4_zeros_and_wide_numbers() {
    assert_eq!(code("[UIDNEXT 0]"), Some(Code::UidNext(Uid(0))));
    assert_eq!(
        code("[UIDVALIDITY 0]"),
        Some(Code::UidValidity(UidValidity(0)))
    );
    assert_eq!(code("[UNSEEN 0]"), Some(Code::Unseen(SequenceNumber(0))));
    let wide = Some(Code::UidValidity(UidValidity(1_528_896_777_421)));
    assert_eq!(code("[UIDVALIDITY 1528896777421] ok"), wide);
    assert_eq!(
        code("[UIDNEXT 4294967296] x"),
        other("UIDNEXT", "4294967296")
    );
}

#[test]
fn quirk_5_2_40_an_invalid_code_is_text() {
    plain_text(
        "[Error=\"Microsoft.Exchange.Data.Storage.WrongServerException: Cross Server access\" \
         AuthResultFromPopImapEnd=0 Proxy=x] AUTHENTICATE completed.",
    );
    plain_text("The Microsoft Exchange IMAP4 service is ready. [TQBXAA==]");
}

#[test]
fn codes_that_no_type_is_known_for() {
    assert_eq!(code("[SYS/TEMP] x"), other("SYS/TEMP", ""));
    let url = "https://accounts.google.com/signin";
    assert_eq!(code(&format!("[WEBALERT {url}] x")), other("WEBALERT", url));
    assert_eq!(code("[X it's (open] x"), other("X", "it's (open"));
    assert_eq!(code("[ALERT now] x"), other("ALERT", "now"));
    assert_eq!(code("[METADATA WHAT 1] x"), other("METADATA", "WHAT 1"));
    assert_eq!(code("[MODIFIED 1:*] x"), other("MODIFIED", "1:*"));
}

#[test]
fn text_stays_as_it_came() {
    let response = parses(response_text, b" [ALERT]  two\tspaces {12}");
    assert_eq!(response.text, " two\tspaces {12}");
    let response = parses(response_text, b" caf\xe9 \x1b[0m");
    assert_eq!(response.text.as_bytes(), b"caf\xe9 \x1b[0m");
}

#[test]
fn too_many_capabilities_are_refused() {
    let line = format!(" [CAPABILITY{}] x", " A".repeat(513));
    let error = super::super::testing::fails(response_text, line.as_bytes());
    assert_eq!(error.kind, ParseErrorKind::TooManyItems);
}
