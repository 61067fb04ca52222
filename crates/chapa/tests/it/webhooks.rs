//! Webhooks in every form the simulator can send, judged by the library.

use chapa::Secret;
use chapa::webhook::{Authenticity, NoticeError, authenticate, parse};
use serde_json::json;

use crate::shop::{Received, Shop};
use crate::simulator::{Simulator, WEBHOOK_SECRET, transaction, within};

async fn open() -> (Simulator, Shop) {
    let shop = Shop::open().await;
    let webhook_url = format!("{}/webhook", shop.url);
    let simulator = Simulator::start_with(&["--webhook-url", &webhook_url]);
    (simulator, shop)
}

fn judge(received: &Received) -> Authenticity {
    authenticate(
        &[Secret::new(WEBHOOK_SECRET)],
        &received.headers,
        &received.body,
    )
}

#[tokio::test]
async fn each_behaviour_is_judged() {
    use Authenticity::{Invalid, Signed, StaticToken};
    let (simulator, mut shop) = open().await;
    let behaviours = [
        (json!({}), Signed),
        (json!({"headers": "x_only"}), Signed),
        (json!({"headers": "static_only"}), StaticToken),
        (json!({"headers": "static_over_body"}), Signed),
        (json!({"headers": "none"}), Invalid),
        (
            json!({"headers": "basic", "basic_user": "u", "basic_password": "p"}),
            Invalid,
        ),
        (json!({"bad_signature": true}), Invalid),
        (
            json!({"bad_signature": true, "headers": "static_only"}),
            Invalid,
        ),
        (json!({"body": "tampered_amount"}), StaticToken),
        (
            json!({"body": "tampered_amount", "headers": "x_only"}),
            Invalid,
        ),
        (json!({"body": "nested"}), Signed),
        (json!({"body": "unknown_event"}), Signed),
        (json!({"body": "short_names"}), Signed),
        (json!({"body": "huge"}), Signed),
        (json!({"body": "invalid_json"}), Signed),
    ];
    for (index, (mut behaviour, authenticity)) in behaviours.into_iter().enumerate() {
        behaviour["times"] = 1.into();
        let tx_ref = format!("ord-{index}");
        within(simulator.client().initialize(&transaction(&tx_ref)))
            .await
            .unwrap();
        simulator.patch("webhook", behaviour.clone()).await;
        simulator
            .post(&format!("transactions/{tx_ref}/pay"), json!({}))
            .await;
        let received = shop.next().await;
        assert_eq!(judge(&received), authenticity, "{behaviour}");
        let notice = parse(&received.body);
        if behaviour["body"] == "invalid_json" {
            assert_eq!(notice, Err(NoticeError::Malformed));
        } else {
            assert_eq!(notice.unwrap().tx_ref, Some(tx_ref), "{behaviour}");
        }
    }
    assert_eq!(simulator.get("webhook").await["headers"], "both");
}

#[tokio::test]
async fn the_signed_bytes_are_those_of_php() {
    let (simulator, mut shop) = open().await;
    let mut new = transaction("ord-1");
    new.first_name = Some("አበበ".to_owned());
    new.last_name = Some("😀".to_owned());
    new.logo_url = Some("https://shop.et/logo.png".to_owned());
    within(simulator.client().initialize(&new)).await.unwrap();
    simulator.post("transactions/ord-1/pay", json!({})).await;
    let received = shop.next().await;
    let text = std::str::from_utf8(&received.body).unwrap();
    assert!(text.is_ascii());
    assert!(
        text.contains(r#""first_name":"\u12a0\u1260\u1260","last_name":"\ud83d\ude00""#),
        "{text}"
    );
    assert!(text.contains(r"https:\/\/shop.et\/logo.png"), "{text}");
    assert_eq!(judge(&received), Authenticity::Signed);
    // Read and written again, it is another text: only the raw bytes are signed.
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(value["first_name"], "አበበ");
    let again = serde_json::to_vec(&value).unwrap();
    let secrets = [Secret::new(WEBHOOK_SECRET)];
    assert_eq!(
        authenticate(&secrets, &received.headers, &again),
        Authenticity::StaticToken
    );
}

#[tokio::test]
async fn copies_arrive_together_and_are_recognised() {
    let (simulator, mut shop) = open().await;
    within(simulator.client().initialize(&transaction("ord-1")))
        .await
        .unwrap();
    simulator.patch("webhook", json!({"duplicates": 2})).await;
    simulator.post("transactions/ord-1/pay", json!({})).await;
    let first = parse(&shop.next().await.body).unwrap().dedupe;
    for _ in 0..2 {
        assert_eq!(parse(&shop.next().await.body).unwrap().dedupe, first);
    }
    assert_eq!(shop.waiting(), 0);
}

#[tokio::test]
async fn unanswered_webhooks_are_sent_ten_times_at_most() {
    let (simulator, mut shop) = open().await;
    shop.answer_with(503);
    simulator.paid("ord-1").await;
    let first = shop.next().await.body;
    for _ in 2..=10 {
        simulator
            .post("clock", json!({"advance_seconds": 599}))
            .await;
        assert_eq!(shop.waiting(), 0);
        simulator.post("clock", json!({"advance_seconds": 1})).await;
        assert_eq!(shop.next().await.body, first);
    }
    simulator
        .post("clock", json!({"advance_seconds": 86_400}))
        .await;
    assert_eq!(shop.waiting(), 0);
    let kept = simulator.get("webhooks").await;
    assert_eq!(kept[0]["state"], "given_up");
    assert_eq!(kept[0]["deliveries"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn only_200_ends_the_retries() {
    let (simulator, mut shop) = open().await;
    for status in [201, 204, 302, 404] {
        shop.answer_with(status);
        let tx_ref = format!("ord-{status}");
        simulator.paid(&tx_ref).await;
        shop.next().await;
    }
    shop.answer_with(200);
    simulator
        .post("clock", json!({"advance_seconds": 600}))
        .await;
    for _ in 0..4 {
        shop.next().await;
    }
    for webhook in simulator.get("webhooks").await.as_array().unwrap() {
        assert_eq!(webhook["state"], "delivered");
        assert_eq!(webhook["deliveries"].as_array().unwrap().len(), 2);
    }
    simulator
        .post("clock", json!({"advance_seconds": 86_400}))
        .await;
    assert_eq!(shop.waiting(), 0);
}

#[tokio::test]
async fn dropped_webhooks_are_sent_when_asked_for() {
    let (simulator, mut shop) = open().await;
    simulator.patch("webhook", json!({"drop": true})).await;
    simulator.paid("ord-1").await;
    simulator.paid("ord-2").await;
    simulator
        .post("clock", json!({"advance_seconds": 86_400}))
        .await;
    assert_eq!(shop.waiting(), 0);
    // The other way round, and one of them twice.
    for (id, tx_ref) in [(2, "ord-2"), (1, "ord-1"), (1, "ord-1")] {
        let sent = simulator
            .post(&format!("webhooks/{id}/redeliver"), json!({}))
            .await;
        assert_eq!(sent["statuses"], json!([200]));
        let notice = parse(&shop.next().await.body).unwrap();
        assert_eq!(notice.tx_ref.as_deref(), Some(tx_ref));
    }
    assert_eq!(
        simulator
            .try_post("webhooks/3/redeliver", json!({}))
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn a_delayed_webhook_comes_after_the_callback() {
    let (simulator, mut shop) = open().await;
    let mut new = transaction("ord-1");
    new.callback_url = Some(format!("{}/callback", shop.url));
    within(simulator.client().initialize(&new)).await.unwrap();
    simulator.patch("webhook", json!({"delay_ms": 100})).await;
    simulator.post("transactions/ord-1/pay", json!({})).await;
    assert_eq!(shop.next().await.path, "/callback");
    assert_eq!(shop.next().await.path, "/webhook");
}
