//! Somebody of the staff who gives money back and, like the buyers, does not give up: each
//! request is repeated, with its own key, until it is answered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use http::Method;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::world::{Answer, Client, Deployment, Process};

const EMAIL: &str = "owner@shop.example";
const PASSWORD: &str = "correct horse battery staple";

/// Longer than any outage that a test plays.
const PATIENCE: Duration = Duration::from_secs(120);

/// Who gives money back.
pub(super) struct Clerk {
    token: Mutex<String>,
    answers: Arc<AtomicUsize>,
}

/// A refund that the shop has promised.
pub(super) struct Promised {
    pub(super) id: String,
    pub(super) reference: String,
    pub(super) amount_minor: i64,
}

impl Clerk {
    /// The shop's first superuser; each answer is counted.
    pub(super) async fn hire(shop: &Deployment, answers: &Arc<AtomicUsize>) -> Self {
        let variables = shop.with(&[("NEXUS_SUPERUSER_PASSWORD", PASSWORD)]);
        let made = Process::nexus(&["createsuperuser", "--email", EMAIL], &variables);
        let (code, complaint) = made.left().await;
        assert_eq!(code, 0, "{complaint}");
        Self {
            token: Mutex::default(),
            answers: Arc::clone(answers),
        }
    }

    /// Asks for a refund until it is promised. What is wanted stands in `wish`.
    pub(super) async fn refund(&self, shop: &Deployment, key: &str, wish: &Value) -> Promised {
        let path = "/api/v1/admin/payments/refunds/";
        let answer = loop {
            let token = self.token.lock().await.clone();
            let client = shop.client().key(key).bearer(&token);
            let answer = insist(shop, &client, path, wish).await;
            if answer.status != 401 {
                break answer.expect(201);
            }
            self.sign_in(shop, &token).await;
        };
        self.answers.fetch_add(1, Ordering::SeqCst);
        Promised {
            id: answer.text("/id"),
            reference: answer.text("/reference"),
            amount_minor: answer.body["amount"]["amount"].as_i64().unwrap(),
        }
    }

    /// The token lives for minutes only, and a run may take longer. One signs in for all: sign-ins
    /// are limited.
    async fn sign_in(&self, shop: &Deployment, refused: &str) {
        let mut token = self.token.lock().await;
        if *token != refused {
            return;
        }
        let body = json!({ "email": EMAIL, "password": PASSWORD });
        let path = "/api/v1/admin/auth/jwt/create/";
        let signed_in = insist(shop, &shop.client(), path, &body).await.expect(200);
        *token = signed_in.text("/access");
    }
}

/// Whether the shop asks its clients to try again: it is starting, or its database is away.
pub(super) fn is_to_be_repeated(answer: &Answer) -> bool {
    answer.status == 503 || answer.body["code"] == "idempotency_in_flight"
}

/// Asks until it is answered.
pub(super) async fn insist(shop: &Deployment, client: &Client, path: &str, body: &Value) -> Answer {
    let started_at = Instant::now();
    loop {
        let bytes = Some(body.to_string().into_bytes());
        let sent = client.try_raw(Method::POST, path, "application/json", bytes);
        match sent.await {
            Ok(answer) if is_to_be_repeated(&answer) => pause(started_at, &answer).await,
            Ok(answer) => return answer,
            Err(_) => shop.until_it_answers().await,
        }
    }
}

/// What a client does between two tries.
pub(super) async fn pause(started_at: Instant, answer: &Answer) {
    assert!(started_at.elapsed() < PATIENCE, "still: {answer:?}");
    tokio::time::sleep(Duration::from_millis(20)).await;
}
