//! Every response by its grammar and by chance: parsed, encoded and parsed again it is the same.

mod conditions;
mod data;
mod fetch;
mod text;

use super::{Random, Report, variant};
use crate::encode_response::encode_response;
use crate::fuzz::{Choices, frame_len};
use bytes::Bytes;
use imap_proto_core::parse::parse_response;
use imap_proto_core::types::{
    Code, Data, FetchData, Response, ResponseText, StatusData, Token, UrlContent,
};
use imap_proto_core::wire::Limits;
use text::{Text, Turns};

/// Writes a response, from behind `* `.
type Maker = fn(&mut Text<'_>);

/// What writes each arm of `Data`.
const DATA: [(&str, Maker); 36] = [
    ("Acl", data::acl),
    ("Annotation", data::annotation),
    ("Capability", data::capability),
    ("Comparator", data::comparator),
    ("Condition", conditions::condition),
    ("Conversion", data::conversion),
    ("Converted", data::converted),
    ("Enabled", data::enabled),
    ("Esearch", data::esearch),
    ("Exists", data::exists),
    ("Expunge", data::expunge),
    ("Fetch", fetch::fetch),
    ("Flags", data::flags),
    ("GenUrlAuth", data::gen_url_auth),
    ("Id", data::id),
    ("JmapAccess", data::jmap_access),
    ("Language", data::language),
    ("List", data::list),
    ("ListRights", data::list_rights),
    ("Lsub", data::lsub),
    ("Metadata", data::metadata),
    ("MyRights", data::my_rights),
    ("Namespace", data::namespace),
    ("Netscape", data::netscape),
    ("PushService", data::push_service),
    ("Quota", data::quota),
    ("QuotaRoot", data::quota_root),
    ("Recent", data::recent),
    ("Search", data::search),
    ("Sort", data::sort),
    ("Status", data::status),
    ("Thread", data::thread),
    ("UidBatches", data::uid_batches),
    ("UrlFetch", data::url_fetch),
    ("Vanished", data::vanished),
    ("Other", data::other),
];

/// Writes so many responses, each arm as often as the others but for FETCH and conditions, which have the most forms,
/// reads them, writes what was read, and reads that.
pub fn responses(cases: u64, seed: u64) -> Report {
    let (mut report, limits) = (Report::default(), Limits::default());
    let (mut random, mut turns) = (Random::new(seed, 1), Turns::default());
    for number in 0..cases {
        let octets = random.octets(400);
        let (arm, frame) = frame(&mut random, &octets, &mut turns);
        report.cases += 1;
        let response = match parse_response(&frame, &limits) {
            Ok(response) => response,
            Err(error) => {
                report.differs(format!("{number}: {error}: {}", frame.escape_ascii()));
                continue;
            }
        };
        if let Some(why) = misread(arm, &response) {
            report.differs(format!("{number}: {why}: {}", frame.escape_ascii()));
            continue;
        }
        reach(&mut report, &response);
        let written = Bytes::from(encode_response(&response));
        let again = parse_response(&written, &limits);
        if again.as_ref() != Ok(&response) || frame_len(&written) != Some(written.len()) {
            let (written, frame) = (written.escape_ascii(), frame.escape_ascii());
            report.differs(format!("{number}: {written} from {frame}"));
        }
    }
    report
}

/// A whole response, and which arm it is to be read as.
fn frame(random: &mut Random, octets: &[u8], turns: &mut Turns) -> (&'static str, Bytes) {
    let mut text = Text::new(Choices::new(octets), *turns);
    let arm = match random.index(DATA.len() + 20) {
        at @ 0..36 => {
            let (arm, maker) = DATA[at];
            maker(text.put("* "));
            arm
        }
        36..42 => {
            fetch::fetch(text.put("* "));
            "Fetch"
        }
        42..50 => {
            conditions::condition(text.put("* "));
            "Condition"
        }
        50 => {
            text.put("+ ").word(&["", "idling", "dGVzdA==", "go [on]"]);
            "Continuation"
        }
        _ => {
            text.atom().word(&[" OK ", " NO ", " BAD "]);
            conditions::text_of(&mut text);
            "Tagged"
        }
    };
    text.put("\r\n");
    *turns = text.turns;
    (arm, Bytes::from(text.octets))
}

/// Why a response is not what was written, as far as its arms tell.
fn misread(arm: &str, response: &Response) -> Option<String> {
    let found = match response {
        Response::Data(data) => variant(data),
        other => variant(other),
    };
    if found != arm {
        return Some(format!("{found}, not {arm}"));
    }
    let Response::Data(data) = response else {
        return None;
    };
    let invalid = match data {
        Data::Fetch(fetch) => fetch
            .items
            .iter()
            .any(|item| matches!(item, FetchData::Invalid(..))),
        Data::Status(status) => status
            .items
            .iter()
            .any(|item| matches!(item, StatusData::Invalid(..))),
        _ => false,
    };
    invalid.then(|| "an invalid item".to_owned())
}

/// Notes what was read.
fn reach(report: &mut Report, response: &Response) {
    match response {
        Response::Continuation(_) => report.reached("Response::Continuation"),
        Response::Tagged { completion, .. } => {
            report.reached("Response::Tagged");
            reach_code(report, &completion.text);
        }
        Response::Data(data) => {
            report.reached("Response::Data");
            report.reached(&format!("Data::{}", variant(data)));
            reach_parts(report, data);
        }
        _ => {}
    }
}

fn reach_code(report: &mut Report, text: &ResponseText) {
    if let Some(code) = &text.code {
        report.reached(&format!("Code::{}", variant::<Code>(code)));
    }
}

/// The variants that stand in the data.
fn reach_parts(report: &mut Report, data: &Data) {
    match data {
        Data::Condition { text, .. } => reach_code(report, text),
        Data::Fetch(fetch) => each(report, "FetchData", &fetch.items),
        Data::Status(status) => each(report, "StatusData", &status.items),
        Data::Esearch(esearch) => each(report, "EsearchData", &esearch.items),
        Data::Converted(converted) => each(report, "ConvertedData", &converted.items),
        Data::Metadata(metadata) => {
            report.reached(&format!("MetadataEntries::{}", variant(&metadata.entries)));
        }
        Data::UrlFetch(fetched) => {
            for url in &fetched.urls {
                report.reached(&format!("UrlContent::{}", variant(&url.content)));
                if let UrlContent::Items(items) = &url.content {
                    each(report, "UrlFetchData", items);
                }
            }
        }
        Data::Other(other) => each::<Token>(report, "Token", &other.tokens),
        _ => {}
    }
}

fn each<T: std::fmt::Debug>(report: &mut Report, of: &str, parts: &[T]) {
    for part in parts {
        report.reached(&format!("{of}::{}", variant(part)));
    }
}
