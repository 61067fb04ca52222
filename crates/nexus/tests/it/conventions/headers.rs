//! Headers of every answer: the request's id, what may be kept, what a fault tells.

use http::HeaderMap;

use super::problems::assert_complete;
use crate::world::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_request_keeps_its_id_and_a_made_up_one_is_replaced() {
    let shop = Shop::open().await;
    let id = |headers: &HeaderMap| headers["x-request-id"].to_str().unwrap().to_owned();
    for own in ["abc", "A-1_b.2", &"x".repeat(64)] {
        let answer = shop
            .client()
            .with("x-request-id", own)
            .get("/healthz")
            .await
            .expect(200);
        assert_eq!(id(&answer.headers), own);
    }
    for strange in ["", "a b", "<script>", "a\"b", &"x".repeat(65), "ቡና"] {
        let answer = shop
            .client()
            .with("x-request-id", strange)
            .get("/none")
            .await
            .expect(404);
        assert_ne!(id(&answer.headers), strange);
        assert!(uuid::Uuid::parse_str(&id(&answer.headers)).is_ok());
        assert_eq!(answer.body["request_id"], id(&answer.headers));
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_private_is_not_kept_and_a_fault_tells_nothing() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 5)]).await[0];
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    let order = format!("/api/v1/orders/{}/", order["id"].as_str().unwrap());
    let abebe = shop.customer("abebe@example.com").await;
    for answer in [
        guest.get(&order).await,
        abebe.get("/auth/users/me/").await,
        guest.get("/api/v1/orders/").await,
    ] {
        let answer = answer.expect(200);
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(
            answer.headers["content-security-policy"]
                .to_str()
                .unwrap()
                .contains("default-src 'none'")
        );
    }
    let conn = shop.db().await;
    conn.execute("alter table order_lines rename to elsewhere", &[])
        .await
        .unwrap();
    let fault = guest.get(&order).await.refused(500, "internal_error");
    assert_complete(&fault, &order);
    let text = String::from_utf8(fault.bytes).unwrap().to_lowercase();
    for inside in [
        "order_lines",
        "relation",
        "select",
        "postgres",
        "42p01",
        ".rs",
        "panicked",
        "crates/",
    ] {
        assert!(!text.contains(inside), "{inside}: {text}");
    }
    conn.execute("alter table elsewhere rename to order_lines", &[])
        .await
        .unwrap();
    drop(conn);
    guest.get(&order).await.expect(200);
    shop.close().await;
}
