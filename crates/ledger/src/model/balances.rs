//! What accounts hold, and what that says of the shop. Never a sum of two currencies.

use kit::{Error, Result};
use money::{Currency, Money};
use serde::Serialize;
use utoipa::ToSchema;

/// What a balance of an account means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// What the shop holds or is owed; grows on the debit side.
    Asset,
    /// What was spent; grows on the debit side.
    Expense,
    /// What the shop owes; grows on the credit side.
    Liability,
    /// What was earned; grows on the credit side.
    Income,
}

impl AccountKind {
    /// As `ledger_accounts.kind` says it.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "asset" => Self::Asset,
            "expense" => Self::Expense,
            "liability" => Self::Liability,
            "income" => Self::Income,
            _ => return None,
        })
    }

    const fn grows_on_debit(self) -> bool {
        matches!(self, Self::Asset | Self::Expense)
    }
}

/// An account with all that was booked on it in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountBalance {
    /// Its code in the chart of accounts.
    #[schema(example = "held:chapa")]
    pub account: String,
    /// `asset`, `expense`, `liability` or `income`.
    pub kind: AccountKind,
    /// What it holds, in words.
    #[schema(example = "Money that Chapa holds for the shop")]
    pub title: String,
    /// Sum of what was debited.
    pub debit: Money,
    /// Sum of what was credited.
    pub credit: Money,
    /// Debit less credit of an asset or expense, credit less debit of a liability or income.
    pub balance: Money,
}

impl AccountBalance {
    /// An account from the sums of its two sides.
    ///
    /// # Errors
    /// A fault when the difference does not fit 64 bits.
    pub(crate) fn new(
        (account, kind, title): (String, AccountKind, String),
        (debit_minor, credit_minor): (i64, i64),
        currency: Currency,
    ) -> Result<Self> {
        let balance = if kind.grows_on_debit() {
            debit_minor.checked_sub(credit_minor)
        } else {
            credit_minor.checked_sub(debit_minor)
        };
        let balance = balance.ok_or_else(|| Error::fault("a balance beyond 64 bits"))?;
        let money = |minor| Money::new(minor, currency);
        Ok(Self {
            account,
            kind,
            title,
            debit: money(debit_minor),
            credit: money(credit_minor),
            balance: money(balance),
        })
    }
}

/// The books in one currency. What is owned and spent equals what is owed and earned:
/// `is_owed + spent = owes + earned`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CurrencyBalances {
    /// ISO 4217.
    #[schema(value_type = String, example = "ETB", pattern = "^[A-Z]{3}$")]
    pub currency: Currency,
    /// Sum of the liabilities: what the shop owes to buyers.
    pub owes: Money,
    /// Sum of the assets: what the shop holds, or others hold for it.
    pub is_owed: Money,
    /// Sum of the income.
    pub earned: Money,
    /// Sum of the expenses.
    pub spent: Money,
    /// Every account of the chart, also those that nothing was booked on.
    pub accounts: Vec<AccountBalance>,
}

/// Sums the accounts of one currency up by their kinds.
///
/// # Errors
/// A fault when a sum does not fit 64 bits.
pub(crate) fn currency_balances(
    currency: Currency,
    accounts: Vec<AccountBalance>,
) -> Result<CurrencyBalances> {
    let sum = |kind| {
        let of_kind = accounts.iter().filter(|account| account.kind == kind);
        of_kind
            .map(|account| account.balance)
            .try_fold(Money::zero(currency), Money::checked_add)
            .map_err(Error::fault)
    };
    Ok(CurrencyBalances {
        currency,
        owes: sum(AccountKind::Liability)?,
        is_owed: sum(AccountKind::Asset)?,
        earned: sum(AccountKind::Income)?,
        spent: sum(AccountKind::Expense)?,
        accounts,
    })
}
