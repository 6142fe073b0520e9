//! What of IMAP there is here: one line for each capability, command, response, response code, item of FETCH, STATUS and
//! LIST, key and option of SEARCH and SORT, SASL mechanism and fallback. The last line is `N items, F full, P partial, A absent`; the exit status is 1 unless all are
//! full.

use std::process::ExitCode;

use imap_tests::coverage::{Evidence, Extent, items};

fn main() -> ExitCode {
    let evidence = Evidence::gather();
    let (mut full, mut partial, mut absent) = (0, 0, 0);
    let items = items();
    for item in &items {
        let facts = evidence.facts(item);
        let extent = match facts.extent() {
            Extent::Full => {
                full += 1;
                "full"
            }
            Extent::Partial => {
                partial += 1;
                "PARTIAL"
            }
            Extent::Absent => {
                absent += 1;
                "ABSENT"
            }
        };
        let rfc = if item.rfc.is_empty() {
            "no RFC".to_owned()
        } else {
            format!("RFC {}", item.rfc)
        };
        println!("{extent} {} {} ({rfc}): {facts}", item.kind, item.name);
    }
    println!(
        "{} items, {full} full, {partial} partial, {absent} absent",
        items.len()
    );
    ExitCode::from(u8::from(partial + absent > 0))
}
