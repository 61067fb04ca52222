//! The verdict: what everybody was told is held against the shop's tables and the provider's
//! ledger. Never asks the shop itself whether it was right.

use std::collections::{BTreeMap, BTreeSet};

use ids::VariantId;
use serde_json::Value;

use super::{
    drills::payments,
    journal::{Journal, ToldOrder},
    report::Finding,
    store::{Capture, Row, ShelfAt},
};

/// What there is to compare in the end, when everything is at rest.
pub(super) struct Evidence<'a> {
    pub(super) journal: &'a Journal,
    /// The shelf that was attacked, and what was put on it.
    pub(super) stock: &'a [(VariantId, i64)],
    pub(super) shelves: Vec<ShelfAt>,
    pub(super) orders: BTreeMap<String, Vec<Row>>,
    pub(super) captures: Vec<Capture>,
    pub(super) ledger: Value,
    /// Orders of the drills, which have judged themselves.
    pub(super) drilled: &'a BTreeSet<String>,
    /// Payments about which the provider was made to lie.
    pub(super) belied: &'a BTreeSet<String>,
}

impl Evidence<'_> {
    /// P1: sold = min(demand, stock), of each variant.
    pub(super) fn sold(&self) -> Finding {
        let mut finding = Finding::new("P1", "sold is the smaller of demand and stock");
        for (variant, stock) in self.stock {
            let demand = self.journal.demand(*variant);
            let shelf = self
                .shelves
                .iter()
                .find(|shelf| shelf.variant_id == *variant);
            let Some(shelf) = shelf else {
                finding.breaks(format!("variant {variant} has no shelf"));
                continue;
            };
            let due = demand.min(*stock);
            let found = (shelf.sold, shelf.on_hand, shelf.reserved);
            finding.counts(due);
            if found != (due, stock - due, 0) {
                finding.breaks(format!(
                    "variant {variant}: {demand} units were wanted and paid for, {stock} were \
                     there; {} are sold, {} on hand and {} reserved",
                    shelf.sold, shelf.on_hand, shelf.reserved
                ));
            }
        }
        finding
    }

    /// P3: what was acknowledged is there, as it was told.
    pub(super) fn acknowledged(&self) -> Finding {
        let mut finding = Finding::new("P3", "each acknowledged order is there as it was told");
        for told in self.journal.orders() {
            finding.counts(1);
            let rows = self.orders.get(&told.id).map(Vec::as_slice);
            match rows {
                Some([row]) => {
                    if let Some(words) = difference(told, row) {
                        finding.breaks(format!("order {}: {words}", told.number));
                    }
                }
                Some(rows) => {
                    let count = rows.len();
                    finding.breaks(format!("order {} is there {count} times", told.number));
                }
                None => finding.breaks(format!("order {} is lost", told.number)),
            }
        }
        finding
    }

    /// P4: no order that nobody was told of, and no cart that became two.
    pub(super) fn nothing_else(&self) -> Finding {
        let mut finding = Finding::new("P4", "no other order is, and no cart became two");
        let told: BTreeSet<&str> = self.journal.orders().map(|told| told.id.as_str()).collect();
        let all = self.journal.told.iter();
        let vanished: BTreeSet<&str> = all
            .flat_map(|told| &told.vanished)
            .map(String::as_str)
            .collect();
        let mut carts: BTreeMap<&str, usize> = BTreeMap::new();
        for (id, rows) in &self.orders {
            for row in rows {
                finding.counts(1);
                *carts.entry(&row.cart_id).or_default() += 1;
                let is_known = told.contains(id.as_str())
                    || self.drilled.contains(id)
                    || vanished.contains(row.cart_id.as_str());
                if !is_known {
                    finding.breaks(format!("nobody was told of order {}", row.number));
                }
                let has_come_back = self.drilled.contains(id);
                if row.applied > i64::from(row.status == "paid") || row.captures > 1 {
                    finding.breaks(format!(
                        "order {} is {} and has {} captures, {} of which pay it",
                        row.number, row.status, row.captures, row.applied
                    ));
                }
                let is_open = !matches!(row.status.as_str(), "paid" | "expired");
                if is_open && !has_come_back {
                    finding.breaks(format!("order {} is still {}", row.number, row.status));
                }
            }
        }
        for (cart, count) in carts.into_iter().filter(|(_, count)| *count > 1) {
            finding.breaks(format!("cart {cart} became {count} orders"));
        }
        finding
    }

    /// P6: the provider's ledger and the shop's books are one, payment by payment.
    pub(super) fn money(&self) -> Finding {
        let title = "each payment is in the books once, as the provider has it";
        let mut finding = Finding::new("P6", title);
        let mut ours: BTreeMap<&str, Vec<&Capture>> = BTreeMap::new();
        for capture in &self.captures {
            ours.entry(&capture.tx_ref).or_default().push(capture);
        }
        if self.ledger["is_balanced"] != true {
            finding.breaks("the provider's own ledger is not balanced".to_owned());
        }
        for payment in payments(&self.ledger) {
            let charged = payment["charged_minor"].as_i64().unwrap_or(0);
            let tx_ref = payment["tx_ref"].as_str().unwrap_or_default();
            let captures = ours.remove(tx_ref).unwrap_or_default();
            if self.belied.contains(tx_ref) || (charged == 0 && captures.is_empty()) {
                continue;
            }
            finding.counts(1);
            if let Some(words) = money_differs(payment, charged, &captures) {
                finding.breaks(format!("{tx_ref}: {words}"));
            }
        }
        for tx_ref in ours.keys() {
            finding.breaks(format!("{tx_ref}: money that the provider does not know"));
        }
        finding
    }
}

/// In what an order differs from what its buyer was told.
fn difference(told: &ToldOrder, row: &Row) -> Option<String> {
    let is_equal = told.number == row.number
        && told.cart_id == row.cart_id
        && told.total_minor == row.total_minor
        && told.lines == row.lines;
    if !is_equal {
        let (lines, total) = (&row.lines, row.total_minor);
        return Some(format!(
            "told {:?} for {}, found {lines:?} for {total}",
            told.lines, told.total_minor
        ));
    }
    let due = if told.is_paid { "paid" } else { "expired" };
    (row.status != due || row.applied != i64::from(told.is_paid)).then(|| {
        format!(
            "its buyer's part ends in {due}, and it is {} with {} captures that pay it",
            row.status, row.applied
        )
    })
}

fn money_differs(payment: &Value, charged: i64, captures: &[&Capture]) -> Option<String> {
    let [capture] = captures else {
        return Some(format!("paid once, captured {} times", captures.len()));
    };
    let reference = payment["reference"].as_str().unwrap_or_default();
    let theirs = (reference, charged);
    let ours = (capture.provider_reference.as_str(), capture.amount_minor);
    if theirs != ours {
        return Some(format!(
            "the provider took {theirs:?}, the books say {ours:?}"
        ));
    }
    let refunds = payment["refunds"].as_array().map(Vec::as_slice);
    let done = refunds
        .unwrap_or_default()
        .iter()
        .filter(|refund| refund["standing"] == "done")
        .filter_map(|refund| refund["amount_minor"].as_i64());
    let given: i64 = done.sum();
    if given > charged {
        return Some(format!("{given} of {charged} went back"));
    }
    let booked = (capture.refunded_minor, capture.refunding_minor);
    if booked != (given, 0) {
        return Some(format!(
            "{given} went back, the books say (done, open) {booked:?}"
        ));
    }
    // Money that pays no order is its buyer's.
    (!capture.is_applied && given != charged)
        .then(|| format!("it pays no order, and only {given} of {charged} went back"))
}
