//! Charges that no shop asked for: somebody paid by a payment link of the merchant's.

use super::Caller;
use super::initialize::new_transaction;
use super::validation::amount_minor;
use crate::book::{Arrival, Transaction};
use crate::fields::Fields;
use crate::simulator::World;

/// Takes a paid foreign charge into the book. `amount` is needed; `currency`, `tx_ref`, `type`,
/// `method` and the buyer's fields may be given.
pub(crate) fn charge(
    world: &mut World,
    caller: &Caller,
    fields: &Fields,
) -> Result<String, &'static str> {
    fields
        .get("amount")
        .and_then(amount_minor)
        .ok_or("amount is missing or is no amount")?;
    if !matches!(fields.get("currency"), None | Some("ETB" | "USD")) {
        return Err("currency is ETB or USD");
    }
    let taken = fields
        .get("tx_ref")
        .and_then(|tx_ref| world.book.transaction_of(&caller.merchant, tx_ref));
    if taken.is_some() {
        return Err("this tx_ref has been used before");
    }
    let mut transaction = new_transaction(world, caller, fields);
    if transaction.tx_ref.is_empty() {
        transaction.tx_ref = world.book.ids().link_reference();
    }
    if transaction.currency.is_empty() {
        "ETB".clone_into(&mut transaction.currency);
    }
    let transaction = Transaction {
        kind: fields
            .owned("type")
            .unwrap_or_else(|| "Payment Link".to_owned()),
        method: Some(
            fields
                .owned("method")
                .unwrap_or_else(|| "telebirr".to_owned()),
        ),
        ..transaction
    };
    let reference = transaction.reference.clone();
    let now = world.now();
    world.book.add_transaction(transaction);
    world
        .book
        .charge(&reference, world.variants.fee_bearer, now);
    world.touch();
    Ok(reference)
}

/// Lets those charges come that wait for this page to have been read.
pub(super) fn arrive(world: &mut World, caller: &Caller, page: usize) {
    let waiting = std::mem::take(&mut world.book.arrivals);
    let (due, later): (Vec<Arrival>, Vec<Arrival>) = waiting
        .into_iter()
        .partition(|arrival| arrival.after_page == page);
    world.book.arrivals = later;
    for arrival in due {
        let fields = Fields::of([
            ("amount", arrival.amount.as_str()),
            ("currency", arrival.currency.as_str()),
        ]);
        for _ in 0..arrival.count {
            // Its amount was looked at when it was ordered.
            drop(charge(world, caller, &fields));
        }
    }
}
