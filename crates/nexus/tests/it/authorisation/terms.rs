//! Administrative operations on terms, what each needs and what it is tried with.

use serde_json::{Value, json};

use super::{
    rights::{Operation, change, create, read, remove},
    targets::Target,
};

const TERMS: Option<&str> = Some("terms.edit");

const fn replace(
    name: &'static str,
    target: Option<Target>,
    version: i64,
    body: fn() -> Value,
) -> Operation {
    Operation {
        right: TERMS,
        target,
        version: Some(version),
        ..change(name, Target::Variant, body)
    }
}

/// Of terms, in the order in which they are tried with the right.
pub(super) static OPERATIONS: [Operation; 11] = [
    read("getTaxes", TERMS, None),
    replace("replaceTaxes", None, 1, taxes),
    read("getShipping", TERMS, None),
    replace("replaceShipping", None, 1, || json!({ "zones": [] })),
    read("getVariantTerms", TERMS, Some(Target::Variant)),
    replace(
        "replaceVariantTerms",
        Some(Target::Variant),
        0,
        || json!({ "tax_class": "standard", "weight_grams": 100 }),
    ),
    Operation {
        right: TERMS,
        ..create("createPromotion", promotion)
    },
    read("listPromotions", TERMS, None),
    read("getPromotion", TERMS, Some(Target::Promotion)),
    replace("replacePromotion", Some(Target::Promotion), 1, promotion),
    Operation {
        right: TERMS,
        ..remove("closePromotion", Target::Promotion)
    },
];

fn taxes() -> Value {
    let home = json!({ "country": "ET", "region": "Addis Ababa" });
    json!({ "prices_include_tax": true, "shipping_class": null, "home": home, "rates": [] })
}

pub(super) fn promotion() -> Value {
    json!({ "name": "Week", "kind": "percentage", "percentage": "10" })
}
