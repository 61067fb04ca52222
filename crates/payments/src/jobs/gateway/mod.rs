//! The way to the providers: which there are, and the calls to them. Calls take time, so none
//! is made while a transaction is open. Never what an answer means.

mod by_hand;
mod chapa;
mod credit;

use chrono::{NaiveTime, TimeDelta};
use kit::Result;
use orders::Order;

pub(crate) use self::chapa::callback_reference;
use self::{by_hand::ByHand, chapa::Chapa, credit::Credit};
use crate::model::{
    Attempt, CancelOutcome, Confirmation, Initialized, Mode, NewRefund, Notice, Observation,
    PageOutcome, PaymentProvider, PaymentRefusal, PaymentSettings, ProviderBalance, ProviderError,
    ProviderId, RawRequest, RefundObservation, SurplusPolicies, Terms, TransactionPage,
    WebhookError, redact,
};

/// The payment providers of this shop; shared by handlers and jobs.
#[derive(Debug)]
pub struct Gateway {
    chapa: Chapa,
    cash_on_delivery: ByHand,
    bank_transfer: ByHand,
    credit: Credit,
    mode: Mode,
    call_timeout: TimeDelta,
    policies: SurplusPolicies,
    reconcile_at: Option<NaiveTime>,
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
        let call_timeout = i64::try_from(settings.total_timeout_ms)
            .ok()
            .and_then(TimeDelta::try_milliseconds)
            .unwrap_or(TimeDelta::hours(1));
        Ok(Self {
            chapa: Chapa::new(settings, public_url.trim_end_matches('/'), shop_title)?,
            cash_on_delivery: ByHand::at_the_door(&settings.cash_on_delivery)?,
            bank_transfer: ByHand::to_account(&settings.bank_transfer)?,
            credit: Credit::new(),
            mode: settings.mode,
            call_timeout: call_timeout + CALL_MARGIN,
            policies: SurplusPolicies {
                late_money: settings.late_money,
                second_payment: settings.second_payment,
            },
            reconcile_at: settings.reconcile_at,
        })
    }

    /// What is done by itself with money that no order needs.
    pub(crate) const fn policies(&self) -> SurplusPolicies {
        self.policies
    }

    /// What new attempts at a provider are made with.
    pub(crate) fn terms(&self, provider: ProviderId) -> Terms {
        Terms {
            provider,
            mode: self.mode,
            call_timeout: self.call_timeout,
            lifetime: self.provider(provider).capabilities().lifetime,
        }
    }

    /// The provider of that name, whether or not it takes new payments.
    pub(crate) fn provider(&self, id: ProviderId) -> &dyn PaymentProvider {
        match id {
            ProviderId::Chapa => &self.chapa,
            ProviderId::CashOnDelivery => &self.cash_on_delivery,
            ProviderId::BankTransfer => &self.bank_transfer,
            ProviderId::Credit => &self.credit,
        }
    }

    /// The providers that take new payments; the first is asked where none is named.
    pub(crate) fn offered(&self) -> impl Iterator<Item = &dyn PaymentProvider> {
        let is_offered = |id: &ProviderId| match id {
            ProviderId::Chapa => true,
            ProviderId::CashOnDelivery => self.cash_on_delivery.is_enabled,
            ProviderId::BankTransfer => self.bank_transfer.is_enabled,
            ProviderId::Credit => false,
        };
        let offered = ProviderId::ALL.into_iter().filter(is_offered);
        offered
            .collect::<Vec<_>>()
            .into_iter()
            .map(|id| self.provider(id))
    }

    /// The names of the providers that take new payments.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        self.offered()
            .map(|provider| provider.id().as_str())
            .collect()
    }

    /// The provider that a buyer names, if it takes new payments.
    pub(crate) fn choose(&self, name: &str) -> Result<&dyn PaymentProvider, PaymentRefusal> {
        let mut offered = self.offered();
        let chosen = offered.find(|provider| provider.id().as_str() == name);
        chosen.ok_or_else(|| PaymentRefusal::ProviderNotOffered {
            offered: self.offered().map(PaymentProvider::id).collect(),
        })
    }

    /// Whether a provider can be asked about it with our key: test and live are two worlds, and
    /// what staff confirm is known to nobody else.
    pub(crate) fn speaks_for(&self, attempt: &Attempt) -> bool {
        let provider = self.provider(attempt.provider);
        let is_asked = provider.capabilities().confirmation == Confirmation::ByProvider;
        is_asked && attempt.mode == self.mode
    }

    /// After this a call to a provider has ended, one way or another.
    pub(crate) const fn call_timeout(&self) -> TimeDelta {
        self.call_timeout
    }

    /// The mode in which this shop runs.
    pub(crate) const fn mode(&self) -> Mode {
        self.mode
    }

    /// Opens a payment. The answer for the record comes with what it means.
    pub(crate) async fn open_page(
        &self,
        order: &Order,
        attempt: &Attempt,
    ) -> (Result<Initialized, ProviderError>, PageOutcome) {
        let provider = self.provider(attempt.provider);
        let answer = provider.initialize(order, attempt).await;
        let outcome = page_outcome(&answer, order);
        (answer, outcome)
    }

    /// Asks what has become of an attempt.
    pub(crate) async fn verify(&self, attempt: &Attempt) -> Result<Observation, ProviderError> {
        self.provider(attempt.provider).verify(attempt).await
    }

    /// Asks for money to go back. After an unknown outcome it is never asked for again.
    pub(crate) async fn refund(
        &self,
        provider: ProviderId,
        refund: &NewRefund,
    ) -> Result<RefundObservation, ProviderError> {
        self.provider(provider).refund(refund).await
    }

    /// Asks how far a refund is: by the provider's reference of it, or by our own.
    pub(crate) async fn verify_refund(
        &self,
        provider: ProviderId,
        reference: &str,
    ) -> Result<RefundObservation, ProviderError> {
        self.provider(provider).verify_refund(reference).await
    }

    /// Whether staff give its money back by hand and say when it is done.
    pub(crate) fn refunds_by_hand(&self, provider: ProviderId) -> bool {
        !self.provider(provider).capabilities().can_refund
    }

    /// A page of the provider's own list of transactions, newest first; pages count from 1.
    pub(crate) async fn list_transactions(
        &self,
        provider: ProviderId,
        page: u32,
    ) -> Result<TransactionPage, ProviderError> {
        self.provider(provider).list_transactions(page).await
    }

    /// What a provider says it holds for the shop, per currency.
    pub(crate) async fn list_balances(
        &self,
        provider: ProviderId,
    ) -> Result<Vec<ProviderBalance>, ProviderError> {
        self.provider(provider).list_balances().await
    }

    /// The providers whose lists our books can be compared with.
    pub(crate) fn listing(&self) -> impl Iterator<Item = ProviderId> + '_ {
        ProviderId::ALL
            .into_iter()
            .filter(|id| self.provider(*id).capabilities().can_list)
    }

    /// When our books are compared with the providers' every day, in UTC.
    pub(crate) const fn reconcile_at(&self) -> Option<NaiveTime> {
        self.reconcile_at
    }

    /// Whether a provider answers and knows our key, by a question that changes nothing.
    ///
    /// # Errors
    /// Why not.
    pub async fn reach(&self, provider: ProviderId) -> Result<(), ProviderError> {
        self.list_transactions(provider, 1).await.map(|_| ())
    }

    /// Closes an attempt's page.
    pub(crate) async fn cancel(&self, attempt: &Attempt) -> Result<CancelOutcome, ProviderError> {
        self.provider(attempt.provider).cancel(attempt).await
    }

    /// Reads a message of a provider: who wrote it, and what to look at.
    pub(crate) fn parse_webhook(
        &self,
        provider: ProviderId,
        request: &RawRequest<'_>,
    ) -> Result<Notice, WebhookError> {
        self.provider(provider).parse_webhook(request)
    }
}

/// The recipient's first name and the rest of it.
fn names(order: &Order) -> (&str, &str) {
    let name = order.shipping_address.name.trim();
    name.split_once(char::is_whitespace).unwrap_or((name, ""))
}

fn page_outcome(answer: &Result<Initialized, ProviderError>, order: &Order) -> PageOutcome {
    let error = match answer {
        Ok(initialized) => return PageOutcome::Opened(initialized.clone()),
        Err(error) => error,
    };
    let reason = error.to_string();
    match error {
        ProviderError::Rejected { message, .. } => {
            let (first_name, last_name) = names(order);
            let phone = order.phone.as_deref().unwrap_or_default();
            let personal = [order.email.as_str(), phone, first_name, last_name];
            PageOutcome::Refused {
                reason: redact(message, &personal),
            }
        }
        ProviderError::Invalid { .. } | ProviderError::Auth | ProviderError::Unsupported => {
            PageOutcome::Refused { reason }
        }
        ProviderError::RateLimited(wait) => PageOutcome::NotAsked {
            reason,
            retry_after_seconds: wait.map(|wait| wait.as_secs()),
        },
        ProviderError::Unavailable => PageOutcome::NotAsked {
            reason,
            retry_after_seconds: None,
        },
        ProviderError::Duplicate | ProviderError::Unknown | ProviderError::Protocol(_) => {
            PageOutcome::Unknown { reason }
        }
    }
}
