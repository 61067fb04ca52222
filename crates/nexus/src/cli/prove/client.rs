//! A client that behaves as a good one must: each write has a key, and what was not answered is
//! asked again, with the same key, of any server that lives.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use http::Method;
use serde_json::Value;

use super::chance::Chance;

/// Longer than any outage of an attack.
const PATIENCE: Duration = Duration::from_secs(180);

/// What all clients share.
pub(super) struct Line {
    http: reqwest::Client,
    urls: Vec<String>,
    /// In how many of a hundred tries the client hangs up in the middle.
    hang_up_percent: usize,
    pub(super) hang_ups: AtomicUsize,
    pub(super) repeats: AtomicUsize,
    pub(super) answers: AtomicUsize,
}

/// Who asks, and with what.
#[derive(Clone, Default)]
pub(super) struct Sender {
    pub(super) shopper_token: Option<String>,
    pub(super) bearer: Option<String>,
}

/// A request.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) key: Option<String>,
    pub(super) body: Option<Value>,
}

/// What was answered.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
    pub(super) bytes: Vec<u8>,
}

/// A client without proxies, redirects and certificates: everything is on this machine.
pub(super) fn http() -> Result<reqwest::Client> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder()
        .tls_certs_only([])
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(60))
        .build()?;
    Ok(client)
}

impl Request {
    pub(super) fn get(path: String) -> Self {
        Self {
            method: Method::GET,
            path,
            key: None,
            body: None,
        }
    }

    pub(super) fn post(path: impl Into<String>, key: Option<String>, body: Value) -> Self {
        Self {
            method: Method::POST,
            path: path.into(),
            key,
            body: Some(body),
        }
    }
}

impl Answer {
    /// A text of the body, by JSON pointer.
    pub(super) fn text(&self, pointer: &str) -> Result<String> {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        let found = found.with_context(|| format!("no text at {pointer} of {}", self.body))?;
        Ok(found.to_owned())
    }

    pub(super) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// Whether the shop asks its clients to come again: it is starting, its database is away, or
    /// somebody is at the same thing just now.
    fn is_to_be_repeated(&self) -> bool {
        let code = self.code();
        self.status == 503 || code == "idempotency_in_flight" || code == "payment_starting"
    }
}

impl Line {
    pub(super) fn open(urls: &[String], hang_up_percent: usize) -> Result<Self> {
        Ok(Self {
            http: http()?,
            urls: urls.to_vec(),
            hang_up_percent,
            hang_ups: AtomicUsize::default(),
            repeats: AtomicUsize::default(),
            answers: AtomicUsize::default(),
        })
    }

    /// Asks until it is answered.
    pub(super) async fn ask(
        &self,
        sender: &Sender,
        request: &Request,
        chance: &mut Chance,
    ) -> Result<Answer> {
        let started_at = Instant::now();
        loop {
            let sent = self.send(sender, request, chance);
            let sent = if chance.percent(self.hang_up_percent) {
                // Dropping the call closes its connection, wherever the server is with it.
                let patience = Duration::from_millis(1) + chance.millis(40);
                match tokio::time::timeout(patience, sent).await {
                    Ok(sent) => sent,
                    Err(_) => {
                        self.hang_ups.fetch_add(1, Ordering::Relaxed);
                        continue;
                    }
                }
            } else {
                sent.await
            };
            match sent {
                Ok(answer) if !answer.is_to_be_repeated() => {
                    self.answers.fetch_add(1, Ordering::Relaxed);
                    return Ok(answer);
                }
                last => {
                    self.repeats.fetch_add(1, Ordering::Relaxed);
                    if started_at.elapsed() > PATIENCE {
                        bail!("{} {}: still {last:?}", request.method, request.path);
                    }
                    tokio::time::sleep(Duration::from_millis(20) + chance.millis(80)).await;
                }
            }
        }
    }

    /// Sends it once and does not wait for the answer for longer than that.
    pub(super) async fn give_up_after(
        &self,
        patience: Duration,
        sender: &Sender,
        request: &Request,
        chance: &mut Chance,
    ) {
        let sent = self.send(sender, request, chance);
        drop(tokio::time::timeout(patience, sent).await);
        self.hang_ups.fetch_add(1, Ordering::Relaxed);
    }

    /// Not `async`: the draw is made now, and the call borrows nothing of it.
    fn send(
        &self,
        sender: &Sender,
        request: &Request,
        chance: &mut Chance,
    ) -> impl Future<Output = Result<Answer, reqwest::Error>> + Send + use<> {
        let base = chance.pick(&self.urls).map_or("", String::as_str);
        let url = if request.path.starts_with("http") {
            request.path.clone()
        } else {
            format!("{base}{}", request.path)
        };
        let mut call = self.http.request(request.method.clone(), url);
        if let Some(token) = &sender.shopper_token {
            call = call.header("x-shopper-token", token);
        }
        if let Some(token) = &sender.bearer {
            call = call.bearer_auth(token);
        }
        if let Some(key) = &request.key {
            call = call.header("idempotency-key", key);
        }
        if let Some(body) = &request.body {
            call = call.json(body);
        }
        async move {
            let response = call.send().await?;
            let status = response.status().as_u16();
            let bytes = response.bytes().await?.to_vec();
            let body = serde_json::from_slice(&bytes).unwrap_or_default();
            Ok(Answer {
                status,
                body,
                bytes,
            })
        }
    }

    /// What a buyer does on the provider's page: `pay` or `fail`. Answers whether the page took
    /// it.
    pub(super) async fn on_page(&self, page: &str, result: &str) -> Result<bool> {
        let form = format!("method=telebirr&phone=0900123456&result={result}");
        let media = "application/x-www-form-urlencoded";
        let call = self.http.post(page).header("content-type", media);
        Ok(call.body(form).send().await?.status().is_redirection())
    }
}
