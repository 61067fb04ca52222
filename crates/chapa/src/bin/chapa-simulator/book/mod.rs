//! What the simulated Chapa remembers. No network.

mod file;
mod ledger;
mod listing;
mod merchant;
mod money;
mod refund;
#[cfg(test)]
mod tests;
mod transaction;
mod webhook;

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::Ids;

pub(crate) use ledger::{Account, Ledger, Line, LineKind, Purse};
pub(crate) use listing::{Arrival, Claims, Disguise};
pub(crate) use merchant::{DEFAULT_MERCHANT, Merchant, is_live_key};
pub(crate) use money::Moved;
pub(crate) use refund::{Refund, RefundState};
pub(crate) use transaction::{TimelineRow, Transaction, TransactionState};
pub(crate) use webhook::{Delivery, Webhook, WebhookState};

/// The newest calls that are kept for `GET /__sim/calls`.
const CALLS_KEPT: usize = 10_000;

/// A call that arrived, for tests to look at.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Call {
    pub(crate) at: DateTime<Utc>,
    pub(crate) name: &'static str,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) content_type: Option<String>,
    pub(crate) body: String,
    /// The status answered; absent when the connection was cut or left hanging.
    pub(crate) status: Option<u16>,
    pub(crate) fault: Option<&'static str>,
}

/// Everything that a restart keeps, and the log of calls that it does not.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Book {
    ids: Ids,
    #[serde(flatten)]
    pub(crate) clock: crate::clock::Clock,
    /// Those of the control API; the first is the command line's and is not kept.
    #[serde(default)]
    merchants: Vec<Merchant>,
    /// By `tx_ref` in files of older versions, by Chapa's reference from then on.
    transactions: BTreeMap<String, Transaction>,
    refunds: Vec<Refund>,
    webhooks: Vec<Webhook>,
    #[serde(default)]
    ledger: Ledger,
    /// By Chapa's reference.
    #[serde(default)]
    pub(crate) disguises: BTreeMap<String, Disguise>,
    /// By Chapa's reference.
    #[serde(default)]
    pub(crate) claims: BTreeMap<String, Claims>,
    #[serde(default)]
    pub(crate) arrivals: Vec<Arrival>,
    #[serde(skip)]
    reference_by_token: BTreeMap<String, String>,
    /// By merchant and `tx_ref`: two merchants may use the same one.
    #[serde(skip)]
    reference_by_tx_ref: BTreeMap<(String, String), String>,
    #[serde(skip)]
    calls: VecDeque<Call>,
}

impl Book {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            ids: Ids::new(seed),
            ..Self::default()
        }
    }

    pub(crate) fn ids(&mut self) -> &mut Ids {
        &mut self.ids
    }

    /// The command line's first.
    pub(crate) fn merchants(&self) -> &[Merchant] {
        &self.merchants
    }

    pub(crate) fn merchant(&self, name: &str) -> Option<&Merchant> {
        self.merchants.iter().find(|m| m.name == name)
    }

    pub(crate) fn merchant_mut(&mut self, name: &str) -> Option<&mut Merchant> {
        self.merchants.iter_mut().find(|m| m.name == name)
    }

    pub(crate) fn add_merchant(&mut self, merchant: Merchant) {
        self.merchants.push(merchant);
    }

    /// Puts the command line's merchant in the first place, over what a file kept of it.
    pub(crate) fn seat_default(&mut self, merchant: Merchant) {
        self.merchants.retain(|kept| kept.name != merchant.name);
        self.merchants.insert(0, merchant);
    }

    /// Whose key this is, and the mode that it works in.
    pub(crate) fn caller(&self, key: &str) -> Option<(&Merchant, &'static str)> {
        let mut merchants = self.merchants.iter();
        merchants.find_map(|merchant| Some((merchant, merchant.mode_of(key)?)))
    }

    pub(crate) fn add_transaction(&mut self, transaction: Transaction) {
        self.index(&transaction);
        self.transactions
            .insert(transaction.reference.clone(), transaction);
    }

    fn index(&mut self, transaction: &Transaction) {
        let reference = &transaction.reference;
        self.reference_by_token
            .insert(transaction.token.clone(), reference.clone());
        let owned = (transaction.merchant.clone(), transaction.tx_ref.clone());
        self.reference_by_tx_ref.insert(owned, reference.clone());
    }

    /// By Chapa's reference.
    pub(crate) fn transaction(&self, reference: &str) -> Option<&Transaction> {
        self.transactions.get(reference)
    }

    pub(crate) fn transaction_mut(&mut self, reference: &str) -> Option<&mut Transaction> {
        self.transactions.get_mut(reference)
    }

    /// By the merchant's own reference.
    pub(crate) fn transaction_of(&self, merchant: &str, tx_ref: &str) -> Option<&Transaction> {
        let owned = (merchant.to_owned(), tx_ref.to_owned());
        self.transactions.get(self.reference_by_tx_ref.get(&owned)?)
    }

    /// By Chapa's reference or by the merchant's, if it is this merchant's.
    pub(crate) fn transaction_by_any(&self, merchant: &str, either: &str) -> Option<&Transaction> {
        let by_chapa = self.transactions.get(either);
        by_chapa
            .filter(|transaction| transaction.merchant == merchant)
            .or_else(|| self.transaction_of(merchant, either))
    }

    /// By Chapa's reference or by any merchant's, the command line's first: for the control API.
    pub(crate) fn find_transaction(&self, either: &str) -> Option<&Transaction> {
        let mut merchants = self.merchants.iter();
        self.transactions
            .get(either)
            .or_else(|| merchants.find_map(|m| self.transaction_of(&m.name, either)))
    }

    /// By the last part of the checkout page's address.
    pub(crate) fn transaction_by_token(&self, token: &str) -> Option<&Transaction> {
        self.transactions.get(self.reference_by_token.get(token)?)
    }

    /// Newest first.
    pub(crate) fn transactions(&self) -> Vec<&Transaction> {
        let mut all: Vec<&Transaction> = self.transactions.values().collect();
        all.sort_by_key(|transaction| std::cmp::Reverse(transaction.number));
        all
    }

    pub(crate) fn transaction_count(&self) -> u64 {
        self.transactions.len() as u64
    }

    pub(crate) fn refunds(&self) -> &[Refund] {
        &self.refunds
    }

    /// By Chapa's reference of the refund.
    pub(crate) fn refund(&self, ref_id: &str) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.ref_id == ref_id)
    }

    /// By the merchant's own reference of the refund.
    pub(crate) fn refund_of(&self, merchant: &str, own: &str) -> Option<&Refund> {
        self.refunds.iter().find(|refund| {
            refund.merchant == merchant && refund.merchant_reference.as_deref() == Some(own)
        })
    }

    /// Adds a webhook and returns its number, which counts from 1.
    pub(crate) fn add_webhook(&mut self, webhook: Webhook) -> usize {
        self.webhooks.push(Webhook {
            id: self.webhooks.len() + 1,
            ..webhook
        });
        self.webhooks.len()
    }

    pub(crate) fn webhooks(&self) -> &[Webhook] {
        &self.webhooks
    }

    pub(crate) fn webhook_mut(&mut self, id: usize) -> Option<&mut Webhook> {
        self.webhooks.get_mut(id.checked_sub(1)?)
    }

    pub(crate) fn record_call(&mut self, call: Call) {
        if self.calls.len() == CALLS_KEPT {
            self.calls.pop_front();
        }
        self.calls.push_back(call);
    }

    pub(crate) fn calls(&self) -> &VecDeque<Call> {
        &self.calls
    }
}
