//! Verbs of payments, inside the caller's transaction. Rows are taken in one order everywhere:
//! order, attempt, stock, promotions. Never a call to the provider.

mod by_hand;
mod coming_back;
mod credit;
mod reconciliation;
mod refunds;
mod reversal;
mod reviews;
mod settlement;

use chrono::{DateTime, Utc};
use ids::{AttemptId, OrderId};
use kit::{
    Error, Result, Tx,
    jobs::{self, NewJob},
    random,
};
use orders::{Order, OrderStatus};

pub use self::refunds::{find_refund_of_order, give_back};
pub(crate) use self::{
    by_hand::{confirm_by_hand, reject_by_hand},
    credit::{Credited, release_credit, use_credit},
    reconciliation::{
        claim_step, correct_fee, fail, judge, plan_questions, record_page_again,
        record_page_of_list, resolve_break, start_reconciliation,
    },
    refunds::{
        Asked, Confirmed, RefundWish, confirm_refund, record_refund_news, refund_order,
        request_refund, submit_refund,
    },
    reviews::{Decision, resolve_review},
    settlement::settle,
};
use crate::{
    jobs::{CheckPayment, ProcessWebhook},
    model::{
        Attempt, AttemptState, Confirmation, Initialized, NewWebhook, Opening, PageOutcome,
        PaymentRefusal, ProviderId, Terms, customer_reference, next_check, reason_not_payable,
    },
    store,
};

/// Begins to have a locked order paid: the page that the buyer has, a new attempt with its
/// check, or an older attempt that must be asked about first.
///
/// # Errors
/// `order_already_paid`, `order_not_payable`, `payment_starting`.
pub(crate) async fn initiate_payment(
    tx: &Tx,
    order: &Order,
    terms: Terms,
    now: DateTime<Utc>,
) -> Result<Opening> {
    if order.status != OrderStatus::PendingPayment || now >= order.expires_at {
        return Err(reason_not_payable(order.status).into());
    }
    if let Some(live) = store::lock_live_attempt(tx, order.id).await? {
        let is_ours = live.mode == terms.mode && live.provider == terms.provider;
        return match live.state {
            AttemptState::Pending if is_ours && now < live.expires_at => Ok(Opening::Same(live)),
            AttemptState::Created
                if live.mode == terms.mode && now < live.created_at + terms.call_timeout =>
            {
                Err(PaymentRefusal::Starting.into())
            }
            _ => Ok(Opening::AskFirst(live)),
        };
    }
    let attempt = Attempt {
        id: AttemptId::generate(now),
        order_id: order.id,
        provider: terms.provider,
        tx_ref: format!("nx-{}", random::token()?),
        amount: order.due(),
        mode: terms.mode,
        state: AttemptState::Created,
        checkout_url: None,
        customer_reference: customer_reference_of(tx, order, terms.provider).await?,
        instructions: None,
        provider_reference: None,
        failure: None,
        created_at: now,
        updated_at: now,
        expires_at: terms.lifetime.end(order, now),
        charged_at: None,
        is_applied: false,
        is_given_back: false,
        confirmed_by: None,
    };
    store::insert_attempt(tx, &attempt).await?;
    let is_asked = terms.provider.confirmation() == Confirmation::ByProvider;
    if let Some(at) = next_check(&attempt, now).filter(|_| is_asked) {
        jobs::insert(
            tx,
            &NewJob::at(
                &CheckPayment {
                    attempt_id: attempt.id,
                },
                at,
            )?,
            now,
        )
        .await?;
    }
    Ok(Opening::New(attempt))
}

/// What the buyer names when paying by hand. The order is locked, so each of its attempts has a
/// number of its own.
async fn customer_reference_of(
    tx: &Tx,
    order: &Order,
    provider: ProviderId,
) -> Result<Option<String>> {
    if provider.confirmation() == Confirmation::ByProvider {
        return Ok(None);
    }
    let before = store::list_attempts_of_order(tx, order.id).await?.len();
    Ok(Some(customer_reference(order.number, before + 1)))
}

/// Writes down what came of asking for a page. An order that is to be paid by hand waits for it
/// longer, and so do its units. News that came meanwhile (the buyer has paid,
/// the attempt was closed) stands.
///
/// # Errors
/// Faults.
pub(crate) async fn record_page(
    tx: &Tx,
    attempt: &Attempt,
    outcome: &PageOutcome,
    now: DateTime<Utc>,
) -> Result<Attempt> {
    let (order, mut attempt) = lock(tx, attempt).await?;
    if attempt.state != AttemptState::Created {
        return Ok(attempt);
    }
    let (state, failure) = match outcome {
        PageOutcome::Opened(Initialized::Redirect { url }) => {
            attempt.checkout_url = Some(url.clone());
            (AttemptState::Pending, None)
        }
        // Its time ran out meanwhile: it is about to be let go, and stays so.
        PageOutcome::Opened(Initialized::AwaitCustomer { .. })
            if order.status != OrderStatus::PendingPayment || now >= order.expires_at =>
        {
            (AttemptState::Cancelled, None)
        }
        PageOutcome::Opened(Initialized::AwaitCustomer { instructions }) => {
            attempt.instructions = Some(Box::new(instructions.clone()));
            orders::extend(tx, order.id, attempt.expires_at).await?;
            inventory::extend(tx, order.id, attempt.expires_at).await?;
            (AttemptState::Pending, None)
        }
        PageOutcome::Refused { reason } | PageOutcome::NotAsked { reason, .. } => {
            (AttemptState::Failed, Some(reason.clone()))
        }
        PageOutcome::Unknown { reason } => (AttemptState::Unknown, Some(reason.clone())),
    };
    attempt.failure = failure;
    change(tx, attempt, state, now).await
}

/// Closes an attempt whose page is closed at the provider. Locks the order, then the attempt;
/// one that is no longer open stays as it is.
///
/// # Errors
/// Faults.
pub(crate) async fn cancel_attempt(
    tx: &Tx,
    attempt: &Attempt,
    now: DateTime<Utc>,
) -> Result<Attempt> {
    let (_, attempt) = lock(tx, attempt).await?;
    if !attempt.state.is_open() {
        return Ok(attempt);
    }
    change(tx, attempt, AttemptState::Cancelled, now).await
}

/// Lets the open attempts of an order go, because the order has expired, and gives back the credit
/// that was set aside for it. The order is locked by the caller; the attempts are locked here, in
/// the order of their ids, then the accounts of the credit.
///
/// # Errors
/// Faults.
pub async fn expire_attempts(tx: &Tx, order_id: OrderId, now: DateTime<Utc>) -> Result<()> {
    for attempt in store::lock_open_attempts(tx, order_id).await? {
        change(tx, attempt, AttemptState::Expired, now).await?;
    }
    credit::let_go(tx, order_id, now).await
}

/// Lets the open attempts of an order go, because the order was called off, and gives back the
/// credit that was set aside for it. Locks as [`expire_attempts`] does.
///
/// # Errors
/// Faults.
pub async fn cancel_attempts(tx: &Tx, order_id: OrderId, now: DateTime<Utc>) -> Result<()> {
    for attempt in store::lock_open_attempts(tx, order_id).await? {
        change(tx, attempt, AttemptState::Cancelled, now).await?;
    }
    credit::let_go(tx, order_id, now).await
}

/// Stores a message of the provider and has it looked at, once however often it comes.
///
/// # Errors
/// Faults.
pub(crate) async fn receive_webhook(tx: &Tx, webhook: &NewWebhook) -> Result<()> {
    if store::upsert_webhook(tx, webhook).await? {
        let job = NewJob::now(&ProcessWebhook {
            webhook_id: webhook.id,
        })?;
        jobs::insert(tx, &job, webhook.received_at).await?;
    }
    Ok(())
}

/// The order and the attempt as they are, locked in this order.
async fn lock(tx: &Tx, attempt: &Attempt) -> Result<(Order, Attempt)> {
    let gone = || Error::fault("a payment attempt or its order is gone");
    if tx.sabotage().has_removed("capture once") {
        let order = orders::find_order(tx, attempt.order_id)
            .await?
            .ok_or_else(gone)?;
        let attempt = store::find_attempt(tx, attempt.id)
            .await?
            .ok_or_else(gone)?;
        return Ok((order, attempt));
    }
    let order = orders::lock_order(tx, attempt.order_id)
        .await?
        .ok_or_else(gone)?;
    let attempt = store::lock_attempt(tx, attempt.id)
        .await?
        .ok_or_else(gone)?;
    Ok((order, attempt))
}

/// Moves a locked attempt to another state and writes the rest of it down with that.
async fn change(
    tx: &Tx,
    mut attempt: Attempt,
    state: AttemptState,
    now: DateTime<Utc>,
) -> Result<Attempt> {
    let from = attempt.state;
    if !from.may_become(state) && !tx.sabotage().has_removed("capture once") {
        let (from, to) = (from.as_str(), state.as_str());
        return Err(Error::fault(format_args!(
            "an attempt went from {from} to {to}"
        )));
    }
    attempt.state = state;
    attempt.updated_at = now;
    store::update_attempt(tx, &attempt, now).await?;
    metrics::counter!("payment_attempts_changed_total", "state" => state.as_str()).increment(1);
    Ok(attempt)
}
