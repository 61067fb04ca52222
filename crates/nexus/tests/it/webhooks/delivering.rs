//! From a committed event to a receiver that has taken it.

use chrono::TimeDelta;
use serde_json::json;

use super::{DELIVERIES, ENDPOINTS, newest, order, states, subscribe, told};
use crate::world::{Receiver, Shop, receiver::Manner};

/// The pauses that the documentation declares, each spread by a tenth at the most.
const PAUSES: [TimeDelta; 9] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
    TimeDelta::hours(14),
    TimeDelta::hours(16),
    TimeDelta::hours(24),
];

/// Long enough for the spread.
fn whole(pause: TimeDelta) -> TimeDelta {
    pause + pause / 10 + TimeDelta::seconds(1)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_is_told_in_order_signed_and_numbered() {
    let receiver = Receiver::open().await;
    let (shop, owner, endpoint) = told(&receiver, &["order.*"]).await;
    let secret = endpoint.text("/secret");
    let variant = shop.product("coffee", &[(125_000, 9)]).await[0];
    let (guest, placed) = shop.guest_order(&[(variant, 1)]).await;
    let (_, page) = shop.initiate(&guest, &placed).await;
    shop.on_page(&page, "pay").await.expect(302);
    shop.run_jobs().await;

    assert_eq!(receiver.events(), ["order.placed", "order.paid"]);
    for (number, received) in (1..).zip(receiver.received()) {
        assert_eq!(received.body["sequence"], number);
        assert_eq!(received.body["object_id"], placed["id"]);
        assert_eq!(received.body["data"]["id"], placed["id"]);
        assert_eq!(received.body["data"]["total"], placed["total"]);
        assert_eq!(received.header("webhook-id"), received.text_of("id"));
        assert_eq!(received.header("content-type"), "application/json");
        let at = shop.now().timestamp().to_string();
        assert_eq!(received.header("webhook-timestamp"), at);
        assert_eq!(received.right_signatures(&secret), 1);
    }
    let delivery = newest(&owner).await;
    assert_eq!(delivery["state"], "delivered");
    assert_eq!(delivery["event"], "order.paid");
    assert_eq!(delivery["tries"][0]["status"], 200);
    assert_eq!(delivery["tries"][0]["answer"], "noted");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_fails_is_tried_by_the_schedule_and_then_paused() {
    let (down, up) = (Receiver::open().await, Receiver::open().await);
    let (shop, owner, endpoint) = told(&down, &["order.placed"]).await;
    subscribe(&owner, &up, &[]).await;
    down.behave(Manner::Status(500));
    order(&shop, "coffee").await;
    shop.run_jobs().await;
    assert_eq!((down.received().len(), up.received().len()), (1, 1));
    for (tried, pause) in (1..).zip(PAUSES) {
        // Not a second too early.
        shop.advance(pause - TimeDelta::seconds(1));
        shop.run_jobs().await;
        assert_eq!(down.received().len(), tried, "before {pause}");
        shop.advance(whole(pause) - pause + TimeDelta::seconds(1));
        shop.run_jobs().await;
        assert_eq!(down.received().len(), tried + 1, "after {pause}");
    }
    let first = down.received()[0].clone();
    for received in down.received() {
        assert_eq!(received.text, first.text);
        assert_eq!(received.header("webhook-id"), first.header("webhook-id"));
        assert_eq!(received.right_signatures(&endpoint.text("/secret")), 1);
    }
    let later = shop.staff("later", &["webhooks.manage"]).await;
    let path = format!("{ENDPOINTS}{}/", endpoint.text("/id"));
    let stopped = later.get(&path).await.expect(200);
    assert_eq!(stopped.body["state"], "paused");
    assert_eq!(stopped.body["reason"], "nothing has arrived for three days");
    let dead = later
        .get(&format!("{DELIVERIES}?state=dead"))
        .await
        .expect(200);
    assert_eq!(dead.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(dead.body["data"][0]["attempts"], 10);
    // The other one has heard that this one is stopped.
    assert!(up.events().contains(&"webhook_endpoint.paused".to_owned()));
    assert!(!up.events().is_empty());
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_yes_is_tried_again_and_a_redirect_leads_nowhere() {
    let (receiver, elsewhere) = (Receiver::open().await, Receiver::open().await);
    let (shop, owner, _) = told(&receiver, &["order.placed"]).await;
    for status in [199, 300, 304, 400, 401, 404, 409, 418, 429, 500, 502, 503] {
        receiver.next([Manner::Status(status), Manner::Status(204)]);
        let before = receiver.received().len();
        order(&shop, &format!("coffee-{status}")).await;
        shop.run_jobs().await;
        assert_eq!(receiver.received().len(), before + 1, "{status}");
        shop.advance(whole(PAUSES[0]));
        shop.run_jobs().await;
        assert_eq!(receiver.received().len(), before + 2, "{status}");
        assert_eq!(newest(&owner).await["state"], "delivered", "{status}");
    }
    receiver.next([Manner::Redirect(elsewhere.url.clone())]);
    order(&shop, "redirected").await;
    shop.run_jobs().await;
    assert_eq!(newest(&owner).await["tries"][0]["status"], 302);
    assert_eq!(elsewhere.received().len(), 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hanging_and_endless_answers_are_bounded() {
    let receiver = Receiver::open().await;
    let shop = Shop::open_with(kit::sabotage::Sabotage::none(), |settings| {
        settings.webhooks.total_timeout_ms = 300;
    })
    .await;
    let owner = shop.superuser().await;
    subscribe(&owner, &receiver, &["order.placed"]).await;
    receiver.next([Manner::Hang]);
    order(&shop, "hanging").await;
    shop.run_jobs().await;
    let hung = newest(&owner).await;
    assert_eq!(hung["tries"][0]["error"], "no answer in time");
    assert_eq!(hung["state"], "pending");
    shop.advance(whole(PAUSES[0]));
    receiver.next([Manner::Huge]);
    shop.run_jobs().await;
    let huge = newest(&owner).await;
    assert_eq!(huge["state"], "delivered");
    assert_eq!(huge["tries"][1]["answer"].as_str().unwrap().len(), 1_000);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_gone_is_told_nothing_more() {
    let receiver = Receiver::open().await;
    let (shop, owner, endpoint) = told(&receiver, &["order.placed"]).await;
    receiver.behave(Manner::Status(410));
    order(&shop, "coffee").await;
    shop.run_jobs().await;
    let path = format!("{ENDPOINTS}{}/", endpoint.text("/id"));
    assert_eq!(owner.get(&path).await.expect(200).body["state"], "disabled");
    assert_eq!(states(&owner).await, ["dead"]);
    order(&shop, "tea").await;
    shop.run_jobs().await;
    assert_eq!(receiver.received().len(), 1);
    assert_eq!(states(&owner).await, ["dead"]);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_sent_again_on_demand_once_per_key() {
    let receiver = Receiver::open().await;
    let (shop, owner, endpoint) = told(&receiver, &["order.placed"]).await;
    for slug in ["one", "two", "three"] {
        order(&shop, slug).await;
    }
    shop.run_jobs().await;
    let id = newest(&owner).await["id"].as_str().unwrap().to_owned();
    let again = owner.key("again-1");
    let path = format!("{DELIVERIES}{id}/redeliver/");
    let made = again.post(&path, json!({})).await.expect(202);
    let replayed = again.post(&path, json!({})).await.expect(202);
    assert_eq!(made.body, replayed.body);
    shop.run_jobs().await;
    let received = receiver.received();
    assert_eq!(received.len(), 4);
    assert_eq!(
        received[3].header("webhook-id"),
        received[2].header("webhook-id")
    );
    assert_eq!(received[3].body["sequence"], 4);
    assert_eq!(received[3].body["data"], received[2].body["data"]);

    let path = format!("{ENDPOINTS}{}/redeliver/", endpoint.text("/id"));
    let range = json!({ "first_sequence": 1, "last_sequence": 2 });
    let made = owner.post(&path, range).await.expect(202);
    assert_eq!(made.body["delivery_ids"].as_array().unwrap().len(), 2);
    shop.run_jobs().await;
    let received = receiver.received();
    assert_eq!(received.len(), 6);
    let ids: Vec<&str> = received
        .iter()
        .map(|one| one.header("webhook-id"))
        .collect();
    assert_eq!((ids[4], ids[5]), (ids[0], ids[1]));
    for (first, last) in [(0, 1), (-1, 1), (2, 1)] {
        let range = json!({ "first_sequence": first, "last_sequence": last });
        owner.post(&path, range).await.refused(422, "invalid_body");
    }
    shop.close().await;
}
