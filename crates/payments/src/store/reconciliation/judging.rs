//! What differs between a list that was read and our books. Set-based: a window of many
//! thousand charges is one look.

use chrono::{DateTime, Utc};
use ids::{AttemptId, BreakId, CaptureId, OrderId, ReconciliationId};
use kit::{Conn, Result, Tx, db::Param};
use serde_json::Value;

use crate::model::{ProviderId, Reconciliation, SLACK};

/// What the statements on a comparison are given: `$1` to `$6`.
#[derive(Debug)]
pub(crate) struct Bounds {
    pub(crate) id: ReconciliationId,
    pub(crate) provider: &'static str,
    pub(crate) mode: &'static str,
    pub(crate) from: DateTime<Utc>,
    pub(crate) to: DateTime<Utc>,
    /// The provider's clock may be ahead, and a charge that began after the comparison is one.
    pub(crate) late: DateTime<Utc>,
}

impl Bounds {
    pub(crate) fn of(run: &Reconciliation) -> Self {
        Self {
            id: run.id,
            provider: run.provider.as_str(),
            mode: run.mode.as_str(),
            from: run.window.from,
            to: run.window.to,
            late: run.window.to + SLACK,
        }
    }

    pub(crate) fn params(&self) -> [Param<'_>; 6] {
        [
            &self.id,
            &self.provider,
            &self.mode,
            &self.from,
            &self.to,
            &self.late,
        ]
    }
}

/// A difference that a comparison found.
#[derive(Debug)]
pub(crate) struct Found {
    class: String,
    provider_reference: String,
    capture_id: Option<CaptureId>,
    attempt_id: Option<AttemptId>,
    order_id: Option<OrderId>,
    ours: Value,
    theirs: Value,
    occurred_at: Option<DateTime<Utc>>,
    repair: Option<Value>,
}

// Each class once; what was asked about and came right is repaired. What this comparison has
// written down already is left out, and so is what a person has dismissed just as it is.
const LIST_FOUND: &str = "
    with listed as materialized (
        select provider_reference, status, copies, amount_minor, currency, fee_minor, listed_at,
            jsonb_build_object('status', status, 'amount_minor', amount_minor,
                'currency', currency, 'fee_minor', fee_minor, 'method', method,
                'copies', copies) as theirs
        from reconciliation_rows
        where reconciliation_id = $1 and (listed_at is null or listed_at between $4 and $6)
    ),
    ours as materialized (
        select captures.provider_reference, captures.id as capture_id, captures.attempt_id,
            captures.order_id, captures.amount_minor, captures.currency, attempts.created_at,
            jsonb_build_object('tx_ref', tx_ref, 'attempt_state', state,
                'amount_minor', captures.amount_minor, 'currency', captures.currency,
                'fee_minor', fee_minor + fee_adjusted_minor,
                'given_back_minor', refunded_minor + reversed_minor,
                'disposition', disposition) as facts,
            questions.reason, questions.outcome, questions.asked_at,
            refunded_minor + reversed_minor = captures.amount_minor or exists (
                select
                from payment_reviews
                where payment_reviews.attempt_id = attempts.id and kind = 'reversal'
            ) as went_back
        from captures
        join payment_attempts as attempts on attempts.id = captures.attempt_id
        left join reconciliation_questions as questions
            on questions.reconciliation_id = $1 and questions.attempt_id = attempts.id
        where captures.provider = $2 and mode = $3
            and (questions.attempt_id is not null
                or captures.provider_reference in (select provider_reference from listed))
    ),
    compared as (
        select listed.*, capture_id, attempt_id, order_id, facts, ours.amount_minor as our_minor,
            ours.currency as our_currency, reason, outcome, asked_at, went_back
        from listed
        join ours on ours.provider_reference = listed.provider_reference
    ),
    found (class, provider_reference, capture_id, attempt_id, order_id, ours, theirs,
        occurred_at, repair) as (
        select 'missing_here', listed.provider_reference, null::uuid, attempts.id,
            attempts.order_id,
            case when attempts.id is null then jsonb_build_object()
                else jsonb_build_object('tx_ref', tx_ref, 'attempt_state', state) end,
            theirs, listed_at, null::jsonb
        from listed
        left join lateral (
            select attempt_id
            from reconciliation_questions as questions
            where questions.reconciliation_id = $1
                and questions.provider_reference = listed.provider_reference
            order by attempt_id
            limit 1
        ) as told on true
        left join payment_attempts as attempts on attempts.id = told.attempt_id
        where status = 'charged' and charged_at is null
            and not exists (
                select
                from captures
                where captures.provider = $2
                    and captures.provider_reference = listed.provider_reference
            )
        union all
        select 'missing_here', provider_reference, capture_id, attempt_id, order_id, facts, theirs,
            listed_at, jsonb_build_object(
                'cause', case when outcome = 'charged'
                    then 'no message about it was followed; it was asked about and recorded'
                    else 'it was recorded while the comparison went on' end,
                'before', null, 'after', facts)
        from compared
        where reason = 'missing_here' and status = 'charged'
        union all
        select 'missing_there', provider_reference, capture_id, attempt_id, order_id, facts,
            jsonb_build_object('status', outcome), created_at, null
        from ours
        where reason = 'missing_there' and asked_at is not null and outcome <> 'charged'
            and not went_back
        union all
        select 'status_differs', provider_reference, capture_id, attempt_id, order_id, facts,
            jsonb_build_object('status', outcome), created_at, jsonb_build_object(
                'cause', 'the provider says that the money went back; a review is open',
                'before', facts, 'after', facts || jsonb_build_object('review', 'reversal'))
        from ours
        where reason in ('missing_there', 'status_differs') and went_back
        union all
        select 'status_differs', provider_reference, capture_id, attempt_id, order_id, facts,
            theirs, listed_at, null
        from compared
        where status <> 'charged' and not went_back
        union all
        select 'amount_differs', provider_reference, capture_id, attempt_id, order_id, facts,
            theirs, listed_at, null
        from compared
        where currency = our_currency and amount_minor is distinct from our_minor
        union all
        select 'currency_differs', provider_reference, capture_id, attempt_id, order_id, facts,
            theirs, listed_at, null
        from compared
        where currency is distinct from our_currency
        union all
        select 'fee_differs', provider_reference, capture_id, attempt_id, order_id, facts, theirs,
            listed_at, null
        from compared
        where status = 'charged' and currency = our_currency and amount_minor = our_minor
            and fee_minor > amount_minor
        union all
        select 'duplicate_there', listed.provider_reference, capture_id, attempt_id, order_id,
            coalesce(facts, jsonb_build_object()), theirs, listed_at, null
        from listed
        left join ours on ours.provider_reference = listed.provider_reference
        where copies > 1 and status = 'charged'
    )
    select *
    from found
    where not exists (
        select
        from reconciliation_breaks as breaks
        where breaks.provider = $2 and breaks.class = found.class
            and breaks.provider_reference = found.provider_reference
            and (last_seen = $1
                or resolution in ('dismissed', 'written_off')
                    and breaks.theirs = found.theirs and breaks.ours = found.ours)
    )
    order by class, provider_reference
    limit $5";

const CHUNK: i64 = 500;

/// The next differences that this comparison has not written down yet.
async fn list_found(tx: &Tx, bounds: &Bounds) -> Result<Vec<Found>> {
    let Bounds {
        id,
        provider,
        mode,
        from,
        late,
        ..
    } = bounds;
    let rows = tx
        .query(LIST_FOUND, &[id, provider, mode, from, &CHUNK, late])
        .await?;
    let found = rows.iter().map(|row| Found {
        class: row.get("class"),
        provider_reference: row.get("provider_reference"),
        capture_id: row.get("capture_id"),
        attempt_id: row.get("attempt_id"),
        order_id: row.get("order_id"),
        ours: row.get("ours"),
        theirs: row.get("theirs"),
        occurred_at: row.get("occurred_at"),
        repair: row.get("repair"),
    });
    Ok(found.collect())
}

const UPSERT_FOUND: &str = "
    insert into reconciliation_breaks
        (id, provider, mode, class, provider_reference, capture_id, attempt_id, order_id, ours,
         theirs, state, first_seen, last_seen, occurred_at, opened_at, updated_at)
    select found.id, $2, $3, class, reference, capture_id, attempt_id, order_id, ours, theirs,
        'open', $1, $1, occurred_at, $4, $4
    from unnest($5::uuid[], $6::text[], $7::text[], $8::uuid[], $9::uuid[], $10::uuid[],
        $11::jsonb[], $12::jsonb[], $13::timestamptz[])
        as found (id, class, reference, capture_id, attempt_id, order_id, ours, theirs,
            occurred_at)
    on conflict (provider, class, provider_reference) where state = 'open' do update
    set last_seen = excluded.last_seen, updated_at = excluded.updated_at, ours = excluded.ours,
        theirs = excluded.theirs, capture_id = excluded.capture_id,
        attempt_id = excluded.attempt_id, order_id = excluded.order_id";

const UPDATE_REPAIRED: &str = "
    update reconciliation_breaks as breaks
    set state = 'repaired', repair = found.repair, closed_at = $3, updated_at = $3
    from unnest($4::text[], $5::text[], $6::jsonb[]) as found (class, reference, repair)
    where breaks.provider = $2 and breaks.class = found.class
        and breaks.provider_reference = found.reference
        and state = 'open' and last_seen = $1 and found.repair is not null";

/// Writes down what differs: new, or seen again; with what came right by asking closed. Answers
/// how many there were.
pub(crate) async fn upsert_breaks(
    tx: &Tx,
    run: &Reconciliation,
    now: DateTime<Utc>,
) -> Result<usize> {
    let bounds = Bounds::of(run);
    let found = list_found(tx, &bounds).await?;
    let ids: Vec<BreakId> = found.iter().map(|_| BreakId::generate(now)).collect();
    let classes: Vec<&str> = found.iter().map(|one| one.class.as_str()).collect();
    let references: Vec<&str> = found
        .iter()
        .map(|one| one.provider_reference.as_str())
        .collect();
    let captures: Vec<Option<CaptureId>> = found.iter().map(|one| one.capture_id).collect();
    let attempts: Vec<Option<AttemptId>> = found.iter().map(|one| one.attempt_id).collect();
    let orders: Vec<Option<OrderId>> = found.iter().map(|one| one.order_id).collect();
    let ours: Vec<&Value> = found.iter().map(|one| &one.ours).collect();
    let theirs: Vec<&Value> = found.iter().map(|one| &one.theirs).collect();
    let instants: Vec<Option<DateTime<Utc>>> = found.iter().map(|one| one.occurred_at).collect();
    let repairs: Vec<Option<&Value>> = found.iter().map(|one| one.repair.as_ref()).collect();
    let Bounds {
        id, provider, mode, ..
    } = &bounds;
    tx.execute(
        UPSERT_FOUND,
        &[
            id,
            provider,
            mode,
            &now,
            &ids,
            &classes,
            &references,
            &captures,
            &attempts,
            &orders,
            &ours,
            &theirs,
            &instants,
        ],
    )
    .await?;
    tx.execute(
        UPDATE_REPAIRED,
        &[id, provider, &now, &classes, &references, &repairs],
    )
    .await?;
    Ok(found.len())
}

const UPDATE_BREAKS_GONE: &str = "
    update reconciliation_breaks
    set state = 'resolved', resolution = 'gone', closed_at = $5, updated_at = $5,
        note = 'A later comparison of the same time no longer found it.'
    where provider = $2 and mode = $3 and state = 'open' and last_seen <> $1
        and (occurred_at is null or occurred_at between $4 and $6)";

/// Closes what this comparison looked for again and did not find any more.
pub(crate) async fn update_breaks_gone(
    tx: &Tx,
    run: &Reconciliation,
    now: DateTime<Utc>,
) -> Result<u64> {
    let Bounds {
        id,
        provider,
        mode,
        from,
        late,
        ..
    } = &Bounds::of(run);
    tx.execute(UPDATE_BREAKS_GONE, &[id, provider, mode, from, &now, late])
        .await
}

const COUNT_BREAKS_SEEN: &str = "
    select count(*) filter (where state = 'open') as open,
        count(*) filter (where state = 'repaired') as repaired
    from reconciliation_breaks
    where last_seen = $1";

/// Open and repaired differences that a comparison saw.
pub(crate) async fn count_breaks_seen(conn: &Conn, id: ReconciliationId) -> Result<(i64, i64)> {
    let row = conn.query_one(COUNT_BREAKS_SEEN, &[&id]).await?;
    Ok((row.get("open"), row.get("repaired")))
}

const SUM_TOTALS: &str = "
    select coalesce(jsonb_agg(jsonb_build_object('currency', currency,
        'there_count', there_count, 'there_minor', there_minor, 'there_fee_minor', there_fee,
        'here_count', here_count, 'here_minor', here_minor, 'here_fee_minor', here_fee)
        order by currency), '[]') as totals
    from (
        select currency, sum(there_count)::bigint as there_count,
            sum(there_minor)::bigint as there_minor, sum(there_fee)::bigint as there_fee,
            sum(here_count)::bigint as here_count, sum(here_minor)::bigint as here_minor,
            sum(here_fee)::bigint as here_fee
        from (
            select coalesce(currency, '') as currency, copies as there_count,
                amount_minor as there_minor, fee_minor as there_fee, 0 as here_count,
                0::bigint as here_minor, 0::bigint as here_fee
            from reconciliation_rows
            where reconciliation_id = $1 and status = 'charged'
                and (listed_at is null or listed_at between $4 and $6)
            union all
            select captures.currency, 0, 0, 0, 1, captures.amount_minor,
                fee_minor + fee_adjusted_minor
            from captures
            join payment_attempts as attempts on attempts.id = captures.attempt_id
            where captures.provider = $2 and mode = $3 and created_at between $4 and $5
        ) as charges
        group by currency
    ) as sums";

/// Per currency: charges there and here, their sums and their fees.
pub(crate) async fn sum_totals(conn: &Conn, run: &Reconciliation) -> Result<Value> {
    let bounds = Bounds::of(run);
    let row = conn.query_one(SUM_TOTALS, &bounds.params()).await?;
    Ok(row.get("totals"))
}

const SUM_HELD: &str = "
    select currency, sum(signed_minor)::bigint as minor
    from (
        select currency, amount_minor as signed_minor
        from ledger_transfers
        where debit_account = $1
        union all
        select currency, -amount_minor
        from ledger_transfers
        where credit_account = $1
    ) as moved
    group by currency
    order by currency";

/// What our books say a provider holds, per currency.
pub(crate) async fn sum_held(conn: &Conn, provider: ProviderId) -> Result<Vec<(String, i64)>> {
    let account = format!("held:{}", provider.as_str());
    let rows = conn.query(SUM_HELD, &[&account]).await?;
    Ok(rows
        .iter()
        .map(|row| (row.get("currency"), row.get("minor")))
        .collect())
}
