//! Asking the provider and drawing the consequence: first the call, then one transaction.

use ids::OrderId;
use kit::{Kit, Result, sabotage::crash_point};

use super::Gateway;
use crate::{
    actions,
    http::AttemptView,
    model::{
        Attempt, AttemptState, Call, CancelOutcome, Operation, PaymentNews, PaymentRefusal,
        ProviderError, is_worth_asking,
    },
    store,
};

/// What asking brought.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one is made for each call to a provider"
)]
pub(crate) enum Answer {
    /// The provider has spoken; this is the attempt now.
    Told(Attempt),
    /// The provider said nothing that helps; nothing has changed.
    Silent { retry_after_seconds: Option<u64> },
}

/// Asks the provider about a reference and settles if it was paid. Safe to repeat and to run
/// at the same time as anything else.
///
/// # Errors
/// `payment_not_found`; `payment_provider_unreachable` while the attempt is open.
pub async fn verify_and_settle(kit: &Kit, gateway: &Gateway, tx_ref: &str) -> Result<AttemptView> {
    let found = store::find_attempt_by_tx_ref(&kit.db.read().await?, tx_ref).await?;
    let attempt = found.ok_or(PaymentRefusal::NotFound)?;
    if !is_worth_asking(&attempt) || !gateway.speaks_for(&attempt) {
        return Ok(attempt.into());
    }
    match ask(kit, gateway, &attempt).await? {
        Answer::Told(attempt) => Ok(attempt.into()),
        Answer::Silent { .. } if !attempt.state.is_open() => Ok(attempt.into()),
        Answer::Silent {
            retry_after_seconds,
        } => Err(PaymentRefusal::ProviderUnreachable {
            retry_after_seconds,
        }
        .into()),
    }
}

/// Asks the provider about an attempt, writes its answer down, and settles.
pub(crate) async fn ask(kit: &Kit, gateway: &Gateway, attempt: &Attempt) -> Result<Answer> {
    let answer = gateway.verify(attempt).await;
    crash_point("after provider verify");
    let now = kit.clock.now();
    let call = Call::of(attempt.id, Operation::Verify, &answer, now);
    match answer {
        Ok(observation) => {
            let settled = kit.db.retrying(|| async {
                let tx = kit.db.begin("settle_payment").await?;
                let settled =
                    actions::settle(&tx, attempt, &observation, gateway.policies(), now).await?;
                store::insert_call(&tx, &call).await?;
                tx.commit().await?;
                Ok(settled)
            });
            Ok(Answer::Told(settled.await?))
        }
        Err(error) => {
            record_call(kit, &call).await?;
            Ok(silent(&call, &error))
        }
    }
}

fn silent(call: &Call, error: &ProviderError) -> Answer {
    let (attempt_id, operation) = (call.attempt_id, call.operation.as_str());
    // Not the error's own words: a refusal may name the buyer.
    tracing::warn!(%attempt_id, operation, outcome = call.outcome, "the provider gave no answer");
    let retry_after_seconds = match error {
        ProviderError::RateLimited(wait) => wait.map(|wait| wait.as_secs()),
        _ => None,
    };
    Answer::Silent {
        retry_after_seconds,
    }
}

async fn record_call(kit: &Kit, call: &Call) -> Result<()> {
    let tx = kit.db.begin("record_provider_call").await?;
    store::insert_call(&tx, call).await?;
    tx.commit().await
}

/// Asks about an open attempt and, if it was not paid, closes its page, so that nobody pays it
/// any more. [`Answer::Told`] is an attempt that is no longer open.
pub(crate) async fn ask_and_close(
    kit: &Kit,
    gateway: &Gateway,
    attempt: &Attempt,
) -> Result<Answer> {
    match close_page(kit, gateway, attempt).await? {
        Answer::Told(now) if now.state.is_open() => cancel(kit, attempt).await,
        answer => Ok(answer),
    }
}

/// Asks about an attempt and, if it was not paid, closes its page at the provider. The attempt
/// itself stays as it is told: the caller knows why the page was closed.
async fn close_page(kit: &Kit, gateway: &Gateway, attempt: &Attempt) -> Result<Answer> {
    if !gateway.speaks_for(attempt) {
        return Ok(Answer::Told(attempt.clone()));
    }
    let told = match ask(kit, gateway, attempt).await? {
        Answer::Told(now) if may_have_page(&now) => now,
        answer => return Ok(answer),
    };
    let outcome = gateway.cancel(attempt).await;
    let call = Call::of(attempt.id, Operation::Cancel, &outcome, kit.clock.now());
    record_call(kit, &call).await?;
    match outcome {
        // Its page is closed, or there never was one.
        Ok(CancelOutcome::Cancelled | CancelOutcome::NotFound) => Ok(Answer::Told(told)),
        // Closed by somebody else meanwhile: perhaps by paying.
        Ok(CancelOutcome::AlreadyClosed)
        | Err(ProviderError::Rejected { .. } | ProviderError::Invalid { .. }) => {
            ask(kit, gateway, attempt).await
        }
        Err(error) => Ok(silent(&call, &error)),
    }
}

/// Whether somebody could still pay it: after a failed try the provider's page stays open.
fn may_have_page(attempt: &Attempt) -> bool {
    let is_failed = attempt.state == AttemptState::Failed && is_worth_asking(attempt);
    attempt.state.is_open() || is_failed
}

async fn cancel(kit: &Kit, attempt: &Attempt) -> Result<Answer> {
    let cancelled = kit.db.retrying(|| async {
        let tx = kit.db.begin("cancel_payment_attempt").await?;
        let cancelled = actions::cancel_attempt(&tx, attempt, kit.clock.now()).await?;
        tx.commit().await?;
        Ok(cancelled)
    });
    Ok(Answer::Told(cancelled.await?))
}

/// Asks about every attempt of an order that may still turn out to be paid, before the order's
/// units are given away. Its pages are closed on the way; the attempts are left to the order's
/// own transaction, see [`crate::expire_attempts`].
///
/// # Errors
/// Faults. A provider that cannot be asked is [`PaymentNews::Unknown`], not an error.
pub async fn ask_before_expiry(
    kit: &Kit,
    gateway: &Gateway,
    order_id: OrderId,
) -> Result<PaymentNews> {
    let attempts = {
        let conn = kit.db.read().await?;
        store::list_attempts_of_order(&conn, order_id).await?
    };
    let mut is_certain = true;
    for attempt in attempts {
        let answer = if may_have_page(&attempt) {
            close_page(kit, gateway, &attempt).await?
        } else if is_worth_asking(&attempt) && gateway.speaks_for(&attempt) {
            ask(kit, gateway, &attempt).await?
        } else {
            Answer::Told(attempt)
        };
        match answer {
            Answer::Told(attempt) if attempt.state == AttemptState::Charged => {
                return Ok(PaymentNews::Paid);
            }
            Answer::Told(_) => {}
            Answer::Silent { .. } => is_certain = false,
        }
    }
    Ok(if is_certain {
        PaymentNews::NotPaid
    } else {
        PaymentNews::Unknown
    })
}
