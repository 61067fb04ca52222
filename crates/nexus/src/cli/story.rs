//! `nexus story`: a whole purchase on the running demo, through HTTP alone, each call printed;
//! at the end the audit.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use http::Method;
use serde_json::{Value, json};

use super::{demo::running, say};
use crate::config::Settings;

/// Which demo.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The folder of the running demo.
    #[arg(long, default_value = "var", env = "NEXUS_VAR")]
    directory: PathBuf,
    /// The API, where it is not the one that the folder names.
    #[arg(long)]
    url: Option<String>,
}

/// The longest that the shop may take for what happens in the background.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn run(args: &Args) -> Result<ExitCode> {
    let running = running::read(&args.directory)?;
    let api = args.url.clone().unwrap_or(running.api);
    let teller = Teller::new()?;
    let (order_id, number) = teller.buy(&api).await?;
    let subject = teller.receipt(&running.mailbox, number).await?;
    say(format_args!(
        "\n  order {number} ({order_id}) is paid; the receipt: {subject}\n"
    ))?;
    let overrides = [("database.url".to_owned(), running.database_url)];
    super::audit::run(&Settings::load(None, &overrides)?, false).await
}

/// A client that prints each of its calls.
struct Teller(reqwest::Client);

impl Teller {
    fn new() -> Result<Self> {
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self(client))
    }

    async fn call(
        &self,
        method: Method,
        url: &str,
        token: &str,
        body: Option<Value>,
    ) -> Result<Value> {
        let mut request = self.0.request(method.clone(), url);
        if !token.is_empty() {
            request = request.header("x-shopper-token", token);
        }
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

    /// From the list of products to a paid order; answers its id and number.
    async fn buy(&self, api: &str) -> Result<(String, i64)> {
        let url = format!("{api}/api/v1/catalogue/products/?is_available=true&limit=5");
        let list = self.call(Method::GET, &url, "", None).await?;
        let slug = text(&list["data"][0]["slug"])?;
        let url = format!("{api}/api/v1/catalogue/products/{slug}/");
        let product = self.call(Method::GET, &url, "", None).await?;
        let variants = product["variants"].as_array().context("no variants")?;
        let variant = variants
            .iter()
            .find(|variant| variant["is_available"] == true);
        let variant_id = &variant.context("nothing is available")?["id"];

        let cart = self
            .call(Method::POST, &format!("{api}/api/v1/cart/"), "", None)
            .await?;
        let (cart_id, token) = (text(&cart["id"])?, text(&cart["shopper_token"])?);
        let url = format!("{api}/api/v1/cart/{cart_id}/items/");
        let body = json!({ "variant_id": variant_id, "quantity": 1 });
        let cart = self.call(Method::POST, &url, token, Some(body)).await?;

        let body = json!({
            "cart_id": cart_id,
            "email": "abebe@example.com",
            "phone": "0911223344",
            "language": "am",
            "shipping_address": {
                "name": "Abebe Bikila", "country": "ET", "region": "Addis Ababa",
                "city": "Bole", "woreda": "03", "landmark": "behind Edna Mall"
            },
            "expected_total": cart["total"],
        });
        let order = self
            .call(
                Method::POST,
                &format!("{api}/api/v1/orders/"),
                token,
                Some(body),
            )
            .await?;
        let order_id = text(&order["id"])?;
        let url = format!("{api}/api/v1/payment/initiate/{order_id}/");
        let payment = self.call(Method::POST, &url, token, None).await?;
        self.pay(text(&payment["payment_url"])?).await?;

        let url = format!("{api}/api/v1/orders/{order_id}/");
        let is_paid = |order: &Value| order["status"] == "paid";
        let paid = self
            .until(&url, token, is_paid, "the order is not paid")
            .await?;
        let number = paid["number"].as_i64().context("the order has no number")?;
        Ok((order_id.to_owned(), number))
    }

    /// What a buyer does on the provider's page: choose a wallet and press "pay".
    async fn pay(&self, page: &str) -> Result<()> {
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
    async fn receipt(&self, mailbox: &str, number: i64) -> Result<String> {
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
        let list = self
            .until(&url, "", |list| find(list).is_some(), "no receipt has come")
            .await?;
        find(&list).context("no receipt has come")
    }

    /// Reads until it is as it should be; printed once.
    async fn until(
        &self,
        url: &str,
        token: &str,
        is_there: impl Fn(&Value) -> bool,
        complaint: &str,
    ) -> Result<Value> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let request = self.0.get(url).header("x-shopper-token", token);
            let request = if token.is_empty() {
                self.0.get(url)
            } else {
                request
            };
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

fn text(value: &Value) -> Result<&str> {
    value
        .as_str()
        .with_context(|| format!("a text is missing where {value} stands"))
}
