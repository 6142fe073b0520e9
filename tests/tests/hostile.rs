//! Each attack and each quirk that is a file, on each side that plays it: `c1-giant-literal::std`.

use libtest_mimic::{Arguments, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let trials = imap_tests::hostile::all().into_iter().flat_map(|hostile| {
        let sides = hostile.sides.clone();
        sides.into_iter().map(move |side| {
            let hostile = hostile.clone();
            let name = format!("{}::{side}", hostile.name);
            Trial::test(name, move || {
                hostile.play(side).map(drop).map_err(Into::into)
            })
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}
