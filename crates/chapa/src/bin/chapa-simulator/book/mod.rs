//! What the simulated Chapa remembers, and how it is kept in a file. No network.

mod refund;
mod transaction;
mod webhook;

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::Ids;

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
    pub(crate) clock_offset_seconds: i64,
    transactions: BTreeMap<String, Transaction>,
    refunds: Vec<Refund>,
    webhooks: Vec<Webhook>,
    #[serde(skip)]
    tx_ref_by_token: BTreeMap<String, String>,
    #[serde(skip)]
    tx_ref_by_reference: BTreeMap<String, String>,
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

    /// Reads a kept book; `None` when there is no such file.
    pub(crate) fn load(path: &Path) -> anyhow::Result<Option<Self>> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).context("the state file cannot be read"),
        };
        let mut book: Self =
            serde_json::from_str(&text).context("the state file is not this program's")?;
        for transaction in book.transactions.values() {
            let tx_ref = &transaction.tx_ref;
            book.tx_ref_by_token
                .insert(transaction.token.clone(), tx_ref.clone());
            book.tx_ref_by_reference
                .insert(transaction.reference.clone(), tx_ref.clone());
        }
        for webhook in &mut book.webhooks {
            // Stopped in the middle of its first attempt: nobody knows whether it arrived.
            if webhook.state == WebhookState::Pending && webhook.next_attempt_at.is_none() {
                webhook.next_attempt_at = Some(DateTime::UNIX_EPOCH);
            }
        }
        Ok(Some(book))
    }

    /// Writes the whole book beside the file and renames it: a reader never sees half.
    pub(crate) fn save(&self, path: &Path) -> anyhow::Result<()> {
        let beside = path.with_extension("tmp");
        let text = serde_json::to_vec(self).context("the state cannot be written down")?;
        std::fs::write(&beside, text).context("the state file cannot be written")?;
        std::fs::rename(&beside, path).context("the state file cannot be replaced")
    }

    pub(crate) fn ids(&mut self) -> &mut Ids {
        &mut self.ids
    }

    pub(crate) fn add_transaction(&mut self, transaction: Transaction) {
        let tx_ref = transaction.tx_ref.clone();
        self.tx_ref_by_token
            .insert(transaction.token.clone(), tx_ref.clone());
        self.tx_ref_by_reference
            .insert(transaction.reference.clone(), tx_ref.clone());
        self.transactions.insert(tx_ref, transaction);
    }

    /// By the merchant's own reference.
    pub(crate) fn transaction(&self, tx_ref: &str) -> Option<&Transaction> {
        self.transactions.get(tx_ref)
    }

    pub(crate) fn transaction_mut(&mut self, tx_ref: &str) -> Option<&mut Transaction> {
        self.transactions.get_mut(tx_ref)
    }

    /// By Chapa's reference or by the merchant's.
    pub(crate) fn transaction_by_any(&self, reference: &str) -> Option<&Transaction> {
        let tx_ref = self
            .tx_ref_by_reference
            .get(reference)
            .map_or(reference, String::as_str);
        self.transactions.get(tx_ref)
    }

    /// By the last part of the checkout page's address.
    pub(crate) fn transaction_by_token(&self, token: &str) -> Option<&Transaction> {
        self.transactions.get(self.tx_ref_by_token.get(token)?)
    }

    /// Newest first.
    pub(crate) fn transactions(&self) -> Vec<&Transaction> {
        let mut all: Vec<&Transaction> = self.transactions.values().collect();
        all.sort_by(|a, b| (b.number, &b.tx_ref).cmp(&(a.number, &a.tx_ref)));
        all
    }

    pub(crate) fn transaction_count(&self) -> u64 {
        self.transactions.len() as u64
    }

    pub(crate) fn add_refund(&mut self, refund: Refund) {
        self.refunds.push(refund);
    }

    pub(crate) fn refunds(&self) -> &[Refund] {
        &self.refunds
    }

    pub(crate) fn refunds_mut(&mut self) -> &mut [Refund] {
        &mut self.refunds
    }

    /// By Chapa's reference of the refund or by the merchant's.
    pub(crate) fn refund(&self, reference: &str) -> Option<&Refund> {
        self.refunds.iter().find(|refund| {
            refund.ref_id == reference || refund.merchant_reference.as_deref() == Some(reference)
        })
    }

    /// Minor units that were given back, or are on their way.
    pub(crate) fn refunded_minor(&self, tx_ref: &str, only_final: bool) -> i64 {
        self.refunds
            .iter()
            .filter(|refund| refund.tx_ref == tx_ref)
            .filter(|refund| match refund.state {
                RefundState::Refunded => true,
                RefundState::Initiated | RefundState::Processing => !only_final,
                RefundState::Reversed => false,
            })
            .map(|refund| refund.amount_minor)
            .sum()
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
