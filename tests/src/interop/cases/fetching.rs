//! What FETCH brings.

use imap_proto_core::encode::{
    AppendMessage, Fetch, FetchItems, FetchSection, Noop, Store, StoreAction, UidFetch,
};
use imap_proto_core::types::{
    Address, BodyStructure, Envelope, FetchData, FetchResponse, Flag, Section, SectionPart,
    SequenceNumber, Uid, UidSet,
};

use crate::interop::case::{Case, Failure, Verdict, check, now, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

/// The one answer for one message.
pub(super) async fn fetch_one<L: Client>(
    t: &Case<'_, L>,
    number: u32,
    items: FetchItems,
) -> Result<FetchResponse, Failure> {
    let found = t.run(Fetch::new(SequenceNumber(number), items)).await?;
    same("answers", found.len(), 1)?;
    let found = some("answer", found.into_iter().next())?;
    same(
        "number",
        found.sequence_number,
        Some(SequenceNumber(number)),
    )?;
    Ok(found)
}

/// The octets of the only section of an answer.
pub(super) fn section_of(fetched: &FetchResponse) -> Result<&[u8], Failure> {
    let data = fetched.items.iter().find_map(|item| match item {
        FetchData::Section(section) => section.data.as_ref(),
        FetchData::Binary(binary) => binary.data.as_ref(),
        _ => None,
    });
    Ok(some("octets", data)?.as_bytes())
}

fn envelope_of(fetched: &FetchResponse) -> Result<&Envelope, Failure> {
    let found = fetched.items.iter().find_map(|item| match item {
        FetchData::Envelope(envelope) => Some(envelope),
        _ => None,
    });
    some("ENVELOPE", found)
}

fn structure_of(fetched: &FetchResponse) -> Result<&BodyStructure, Failure> {
    let found = fetched.items.iter().find_map(|item| match item {
        FetchData::BodyStructure(structure) | FetchData::Body(structure) => Some(structure),
        _ => None,
    });
    some("structure", found)
}

async fn structured<L: Client>(t: &Case<'_, L>) -> Result<String, Failure> {
    let message = mail::structured();
    t.filled_with([AppendMessage::new(message.clone())]).await?;
    Ok(message)
}

fn part(numbers: &[u32]) -> SectionPart {
    SectionPart(numbers.to_vec())
}

pub(super) async fn flags<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(3).await?;
    let store = StoreAction::add([Flag::Flagged]).silent();
    t.run(Store::new(SequenceNumber(2), store)).await?;
    let all = SequenceNumber(1)..=SequenceNumber(3);
    let found = t.run(Fetch::new(all, FetchItems::new().flags())).await?;
    let flagged = |fetched: &FetchResponse| {
        let flags = fetched.flags.as_ref();
        flags.is_some_and(|flags| flags.contains(&Flag::Flagged))
    };
    let flagged: Vec<bool> = found.iter().map(flagged).collect();
    same("flagged", flagged, [false, true, false])
}

pub(super) async fn envelope<L: Client>(t: &Case<'_, L>) -> Verdict {
    structured(t).await?;
    let fetched = fetch_one(t, 1, FetchItems::new().envelope()).await?;
    let envelope = envelope_of(&fetched)?;
    let date = Some(b"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)".as_slice());
    same("date", envelope.date(), date)?;
    same(
        "subject",
        envelope.subject(),
        Some(b"Structured".as_slice()),
    )?;
    let reply = Some(b"<earlier@example.org>".as_slice());
    same("in-reply-to", envelope.in_reply_to(), reply)?;
    let id = Some(b"<structured@example.org>".as_slice());
    same("message-id", envelope.message_id(), id)?;
    let from: Vec<_> = envelope.from().collect();
    same("from", from.len(), 2)?;
    let name = b"=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=".as_slice();
    same("name", from[0].name(), Some(name))?;
    same("mailbox", from[0].mailbox(), Some(b"gray".as_slice()))?;
    same("host", from[0].host(), Some(b"example.org".as_slice()))?;
    let second = Some(b"Second".as_slice());
    same("second name", from[1].name(), second)?;
    let to: Vec<_> = envelope.to().collect();
    let name = to.first().and_then(Address::name);
    same("quoted", name, Some(b"A \"quoted\" name".as_slice()))?;
    let sender = envelope.sender().next();
    let sender = sender.and_then(|sender| sender.mailbox());
    same("sender", sender, Some(b"sender".as_slice()))?;
    let reply = envelope.reply_to().next().and_then(|to| to.mailbox());
    same("reply-to", reply, Some(b"reply".as_slice()))?;
    let sender_name = envelope.sender().next().and_then(|sender| sender.name());
    same("no name", sender_name, None::<&[u8]>)?;
    let bcc = envelope.bcc().next().and_then(|to| to.mailbox());
    same("bcc", bcc, Some(b"hidden".as_slice()))?;
    let cc: Vec<_> = envelope.cc().collect();
    check(cc[0].is_group_start(), "the group does not begin")?;
    same("in the group", cc[1].mailbox(), Some(b"one".as_slice()))?;
    check(cc[cc.len() - 1].is_group_end(), "the group does not end")
}

pub(super) async fn body_structure<L: Client>(t: &Case<'_, L>) -> Verdict {
    structured(t).await?;
    let fetched = fetch_one(t, 1, FetchItems::new().body_structure()).await?;
    let structure = structure_of(&fetched)?;
    let root = structure.root();
    check(root.is_multipart(), "no multipart")?;
    check(root.is("multipart", "mixed"), "not multipart/mixed")?;
    same(
        "boundary",
        root.parameter("boundary"),
        Some(b"limit".as_slice()),
    )?;
    same("parts", root.children().len(), 3)?;
    let text = some("part 1", structure.part(&part(&[1])))?;
    check(text.is("text", "plain"), "1 is not text/plain")?;
    same(
        "charset",
        text.parameter("charset"),
        Some(b"utf-8".as_slice()),
    )?;
    // Servers differ in whether a line without an end counts.
    some("lines", text.lines())?;
    let languages: Vec<_> = text.languages().map(<[u8]>::to_ascii_lowercase).collect();
    same("languages", languages, [b"de", b"ja"])?;
    let data = some("part 2", structure.part(&part(&[2])))?;
    check(data.is("application", "octet-stream"), "2 is no data")?;
    let encoding = data.encoding().map(<[u8]>::to_ascii_lowercase);
    same("encoding", encoding.as_deref(), Some(b"base64".as_slice()))?;
    same("id", data.id(), Some(b"<data@example.org>".as_slice()))?;
    same(
        "description",
        data.description(),
        Some(b"Some octets".as_slice()),
    )?;
    let disposition = data.disposition().map(<[u8]>::to_ascii_lowercase);
    let attachment = Some(b"attachment".as_slice());
    same("disposition", disposition.as_deref(), attachment)?;
    let name = data.disposition_parameter("filename");
    same("file name", name, Some(b"data.bin".as_slice()))?;
    let inner = some("part 3", structure.part(&part(&[3])))?;
    check(inner.is_message(), "3 is no message")?;
    let envelope = some("inner envelope", inner.envelope())?;
    same("subject", envelope.subject(), Some(b"Inner".as_slice()))?;
    same("inner size", inner.size(), mail::INNER.len() as u64)?;
    let basic = fetch_one(t, 1, FetchItems::new().body()).await?;
    same("BODY", structure_of(&basic)?.root().children().len(), 3)
}

pub(super) async fn sections<L: Client>(t: &Case<'_, L>) -> Verdict {
    use base64::Engine as _;
    let message = structured(t).await?;
    let encoded = base64::engine::general_purpose::STANDARD.encode(mail::TEXT);
    let whole = SectionPart::whole;
    let mime = "Content-Type: message/rfc822\r\n\r\n";
    let expected = [
        (Section::Full, message.as_str()),
        (Section::Header(whole()), mail::header(&message)),
        (Section::Text(whole()), mail::text(&message)),
        (Section::Part(part(&[1])), encoded.as_str()),
        (Section::Part(part(&[3])), mail::INNER),
        (Section::Mime(part(&[3])), mime),
        (Section::Header(part(&[3])), mail::header(mail::INNER)),
        (Section::Text(part(&[3])), mail::text(mail::INNER)),
        (Section::Part(part(&[3, 1])), mail::text(mail::INNER)),
        (Section::Rfc822, message.as_str()),
        (Section::Rfc822Header, mail::header(&message)),
        (Section::Rfc822Text, mail::text(&message)),
    ];
    for (section, expected) in expected {
        let what = section.to_string();
        let fetched = fetch_one(t, 1, FetchItems::new().section(section)).await?;
        let found = String::from_utf8_lossy(section_of(&fetched)?);
        same(&what, found.as_ref(), expected)?;
    }
    Ok(())
}

pub(super) async fn header_fields<L: Client>(t: &Case<'_, L>) -> Verdict {
    structured(t).await?;
    let names = || vec!["Subject".into(), "x-long".into()];
    let only = Section::HeaderFields(SectionPart::whole(), names());
    let but = Section::HeaderFieldsNot(SectionPart::whole(), names());
    let inner = Section::HeaderFields(part(&[3]), vec!["From".into()]);
    let items = FetchItems::new().section(only.clone());
    let fetched = fetch_one(t, 1, items.section(but.clone()).section(inner.clone())).await?;
    let data = |wanted: &Section| {
        let found = fetched.items.iter().find_map(|item| match item {
            FetchData::Section(found) if found.section.is_same(wanted) => found.data.as_ref(),
            _ => None,
        });
        let text = found.map(|data| data.to_str_lossy().into_owned());
        some(&wanted.to_string(), text)
    };
    let text = data(&only)?;
    check(text.contains("Subject: Structured\r\n"), text.clone())?;
    check(text.contains("X-Long: first\r\n second\r\n"), text.clone())?;
    check(!text.contains("From:"), text.clone())?;
    let text = data(&but)?;
    check(text.contains("From:") && !text.contains("Subject:"), text)?;
    same("inner", data(&inner)?, "From: inner@example.org\r\n\r\n")
}

pub(super) async fn partial<L: Client>(t: &Case<'_, L>) -> Verdict {
    let message = structured(t).await?;
    let section = |first, octets| FetchSection::new(Section::Full).partial(first, octets);
    let fetched = fetch_one(t, 1, FetchItems::new().section(section(10, 20))).await?;
    same("octets", section_of(&fetched)?, &message.as_bytes()[10..30])?;
    let origin = fetched.items.iter().find_map(|item| match item {
        FetchData::Section(section) => section.origin,
        _ => None,
    });
    same("origin", origin, Some(10))?;
    let end = u32::try_from(message.len() - 5).unwrap_or(u32::MAX);
    let fetched = fetch_one(t, 1, FetchItems::new().section(section(end, 100))).await?;
    let tail = &message.as_bytes()[message.len() - 5..];
    same("at the end", section_of(&fetched)?, tail)?;
    let beyond = end.saturating_add(100);
    let fetched = fetch_one(t, 1, FetchItems::new().section(section(beyond, 10))).await?;
    same("beyond", section_of(&fetched)?, b"")
}

pub(super) async fn binary<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("BINARY").await?;
    structured(t).await?;
    let fetched = fetch_one(t, 1, FetchItems::new().binary(part(&[2]))).await?;
    same("octets", section_of(&fetched)?, mail::ATTACHMENT)?;
    let fetched = fetch_one(t, 1, FetchItems::new().binary(part(&[1]))).await?;
    same("text", section_of(&fetched)?, mail::TEXT.as_bytes())?;
    let fetched = fetch_one(t, 1, FetchItems::new().binary_size(part(&[2]))).await?;
    let size = fetched.items.iter().find_map(|item| match item {
        FetchData::BinarySize { part: found, size } if *found == part(&[2]) => Some(*size),
        _ => None,
    });
    same("size", size, Some(mail::ATTACHMENT.len() as u64))
}

pub(super) async fn date_and_size<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(2).await?;
    let items = FetchItems::new().internal_date().size().uid();
    for number in 1..=2 {
        let fetched = fetch_one(t, number, items.clone()).await?;
        let date = some("date", fetched.internal_date)?;
        let date = some("valid date", date.date_time())?;
        let age = now().signed_duration_since(date);
        check(age.num_hours().abs() < 24, format!("appended at {date}"))?;
        let expected = mail::small(number).len() as u64;
        same("size", fetched.size, Some(expected))?;
        some("UID", fetched.uid)?;
    }
    Ok(())
}

pub(super) async fn macros_of_rfc<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(1).await?;
    let fetched = fetch_one(t, 1, FetchItems::full()).await?;
    some("flags", fetched.flags.as_ref())?;
    some("date", fetched.internal_date.as_ref())?;
    some("size", fetched.size)?;
    let subject = envelope_of(&fetched)?.subject();
    same("subject", subject, Some(b"Number 1".as_slice()))?;
    let structure = structure_of(&fetched)?;
    check(structure.root().is("text", "plain"), "not text/plain")
}

pub(super) async fn by_uid_set<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(5).await?;
    let uids = t.uids().await?;
    let odd: UidSet = uids.iter().copied().step_by(2).collect();
    let items = FetchItems::new().envelope();
    let found = t.run(UidFetch::new(odd, items)).await?;
    let mut subjects = Vec::new();
    for fetched in &found {
        let subject = some("subject", envelope_of(fetched)?.subject())?;
        let subject = String::from_utf8_lossy(subject).into_owned();
        subjects.push((some("UID", fetched.uid)?, subject));
    }
    subjects.sort();
    let expected = [(uids[0], 1), (uids[2], 3), (uids[4], 5)];
    let expected = expected.map(|(uid, number)| (uid, format!("Number {number}")));
    same("subjects", subjects, expected)
}

/// No such UID is no error (RFC 3501 §6.4.8).
pub(super) async fn of_nothing<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(1).await?;
    let uid = t.uids().await?[0];
    let beyond = Uid(uid.0 + 1000);
    let found = t
        .run(UidFetch::new(beyond, FetchItems::new().flags()))
        .await?;
    same("answers", found.len(), 0)?;
    t.run(Noop).await?;
    Ok(())
}

pub(super) async fn seen_is_set<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(1).await?;
    let seen = |fetched: FetchResponse| {
        let flags = fetched.flags;
        flags.is_some_and(|flags| flags.contains(&Flag::Seen))
    };
    fetch_one(t, 1, FetchItems::new().section(Section::Full)).await?;
    let fetched = fetch_one(t, 1, FetchItems::new().flags()).await?;
    check(!seen(fetched), "PEEK set \\Seen")?;
    let section = FetchSection::new(Section::Full).peek(false);
    t.run(Fetch::new(
        SequenceNumber(1),
        FetchItems::new().section(section),
    ))
    .await?;
    let fetched = fetch_one(t, 1, FetchItems::new().flags()).await?;
    check(seen(fetched), "BODY[] did not set \\Seen")
}
