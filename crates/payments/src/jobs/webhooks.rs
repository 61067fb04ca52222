//! Looking at a stored message: the provider is asked about what it names, and what came of it is
//! written down. Safe to repeat.

use kit::{Kit, Result};

use super::{
    Gateway,
    confirmation::{Answer, ask},
    refunds::check_refunds_in_the_news,
};
use crate::{
    model::{
        Attempt, Notice, NoticeKind, Proof, RawRequest, Webhook, WebhookOutcome, is_worth_asking,
    },
    store,
};

/// What came of looking at a message.
#[derive(Debug)]
pub(crate) enum Processed {
    /// It has its outcome.
    Done,
    /// The provider says nothing that helps; the message waits.
    Silent { retry_after_seconds: Option<u64> },
}

/// Looks at a stored message and writes down what has become of it.
///
/// # Errors
/// Faults.
pub(crate) async fn process_webhook(
    kit: &Kit,
    gateway: &Gateway,
    webhook: &Webhook,
) -> Result<Processed> {
    let request = RawRequest {
        proof: Proof::Before(webhook.authenticity),
        body: &webhook.body,
    };
    let notice = gateway.parse_webhook(webhook.provider, &request).ok();
    let attempt = match &webhook.tx_ref {
        Some(tx_ref) => {
            let conn = kit.db.read().await?;
            store::find_attempt_by_tx_ref(&conn, tx_ref).await?
        }
        None => None,
    };
    if let Some(notice) = notice
        .as_ref()
        .filter(|notice| notice.kind == NoticeKind::Refund)
    {
        let attempt_id = attempt.as_ref().map(|attempt| attempt.id);
        check_refunds_in_the_news(kit, gateway, notice, attempt_id).await?;
    }
    let outcome = match (&attempt, &notice) {
        (Some(attempt), notice) => match look_at(kit, gateway, attempt, notice.as_ref()).await? {
            Ok(outcome) => outcome,
            Err(silent) => return Ok(silent),
        },
        (None, notice) => outcome_of_nothing(webhook, notice.as_ref()),
    };
    record(kit, webhook, outcome, attempt.as_ref()).await?;
    Ok(Processed::Done)
}

/// A message whose provider could not be asked in time: the attempt's own schedule goes on.
pub(super) async fn give_up(kit: &Kit, webhook: &Webhook) -> Result<()> {
    let attempt = match &webhook.tx_ref {
        Some(tx_ref) => {
            let conn = kit.db.read().await?;
            store::find_attempt_by_tx_ref(&conn, tx_ref).await?
        }
        None => None,
    };
    let outcome = WebhookOutcome::Unanswered;
    record(kit, webhook, outcome, attempt.as_ref()).await
}

async fn record(
    kit: &Kit,
    webhook: &Webhook,
    outcome: WebhookOutcome,
    attempt: Option<&Attempt>,
) -> Result<()> {
    let tx = kit.db.begin("record_webhook_outcome").await?;
    let (attempt_id, now) = (attempt.map(|attempt| attempt.id), kit.clock.now());
    store::update_webhook_processed(&tx, webhook.id, outcome, attempt_id, now).await?;
    tx.commit().await?;
    let outcome = outcome.as_str();
    metrics::counter!("payment_webhooks_processed_total", "outcome" => outcome).increment(1);
    Ok(())
}

/// A message that names a payment of ours. What it says of it is not believed.
async fn look_at(
    kit: &Kit,
    gateway: &Gateway,
    attempt: &Attempt,
    notice: Option<&Notice>,
) -> Result<std::result::Result<WebhookOutcome, Processed>> {
    let is_refund = notice.is_some_and(|notice| notice.kind == NoticeKind::Refund);
    if !gateway.speaks_for(attempt) {
        return Ok(Ok(WebhookOutcome::OtherMode));
    }
    if !is_worth_asking(attempt) && !is_refund {
        return Ok(Ok(WebhookOutcome::NoNews));
    }
    Ok(match ask(kit, gateway, attempt).await? {
        Answer::Told(now) => match WebhookOutcome::of_asking(attempt, &now) {
            WebhookOutcome::NoNews if is_refund => Ok(WebhookOutcome::RefundChecked),
            outcome => Ok(outcome),
        },
        Answer::Silent {
            retry_after_seconds,
        } => Err(Processed::Silent {
            retry_after_seconds,
        }),
    })
}

/// A message that names no payment of ours.
fn outcome_of_nothing(webhook: &Webhook, notice: Option<&Notice>) -> WebhookOutcome {
    let Some(notice) = notice.filter(|notice| notice.event.is_some()) else {
        return WebhookOutcome::Unreadable;
    };
    match notice.kind {
        NoticeKind::Payout => WebhookOutcome::Payout,
        NoticeKind::Other => WebhookOutcome::UnknownEvent,
        NoticeKind::Charge | NoticeKind::Refund if webhook.tx_ref.is_some() => {
            WebhookOutcome::UnknownReference
        }
        NoticeKind::Charge | NoticeKind::Refund => WebhookOutcome::NoReference,
    }
}
