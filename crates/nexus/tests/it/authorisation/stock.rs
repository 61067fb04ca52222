//! What staff do with stock, and what it needs.

use serde_json::{Value, json};

use super::{
    rights::{Operation, change, create, read},
    targets::Target,
};

const STOCK: Option<&str> = Some("stock.edit");

/// In the order in which they are tried with the right.
pub(super) static OPERATIONS: [Operation; 20] = [
    read("listStockLocations", STOCK, None),
    Operation {
        right: STOCK,
        ..create(
            "createStockLocation",
            || json!({ "code": "new", "name": "New" }),
        )
    },
    read("getStockLocation", STOCK, Some(Target::Location)),
    Operation {
        right: STOCK,
        ..change(
            "updateStockLocation",
            Target::Location,
            || json!({ "priority": 3 }),
        )
    },
    read("listStockMovements", STOCK, None),
    read("getStockBalances", STOCK, None),
    Operation {
        right: STOCK,
        status: 200,
        ..create("recordStockMovements", || {
            json!({ "movements": [{
                "kind": "receipt", "quantity": 1,
                "variant_id": "019aab00-0000-7000-8000-000000000002",
            }] })
        })
    },
    Operation {
        right: STOCK,
        ..create("transferStock", || {
            json!({
                "from_location_id": inventory::MAIN_LOCATION, "to_location_id": LOCATION,
                "lines": [{ "variant_id": VARIANT, "quantity": 1 }],
            })
        })
    },
    read("listBackorders", STOCK, None),
    read("listLowStock", STOCK, None),
    read("getBundle", STOCK, Some(Target::Variant)),
    Operation {
        right: STOCK,
        ..change("setBundle", Target::Variant, || json!({ "parts": [] }))
    },
    read("getStockTerms", STOCK, Some(Target::Variant)),
    Operation {
        right: STOCK,
        ..change(
            "updateStockTerms",
            Target::Variant,
            || json!({ "per_order_max": 3 }),
        )
    },
    read("listStockCounts", STOCK, None),
    Operation {
        right: STOCK,
        ..create("openStockCount", || json!({ "note": "x" }))
    },
    read("getStockCount", STOCK, Some(Target::Count)),
    of_count(
        "enterStockCount",
        Target::Count,
        || json!({ "lines": [{ "variant_id": VARIANT, "counted": 1 }] }),
    ),
    of_count("applyStockCount", Target::Count, || Value::Null),
    of_count("cancelStockCount", Target::OtherCount, || Value::Null),
];

const fn of_count(name: &'static str, target: Target, body: fn() -> Value) -> Operation {
    Operation {
        right: STOCK,
        version: None,
        ..change(name, target, body)
    }
}

/// In the place of the id of a location.
pub(super) const LOCATION: &str = "the location";
/// In the place of the id of a variant.
pub(super) const VARIANT: &str = "the variant";
