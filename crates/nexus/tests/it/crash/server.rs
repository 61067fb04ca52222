//! The server dies while somebody buys.

use serde_json::json;

use super::buyer::{Buyer, assert_bought_once, until_jobs_are_done};
use crate::world::{Client, Deployment, place_body, race::at_once};

/// Where the server dies, and where the one that follows it dies.
pub(super) const CASES: &[&[&str]] = &[
    &["before commit of create_cart"],
    &["after commit of create_cart"],
    &["before commit of add_cart_item"],
    &["after commit of add_cart_item"],
    &["before orders are placed"],
    &["before commit of place_order"],
    &["after commit of place_order"],
    &["before orders are answered"],
    &["before commit of initiate_payment"],
    &["after commit of initiate_payment"],
    &["before provider initialize"],
    &["after provider initialize"],
    &["before commit of record_payment_page"],
    &["after commit of record_payment_page"],
    // The page may have been opened, so it is asked about and closed before another one is.
    &["after provider initialize", "after provider verify"],
    &[
        "after provider initialize",
        "before commit of settle_payment",
    ],
    &[
        "after provider initialize",
        "after commit of settle_payment",
    ],
    &[
        "after provider initialize",
        "before commit of record_provider_call",
    ],
    &[
        "after provider initialize",
        "after commit of record_provider_call",
    ],
    &[
        "after provider initialize",
        "before commit of cancel_payment_attempt",
    ],
    &[
        "after provider initialize",
        "after commit of cancel_payment_attempt",
    ],
    &["before commit of receive_payment_webhook"],
    &["after commit of receive_payment_webhook"],
    &["before commit of follow_payment_callback"],
    &["after commit of follow_payment_callback"],
    &["after provider verify"],
    &["before commit of settle_payment"],
    &["after commit of settle_payment"],
    // From one death to the next.
    &[
        "after commit of place_order",
        "after commit of initiate_payment",
        "after commit of record_payment_page",
        "after commit of receive_payment_webhook",
        "after commit of settle_payment",
    ],
];

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_at_any_point_loses_and_doubles_nothing() {
    let shop = Deployment::open().await;
    let coffee = shop.product("coffee", 1_000).await;
    let mut bought = Vec::new();
    for (number, points) in CASES.iter().enumerate() {
        let mut buyer = Buyer::new(&shop, &format!("server-{number}"), points).await;
        let one = buyer.buy(coffee).await;
        buyer.verify(&one).await;
        buyer.leave().await;
        shop.assert_audit_clean().await;
        bought.push(one);
    }
    let mut worker = shop.worker(None);
    until_jobs_are_done(&shop).await;
    worker.kill().await;
    for one in &bought {
        assert_bought_once(&shop, one, 1..=1).await;
    }
    shop.assert_provider_agrees().await;
}

const TOGETHER: usize = 12;

/// Guests, each with a cart of their own and a key.
async fn guests(shop: &Deployment, variant: ids::VariantId, name: usize) -> Vec<(Client, String)> {
    let mut guests = Vec::new();
    for n in 0..TOGETHER {
        let cart = shop
            .client()
            .post("/api/v1/cart/", json!({}))
            .await
            .expect(201);
        let guest = shop.client().guest(&cart.text("/shopper_token"));
        let id = cart.text("/id");
        let line = json!({ "variant_id": variant });
        let path = format!("/api/v1/cart/{id}/items/");
        guest.post(&path, line).await.expect(201);
        guests.push((guest.key(&format!("together-{name}-{n}")), id));
    }
    guests
}

/// The server dies in the middle of placing several orders at once: whoever asks again gets one
/// order, and the numbers have no gap.
#[tokio::test(flavor = "multi_thread")]
async fn orders_that_were_placed_together_are_each_placed_once() {
    let shop = Deployment::open().await;
    let coffee = shop.product("coffee", 1_000).await;
    let points = [
        "before orders are placed",
        "before commit of place_order",
        "after commit of place_order",
        "before orders are answered",
    ];
    for (name, point) in points.into_iter().enumerate() {
        let mut server = shop.server(None).await;
        let guests = guests(&shop, coffee, name).await;
        server.kill().await;
        let mut dying = shop.server(Some(point)).await;
        let ask = |(guest, cart): (Client, String)| async move {
            let body = Some(place_body(&cart).to_string().into_bytes());
            let path = "/api/v1/orders/";
            let media = "application/json";
            guest.try_raw(http::Method::POST, path, media, body).await
        };
        let lost = at_once(guests.clone().into_iter().map(ask)).await;
        assert!(lost.iter().all(Result::is_err), "{point}");
        dying.crashed(point).await;
        let mut server = shop.server(None).await;
        for answer in at_once(guests.into_iter().map(ask)).await {
            answer.unwrap().expect(201);
        }
        let orders = i64::try_from((name + 1) * TOGETHER).unwrap();
        assert_eq!(shop.number("select count(*) from orders").await, orders);
        let last = "select last_number - 1000 from order_numbers";
        assert_eq!(shop.number(last).await, orders);
        assert_eq!(
            shop.number("select reserved from stock_levels").await,
            orders
        );
        shop.assert_audit_clean().await;
        server.kill().await;
    }
}
