//! A guest who does not give up: each request is repeated, with its own key, until somebody
//! answers it. When the server has died it is started again, with the next switch of the case.

use std::{
    collections::VecDeque,
    ops::RangeInclusive,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use http::Method;
use ids::VariantId;
use serde_json::{Value, json};

use super::clerk::{is_to_be_repeated, pause};
use crate::world::{Answer, Client, Deployment, Process, on_page, place_body, until};

/// Who buys, and the server that may die meanwhile.
pub(super) struct Buyer<'a> {
    shop: &'a Deployment,
    // None where somebody else starts it again.
    server: Option<Process>,
    switches: VecDeque<&'a str>,
    client: Client,
    email: String,
    order_id: String,
    requests: u32,
    answers: Arc<AtomicUsize>,
}

/// What a buyer has been told.
pub(super) struct Bought {
    pub(super) email: String,
    pub(super) order_id: String,
    pub(super) tx_ref: String,
    page: String,
}

impl<'a> Buyer<'a> {
    /// A buyer before a server that dies at the first point; the one after it at the second.
    pub(super) async fn new(shop: &'a Deployment, name: &str, points: &[&'a str]) -> Self {
        let mut switches: VecDeque<&str> = points.iter().copied().collect();
        let server = shop.server(switches.pop_front()).await;
        Self {
            server: Some(server),
            switches,
            ..Self::before(shop, name, &Arc::default())
        }
    }

    /// A buyer before a server that others kill and start; each answer is counted.
    pub(super) fn before(shop: &'a Deployment, name: &str, answers: &Arc<AtomicUsize>) -> Self {
        Self {
            shop,
            server: None,
            switches: VecDeque::new(),
            client: shop.client(),
            email: format!("{name}@example.com"),
            order_id: String::new(),
            requests: 0,
            answers: Arc::clone(answers),
        }
    }

    /// Asks until it is answered.
    async fn ask(&mut self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.requests += 1;
        let client = self
            .client
            .key(&format!("{}-{}", self.email, self.requests));
        let bytes = body.map(|body| body.to_string().into_bytes());
        let started_at = Instant::now();
        loop {
            let sent = client.try_raw(method.clone(), path, "application/json", bytes.clone());
            match sent.await {
                Ok(answer) if answer.body["code"] == "payment_starting" => {
                    self.let_call_end().await;
                }
                // PostgreSQL has not noticed yet that the first server is gone.
                Ok(answer) if answer.body["code"] == "idempotency_in_flight" => {}
                // Somebody has killed PostgreSQL.
                Ok(answer) if self.server.is_none() && is_to_be_repeated(&answer) => {
                    pause(started_at, &answer).await;
                }
                Ok(answer) => {
                    self.answers.fetch_add(1, Ordering::SeqCst);
                    return answer;
                }
                Err(_) => self.wait_for_server().await,
            }
        }
    }

    /// Whoever was opening the page is dead; the time that its call may take is over.
    async fn let_call_end(&self) {
        let sql = format!(
            "update payment_attempts set created_at = created_at - interval '1 minute' \
             where state = 'created' and order_id = '{}'",
            self.order_id
        );
        self.shop.execute(&sql).await;
    }

    async fn wait_for_server(&mut self) {
        match &mut self.server {
            Some(server) => {
                server.crashed(&self.email).await;
                self.server = Some(self.shop.server(self.switches.pop_front()).await);
            }
            None => self.shop.until_it_answers().await,
        }
    }

    /// From an empty cart to a placed order.
    async fn order(&mut self, variant_id: VariantId) {
        let cart = self
            .ask(Method::POST, "/api/v1/cart/", Some(json!({})))
            .await
            .expect(201);
        self.client = self.client.guest(&cart.text("/shopper_token"));
        let path = format!("/api/v1/cart/{}/items/", cart.text("/id"));
        let body = json!({ "variant_id": variant_id, "quantity": 2 });
        self.ask(Method::POST, &path, Some(body)).await.expect(201);
        let mut body = place_body(&cart.text("/id"));
        body["email"] = json!(self.email);
        let order = self
            .ask(Method::POST, "/api/v1/orders/", Some(body))
            .await
            .expect(201);
        assert_eq!(
            order.body["total"],
            json!({"amount": 250_000, "currency": "ETB"})
        );
        self.order_id = order.text("/id");
    }

    /// Orders and goes to the page where it is paid.
    pub(super) async fn begin(&mut self, variant_id: VariantId) -> Bought {
        self.order(variant_id).await;
        let path = format!("/api/v1/payment/initiate/{}/", self.order_id);
        let payment = self
            .ask(Method::POST, &path, Some(json!({})))
            .await
            .expect(200);
        Bought {
            email: self.email.clone(),
            order_id: self.order_id.clone(),
            tx_ref: payment.text("/tx_ref"),
            page: payment.text("/payment_url"),
        }
    }

    /// Orders, pays, and lets the provider send its messages until they have arrived.
    pub(super) async fn buy(&mut self, variant_id: VariantId) -> Bought {
        let bought = self.begin(variant_id).await;
        bought.pay().await;
        // Reaches the server, or finds it dead and starts it.
        let path = format!("/api/v1/orders/{}/", bought.order_id);
        self.ask(Method::GET, &path, None).await.expect(200);
        let body = json!({ "advance_seconds": 600 });
        self.shop
            .provider()
            .post("/__sim/clock", body)
            .await
            .expect(200);
        bought
    }

    /// Comes back from the page and asks what has become of the payment.
    pub(super) async fn verify(&mut self, bought: &Bought) {
        let path = format!("/api/v1/payment/verify/{}/", bought.tx_ref);
        assert_eq!(
            self.ask(Method::GET, &path, None).await.expect(200).body["status"],
            "paid"
        );
        let path = format!("/api/v1/orders/{}/", bought.order_id);
        assert_eq!(
            self.ask(Method::GET, &path, None).await.expect(200).body["status"],
            "paid"
        );
    }

    /// Goes away; every point of the case must have been reached.
    pub(super) async fn leave(mut self) {
        assert!(
            self.switches.is_empty(),
            "never reached: {:?}",
            self.switches
        );
        if let Some(server) = &mut self.server {
            assert!(!server.has_ended(), "the server died once too often");
            server.kill().await;
        }
    }
}

impl Bought {
    /// Pays on the provider's page, which tells the shop before it answers.
    pub(super) async fn pay(&self) {
        on_page(&Client::new(""), &self.page, "pay")
            .await
            .expect(302);
    }
}

/// One order, one payment, one announcement, one job; as many mails as said, all of them one.
pub(super) async fn assert_bought_once(
    shop: &Deployment,
    bought: &Bought,
    mails: RangeInclusive<usize>,
) {
    let (email, order_id) = (&bought.email, &bought.order_id);
    for sql in [
        format!("select count(*) from orders where email = '{email}' and status = 'paid'"),
        format!("select count(*) from orders where email = '{email}'"),
        format!("select count(*) from captures where order_id = '{order_id}'"),
        format!(
            "select count(*) from events where subject_id = '{order_id}' and name = 'order.paid'"
        ),
        format!(
            "select count(*) from jobs where kind = 'send_receipt' and state = 'done' \
                 and payload->>'order_id' = '{order_id}'"
        ),
        format!("select count(*) from mails where subject_id = '{order_id}' and state = 'sent'"),
    ] {
        assert_eq!(shop.number(&sql).await, 1, "{email}: {sql}");
    }
    let ids = message_ids(shop, email).await;
    assert!(mails.contains(&ids.len()), "{email}: {mails:?} {ids:?}");
    assert!(ids.iter().all(|id| *id == ids[0]), "{email}: {ids:?}");
    shop.assert_audit_clean().await;
}

/// The `Message-ID` of every mail to an address.
pub(super) async fn message_ids(shop: &Deployment, email: &str) -> Vec<String> {
    let mails = shop.mails();
    let list = mails
        .get(&format!("/api/messages?to={email}"))
        .await
        .expect(200);
    let mut ids = Vec::new();
    for message in list.body["messages"].as_array().unwrap() {
        let raw = mails
            .get(&format!("/api/messages/{}/raw", message["id"]))
            .await
            .expect(200);
        let text = String::from_utf8(raw.bytes).unwrap();
        let line = text
            .lines()
            .find(|line| line.to_lowercase().starts_with("message-id:"));
        ids.push(line.expect("a Message-ID").to_owned());
    }
    ids
}

/// Waits until no job of these kinds is due or in hand.
pub(super) async fn until_jobs_are_done(shop: &Deployment) {
    let sql = "select count(*) from jobs where state = 'running' \
               or (state = 'ready' and run_at <= now())";
    until("jobs", async || (shop.number(sql).await == 0).then_some(())).await;
}
