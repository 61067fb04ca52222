//! The worker dies while it tells a buyer of a parcel: the buyer is told once.

use serde_json::json;

use super::{
    buyer::message_ids,
    refunds::{bought, open, work},
};

/// Where the worker dies.
pub(super) const OF_THE_WORKER: &[&str] = &[
    "after claim of send_parcel_mail",
    "before end of send_parcel_mail",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_tells_of_a_parcel_once() {
    let (shop, _server, owner) = open().await;
    let coffee = shop.product("coffee", 1_000).await;
    for (number, point) in OF_THE_WORKER.iter().enumerate() {
        let bought = bought(&shop, &format!("parcel-{number}"), coffee).await;
        let path = format!("/api/v1/admin/orders/{}/fulfilments/", bought.order_id);
        let parcel = json!({ "lines": [{ "variant_id": coffee, "quantity": 1 }] });
        let key = format!("parcel-{number}");
        let shipped = owner.key(&key).post(&path, parcel).await.expect(201);
        let mut worker = shop.worker(Some(point));
        worker.crashed(point).await;
        work(&shop).await;
        let sent = format!(
            "select count(*) from mails
            where kind = 'order_shipped' and state = 'sent' and subject_id = '{}'",
            shipped.text("/id")
        );
        assert_eq!(shop.number(&sent).await, 1, "{point}");
        // The receipt, and the parcel's mail.
        assert_eq!(message_ids(&shop, &bought.email).await.len(), 2, "{point}");
    }
    shop.assert_provider_agrees().await;
    shop.assert_audit_clean().await;
}
