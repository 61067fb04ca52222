//! What staff do with orders, as it would be taken.

use http::Method;
use serde_json::json;

use super::Write;
use crate::world::{Client, Shop};

/// Of a paid order of which one parcel has left.
pub(super) async fn writes(shop: &Shop, staff: &Client) -> Vec<Write> {
    let boot = shop.product("boot", &[(100, 50)]).await[0];
    let (buyer, order) = shop.paid_order(&[(boot, 9)]).await;
    let id = order["id"].as_str().unwrap();
    let of_order = |rest: &str| format!("/api/v1/admin/orders/{id}/{rest}");
    let parcels = "/api/v1/admin/fulfilments/";
    let tracking = json!({
        "carrier": "EthioPost", "tracking_number": "EP1",
        "tracking_url": "https://ethiopost.et/EP1",
    });
    let lines = json!([{ "variant_id": boot, "quantity": 1 }]);
    let mut parcel = tracking.clone();
    parcel["lines"] = lines.clone();
    parcel["location_id"] = json!(inventory::MAIN_LOCATION);
    let first = staff.key("first-parcel");
    let first = first.post(&of_order("fulfilments/"), parcel.clone()).await;
    let first = first.expect(201).text("/id");
    let mut whole = tracking.clone();
    whole["order_id"] = json!(id);
    whole["location_id"] = json!(inventory::MAIN_LOCATION);
    let bulk = json!({ "orders": [whole] });
    let cancel = json!({ "lines": lines, "reason": "sold out", "is_refunded": true });
    let arrived = json!({ "fulfilment_ids": [first] });
    let one = format!("{parcels}{first}/");
    let wish = json!({
        "lines": [{
            "variant_id": boot, "quantity": 1, "reason": "other", "resolution": "refund",
        }],
        "note": "x",
    });
    let asked = format!("/api/v1/orders/{id}/returns/");
    let asked = buyer.post(&asked, wish.clone()).await.expect(201);
    let of_return = |verb: &str| format!("/api/v1/admin/returns/{}/{verb}/", asked.text("/id"));
    let own = format!("/api/v1/orders/{id}/returns/");
    let came = json!({
        "lines": [{ "variant_id": boot, "restocked": 1, "written_off": 1 }],
        "location_id": inventory::MAIN_LOCATION, "note": "x",
    });
    let settled = json!({ "lines": lines });
    let mut sent = settled.clone();
    for (member, value) in [("carrier", "EthioPost"), ("tracking_number", "EP1")] {
        sent[member] = json!(value);
    }
    sent["location_id"] = json!(inventory::MAIN_LOCATION);
    let note = || json!({ "note": "x" });
    let staff = &staff.key("parcels");
    let post = |name, path: &str, body| Write::new(name, staff, Method::POST, path, body);
    vec![
        post("shipOrder", &of_order("fulfilments/"), parcel),
        post("cancelOrder", &of_order("cancel/"), cancel),
        post("shipOrders", &format!("{parcels}bulk/"), bulk),
        post("deliverFulfilments", &format!("{parcels}deliver/"), arrived),
        Write::new("requestReturn", &buyer, Method::POST, &own, wish.clone()),
        post("openReturn", &of_order("returns/"), wish),
        post("approveReturn", &of_return("approve"), note()),
        post("rejectReturn", &of_return("reject"), note()),
        post("cancelReturn", &of_return("cancel"), note()),
        post("receiveReturn", &of_return("receive"), came),
        post("refundReturn", &of_return("refund"), settled),
        post("exchangeReturn", &of_return("exchange"), sent),
        post(
            "addOrderNote",
            &of_order("notes/"),
            json!({ "text": "x", "is_for_buyer": true }),
        ),
        Write::new("updateFulfilment", staff, Method::PATCH, &one, tracking),
    ]
}
