//! Several of the staff decide about the same money at once: one decision is carried out and
//! booked, and the others are told that it was too late.

use chrono::TimeDelta;
use ids::VariantId;
use serde_json::json;

use crate::world::{
    Shop, place_body,
    race::{
        Held, Racers, at_most, at_once, caught, equal, every_round, patient_shop, rounds, statuses,
        successes,
    },
};

const ROUNDS: usize = 10;
const STAFF: usize = 4;
const REVIEWS: &str = "/api/v1/admin/payments/reviews/";

struct Desk {
    shop: Shop,
    racers: Racers,
    staff: Vec<String>,
    variants: Vec<VariantId>,
}

impl Desk {
    async fn open(guards: &[&str], count: usize) -> Self {
        let shop = patient_shop(guards).await;
        let drop_all = json!({ "drop": true });
        let provider = shop.provider();
        provider.patch("/__sim/webhook", drop_all).await.expect(200);
        let racers = Racers::open(&shop, STAFF).await;
        let mut staff = Vec::new();
        for n in 0..STAFF {
            let rights = ["orders.read", "payments.manage", "payments.refund"];
            staff.push(shop.staff_token(&format!("payer-{n}"), &rights).await);
        }
        let mut variants = Vec::new();
        for (n, some) in vec![(10_000, 10); count].chunks(400).enumerate() {
            variants.extend(shop.product(&format!("paid-{n}"), some).await);
        }
        Self {
            shop,
            racers,
            staff,
            variants,
        }
    }

    /// A payment that the provider took back: its review.
    async fn reversed(&self, variant: VariantId) -> String {
        let cart = self.racers.cart(&self.shop, &[(variant, 1)]).await;
        let buyer = self.racers.guest(0);
        let order = buyer.post("/api/v1/orders/", place_body(&cart)).await;
        let order = order.expect(201);
        let (tx_ref, _) = self.shop.initiate(&buyer, &order.body).await;
        let provider = self.shop.provider();
        for action in ["pay", "reverse"] {
            let path = format!("/__sim/transactions/{tx_ref}/{action}");
            provider.post(&path, json!({})).await.expect(200);
            let id = "select id::text from payment_attempts order by created_at desc limit 1";
            let row = self.shop.db().await.query_one(id, &[]).await.unwrap();
            let id: String = row.get(0);
            let verify = format!("/api/v1/admin/payments/attempts/{id}/verify/");
            let staff = self.shop.client().bearer(&self.staff[0]);
            let asked = staff.post(&verify, json!({})).await.expect(200);
            assert_eq!(asked.body["tx_ref"], tx_ref.as_str());
            assert_eq!(asked.body["state"], "charged");
        }
        self.shop.advance(TimeDelta::seconds(1));
        let open = self.shop.client().bearer(&self.staff[0]);
        let open = open.get(&format!("{REVIEWS}?is_open=true")).await;
        open.expect(200).text("/data/0/id")
    }
}

/// Half of the staff accept that the buyer has the money back, half bear the loss.
async fn decide(desk: &Desk, round: usize) -> Held {
    let review = desk.reversed(desk.variants[round]).await;
    let path = format!("{REVIEWS}{review}/resolve/");
    let lines = desk.racers.lines().zip(&desk.staff).enumerate();
    let work = lines.map(|(n, (line, token))| {
        let who = line.bearer(token).key(&format!("{round}-{n}"));
        let action = ["accept", "write_off"][(n + round) % 2];
        let (path, body) = (path.clone(), json!({ "action": action, "note": "a race" }));
        async move { who.post(&path, body).await }
    });
    let answers = at_once(work).await;
    at_most("decided", successes(&answers), 1)?;
    let expected = [(200, 1), (409, STAFF - 1)].into();
    equal("answers", &statuses(&answers), &expected)?;
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        equal("code", &answer.body["code"], &"review_resolved".into())?;
    }
    let booked = format!("select count(*) from ledger_transfers where fact = 'review:{review}'");
    equal("booked", &desk.shop.number(&booked).await, &1)?;
    let told = format!(
        "select count(*) from staff_audit
        where subject_id = '{review}' and action like 'review.%'"
    );
    equal("recorded", &desk.shop.number(&told).await, &1)
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_who_decide_at_once_decide_once() {
    let count = rounds(ROUNDS);
    let desk = Desk::open(&[], count).await;
    every_round(count, async |round| decide(&desk, round).await).await;
    desk.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_more_than_one_decides() {
    let desk = Desk::open(&["review lock"], 50).await;
    // The books take a fact once, and an order gives back no more than it cost: second guards.
    for (table, constraint) in [
        ("ledger_transfers", "ledger_transfers_fact_key"),
        ("orders", "orders_refunded_within"),
    ] {
        desk.shop.drop_constraint(table, constraint).await;
    }
    caught("decided", 50, async |round| decide(&desk, round).await).await;
    desk.shop.close_broken().await;
}
