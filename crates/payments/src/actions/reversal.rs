//! Money of ours that went back: by a refund of ours, or by the provider's own doing.

use chrono::{DateTime, Utc};
use kit::{Result, Tx, outbox};
use ledger::{Account, Transfer};
use serde_json::Value;

use super::settlement::open_review;
use crate::{
    events::PaymentReversed,
    model::{Attempt, Observation, Observed, ReviewKind, Verdict},
    store,
};

/// Money that we give back ourselves is no news when the provider says that it went back.
pub(super) async fn explain_reversal(
    tx: &Tx,
    attempt: &Attempt,
    verdict: Verdict,
    observation: &Observation,
) -> Result<Verdict> {
    let is_by_refund = verdict == Verdict::Reversal && observation.state == Observed::Refunded;
    if is_by_refund && store::exists_refund(tx, attempt.id).await? {
        return Ok(Verdict::Nothing);
    }
    Ok(verdict)
}

/// Writes down that money of ours went back, and asks a person about it, once.
pub(super) async fn reverse(
    tx: &Tx,
    attempt: Attempt,
    evidence: &Value,
    now: DateTime<Utc>,
) -> Result<Attempt> {
    let detail = "The provider reports that this money went back to the buyer.";
    if open_review(tx, &attempt, ReviewKind::Reversal, detail, evidence, now).await? {
        book_reversal(tx, &attempt, now).await?;
        let event = PaymentReversed {
            attempt_id: attempt.id,
            order_id: attempt.order_id,
        };
        outbox::announce(tx, &event, now).await?;
    }
    Ok(attempt)
}

/// What the provider took back is no longer held by it, and nobody has decided whose loss it is.
async fn book_reversal(tx: &Tx, attempt: &Attempt, now: DateTime<Utc>) -> Result<()> {
    let Some(capture) = store::lock_balance_of_attempt(tx, attempt.id).await? else {
        return Ok(());
    };
    let amount = capture.refundable();
    if amount.minor() <= 0 {
        return Ok(());
    }
    store::update_reversed(tx, capture.id, amount).await?;
    let leg = Transfer {
        debit: Account::Disputed,
        credit: Account::Held(capture.provider.as_str().into()),
        amount,
        order_id: Some(attempt.order_id),
    };
    let fact = format!("reversal:{}", capture.id);
    ledger::post(tx, &fact, "taken back by the provider", &[leg], now).await
}
