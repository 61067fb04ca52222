//! What a test does about refunds: pay, ask for money back, look at both ledgers.

use chrono::TimeDelta;
use ids::VariantId;
use serde_json::{Value, json};

use crate::world::{Answer, Client, Shop};

/// A paid order, and somebody who may give its money back.
pub(super) struct Paid {
    pub(super) shop: Shop,
    pub(super) owner: Client,
    pub(super) guest: Client,
    pub(super) order: String,
    pub(super) tx_ref: String,
    pub(super) variants: Vec<VariantId>,
    pub(super) keys: std::cell::Cell<u32>,
}

/// What the order of [`Paid`] costs: three units at 100.00 and two at 50.00.
pub(super) const TOTAL: i64 = 40_000;

impl Paid {
    /// In a shop whose provider moves refunds only when it is told to.
    pub(super) async fn new() -> Self {
        Self::within(3_000).await
    }

    /// The same, with so many milliseconds for a call to the provider.
    pub(super) async fn within(timeout_ms: u64) -> Self {
        let change = |settings: &mut nexus::config::Settings| {
            settings.payments.total_timeout_ms = timeout_ms
        };
        let shop = Shop::open_with(kit::sabotage::Sabotage::none(), change).await;
        shop.vary(json!({ "refund_progress": "manual" })).await;
        let variants = shop
            .product("cup", &[(10_000, 1_000), (5_000, 1_000)])
            .await;
        let owner = shop.superuser().await;
        let (guest, order, tx_ref) = pay(&shop, &variants).await;
        Self {
            shop,
            owner,
            guest,
            order,
            tx_ref,
            variants,
            keys: std::cell::Cell::new(0),
        }
    }

    /// Another order of the same goods is paid; the one before is left as it is.
    pub(super) async fn next(&mut self) {
        let (guest, order, tx_ref) = pay(&self.shop, &self.variants).await;
        (self.guest, self.order, self.tx_ref) = (guest, order, tx_ref);
    }

    /// Staff whose session has ended in the meantime are signed in again.
    pub(super) async fn sign_in_again(&mut self) {
        self.keys.set(self.keys.get() + 1);
        let name = format!("owner-{}", self.keys.get());
        self.owner = self
            .shop
            .staff(&name, &["orders.read", "payments.refund"])
            .await;
    }

    /// Asks for money back: of the order where the body names nothing.
    pub(super) async fn ask(&self, body: Value) -> Answer {
        let mut body = body;
        if body.get("capture_id").is_none() && body.get("order_id").is_none() {
            body["order_id"] = json!(self.order);
        }
        if body.get("reason").is_none() {
            body["reason"] = json!("one cup was broken");
        }
        self.keys.set(self.keys.get() + 1);
        let owner = self.owner.key(&format!("refund-{}", self.keys.get()));
        owner.post("/api/v1/admin/payments/refunds/", body).await
    }

    /// Asks for an amount; answers the refund's id.
    pub(super) async fn ask_for(&self, minor: i64) -> String {
        self.ask(json!({ "amount": etb(minor) }))
            .await
            .expect(201)
            .text("/id")
    }

    /// The refund as staff see it.
    pub(super) async fn refund(&self, id: &str) -> Value {
        let path = format!("/api/v1/admin/payments/refunds/{id}/");
        self.owner.get(&path).await.expect(200).body
    }

    pub(super) async fn state(&self, id: &str) -> String {
        self.refund(id).await["state"].as_str().unwrap().to_owned()
    }

    /// Asks the provider about a refund now; answers its state.
    pub(super) async fn check(&self, id: &str) -> String {
        let path = format!("/api/v1/admin/payments/refunds/{id}/check/");
        self.owner
            .post(&path, json!({}))
            .await
            .expect(200)
            .text("/state")
    }

    /// A person says how a refund ended.
    pub(super) async fn confirm(&self, id: &str, outcome: &str) -> Answer {
        let path = format!("/api/v1/admin/payments/refunds/{id}/confirm/");
        self.keys.set(self.keys.get() + 1);
        let owner = self.owner.key(&format!("confirm-{}", self.keys.get()));
        let body = json!({ "outcome": outcome, "note": "seen on the statement" });
        owner.post(&path, body).await
    }

    /// The provider's refunds of the order's payment, oldest first.
    pub(super) async fn at_providers(&self) -> Vec<Value> {
        let refunds = self
            .shop
            .provider()
            .get("/__sim/refunds")
            .await
            .expect(200)
            .body;
        let refunds = refunds.as_array().unwrap().iter();
        refunds
            .filter(|refund| refund["tx_ref"] == self.tx_ref)
            .cloned()
            .collect()
    }

    /// `process`, `complete` or `reverse` what the provider has under our reference.
    pub(super) async fn let_provider(&self, id: &str, action: &str) {
        let reference = self.refund(id).await["reference"].clone();
        let all = self.at_providers().await;
        let ours = all
            .iter()
            .find(|refund| refund["merchant_reference"] == reference)
            .unwrap();
        let ref_id = ours["ref_id"].as_str().unwrap();
        let path = format!("/__sim/refunds/{ref_id}/{action}");
        self.shop
            .provider()
            .post(&path, json!({}))
            .await
            .expect(200);
    }

    /// (open, done, order's refunded, its payment status): how our books stand.
    pub(super) async fn books(&self) -> (i64, i64, i64, String) {
        let counters = |column: &str| {
            format!(
                "select {column} from captures where order_id = '{}'",
                self.order
            )
        };
        let open = self.shop.number(&counters("refunding_minor")).await;
        let done = self.shop.number(&counters("refunded_minor")).await;
        let path = format!("/api/v1/orders/{}/", self.order);
        let order = self.guest.get(&path).await.expect(200);
        let refunded = order.body["refunded"]["amount"].as_i64().unwrap();
        (open, done, refunded, order.text("/payment_status"))
    }

    /// The kinds of the open reviews of the order's payment.
    pub(super) async fn reviews(&self) -> String {
        self.shop.open_reviews(&self.tx_ref).await
    }

    pub(super) async fn wait(&self, time: TimeDelta) {
        self.shop.advance(time);
        self.shop.run_jobs().await;
    }

    pub(super) async fn run(&self) {
        self.shop.run_jobs().await;
    }

    /// What the provider has given back or promised adds up to what we say, refund by refund.
    pub(super) async fn close(self) {
        self.shop.settle_and_close().await;
    }
}

/// `{"amount": …, "currency": "ETB"}`
pub(super) fn etb(minor: i64) -> Value {
    json!({ "amount": minor, "currency": "ETB" })
}

/// A member of each entry of a list.
pub(super) fn words(list: &Value, member: &str) -> Vec<String> {
    let list = list.as_array().unwrap().iter();
    list.map(|entry| entry[member].as_str().unwrap().to_owned())
        .collect()
}

pub(super) async fn pay(shop: &Shop, variants: &[VariantId]) -> (Client, String, String) {
    let (guest, order) = shop
        .guest_order(&[(variants[0], 3), (variants[1], 2)])
        .await;
    let (tx_ref, page) = shop.initiate(&guest, &order).await;
    shop.on_page(&page, "pay").await.expect(302);
    shop.run_jobs().await;
    let order = order["id"].as_str().unwrap().to_owned();
    (guest, order, tx_ref)
}
