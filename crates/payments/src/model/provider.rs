//! What every payment provider can be asked, and what it may answer. A provider says only what
//! it saw; what that means for an order is decided in `settlement`.

pub(crate) use chapa::{Error as ProviderError, RefundObservation, TransactionPage};

/// A provider, by the name that stands in our tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProviderId {
    /// Chapa's checkout page.
    Chapa,
    /// Cash at the door; staff say when it came.
    CashOnDelivery,
    /// A transfer to the shop's account with a reference; staff say when it came.
    BankTransfer,
}

impl ProviderId {
    pub(crate) const ALL: [Self; 3] = [Self::Chapa, Self::CashOnDelivery, Self::BankTransfer];

    /// The word that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chapa => "chapa",
            Self::CashOnDelivery => "cash_on_delivery",
            Self::BankTransfer => "bank_transfer",
        }
    }

    /// The provider of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|id| id.as_str() == text)
    }
}
