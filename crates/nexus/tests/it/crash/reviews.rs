//! The server dies while staff decide about money that waits: the decision is booked once.

use serde_json::json;

use super::refunds::{bought, insist, open, work};

/// Where the server dies.
pub(super) const OF_THE_SERVER: &[&str] = &[
    "before commit of resolve_payment_review",
    "after commit of resolve_payment_review",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_books_a_decision_once() {
    let (shop, mut server, owner) = open().await;
    let coffee = shop.product("coffee", 1_000).await;
    for (number, point) in OF_THE_SERVER.iter().enumerate() {
        let bought = bought(&shop, &format!("review-{number}"), coffee).await;
        let reverse = format!("/__sim/transactions/{}/reverse", bought.tx_ref);
        let provider = shop.provider();
        provider.post(&reverse, json!({})).await.expect(200);
        let day = json!({ "advance_seconds": 600 });
        provider.post("/__sim/clock", day).await.expect(200);
        work(&shop).await;
        let open_reviews = "/api/v1/admin/payments/reviews/?is_open=true";
        let id = owner.get(open_reviews).await.expect(200).text("/data/0/id");
        server.kill().await;
        server = shop.server(Some(*point)).await;
        let key = owner.key(&format!("review-{number}"));
        let resolve = format!("/api/v1/admin/payments/reviews/{id}/resolve/");
        let word = json!({ "action": "accept", "note": "the bank said so" });
        let decided = insist(&shop, &mut server, (&key, &resolve, &word)).await;
        assert_eq!(
            decided.expect(200).text("/resolution"),
            "accepted",
            "{point}"
        );
        let booked = format!("select count(*) from ledger_transfers where fact = 'review:{id}'");
        assert_eq!(shop.number(&booked).await, 1, "{point}");
        let order = format!(
            "select refunded_minor from orders where id = '{}'",
            bought.order_id
        );
        assert_eq!(shop.number(&order).await, 250_000, "{point}");
        work(&shop).await;
        shop.assert_audit_clean().await;
    }
}
