//! Credit with the shop behind the interface: it is set aside and spent in the shop's own books, so
//! there is nobody to call, and nothing here is ever asked for.

use async_trait::async_trait;
use chrono::TimeDelta;
use orders::Order;

use crate::model::{
    Attempt, CancelOutcome, Capabilities, Initialized, Lifetime, NewRefund, Notice, Observation,
    PaymentProvider, ProviderError, ProviderId, RawRequest, RefundObservation, TransactionPage,
    WebhookError,
};

/// Gift cards and store credit.
#[derive(Debug)]
pub(super) struct Credit {
    capabilities: Capabilities,
}

impl Credit {
    pub(super) const fn new() -> Self {
        let capabilities = Capabilities {
            confirmation: ProviderId::Credit.confirmation(),
            has_redirect: false,
            has_webhooks: false,
            can_cancel: false,
            can_refund: true,
            can_refund_in_part: true,
            can_list: false,
            amount_max: Vec::new(),
            lifetime: Lifetime::Page(TimeDelta::zero()),
        };
        Self { capabilities }
    }
}

#[async_trait]
impl PaymentProvider for Credit {
    fn id(&self) -> ProviderId {
        ProviderId::Credit
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn initialize(&self, _: &Order, _: &Attempt) -> Result<Initialized, ProviderError> {
        Err(ProviderError::Unsupported)
    }

    async fn verify(&self, _: &Attempt) -> Result<Observation, ProviderError> {
        Err(ProviderError::Unsupported)
    }

    async fn refund(&self, _: &NewRefund) -> Result<RefundObservation, ProviderError> {
        Err(ProviderError::Unsupported)
    }

    async fn verify_refund(&self, _: &str) -> Result<RefundObservation, ProviderError> {
        Err(ProviderError::Unsupported)
    }

    async fn cancel(&self, _: &Attempt) -> Result<CancelOutcome, ProviderError> {
        Err(ProviderError::Unsupported)
    }

    async fn list_transactions(&self, _: u32) -> Result<TransactionPage, ProviderError> {
        Err(ProviderError::Unsupported)
    }

    fn parse_webhook(&self, _: &RawRequest<'_>) -> Result<Notice, WebhookError> {
        Err(WebhookError::Unsupported)
    }
}
