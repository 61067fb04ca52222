//! One payment, told by everybody at once: the webhook, the callback, the buyer who asks, the
//! workers. One capture, one event, one receipt, one sale.

use futures_util::{FutureExt, future::BoxFuture};
use http::{Method, StatusCode};
use ids::VariantId;
use serde_json::{Value, json};

use crate::world::{
    Client, Shop, place_body,
    race::{Held, Racers, at_most, at_once, caught, equal, every_round, patient_shop, rounds},
};

const ROUNDS: usize = 15;

/// A payment that the provider has taken and of which the shop has heard nothing yet.
struct Paid {
    order: String,
    tx_ref: String,
    webhook: Value,
}

async fn pay(shop: &Shop, buyer: &Client, cart: &str) -> Paid {
    let order = buyer
        .post("/api/v1/orders/", place_body(cart))
        .await
        .expect(201);
    let (tx_ref, _) = shop.initiate(buyer, &order.body).await;
    let provider = shop.provider();
    let path = format!("/__sim/transactions/{tx_ref}/pay");
    provider.post(&path, json!({})).await.expect(200);
    let sent = provider.get("/__sim/webhooks").await.expect(200);
    let sent = sent.body.as_array().unwrap().clone();
    let webhook = sent
        .into_iter()
        .find(|webhook| webhook["tx_ref"] == *tx_ref);
    Paid {
        order: order.text("/id"),
        tx_ref,
        webhook: webhook.expect("a webhook that was kept back"),
    }
}

/// The webhook's exact bytes with its signatures.
pub(super) async fn deliver(line: Client, webhook: Value) -> StatusCode {
    let mut line = line;
    for header in webhook["headers"].as_array().unwrap() {
        let (name, value) = (header[0].as_str().unwrap(), header[1].as_str().unwrap());
        if name.to_ascii_lowercase().contains("signature") {
            line = line.with(name, value);
        }
    }
    let body = webhook["body"].as_str().unwrap().as_bytes().to_vec();
    let path = "/api/v1/payment/webhook/chapa/";
    let sent = line.try_raw(Method::POST, path, "application/json", Some(body));
    sent.await.unwrap().status
}

type Told = BoxFuture<'static, Option<StatusCode>>;

/// Three of each who bring the news, and two workers.
fn tell(shop: &Shop, racers: &Racers, paid: &Paid) -> Vec<Told> {
    let verify = format!("/api/v1/payment/verify/{}/", paid.tx_ref);
    let callback = format!("/api/v1/payment/callback/?trx_ref={}", paid.tx_ref);
    let mut told: Vec<Told> = Vec::new();
    for (n, line) in racers.lines().enumerate() {
        let (verify, callback, webhook) = (verify.clone(), callback.clone(), paid.webhook.clone());
        told.push(match n % 3 {
            0 => async move { Some(line.get(&verify).await.status) }.boxed(),
            1 => async move { Some(line.get(&callback).await.status) }.boxed(),
            _ => async move { Some(deliver(line, webhook).await) }.boxed(),
        });
    }
    for _ in 0..2 {
        let worker = nexus::workers::worker(&shop.app);
        let work = async move {
            worker.run_due().await.unwrap();
            None
        };
        told.push(work.boxed());
    }
    told
}

async fn triple(shop: &Shop, racers: &Racers, variant: VariantId) -> Held {
    let (on_hand, reserved) = shop.stock(variant).await;
    let cart = racers.cart(shop, &[(variant, 2)]).await;
    let paid = pay(shop, &racers.guest(0), &cart).await;
    let answers = at_once(tell(shop, racers, &paid)).await;
    shop.run_jobs().await;
    let order = &paid.order;
    let count = async |what: &str| shop.number(&format!("select count(*) from {what}")).await;
    let captures = count(&format!("captures where order_id = '{order}'")).await;
    at_most("captures", captures, 1)?;
    let answers: Vec<_> = answers.into_iter().flatten().collect();
    equal("answers", &answers, &vec![StatusCode::OK; racers.count()])?;
    for (what, rows) in [
        (
            "capture",
            format!("captures where order_id = '{order}' and disposition = 'applied'"),
        ),
        (
            "event",
            format!("events where name = 'order.paid' and subject_id = '{order}'"),
        ),
        (
            "receipt",
            format!("jobs where kind = 'send_receipt' and unique_key = '{order}'"),
        ),
        (
            "mail",
            format!("mails where subject_id = '{order}' and state = 'sent'"),
        ),
        (
            "sale",
            format!("stock_movements where kind = 'sale' and order_id = '{order}'"),
        ),
        (
            "claim",
            format!("reservations where state = 'claimed' and order_id = '{order}'"),
        ),
        (
            "order",
            format!("orders where status = 'paid' and id = '{order}'"),
        ),
        (
            "webhook",
            format!("webhooks_received where tx_ref = '{}'", paid.tx_ref),
        ),
    ] {
        equal(what, &count(&rows).await, &1)?;
    }
    equal(
        "stock",
        &shop.stock(variant).await,
        &(on_hand - 2, reserved),
    )
}

/// A shop whose provider keeps its webhooks back; three connections for each kind of news.
async fn open(guards: &[&str]) -> (Shop, Racers, VariantId) {
    let shop = patient_shop(guards).await;
    let keep_back = json!({ "drop": true });
    let provider = shop.provider();
    provider
        .patch("/__sim/webhook", keep_back)
        .await
        .expect(200);
    let racers = Racers::open(&shop, 9).await;
    let variant = shop.product("paid", &[(10_000, 100_000)]).await[0];
    (shop, racers, variant)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_everybody_tells_is_captured_once() {
    let (shop, racers, variant) = open(&[]).await;
    every_round(rounds(ROUNDS), async |_| {
        triple(&shop, &racers, variant).await
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_guard_a_payment_is_captured_twice() {
    let (shop, racers, variant) = open(&["capture once"]).await;
    shop.drop_constraint("captures", "captures_attempt_key")
        .await;
    shop.drop_constraint("captures", "captures_provider_reference_key")
        .await;
    shop.drop_index("captures_applied_key").await;
    caught("captures", 50, async |_| {
        triple(&shop, &racers, variant).await
    })
    .await;
    shop.close_broken().await;
}
