//! Payments that have begun, so that there is something to send webhooks about: ordered and begun
//! over HTTP, as shoppers do it. None of them is ever paid.

use anyhow::{Context, Result, ensure};
use http::StatusCode;
use serde_json::Value;

use crate::{
    carts::CartPool, cases::Case, load::ask, messages::REPLAYS, random::Random, requests::Requests,
    shop::Shop,
};

/// Enough that two workers' jobs rarely meet at one payment.
const PAYMENTS: u64 = 64;

/// Begins the payments, and sends each message once that is going to be repeated.
pub(crate) async fn begin(shop: &mut Shop) -> Result<()> {
    let case = Case::OrderSpread;
    let pool = CartPool::open(case, &shop.goods, &shop.database)?;
    let mut pool = pool.context("orders need carts")?;
    pool.fill(&shop.database, PAYMENTS)?;
    let mut tx_refs = Vec::new();
    {
        let requests = Requests::new(&shop.goods, case, pool.unused());
        while let Some(request) = requests.next(&mut Random::new(0))? {
            let (status, order) = ask(shop.address, request).await?;
            let order: Value = serde_json::from_slice(&order)?;
            let id = order["id"].as_str().filter(|_| status == case.expected());
            let id = id.with_context(|| format!("an order: {status}: {order}"))?;
            let (status, page) = ask(shop.address, requests.payment(id)?).await?;
            let page: Value = serde_json::from_slice(&page)?;
            let tx_ref = page["tx_ref"].as_str().filter(|_| status == StatusCode::OK);
            let tx_ref = tx_ref.with_context(|| format!("a payment: {status}: {page}"))?;
            tx_refs.push(tx_ref.to_owned());
        }
    }
    shop.goods.messages.about(tx_refs, &shop.database)?;
    let requests = Requests::new(&shop.goods, Case::WebhookAgain, 0..0);
    for number in 0..REPLAYS {
        let request = requests.webhook(shop.goods.messages.replay(number)?)?;
        let (status, body) = ask(shop.address, request).await?;
        let body = String::from_utf8_lossy(&body);
        ensure!(status == StatusCode::OK, "a webhook: {status}: {body}");
    }
    Ok(())
}
