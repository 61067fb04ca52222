//! Credit whose balances, uses and entries do not agree.

use ids::VariantId;
use serde_json::{Value, json};

use crate::{
    credit::path,
    world::{Client, Shop},
};

/// A guest's order of ten units, for which half of a gift card was set aside and given back.
pub(super) async fn order_with_card(shop: &Shop, variant: VariantId) -> (Client, Value) {
    let code = shop.gift_card(1_000).await;
    let (guest, order) = shop.guest_order(&[(variant, 10)]).await;
    let half = json!({ "amount": 500, "currency": "ETB" });
    let body = json!({ "code": code, "amount": half });
    guest.post(&path(&order), body).await.expect(200);
    guest.delete(&path(&order)).await.expect(200);
    (guest, order)
}

/// As in `planted`. One card of 10.00, of which 5.00 were set aside and given back.
pub(super) const CASES: &[(&str, &str, &[&str])] = &[
    (
        "a balance that nobody moved",
        "update credit_accounts set balance_minor = balance_minor + 1",
        &["I73"],
    ),
    (
        "an entry that leaves something else",
        "update credit_entries set balance_minor = 7 where sequence = 2",
        &["I73"],
    ),
    (
        "an entry that is gone",
        "delete from credit_entries where cause = 'released'",
        &["I73", "I74", "I75"],
    ),
    (
        "a card that somebody has more of than was sold",
        "update credit_accounts set balance_minor = 2000;
         update credit_entries set amount_minor = amount_minor + 1000 where cause = 'sold';
         update credit_entries set balance_minor = balance_minor + 1000",
        &["I73", "I75"],
    ),
    (
        "credit that was given back and is held",
        "update credit_uses set state = 'held', ended_at = null",
        &["I74"],
    ),
    (
        "credit that was spent and paid nothing",
        "update credit_uses set state = 'spent'",
        &["I74"],
    ),
    (
        "an order that says it has credit",
        "update orders set credit_minor = 1 where status = 'paid'",
        &["I74"],
    ),
    (
        "a refund that is on nobody's credit",
        "update refunds set destination = 'store_credit' where state = 'succeeded'",
        &["I32", "I75"],
    ),
    (
        "a balance that nothing holds",
        "alter table credit_accounts drop constraint credit_accounts_balance_not_negative",
        &["I25"],
    ),
    (
        "entries that may be changed",
        "drop trigger credit_entries_append_only on credit_entries",
        &["I25"],
    ),
];
