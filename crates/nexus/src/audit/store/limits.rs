//! Limits: what buyers have taken of them and what is owed beyond the stock, and to which orders.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 3] = [
    Invariant {
        id: "I41",
        title: "what is used of a limit is the sum of what orders use, and within it",
        counted: "select count(*) from allowances",
        broken: "
        select format('%s limit %s', kind, encode(key, 'hex')),
            format('%s of %s are used, and orders use %s', used, used_max, coalesce(summed, 0))
        from allowances
        full join (
            select key, sum(quantity) as summed
            from allowance_uses
            where ended_at is null
            group by key
        ) as sums using (key)
        where used is distinct from coalesce(summed, 0)
            or not (used >= 0 and used <= used_max)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    // Of a variant's limit until it is gone or called off; of what may be open until it is paid.
    Invariant {
        id: "I42",
        title: "an order uses limits as long as it stands, and not longer",
        counted: "select count(*) from allowance_uses",
        broken: "
        select format('order %s', orders.id),
            format('it is %s and its use of a %s limit %s', status, kind,
                case when ended_at is null then 'goes on' else 'has ended' end)
        from allowance_uses
        join allowances using (key)
        join orders on orders.id = order_id
        where (ended_at is null) <> case kind
            when 'variant' then status in ('pending_payment', 'paid')
            else status = 'pending_payment'
        end",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    Invariant {
        id: "I43",
        title: "what is owed beyond the stock is what orders wait for, and within its limit",
        counted: "select count(*) from backorders",
        broken: "
        select format('variant %s', variant_id),
            format('%s units of %s are owed and orders wait for %s', backordered, backorder_max,
                coalesce(waiting, 0))
        from stock_terms
        full join (
            select variant_id, sum(waiting) as waiting
            from backorders
            group by variant_id
        ) as sums using (variant_id)
        where backordered is distinct from coalesce(waiting, 0)
            or not (backordered >= 0 and backordered <= backorder_max)
        union all
        select format('order %s', orders.id),
            format('it is %s and what comes for it would be %s', status,
                case when is_paid then 'sold' else 'held' end)
        from backorders
        join orders on orders.id = order_id
        where is_paid <> (paid_at is not null)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
];
