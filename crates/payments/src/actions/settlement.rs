//! Settling: from the provider's answer to recorded money. The only place that marks an order
//! as paid.

use chrono::{DateTime, Utc};
use ids::{CaptureId, ReviewId};
use kit::{Result, Tx, outbox};
use ledger::{Account, Transfer};
use money::Money;
use orders::{Order, OrderStatus};
use serde_json::Value;

use super::{
    change,
    coming_back::bring_back,
    credit::settle_credit,
    lock, request_refund,
    reversal::{explain_reversal, reverse},
};
use crate::{
    events::{PaymentCaptured, PaymentMismatched, PaymentSurplus},
    model::{
        Attempt, AttemptState, Charge, Confirmation, Destination, Disposition, NewCapture,
        Observation, PaymentRefusal, ProviderId, RefundCause, RefundRequest, ReviewKind,
        SurplusPolicies, SurplusPolicy, Verdict, Witness, differing_charge, evidence_of, verdict,
    },
    store::{self, NewReview},
};

/// Makes of an observation what it means: money is recorded and pays its order, is kept as
/// surplus, or waits for a person. The second time the same news changes nothing. Locks the
/// order, then the attempt, then stock.
///
/// # Errors
/// Faults.
pub(crate) async fn settle(
    tx: &Tx,
    attempt: &Attempt,
    observation: &Observation,
    policies: SurplusPolicies,
    now: DateTime<Utc>,
) -> Result<Attempt> {
    let (order, mut attempt) = lock(tx, attempt).await?;
    if let Witness::Staff { staff_id, .. } = observation.witness {
        attempt.confirmed_by = Some(staff_id);
    }
    // An older page may ask for all of it, from before credit was set aside.
    let is_payable = order.status == OrderStatus::PendingPayment
        && [order.due(), order.total].contains(&attempt.amount);
    let verdict = if tx.sabotage().has_removed("capture once") {
        verdict(&unsettled(&attempt), true, observation, now)
    } else {
        verdict(&attempt, is_payable, observation, now)
    };
    let verdict = guard_reference(tx, &attempt, verdict, &observation.witness).await?;
    let verdict = explain_reversal(tx, &attempt, verdict, observation).await?;
    let evidence = evidence_of(observation);
    match verdict {
        Verdict::Nothing => Ok(attempt),
        Verdict::Apply(charge) => apply(tx, &order, attempt, &charge, &evidence, now).await,
        Verdict::Surplus(charge) => {
            let proven = (&charge, &evidence);
            take_late(tx, &order, attempt, proven, policies, now).await
        }
        Verdict::Review { .. } if tx.sabotage().has_removed("settlement match") => {
            match differing_charge(&attempt, observation) {
                Some(charge) if is_payable => {
                    apply(tx, &order, attempt, &charge, &evidence, now).await
                }
                _ => Ok(attempt),
            }
        }
        Verdict::Review { detail, charge } => {
            hold_for_review(tx, attempt, &detail, charge.as_ref(), &evidence, now).await
        }
        Verdict::Close(state) => change(tx, attempt, state, now).await,
        Verdict::Reversal => reverse(tx, attempt, &evidence, now).await,
    }
}

/// The attempt as if its money had never been seen: what a missing guard would believe.
fn unsettled(attempt: &Attempt) -> Attempt {
    Attempt {
        charged_at: None,
        state: AttemptState::Pending,
        ..attempt.clone()
    }
}

/// One reference of the provider is one payment: it cannot pay two attempts. What the provider
/// says so waits for a person; a person is told at once.
async fn guard_reference(
    tx: &Tx,
    attempt: &Attempt,
    verdict: Verdict,
    witness: &Witness,
) -> Result<Verdict> {
    let (Verdict::Apply(charge)
    | Verdict::Surplus(charge)
    | Verdict::Review {
        charge: Some(charge),
        ..
    }) = &verdict
    else {
        return Ok(verdict);
    };
    let reference = &charge.provider_reference;
    match store::find_captured_attempt(tx, attempt.provider, reference).await? {
        Some(other) if other != attempt.id => {
            if let Witness::Staff { .. } = witness {
                return Err(PaymentRefusal::ReferenceTaken.into());
            }
            let detail = format!("The reference {reference} has paid another attempt already.");
            Ok(Verdict::Review {
                detail,
                charge: None,
            })
        }
        _ => Ok(verdict),
    }
}

async fn apply(
    tx: &Tx,
    order: &Order,
    attempt: Attempt,
    charge: &Charge,
    evidence: &Value,
    now: DateTime<Utc>,
) -> Result<Attempt> {
    let taken = take(tx, attempt, charge, Disposition::Applied, evidence, now).await?;
    let attempt = change(tx, taken.attempt, AttemptState::Charged, now).await?;
    store::update_review_resolved(tx, attempt.id, ReviewKind::Mismatch, now).await?;
    book(tx, &attempt, taken.capture_id, charge, now).await?;
    // Always so where the order is locked.
    if order.status == OrderStatus::PendingPayment {
        settle_credit(tx, order, &attempt, now).await?;
        orders::mark_paid(tx, order, now).await?;
    }
    end_waiting(tx, &attempt, now).await?;
    inventory::claim(tx, order.id, now).await?;
    announce_captured(tx, &attempt, charge.told(), now).await?;
    Ok(attempt)
}

/// The money that was asked for, when the order no longer waits for it. An order that has only
/// expired comes back if its units are still there and its promotions may still be had; what
/// somebody cancelled does not.
async fn take_late(
    tx: &Tx,
    order: &Order,
    attempt: Attempt,
    (charge, evidence): (&Charge, &Value),
    policies: SurplusPolicies,
    now: DateTime<Utc>,
) -> Result<Attempt> {
    let taken = take(tx, attempt, charge, Disposition::Surplus, evidence, now).await?;
    let mut attempt = change(tx, taken.attempt, AttemptState::ChargedLate, now).await?;
    store::update_review_resolved(tx, attempt.id, ReviewKind::Mismatch, now).await?;
    // What credit was to pay of it has been given back: the rest alone pays nothing.
    let is_back = order.status == OrderStatus::Expired
        && attempt.amount == order.due()
        && bring_back(tx, order.id, now).await?.is_none();
    if is_back {
        store::update_capture_applied(tx, taken.capture_id).await?;
        attempt.is_applied = true;
    }
    book(tx, &attempt, taken.capture_id, charge, now).await?;
    if is_back {
        orders::mark_paid(tx, order, now).await?;
        announce_captured(tx, &attempt, charge.told(), now).await?;
        tracing::info!(attempt_id = %attempt.id, "a payment has brought its order back");
        return Ok(attempt);
    }
    let (policy, cause) = match order.status {
        OrderStatus::Paid => (policies.second_payment, RefundCause::Surplus),
        _ => (policies.late_money, RefundCause::LateMoney),
    };
    let attempt = keep_surplus(tx, attempt, charge, evidence, policy, now).await?;
    if policy == SurplusPolicy::Refund {
        give_back(tx, taken.capture_id, cause, now).await?;
    }
    Ok(attempt)
}

/// Promises surplus money to its buyer; the review stays open until it is there.
async fn give_back(
    tx: &Tx,
    capture_id: CaptureId,
    cause: RefundCause,
    now: DateTime<Utc>,
) -> Result<()> {
    let reason = match cause {
        RefundCause::Surplus => "the order had been paid already",
        _ => "the payment came too late for its order",
    };
    let request = RefundRequest {
        capture_id,
        amount: None,
        lines: Vec::new(),
        cause,
        destination: Destination::Origin,
        reason: reason.to_owned(),
        requested_by: None,
    };
    request_refund(tx, &request, now).await.map(|_| ())
}

pub(super) async fn announce_captured(
    tx: &Tx,
    attempt: &Attempt,
    (amount, provider_reference): (Money, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    let event = PaymentCaptured {
        attempt_id: attempt.id,
        order_id: attempt.order_id,
        amount,
        provider_reference: provider_reference.to_owned(),
    };
    outbox::announce(tx, &event, now).await
}

/// Nobody waits by hand for an order that is paid. A page that is still open is asked about and
/// closed by its own check.
async fn end_waiting(tx: &Tx, paid: &Attempt, now: DateTime<Utc>) -> Result<()> {
    for other in store::lock_open_attempts(tx, paid.order_id).await? {
        let is_by_hand = other.provider.confirmation() == Confirmation::ByStaff;
        if is_by_hand && other.id != paid.id {
            change(tx, other, AttemptState::Cancelled, now).await?;
        }
    }
    Ok(())
}

async fn keep_surplus(
    tx: &Tx,
    attempt: Attempt,
    charge: &Charge,
    evidence: &Value,
    policy: SurplusPolicy,
    now: DateTime<Utc>,
) -> Result<Attempt> {
    let detail = match policy {
        SurplusPolicy::Refund => {
            "The order no longer needs this money: it goes back to the buyer by itself."
        }
        SurplusPolicy::Hold => "The order no longer needs this money: give it back to the buyer.",
    };
    open_review(tx, &attempt, ReviewKind::Surplus, detail, evidence, now).await?;
    let event = PaymentSurplus {
        attempt_id: attempt.id,
        order_id: attempt.order_id,
        amount: charge.amount,
        provider_reference: charge.provider_reference.clone(),
    };
    outbox::announce(tx, &event, now).await?;
    Ok(attempt)
}

async fn hold_for_review(
    tx: &Tx,
    attempt: Attempt,
    detail: &str,
    charge: Option<&Charge>,
    evidence: &Value,
    now: DateTime<Utc>,
) -> Result<Attempt> {
    let attempt = match charge {
        Some(charge) => {
            let taken = take(tx, attempt, charge, Disposition::Surplus, evidence, now).await?;
            book(tx, &taken.attempt, taken.capture_id, charge, now).await?;
            taken.attempt
        }
        // Nobody has confirmed money where none is recorded.
        None => Attempt {
            confirmed_by: None,
            ..attempt
        },
    };
    let attempt = if attempt.state == AttemptState::Review {
        store::update_attempt(tx, &attempt, now).await?;
        attempt
    } else {
        change(tx, attempt, AttemptState::Review, now).await?
    };
    if open_review(tx, &attempt, ReviewKind::Mismatch, detail, evidence, now).await? {
        let (attempt_id, order_id) = (attempt.id, attempt.order_id);
        let event = PaymentMismatched {
            attempt_id,
            order_id,
            detail: detail.to_owned(),
        };
        outbox::announce(tx, &event, now).await?;
    }
    Ok(attempt)
}

/// Money that was recorded a moment ago.
struct Taken {
    attempt: Attempt,
    capture_id: CaptureId,
}

/// Records money. The attempt knows of it once it is written down with its new state.
async fn take(
    tx: &Tx,
    mut attempt: Attempt,
    charge: &Charge,
    disposition: Disposition,
    evidence: &Value,
    now: DateTime<Utc>,
) -> Result<Taken> {
    attempt.provider_reference = Some(charge.provider_reference.clone());
    attempt.charged_at = Some(now);
    attempt.is_applied = disposition == Disposition::Applied;
    let capture_id = CaptureId::generate(now);
    let capture = NewCapture {
        id: capture_id,
        attempt: &attempt,
        charge,
        disposition,
        evidence,
        captured_at: now,
    };
    store::insert_capture(tx, &capture).await?;
    Ok(Taken {
        attempt,
        capture_id,
    })
}

/// Books money that came, once it is known what it pays, and what the provider keeps of it.
pub(super) async fn book(
    tx: &Tx,
    attempt: &Attempt,
    capture_id: CaptureId,
    charge: &Charge,
    now: DateTime<Utc>,
) -> Result<()> {
    let held = || match attempt.provider {
        ProviderId::Credit => Account::CreditSetAside,
        provider => Account::Held(provider.as_str().into()),
    };
    let amount = charge.amount;
    let leg = |debit: Account, credit: Account, amount: Money| Transfer {
        debit,
        credit,
        amount,
        order_id: Some(attempt.order_id),
    };
    let (owed_to, disposition) = if attempt.is_applied {
        (Account::Orders, Disposition::Applied)
    } else {
        (Account::Surplus, Disposition::Surplus)
    };
    let fee = Money::new(charge.fee_minor, amount.currency());
    let legs = [
        leg(held(), owed_to, amount),
        leg(Account::ProviderFees, held(), fee),
    ];
    if !tx.sabotage().has_removed("booking") {
        ledger::post(tx, &format!("capture:{capture_id}"), "a charge", &legs, now).await?;
    }
    let disposition = disposition.as_str();
    metrics::counter!("payment_captures_total", "disposition" => disposition).increment(1);
    Ok(())
}

pub(super) async fn open_review(
    tx: &Tx,
    attempt: &Attempt,
    kind: ReviewKind,
    detail: &str,
    evidence: &Value,
    now: DateTime<Utc>,
) -> Result<bool> {
    let (id, attempt_id) = (ReviewId::generate(now), attempt.id);
    let review = NewReview {
        id,
        attempt_id,
        refund_id: None,
        kind,
        detail,
        evidence,
        opened_at: now,
    };
    let is_new = store::insert_review(tx, &review).await?;
    if is_new {
        let kind = kind.as_str();
        tracing::warn!(kind, attempt_id = %attempt.id, "a payment waits for a person");
        metrics::counter!("payment_reviews_opened_total", "kind" => kind).increment(1);
    }
    Ok(is_new)
}
