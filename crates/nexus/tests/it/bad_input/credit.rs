//! Writes of gift cards and store credit, as they would be taken.

use http::Method;
use serde_json::json;

use super::{Write, writes::etb};
use crate::{
    credit::path,
    world::{Client, Shop},
};

/// Of staff, of whoever has a code, and of whoever has ordered.
pub(super) async fn writes(shop: &Shop, staff: &Client) -> Vec<Write> {
    let customer = shop.customer("credited@example.com").await;
    let me = customer
        .get("/auth/users/me/")
        .await
        .expect(200)
        .text("/id");
    let cup = shop.product("given", &[(100, 50)]).await[0];
    let (guest, order) = shop.guest_order(&[(cup, 2)]).await;
    let code = shop.gift_card(50).await;
    let card = json!({
        "amount": etb(10), "reason": "sold", "expires_at": "2099-01-01T00:00:00Z",
        "note": "at the counter",
    });
    let grant = json!({ "customer_id": me, "amount": etb(10), "reason": "given" });
    let admin = |rest: &str| format!("/api/v1/admin/credit/{rest}/");
    let post =
        |name, who: &Client, path: &str, body| Write::new(name, who, Method::POST, path, body);
    let staff = staff.key("a-grant");
    vec![
        post("issueGiftCard", &staff, &admin("gift-cards"), card),
        post("grantStoreCredit", &staff, &admin("store-credit"), grant),
        post(
            "getGiftCardBalance",
            &shop.client(),
            "/api/v1/gift-cards/balance/",
            json!({ "code": code }),
        ),
        post(
            "useCredit",
            &guest,
            &path(&order),
            json!({ "code": code, "amount": etb(10) }),
        ),
    ]
}
