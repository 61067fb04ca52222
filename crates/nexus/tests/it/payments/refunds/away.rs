//! A provider whose door is closed has certainly heard nothing: what it was to be asked for waits,
//! and is sent once when the door opens.

use chrono::TimeDelta;
use serde_json::json;

use super::staff::{Paid, pay, words};
use crate::world::{CHAPA_KEY, Child, Shop};

/// A paid order at a provider whose door can be closed. It sends no webhooks.
async fn paid() -> Paid {
    let args = ["--secret-key", CHAPA_KEY, "--control-listen", "127.0.0.1:0"];
    let simulator = Child::start("chapa-simulator", &args);
    let address = simulator.address("listening");
    let none = kit::sabotage::Sabotage::none();
    let mut shop = Shop::open_with(none, |settings| {
        settings.payments.base_url = format!("http://{address}/v1");
        settings.payments.checkout_hosts = vec![address.clone()];
    })
    .await;
    shop.simulator = simulator;
    shop.vary(json!({ "refund_progress": "manual" })).await;
    let variants = shop.product("cup", &[(10_000, 10), (5_000, 10)]).await;
    let owner = shop.superuser().await;
    let (guest, order, tx_ref) = pay(&shop, &variants).await;
    let keys = std::cell::Cell::new(0);
    Paid {
        shop,
        owner,
        guest,
        order,
        tx_ref,
        variants,
        keys,
    }
}

async fn door(paid: &Paid, is_open: bool) {
    let provider = paid.shop.provider();
    let put = provider.post("/__sim/door", json!({ "open": is_open }));
    put.await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_closed_door_kept_out_is_sent_once_when_it_opens() {
    let mut paid = paid().await;
    let id = paid.ask_for(10_000).await;
    door(&paid, false).await;
    paid.run().await;
    for tries in 1..=3 {
        let refund = paid.refund(&id).await;
        assert_eq!(refund["state"], "requested");
        assert_eq!(refund["submitted_at"], json!(null));
        let outcomes = words(&refund["calls"], "outcome");
        assert_eq!(outcomes, vec!["unavailable"; tries]);
        assert_eq!(paid.books().await, (10_000, 0, 0, "paid".to_owned()));
        assert_eq!(paid.at_providers().await.len(), 0);
        // Asking how far it is asks nobody: there is nothing to ask about.
        assert_eq!(paid.check(&id).await, "requested");
        if tries < 3 {
            paid.wait(TimeDelta::seconds(31)).await;
        }
    }
    door(&paid, true).await;
    paid.wait(TimeDelta::minutes(2)).await;
    assert_eq!(paid.state(&id).await, "processing");
    assert_eq!(paid.at_providers().await.len(), 1);
    paid.let_provider(&id, "complete").await;
    assert_eq!(paid.check(&id).await, "succeeded");
    paid.wait(TimeDelta::minutes(10)).await;
    paid.sign_in_again().await;
    assert_eq!(paid.at_providers().await.len(), 1);
    assert_eq!(paid.shop.calls("refund").await, 1);
    let refund = paid.refund(&id).await;
    assert_eq!(
        words(&refund["history"], "to_state").join(" "),
        "requested submitted requested submitted requested submitted requested submitted \
         processing succeeded"
    );
    let done = (0, 10_000, 10_000, "partially_refunded".to_owned());
    assert_eq!(paid.books().await, done);
    assert_eq!(paid.reviews().await, "");
    paid.close().await;
}
