//! What staff say about payments that no provider can be asked about.

use chrono::{DateTime, Utc};
use kit::{Result, Tx};

use super::{change, lock, settle};
use crate::{
    model::{
        Attempt, AttemptState, Confirmation, Mode, PaymentRefusal, StaffReport, SurplusPolicies,
    },
    store,
};

/// Records money that staff have seen, by the same rules as a charge at a provider: exactly what
/// was asked for pays an order that waits for it; anything else is kept and waits for a person.
/// The same report again changes nothing. Answers the attempt as it was and as it is. Locks the
/// order, then the attempt, then stock.
///
/// # Errors
/// `payment_not_confirmed_by_staff`, `payment_confirmed_differently`, `payment_reference_taken`;
/// a fault with the constraint `captures_provider_reference_key` where another report with this
/// reference is recorded at the same time.
pub(crate) async fn confirm_by_hand(
    tx: &Tx,
    attempt: &Attempt,
    report: &StaffReport,
    (mode, policies): (Mode, SurplusPolicies),
    now: DateTime<Utc>,
) -> Result<(Attempt, Attempt)> {
    let attempt = lock_by_hand(tx, attempt).await?;
    let reference = &report.reference;
    if attempt.is_settled() {
        let (amount, currency) = (report.amount.minor(), report.amount.currency());
        let same = (reference.clone(), amount, currency.code().to_owned());
        return if store::find_capture_of(tx, attempt.id).await? == Some(same) {
            Ok((attempt.clone(), attempt))
        } else {
            Err(PaymentRefusal::ConfirmedDifferently.into())
        };
    }
    let other = store::find_captured_attempt(tx, attempt.provider, reference).await?;
    if other.is_some_and(|other| other != attempt.id) {
        return Err(PaymentRefusal::ReferenceTaken.into());
    }
    let seen = report.observation(&attempt, mode);
    let after = settle(tx, &attempt, &seen, policies, now).await?;
    Ok((attempt, after))
}

/// Closes an attempt whose money never came. One that is closed already stays as it is; the order
/// can be paid in another way until its time is over. Answers it as it was and as it is.
///
/// # Errors
/// `payment_not_confirmed_by_staff`, `payment_confirmed_differently` where its money came.
pub(crate) async fn reject_by_hand(
    tx: &Tx,
    attempt: &Attempt,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(Attempt, Attempt)> {
    let attempt = lock_by_hand(tx, attempt).await?;
    if attempt.is_settled() {
        return Err(PaymentRefusal::ConfirmedDifferently.into());
    }
    if !attempt.state.is_open() {
        return Ok((attempt.clone(), attempt));
    }
    let rejected = Attempt {
        failure: Some(reason.to_owned()),
        ..attempt.clone()
    };
    Ok((
        attempt,
        change(tx, rejected, AttemptState::Failed, now).await?,
    ))
}

async fn lock_by_hand(tx: &Tx, attempt: &Attempt) -> Result<Attempt> {
    if attempt.provider.confirmation() != Confirmation::ByStaff {
        return Err(PaymentRefusal::NotByStaff.into());
    }
    let (_, attempt) = lock(tx, attempt).await?;
    Ok(attempt)
}
