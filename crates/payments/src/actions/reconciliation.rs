//! Verbs of comparing our books with a provider's. A step is made inside the caller's
//! transaction, with the comparison's row locked first.

use chrono::{DateTime, Utc};
use ids::{BreakId, ReconciliationId, StaffId};
use kit::{
    Error, Result, Tx,
    jobs::{self, NewJob},
};
use ledger::{Account, Transfer};
use money::{Currency, Money};
use serde_json::{Value, json};

use super::lock;
use crate::{
    jobs::ReconcileProvider,
    model::{
        Break, BreakAction, ListedPage, Mode, NewReconciliation, PAGES_MAX, PaymentRefusal, Phase,
        ProviderId, Reconciliation, TIME_LIMIT, Window,
    },
    store::{self, DifferingFee, Findings},
};

/// Begins a comparison; a job makes its steps.
///
/// # Errors
/// `reconciliation_running` when one goes on with this provider.
pub(crate) async fn start_reconciliation(
    tx: &Tx,
    (provider, mode): (ProviderId, Mode),
    window: Window,
    requested_by: Option<StaffId>,
    now: DateTime<Utc>,
) -> Result<Reconciliation> {
    let new = NewReconciliation {
        id: ReconciliationId::generate(now),
        provider,
        mode,
        window,
        requested_by,
        started_at: now,
    };
    if let Err(error) = store::insert_reconciliation(tx, &new, now + TIME_LIMIT).await {
        return Err(match error.constraint() {
            Some("reconciliations_running_key") => PaymentRefusal::ReconciliationRunning.into(),
            _ => error,
        });
    }
    let job = ReconcileProvider {
        reconciliation_id: new.id,
    };
    jobs::insert(tx, &NewJob::now(&job)?, now).await?;
    store::find_reconciliation(tx, new.id)
        .await?
        .ok_or_else(|| Error::fault("a comparison is gone"))
}

/// The comparison, locked, if it is still where `seen` was read: otherwise somebody else has made
/// this step, or ended it.
///
/// # Errors
/// Faults.
pub(crate) async fn claim_step(tx: &Tx, seen: &Reconciliation) -> Result<Option<Reconciliation>> {
    let Some(run) = store::lock_reconciliation(tx, seen.id).await? else {
        return Err(Error::fault("a comparison is gone"));
    };
    let is_ours = run.step == seen.step || tx.sabotage().has_removed("reconciliation step");
    Ok((run.is_running() && is_ours).then_some(run))
}

/// Keeps the rows of the next page.
///
/// # Errors
/// Faults.
pub(crate) async fn record_page_of_list(
    tx: &Tx,
    mut run: Reconciliation,
    page: &ListedPage,
    now: DateTime<Utc>,
) -> Result<()> {
    store::upsert_rows(tx, run.id, run.next_page, &page.rows).await?;
    run.pages_read += 1;
    run.rows_read += page.count;
    run.next_page += 1;
    run.calls_failed = 0;
    if !page.is_last && run.next_page > PAGES_MAX {
        return fail(tx, &run, "the provider's list does not end", now).await;
    }
    if page.is_last {
        run.phase = Phase::Planning;
    }
    store::update_progress(tx, &run).await
}

/// Decides whether rows moved or stand twice, from their first page as it is now.
///
/// # Errors
/// Faults.
pub(crate) async fn record_page_again(
    tx: &Tx,
    mut run: Reconciliation,
    number: i32,
    page: &ListedPage,
) -> Result<()> {
    let references: Vec<&str> = page
        .rows
        .iter()
        .map(|row| row.provider_reference.as_str())
        .collect();
    store::update_repeats(tx, run.id, number, &references).await?;
    run.pages_read += 1;
    run.calls_failed = 0;
    store::update_progress(tx, &run).await
}

/// Writes down whom to ask about, once the whole list is there.
///
/// # Errors
/// Faults.
pub(crate) async fn plan_questions(tx: &Tx, run: &Reconciliation) -> Result<()> {
    let has_unknown_charge = store::exists_unknown_charge(tx, run).await?;
    store::insert_questions(tx, run, has_unknown_charge).await
}

/// Books the fee of a capture as the provider has it, and writes the difference down as repaired.
/// Locks the order, the attempt, the capture.
///
/// # Errors
/// Faults.
pub(crate) async fn correct_fee(
    tx: &Tx,
    run: &Reconciliation,
    differing: &DifferingFee,
    now: DateTime<Utc>,
) -> Result<()> {
    let gone = || Error::fault("a capture or its attempt is gone");
    let attempt = store::find_attempt(tx, differing.attempt_id)
        .await?
        .ok_or_else(gone)?;
    lock(tx, &attempt).await?;
    let capture = store::lock_booked_capture(tx, differing.capture_id)
        .await?
        .ok_or_else(gone)?;
    let (before, after) = (capture.fee_minor, differing.theirs_minor);
    if before == after {
        return Ok(());
    }
    store::update_capture_fee(tx, capture.id, after).await?;
    let held = || Account::Held(run.provider.as_str().into());
    let (debit, credit) = if after > before {
        (Account::ProviderFees, held())
    } else {
        (held(), Account::ProviderFees)
    };
    let difference = Money::new((after - before).abs(), capture.amount.currency());
    let transfer = Transfer {
        debit,
        credit,
        amount: difference,
        order_id: Some(capture.order_id),
    };
    let fact = format!(
        "fee-correction:{}:{}",
        capture.id,
        capture.fee_corrections + 1
    );
    let memo = "The provider's fee, as its list has it";
    ledger::post(tx, &fact, memo, &[transfer], now).await?;
    let side = |fee_minor: i64| -> Value {
        json!({
            "amount_minor": capture.amount.minor(),
            "currency": capture.amount.currency().code(),
            "fee_minor": fee_minor,
        })
    };
    let repair = json!({
        "cause": "the provider keeps another fee than it said; it is booked as its list has it",
        "fact": fact,
        "before": side(before),
        "after": side(after),
    });
    let sides = [&side(before), &side(after), &repair];
    store::insert_fee_break(tx, run, &capture, sides, now).await
}

/// Writes down what differs, and ends the comparison.
///
/// # Errors
/// Faults.
pub(crate) async fn judge(
    tx: &Tx,
    run: &Reconciliation,
    balances: Value,
    now: DateTime<Utc>,
) -> Result<()> {
    while store::upsert_breaks(tx, run, now).await? > 0 {}
    store::update_breaks_gone(tx, run, now).await?;
    let (breaks_open, breaks_repaired) = store::count_breaks_seen(tx, run.id).await?;
    let findings = Findings {
        totals: store::sum_totals(tx, run).await?,
        balances,
        breaks_open,
        breaks_repaired,
    };
    store::update_done(tx, run.id, &findings, now).await?;
    store::delete_list(tx, run.id).await
}

/// Ends a locked comparison that cannot go on.
///
/// # Errors
/// Faults.
pub(crate) async fn fail(
    tx: &Tx,
    run: &Reconciliation,
    failure: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    tracing::error!(id = %run.id, failure, "a comparison with the provider's books failed");
    store::update_failed(tx, run.id, failure, now).await?;
    store::delete_list(tx, run.id).await
}

/// Closes a difference as a person decides; giving it up is booked. Final. Answers it before
/// and after.
///
/// # Errors
/// `reconciliation_break_not_found`, `reconciliation_break_closed`,
/// `reconciliation_break_has_no_amount`.
pub(crate) async fn resolve_break(
    tx: &Tx,
    id: BreakId,
    action: BreakAction,
    (by, note): (StaffId, &str),
    now: DateTime<Utc>,
) -> Result<(Break, Break)> {
    let before = store::lock_break(tx, id)
        .await?
        .ok_or(PaymentRefusal::BreakNotFound)?;
    if before.state != "open" {
        let state = before.state;
        return Err(PaymentRefusal::BreakClosed { state }.into());
    }
    if action == BreakAction::WriteOff {
        write_off(tx, &before, now).await?;
    }
    store::update_break_resolved(tx, id, action, (by, note), now).await?;
    let after = store::find_break(tx, id).await?;
    let after = after.ok_or_else(|| Error::fault("a difference is gone"))?;
    Ok((before, after))
}

async fn write_off(tx: &Tx, found: &Break, now: DateTime<Utc>) -> Result<()> {
    let difference = found.difference();
    let difference = difference.and_then(|(minor, currency)| {
        let currency: Currency = currency.parse().ok()?;
        Some((minor, Money::new(minor.checked_abs()?, currency)))
    });
    let Some((signed, amount)) = difference else {
        return Err(PaymentRefusal::BreakWithoutAmount.into());
    };
    let held = || Account::Held(found.provider.as_str().into());
    let (debit, credit) = if signed > 0 {
        (held(), Account::WriteOffs)
    } else {
        (Account::WriteOffs, held())
    };
    let transfer = Transfer {
        debit,
        credit,
        amount,
        order_id: found.order_id,
    };
    let memo = "A difference with the provider's books that was given up";
    ledger::post(
        tx,
        &format!("write-off:{}", found.id),
        memo,
        &[transfer],
        now,
    )
    .await
}
