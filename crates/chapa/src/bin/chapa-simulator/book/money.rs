//! What moves money: each change of a payment or refund writes its lines in the ledger with it.

use chrono::{DateTime, Utc};

use super::ledger::{About, Account, Ledger, LineKind, Movement, Purse};
use super::{Book, Refund, RefundState, TransactionState};
use crate::variants::FeeBearer;

/// What became of an order to move a refund along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moved {
    Unknown,
    /// It had ended before.
    Ended,
    Yes,
}

impl Book {
    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// A payment that was not paid before is paid: gross to the merchant, the fee to Chapa.
    pub(crate) fn charge(&mut self, reference: &str, bearer: FeeBearer, at: DateTime<Utc>) {
        let Some(transaction) = self.transactions.get_mut(reference) else {
            return;
        };
        transaction.state = TransactionState::Charged;
        let (purse, about) = (transaction.purse(), transaction.about(None));
        let charge = Movement {
            kind: LineKind::Charge,
            from: Account::Buyers,
            to: Account::Available,
            amount_minor: transaction.amount_minor,
        };
        let fee = Movement {
            kind: LineKind::Fee,
            from: match bearer {
                FeeBearer::Merchant => Account::Available,
                FeeBearer::Customer => Account::Buyers,
            },
            to: Account::Fees,
            amount_minor: transaction.charge_minor,
        };
        self.ledger.post(&purse, about.clone(), at, &charge);
        self.ledger.post(&purse, about, at, &fee);
    }

    /// What was paid goes back to the buyer, but for what refunds took already.
    pub(crate) fn reverse(&mut self, reference: &str, at: DateTime<Utc>) {
        let taken = self.refunded_minor(reference, false);
        let Some(transaction) = self.transactions.get_mut(reference) else {
            return;
        };
        transaction.state = TransactionState::Reversed;
        let reversal = Movement {
            kind: LineKind::Reversal,
            from: Account::Available,
            to: Account::Buyers,
            amount_minor: transaction.amount_minor - taken,
        };
        let (purse, about) = (transaction.purse(), transaction.about(None));
        self.ledger.post(&purse, about, at, &reversal);
    }

    /// Takes a refund in, and its amount out of the balance.
    pub(crate) fn add_refund(&mut self, refund: Refund) {
        self.post_refund(&refund, refund.created_at, LineKind::RefundTaken);
        self.refunds.push(refund);
    }

    /// Moves a refund to another state: paid to the buyer, or given back to the balance.
    pub(crate) fn move_refund(
        &mut self,
        ref_id: &str,
        state: RefundState,
        at: DateTime<Utc>,
    ) -> Moved {
        let found = self.refunds.iter_mut().find(|r| r.ref_id == ref_id);
        let Some(refund) = found else {
            return Moved::Unknown;
        };
        if refund.state.is_final() {
            return Moved::Ended;
        }
        refund.state = state;
        refund.updated_at = at;
        let refund = refund.clone();
        match state {
            RefundState::Refunded => self.post_refund(&refund, at, LineKind::RefundPaid),
            RefundState::Reversed | RefundState::Failed => {
                self.post_refund(&refund, at, LineKind::RefundReturned);
            }
            RefundState::Initiated | RefundState::Processing => {}
        }
        Moved::Yes
    }

    fn post_refund(&mut self, refund: &Refund, at: DateTime<Utc>, kind: LineKind) {
        let Some(transaction) = self.transactions.get(&refund.payment_reference) else {
            return;
        };
        let (from, to) = match kind {
            LineKind::RefundTaken => (Account::Available, Account::Refunds),
            LineKind::RefundPaid => (Account::Refunds, Account::Buyers),
            _ => (Account::Refunds, Account::Available),
        };
        let movement = Movement {
            kind,
            from,
            to,
            amount_minor: refund.amount_minor,
        };
        let (purse, about) = (transaction.purse(), transaction.about(Some(&refund.ref_id)));
        self.ledger.post(&purse, about, at, &movement);
    }

    /// Money from the merchant's bank, or to it when less than nothing.
    pub(crate) fn deposit(&mut self, purse: &Purse, amount_minor: i64, at: DateTime<Utc>) {
        let (kind, from, to) = if amount_minor < 0 {
            (LineKind::Payout, Account::Available, Account::Bank)
        } else {
            (LineKind::Deposit, Account::Bank, Account::Available)
        };
        let movement = Movement {
            kind,
            from,
            to,
            amount_minor: amount_minor.abs(),
        };
        self.ledger.post(purse, About::default(), at, &movement);
    }

    /// Minor units that were given back, or, unless only final ones count, are on their way.
    pub(crate) fn refunded_minor(&self, reference: &str, only_final: bool) -> i64 {
        self.refunds
            .iter()
            .filter(|refund| refund.payment_reference == reference)
            .filter(|refund| match refund.state {
                RefundState::Refunded => true,
                other => other.takes_money() && !only_final,
            })
            .map(|refund| refund.amount_minor)
            .sum()
    }

    /// Writes the ledger anew from payments and refunds, for files that had none.
    pub(super) fn rebuild_ledger(&mut self, bearer: FeeBearer) {
        let mut references: Vec<(u64, String)> = Vec::new();
        for transaction in self.transactions.values().filter(|t| t.is_settled()) {
            references.push((transaction.number, transaction.reference.clone()));
        }
        references.sort();
        for (_, reference) in references {
            let Some(transaction) = self.transactions.get(&reference).cloned() else {
                continue;
            };
            self.charge(&reference, bearer, transaction.updated_at);
            let of_payment = |r: &&Refund| r.payment_reference == reference;
            let refunds: Vec<Refund> = self.refunds.iter().filter(of_payment).cloned().collect();
            for refund in refunds {
                self.post_refund(&refund, refund.created_at, LineKind::RefundTaken);
                if refund.state.is_final() {
                    let kind = match refund.state {
                        RefundState::Refunded => LineKind::RefundPaid,
                        _ => LineKind::RefundReturned,
                    };
                    self.post_refund(&refund, refund.updated_at, kind);
                }
            }
            if transaction.state == TransactionState::Reversed {
                self.reverse(&reference, transaction.updated_at);
            }
        }
    }
}
