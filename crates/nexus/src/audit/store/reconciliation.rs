//! Our books beside the provider's: comparisons, differences, corrected fees.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 1] = [
    // What can be checked without asking the provider. A worker ends an overdue comparison within
    // minutes; an hour more is patience.
    Invariant {
        id: "I12",
        title: "comparisons end, differences name what they mean, fees are booked",
        counted: "
        select (select count(*) from reconciliations) + (select count(*) from reconciliation_breaks)
            + (select count(*) from captures)",
        broken: "
        select format('reconciliation %s', id),
            format('it should have ended at %s and goes on', deadline_at)
        from reconciliations
        where state = 'running' and deadline_at < $1::timestamptz - interval '1 hour'
        union all
        select format('break %s', breaks.id),
            format('it names capture %s, which is of attempt %s and order %s', captures.id,
                captures.attempt_id, captures.order_id)
        from reconciliation_breaks as breaks
        join captures on captures.id = breaks.capture_id
        where (captures.attempt_id, captures.order_id)
            is distinct from (breaks.attempt_id, breaks.order_id)
        union all
        select format('break %s', breaks.id),
            format('it is of order %s and its attempt of %s', breaks.order_id, attempts.order_id)
        from reconciliation_breaks as breaks
        join payment_attempts as attempts on attempts.id = breaks.attempt_id
        where breaks.order_id is distinct from attempts.order_id
        union all
        select format('break %s', breaks.id),
            format('it was written off and %s transfers book that', count(transfers.id))
        from reconciliation_breaks as breaks
        left join ledger_transfers as transfers on transfers.fact = 'write-off:' || breaks.id
        where resolution = 'written_off'
        group by breaks.id
        having count(transfers.id) <> 1
        union all
        select format('capture %s', captures.id),
            format('its fee was adjusted by %s in %s corrections; the books have %s in %s',
                fee_adjusted_minor, fee_corrections, coalesce(booked_minor, 0),
                coalesce(corrections, 0))
        from captures
        left join (
            select split_part(fact, ':', 2) as capture_id,
                sum(case when debit_account = 'provider_fees' then amount_minor
                    else -amount_minor end) as booked_minor,
                count(*) as corrections
            from ledger_transfers
            where fact like 'fee-correction:%'
            group by 1
        ) as booked on booked.capture_id = captures.id::text
        where fee_adjusted_minor <> coalesce(booked_minor, 0)
            or fee_corrections <> coalesce(corrections, 0)",
        binds: Binds::Now,
        plan: Plan::Free,
    },
];
