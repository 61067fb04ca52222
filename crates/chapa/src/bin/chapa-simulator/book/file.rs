//! The book in a file.

use std::path::Path;

use anyhow::Context as _;
use chrono::DateTime;

use super::{Book, DEFAULT_MERCHANT, WebhookState};
use crate::variants::FeeBearer;

impl Book {
    /// Reads a kept book; `None` when there is no such file.
    pub(crate) fn load(path: &Path) -> anyhow::Result<Option<Self>> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).context("the state file cannot be read"),
        };
        Self::parse(&text).map(Some)
    }

    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        let mut book: Self =
            serde_json::from_str(text).context("the state file is not this program's")?;
        for (_, transaction) in std::mem::take(&mut book.transactions) {
            book.add_transaction(transaction);
        }
        for refund in &mut book.refunds {
            if refund.merchant.is_empty() {
                DEFAULT_MERCHANT.clone_into(&mut refund.merchant);
            }
        }
        if book.ledger.lines().is_empty() {
            book.rebuild_ledger(FeeBearer::Merchant);
        }
        for webhook in &mut book.webhooks {
            // Stopped in the middle of its first attempt: nobody knows whether it arrived.
            if webhook.state == WebhookState::Pending && webhook.next_attempt_at.is_none() {
                webhook.next_attempt_at = Some(DateTime::UNIX_EPOCH);
            }
        }
        Ok(book)
    }

    /// Writes the whole book beside the file and renames it: a reader never sees half.
    pub(crate) fn save(&self, path: &Path) -> anyhow::Result<()> {
        let beside = path.with_extension("tmp");
        let text = serde_json::to_vec(self).context("the state cannot be written down")?;
        std::fs::write(&beside, text).context("the state file cannot be written")?;
        std::fs::rename(&beside, path).context("the state file cannot be replaced")
    }
}
