//! The way to the provider: its client, the mode we run in, the addresses it is given.
//! Calls take time, so none is made while a transaction is open. Never what an answer means.

use std::time::Duration;

use anyhow::Context;
use chapa::{CancelOutcome, Client, Config, Error as ChapaError, Initialized, Observation, Secret};
use chrono::TimeDelta;
use kit::Result;
use orders::Order;

use crate::model::{
    Attempt, PageOutcome, PaymentSettings, ProviderError, RefundObservation, StaticTokenPolicy,
    Terms, TransactionPage, redact,
};

/// The payment provider, as this shop uses it; shared by handlers and jobs.
#[derive(Debug)]
pub struct Gateway {
    client: Client,
    terms: Terms,
    callback_url: String,
    return_url: String,
    shop_title: String,
    pub(crate) webhook_secrets: Vec<Secret>,
    pub(crate) static_token: StaticTokenPolicy,
}

/// Between the end of a call's time and the moment when it is taken for ended.
const CALL_MARGIN: TimeDelta = TimeDelta::seconds(5);

impl Gateway {
    /// Checks the settings; makes no call. `public_url` is the address that the provider calls
    /// us at, `shop_title` stands on the checkout page.
    ///
    /// # Errors
    /// A fault that says what must not be so: a key of the other mode, plain http in live mode, an
    /// address that is none. Whether secrets are strong is judged where the process starts.
    pub fn new(settings: &PaymentSettings, public_url: &str, shop_title: &str) -> Result<Self> {
        let config = Config {
            base_url: settings.base_url.clone(),
            secret_key: settings.secret_key.clone(),
            mode: settings.mode,
            checkout_hosts: settings.checkout_hosts.clone(),
            connect_timeout: Duration::from_millis(settings.connect_timeout_ms),
            total_timeout: Duration::from_millis(settings.total_timeout_ms),
        };
        let client = Client::new(&config).context("the settings [payments] are refused")?;
        let call_timeout = TimeDelta::from_std(config.total_timeout).unwrap_or(TimeDelta::hours(1));
        let public_url = public_url.trim_end_matches('/');
        let return_url = match settings.return_url.trim_end_matches('/') {
            "" => public_url,
            own => own,
        };
        Ok(Self {
            client,
            terms: Terms {
                mode: settings.mode,
                call_timeout: call_timeout + CALL_MARGIN,
                page_lifetime: TimeDelta::minutes(i64::from(settings.page_lifetime_minutes)),
            },
            callback_url: format!("{public_url}/api/v1/payment/callback/"),
            return_url: return_url.to_owned(),
            shop_title: shop_title.to_owned(),
            webhook_secrets: settings.webhook_secrets.clone(),
            static_token: settings.static_token,
        })
    }

    /// What new attempts are made with.
    pub(crate) const fn terms(&self) -> Terms {
        self.terms
    }

    /// Whether the provider can be asked about it with our key: test and live are two worlds.
    pub(crate) fn speaks_for(&self, attempt: &Attempt) -> bool {
        attempt.mode == self.terms.mode
    }

    /// Asks for a checkout page. The answer for the record comes with what it means.
    pub(crate) async fn open_page(
        &self,
        order: &Order,
        attempt: &Attempt,
    ) -> (Result<Initialized, ChapaError>, PageOutcome) {
        let answer = self
            .client
            .initialize(&self.transaction(order, attempt))
            .await;
        let outcome = page_outcome(&answer, order);
        (answer, outcome)
    }

    /// Asks what has become of an attempt.
    pub(crate) async fn verify(&self, attempt: &Attempt) -> Result<Observation, ChapaError> {
        self.client.verify(&attempt.tx_ref).await
    }

    /// Asks for money to go back. After an unknown outcome it is never asked for again.
    pub(crate) async fn refund(
        &self,
        refund: &chapa::NewRefund,
    ) -> Result<RefundObservation, ProviderError> {
        self.client.refund(refund).await
    }

    /// Asks how far a refund is: by the provider's reference of it, or by our own.
    pub(crate) async fn verify_refund(
        &self,
        reference: &str,
    ) -> Result<RefundObservation, ProviderError> {
        self.client.verify_refund(reference).await
    }

    /// A page of the provider's own list of transactions, newest first; pages count from 1.
    pub(crate) async fn list_transactions(
        &self,
        page: u32,
    ) -> Result<TransactionPage, ProviderError> {
        self.client.transactions(page).await
    }

    /// Closes an attempt's page.
    pub(crate) async fn cancel(&self, attempt: &Attempt) -> Result<CancelOutcome, ChapaError> {
        self.client.cancel(&attempt.tx_ref).await
    }

    fn transaction(&self, order: &Order, attempt: &Attempt) -> chapa::NewTransaction {
        let (first_name, last_name) = names(order);
        chapa::NewTransaction {
            tx_ref: attempt.tx_ref.clone(),
            amount_minor: attempt.amount.minor(),
            currency: attempt.amount.currency().code().to_owned(),
            email: Some(order.email.clone()),
            first_name: Some(first_name.to_owned()),
            last_name: Some(last_name.to_owned()),
            phone: order.phone.clone(),
            callback_url: Some(self.callback_url.clone()),
            return_url: Some(format!(
                "{}/orders/{}?tx_ref={}",
                self.return_url, order.id, attempt.tx_ref
            )),
            title: Some(self.shop_title.clone()),
            description: Some(format!("Order {}", order.number)),
            ..chapa::NewTransaction::default()
        }
    }
}

/// The recipient's first name and the rest of it.
fn names(order: &Order) -> (&str, &str) {
    let name = order.shipping_address.name.trim();
    name.split_once(char::is_whitespace).unwrap_or((name, ""))
}

fn page_outcome(answer: &Result<Initialized, ChapaError>, order: &Order) -> PageOutcome {
    let error = match answer {
        Ok(page) => {
            return PageOutcome::Opened {
                checkout_url: page.checkout_url.clone(),
            };
        }
        Err(error) => error,
    };
    let reason = error.to_string();
    match error {
        ChapaError::Rejected { message, .. } => {
            let (first_name, last_name) = names(order);
            let phone = order.phone.as_deref().unwrap_or_default();
            let personal = [order.email.as_str(), phone, first_name, last_name];
            PageOutcome::Refused {
                reason: redact(message, &personal),
            }
        }
        ChapaError::Invalid { .. } | ChapaError::Auth => PageOutcome::Refused { reason },
        ChapaError::RateLimited(wait) => PageOutcome::NotAsked {
            reason,
            retry_after_seconds: wait.map(|wait| wait.as_secs()),
        },
        ChapaError::Unavailable => PageOutcome::NotAsked {
            reason,
            retry_after_seconds: None,
        },
        _ => PageOutcome::Unknown { reason },
    }
}
