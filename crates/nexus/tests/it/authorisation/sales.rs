//! Administrative operations on sales, what each needs and what it is tried with.

use serde_json::{Value, json};

use super::{
    rights::{Operation, change, create, read, remove},
    stock::VARIANT,
    targets::Target,
};

const CATALOGUE: Option<&str> = Some("catalogue.edit");

/// In the place of an instant to come.
pub(super) const SOON: &str = "soon";

/// Of sales, in the order in which they are tried with the right.
pub(super) static OPERATIONS: [Operation; 6] = [
    create("createSale", new_sale),
    read("listSales", CATALOGUE, None),
    read("getSaleAsStaff", CATALOGUE, Some(Target::Sale)),
    read("getQueueAsStaff", CATALOGUE, Some(Target::Sale)),
    change("updateSale", Target::Sale, || json!({ "name": "changed" })),
    remove("closeSale", Target::Sale),
];

pub(super) fn new_sale() -> Value {
    json!({ "name": "New", "variant_ids": [VARIANT], "starts_at": SOON })
}
