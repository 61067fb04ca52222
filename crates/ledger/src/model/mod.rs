//! Nouns of the books: accounts and transfers between them, balances, the chain. Pure.

mod balances;
mod chain;
mod csv;
mod records;

use std::borrow::Cow;

use ids::OrderId;
use money::Money;

pub(crate) use self::{
    balances::currency_balances,
    chain::{Day, Head, Sealed},
    records::{Filter, PostedTransfer},
};
pub use self::{
    balances::{AccountBalance, AccountKind, CurrencyBalances},
    csv::Export,
    records::Range,
};

/// An account of the chart; its row in `ledger_accounts` says what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Account {
    /// Money that a provider holds for the shop, or that came into its own hands by that way.
    /// The name is the provider's, as in `payment_attempts.provider`.
    Held(Cow<'static, str>),
    /// What buyers paid for orders, less what was given back.
    Orders,
    /// Money that came and pays no order: owed to its buyer.
    Surplus,
    /// Refunds that were promised and are not with the buyer yet.
    RefundsPayable,
    /// What providers keep of the money they take.
    ProviderFees,
    /// Money that a provider took back and that is not decided yet.
    Disputed,
    /// Differences that were given up, either way.
    WriteOffs,
    /// What is left on gift cards.
    GiftCards,
    /// Credit that customers have with the shop.
    StoreCredit,
    /// Credit that is set aside for orders that are not paid yet.
    CreditSetAside,
    /// Credit that was given to buyers for nothing.
    Goodwill,
}

impl Account {
    /// Its code in `ledger_accounts`.
    #[must_use]
    pub fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Held(provider) => Cow::Owned(format!("held:{provider}")),
            Self::Orders => Cow::Borrowed("orders"),
            Self::Surplus => Cow::Borrowed("surplus"),
            Self::RefundsPayable => Cow::Borrowed("refunds_payable"),
            Self::ProviderFees => Cow::Borrowed("provider_fees"),
            Self::Disputed => Cow::Borrowed("disputed"),
            Self::WriteOffs => Cow::Borrowed("write_offs"),
            Self::GiftCards => Cow::Borrowed("gift_cards"),
            Self::StoreCredit => Cow::Borrowed("store_credit"),
            Self::CreditSetAside => Cow::Borrowed("credit_set_aside"),
            Self::Goodwill => Cow::Borrowed("goodwill"),
        }
    }
}

/// One movement of an entry: `amount` is debited here and credited there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The account that is debited: an asset or expense grows, a debt or an income shrinks.
    pub debit: Account,
    /// The account that is credited: a debt or an income grows, an asset or expense shrinks.
    pub credit: Account,
    /// More than nothing.
    pub amount: Money,
    /// The order that it is about, if it is about one.
    pub order_id: Option<OrderId>,
}
