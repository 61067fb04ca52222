//! Administrative operations on orders, what each needs and what it is tried with.

use serde_json::{Value, json};

use super::{
    rights::{ORDERS, Operation, change, read},
    targets::Target,
};

/// In the place of the id of an order of which units can leave.
pub(super) const SHIPPED: &str = "the shipped order";
/// In the place of the id of its parcel.
pub(super) const PARCEL: &str = "the parcel";
/// In the place of the id of its variant.
pub(super) const LINE: &str = "the line";

const MANAGE: Option<&str> = Some("orders.manage");

/// In the order in which they are tried with the right.
pub(super) static OPERATIONS: [Operation; 24] = [
    read("getOrderFulfilment", ORDERS, Some(Target::Shipped)),
    read("listFulfilments", ORDERS, None),
    read("getFulfilment", ORDERS, Some(Target::Parcel)),
    read("listPicks", ORDERS, None),
    Operation {
        right: MANAGE,
        ..change(
            "updateFulfilment",
            Target::Parcel,
            || json!({ "carrier": "EthioPost" }),
        )
    },
    of_order("shipOrder", MANAGE, Some(Target::Shipped), 201, one_unit),
    of_order(
        "cancelOrder",
        Some("payments.refund"),
        Some(Target::Shipped),
        201,
        || json!({ "lines": [{ "variant_id": LINE, "quantity": 1 }], "reason": "x" }),
    ),
    of_order(
        "shipOrders",
        MANAGE,
        None,
        200,
        || json!({ "orders": [{ "order_id": SHIPPED }] }),
    ),
    of_order(
        "deliverFulfilment",
        MANAGE,
        Some(Target::Parcel),
        200,
        || Value::Null,
    ),
    of_order(
        "deliverFulfilments",
        MANAGE,
        None,
        200,
        || json!({ "fulfilment_ids": [PARCEL] }),
    ),
    of_order(
        "addOrderNote",
        MANAGE,
        Some(Target::Shipped),
        201,
        || json!({ "text": "x" }),
    ),
    read("getOrderTimeline", ORDERS, Some(Target::Shipped)),
    read("exportOrders", ORDERS, None),
    read("listInvoices", ORDERS, None),
    of_order("issueInvoice", MANAGE, Some(Target::Shipped), 200, || {
        Value::Null
    }),
    read("listReturns", ORDERS, None),
    read("getReturn", ORDERS, Some(Target::Return)),
    of_order("openReturn", MANAGE, Some(Target::Shipped), 201, a_return),
    decide("approveReturn", Target::Return, 1),
    of_order(
        "receiveReturn",
        MANAGE,
        Some(Target::Return),
        200,
        || json!({ "lines": [{ "variant_id": LINE, "restocked": 1, "written_off": 1 }] }),
    ),
    of_order(
        "refundReturn",
        Some("payments.refund"),
        Some(Target::Return),
        200,
        one_unit,
    ),
    of_order(
        "exchangeReturn",
        MANAGE,
        Some(Target::Return),
        200,
        one_unit,
    ),
    decide("rejectReturn", Target::OtherReturn, 1),
    decide("cancelReturn", Target::ThirdReturn, 1),
];

fn a_return() -> Value {
    json!({ "lines": [{
        "variant_id": LINE, "quantity": 1, "reason": "other", "resolution": "refund",
    }] })
}

const fn decide(name: &'static str, target: Target, version: i64) -> Operation {
    Operation {
        version: Some(version),
        ..of_order(name, MANAGE, Some(target), 200, || json!({ "note": "x" }))
    }
}

fn one_unit() -> Value {
    json!({ "lines": [{ "variant_id": LINE, "quantity": 1 }] })
}

const fn of_order(
    name: &'static str,
    right: Option<&'static str>,
    target: Option<Target>,
    status: u16,
    body: fn() -> Value,
) -> Operation {
    Operation {
        name,
        right,
        target,
        version: None,
        body,
        status,
    }
}
