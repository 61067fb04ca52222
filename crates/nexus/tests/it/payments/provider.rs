//! The provider in a test's hand: what it does, what goes wrong, what it and we know.

use ids::VariantId;
use serde_json::{Value, json};

use crate::world::{Answer, CHAPA_KEY, Client, Shop, WEBHOOK_SECRET, place_body};

/// Where the provider sends its messages.
pub(super) const WEBHOOK: &str = "/api/v1/payment/webhook/chapa/";

/// An order that waits for payment on a page of the provider.
pub(crate) struct Pending {
    pub(crate) guest: Client,
    pub(crate) order: Value,
    pub(crate) order_id: String,
    pub(crate) tx_ref: String,
    pub(crate) page: String,
}

/// The signature of these bytes by the shop's webhook secret.
pub(super) fn sign(body: &[u8]) -> String {
    chapa::webhook::signature(&chapa::Secret::new(WEBHOOK_SECRET), body)
}

impl Shop {
    /// A guest's order of one unit, with its page.
    pub(crate) async fn pending(&self, variant: VariantId) -> Pending {
        let (guest, order) = self.guest_order(&[(variant, 1)]).await;
        let (tx_ref, page) = self.initiate(&guest, &order).await;
        let order_id = order["id"].as_str().unwrap().to_owned();
        Pending {
            guest,
            order,
            order_id,
            tx_ref,
            page,
        }
    }

    /// A guest's order of one unit whose body was changed before it was sent.
    pub(crate) async fn order_with(
        &self,
        variant: VariantId,
        change: impl FnOnce(&mut Value),
    ) -> (Client, Value) {
        let (guest, cart) = self.guest_cart(&[(variant, 1)]).await;
        let mut body = place_body(&cart);
        change(&mut body);
        let order = guest.post("/api/v1/orders/", body).await.expect(201);
        (guest, order.body)
    }

    /// What goes wrong at the provider next.
    pub(crate) async fn play(&self, fault: Value) {
        self.provider()
            .post("/__sim/faults", fault)
            .await
            .expect(200);
    }

    /// Nothing goes wrong at the provider any more.
    pub(crate) async fn mend(&self) {
        self.provider().delete("/__sim/faults").await.expect(204);
    }

    /// Which of the provider's habits are in force.
    pub(crate) async fn vary(&self, change: Value) {
        self.provider()
            .patch("/__sim/variants", change)
            .await
            .expect(200);
    }

    /// How the provider sends its webhooks.
    pub(crate) async fn send_webhooks(&self, how: Value) {
        self.provider()
            .patch("/__sim/webhook", how)
            .await
            .expect(200);
    }

    /// No word of the provider reaches us any more unless we ask.
    pub(crate) async fn lose_all_messages(&self) {
        self.send_webhooks(json!({ "drop": true })).await;
        self.vary(json!({ "result_order": ["redirect"] })).await;
    }

    /// What the provider knows of a reference.
    pub(crate) async fn transaction(&self, tx_ref: &str) -> Value {
        let path = format!("/__sim/transactions/{tx_ref}");
        self.provider().get(&path).await.expect(200).body
    }

    /// `pay`, `fail`, `cancel`, `reverse` …, whatever state the page is in.
    pub(crate) async fn at_provider(&self, tx_ref: &str, action: &str) -> Value {
        let path = format!("/__sim/transactions/{tx_ref}/{action}");
        self.provider()
            .post(&path, json!({}))
            .await
            .expect(200)
            .body
    }

    /// Somebody opens a page at the provider with our key, and with our reference if they like.
    pub(crate) async fn open_at_provider(&self, tx_ref: &str, amount: &str, currency: &str) {
        let body = json!({ "tx_ref": tx_ref, "amount": amount, "currency": currency });
        let somebody = self.provider().bearer(CHAPA_KEY);
        somebody
            .post("/v1/transaction/initialize", body)
            .await
            .expect(200);
    }

    /// How often the provider was called by this name (`verify`, `initialize`, …).
    pub(crate) async fn calls(&self, name: &str) -> usize {
        let calls = self.provider().get("/__sim/calls").await.expect(200).body;
        let calls = calls.as_array().unwrap();
        calls.iter().filter(|call| call["name"] == name).count()
    }

    /// The bytes and the id of the provider's newest webhook about a reference.
    pub(crate) async fn newest_webhook(&self, tx_ref: &str) -> (Vec<u8>, u64) {
        let sent = self
            .provider()
            .get("/__sim/webhooks")
            .await
            .expect(200)
            .body;
        let newest = sent
            .as_array()
            .unwrap()
            .iter()
            .filter(|webhook| webhook["tx_ref"] == tx_ref);
        let newest = newest.max_by_key(|webhook| webhook["id"].as_u64()).unwrap();
        let body = newest["body"].as_str().unwrap().as_bytes().to_vec();
        (body, newest["id"].as_u64().unwrap())
    }

    /// Sends a message as the provider would, with these headers.
    pub(crate) async fn post_webhook(&self, body: &[u8], headers: &[(&str, &str)]) -> Answer {
        let sender = headers.iter().fold(self.client(), |sender, (name, value)| {
            sender.with(name, value)
        });
        let sent = sender.try_raw(
            http::Method::POST,
            WEBHOOK,
            "application/json",
            Some(body.into()),
        );
        sent.await.expect("an answer")
    }

    /// Sends a message that is signed as it should be.
    pub(crate) async fn post_signed(&self, body: &[u8]) -> Answer {
        self.post_webhook(body, &[("x-chapa-signature", &sign(body))])
            .await
    }

    /// What we tell the buyer about a reference.
    pub(crate) async fn verify(&self, tx_ref: &str) -> Answer {
        self.client()
            .get(&format!("/api/v1/payment/verify/{tx_ref}/"))
            .await
    }

    /// What we tell the buyer about a reference, in one word.
    pub(crate) async fn told(&self, tx_ref: &str) -> String {
        self.verify(tx_ref).await.expect(200).text("/status")
    }

    /// One text from the database.
    pub(crate) async fn text(&self, sql: &str) -> String {
        self.db().await.query_one(sql, &[]).await.unwrap().get(0)
    }

    pub(crate) async fn attempt_state(&self, tx_ref: &str) -> String {
        let sql = format!("select state from payment_attempts where tx_ref = '{tx_ref}'");
        self.text(&sql).await
    }

    pub(crate) async fn order_status(&self, order_id: &str) -> String {
        self.text(&format!(
            "select status from orders where id = '{order_id}'"
        ))
        .await
    }

    /// Everything that payments, orders and shelves remember, as one text: equal before and
    /// after means that nothing was written.
    pub(crate) async fn memory(&self) -> String {
        self.memory_but("").await
    }

    /// The same without one of the tables.
    pub(crate) async fn memory_but(&self, left_out: &str) -> String {
        let tables = [
            "payment_attempts",
            "payment_calls",
            "captures",
            "payment_reviews",
            "webhooks_received",
            "orders",
            "order_history",
            "stock_levels",
            "stock_movements",
            "reservations",
            "events",
            "jobs",
            "mails",
        ];
        let parts = tables.iter().filter(|table| **table != left_out).map(|table| {
            format!("(select coalesce(string_agg(t::text, ' ' order by t::text), '') from {table} t)")
        });
        let parts: Vec<String> = parts.collect();
        self.text(&format!("select concat_ws(E'\\n', {})", parts.join(", ")))
            .await
    }

    /// `tx_ref reference amount currency disposition` of each capture.
    pub(crate) async fn captures(&self) -> Vec<(String, String, i64, String, String)> {
        let sql = "
            select tx_ref, captures.provider_reference, captures.amount_minor,
                captures.currency, disposition
            from captures
            join payment_attempts on payment_attempts.id = attempt_id
            order by tx_ref";
        let rows = self.db().await.query(sql, &[]).await.unwrap();
        let row = |row: &tokio_postgres::Row| {
            (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4))
        };
        rows.iter().map(row).collect()
    }

    /// The kinds of the open reviews of a reference.
    pub(crate) async fn open_reviews(&self, tx_ref: &str) -> String {
        let sql = format!(
            "select coalesce(string_agg(kind, ' ' order by kind), '')
            from payment_reviews
            join payment_attempts on payment_attempts.id = attempt_id
            where tx_ref = '{tx_ref}' and resolved_at is null"
        );
        self.text(&sql).await
    }
}
