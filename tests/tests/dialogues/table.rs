//! Which RFCs have example dialogues, and why others have none.

use std::collections::BTreeSet;

use imap_proto_core::types::KnownCapability;
use imap_tests::source::root;

/// The folders: name, its revision's capability, how many dialogues.
pub(crate) const RFCS: [(&str, &str, usize); 73] = [
    ("features", "IMAP4rev1", 20),
    ("rfc1731", "IMAP4rev1", 4),
    ("rfc2086", "IMAP4rev1", 4),
    ("rfc2087", "IMAP4rev1", 3),
    ("rfc2088", "IMAP4rev1", 1),
    ("rfc2177", "IMAP4rev1", 1),
    ("rfc2180", "IMAP4rev1", 20),
    ("rfc2193", "IMAP4rev1", 5),
    ("rfc2195", "IMAP4rev1", 1),
    ("rfc2221", "IMAP4rev1", 3),
    ("rfc2222", "IMAP4rev1", 5),
    ("rfc2245", "IMAP4rev1", 1),
    ("rfc2342", "IMAP4rev1", 9),
    ("rfc2359", "IMAP4rev1", 3),
    ("rfc2595", "IMAP4rev1", 1),
    ("rfc2683", "IMAP4rev1", 12),
    ("rfc2971", "IMAP4rev1", 2),
    ("rfc3348", "IMAP4rev1", 1),
    ("rfc3501", "IMAP4rev1", 45),
    ("rfc3502", "IMAP4rev1", 1),
    ("rfc3691", "IMAP4rev1", 1),
    ("rfc4314", "IMAP4rev1", 6),
    ("rfc4315", "IMAP4rev1", 2),
    ("rfc4466", "IMAP4rev1", 3),
    ("rfc4467", "IMAP4rev1", 3),
    ("rfc4469", "IMAP4rev1", 4),
    ("rfc4505", "IMAP4rev1", 1),
    ("rfc4549", "IMAP4rev1", 19),
    ("rfc4551", "IMAP4rev1", 26),
    ("rfc4731", "IMAP4rev1", 5),
    ("rfc4959", "IMAP4rev1", 4),
    ("rfc4978", "IMAP4rev1", 2),
    ("rfc5032", "IMAP4rev1", 1),
    ("rfc5092", "IMAP4rev1", 2),
    ("rfc5161", "IMAP4rev1", 2),
    ("rfc5162", "IMAP4rev1", 14),
    ("rfc5182", "IMAP4rev1", 11),
    ("rfc5255", "IMAP4rev1", 2),
    ("rfc5256", "IMAP4rev1", 2),
    ("rfc5257", "IMAP4rev1", 10),
    ("rfc5258", "IMAP4rev1", 23),
    ("rfc5259", "IMAP4rev1", 4),
    ("rfc5267", "IMAP4rev1", 10),
    ("rfc5464", "IMAP4rev1", 6),
    ("rfc5465", "IMAP4rev1", 14),
    ("rfc5466", "IMAP4rev1", 3),
    ("rfc5524", "IMAP4rev1", 2),
    ("rfc5530", "IMAP4rev1", 18),
    ("rfc5550", "IMAP4rev1", 8),
    ("rfc5819", "IMAP4rev1", 2),
    ("rfc6154", "IMAP4rev1", 4),
    ("rfc6203", "IMAP4rev1", 6),
    ("rfc6237", "IMAP4rev1", 1),
    ("rfc6785", "IMAP4rev1", 1),
    ("rfc6851", "IMAP4rev1", 1),
    ("rfc7162", "IMAP4rev1", 54),
    ("rfc7377", "IMAP4rev1", 3),
    ("rfc7628", "IMAP4rev1", 4),
    ("rfc7888", "IMAP4rev1", 2),
    ("rfc7889", "IMAP4rev1", 4),
    ("rfc8438", "IMAP4rev1", 2),
    ("rfc8440", "IMAP4rev1", 2),
    ("rfc8457", "IMAP4rev1", 4),
    ("rfc8474", "IMAP4rev1", 6),
    ("rfc8508", "IMAP4rev1", 3),
    ("rfc8514", "IMAP4rev1", 2),
    ("rfc8970", "IMAP4rev1", 4),
    ("rfc9051", "IMAP4rev2", 128),
    ("rfc9208", "IMAP4rev1", 5),
    ("rfc9394", "IMAP4rev1", 5),
    ("rfc9585", "IMAP4rev1", 1),
    ("rfc9586", "IMAP4rev1", 5),
    ("rfc9590", "IMAP4rev1", 2),
];

/// The RFCs without a folder, and why: they have no example of IMAP, or were not at hand.
const WITHOUT: [(u16, &str); 25] = [
    (2047, "encoded words of header fields"),
    (2192, "URLs, as in RFC 5092, which obsoletes it"),
    (2231, "parameters of header fields"),
    (2831, "DIGEST-MD5, which is historic and not offered here"),
    (3516, "no example"),
    (4013, "strings to be prepared, in engine/sasl/scram"),
    (4422, "examples of ACAP"),
    (4616, "examples of ACAP"),
    (5738, "obsolete: its keywords are in features/keywords"),
    (5788, "a registry of flags and keywords"),
    (5801, "an exchange of tokens without their octets"),
    (
        5802,
        "messages of the mechanism, in engine/sasl/scram/tests.rs",
    ),
    (5929, "channel bindings, in layer/channel_binding.rs"),
    (5957, "no example: features/sort-display"),
    (6186, "discovery by DNS"),
    (6855, "no example: features/utf8-accept, features/utf8-only"),
    (
        7677,
        "messages of the mechanism, in engine/sasl/scram/tests.rs",
    ),
    (7804, "examples of HTTP"),
    (8314, "which ports and which TLS"),
    (8437, "no example: features/unauthenticate"),
    (9266, "channel bindings, in layer/channel_binding.rs"),
    (9698, "not at hand: features/jmapaccess"),
    (
        9738,
        "not at hand: features/messagelimit, features/savelimit",
    ),
    (
        9755,
        "not at hand: features/utf8-accept, features/utf8-only",
    ),
    (10022, "not at hand: features/uidbatches"),
];

fn number(folder: &str) -> Option<u16> {
    folder.strip_prefix("rfc")?.parse().ok()
}

#[test]
fn every_folder_is_in_the_table() {
    let folder = std::fs::read_dir(root().join("tests/dialogues")).expect("a folder");
    let entries = folder.map(|entry| entry.expect("an entry"));
    let folders: BTreeSet<String> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let table: BTreeSet<String> = RFCS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(folders, table);
    assert_eq!(table.len(), RFCS.len(), "a folder stands twice");
}

#[test]
fn every_rfc_of_a_capability_has_dialogues_or_a_reason() {
    let with: BTreeSet<u16> = RFCS.iter().filter_map(|(name, ..)| number(name)).collect();
    let without: BTreeSet<u16> = WITHOUT.iter().map(|(rfc, _)| *rfc).collect();
    assert_eq!(with.intersection(&without).next(), None);
    for known in KnownCapability::ALL {
        for rfc in known.rfcs {
            let placed = with.contains(rfc) || without.contains(rfc);
            assert!(placed, "{}: RFC {rfc}", known.name);
        }
    }
}

/// A reason that names a dialogue or a file names one that is there.
#[test]
fn what_the_reasons_name_is_there() {
    for (rfc, reason) in WITHOUT {
        let words = reason.split([' ', ',']).filter(|word| word.contains('/'));
        for word in words {
            let places = [
                format!("tests/dialogues/{word}.txt"),
                format!("imap-proto-core/src/{word}"),
            ];
            let exists = places.iter().any(|place| root().join(place).exists());
            assert!(exists, "RFC {rfc}: no {word}");
        }
    }
}
