//! Untagged data and response codes: 1.8.

use imap_proto_core::encode::{Append, AppendMessage, Fetch, FetchItems, Noop};
use imap_proto_core::types::{
    ByteString, Code, Data, Flag, Section, SectionPart, SequenceNumber, Uid, UidValidity,
};
use imap_transport_std::Notice;

use super::{Kit, Place, Verdict, check, has_flag, notice, open, same, select, selected, text};

pub(super) async fn unsolicited_data<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place).await?;
    let mut events = client.events();
    client.run(Noop).await.map_err(text)?;
    check("2 EXPUNGE", {
        let data = data::<K>(&mut events).await?;
        matches!(data, Data::Expunge(SequenceNumber(2)))
    })?;
    let data_2 = data::<K>(&mut events).await?;
    check("7 EXISTS", matches!(data_2, Data::Exists(7)))?;
    let Data::Fetch(fetch) = data::<K>(&mut events).await? else {
        return Err("no FETCH".to_owned());
    };
    same("number", fetch.sequence_number, Some(SequenceNumber(5)))?;
    has_flag(&fetch, &Flag::Seen)?;
    let view = client.session().mailbox().map(|view| view.exists);
    same("messages", view, Some(7))?;
    let more = K::notice(&mut events, std::time::Duration::from_millis(50)).await;
    check("nothing twice", more.is_none())
}

async fn data<K: Kit>(events: &mut K::Events) -> Result<Data, super::Failure> {
    match notice::<K>(events).await? {
        Notice::Data { data, .. } => Ok(data),
        other => Err(format!("{other:?}")),
    }
}

pub(super) async fn code_of_an_append<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    let message = AppendMessage::new("hello world\r\n");
    let append = client.run(Append::new("INBOX", message)).await;
    let uid = append.map_err(text)?.ok_or("no APPENDUID")?;
    same("UIDVALIDITY", uid.uid_validity, UidValidity(38505))?;
    same("UID", uid.uids.iter().collect(), vec![Uid(3955)])
}

pub(super) async fn codes_of_a_select<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    let told = select(&client, "INBOX").await?;
    let view = client.session().mailbox().ok_or("no mailbox")?;
    same("exists", (told.exists, view.exists), (Some(3), 3))?;
    same("recent", (told.recent, view.recent), (Some(1), Some(1)))?;
    let valid = Some(UidValidity(12));
    same(
        "valid",
        (told.uid_validity, view.uid_validity),
        (valid, valid),
    )?;
    let next = Some(Uid(44));
    same("next", (told.uid_next, view.uid_next), (next, next))?;
    let unseen = Some(SequenceNumber(2));
    same("unseen", (told.unseen, view.unseen), (unseen, unseen))?;
    check("flags", view.flags.contains(&Flag::Draft))?;
    let kept = told.permanent_flags.ok_or("no PERMANENTFLAGS")?;
    check(
        "kept",
        kept.contains(&Flag::Seen) && !kept.contains(&Flag::Draft),
    )?;
    check("read-write", !told.read_only && !view.read_only)
}

pub(super) async fn unknown_code<K: Kit>(place: &Place) -> Verdict {
    let client: K = open(place).await?;
    let mut events = client.events();
    client.run(Noop).await.map_err(text)?;
    match data::<K>(&mut events).await? {
        Data::Condition { text, .. } => match text.code {
            Some(Code::Other { name, arguments }) => {
                same("name", name.as_bytes(), b"X-NEW")?;
                let arguments = arguments.ok_or("no arguments")?;
                same("arguments", arguments.as_bytes(), b"1 2")
            }
            other => Err(format!("the code is {other:?}")),
        },
        other => Err(format!("{other:?}")),
    }
}

pub(super) async fn two_literals<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place).await?;
    let part = |number| Section::Part(SectionPart(vec![number]));
    let items = FetchItems::new().section(part(1)).section(part(2));
    let fetch = client.run(Fetch::new(SequenceNumber(1), items)).await;
    let answer = fetch.map_err(text)?;
    let only = answer.first().ok_or("no answer")?;
    for (number, expected) in [(1, b"ab\r\nc".as_slice()), (2, b"xyz")] {
        let section = only.section(&part(number)).ok_or("no such part")?;
        let octets = section.data.as_ref().map(ByteString::as_bytes);
        same("octets", octets, Some(expected))?;
    }
    Ok(())
}

pub(super) async fn recent<K: Kit>(place: &Place) -> Verdict {
    let client: K = selected(place).await?;
    client.run(Noop).await.map_err(text)?;
    let recent = client.session().mailbox().and_then(|view| view.recent);
    same("recent", recent, Some(2))
}
