//! Whether a case has tried each capability that a server offers: nothing that it offers may be left untested.

use std::collections::BTreeSet;

use imap_proto_core::encode::Capability;
use imap_proto_core::engine::sasl::Credentials;
use imap_proto_core::types::{Capabilities, KnownCapability};

use super::case::{Connector, Failure, Verdict};
use super::client::Client;
use super::options::Address;

/// What is not tried by a case, and why.
const LEFT: [(&str, &str); 4] = [
    (
        "AUTH=DIGEST-MD5",
        "historic by RFC 6331: no mechanism of ours",
    ),
    ("X-REPLICATION", "for other servers, not for clients"),
    (
        "X-REPLICATION-ARCHIVE",
        "for other servers, not for clients",
    ),
    (
        "X-SIEVE-MAILBOX",
        "how scripts are stored, which replication alone sees",
    ),
];

/// What a server that greets with PREAUTH names and nobody can use there any more.
const BEFORE_LOGIN: [&str; 3] = ["LOGIN-REFERRALS", "SASL-IR", "AUTH="];

/// Cases of capabilities that have no row in the table, or that are one of a family.
const CASES: [(&str, &str); 11] = [
    ("DIGEST=SHA1", "vendor::digest"),
    // A promise about RENAME that a client cannot see kept or broken.
    ("NO_ATOMIC_RENAME", "mailboxes::create_rename_delete"),
    ("PREVIEW=FUZZY", "vendor::preview_fuzzy"),
    ("SCAN", "vendor::scan"),
    ("SORT=MODSEQ", "vendor::sort_by_mod_seq"),
    ("SORT=UID", "vendor::sort_by_uid"),
    ("THREAD=ORDEREDSUBJECT", "sorting::thread_by_subject"),
    ("THREAD=REFERENCES", "sorting::thread"),
    ("THREAD=REFS", "sorting::thread_by_references_alone"),
    ("X-CREATEDMODSEQ", "vendor::created_mod_seq"),
    ("X-QUOTA=", "server::quota_resources"),
];

/// Compares what the server offers, before and after login and to its administrator, with the cases that passed.
///
/// # Errors
///
/// Names what no passed case has tried: as a failure where all that the server has is known, else as a skipped case.
pub(super) async fn tried<L: Client>(
    connector: &Connector<L>,
    passed: &BTreeSet<String>,
) -> Verdict {
    let process = matches!(connector.options.address, Address::Process(_));
    let offered = offered(connector).await?;
    let untried: Vec<&String> = offered
        .iter()
        .filter(|name| !LEFT.iter().any(|(left, _)| name.eq_ignore_ascii_case(left)))
        .filter(|name| !(process && BEFORE_LOGIN.iter().any(|begin| name.starts_with(begin))))
        .filter(|name| !cases(name).iter().any(|case| passed.contains(case)))
        .collect();
    if untried.is_empty() {
        return Ok(());
    }
    let why = format!(
        "of {} capabilities no case has tried {untried:?}",
        offered.len()
    );
    Err(if connector.options.settings.is_empty() {
        Failure::Skipped(why)
    } else {
        Failure::Failed(why)
    })
}

/// The names of all capabilities that are shown over this transport.
async fn offered<L: Client>(connector: &Connector<L>) -> Result<BTreeSet<String>, Failure> {
    let options = &connector.options;
    let mut configs = vec![options.without_login()?, options.config()?];
    if let (Some(admin), Some((_, password))) = (options.setting("IMAP_ADMIN"), &options.login) {
        let credentials = Credentials::password(admin, password.as_str());
        configs.push(options.without_login()?.credentials(credentials));
    }
    let mut names = BTreeSet::new();
    for config in configs {
        let client = connector.connect_by(config)?;
        let mut sets = Vec::from_iter(client.session().capabilities());
        // The greeting may name fewer than the command.
        sets.push(client.run(Capability).await?);
        names.extend(sets.iter().flat_map(spelled));
    }
    Ok(names)
}

fn spelled(capabilities: &Capabilities) -> Vec<String> {
    let names = capabilities.iter().filter_map(|name| name.as_str());
    names.map(str::to_ascii_uppercase).collect()
}

/// The cases that try a capability, written in capitals.
fn cases(name: &str) -> Vec<String> {
    if let Some(mechanism) = name.strip_prefix("AUTH=") {
        let own = format!("auth::{}", mechanism.to_ascii_lowercase().replace('-', "_"));
        let refused = mechanism
            .ends_with("-PLUS")
            .then(|| "access::refused_bindings".to_owned());
        return [own].into_iter().chain(refused).collect();
    }
    if let Some((_, case)) = CASES.iter().find(|(listed, _)| *listed == name) {
        return vec![(*case).to_owned()];
    }
    let tests = KnownCapability::find(name).map_or(&[][..], |known| known.tests);
    tests.iter().map(|&test| test.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interop::NAMES;

    #[test]
    fn the_cases_named_here_exist() {
        for (capability, case) in CASES {
            assert!(NAMES.contains(&case), "{capability}: {case}");
        }
        for mechanism in [
            "PLAIN",
            "SCRAM-SHA-256",
            "SCRAM-SHA-256-PLUS",
            "OAUTHBEARER",
        ] {
            for case in cases(&format!("AUTH={mechanism}")) {
                assert!(NAMES.contains(&case.as_str()), "{mechanism}: {case}");
            }
        }
    }

    #[test]
    fn a_capability_that_nobody_knows_has_no_case() {
        assert_eq!(cases("XYZZY"), Vec::<String>::new());
        let quota = cases("QUOTA=RES-STORAGE");
        assert!(quota.contains(&"server::quota_resources".to_owned()));
    }
}
