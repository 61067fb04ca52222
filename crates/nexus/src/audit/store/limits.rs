//! Limits: what buyers have taken of them and what is owed beyond the stock, and to which orders.
//! Bundles.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 5] = [
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
    // What lines were made of stays; who sells is bound by what bundles are made of now.
    Invariant {
        id: "I44",
        title: "a bundle is made of what is none, and is not owed itself",
        counted: "select count(*) from bundle_parts",
        broken: "
        select format('variant %s', outer_parts.bundle_id),
            format('its part %s is a bundle', outer_parts.part_id)
        from bundle_parts as outer_parts
        where exists (select from bundle_parts where bundle_id = outer_parts.part_id)
        union all
        select format('variant %s', bundle_id),
            format('it has no stock of its own, and orders wait for %s of it', backordered)
        from (select distinct bundle_id from bundle_parts) as made
        join stock_terms on stock_terms.variant_id = bundle_id
        where backordered > 0 or backorder_kind is not null",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    // Whole bundles leave and come back: of each part as many units as there are bundles.
    Invariant {
        id: "I47",
        title: "what left of a bundle or was called off is the parts of whole ones",
        counted: "select count(*) from order_line_parts",
        broken: "
        select format('order %s', order_id),
            format('of its bundle %s, %s units were shipped and %s called off; of part %s, %s and '
                    || '%s', variant_id, shipped, cancelled, part_id, parts_shipped,
                parts_cancelled)
        from (
            select order_id, variant_id, part_id, quantity,
                coalesce(shipped_quantity, 0) as shipped,
                coalesce(cancelled_quantity, 0) as cancelled,
                coalesce((
                    select sum(fulfilment_parts.quantity)
                    from fulfilment_parts
                    where fulfilment_parts.order_id = order_line_parts.order_id
                        and fulfilment_parts.variant_id = order_line_parts.variant_id
                        and fulfilment_parts.part_id = order_line_parts.part_id
                ), 0) as parts_shipped,
                coalesce((
                    select sum(cancellation_parts.quantity)
                    from cancellation_parts
                    where cancellation_parts.order_id = order_line_parts.order_id
                        and cancellation_parts.variant_id = order_line_parts.variant_id
                        and cancellation_parts.part_id = order_line_parts.part_id
                ), 0) as parts_cancelled
            from order_line_parts
            left join fulfilment_lines using (order_id, variant_id)
        ) as parts
        where parts_shipped <> shipped * quantity or parts_cancelled <> cancelled * quantity",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
];
