//! Cash on delivery and bank transfer behind the interface. There is nobody to ask: opening tells
//! the buyer what to do, closing always works, and staff say what came and what went back.

use std::collections::BTreeMap;

use anyhow::Context;
use async_trait::async_trait;
use chrono::TimeDelta;
use kit::{Error, Result};
use money::{Currency, Money};
use orders::Order;

use crate::model::{
    Attempt, BankAccount, BankTransferSettings, CancelOutcome, Capabilities,
    CashOnDeliverySettings, Initialized, Instructions, Lifetime, NewRefund, Notice, Observation,
    PaymentProvider, ProviderError, ProviderId, RawRequest, RefundObservation, RefundTold,
    TransactionPage, WebhookError,
};

/// A way to pay in which staff see the money.
#[derive(Debug)]
pub(super) struct ByHand {
    id: ProviderId,
    pub(super) is_enabled: bool,
    capabilities: Capabilities,
    /// Where transfers go; nowhere for cash.
    account: Option<BankAccount>,
}

const HOLD_DAYS_MAX: u32 = 90;

impl ByHand {
    /// Cash at the door.
    pub(super) fn at_the_door(settings: &CashOnDeliverySettings) -> Result<Self> {
        let name = "payments.cash_on_delivery";
        let hold = TimeDelta::days(i64::from(settings.hold_days));
        let amount_max = limits(name, &settings.amount_max)?;
        let id = ProviderId::CashOnDelivery;
        Ok(Self {
            id,
            is_enabled: settings.is_enabled,
            capabilities: declared(name, id, hold, amount_max)?,
            account: None,
        })
    }

    /// Transfers to the shop's account.
    pub(super) fn to_account(settings: &BankTransferSettings) -> Result<Self> {
        let name = "payments.bank_transfer";
        let hold = TimeDelta::hours(i64::from(settings.hold_hours));
        let amount_max = limits(name, &settings.amount_max)?;
        if settings.is_enabled {
            for (member, text) in [
                ("bank_name", &settings.bank_name),
                ("account_holder", &settings.account_holder),
                ("account_number", &settings.account_number),
            ] {
                if text.trim().is_empty() {
                    let reason = format_args!("{name} is enabled and {name}.{member} is empty");
                    return Err(Error::fault(reason));
                }
            }
        }
        let id = ProviderId::BankTransfer;
        Ok(Self {
            id,
            is_enabled: settings.is_enabled,
            capabilities: declared(name, id, hold, amount_max)?,
            account: Some(BankAccount {
                bank: settings.bank_name.trim().to_owned(),
                holder: settings.account_holder.trim().to_owned(),
                number: settings.account_number.trim().to_owned(),
            }),
        })
    }
}

fn declared(
    name: &str,
    id: ProviderId,
    hold: TimeDelta,
    amount_max: Vec<Money>,
) -> Result<Capabilities> {
    let longest = TimeDelta::days(i64::from(HOLD_DAYS_MAX));
    if hold <= TimeDelta::zero() || hold > longest {
        let reason =
            format_args!("{name} must hold units for some time, {HOLD_DAYS_MAX} days at most");
        return Err(Error::fault(reason));
    }
    Ok(Capabilities {
        confirmation: id.confirmation(),
        has_redirect: false,
        has_webhooks: false,
        can_cancel: true,
        can_refund: false,
        can_refund_in_part: true,
        can_list: false,
        amount_max,
        lifetime: Lifetime::Hold(hold),
    })
}

/// The limits by currency. Names of settings come in small letters out of the environment.
fn limits(name: &str, settings: &BTreeMap<String, i64>) -> Result<Vec<Money>> {
    let mut limits = Vec::new();
    for (code, minor) in settings {
        let currency: Currency = code
            .to_ascii_uppercase()
            .parse()
            .with_context(|| format!("{name}.amount_max: {code} is no currency"))?;
        if *minor <= 0 {
            let reason = format_args!("{name}.amount_max.{code} must be more than nothing");
            return Err(Error::fault(reason));
        }
        limits.push(Money::new(*minor, currency));
    }
    Ok(limits)
}

#[async_trait]
impl PaymentProvider for ByHand {
    fn id(&self) -> ProviderId {
        self.id
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn initialize(
        &self,
        order: &Order,
        attempt: &Attempt,
    ) -> Result<Initialized, ProviderError> {
        let instructions = match &self.account {
            Some(account) => Instructions::to_account(attempt, &order.language, account),
            None => Instructions::at_the_door(attempt, &order.language),
        };
        Ok(Initialized::AwaitCustomer { instructions })
    }

    async fn verify(&self, _: &Attempt) -> Result<Observation, ProviderError> {
        Err(ProviderError::Unsupported)
    }

    async fn refund(&self, refund: &NewRefund) -> Result<RefundObservation, ProviderError> {
        Ok(RefundObservation {
            provider_reference: Some(refund.provider_reference.clone()),
            amount_minor: Some(refund.amount.minor()),
            currency: Some(refund.amount.currency().code().to_owned()),
            ..in_the_hands_of_staff(&refund.merchant_reference)
        })
    }

    async fn verify_refund(&self, reference: &str) -> Result<RefundObservation, ProviderError> {
        Ok(in_the_hands_of_staff(reference))
    }

    async fn cancel(&self, _: &Attempt) -> Result<CancelOutcome, ProviderError> {
        Ok(CancelOutcome::Cancelled)
    }

    async fn list_transactions(&self, _: u32) -> Result<TransactionPage, ProviderError> {
        Err(ProviderError::Unsupported)
    }

    fn parse_webhook(&self, _: &RawRequest<'_>) -> Result<Notice, WebhookError> {
        Err(WebhookError::Unsupported)
    }
}

/// It is under way until staff say that they handed it over; nobody else knows.
fn in_the_hands_of_staff(merchant_reference: &str) -> RefundObservation {
    RefundObservation {
        state: RefundTold::Processing,
        refund_reference: None,
        provider_reference: None,
        merchant_reference: Some(merchant_reference.to_owned()),
        amount_minor: None,
        currency: None,
        http_status: None,
    }
}
