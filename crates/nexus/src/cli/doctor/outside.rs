//! What stands outside the shop: Redis, the mail server, the payment provider. Each is asked
//! something harmless; no mail is sent and no payment is touched.

use std::time::Duration;

use anyhow::Result;
use kit::mail::Mailer;
use payments::{Gateway, ProviderError, ProviderId};
use tokio::time::timeout;

use super::{Finding, told};
use crate::config::Settings;

/// What takes longer counts as away.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) async fn redis(settings: &Settings) -> Finding {
    const NAME: &str = "redis";
    let url = settings.redis.url.as_str();
    if url.is_empty() {
        return Finding::ok(
            NAME,
            "not set; limits and wake-ups stay within each process",
        );
    }
    let Ok(client) = redis::Client::open(url) else {
        let detail = "redis.url is no address of Redis";
        return Finding::fail(
            NAME,
            detail,
            "set it like redis://127.0.0.1:6379, or leave it empty",
        );
    };
    let detail = match timeout(PATIENCE, ping(&client)).await {
        Ok(Ok(())) => return Finding::ok(NAME, "answers"),
        Ok(Err(error)) => format!("cannot be used: {error}"),
        Err(_) => format!("is away: no answer within {} s", PATIENCE.as_secs()),
    };
    let remedy =
        "check redis.url and that it runs; until then each process counts its limits alone";
    Finding::warn(NAME, detail, remedy)
}

async fn ping(client: &redis::Client) -> Result<()> {
    let mut connection = client.get_multiplexed_async_connection().await?;
    redis::cmd("PING").exec_async(&mut connection).await?;
    Ok(())
}

pub(super) async fn mail(settings: &Settings) -> Finding {
    const NAME: &str = "mail";
    let mailer = match Mailer::new(&settings.mail) {
        Ok(mailer) => mailer,
        Err(error) => {
            let remedy = "correct the section [mail] of the settings";
            return Finding::fail(NAME, told(error), remedy);
        }
    };
    match mailer.check().await {
        Ok(()) => Finding::ok(
            NAME,
            format!("the server answers; sender {}", mailer.domain()),
        ),
        Err(error) => Finding::fail(
            NAME,
            error.to_string(),
            "check mail.smtp_url; receipts wait for it and are sent when it is back",
        ),
    }
}

pub(super) async fn chapa(settings: &Settings) -> Finding {
    const NAME: &str = "chapa";
    let mut payments = settings.payments.clone();
    let mode = payments.mode.as_str();
    let millis = |set: u64, most: Duration| set.min(u64::try_from(most.as_millis()).unwrap_or(set));
    payments.connect_timeout_ms = millis(payments.connect_timeout_ms, PATIENCE);
    payments.total_timeout_ms = millis(payments.total_timeout_ms, PATIENCE * 3);
    let (public_url, shop) = (&settings.server.public_url, &settings.shop.name);
    let gateway = match Gateway::new(&payments, public_url, shop) {
        Ok(gateway) => gateway,
        Err(error) => {
            let remedy = "correct the section [payments] of the settings";
            return Finding::fail(NAME, told(error), remedy);
        }
    };
    match gateway.reach(ProviderId::Chapa).await {
        Ok(()) => Finding::ok(NAME, format!("answers and knows the key, mode {mode}")),
        Err(ProviderError::Auth) => Finding::fail(
            NAME,
            format!("refuses the secret key, mode {mode}"),
            "copy payments.secret_key from Chapa's dashboard",
        ),
        Err(error) => Finding::warn(
            NAME,
            error.to_string(),
            "check payments.base_url and the way to it; nobody can pay meanwhile",
        ),
    }
}
