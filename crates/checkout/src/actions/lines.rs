//! What the lines of carts take of shelves, and what they become in orders.

use std::collections::{BTreeMap, BTreeSet};

use cart::{Cart, CartInHand, CartItem, CartState, Goods, QuotedLine};
use chrono::{DateTime, Utc};
use ids::{CartId, OrderLineId, VariantId};
use inventory::Want;
use orders::{LinePart, NewOrder, NewOrderLine, OrderCharges, OrderLine};
use terms::{Priced, PricedLine};

use crate::model::Wish;

/// In the order of the carts' lines, each once; parts of bundles too.
pub(super) fn variants_of(carts: &BTreeMap<CartId, CartInHand>) -> Vec<VariantId> {
    let mut seen = BTreeSet::new();
    let mut variants = Vec::new();
    for item in open_items(carts) {
        let parts = item.parts.iter().map(|part| part.variant_id);
        let own = [item.variant_id].into_iter().chain(parts);
        variants.extend(own.filter(|id| seen.insert(*id)));
    }
    variants
}

fn open_items(carts: &BTreeMap<CartId, CartInHand>) -> impl Iterator<Item = &CartItem> {
    carts.values().flat_map(|in_hand| match in_hand {
        CartInHand::Locked(cart, items) if cart.state == CartState::Open => items.as_slice(),
        _ => &[],
    })
}

/// Whether bundles are still made of what they were before their shelves were locked: whoever
/// changes that has these locks too.
pub(super) fn are_made_as_read(carts: &BTreeMap<CartId, CartInHand>, goods: &Goods) -> bool {
    open_items(carts).all(|item| {
        let own = goods.get(&item.variant_id);
        own.is_none_or(|sellable| sellable.parts == item.parts)
    })
}

/// The lines that are made of others.
pub(super) fn bundles_of(carts: &BTreeMap<CartId, CartInHand>) -> BTreeSet<VariantId> {
    let bundles = open_items(carts).filter(|item| !item.parts.is_empty());
    bundles.map(|item| item.variant_id).collect()
}

pub(super) fn order_lines(
    (lines, items): (Vec<QuotedLine>, &[CartItem]),
    price: &Priced,
    beyond: &[Want],
    now: DateTime<Utc>,
) -> Vec<NewOrderLine> {
    let line = |(line, priced): (QuotedLine, &PricedLine)| {
        let variant_id = line.sellable.variant_id;
        let item = items.iter().find(|item| item.variant_id == variant_id);
        let backordered = item.map_or(0, |item| backordered(item, beyond));
        let part = |part: &Want| LinePart {
            variant_id: part.variant_id,
            quantity: part.quantity,
        };
        let parts = item.map_or(&[][..], |item| &item.parts);
        let expected_at = (backordered > 0).then_some(line.sellable.beyond.expected_at);
        NewOrderLine {
            id: OrderLineId::generate(now),
            line: OrderLine {
                variant_id,
                product_id: line.sellable.product_id,
                sku: line.sellable.sku,
                title: line.sellable.title,
                options: line.sellable.options,
                unit_price: line.sellable.price,
                quantity: line.quantity,
                backordered,
                expected_at: expected_at.flatten(),
                parts: parts.iter().map(part).collect(),
                total: line.total,
                discount: priced.discount,
                tax: priced.tax,
                tax_included: priced.tax_included,
            },
        }
    };
    lines.into_iter().zip(&price.lines).map(line).collect()
}

/// Units of a line that wait for something: of a bundle, those that wait for a part. Lines that
/// share what is not all there are all told to wait for it.
fn backordered(item: &CartItem, beyond: &[Want]) -> i64 {
    let waits = |want: Want| {
        let owed = beyond.iter().find(|one| one.variant_id == want.variant_id);
        let of_one = (want.quantity / item.quantity.max(1)).max(1);
        owed.map_or(0, |owed| (owed.quantity + of_one - 1) / of_one)
    };
    let most = item.wants().into_iter().map(waits).max();
    most.unwrap_or(0).min(item.quantity)
}

fn charges(price: &Priced) -> OrderCharges {
    OrderCharges {
        subtotal: price.subtotal,
        discount: price.discount,
        shipping: price.shipping,
        shipping_discount: price.shipping_discount,
        tax: price.tax,
        shipping_tax: price.shipping_tax,
        tax_included: price.tax_included,
        prices_include_tax: price.prices_include_tax,
        explanation: price.explanation(),
    }
}

pub(super) fn new_order(
    wish: &Wish,
    cart: &Cart,
    lines: Vec<NewOrderLine>,
    price: &Priced,
) -> NewOrder {
    let command = &wish.command;
    NewOrder {
        id: wish.order_id,
        cart_id: cart.id,
        customer_id: cart.customer_id,
        token_hash: cart.token_hash.clone(),
        email: command.email.clone(),
        phone: command.phone.clone(),
        language: command.language.clone(),
        shipping_address: command.shipping_address.clone(),
        note: command.note.clone(),
        total: price.total,
        charges: charges(price),
        lines,
    }
}
