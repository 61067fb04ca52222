//! What an answer of the provider, or a person's word, makes of a refund. The same news twice
//! changes nothing the second time; what is over stays over.

use chrono::{DateTime, TimeDelta, Utc};
use ids::{RefundId, ReviewId, StaffId};
use kit::{Error, Result, Tx, outbox};
use ledger::Account;
use orders::Order;
use serde_json::{Value, json};

use super::{book, change_refund, lock_refund, owed_by};
use crate::{
    events::{RefundFailed, RefundReversed, RefundSucceeded},
    model::{
        Destination, Disposition, PaymentRefusal, ProviderId, Refund, RefundNews, RefundState,
        ReviewKind,
    },
    store::{self, NewReview},
};

/// Which question the provider has answered.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked {
    /// To give the money back.
    ToRefund,
    /// How far the refund is; a call for it that began so long ago is over.
    HowFar { call_timeout: TimeDelta },
}

/// How a person says that a refund ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Confirmed<'a> {
    pub(crate) is_refunded: bool,
    pub(crate) reference: Option<&'a str>,
    pub(crate) note: &'a str,
    pub(crate) staff_id: StaffId,
    /// Whether it is staff who give the money back.
    pub(crate) is_by_hand: bool,
}

/// Draws the consequence of an answer. Locks the order, then the capture, then the refund.
///
/// # Errors
/// Faults.
pub(crate) async fn record_refund_news(
    tx: &Tx,
    id: RefundId,
    asked: Asked,
    news: &RefundNews,
    evidence: &Value,
    now: DateTime<Utc>,
) -> Result<Refund> {
    let (order, refund) = lock_refund(tx, id).await?;
    if matches!(
        refund.state,
        RefundState::Requested
            | RefundState::Succeeded
            | RefundState::Failed
            | RefundState::Reversed
    ) {
        return Ok(refund);
    }
    let refund = match news {
        RefundNews::NotSent { .. } => call_off(tx, refund, now).await?,
        RefundNews::Refused { reason } => refuse(tx, refund, reason, evidence, now).await?,
        RefundNews::UnderWay { provider_reference } => {
            let refund = name(tx, refund, provider_reference.as_deref()).await?;
            go_on(tx, refund, now).await?
        }
        RefundNews::Done { provider_reference } => {
            let refund = name(tx, refund, provider_reference.as_deref()).await?;
            let note = "the provider has given it back";
            succeed(tx, &order, refund, note, None, now).await?
        }
        RefundNews::Returned { provider_reference } => {
            let refund = name(tx, refund, provider_reference.as_deref()).await?;
            let note = "the provider has taken it back";
            let refund = free(tx, refund, RefundState::Reversed, note, None, now).await?;
            announce_reversed(tx, &refund, evidence, now).await?;
            refund
        }
        RefundNews::Differs { detail } => {
            let refund = lose_sight(tx, refund, detail, now).await?;
            let detail = format!("The provider's answer is not about this refund. {detail}");
            open_review(
                tx,
                &refund,
                ReviewKind::RefundUnknown,
                &detail,
                evidence,
                now,
            )
            .await?;
            refund
        }
        RefundNews::Silent { reason } => {
            let is_over = match asked {
                Asked::ToRefund => true,
                Asked::HowFar { call_timeout } => refund.is_call_over(call_timeout, now),
            };
            if is_over && refund.state == RefundState::Submitted {
                lose_sight(tx, refund, reason, now).await?
            } else {
                refund
            }
        }
    };
    call_a_person(tx, &refund, evidence, now).await?;
    Ok(refund)
}

/// Ends a refund by the word of a person. Locks as [`record_refund_news`].
///
/// # Errors
/// `refund_not_confirmable` while it is the provider's to say.
pub(crate) async fn confirm_refund(
    tx: &Tx,
    id: RefundId,
    word: &Confirmed<'_>,
    now: DateTime<Utc>,
) -> Result<(Refund, Refund)> {
    let Confirmed {
        is_refunded,
        reference,
        note,
        staff_id,
        is_by_hand,
    } = *word;
    let (order, before) = lock_refund(tx, id).await?;
    if !before.is_confirmable(is_by_hand, now) {
        let state = before.state;
        return Err(PaymentRefusal::RefundNotConfirmable { state }.into());
    }
    let refund = name(tx, before.clone(), reference).await?;
    let refund = if is_refunded {
        succeed(tx, &order, refund, note, Some(staff_id), now).await?
    } else {
        let refund = Refund {
            failure: Some(note.to_owned()),
            ..refund
        };
        let refund = free(tx, refund, RefundState::Failed, note, Some(staff_id), now).await?;
        announce_failed(tx, &refund, now).await?;
        refund
    };
    Ok((before, refund))
}

/// The provider's reference, told once; one that another refund has names nothing.
async fn name(tx: &Tx, refund: Refund, told: Option<&str>) -> Result<Refund> {
    let Some(told) = told.filter(|_| refund.provider_reference.is_none()) else {
        return Ok(refund);
    };
    if store::exists_refund_reference(tx, &refund, told).await? {
        return Ok(refund);
    }
    Ok(Refund {
        provider_reference: Some(told.to_owned()),
        ..refund
    })
}

/// It certainly did not arrive: it may be sent again.
async fn call_off(tx: &Tx, refund: Refund, now: DateTime<Utc>) -> Result<Refund> {
    if refund.state != RefundState::Submitted {
        return Ok(refund);
    }
    let refund = Refund {
        submitted_at: None,
        ..refund
    };
    let note = "the provider could not be reached; it has heard nothing";
    change_refund(tx, refund, RefundState::Requested, note, None, now).await
}

async fn refuse(
    tx: &Tx,
    refund: Refund,
    reason: &str,
    evidence: &Value,
    now: DateTime<Utc>,
) -> Result<Refund> {
    if refund.state != RefundState::Submitted {
        return Ok(refund);
    }
    let refund = Refund {
        failure: Some(reason.to_owned()),
        ..refund
    };
    let refund = free(tx, refund, RefundState::Failed, reason, None, now).await?;
    announce_failed(tx, &refund, now).await?;
    let detail = format!("The provider refuses to give this money back: {reason}");
    open_review(
        tx,
        &refund,
        ReviewKind::RefundFailed,
        &detail,
        evidence,
        now,
    )
    .await?;
    Ok(refund)
}

async fn go_on(tx: &Tx, refund: Refund, now: DateTime<Utc>) -> Result<Refund> {
    if refund.state == RefundState::Processing {
        store::update_refund(tx, &refund).await?;
        return Ok(refund);
    }
    let note = "the provider is at it";
    change_refund(tx, refund, RefundState::Processing, note, None, now).await
}

/// It is not known any more what has become of it.
async fn lose_sight(tx: &Tx, refund: Refund, why: &str, now: DateTime<Utc>) -> Result<Refund> {
    if refund.state == RefundState::Unknown {
        return Ok(refund);
    }
    change_refund(tx, refund, RefundState::Unknown, why, None, now).await
}

async fn succeed(
    tx: &Tx,
    order: &Order,
    refund: Refund,
    note: &str,
    staff_id: Option<StaffId>,
    now: DateTime<Utc>,
) -> Result<Refund> {
    let refund = change_refund(tx, refund, RefundState::Succeeded, note, staff_id, now).await?;
    if !store::update_refunded(tx, refund.capture_id, refund.amount).await? {
        return Err(Error::fault("money went back that was not promised"));
    }
    let receiver = receiver(tx, order, &refund, now).await?;
    let legs = [(Account::RefundsPayable, receiver)];
    book(tx, &refund, "succeeded", legs, now).await?;
    if refund.disposition == Disposition::Applied {
        orders::record_refund(tx, order, refund.amount).await?;
    }
    store::update_refund_reviews_resolved(tx, refund.id, now).await?;
    if refund.disposition == Disposition::Surplus {
        store::update_surplus_reviews_refunded(tx, refund.capture_id, now).await?;
    }
    let event = RefundSucceeded {
        refund_id: refund.id,
        order_id: refund.order_id,
        amount: refund.amount,
        refunded_at: now,
    };
    outbox::announce(tx, &event, now).await?;
    Ok(refund)
}

/// Where the money of a refund is in the books once it has arrived; puts it onto credit where it
/// goes there.
async fn receiver(tx: &Tx, order: &Order, refund: &Refund, now: DateTime<Utc>) -> Result<Account> {
    let what = credit::Back {
        refund_id: refund.id,
        order_id: refund.order_id,
        amount: refund.amount,
    };
    let kind = match (refund.destination, refund.provider) {
        (Destination::StoreCredit, _) => {
            let customer_id = order.customer_id;
            let customer_id = customer_id.ok_or_else(|| Error::fault("nobody has this credit"))?;
            credit::give_to_customer(tx, customer_id, what, now).await?
        }
        (Destination::Origin, ProviderId::Credit) => {
            let use_id = refund.capture_reference.parse().map_err(Error::fault)?;
            credit::give_back(tx, use_id, what, now).await?
        }
        (Destination::Origin, provider) => return Ok(Account::Held(provider.as_str().into())),
    };
    Ok(kind.account())
}

/// Gives a locked refund back as credit with the shop: nobody has to be asked for it.
pub(super) async fn put_onto_credit(
    tx: &Tx,
    order: &Order,
    refund: Refund,
    now: DateTime<Utc>,
) -> Result<Refund> {
    let note = "it goes onto credit with the shop";
    let refund = change_refund(tx, refund, RefundState::Submitted, note, None, now).await?;
    succeed(tx, order, refund, "it is on the buyer's credit", None, now).await
}

/// Ends a refund that did not happen: its money and its lines are free again.
async fn free(
    tx: &Tx,
    refund: Refund,
    state: RefundState,
    note: &str,
    staff_id: Option<StaffId>,
    now: DateTime<Utc>,
) -> Result<Refund> {
    let refund = change_refund(tx, refund, state, note, staff_id, now).await?;
    if !store::update_refunding_freed(tx, refund.capture_id, refund.amount).await? {
        return Err(Error::fault("money was set free that was not promised"));
    }
    store::update_line_refunds_freed(tx, refund.id).await?;
    let legs = [(Account::RefundsPayable, owed_by(&refund))];
    book(tx, &refund, "returned", legs, now).await?;
    store::update_refund_reviews_resolved(tx, refund.id, now).await?;
    Ok(refund)
}

async fn announce_failed(tx: &Tx, refund: &Refund, now: DateTime<Utc>) -> Result<()> {
    let event = RefundFailed {
        refund_id: refund.id,
        order_id: refund.order_id,
        amount: refund.amount,
        reason: refund.failure.clone().unwrap_or_default(),
    };
    outbox::announce(tx, &event, now).await
}

async fn announce_reversed(
    tx: &Tx,
    refund: &Refund,
    evidence: &Value,
    now: DateTime<Utc>,
) -> Result<()> {
    let event = RefundReversed {
        refund_id: refund.id,
        order_id: refund.order_id,
        amount: refund.amount,
    };
    outbox::announce(tx, &event, now).await?;
    let detail = "The refund did not reach the buyer and the money is with the shop again: give \
                  it back in another way.";
    open_review(tx, refund, ReviewKind::RefundFailed, detail, evidence, now).await
}

/// Asks a person to find out, once nobody else will.
async fn call_a_person(
    tx: &Tx,
    refund: &Refund,
    evidence: &Value,
    now: DateTime<Utc>,
) -> Result<()> {
    if !refund.needs_a_person(now) {
        return Ok(());
    }
    let detail = "The provider does not say what has become of this refund: look it up there, \
                  and confirm the refund here. It is never asked for again by itself.";
    open_review(tx, refund, ReviewKind::RefundUnknown, detail, evidence, now).await
}

async fn open_review(
    tx: &Tx,
    refund: &Refund,
    kind: ReviewKind,
    detail: &str,
    evidence: &Value,
    now: DateTime<Utc>,
) -> Result<()> {
    let evidence = json!({ "refund": refund.reference, "answer": evidence });
    let review = NewReview {
        id: ReviewId::generate(now),
        attempt_id: refund.attempt_id,
        refund_id: Some(refund.id),
        kind,
        detail,
        evidence: &evidence,
        opened_at: now,
    };
    if store::insert_review(tx, &review).await? {
        let kind = kind.as_str();
        tracing::warn!(kind, refund_id = %refund.id, "a refund waits for a person");
        metrics::counter!("payment_reviews_opened_total", "kind" => kind).increment(1);
    }
    Ok(())
}
