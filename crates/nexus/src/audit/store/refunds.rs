//! Refunds: no more goes back than came in, in the tables, in the books and in the order.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 3] = [
    // What is promised and what is given back, each by its own sum.
    Invariant {
        id: "I9",
        title: "no more goes back than came in, of any payment and any line",
        counted: "select count(*) from captures",
        broken: "
        select format('capture %s', captures.id),
            format('of %s it has %s promised, %s given back and %s taken back; its refunds say '
                '%s and %s', captures.amount_minor, refunding_minor, refunded_minor,
                reversed_minor, coalesce(open_minor, 0), coalesce(done_minor, 0))
        from captures
        left join (
            select capture_id,
                sum(amount_minor) filter (
                    where state in ('requested', 'submitted', 'processing', 'unknown')
                ) as open_minor,
                sum(amount_minor) filter (where state = 'succeeded') as done_minor
            from refunds
            group by capture_id
        ) as wanted on wanted.capture_id = captures.id
        where refunding_minor <> coalesce(open_minor, 0)
            or refunded_minor <> coalesce(done_minor, 0)
            or least(refunding_minor, refunded_minor, reversed_minor) < 0
            or refunding_minor + refunded_minor + reversed_minor + written_off_minor
                > captures.amount_minor
        union all
        select format('refund %s', refunds.id),
            format('it is %s %s of order %s by %s; its money is %s of order %s by %s',
                refunds.amount_minor, refunds.currency, refunds.order_id, refunds.provider,
                captures.currency, captures.order_id, captures.provider)
        from refunds
        left join captures on captures.id = refunds.capture_id
        where refunds.amount_minor <= 0
            or (refunds.order_id, refunds.currency, refunds.provider)
                is distinct from (captures.order_id, captures.currency, captures.provider)
        union all
        select format('refund %s', refunds.id),
            format('it is %s and its lines add up to %s', refunds.amount_minor, lines_minor)
        from refunds
        join (
            select refund_id, sum(amount_minor) as lines_minor
            from refund_lines
            group by refund_id
        ) as parts on parts.refund_id = refunds.id
        where refunds.amount_minor <> lines_minor
        union all
        select format('line %s of order %s', variant_id, order_id),
            format('of %s units and %s paid, %s units and %s are refunded; refunds say %s and %s',
                quantity, paid_minor, refunded_quantity, refunded_minor, coalesce(units, 0),
                coalesce(minor, 0))
        from line_refunds
        full join (
            select refund_lines.order_id, variant_id, sum(quantity) as units,
                sum(refund_lines.amount_minor) as minor
            from refund_lines
            join refunds on refunds.id = refund_lines.refund_id
            where state not in ('failed', 'reversed')
            group by refund_lines.order_id, variant_id
        ) as given using (order_id, variant_id)
        left join order_lines using (order_id, variant_id)
        where bought_quantity is distinct from quantity
            or refunded_quantity is distinct from coalesce(units, 0)
            or refunded_minor is distinct from coalesce(minor, 0)
            or refunded_quantity not between 0 and quantity
            or refunded_minor not between 0 and paid_minor
        union all
        select format('order %s', orders.id),
            format('%s of %s went back; its refunds and what was taken back say %s',
                refunded_minor, total_minor, coalesce(done_minor, 0) + coalesce(taken_minor, 0))
        from orders
        left join (
            select refunds.order_id, sum(refunds.amount_minor) as done_minor
            from refunds
            join captures on captures.id = refunds.capture_id
            where state = 'succeeded' and disposition = 'applied'
            group by refunds.order_id
        ) as done on done.order_id = orders.id
        left join (
            select captures.order_id, sum(reversed_minor) as taken_minor
            from payment_reviews
            join captures on captures.attempt_id = payment_reviews.attempt_id
            where kind = 'reversal' and resolution = 'accepted' and disposition = 'applied'
            group by captures.order_id
        ) as taken on taken.order_id = orders.id
        where refunded_minor <> coalesce(done_minor, 0) + coalesce(taken_minor, 0)
            or refunded_minor not between 0 and total_minor",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    Invariant {
        id: "I32",
        title: "each refund is in the books exactly as it stands",
        counted: "select count(*) from refunds",
        broken: "
        select coalesce(due.fact, booked.fact), concat_ws('; ',
            format('due: %s', coalesce(due.entry, 'nothing')),
            format('booked: %s', coalesce(booked.entry, 'nothing')))
        from (
            select format('refund:%s:%s', refunds.id, steps.step) as fact,
                format('%s to %s, %s %s, order %s', steps.debit, steps.credit,
                    refunds.amount_minor, refunds.currency, refunds.order_id) as entry
            from refunds
            join captures on captures.id = refunds.capture_id
            cross join lateral (
                select case disposition when 'applied' then 'orders' else 'surplus' end
            ) as owed_to (account)
            cross join lateral (
                values ('requested', owed_to.account, 'refunds_payable', true),
                    ('succeeded', 'refunds_payable',
                        case
                            when destination = 'store_credit' then 'store_credit'
                            when refunds.provider = 'credit' then (
                                select case kind when 'gift_card' then 'gift_cards' else kind end
                                from credit_uses
                                join credit_accounts on credit_accounts.id = account_id
                                where credit_uses.id::text = captures.provider_reference
                            )
                            else 'held:' || refunds.provider
                        end,
                        state = 'succeeded'),
                    ('returned', 'refunds_payable', owed_to.account,
                        state in ('failed', 'reversed'))
            ) as steps (step, debit, credit, is_due)
            where is_due
        ) as due
        full join (
            select fact, string_agg(format('%s to %s, %s %s, order %s', debit_account,
                credit_account, amount_minor, currency, order_id), '; ' order by leg) as entry
            from ledger_transfers
            where fact like 'refund:%'
            group by fact
        ) as booked on booked.fact = due.fact
        where due.entry is distinct from booked.entry",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    Invariant {
        id: "I33",
        title: "each refund has its steps, its job and its events",
        counted: "select count(*) from refunds",
        broken: "
        select format('refund %s', id),
            format('it is %s; its last step led to %s', state, coalesce(last_state, 'nothing'))
        from refunds
        left join (
            select distinct on (refund_id) refund_id, to_state as last_state
            from refund_history
            order by refund_id, sequence desc
        ) as steps on steps.refund_id = refunds.id
        where last_state is distinct from state
        union all
        select format('refund %s', id), 'no job asks the provider for it'
        from refunds
        where not exists (
            select
            from jobs
            where kind = 'submit_refund' and unique_key = refunds.id::text
        )
        union all
        select format('refund %s', coalesce(made.id, told.id)),
            case when made.name is null then format('%s was announced without its cause', told.name)
                else format('%s was announced %s times', made.name, coalesce(told.times, 0)) end
        from (
            select id::text, 'refund.requested' as name
            from refunds
            union all
            select id::text, 'refund.' || state
            from refunds
            where state in ('succeeded', 'failed', 'reversed')
        ) as made
        full join (
            select payload->>'refund_id' as id, name, count(*) as times
            from events
            where name in ('refund.requested', 'refund.succeeded', 'refund.failed',
                'refund.reversed')
            group by 1, 2
        ) as told on told.id = made.id and told.name = made.name
        where made.name is null or told.times is distinct from 1",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
];
