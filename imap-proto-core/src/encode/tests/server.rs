//! Quotas, rights, annotations and commands of the caller's own, as the RFCs write them.

use super::testing::{answer, line, refusal};
use super::*;
use crate::types::{
    AclResponse, ByteString, Code, Data, MailboxName, MetadataCode, MetadataEntries,
    MetadataResponse, QuotaResponse, QuotaRootResponse,
};

#[test]
fn quotas() {
    // RFC 9208 §4.1.
    assert_eq!(
        line(GetQuota::new("!partition/sda4")),
        "GETQUOTA !partition/sda4"
    );
    assert_eq!(line(GetQuota::new("")), "GETQUOTA \"\"");
    assert_eq!(line(GetQuotaRoot::new("INBOX")), "GETQUOTAROOT INBOX");
    let set = SetQuota::new("!partition/sda4").limit("STORAGE", 510_000);
    assert_eq!(line(set), "SETQUOTA !partition/sda4 (STORAGE 510000)");
    let two = SetQuota::new("").limit("STORAGE", 512).limit("MESSAGE", 9);
    assert_eq!(line(two), "SETQUOTA \"\" (STORAGE 512 MESSAGE 9)");
    assert_eq!(line(SetQuota::new("a")), "SETQUOTA a ()");
    let large = SetQuota::new("a").limit("STORAGE", u64::MAX);
    assert!(matches!(refusal(large), SubmitError::OutOfRange(_)));
    let bad = SetQuota::new("a").limit("A B", 1);
    assert_eq!(refusal(bad), SubmitError::InvalidAtom);

    let quota = QuotaResponse {
        root: ByteString::from("a"),
        resources: Vec::new(),
    };
    let root = QuotaRootResponse {
        mailbox: MailboxName::inbox(),
        roots: vec![ByteString::from("a")],
    };
    let data = || Data::Quota(Box::new(quota.clone()));
    assert_eq!(answer::<GetQuota>([data()], None), Ok(quota.clone()));
    assert_eq!(answer::<GetQuota>([], None), Err(MissingAnswer("QUOTA")));
    assert_eq!(answer::<SetQuota>([], None), Ok(None));
    let both = [Data::QuotaRoot(Box::new(root.clone())), data()];
    let expected = MailboxQuota {
        root,
        quotas: vec![quota.clone()],
    };
    assert_eq!(answer::<GetQuotaRoot>(both, None), Ok(expected));
    assert_eq!(
        answer::<GetQuotaRoot>([data()], None),
        Err(MissingAnswer("QUOTAROOT"))
    );
}

#[test]
fn rights() {
    // RFC 4314 §3.
    assert_eq!(
        line(SetAcl::new("INBOX/Drafts", "John", "lrQswicda")),
        "SETACL INBOX/Drafts John lrQswicda"
    );
    assert_eq!(line(SetAcl::new("a", "-x", "+te")), "SETACL a -x +te");
    assert_eq!(line(SetAcl::new("a", "x", "")), "SETACL a x \"\"");
    assert_eq!(
        refusal(SetAcl::new("a", "b", "l r")),
        SubmitError::InvalidAtom
    );
    assert_eq!(
        line(DeleteAcl::new("INBOX", "Fred")),
        "DELETEACL INBOX Fred"
    );
    assert_eq!(line(GetAcl::new("INBOX")), "GETACL INBOX");
    assert_eq!(
        line(ListRights::new("~/Mail/saved", "smith")),
        "LISTRIGHTS ~/Mail/saved smith"
    );
    assert_eq!(line(MyRights::new("INBOX")), "MYRIGHTS INBOX");
    let acl = AclResponse {
        mailbox: MailboxName::inbox(),
        entries: Vec::new(),
    };
    let data = [Data::Acl(Box::new(acl.clone()))];
    assert_eq!(answer::<GetAcl>(data, None), Ok(acl));
    assert_eq!(answer::<MyRights>([], None), Err(MissingAnswer("MYRIGHTS")));
}

#[test]
fn metadata() {
    // RFC 5464 §4.2, §4.3.
    let get = |entries: &[&'static str]| GetMetadata::new("INBOX", entries.iter().copied());
    assert_eq!(
        line(GetMetadata::server(["/shared/comment"])),
        "GETMETADATA \"\" /shared/comment"
    );
    assert_eq!(
        line(get(&["/shared/comment", "/private/comment"])),
        "GETMETADATA INBOX (/shared/comment /private/comment)"
    );
    assert_eq!(
        line(get(&["/private/filters/values"]).depth(MetadataDepth::One)),
        "GETMETADATA (DEPTH 1) INBOX /private/filters/values"
    );
    assert_eq!(
        line(get(&["/a"]).max_size(1024).depth(MetadataDepth::Infinity)),
        "GETMETADATA (MAXSIZE 1024 DEPTH infinity) INBOX /a"
    );
    let set = SetMetadata::new("INBOX").set("/private/comment", "My new comment");
    assert_eq!(
        line(set),
        "SETMETADATA INBOX (/private/comment \"My new comment\")"
    );
    let set = SetMetadata::server()
        .set("/private/comment", "a\r\nb")
        .remove("/shared/comment");
    assert_eq!(
        line(set),
        "SETMETADATA \"\" (/private/comment {4}\r\na\r\nb /shared/comment NIL)"
    );
    let nul = SetMetadata::server().set("/a", "x\0");
    assert_eq!(line(nul), "SETMETADATA \"\" (/a ~{2}\r\nx\0)");
    for bad in ["", "a", "/", "/a/", "//a", "/a*", "/a%", "/é", "/a\r\nb"] {
        assert_eq!(refusal(get(&[bad])), SubmitError::InvalidAtom, "{bad}");
    }
    assert!(matches!(refusal(get(&[])), SubmitError::EmptyList(_)));
    assert!(matches!(
        refusal(SetMetadata::server()),
        SubmitError::EmptyList(_)
    ));

    let values = vec![(ByteString::from("/a"), None)];
    let response = MetadataResponse {
        mailbox: MailboxName::inbox(),
        entries: MetadataEntries::Values(values.clone()),
    };
    let code = Some(Code::Metadata(MetadataCode::LongEntries(2199)));
    let data = [Data::Metadata(Box::new(response))];
    let answer = answer::<GetMetadata>(data, code).expect("an answer");
    assert_eq!(answer.entries, values);
    assert_eq!(answer.longest, Some(2199));
}

#[test]
fn commands_of_the_callers_own() {
    let request = Request::new("XLIST").expect("a name");
    let request = request.space().mailbox("").space().string("*");
    assert_eq!(line(Custom::new(request)), "XLIST \"\" \"*\"");
    // RFC 4467 §6: a command with atoms, strings and a set of its own.
    let request = Request::new("GENURLAUTH").expect("a name");
    let request = request
        .space()
        .string("imap://joe@example.com/INBOX")
        .space();
    let request = request.atom("INTERNAL").expect("an atom");
    assert_eq!(
        line(Custom::new(request)),
        "GENURLAUTH \"imap://joe@example.com/INBOX\" INTERNAL"
    );
    let data = Data::Exists(3);
    assert_eq!(answer::<Custom>([data.clone()], None), Ok(vec![data]));
}
