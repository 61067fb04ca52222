//! The way to the providers: which there are, and the calls to them. Calls take time, so none
//! is made while a transaction is open. Never what an answer means.

mod chapa;

use chrono::TimeDelta;
use kit::Result;
use orders::Order;

use self::chapa::Chapa;
pub(crate) use self::chapa::callback_reference;
use crate::model::{
    Attempt, CancelOutcome, Confirmation, Initialized, Mode, NewRefund, Notice, Observation,
    PageOutcome, PaymentProvider, PaymentSettings, ProviderError, ProviderId, RawRequest,
    RefundObservation, Terms, TransactionPage, WebhookError, redact,
};

/// The payment providers of this shop; shared by handlers and jobs.
#[derive(Debug)]
pub struct Gateway {
    chapa: Chapa,
    terms: Terms,
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
            terms: Terms {
                mode: settings.mode,
                call_timeout: call_timeout + CALL_MARGIN,
                page_lifetime: TimeDelta::minutes(i64::from(settings.page_lifetime_minutes)),
            },
        })
    }

    /// What new attempts are made with.
    pub(crate) const fn terms(&self) -> Terms {
        self.terms
    }

    /// The provider of that name, whether or not it takes new payments.
    pub(crate) fn provider(&self, id: ProviderId) -> Option<&dyn PaymentProvider> {
        match id {
            ProviderId::Chapa => Some(&self.chapa),
            ProviderId::CashOnDelivery | ProviderId::BankTransfer => None,
        }
    }

    fn able(&self, id: ProviderId) -> Result<&dyn PaymentProvider, ProviderError> {
        self.provider(id).ok_or(ProviderError::Unsupported)
    }

    /// Whether a provider can be asked about it with our key: test and live are two worlds, and
    /// what staff confirm is known to nobody else.
    pub(crate) fn speaks_for(&self, attempt: &Attempt) -> bool {
        let is_asked = self.provider(attempt.provider).is_some_and(|provider| {
            provider.capabilities().confirmation == Confirmation::ByProvider
        });
        is_asked && attempt.mode == self.terms.mode
    }

    /// The mode in which this shop runs.
    pub(crate) const fn mode(&self) -> Mode {
        self.terms.mode
    }

    /// Opens a payment. The answer for the record comes with what it means.
    pub(crate) async fn open_page(
        &self,
        order: &Order,
        attempt: &Attempt,
    ) -> (Result<Initialized, ProviderError>, PageOutcome) {
        let answer = match self.able(attempt.provider) {
            Ok(provider) => provider.initialize(order, attempt).await,
            Err(error) => Err(error),
        };
        let outcome = page_outcome(&answer, order);
        (answer, outcome)
    }

    /// Asks what has become of an attempt.
    pub(crate) async fn verify(&self, attempt: &Attempt) -> Result<Observation, ProviderError> {
        self.able(attempt.provider)?.verify(attempt).await
    }

    /// Asks for money to go back. After an unknown outcome it is never asked for again.
    pub(crate) async fn refund(
        &self,
        provider: ProviderId,
        refund: &NewRefund,
    ) -> Result<RefundObservation, ProviderError> {
        self.able(provider)?.refund(refund).await
    }

    /// Asks how far a refund is: by the provider's reference of it, or by our own.
    pub(crate) async fn verify_refund(
        &self,
        provider: ProviderId,
        reference: &str,
    ) -> Result<RefundObservation, ProviderError> {
        self.able(provider)?.verify_refund(reference).await
    }

    /// Whether staff give its money back by hand and say when it is done.
    pub(crate) fn refunds_by_hand(&self, provider: ProviderId) -> bool {
        !self
            .provider(provider)
            .is_some_and(|provider| provider.capabilities().can_refund)
    }

    /// A page of the provider's own list of transactions, newest first; pages count from 1.
    pub(crate) async fn list_transactions(
        &self,
        provider: ProviderId,
        page: u32,
    ) -> Result<TransactionPage, ProviderError> {
        self.able(provider)?.list_transactions(page).await
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
        self.able(attempt.provider)?.cancel(attempt).await
    }

    /// Reads a message of a provider: who wrote it, and what to look at.
    pub(crate) fn parse_webhook(
        &self,
        provider: ProviderId,
        request: &RawRequest<'_>,
    ) -> Result<Notice, WebhookError> {
        let provider = self.provider(provider).ok_or(WebhookError::Unsupported)?;
        provider.parse_webhook(request)
    }
}

/// The recipient's first name and the rest of it.
fn names(order: &Order) -> (&str, &str) {
    let name = order.shipping_address.name.trim();
    name.split_once(char::is_whitespace).unwrap_or((name, ""))
}

fn page_outcome(answer: &Result<Initialized, ProviderError>, order: &Order) -> PageOutcome {
    let error = match answer {
        Ok(Initialized::Redirect { url }) => {
            return PageOutcome::Opened {
                checkout_url: url.clone(),
            };
        }
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
