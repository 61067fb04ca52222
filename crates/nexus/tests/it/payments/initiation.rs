//! Starting a payment: whose it is, and that an order has one page at a time.

use serde_json::json;

use super::provider::Pending;
use crate::world::{Client, Shop};

fn path(order_id: &str) -> String {
    format!("/api/v1/payment/initiate/{order_id}/")
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_starts_a_payment() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    let id = order["id"].as_str().unwrap();
    let (stranger, _) = shop.guest_cart(&[]).await;
    let strangers: Vec<(&str, Client)> = vec![
        ("nobody", shop.client()),
        ("another guest", stranger.clone()),
        ("a customer", shop.customer("stranger@example.com").await),
        ("the staff", shop.superuser().await),
    ];
    let before = shop.memory().await;
    for (name, stranger) in strangers {
        let answer = stranger.post(&path(id), json!({})).await;
        assert_eq!(answer.status, 404, "{name}: {}", answer.body);
        answer.refused(404, "order_not_found");
    }
    for nonsense in [
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "1001",
        "%00",
        "x%27--",
    ] {
        guest.post(&path(nonsense), json!({})).await.expect(404);
    }
    assert_eq!(shop.memory().await, before);
    assert_eq!(shop.calls("initialize").await, 0);
    guest.post(&path(id), json!({})).await.expect(200);
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_pays_the_own_order_and_no_guest_can() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let customer = shop.customer("hana@example.com").await;
    let cart = customer
        .post("/api/v1/cart/", json!({}))
        .await
        .expect(201)
        .text("/id");
    let item = json!({ "variant_id": coffee, "quantity": 2 });
    customer
        .post(&format!("/api/v1/cart/{cart}/items/"), item)
        .await
        .expect(201);
    let body = crate::world::place_body(&cart);
    let order = customer
        .post("/api/v1/orders/", body)
        .await
        .expect(201)
        .body;
    let id = order["id"].as_str().unwrap();
    let (guest, _) = shop.guest_cart(&[]).await;
    guest
        .post(&path(id), json!({}))
        .await
        .refused(404, "order_not_found");
    let (tx_ref, page) = shop.initiate(&customer, &order).await;
    assert_eq!(shop.transaction(&tx_ref).await["amount_minor"], 250_000);
    shop.on_page(&page, "pay").await.expect(302);
    shop.run_jobs().await;
    assert_eq!(shop.order_status(id).await, "paid");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_twice_there_is_one_page_also_after_a_failed_try() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    let id = order["id"].as_str().unwrap();
    let first = guest.post(&path(id), json!({})).await.expect(200);
    assert_eq!(first.body["amount"], order["total"]);
    assert_eq!(first.body["expires_at"], order["expires_at"]);
    for _ in 0..3 {
        let page = first.text("/payment_url");
        shop.on_page(&page, "fail").await.expect(200);
        shop.run_jobs().await;
        assert_eq!(shop.told(&first.text("/tx_ref")).await, "pending");
        let again = guest.post(&path(id), json!({})).await.expect(200);
        assert_eq!(again.bytes, first.bytes);
    }
    assert_eq!(shop.calls("initialize").await, 1);
    shop.on_page(&first.text("/payment_url"), "pay")
        .await
        .expect(302);
    shop.run_jobs().await;
    assert_eq!(shop.order_status(id).await, "paid");
    guest
        .post(&path(id), json!({}))
        .await
        .refused(409, "order_already_paid");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_cancel_there_is_a_new_page_under_a_new_reference() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let Pending {
        guest,
        order,
        order_id,
        tx_ref,
        page,
    } = shop.pending(coffee).await;
    shop.on_page(&page, "cancel").await.expect(302);
    shop.run_jobs().await;
    assert_eq!(shop.told(&tx_ref).await, "cancelled");
    assert_eq!(shop.stock(coffee).await, (10, 1));
    let (second, page) = shop.initiate(&guest, &order).await;
    assert_ne!(second, tx_ref);
    shop.on_page(&page, "pay").await.expect(302);
    shop.run_jobs().await;
    assert_eq!(shop.told(&second).await, "paid");
    assert_eq!(shop.told(&tx_ref).await, "cancelled");
    assert_eq!(shop.order_status(&order_id).await, "paid");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_tells_nothing_about_the_next_one() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 40)]).await[0];
    let mut references = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let tx_ref = shop.pending(coffee).await.tx_ref;
        let random = tx_ref.strip_prefix("nx-").unwrap();
        assert!(random.len() >= 22, "128 bits in base64: {tx_ref}");
        assert!(
            tx_ref.len() <= 50
                && tx_ref
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        );
        assert!(
            references.insert(random[..8].to_owned()),
            "no common beginning"
        );
    }
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_has_run_out_is_replaced_while_the_order_waits() {
    let short =
        |settings: &mut nexus::config::Settings| settings.payments.page_lifetime_minutes = 5;
    let shop = Shop::open_with(kit::sabotage::Sabotage::none(), short).await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let first = shop.pending(coffee).await;
    shop.advance(chrono::TimeDelta::minutes(5) - chrono::TimeDelta::seconds(1));
    assert_eq!(
        shop.initiate(&first.guest, &first.order).await.0,
        first.tx_ref
    );
    shop.advance(chrono::TimeDelta::seconds(1));
    let (second, page) = shop.initiate(&first.guest, &first.order).await;
    assert_ne!(second, first.tx_ref);
    assert_eq!(shop.transaction(&first.tx_ref).await["state"], "cancelled");
    shop.on_page(&page, "pay").await.expect(302);
    shop.run_jobs().await;
    assert_eq!(shop.told(&second).await, "paid");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_order_can_no_longer_be_paid() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    let id = order["id"].as_str().unwrap();
    shop.advance(chrono::TimeDelta::minutes(60));
    guest
        .post(&path(id), json!({}))
        .await
        .refused(409, "order_not_payable");
    shop.run_jobs().await;
    let refused = guest
        .post(&path(id), json!({}))
        .await
        .refused(409, "order_not_payable");
    assert_eq!(refused.body["meta"]["status"], "expired");
    assert_eq!(shop.calls("initialize").await, 0);
    assert_eq!(shop.stock(coffee).await, (10, 0));
    shop.settle_and_close().await;
}
