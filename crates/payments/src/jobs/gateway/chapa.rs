//! Chapa behind the interface: the only place that knows its client, its words and its errors.

use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use chapa::webhook;
use chrono::TimeDelta;
use kit::Result;
use money::{Currency, Money};
use orders::Order;

use super::names;
use crate::model::{
    Attempt, Authenticity, CancelOutcome, Capabilities, Claims, Initialized, Lifetime,
    ListedTransaction, Mode, NewRefund, Notice, NoticeKind, Observation, Observed, PaymentProvider,
    PaymentSettings, Proof, ProviderBalance, ProviderError, ProviderId, RawRequest,
    RefundObservation, RefundTold, StaticTokenPolicy, TransactionPage, WebhookError, Witness,
};

/// Chapa, as this shop uses it.
#[derive(Debug)]
pub(super) struct Chapa {
    client: chapa::Client,
    callback_url: String,
    return_url: String,
    shop_title: String,
    capabilities: Capabilities,
    webhook_secrets: Vec<chapa::Secret>,
    static_token: StaticTokenPolicy,
}

/// The reference that an unsigned callback names, from its query or else from its body.
pub(crate) fn callback_reference(query: &str, body: &[u8]) -> Option<String> {
    chapa::callback::tx_ref(query, body)
}

impl Chapa {
    /// Checks the settings; makes no call.
    pub(super) fn new(
        settings: &PaymentSettings,
        public_url: &str,
        shop_title: &str,
    ) -> Result<Self> {
        let secret = |secret: &kit::config::Secret| chapa::Secret::new(secret.expose());
        let config = chapa::Config {
            base_url: settings.base_url.clone(),
            secret_key: secret(&settings.secret_key),
            mode: chapa_mode(settings.mode),
            checkout_hosts: settings.checkout_hosts.clone(),
            connect_timeout: Duration::from_millis(settings.connect_timeout_ms),
            total_timeout: Duration::from_millis(settings.total_timeout_ms),
        };
        let client = chapa::Client::new(&config).context("the settings [payments] are refused")?;
        let return_url = match settings.return_url.trim_end_matches('/') {
            "" => public_url,
            own => own,
        };
        Ok(Self {
            client,
            callback_url: format!("{public_url}/api/v1/payment/callback/"),
            return_url: return_url.to_owned(),
            shop_title: shop_title.to_owned(),
            capabilities: Capabilities {
                confirmation: ProviderId::Chapa.confirmation(),
                has_redirect: true,
                has_webhooks: true,
                can_cancel: true,
                can_refund: true,
                can_refund_in_part: true,
                can_list: true,
                amount_max: [Currency::ETB, Currency::USD]
                    .map(|currency| Money::new(chapa::MAX_AMOUNT_MINOR, currency))
                    .into(),
                lifetime: Lifetime::Page(TimeDelta::minutes(i64::from(
                    settings.page_lifetime_minutes,
                ))),
            },
            webhook_secrets: settings.webhook_secrets.iter().map(secret).collect(),
            static_token: settings.static_token,
        })
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

    fn authenticity(&self, request: &RawRequest<'_>) -> Result<Authenticity, WebhookError> {
        let headers = match request.proof {
            Proof::Headers(headers) => headers,
            Proof::Before(authenticity) => return Ok(authenticity),
        };
        let authenticity = webhook::authenticate(&self.webhook_secrets, headers, request.body);
        match (authenticity, self.static_token) {
            (webhook::Authenticity::Signed, _) => Ok(Authenticity::Signed),
            (webhook::Authenticity::StaticToken, StaticTokenPolicy::Hint) => {
                Ok(Authenticity::StaticToken)
            }
            (webhook::Authenticity::StaticToken, StaticTokenPolicy::Refuse)
            | (webhook::Authenticity::Invalid, _) => Err(WebhookError::Forged),
        }
    }
}

#[async_trait]
impl PaymentProvider for Chapa {
    fn id(&self) -> ProviderId {
        ProviderId::Chapa
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn initialize(
        &self,
        order: &Order,
        attempt: &Attempt,
    ) -> Result<Initialized, ProviderError> {
        let transaction = self.transaction(order, attempt);
        let page = self.client.initialize(&transaction).await.map_err(error)?;
        Ok(Initialized::Redirect {
            url: page.checkout_url,
        })
    }

    async fn verify(&self, attempt: &Attempt) -> Result<Observation, ProviderError> {
        let seen = self.client.verify(&attempt.tx_ref).await.map_err(error)?;
        Ok(observation(seen))
    }

    async fn refund(&self, refund: &NewRefund) -> Result<RefundObservation, ProviderError> {
        let refund = chapa::NewRefund {
            provider_reference: refund.provider_reference.clone(),
            amount_minor: Some(refund.amount.minor()),
            reason: refund.reason.clone(),
            merchant_reference: Some(refund.merchant_reference.clone()),
        };
        let seen = self.client.refund(&refund).await.map_err(error)?;
        Ok(refund_observation(seen))
    }

    async fn verify_refund(&self, reference: &str) -> Result<RefundObservation, ProviderError> {
        let seen = self.client.verify_refund(reference).await.map_err(error)?;
        Ok(refund_observation(seen))
    }

    async fn cancel(&self, attempt: &Attempt) -> Result<CancelOutcome, ProviderError> {
        let outcome = self.client.cancel(&attempt.tx_ref).await.map_err(error)?;
        Ok(match outcome {
            chapa::CancelOutcome::Cancelled => CancelOutcome::Cancelled,
            chapa::CancelOutcome::AlreadyClosed => CancelOutcome::AlreadyClosed,
            chapa::CancelOutcome::NotFound => CancelOutcome::NotFound,
        })
    }

    async fn list_transactions(&self, page: u32) -> Result<TransactionPage, ProviderError> {
        let page = self.client.transactions(page).await.map_err(error)?;
        Ok(TransactionPage {
            transactions: page.transactions.into_iter().map(listed).collect(),
            has_next: page.has_next,
        })
    }

    async fn list_balances(&self) -> Result<Vec<ProviderBalance>, ProviderError> {
        let balances = self.client.balances().await.map_err(error)?;
        let told = balances.into_iter().map(|balance| ProviderBalance {
            currency: balance.currency,
            available_minor: balance.available_minor,
            total_minor: balance.ledger_minor,
        });
        Ok(told.collect())
    }

    fn parse_webhook(&self, request: &RawRequest<'_>) -> Result<Notice, WebhookError> {
        let authenticity = self.authenticity(request)?;
        // A body that cannot be read is authentic all the same: it is kept, and names nothing.
        let notice = webhook::parse(request.body).ok();
        let kind = match notice.as_ref().map(|notice| notice.kind) {
            Some(webhook::NoticeKind::Charge) => NoticeKind::Charge,
            Some(webhook::NoticeKind::Refund) => NoticeKind::Refund,
            Some(webhook::NoticeKind::Payout) => NoticeKind::Payout,
            Some(webhook::NoticeKind::Other) | None => NoticeKind::Other,
        };
        let field = |of: fn(&webhook::Notice) -> &Option<String>| {
            notice.as_ref().and_then(|notice| of(notice).clone())
        };
        Ok(Notice {
            authenticity,
            kind,
            event: notice.as_ref().map(|notice| notice.event.clone()),
            tx_ref: field(|notice| &notice.tx_ref),
            provider_reference: field(|notice| &notice.provider_reference),
            refund_reference: field(|notice| &notice.refund_reference),
            merchant_reference: field(|notice| &notice.merchant_reference),
            claims: Claims {
                status: field(|notice| &notice.claimed_status),
                amount_minor: notice
                    .as_ref()
                    .and_then(|notice| notice.claimed_amount_minor),
                currency: field(|notice| &notice.claimed_currency),
                mode: notice
                    .as_ref()
                    .and_then(|notice| notice.claimed_mode)
                    .map(mode),
            },
        })
    }
}

const fn chapa_mode(mode: Mode) -> chapa::Mode {
    match mode {
        Mode::Test => chapa::Mode::Test,
        Mode::Live => chapa::Mode::Live,
    }
}

const fn mode(mode: chapa::Mode) -> Mode {
    match mode {
        chapa::Mode::Test => Mode::Test,
        chapa::Mode::Live => Mode::Live,
    }
}

fn error(error: chapa::Error) -> ProviderError {
    match error {
        chapa::Error::Invalid { field, reason } => ProviderError::Invalid { field, reason },
        chapa::Error::Rejected {
            http_status,
            message,
            fields,
        } => ProviderError::Rejected {
            http_status,
            message,
            fields,
        },
        chapa::Error::Duplicate => ProviderError::Duplicate,
        chapa::Error::Auth => ProviderError::Auth,
        chapa::Error::RateLimited(wait) => ProviderError::RateLimited(wait),
        chapa::Error::Unavailable => ProviderError::Unavailable,
        chapa::Error::Unknown => ProviderError::Unknown,
        chapa::Error::Protocol(what) => ProviderError::Protocol(what),
    }
}

fn observed(state: chapa::Observed) -> Observed {
    match state {
        chapa::Observed::NotFound => Observed::NotFound,
        chapa::Observed::Pending => Observed::Pending,
        chapa::Observed::Charged => Observed::Charged,
        chapa::Observed::Failed => Observed::Failed,
        chapa::Observed::Cancelled => Observed::Cancelled,
        chapa::Observed::Refunded => Observed::Refunded,
        chapa::Observed::Reversed => Observed::Reversed,
        chapa::Observed::Unknown(word) => Observed::Unknown(word),
    }
}

fn observation(seen: chapa::Observation) -> Observation {
    Observation {
        state: observed(seen.state),
        amount_minor: seen.amount_minor,
        currency: seen.currency,
        tx_ref: seen.tx_ref,
        provider_reference: seen.provider_reference,
        fee_minor: seen.fee_minor,
        mode: seen.mode.map(mode),
        method: seen.method,
        witness: Witness::Provider {
            http_status: seen.raw.http_status,
        },
    }
}

fn refund_observation(seen: chapa::RefundObservation) -> RefundObservation {
    let state = match seen.state {
        chapa::RefundState::NotFound => RefundTold::NotFound,
        chapa::RefundState::Initiated => RefundTold::Initiated,
        chapa::RefundState::Processing => RefundTold::Processing,
        chapa::RefundState::Refunded => RefundTold::Refunded,
        chapa::RefundState::Reversed => RefundTold::Reversed,
        chapa::RefundState::Unknown(word) => RefundTold::Unknown(word),
    };
    RefundObservation {
        state,
        refund_reference: seen.refund_reference,
        provider_reference: seen.provider_reference,
        merchant_reference: seen.merchant_reference,
        amount_minor: seen.amount_minor,
        currency: seen.currency,
        http_status: Some(seen.raw.http_status),
    }
}

fn listed(seen: chapa::ListedTransaction) -> ListedTransaction {
    ListedTransaction {
        provider_reference: seen.provider_reference,
        state: observed(seen.state),
        amount_minor: seen.amount_minor,
        fee_minor: seen.fee_minor,
        currency: seen.currency,
        method: seen.method,
        created_at: seen.created_at,
    }
}
