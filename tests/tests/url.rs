//! IMAP URLs are read as they are written, and no text makes the reader fail other than by an error.

use imap_proto_core::types::{
    ByteString, ImapUrl, UrlAccess, UrlAuthType, UrlAuthorization, UrlMessage, UrlServer,
    UrlVerifier,
};
use proptest::option;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z/;?%:@&=.+*~ -]{1,12}",
        1 => any::<String>().prop_filter("some text", |text| !text.is_empty()),
        1 => prop::collection::vec(prop_oneof![Just("."), Just(".."), Just("a"), Just("")], 1..5)
            .prop_map(|levels| levels.join("/"))
            .prop_filter("some text", |text| !text.is_empty()),
    ]
}

fn server() -> impl Strategy<Value = UrlServer> {
    let auth = prop_oneof![
        Just(UrlAuthType::Any),
        text().prop_map(UrlAuthType::Mechanism)
    ];
    let host = prop_oneof![
        "[a-z][a-z0-9.-]{0,9}",
        Just("[2001:db8::1]".to_owned()),
        Just("192.0.2.1".to_owned())
    ];
    (
        option::of(text()),
        option::of(auth),
        host,
        option::of(any::<u16>()),
    )
        .prop_map(|(user, auth, host, port)| UrlServer {
            user,
            auth,
            host,
            port,
        })
}

fn message() -> impl Strategy<Value = UrlMessage> {
    let access = prop_oneof![
        text().prop_map(UrlAccess::Submit),
        text().prop_map(UrlAccess::User),
        Just(UrlAccess::AnyUser),
        Just(UrlAccess::Anonymous),
    ];
    let verifier = ("[A-Z][A-Z0-9.-]{0,9}", "[0-9a-f]{32,48}");
    let verifier = verifier.prop_map(|(mechanism, token)| UrlVerifier {
        mechanism,
        token: token.into(),
    });
    let authorization = (access, option::of(verifier));
    let authorization =
        authorization.prop_map(|(access, verifier)| UrlAuthorization { access, verifier });
    let partial = (any::<u32>(), option::of(1..=u32::MAX));
    let expire = Just("2030-02-28T23:59:59.5+01:00".to_owned());
    (
        1..=u32::MAX,
        option::of(text()),
        option::of(partial),
        option::of(expire),
        option::of(authorization),
    )
        .prop_map(
            |(uid, section, partial, expire, authorization)| UrlMessage {
                uid,
                section,
                partial,
                expire,
                authorization,
            },
        )
}

fn url() -> impl Strategy<Value = ImapUrl> {
    let search = prop::collection::vec(any::<u8>(), 0..20)
        .prop_map(|octets| ByteString::from_bytes(octets.into()));
    let mailbox = (
        text(),
        option::of(1..=u32::MAX),
        option::of(message()),
        option::of(search),
    );
    (server(), option::of(mailbox)).prop_map(|(server, mailbox)| {
        let mut url = ImapUrl::new(server.host.clone());
        url.server = server;
        if let Some((name, uid_validity, message, search)) = mailbox {
            url.mailbox = Some(name.into());
            url.uid_validity = uid_validity;
            url.search = search.filter(|_| message.is_none());
            url.message = message;
        }
        url
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(url in url()) {
        let text = url.to_string();
        prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{}", text);
        let read = text.parse::<ImapUrl>();
        prop_assert_eq!(read.as_ref(), Ok(&url), "{}", text);
        prop_assert_eq!(read.map(|url| url.to_string()), Ok(text));
    }

    #[test]
    fn a_whole_url_does_not_depend_on_its_base(base in url(), url in url()) {
        prop_assert_eq!(base.resolve(&url.to_string()), Ok(url.clone()));
        prop_assert_eq!(url.resolve(""), Ok(url.clone()));
        let text = url.to_string();
        let path = &text["imap://".len() + url.server.to_string().len()..];
        let mut moved = url;
        moved.server = base.server.clone();
        prop_assert_eq!(base.resolve(path), Ok(moved));
    }

    #[test]
    fn no_text_does_harm(base in url(), text in "(imap://)?[a-zA-Z0-9/;?%:@&=.+*~ \\[\\]-]{0,30}", other in any::<String>()) {
        for text in [text, other] {
            if let Ok(url) = text.parse::<ImapUrl>() {
                prop_assert_eq!(url.to_string().parse(), Ok(url));
            }
            if let Ok(url) = base.resolve(&text) {
                prop_assert_eq!(url.to_string().parse(), Ok(url));
            }
        }
    }
}
