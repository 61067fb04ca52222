//! The simulated Chapa's own books, by double entry: every line takes an amount from one account
//! and gives it to another, so that all accounts together always hold nothing. Lines are only
//! ever added. No clock and no network.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Where money may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Account {
    /// The buyers' wallets and cards: less than nothing when they have paid.
    Buyers,
    /// What the merchant may use.
    Available,
    /// Taken for refunds that have not ended.
    Refunds,
    /// Chapa's earnings.
    Fees,
    /// The merchant's bank: deposits come from it, payouts go to it.
    Bank,
}

/// Why money moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LineKind {
    /// A balance to begin with, or a later deposit.
    Deposit,
    /// To the merchant's bank.
    Payout,
    Charge,
    Fee,
    /// Taken from the balance when the refund was accepted.
    RefundTaken,
    /// The buyer has it.
    RefundPaid,
    /// Given back to the balance: the refund did not go through.
    RefundReturned,
    /// A paid charge was taken back.
    Reversal,
}

/// Whose money, of which kind: test money and live money never meet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Purse {
    pub(crate) merchant: String,
    pub(crate) mode: String,
    pub(crate) currency: String,
}

/// What a line is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct About {
    pub(crate) tx_ref: Option<String>,
    /// Chapa's reference of the payment.
    pub(crate) reference: Option<String>,
    /// Chapa's reference of the refund.
    pub(crate) refund: Option<String>,
}

/// One movement of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// Counts from 1.
    pub(crate) number: usize,
    pub(crate) at: DateTime<Utc>,
    pub(crate) kind: LineKind,
    #[serde(flatten)]
    pub(crate) purse: Purse,
    pub(crate) from: Account,
    pub(crate) to: Account,
    pub(crate) amount_minor: i64,
    #[serde(flatten)]
    pub(crate) about: About,
}

/// A movement that is to be written down.
#[derive(Debug, Clone)]
pub(crate) struct Movement {
    pub(crate) kind: LineKind,
    pub(crate) from: Account,
    pub(crate) to: Account,
    pub(crate) amount_minor: i64,
}

/// What each account of a purse holds.
pub(crate) type Accounts = BTreeMap<Account, i64>;

/// All lines, oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Ledger(Vec<Line>);

impl Ledger {
    pub(crate) fn lines(&self) -> &[Line] {
        &self.0
    }

    /// Writes a movement down; one of nothing leaves no line.
    pub(crate) fn post(
        &mut self,
        purse: &Purse,
        about: About,
        at: DateTime<Utc>,
        movement: &Movement,
    ) {
        if movement.amount_minor == 0 {
            return;
        }
        self.0.push(Line {
            number: self.0.len() + 1,
            at,
            kind: movement.kind,
            purse: purse.clone(),
            from: movement.from,
            to: movement.to,
            amount_minor: movement.amount_minor,
            about,
        });
    }

    /// What every account holds, by purse.
    pub(crate) fn accounts(&self) -> BTreeMap<Purse, Accounts> {
        let mut purses: BTreeMap<Purse, Accounts> = BTreeMap::new();
        for line in &self.0 {
            let accounts = purses.entry(line.purse.clone()).or_default();
            *accounts.entry(line.from).or_default() -= line.amount_minor;
            *accounts.entry(line.to).or_default() += line.amount_minor;
        }
        purses
    }

    /// What one account of one purse holds.
    pub(crate) fn held(&self, purse: &Purse, account: Account) -> i64 {
        let of_purse = self.0.iter().filter(|line| line.purse == *purse);
        of_purse
            .map(|line| {
                let came = i64::from(line.to == account) * line.amount_minor;
                came - i64::from(line.from == account) * line.amount_minor
            })
            .sum()
    }

    /// What moved for one reason, by Chapa's reference of the payment.
    pub(crate) fn moved(&self, reference: &str, kind: LineKind) -> i64 {
        let of_payment = self.of_payment(reference);
        let of_kind = of_payment.filter(|line| line.kind == kind);
        of_kind.map(|line| line.amount_minor).sum()
    }

    /// The lines of one payment.
    pub(crate) fn of_payment(&self, reference: &str) -> impl Iterator<Item = &Line> {
        self.0
            .iter()
            .filter(move |line| line.about.reference.as_deref() == Some(reference))
    }

    /// Whether nothing was made or lost: in each purse the accounts together hold nothing, no
    /// line moves less than nothing, and the numbers have no gap.
    pub(crate) fn is_balanced(&self) -> bool {
        let sums_are_zero = self
            .accounts()
            .values()
            .all(|accounts| accounts.values().sum::<i64>() == 0);
        let lines_are_sound = (1_usize..).zip(&self.0).all(|(number, line)| {
            line.number == number && line.amount_minor > 0 && line.from != line.to
        });
        sums_are_zero && lines_are_sound
    }
}
