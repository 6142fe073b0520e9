use super::*;
use crate::types::{Code, ResponseText};

fn url(text: &str) -> ImapUrl {
    match text.parse() {
        Ok(url) => url,
        Err(error) => panic!("{text}: {error}"),
    }
}

fn error(text: &str) -> UrlError {
    text.parse::<ImapUrl>().expect_err(text)
}

/// RFC 5092 §9, each written again as it was.
#[test]
fn rfc_5092_examples() {
    let text =
        "imap://minbari.example.org/gray-council;UIDVALIDITY=385759045/;UID=20/;PARTIAL=0.1024";
    let found = url(text);
    assert_eq!(found.server.user, None);
    assert_eq!(found.mailbox, Some("gray-council".into()));
    assert_eq!(found.uid_validity, Some(385_759_045));
    let message = found.message.as_ref().expect("a message");
    assert_eq!((message.uid, message.partial), (20, Some((0, Some(1024)))));
    assert_eq!(found.to_string(), text);

    let text = "imap://psicorp.example.org/~peter/%E6%97%A5%E6%9C%AC%E8%AA%9E/%E5%8F%B0%E5%8C%97";
    let found = url(text);
    let wire = MailboxName::from_wire("~peter/&ZeVnLIqe-/&U,BTFw-".into());
    assert_eq!(found.mailbox, Some(wire));
    assert_eq!(found.to_string(), text);

    let text = "imap://;AUTH=GSSAPI@minbari.example.org/gray-council/;uid=20/;section=1.2";
    let found = url(text);
    let mechanism = UrlAuthType::Mechanism("GSSAPI".into());
    assert_eq!(found.server.auth, Some(mechanism));
    let section = found
        .message
        .as_ref()
        .and_then(|message| message.section.as_deref());
    assert_eq!(section, Some("1.2"));

    let text = "imap://;AUTH=*@minbari.example.org/gray%20council?SUBJECT%20shadows";
    let found = url(text);
    assert_eq!(found.server.auth, Some(UrlAuthType::Any));
    assert_eq!(found.mailbox, Some("gray council".into()));
    assert_eq!(found.search, Some("SUBJECT shadows".into()));
    assert_eq!(found.to_string(), text);

    let text = "imap://john;AUTH=*@minbari.example.org/babylon5/personel?charset%20UTF-8%20SUBJECT%20%7B14+%7D%0D%0A%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2%D0%B0";
    let found = url(text);
    assert_eq!(found.server.user.as_deref(), Some("john"));
    let search = found.search.as_ref().and_then(ByteString::as_str);
    assert_eq!(search, Some("charset UTF-8 SUBJECT {14+}\r\nИванова"));
    assert_eq!(found.to_string(), text);
}

/// RFC 4467 §7, and those that Dovecot and Cyrus made.
#[test]
fn authorized_urls() {
    let text = "imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=submit+fred:internal:91354a473744909de610943775f92038";
    let message = url(text).message.expect("a message");
    let authorization = message.authorization.expect("an authorization");
    assert_eq!(authorization.access, UrlAccess::Submit("fred".into()));
    let verifier = authorization.verifier.expect("a verifier");
    assert_eq!(verifier.mechanism, "internal");
    assert_eq!(verifier.token.expose(), b"91354a473744909de610943775f92038");
    assert!(!format!("{:?}", url(text)).contains("91354a47"));

    let text = "imap://alice@mail.example.org/urlauth/;UID=1;URLAUTH=anonymous:internal:00e569087ec876200fa281e2fdfb12230bb1fc54e4";
    assert_eq!(url(text).to_string(), text);
    let rump = "imap://alice@mail.example.org/urlauth/;UID=1/;SECTION=TEXT;URLAUTH=user+alice";
    let message = UrlMessage::new(1)
        .section("TEXT")
        .access(UrlAccess::User("alice".into()));
    let built = ImapUrl::new("mail.example.org")
        .user("alice")
        .mailbox("urlauth")
        .message(message);
    assert_eq!(built.to_string(), rump);
    assert_eq!(url(rump), built);
    let text = "imap://a@b/c/;UID=1;EXPIRE=2007-11-01T12:00:00Z;URLAUTH=authuser";
    let message = url(text).message.expect("a message");
    assert_eq!(message.expire.as_deref(), Some("2007-11-01T12:00:00Z"));
    assert_eq!(url(text).to_string(), text);
}

/// RFC 2193 §4, RFC 2221 §4.
#[test]
fn referrals() {
    let urls = [
        "IMAP://user;AUTH=*@SERVER2/REMOTE",
        "http://example.org/",
        "\u{e9}",
    ];
    let text = ResponseText {
        code: Some(Code::Referral(urls.map(Into::into).to_vec())),
        text: "Remote Mailbox".into(),
    };
    let found: Vec<_> = text.referrals().collect();
    let [
        Referral::Imap(first),
        Referral::Other(second),
        Referral::Other(_),
    ] = found.as_slice()
    else {
        panic!("{found:?}");
    };
    assert_eq!(first.server.host, "SERVER2");
    assert_eq!(first.mailbox, Some("REMOTE".into()));
    assert_eq!(*second, "http://example.org/");
    assert_eq!(url("IMAP://MIKE@SERVER2/").mailbox, None);
    assert_eq!(ResponseText::new("x").referrals().count(), 0);
}

#[test]
fn servers() {
    assert_eq!(url("imap://a").to_string(), "imap://a/");
    assert_eq!(url("imap://a:1143/").server.port, Some(1143));
    assert_eq!(url("imap://a:/").server.port, None);
    let ipv6 = url("imap://x@[2001:db8::1]:143/INBOX");
    assert_eq!(
        (ipv6.server.host.as_str(), ipv6.server.port),
        ("[2001:db8::1]", Some(143))
    );
    assert_eq!(ipv6.to_string(), "imap://x@[2001:db8::1]:143/INBOX");
    let user = url("imap://a%40b%3A%3B@c/");
    assert_eq!(user.server.user.as_deref(), Some("a@b:;"));
    assert_eq!(user.to_string(), "imap://a%40b%3A%3B@c/");
    for bad in [
        "imap://",
        "imap:///x",
        "imap://a:b/",
        "imap://a:99999/",
        "imap://a:+1/",
        "imap://[::1/",
        "imap://@a/",
        "imap://a b/",
    ] {
        assert_eq!(error(bad), UrlError::InvalidServer, "{bad}");
    }
    for bad in ["", "imap:", "imap:/a", "imaps://a", "http://a", "é"] {
        assert_eq!(error(bad), UrlError::NotImap, "{bad}");
    }
    assert_eq!(error("imap://joe:secret@a/"), UrlError::Password);
    assert_eq!(error("imap://joe;AUTH=PLAIN:secret@a/"), UrlError::Password);
    assert_eq!(error("imap://joe;X=y@a/"), UrlError::UnexpectedParameter);
    assert!(!UrlError::Password.to_string().contains("secret"));
}

#[test]
fn paths_that_break_the_grammar() {
    for bad in [
        "imap://a/b;UID=1",
        "imap://a/b/;UID=1;SECTION=1",
        "imap://a/b/;SECTION=1",
        "imap://a/b/;UID=1/;UID=2",
        "imap://a/b/;UID=1/;PARTIAL=1/;SECTION=1",
        "imap://a/b;X=1",
        "imap://a/b/;UID=1?ALL",
        "imap://a/?ALL",
        "imap://a/b/;UID=1;UIDVALIDITY=1",
    ] {
        assert_eq!(error(bad), UrlError::UnexpectedParameter, "{bad}");
    }
    for bad in [
        "imap://a/b/;UID=0",
        "imap://a/b/;UID=",
        "imap://a/b/;UID=+1",
        "imap://a/b/;UID=4294967296",
        "imap://a/b;UIDVALIDITY=0",
        "imap://a/b/;UID=1/;PARTIAL=1.0",
        "imap://a/b/;UID=1/;SECTION=",
        "imap://a/b/;UID=1;EXPIRE=tomorrow",
        "imap://a/b/;UID=1;URLAUTH=nobody",
        "imap://a/b/;UID=1;URLAUTH=user+",
        "imap://a/b/;UID=1;URLAUTH=anonymous:internal",
        "imap://a/b/;UID=1;URLAUTH=anonymous:internal:00",
    ] {
        assert_eq!(error(bad), UrlError::InvalidParameter, "{bad}");
    }
    for bad in [
        "imap://a/b c",
        "imap://a/%zz",
        "imap://a/%4",
        "imap://a/b#c",
        "imap://a/é",
    ] {
        assert_eq!(error(bad), UrlError::InvalidCharacter, "{bad}");
    }
    assert_eq!(error("imap://a/%ff"), UrlError::NotUtf8);
    assert_eq!(error("imap://a/;UID=1"), UrlError::NoMailbox);
}

/// RFC 5092 §7, §9 and §9.1.
#[test]
fn references() {
    let resolved = |base: &str, reference: &str| match url(base).resolve(reference) {
        Ok(url) => url.to_string(),
        Err(error) => format!("{error:?}"),
    };
    let part = "imap://;AUTH=GSSAPI@minbari.example.org/gray-council/;uid=20/;section=1.2";
    assert_eq!(
        resolved(part, ";section=1.4"),
        "imap://;AUTH=GSSAPI@minbari.example.org/gray-council/;UID=20/;SECTION=1.4"
    );
    let base = "imap://joe@example.com/bar";
    let foo = "imap://joe@example.com/foo";
    assert_eq!(resolved(base, "/foo/;UID=20/.."), foo);
    assert_eq!(resolved(base, "/foo"), foo);
    assert_eq!(
        resolved(base, ";UID=20"),
        "imap://joe@example.com/bar/;UID=20"
    );
    assert_eq!(
        resolved("imap://h/a;UIDVALIDITY=5", ";UID=20"),
        "imap://h/a;UIDVALIDITY=5/;UID=20"
    );
    // Here the dots are part of a name.
    assert_eq!(
        resolved(base, "..;UIDVALIDITY=385759045/;UID=20"),
        "imap://joe@example.com/%2E%2E;UIDVALIDITY=385759045/;UID=20"
    );
    assert_eq!(resolved(base, ""), base);
    assert_eq!(resolved(base, "?ALL"), "imap://joe@example.com/bar?ALL");
    assert_eq!(resolved(base, "//other/x"), "imap://other/x");
    assert_eq!(resolved(base, "imap://other/x"), "imap://other/x");
    assert_eq!(resolved(base, "http://other/x"), "NotImap");
    assert_eq!(resolved("imap://h/a/b/c", "../d"), "imap://h/a/d");
    assert_eq!(resolved("imap://h/a/b/c", "./d/../e"), "imap://h/a/b/e");
    assert_eq!(resolved("imap://h/a", "../../../b"), "imap://h/b");
}

#[test]
fn names_that_would_mean_something_else_in_a_path() {
    for (name, path) in [
        ("/a", "%2Fa"),
        ("a/", "a%2F"),
        ("/", "%2F"),
        ("a/../b", "a/%2E%2E/b"),
        (".", "%2E"),
        ("a//b", "a//b"),
        ("a;b?c%d", "a%3Bb%3Fc%25d"),
        ("Tom & Jerry", "Tom%20&%20Jerry"),
    ] {
        let url = ImapUrl::new("h").mailbox(name);
        assert_eq!(url.to_string(), format!("imap://h/{path}"));
        assert_eq!(url.to_string().parse(), Ok(url));
    }
}
