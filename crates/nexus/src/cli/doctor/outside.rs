//! What stands outside the shop: Redis, the mail server, the payment provider. Each is asked
//! something harmless; no mail is sent and no payment is touched.

use std::time::Duration;

use anyhow::Result;
use kit::mail::Mailer;
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
    let payments = &settings.payments;
    let mode = payments.mode.as_str();
    let config = chapa::Config {
        base_url: payments.base_url.clone(),
        secret_key: payments.secret_key.clone(),
        mode: payments.mode,
        checkout_hosts: payments.checkout_hosts.clone(),
        connect_timeout: Duration::from_millis(payments.connect_timeout_ms).min(PATIENCE),
        total_timeout: Duration::from_millis(payments.total_timeout_ms).min(PATIENCE * 3),
    };
    let client = match chapa::Client::new(&config) {
        Ok(client) => client,
        Err(error) => {
            let remedy = "correct the section [payments] of the settings";
            return Finding::fail(NAME, error.to_string(), remedy);
        }
    };
    // A list of what there is: it needs the key, and changes nothing.
    match client.transactions(1).await {
        Ok(_) => Finding::ok(NAME, format!("answers and knows the key, mode {mode}")),
        Err(chapa::Error::Auth) => Finding::fail(
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
