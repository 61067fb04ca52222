//! Administrative operations on gift cards and store credit, what each needs and what it is tried
//! with.

use serde_json::{Value, json};

use super::{
    rights::{Operation, create, read, remove},
    targets::Target,
};

const CREDIT: Option<&str> = Some("credit.edit");

/// In the place of the id of a customer.
pub(super) const CUSTOMER: &str = "the customer";

/// Of credit, in the order in which they are tried with the right.
pub(super) static OPERATIONS: [Operation; 6] = [
    Operation {
        right: CREDIT,
        ..create("issueGiftCard", card)
    },
    Operation {
        right: CREDIT,
        ..create("grantStoreCredit", grant)
    },
    read("listCreditAccounts", CREDIT, None),
    read("getCreditAccount", CREDIT, Some(Target::GiftCard)),
    read("listCreditEntries", CREDIT, Some(Target::GiftCard)),
    Operation {
        right: CREDIT,
        ..remove("closeCreditAccount", Target::GiftCard)
    },
];

pub(super) fn card() -> Value {
    json!({ "amount": { "amount": 100, "currency": "ETB" }, "reason": "sold" })
}

fn grant() -> Value {
    json!({
        "customer_id": CUSTOMER, "amount": { "amount": 100, "currency": "ETB" },
        "reason": "given",
    })
}
