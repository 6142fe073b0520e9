//! All that IMAP has is here in full, as the program `coverage` tells it.

use std::collections::BTreeSet;

use imap_proto_core::types::KnownCapability;
use imap_tests::coverage::{Evidence, Extent, items};

#[test]
fn nothing_is_partial_or_absent() {
    let evidence = Evidence::gather();
    let mut wanting = Vec::new();
    let items = items();
    for item in &items {
        let facts = evidence.facts(item);
        if facts.extent() != Extent::Full {
            wanting.push(format!("{} {}: {facts}", item.kind, item.name));
        }
    }
    assert!(items.len() > 400, "{} items", items.len());
    assert!(wanting.is_empty(), "{}", wanting.join("\n"));
}

#[test]
fn every_capability_of_the_table_is_in_the_list() {
    let items = items();
    let listed: BTreeSet<&str> = items
        .iter()
        .filter(|item| item.kind == "capability")
        .map(|item| item.name)
        .collect();
    let known: BTreeSet<&str> = KnownCapability::ALL
        .iter()
        .map(|known| known.name)
        .collect();
    assert_eq!(listed, known);
}
