//! Parcels and what was called off: units, where they stood, and what the order says of them.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 4] = [
    Invariant {
        id: "I65",
        title: "no more of a line is shipped and called off than was ordered",
        counted: "select count(*) from fulfilment_lines",
        broken: "
        select format('line %s of order %s', variant_id, order_id),
            format('of %s units ordered it says %s shipped, %s delivered and %s called off; '
                    || 'parcels hold %s, %s of them arrived, and %s were called off',
                coalesce(quantity, 0), coalesce(shipped_quantity, 0),
                coalesce(delivered_quantity, 0), coalesce(cancelled_quantity, 0),
                coalesce(sent, 0), coalesce(arrived, 0), coalesce(called, 0))
        from fulfilment_lines
        full join (
            select order_id, variant_id, sum(sent)::bigint as sent,
                sum(arrived)::bigint as arrived, sum(called)::bigint as called
            from (
                select fulfilments.order_id, variant_id, quantity as sent,
                    case state when 'delivered' then quantity else 0 end as arrived, 0 as called
                from fulfilment_items
                join fulfilments on fulfilments.id = fulfilment_id
                union all
                select cancellations.order_id, variant_id, 0, 0, quantity
                from cancellation_items
                join cancellations on cancellations.id = cancellation_id
            ) as parts
            group by order_id, variant_id
        ) as became using (order_id, variant_id)
        left join order_lines using (order_id, variant_id)
        where ordered_quantity is distinct from quantity
            or shipped_quantity is distinct from coalesce(sent, 0)
            or delivered_quantity is distinct from coalesce(arrived, 0)
            or cancelled_quantity is distinct from coalesce(called, 0)
            or shipped_quantity + cancelled_quantity > quantity
            or delivered_quantity > shipped_quantity",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    Invariant {
        id: "I66",
        title: "a parcel holds what its paid order has taken, where it has taken it",
        counted: "select count(*) from fulfilments",
        broken: "
        select format('parcel %s', fulfilments.id),
            format('its order is %s and was never paid', coalesce(status, 'not there'))
        from fulfilments
        left join orders on orders.id = fulfilments.order_id
        where paid_at is null
        union all
        select format('order %s', order_id),
            format('of variant %s it has taken %s units at location %s; %s left or were called '
                    || 'off', variant_id, coalesce(taken, 0), location_id, used)
        from (
            select order_id, unit_id as variant_id, claimed_at as location_id,
                sum(quantity) as used
            from (
                select order_id, unit_id, claimed_at, quantity
                from fulfilment_units
                union all
                select cancellation_units.order_id, unit_id, claimed_at, quantity
                from cancellation_units
                join cancellations on cancellations.id = cancellation_id
                where is_restocked
            ) as parts
            group by order_id, unit_id, claimed_at
        ) as gone
        left join (
            select order_id, variant_id, location_id, sum(quantity) as taken
            from reservations
            where state = 'claimed'
            group by order_id, variant_id, location_id
        ) as claimed using (order_id, variant_id, location_id)
        where used > coalesce(taken, 0)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    Invariant {
        id: "I67",
        title: "how far an order is follows from its parcels, and each was announced",
        counted: "select count(*) from orders where fulfilment_status <> 'unfulfilled'",
        broken: "
        select format('order %s', orders.id),
            format('it is %s and %s; of its units %s left, %s arrived and %s are open', status,
                fulfilment_status, shipped, delivered, open)
        from orders
        join (
            select order_id, sum(shipped_quantity) as shipped, sum(delivered_quantity) as delivered,
                sum(quantity - coalesce(shipped_quantity, 0) - coalesce(cancelled_quantity, 0))
                    as open
            from order_lines
            left join fulfilment_lines using (order_id, variant_id)
            where order_id in (
                    select order_id from fulfilment_lines
                    union all
                    select id from orders where fulfilment_status <> 'unfulfilled'
                )
            group by order_id
        ) as summed on summed.order_id = orders.id
        where fulfilment_status <> case
                when coalesce(shipped, 0) = 0 then
                    case when open = 0 then 'cancelled' else 'unfulfilled' end
                when open > 0 then 'partially_shipped'
                when delivered = 0 then 'shipped'
                when delivered < shipped then 'partially_delivered'
                else 'delivered'
            end
            or (fulfilment_status = 'cancelled') <> (status = 'cancelled')
        union all
        select format('parcel %s', parcel),
            format('it is %s; announced as shipped %s times, delivered %s',
                coalesce(state, 'not there'), coalesce(shipped, 0), coalesce(delivered, 0))
        from (
            select id::text collate \"C\" as parcel, state from fulfilments
        ) as parcels
        full join (
            select (payload->>'fulfilment_id') collate \"C\" as parcel,
                count(*) filter (where name = 'order.shipped') as shipped,
                count(*) filter (where name = 'order.delivered') as delivered
            from events
            where name in ('order.shipped', 'order.delivered')
            group by 1
        ) as told using (parcel)
        where shipped is distinct from 1
            or delivered is distinct from (state = 'delivered')::int",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    // What staff write down as come back by hand names no order.
    Invariant {
        id: "I68",
        title: "what was called off or sent back is where its movements say",
        counted: "select count(*) from cancellation_items",
        broken: "
        select format('order %s', order_id),
            format('of variant %s, %s units are due back at location %s and %s came back',
                variant_id, coalesce(due, 0), location_id, coalesce(moved, 0))
        from (
            select order_id, unit_id as variant_id, claimed_at as location_id,
                sum(quantity) as due
            from (
                select cancellation_units.order_id, unit_id, claimed_at, quantity
                from cancellation_units
                join cancellations on cancellations.id = cancellation_id
                where is_restocked
                union all
                select order_id, unit_id, location_id,
                    (restocked_quantity + written_off_quantity) * units
                from return_lines
                join order_line_units using (order_id, variant_id)
                where restocked_quantity + written_off_quantity > 0
            ) as parts
            group by order_id, unit_id, claimed_at
        ) as called
        full join (
            select order_id, variant_id, location_id, sum(quantity) as moved
            from stock_movements
            where kind = 'return' and order_id is not null
            group by order_id, variant_id, location_id
        ) as movements using (order_id, variant_id, location_id)
        where coalesce(due, 0) <> coalesce(moved, 0)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
];
