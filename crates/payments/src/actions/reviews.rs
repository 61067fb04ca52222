//! What a person decides about money that waits. Rows are taken in one order: order, attempt,
//! capture, review, stock, promotions.

use chrono::{DateTime, Utc};
use ids::{ReviewId, StaffId};
use kit::{Error, Result, Tx};
use ledger::{Account, Transfer};
use money::Money;
use orders::{Order, OrderStatus};

use super::{coming_back::bring_back, lock, request_refund, settlement::announce_captured};
use crate::{
    model::{
        Attempt, CaptureBalance, Destination, Disposition, PaymentRefusal, RefundCause,
        RefundRequest, Resolution, Review, ReviewAction, ReviewKind, ReviewMoney, legal_actions,
    },
    store,
};

/// What a person wants done, and why.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decision<'a> {
    pub(crate) action: ReviewAction,
    pub(crate) note: &'a str,
    pub(crate) staff_id: StaffId,
}

/// A review with the rows that it is about, all locked.
struct Locked {
    order: Order,
    attempt: Attempt,
    review: Review,
    kind: ReviewKind,
    money: ReviewMoney,
}

/// Does what a person decided about an open review, and books it. Answers the review before and
/// after. A refund leaves it open until the buyer has the money.
///
/// # Errors
/// `review_not_found`, `review_resolved`, `review_action_not_allowed`, `review_units_gone`,
/// `review_promotion_used_up`.
pub(crate) async fn resolve_review(
    tx: &Tx,
    id: ReviewId,
    decision: Decision<'_>,
    now: DateTime<Utc>,
) -> Result<(Review, Review)> {
    let locked = lock_review(tx, id).await?;
    if locked.review.resolved_at.is_some() {
        return Err(PaymentRefusal::ReviewResolved.into());
    }
    let legal = legal_actions(locked.kind, &locked.money);
    if !legal.contains(&decision.action) {
        let legal = legal.into_iter().map(ReviewAction::as_str).collect();
        return Err(PaymentRefusal::ReviewActionNotAllowed { legal }.into());
    }
    if let Some(resolution) = carry_out(tx, &locked, decision, now).await? {
        let words = (decision.staff_id, decision.note);
        let is_first = store::update_review_decided(tx, id, resolution, words, now).await?;
        if !is_first && !tx.sabotage().has_removed("review lock") {
            return Err(Error::fault(
                "a locked review was resolved by somebody else",
            ));
        }
    }
    let after = store::find_review(tx, id).await?;
    let after = after.ok_or_else(|| Error::fault("a review is gone"))?;
    Ok((locked.review, after))
}

async fn lock_review(tx: &Tx, id: ReviewId) -> Result<Locked> {
    let gone = || Error::fault("a review or its attempt is gone");
    let seen = store::find_review(tx, id)
        .await?
        .ok_or(PaymentRefusal::ReviewNotFound)?;
    let attempt = store::find_attempt(tx, seen.attempt_id)
        .await?
        .ok_or_else(gone)?;
    let (order, attempt, capture, review) = if tx.sabotage().has_removed("review lock") {
        let order = orders::find_order(tx, attempt.order_id).await?;
        let capture = store::find_balance_of_attempt(tx, attempt.id).await?;
        (order.ok_or_else(gone)?, attempt, capture, seen)
    } else {
        let (order, attempt) = lock(tx, &attempt).await?;
        let capture = store::lock_balance_of_attempt(tx, attempt.id).await?;
        let review = store::lock_review(tx, id).await?.ok_or_else(gone)?;
        (order, attempt, capture, review)
    };
    let refund = match review.refund_id {
        Some(id) => store::find_refund(tx, id)
            .await?
            .map(|refund| refund.amount),
        None => None,
    };
    let kind = ReviewKind::parse(&review.kind)
        .ok_or_else(|| Error::fault("a kind of reviews is unknown"))?;
    let money = ReviewMoney {
        capture,
        refund,
        order_status: order.status,
    };
    Ok(Locked {
        order,
        attempt,
        review,
        kind,
        money,
    })
}

/// `None`: the review stays open.
async fn carry_out(
    tx: &Tx,
    locked: &Locked,
    decision: Decision<'_>,
    now: DateTime<Utc>,
) -> Result<Option<Resolution>> {
    let capture = || {
        let capture = locked.money.capture.as_ref();
        capture.ok_or_else(|| Error::fault("a review without money was to move some"))
    };
    match decision.action {
        ReviewAction::Dismiss => Ok(Some(Resolution::Dismissed)),
        ReviewAction::Refund => {
            give_back(tx, locked, capture()?, None, decision, now).await?;
            Ok(None)
        }
        ReviewAction::Retry => {
            let amount = locked.money.refund;
            give_back(tx, locked, capture()?, amount, decision, now).await?;
            Ok(Some(Resolution::Retried))
        }
        ReviewAction::Reinstate => {
            reinstate(tx, locked, capture()?, now).await?;
            Ok(Some(Resolution::Reinstated))
        }
        ReviewAction::WriteOff if locked.kind == ReviewKind::Reversal => {
            let capture = capture()?;
            let amount = taken_back(capture);
            book(
                tx,
                locked,
                (Account::WriteOffs, Account::Disputed),
                amount,
                now,
            )
            .await?;
            Ok(Some(Resolution::WrittenOff))
        }
        ReviewAction::WriteOff => {
            let capture = capture()?;
            let amount = capture.refundable();
            store::update_written_off(tx, capture.id, amount).await?;
            book(
                tx,
                locked,
                (Account::Surplus, Account::WriteOffs),
                amount,
                now,
            )
            .await?;
            Ok(Some(Resolution::WrittenOff))
        }
        ReviewAction::Accept => {
            let capture = capture()?;
            let amount = taken_back(capture);
            let owed_to = match capture.disposition {
                Disposition::Applied => Account::Orders,
                Disposition::Surplus => Account::Surplus,
            };
            book(tx, locked, (owed_to, Account::Disputed), amount, now).await?;
            if capture.disposition == Disposition::Applied {
                orders::record_refund(tx, &locked.order, amount).await?;
            } else {
                store::update_surplus_reviews_refunded(tx, capture.id, now).await?;
            }
            Ok(Some(Resolution::Accepted))
        }
    }
}

const fn taken_back(capture: &CaptureBalance) -> Money {
    Money::new(capture.reversed_minor, capture.amount.currency())
}

async fn give_back(
    tx: &Tx,
    locked: &Locked,
    capture: &CaptureBalance,
    amount: Option<Money>,
    decision: Decision<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let cause = match locked.kind {
        ReviewKind::Mismatch => RefundCause::Mismatch,
        // The buyer is told why, in these words.
        ReviewKind::Surplus if locked.order.status == OrderStatus::Paid => RefundCause::Surplus,
        ReviewKind::Surplus => RefundCause::LateMoney,
        _ => RefundCause::Staff,
    };
    let request = RefundRequest {
        capture_id: capture.id,
        amount,
        lines: Vec::new(),
        cause,
        destination: Destination::Origin,
        reason: decision.note.to_owned(),
        requested_by: Some(decision.staff_id),
    };
    request_refund(tx, &request, now).await.map(|_| ())
}

/// Late money pays its order after all, with units and promotions that can be had again.
async fn reinstate(
    tx: &Tx,
    locked: &Locked,
    capture: &CaptureBalance,
    now: DateTime<Utc>,
) -> Result<()> {
    let order = &locked.order;
    // The rest was to be paid with credit, which has been given back.
    if capture.amount != order.due() {
        let legal = vec!["refund", "write_off"];
        return Err(PaymentRefusal::ReviewActionNotAllowed { legal }.into());
    }
    if let Some(gone) = bring_back(tx, order.id, now).await? {
        return Err(gone.into());
    }
    store::update_capture_applied(tx, capture.id).await?;
    let legs = (Account::Surplus, Account::Orders);
    book(tx, locked, legs, capture.amount, now).await?;
    orders::mark_paid(tx, order, now).await?;
    let told = (capture.amount, capture.provider_reference.as_str());
    announce_captured(tx, &locked.attempt, told, now).await
}

async fn book(
    tx: &Tx,
    locked: &Locked,
    (debit, credit): (Account, Account),
    amount: Money,
    now: DateTime<Utc>,
) -> Result<()> {
    let leg = Transfer {
        debit,
        credit,
        amount,
        order_id: Some(locked.order.id),
    };
    let fact = format!("review:{}", locked.review.id);
    ledger::post(tx, &fact, "a person's decision", &[leg], now).await
}
