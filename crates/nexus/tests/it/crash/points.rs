//! No point of the story is forgotten: the sources are read and compared with the cases.

use std::{collections::BTreeSet, fs, path::Path};

use super::{
    credit, order_mails, parcels, reconciliation, refunds, reviews, server, staff, worker,
};
use crate::ledger::SEALING;

/// The crates that the story runs through; the rest of the shop has transactions of its own.
const CRATES: [&str; 4] = ["checkout", "ledger", "notifications", "payments"];

#[test]
fn every_point_of_the_story_is_a_case() {
    let mut points = BTreeSet::new();
    for name in CRATES {
        collect(
            &Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("..")
                .join(name)
                .join("src"),
            &mut points,
        );
    }
    // Rolled back always: it looks for a reply and writes nothing.
    points.retain(|point| !point.ends_with("commit of find_payment_reply"));
    points.retain(|point| !point.ends_with("commit of await_shelf"));
    let server = server::CASES
        .iter()
        .flat_map(|points| points.iter().copied());
    let worker = worker::CASES.iter().map(|(_, point, _)| *point);
    let of_refunds = refunds::OF_THE_SERVER.iter().chain(refunds::OF_THE_WORKER);
    let of_refunds = of_refunds.chain(reviews::OF_THE_SERVER);
    let of_parcels = of_refunds.chain(parcels::OF_THE_WORKER).copied();
    let of_orders = of_parcels.chain(order_mails::OF_THE_WORKER.iter().copied());
    let of_credit = of_orders.chain(credit::OF_THE_SERVER.iter().copied());
    let of_staff = of_credit.chain(staff::CASES);
    let by_hand = reconciliation::OF_THE_COMMAND.iter();
    let by_hand = by_hand.chain(reconciliation::OF_THE_SERVER).copied();
    let compared = reconciliation::OF_THE_WORKER.iter();
    let compared = by_hand.chain(compared.map(|(_, point)| *point));
    let cases = server.chain(worker).chain(of_staff).chain(SEALING);
    let cases = cases.chain(compared);
    let cases: BTreeSet<&str> = cases.collect();
    let forgotten: Vec<_> = points
        .iter()
        .filter(|point| !cases.contains(point.as_str()))
        .collect();
    assert!(forgotten.is_empty(), "no case for {forgotten:?}");
    assert!(
        points.len() >= 30,
        "only {} points were found",
        points.len()
    );
}

fn collect(folder: &Path, points: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, points);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for name in quoted_after(&text, ".begin(\"") {
            points.insert(format!("before commit of {name}"));
            points.insert(format!("after commit of {name}"));
        }
        points.extend(quoted_after(&text, "crash_point(\"").map(str::to_owned));
        for kind in quoted_after(&text, "const KIND: &'static str = \"") {
            points.insert(format!("after claim of {kind}"));
            points.insert(format!("before end of {kind}"));
        }
    }
}

/// What stands between `before` and the next quotation mark, wherever it stands.
fn quoted_after<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(before)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
}
