//! What the load generator sends, and what an answer must look like. Never how it is sent.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::Full;
use serde_json::Value;

use crate::{
    cases::{Case, cart_id},
    messages::{Message, Messages, SIGNATURE},
    random::Random,
};

/// What requests choose from; the same for the whole run.
pub(crate) struct Goods {
    /// `host:port` of the server.
    pub(crate) host: String,
    /// Opens every cart.
    pub(crate) token: String,
    pub(crate) slugs: Vec<String>,
    pub(crate) variants: Vec<String>,
    pub(crate) messages: Messages,
}

fn post(host: &str, token: &str, path: &str, body: String) -> Result<Request<Full<Bytes>>> {
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, host)
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-shopper-token", token);
    Ok(request.body(Full::from(body))?)
}

fn order_of(host: &str, token: &str, cart: &str) -> Result<Request<Full<Bytes>>> {
    let body = format!(
        r#"{{"cart_id":"{cart}","email":"abebe@example.com","phone":"0911223344",
        "shipping_address":{{"name":"Abebe Bikila","country":"ET",
        "region":"Addis Ababa","city":"Bole","woreda":"03",
        "landmark":"behind Edna Mall"}}}}"#
    );
    post(host, token, "/api/v1/orders/", body)
}

/// An order of the cart with this number.
pub(crate) fn order(host: &str, token: &str, cart: u64) -> Result<Request<Full<Bytes>>> {
    order_of(host, token, &cart_id(cart))
}

/// The requests of one measurement.
pub(crate) struct Requests<'a> {
    goods: &'a Goods,
    case: Case,
    next_cart: AtomicU64,
    end_of_carts: u64,
}

impl<'a> Requests<'a> {
    /// `carts` are the numbers of the unused ones; a case that only reads takes none.
    pub(crate) fn new(goods: &'a Goods, case: Case, carts: std::ops::Range<u64>) -> Self {
        Self {
            goods,
            case,
            next_cart: AtomicU64::new(carts.start),
            end_of_carts: carts.end,
        }
    }

    pub(crate) fn case(&self) -> Case {
        self.case
    }

    /// The number of the first cart that no request was made for.
    pub(crate) fn next_cart(&self) -> u64 {
        self.next_cart
            .load(Ordering::Relaxed)
            .min(self.end_of_carts)
    }

    /// Another request; `None` when the carts are used up.
    pub(crate) fn next(&self, random: &mut Random) -> Result<Option<Request<Full<Bytes>>>> {
        let goods = self.goods;
        let request = match self.case {
            Case::Health => self.get("/healthz")?,
            Case::Webhook => self.webhook(goods.messages.fresh()?)?,
            Case::WebhookAgain => self.webhook(goods.messages.again(random)?)?,
            Case::List => self.get("/api/v1/catalogue/products/")?,
            Case::Detail => {
                let slug = random
                    .pick(&goods.slugs)
                    .context("no product is published")?;
                self.get(&format!("/api/v1/catalogue/products/{slug}/"))?
            }
            Case::Cart => {
                let Some(cart) = self.take_cart() else {
                    return Ok(None);
                };
                let variant = random.pick(&goods.variants).context("the shelf is empty")?;
                let body = format!(r#"{{"variant_id":"{variant}","quantity":1}}"#);
                self.post(&format!("/api/v1/cart/{cart}/items/"), body)?
            }
            Case::OrderHot | Case::OrderSpread => {
                let Some(cart) = self.take_cart() else {
                    return Ok(None);
                };
                order_of(&goods.host, &goods.token, &cart)?
            }
        };
        Ok(Some(request))
    }

    fn take_cart(&self) -> Option<String> {
        let number = self.next_cart.fetch_add(1, Ordering::Relaxed);
        (number < self.end_of_carts).then(|| cart_id(number))
    }

    fn get(&self, path: &str) -> Result<Request<Full<Bytes>>> {
        let request = Request::builder()
            .uri(path)
            .header(header::HOST, &self.goods.host);
        Ok(request.body(Full::default())?)
    }

    fn post(&self, path: &str, body: String) -> Result<Request<Full<Bytes>>> {
        post(&self.goods.host, &self.goods.token, path, body)
    }

    /// A message as the provider sends it.
    pub(crate) fn webhook(&self, message: Message) -> Result<Request<Full<Bytes>>> {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/api/v1/payment/webhook/chapa/")
            .header(header::HOST, &self.goods.host)
            .header(header::CONTENT_TYPE, "application/json")
            .header(SIGNATURE, message.signature);
        Ok(request.body(Full::from(message.body))?)
    }

    /// Begins the payment of an order.
    pub(crate) fn payment(&self, order_id: &str) -> Result<Request<Full<Bytes>>> {
        self.post(
            &format!("/api/v1/payment/initiate/{order_id}/"),
            String::new(),
        )
    }

    /// Whether an answer's body is what was asked for.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn check(&self, body: &[u8]) -> Result<()> {
        if self.case == Case::Health {
            ensure!(!body.is_empty(), "the answer is empty");
            return Ok(());
        }
        let body: Value = serde_json::from_slice(body).context("the answer is not JSON")?;
        let length = |member: &str| body[member].as_array().map_or(0, Vec::len);
        match self.case {
            Case::Health => {}
            Case::Webhook | Case::WebhookAgain => {
                ensure!(body["received"] == true, "the message was not received");
            }
            Case::List => ensure!(length("data") == 20, "the list's first page is not full"),
            Case::Detail => {
                ensure!(length("variants") > 0, "the product has no variants");
                ensure!(length("images") > 0, "the product has no pictures");
            }
            Case::Cart => {
                ensure!(body["item_count"] == 1, "the cart does not hold one unit");
                ensure!(body["is_orderable"] == true, "the cart cannot be ordered");
            }
            Case::OrderHot | Case::OrderSpread => {
                ensure!(
                    body["status"] == "pending_payment",
                    "the order does not await payment"
                );
                ensure!(length("lines") == 2, "the order does not have two lines");
            }
        }
        Ok(())
    }
}
