//! What every payment provider can be asked, and what it declares about itself. A provider says
//! only what it saw; what that means for an order is decided in `settlement`.

mod answers;
mod notice;

use std::fmt::Debug;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use money::Money;
use orders::Order;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::answers::ProviderError;
pub(crate) use self::{
    answers::{
        CancelOutcome, Initialized, ListedTransaction, Observation, Observed, ProviderBalance,
        RefundObservation, RefundTold, TransactionPage, Witness,
    },
    notice::{Authenticity, Claims, Notice, NoticeKind, Proof, RawRequest, WebhookError},
};
use super::Attempt;

/// A provider, by the name that stands in our tables.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ProviderId {
    /// Chapa's checkout page.
    Chapa,
    /// Cash at the door; staff say when it came.
    CashOnDelivery,
    /// A transfer to the shop's account with a reference; staff say when it came.
    BankTransfer,
    /// A gift card or store credit: the shop's own debt pays, at once.
    Credit,
}

impl ProviderId {
    /// The one that is taken where a buyer names none.
    pub(crate) const DEFAULT: Self = Self::Chapa;

    pub(crate) const ALL: [Self; 4] = [
        Self::Chapa,
        Self::CashOnDelivery,
        Self::BankTransfer,
        Self::Credit,
    ];

    /// The word that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chapa => "chapa",
            Self::CashOnDelivery => "cash_on_delivery",
            Self::BankTransfer => "bank_transfer",
            Self::Credit => "credit",
        }
    }

    /// Who says that its money has come.
    pub(crate) const fn confirmation(self) -> Confirmation {
        match self {
            Self::Chapa => Confirmation::ByProvider,
            Self::CashOnDelivery | Self::BankTransfer => Confirmation::ByStaff,
            Self::Credit => Confirmation::OwnBooks,
        }
    }

    /// The provider of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|id| id.as_str() == text)
    }
}

/// Test money or real money; the shop runs in one of them, and the other never settles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// No money moves.
    Test,
    /// Money moves.
    Live,
}

impl Mode {
    /// The word that is stored: `test` or `live`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Test, Self::Live]
            .into_iter()
            .find(|mode| mode.as_str() == text)
    }
}

/// Who says that the money has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Confirmation {
    /// The provider, when it is asked.
    ByProvider,
    /// Staff of the shop, who saw the money. There is nobody else to ask.
    ByStaff,
    /// The shop's own books: it is credit with the shop.
    OwnBooks,
}

/// For how long a payment is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// While the provider's page is, and never longer than the order waits.
    Page(TimeDelta),
    /// So long after the order was placed; the order waits for it.
    Hold(TimeDelta),
}

impl Lifetime {
    /// Until when an order can be paid that way. A hold counts from the placing of the order, so
    /// nobody keeps units for ever by starting again and again.
    pub(crate) fn end(self, order: &Order, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Page(page) => order.expires_at.min(now + page),
            Self::Hold(hold) => order.expires_at.max(order.placed_at + hold),
        }
    }
}

/// Why a provider does not take an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsuitable {
    /// Not in this currency.
    Currency,
    /// Not so much.
    Amount {
        /// The most that it takes.
        most: Money,
    },
}

/// What a provider can do, as it declares it; nothing is found out by trying.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent fact about a provider"
)]
pub(crate) struct Capabilities {
    /// Who says that the money has come.
    pub(crate) confirmation: Confirmation,
    /// The buyer is sent to a page of the provider.
    pub(crate) has_redirect: bool,
    /// Its messages tell that there is news.
    pub(crate) has_webhooks: bool,
    /// It can be told to take a payment back before it is paid.
    pub(crate) can_cancel: bool,
    /// It gives money back when it is asked to; without it, staff hand it over.
    pub(crate) can_refund: bool,
    /// A part of a payment can be given back.
    pub(crate) can_refund_in_part: bool,
    /// It has a list of its transactions to compare our books with.
    pub(crate) can_list: bool,
    /// The most that one payment may be, for each currency that it takes.
    pub(crate) amount_max: Vec<Money>,
    /// For how long a payment is open.
    pub(crate) lifetime: Lifetime,
}

impl Capabilities {
    /// Whether an amount can be paid that way.
    pub(crate) fn check(&self, amount: Money) -> Result<(), Unsuitable> {
        let of_currency = |most: &&Money| most.currency() == amount.currency();
        let most = self.amount_max.iter().find(of_currency);
        match most.copied() {
            None => Err(Unsuitable::Currency),
            Some(most) if amount.minor() > most.minor() => Err(Unsuitable::Amount { most }),
            Some(_) => Ok(()),
        }
    }
}

/// A refund to be asked for. It was written down before, under its own reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewRefund {
    /// The provider's reference of the payment.
    pub(crate) provider_reference: String,
    /// What goes back.
    pub(crate) amount: Money,
    /// In staff's words; the provider may show it.
    pub(crate) reason: Option<String>,
    /// The shop's own reference of this refund, never used twice.
    pub(crate) merchant_reference: String,
}

/// A way to take money. An implementation makes one call per request and never repeats one that
/// may have been heard: [`ProviderError::Unknown`] is not [`ProviderError::Rejected`].
#[async_trait]
pub(crate) trait PaymentProvider: Debug + Send + Sync {
    /// Its name.
    fn id(&self) -> ProviderId;

    /// What it can do.
    fn capabilities(&self) -> &Capabilities;

    /// Opens a payment under the attempt's reference.
    async fn initialize(
        &self,
        order: &Order,
        attempt: &Attempt,
    ) -> Result<Initialized, ProviderError>;

    /// Says what has become of an attempt.
    async fn verify(&self, attempt: &Attempt) -> Result<Observation, ProviderError>;

    /// Asks for money to go back. After an unknown outcome it is never asked for again.
    async fn refund(&self, refund: &NewRefund) -> Result<RefundObservation, ProviderError>;

    /// Says how far a refund is: by the provider's reference of it, or by our own.
    async fn verify_refund(&self, reference: &str) -> Result<RefundObservation, ProviderError>;

    /// Closes a payment that was not paid, so that nobody pays it any more.
    async fn cancel(&self, attempt: &Attempt) -> Result<CancelOutcome, ProviderError>;

    /// A page of its own list of transactions, newest first; pages count from 1.
    async fn list_transactions(&self, page: u32) -> Result<TransactionPage, ProviderError>;

    /// What it says it holds for the shop, per currency.
    async fn list_balances(&self) -> Result<Vec<ProviderBalance>, ProviderError> {
        Err(ProviderError::Unsupported)
    }

    /// Reads a message: who wrote it and what to look at. Never a state to be applied. Pure.
    fn parse_webhook(&self, request: &RawRequest<'_>) -> Result<Notice, WebhookError>;
}
