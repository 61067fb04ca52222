//! A client that prints each of its calls. Never what the calls are for.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use http::Method;
use serde_json::Value;

use super::super::say;

/// The longest that the shop may take for what happens in the background.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client that prints each of its calls.
pub(super) struct Teller(reqwest::Client);

/// Who calls, by the headers that say so.
#[derive(Debug, Clone, Default)]
pub(super) struct Caller {
    /// A guest's token.
    pub(super) shopper: Option<String>,
    /// Of somebody who is signed in.
    pub(super) bearer: Option<String>,
    /// The version that is to be changed.
    pub(super) if_match: Option<&'static str>,
    /// What makes a repetition one.
    pub(super) key: Option<String>,
}

impl Caller {
    fn sign(&self, mut request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let bearer = self.bearer.as_ref().map(|token| format!("Bearer {token}"));
        for (name, value) in [
            ("x-shopper-token", self.shopper.as_deref()),
            ("authorization", bearer.as_deref()),
            ("if-match", self.if_match),
            ("idempotency-key", self.key.as_deref()),
        ] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        request
    }
}

impl Teller {
    pub(super) fn new() -> Result<Self> {
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self(client))
    }

    /// Asks and prints; whatever is no success ends the story.
    pub(super) async fn call(
        &self,
        method: Method,
        url: &str,
        who: &Caller,
        body: Option<Value>,
    ) -> Result<Value> {
        let mut request = who.sign(self.0.request(method.clone(), url));
        if let Some(body) = &body {
            request = request.json(body);
        }
        let response = request
            .send()
            .await
            .with_context(|| format!("{url} does not answer"))?;
        let status = response.status();
        let answer: Value = response.json().await.unwrap_or_default();
        say(format_args!("{:6} {url}  {status}", method.as_str()))?;
        if !status.is_success() {
            bail!("{method} {url} answered {status}: {answer}");
        }
        Ok(answer)
    }

    /// What a buyer does on the provider's page: choose a wallet and press "pay".
    pub(super) async fn pay(&self, page: &str) -> Result<()> {
        let shown = self.0.get(page).send().await?.status();
        say(format_args!("GET    {page}  {shown}"))?;
        let request = self.0.post(page);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = request
            .body("method=telebirr&phone=0900123456&result=pay")
            .send()
            .await?;
        let status = response.status();
        say(format_args!("POST   {page}  {status} (pay)"))?;
        if !status.is_redirection() {
            bail!("the payment page answered {status} instead of sending the buyer back");
        }
        Ok(())
    }

    /// The subject of the receipt of an order, once it is in the mailbox.
    pub(super) async fn receipt(&self, mailbox: &str, number: i64) -> Result<String> {
        let number = number.to_string();
        let of_order = |mail: &Value| {
            mail["subject"]
                .as_str()
                .is_some_and(|subject| subject.contains(&number))
        };
        let find = |list: &Value| -> Option<String> {
            let mails = list["messages"].as_array()?;
            Some(
                mails.iter().find(|mail| of_order(mail))?["subject"]
                    .as_str()?
                    .to_owned(),
            )
        };
        let url = format!("{mailbox}/api/messages");
        let is_there = |list: &Value| find(list).is_some();
        let nobody = Caller::default();
        let list = self
            .until(&url, &nobody, is_there, "no receipt has come")
            .await?;
        find(&list).context("no receipt has come")
    }

    /// Reads until it is as it should be; printed once.
    pub(super) async fn until(
        &self,
        url: &str,
        who: &Caller,
        is_there: impl Fn(&Value) -> bool,
        complaint: &str,
    ) -> Result<Value> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let request = who.sign(self.0.get(url));
            let answer: Value = request.send().await?.json().await?;
            if is_there(&answer) {
                say(format_args!("GET    {url}  200 OK"))?;
                return Ok(answer);
            }
            if tokio::time::Instant::now() > deadline {
                return Err(anyhow!("{complaint} after {} s", PATIENCE.as_secs()));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}
