//! One payment of 100.00, asked back by many at once: no more goes than came, and the provider's
//! ledger says the same as ours.

use futures_util::{FutureExt, future::BoxFuture};
use http::StatusCode;
use ids::VariantId;
use serde_json::{Value, json};

use super::payment::deliver;
use crate::world::{
    Client, Shop, place_body,
    race::{
        Held, Racers, at_once, caught, equal, every_round, holds, patient_shop, rounds, statuses,
    },
};

const ROUNDS: usize = 10;
const TOTAL: i64 = 10_000;
const REFUNDS: &str = "/api/v1/admin/payments/refunds/";

struct Field {
    shop: Shop,
    racers: Racers,
    variant: VariantId,
    staff: String,
}

/// A paid order: its id, the payment's reference.
struct Paid {
    order: String,
    tx_ref: String,
}

impl Field {
    async fn open(guards: &[&str], racers: usize) -> Self {
        let shop = patient_shop(guards).await;
        let provider = shop.provider();
        let habits = [
            ("/__sim/webhook", json!({ "drop": true })),
            ("/__sim/variants", json!({ "refund_progress": "manual" })),
        ];
        for (path, habit) in habits {
            provider.patch(path, habit).await.expect(200);
        }
        let racers = Racers::open(&shop, racers).await;
        let variant = shop.product("paid", &[(TOTAL, 100_000)]).await[0];
        let rights = ["orders.read", "payments.refund"];
        let staff = shop.staff_token("refunder", &rights).await;
        Self {
            shop,
            racers,
            variant,
            staff,
        }
    }

    fn staff(&self) -> Client {
        self.shop.client().bearer(&self.staff)
    }

    async fn pay(&self) -> Paid {
        let cart = self.racers.cart(&self.shop, &[(self.variant, 1)]).await;
        let buyer = self.racers.guest(0);
        let body = place_body(&cart);
        let order = buyer.post("/api/v1/orders/", body).await.expect(201);
        let (tx_ref, _) = self.shop.initiate(&buyer, &order.body).await;
        let path = format!("/__sim/transactions/{tx_ref}/pay");
        self.shop
            .provider()
            .post(&path, json!({}))
            .await
            .expect(200);
        let verify = format!("/api/v1/payment/verify/{tx_ref}/");
        buyer.get(&verify).await.expect(200);
        Paid {
            order: order.text("/id"),
            tx_ref,
        }
    }

    /// Staff on every connection ask for so much, each with a wish of their own.
    async fn all_ask(&self, round: usize, paid: &Paid, minor: i64) -> Vec<crate::world::Answer> {
        let body = json!({
            "order_id": paid.order, "amount": { "amount": minor, "currency": "ETB" },
            "reason": "a race",
        });
        let asking = self.racers.lines().enumerate().map(|(n, line)| {
            let who = line.bearer(&self.staff).key(&format!("{round}-{n}"));
            let body = body.clone();
            async move { who.post(REFUNDS, body).await }
        });
        at_once(asking).await
    }

    /// The provider's refunds of a payment, in its order.
    async fn theirs(&self, paid: &Paid) -> Vec<Value> {
        let provider = self.shop.provider();
        let all = provider.get("/__sim/refunds").await.expect(200).body;
        let all = all.as_array().unwrap().iter();
        all.filter(|refund| refund["tx_ref"] == paid.tx_ref)
            .cloned()
            .collect()
    }

    /// (open, done) of the payment by our books.
    async fn ours(&self, paid: &Paid) -> (i64, i64) {
        let column = |name: &str| {
            format!(
                "select {name} from captures where order_id = '{}'",
                paid.order
            )
        };
        let open = self.shop.number(&column("refunding_minor")).await;
        (open, self.shop.number(&column("refunded_minor")).await)
    }

    /// Everything that was promised is with the buyer, by both ledgers, refund by refund.
    async fn settle(&self, paid: &Paid, expected: (usize, i64)) -> Held {
        self.shop.run_jobs().await;
        let sum = |refunds: &[Value]| -> i64 {
            let amounts = refunds.iter().map(|refund| refund["amount_minor"].as_i64());
            amounts.map(Option::unwrap).sum()
        };
        let theirs = self.theirs(paid).await;
        equal("theirs", &(theirs.len(), sum(&theirs)), &expected)?;
        for refund in &theirs {
            let path = format!(
                "/__sim/refunds/{}/complete",
                refund["ref_id"].as_str().unwrap()
            );
            self.shop
                .provider()
                .post(&path, json!({}))
                .await
                .expect(200);
        }
        self.settle_by_checks(paid).await?;
        equal("ours", &self.ours(paid).await, &(0, expected.1))
    }
}

/// So many wishes of so much at once; so many can be met.
async fn wishes(field: &Field, round: usize, minor: i64, met: usize) -> Held {
    let paid = field.pay().await;
    let answers = field.all_ask(round, &paid, minor).await;
    let promised = i64::try_from(met).unwrap() * minor;
    let (open, done) = field.ours(&paid).await;
    holds("promised", open + done <= TOTAL, (open, done))?;
    let counts = statuses(&answers);
    let refused = field.racers.count() - met;
    let expected = [(201, met), (409, refused)].into();
    equal("answers", &counts, &expected)?;
    equal("open", &(open, done), &(promised, 0))?;
    field.settle(&paid, (met, promised)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_times_sixty_one_goes_back() {
    let field = Field::open(&[], 2).await;
    every_round(rounds(ROUNDS), async |round| {
        wishes(&field, round, 6_000, 1).await
    })
    .await;
    field.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_times_twenty_five_go_back() {
    let field = Field::open(&[], 10).await;
    every_round(rounds(ROUNDS), async |round| {
        wishes(&field, round, 2_000, 5).await
    })
    .await;
    field.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_guard_more_goes_back_than_came() {
    let field = Field::open(&["refund guard"], 10).await;
    field
        .shop
        .drop_constraint("captures", "captures_given_back_within")
        .await;
    caught("promised", 50, async |round| {
        wishes(&field, round, 2_000, 5).await
    })
    .await;
    field.shop.close_broken().await;
}

type Told = BoxFuture<'static, Option<StatusCode>>;

fn wish(paid: &Paid, minor: i64) -> Value {
    json!({
        "order_id": paid.order, "amount": { "amount": minor, "currency": "ETB" },
        "reason": "a race",
    })
}

/// A refund that the provider has given and of which the shop has heard nothing yet: the path to
/// ask about it, and the webhook that was kept back.
async fn given(field: &Field, round: usize, paid: &Paid) -> (String, Value) {
    let first = field
        .staff()
        .key(&format!("first-{round}"))
        .post(REFUNDS, wish(paid, 6_000))
        .await
        .expect(201);
    field.shop.run_jobs().await;
    let theirs = field.theirs(paid).await;
    let ref_id = theirs[0]["ref_id"].as_str().unwrap();
    let provider = field.shop.provider();
    let path = format!("/__sim/refunds/{ref_id}/complete");
    provider.post(&path, json!({})).await.expect(200);
    let sent = provider.get("/__sim/webhooks").await.expect(200).body;
    let kept = sent.as_array().unwrap().iter().rev();
    let webhook = kept
        .filter(|webhook| webhook["tx_ref"] == *paid.tx_ref)
        .find(|webhook| webhook["body"].as_str().unwrap().contains("refund"))
        .expect("a webhook that was kept back");
    let check = format!("{REFUNDS}{}/check/", first.text("/id"));
    (check, webhook.clone())
}

/// The end of one refund is told by the webhook, by staff who ask and by two workers, while
/// others ask for the rest of the money.
async fn news(field: &Field, round: usize) -> Held {
    let paid = field.pay().await;
    let (check, webhook) = given(field, round, &paid).await;
    let mut told: Vec<Told> = Vec::new();
    for (n, line) in field.racers.lines().enumerate() {
        let who = line.bearer(&field.staff);
        let (check, webhook) = (check.clone(), webhook.clone());
        let (asks, rest) = (who.key(&format!("rest-{round}-{n}")), wish(&paid, 4_000));
        told.push(match n % 3 {
            0 => async move { Some(who.post(&check, json!({})).await.status) }.boxed(),
            1 => async move { Some(deliver(line, webhook).await) }.boxed(),
            _ => async move {
                asks.post(REFUNDS, rest).await;
                None
            }
            .boxed(),
        });
    }
    for _ in 0..2 {
        let worker = nexus::workers::worker(&field.shop.app);
        let work = async move {
            worker.run_due().await.unwrap();
            None
        };
        told.push(work.boxed());
    }
    let answers: Vec<_> = at_once(told).await.into_iter().flatten().collect();
    let expected = vec![StatusCode::OK; answers.len()];
    equal("answers", &answers, &expected)?;
    let order = &paid.order;
    let events = format!(
        "select count(*) from events where subject_id = '{order}'
             and name = 'refund.succeeded'"
    );
    equal("events", &field.shop.number(&events).await, &1)?;
    let refunds = format!("select count(*) from refunds where order_id = '{order}'");
    equal("refunds", &field.shop.number(&refunds).await, &2)?;
    field.settle_rest(&paid).await
}

impl Field {
    /// The second refund ends as well; the whole is back.
    async fn settle_rest(&self, paid: &Paid) -> Held {
        self.shop.run_jobs().await;
        for refund in self.theirs(paid).await {
            let path = format!(
                "/__sim/refunds/{}/complete",
                refund["ref_id"].as_str().unwrap()
            );
            // The first has ended already.
            self.shop.provider().post(&path, json!({})).await;
        }
        self.settle_by_checks(paid).await?;
        let theirs = self.theirs(paid).await;
        equal("theirs", &theirs.len(), &2)?;
        equal("ours", &self.ours(paid).await, &(0, TOTAL))
    }

    async fn settle_by_checks(&self, paid: &Paid) -> Held {
        let listed = format!("{REFUNDS}?limit=100&order_id={}", paid.order);
        let listed = self.staff().get(&listed).await.expect(200).body;
        for refund in listed["data"].as_array().unwrap() {
            let path = format!("{REFUNDS}{}/check/", refund["id"].as_str().unwrap());
            let checked = self.staff().post(&path, json!({})).await.expect(200);
            equal("state", &checked.text("/state"), &"succeeded".to_owned())?;
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_everybody_tells_ends_once() {
    let field = Field::open(&[], 9).await;
    every_round(rounds(ROUNDS), async |round| news(&field, round).await).await;
    field.shop.close().await;
}
