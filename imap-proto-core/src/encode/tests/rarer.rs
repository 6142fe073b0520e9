//! Commands of rarer extensions, as their RFCs write them.

use super::testing::{answer, line, refusal};
use super::*;
use crate::types::{
    ByteString, Code, ComparatorResponse, Data, NamespaceResponse, SectionPart, SequenceNumber,
    SequenceSet, Uid, UrlContent, UrlFetchResponse, UrlFetched, UrlMechanism,
};

fn second() -> SequenceSet {
    SequenceSet::from(SequenceNumber(2))
}

fn part(number: u32) -> SectionPart {
    SectionPart(vec![number])
}

/// RFC 4467 §7, RFC 5524 §4.
#[test]
fn urls() {
    let url = "imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=submit+fred";
    assert_eq!(
        line(GenUrlAuth::new(url)),
        format!("GENURLAUTH \"{url}\" INTERNAL")
    );
    assert_eq!(
        line(GenUrlAuth::new("a").url("b", "XSAMPLE")),
        "GENURLAUTH \"a\" INTERNAL \"b\" XSAMPLE"
    );
    assert_eq!(
        refusal(GenUrlAuth::new("a").url("b", "")),
        SubmitError::InvalidAtom
    );
    let urls = vec![ByteString::from("a:internal:00")];
    let data = [Data::GenUrlAuth(urls.clone())];
    assert_eq!(answer::<GenUrlAuth>(data, None), Ok(urls));
    assert_eq!(
        answer::<GenUrlAuth>([], None),
        Err(MissingAnswer("GENURLAUTH"))
    );

    assert_eq!(line(ResetKey::all()), "RESETKEY");
    assert_eq!(line(ResetKey::of("INBOX")), "RESETKEY INBOX");
    assert_eq!(
        line(ResetKey::of("INBOX").mechanism("XSAMPLE")),
        "RESETKEY INBOX XSAMPLE"
    );
    let internal = UrlMechanism {
        name: "INTERNAL".into(),
        data: None,
    };
    let code = Some(Code::UrlMechanisms(vec![internal.clone()]));
    assert_eq!(answer::<ResetKey>([], code), Ok(vec![internal]));

    assert_eq!(line(UrlFetch::new(["a", "b"])), "URLFETCH \"a\" \"b\"");
    for (items, expected) in [
        (UrlFetchItems::binary(), "BINARY"),
        (UrlFetchItems::only_structure(), "BODYPARTSTRUCTURE"),
        (UrlFetchItems::body().structure(), "BODYPARTSTRUCTURE BODY"),
        (
            UrlFetchItems::binary().structure(),
            "BODYPARTSTRUCTURE BINARY",
        ),
    ] {
        let fetch = UrlFetch::default().items("imap://x", items);
        assert_eq!(line(fetch), format!("URLFETCH (\"imap://x\" {expected})"));
    }
    assert!(matches!(
        refusal(UrlFetch::default()),
        SubmitError::EmptyList(_)
    ));
    let fetched = UrlFetched {
        url: "a".into(),
        content: UrlContent::Text(None),
    };
    let response = UrlFetchResponse {
        urls: vec![fetched.clone()],
    };
    let data = [Data::UrlFetch(Box::new(response))];
    assert_eq!(answer::<UrlFetch>(data, None), Ok(vec![fetched]));
}

/// RFC 5255 §3.2, §4.7.
#[test]
fn languages_and_comparators() {
    assert_eq!(line(Language::new(["MUL"])), "LANGUAGE MUL");
    assert_eq!(line(Language::list()), "LANGUAGE");
    assert_eq!(line(Language::server_default()), "LANGUAGE \"default\"");
    assert_eq!(
        line(Language::new(["FR-CA", "EN-CA"])),
        "LANGUAGE FR-CA EN-CA"
    );
    let namespaces = NamespaceResponse::default();
    let data = [
        Data::Language(vec!["DE".into()]),
        Data::Namespace(Box::new(namespaces.clone())),
    ];
    let found = answer::<Language>(data, None).expect("an answer");
    assert_eq!(
        (found.tags, found.namespaces),
        (vec!["DE".into()], Some(namespaces))
    );
    assert_eq!(line(Comparator::active()), "COMPARATOR");
    assert_eq!(
        line(Comparator::new(["cz;*", "i;basic"])),
        "COMPARATOR \"cz;*\" i;basic"
    );
    let basic = ComparatorResponse {
        active: "i;basic".into(),
        matching: Vec::new(),
    };
    let data = [Data::Comparator(Box::new(basic.clone()))];
    assert_eq!(answer::<Comparator>(data, None), Ok(basic));
}

/// RFC 5259 §5.1, §6, §7, §9.
#[test]
fn conversions() {
    let convert = |items| Convert::new(second(), items);
    let pdf = convert(ConvertItems::new().binary(part(3))).to("APPLICATION/PDF");
    assert_eq!(line(pdf), "CONVERT 2 (\"APPLICATION/PDF\") BINARY[3]");
    let text = convert(ConvertItems::new().binary(part(3)))
        .to("text/plain")
        .parameter("charset", "us-ascii")
        .parameter("unknown-character-replacement", "?");
    assert_eq!(
        line(text),
        "CONVERT 2 (\"text/plain\" (\"charset\" \"us-ascii\" \"unknown-character-replacement\" \"?\")) BINARY[3]"
    );
    let size = convert(ConvertItems::new().binary_size(part(4)))
        .to("TEXT/PLAIN")
        .parameter("CHARSET", "us-ascii");
    assert_eq!(
        line(size),
        "CONVERT 2 (\"TEXT/PLAIN\" (\"CHARSET\" \"us-ascii\")) BINARY.SIZE[4]"
    );
    let some = convert(ConvertItems::new().binary_partial(part(4), 2001, 1000)).to("TEXT/PLAIN");
    assert_eq!(
        line(some),
        "CONVERT 2 (\"TEXT/PLAIN\") BINARY[4]<2001.1000>"
    );
    let header =
        convert(ConvertItems::new().header(SectionPart::whole())).parameter("CHARSET", "utf-8");
    assert_eq!(
        line(header),
        "CONVERT 2 (NIL (\"CHARSET\" \"utf-8\")) BODY[HEADER]"
    );
    let mime = Convert::new(SequenceNumber(3), ConvertItems::new().mime(part(1)));
    assert_eq!(line(mime), "CONVERT 3 (NIL) BODY[1.MIME]");
    let picture = UidConvert::new(Uid(100), ConvertItems::new().binary(part(2)))
        .to("IMAGE/JPEG")
        .parameter("PIX-X", "128")
        .parameter("PIX-Y", "96");
    assert_eq!(
        line(picture),
        "UID CONVERT 100 (\"IMAGE/JPEG\" (\"PIX-X\" \"128\" \"PIX-Y\" \"96\")) BINARY[2]"
    );
    let several = ConvertItems::new()
        .binary(part(3))
        .structure(part(3))
        .header(part(3));
    let several = convert(several.available_conversions(part(3)));
    assert_eq!(
        line(several),
        "CONVERT 2 (NIL) (BINARY[3] BODYPARTSTRUCTURE[3] BODY[3.HEADER] AVAILABLECONVERSIONS[3])"
    );
    assert!(matches!(
        refusal(convert(ConvertItems::new())),
        SubmitError::EmptyList(_)
    ));
    for bad in ["text", "a/b\"", "a/b c", "a/b\r\n"] {
        let convert = convert(ConvertItems::new().binary(part(1))).to(bad);
        assert_eq!(refusal(convert), SubmitError::InvalidAtom, "{bad:?}");
    }
    for items in [
        ConvertItems::new().binary(part(0)),
        ConvertItems::new().binary_partial(part(1), 0, 0),
        ConvertItems::new().mime(SectionPart::whole()),
    ] {
        assert!(convert(items).request().is_err());
    }
    assert_eq!(
        line(Conversions::new("image/gif", "*")),
        "CONVERSIONS \"image/gif\" \"*\""
    );
    assert_eq!(answer::<Conversions>([], None), Ok(Vec::new()));
}

/// RFC 2193 §5, and the commands of vendors.
#[test]
fn lists_and_vendors() {
    assert_eq!(line(Rlist::new("", "#SHARED/%")), "RLIST \"\" #SHARED/%");
    assert_eq!(line(Rlsub::new("", "*")), "RLSUB \"\" *");
    assert_eq!(line(Xlist::new("", "%")), "XLIST \"\" %");
    assert_eq!(line(GetJmapAccess), "GETJMAPACCESS");
    let url = ByteString::from("https://mail.example.org/jmap/");
    let data = [Data::JmapAccess(url.clone())];
    assert_eq!(answer::<GetJmapAccess>(data, None), Ok(url));
    let push = ApplePushService::new().field("aps-version", "2");
    assert_eq!(
        line(push.clone()),
        "XAPPLEPUSHSERVICE \"aps-version\" \"2\""
    );
    assert_eq!(
        line(push.mailboxes(["INBOX", "Notes"])),
        "XAPPLEPUSHSERVICE \"aps-version\" \"2\" \"mailboxes\" (INBOX Notes)"
    );
    assert_eq!(line(Netscape), "NETSCAPE");
}
