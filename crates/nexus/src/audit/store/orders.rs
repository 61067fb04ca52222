//! What was agreed: lines, totals, history, numbers, and the cart that it came from.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 5] = [
    // Summed per order and variant, so that a second reservation cannot hide behind the first. What
    // an order waits for stands in the place of a reservation.
    // One pass over the three tables: joins of their sums misjudge how many there will be. States
    // are numbered, because the greater of two texts is dearly found.
    Invariant {
        id: "I5",
        title: "each line of an order has its units, once",
        counted: "select count(*) from order_lines",
        broken: "
        select format('order %s', orders.id),
            format('it is %s; of variant %s it has %s line(s) of %s units, %s reservation(s) of %s '
                    || 'that are %s and %s sale(s) of %s',
                status, variant_id, lines_count, coalesce(asked, 0), reservations_count,
                coalesce(kept, 0),
                coalesce(nullif(concat_ws(' and ', states[first_state],
                    states[nullif(last_state, first_state)]), ''), 'not there'),
                sales_count, coalesce(sold, 0))
        from (
            select order_id, variant_id, count(asked) as lines_count, sum(asked) as asked,
                count(kept) as reservations_count, sum(kept) as kept,
                min(state) as first_state, max(state) as last_state, sum(owed) as owed,
                count(sold) as sales_count, sum(sold) as sold
            from (
                select order_id, variant_id, quantity as asked, null::bigint as kept,
                    null::int as state, null::bigint as sold, null::bigint as owed
                from (
                    select order_id, unit_id as variant_id, quantity * units as quantity
                    from order_lines
                    join order_line_units using (order_id, variant_id)
                ) as bought
                union all
                select order_id, variant_id, null, quantity,
                    case state when 'held' then 1 when 'claimed' then 2 else 3 end, null, null
                from reservations
                union all
                select order_id, variant_id, null, waiting,
                    case when is_paid then 2 else 1 end, null, waiting
                from backorders
                where waiting > 0
                union all
                select order_id, variant_id, null, released,
                    case when is_paid then 2 else 3 end, null,
                    case when is_paid then released end
                from backorders
                where released > 0
                union all
                select order_id, variant_id, null, null, null, -quantity, null
                from stock_movements
                where kind = 'sale'
            ) as parts
            group by order_id, variant_id
        ) as units
        join orders on orders.id = units.order_id
        cross join (values (array['held', 'claimed', 'released'])) as words (states)
        where lines_count = 0
            or kept is distinct from asked
            or coalesce(sold, 0) <> case
                when paid_at is null then 0
                else asked - coalesce(owed, 0)
            end
            or first_state <> last_state
            or last_state <> case
                when status = 'pending_payment' then 1
                when paid_at is not null then 2
                else 3
            end",
        binds: Binds::Nothing,
        plan: Plan::Sorted,
    },
    // In exact numbers without bounds: a wrong amount must be told, not overflow.
    Invariant {
        id: "I6",
        title: "totals add up and lines multiply",
        counted: "select count(*) from orders",
        broken: "
        select format('order %s', id), concat_ws('; ',
            case when summed.order_id is null then 'it has no lines' end,
            case when lines_broken > 0
                then format('%s line(s) are not price times quantity', lines_broken) end,
            case when subtotal_minor <> lines_minor
                then format('its lines add up to %s and its subtotal says %s',
                    lines_minor, subtotal_minor) end,
            case when total_minor <> expected_minor
                then format('its parts add up to %s and its total says %s',
                    expected_minor, total_minor) end,
            case when least(subtotal_minor, discount_minor, shipping_minor, tax_minor) < 0
                then 'one of its amounts is negative' end,
            case when discount_minor > subtotal_minor
                then 'more is taken off than its lines cost' end,
            case when total_minor <= 0 then format('its total is %s', total_minor) end)
        from (
            select id, subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor,
                subtotal_minor::numeric - discount_minor + shipping_minor + tax_minor
                    as expected_minor
            from orders
        ) as orders
        left join (
            select order_id, sum(total_minor) as lines_minor,
                count(*) filter (where total_minor <> unit_price_minor::numeric * quantity)
                    as lines_broken
            from order_lines
            group by order_id
        ) as summed on summed.order_id = orders.id
        where summed.order_id is null
            or lines_broken > 0
            or subtotal_minor <> lines_minor
            or total_minor <> expected_minor
            or least(subtotal_minor, discount_minor, shipping_minor, tax_minor) < 0
            or discount_minor > subtotal_minor
            or total_minor <= 0",
        binds: Binds::Nothing,
        plan: Plan::Sorted,
    },
    Invariant {
        id: "I18",
        title: "an order is its cart, line by line",
        counted: "select count(*) from order_lines",
        broken: "
        select format('order %s', coalesce(ordered.order_id, wanted.order_id)),
            format('it has %s units of variant %s and its cart has %s',
                coalesce(ordered.quantity, 0), variant_id, coalesce(wanted.quantity, 0))
        from (
            select orders.id as order_id, cart_items.variant_id, cart_items.quantity
            from orders
            join cart_items on cart_items.cart_id = orders.cart_id
        ) as wanted
        full join (
            select order_id, variant_id, quantity
            from order_lines
        ) as ordered using (order_id, variant_id)
        where ordered.quantity is distinct from wanted.quantity
        union all
        select format('cart %s', carts.id),
            case when orders.id is null then 'it is ordered and no order came of it'
                else format('order %s came of it and it is still %s', orders.number, carts.state)
            end
        from carts
        left join orders on orders.cart_id = carts.id
        where (orders.id is not null) <> (carts.state = 'ordered')",
        binds: Binds::Nothing,
        plan: Plan::Sorted,
    },
    // Read in order: each step of an aspect begins where the one before ended, and the last is
    // what the order says.
    Invariant {
        id: "I19",
        title: "an order's history is legal, whole and ends in its status",
        counted: "select count(*) from order_history",
        broken: "
        select format('order %s', orders.id), concat_ws('; ',
            case when step is null then 'it has no history' end,
            case when sequence <> step
                then format('step %s is numbered %s', step, sequence) end,
            case when from_status is distinct from before
                then format('step %s goes from %s and the one before ended in %s', step,
                    coalesce(from_status, 'nothing'), coalesce(before, 'nothing')) end,
            case when is_legal is false
                then format('step %s goes from %s to %s', step,
                    coalesce(from_status, 'nothing'), to_status) end,
            case when is_last and to_status <> status
                then format('its history ends in %s and its status is %s', to_status, status) end,
            case when is_shipped is false
                then format('its history of parcels does not end in %s', fulfilment_status) end,
            case when is_returned is false
                then format('its history of returns does not end in %s', return_status) end)
        from orders
        left join (
            select order_id, aspect, sequence, from_status, to_status,
                row_number() over (partition by order_id order by sequence) as step,
                coalesce(lag(to_status) over steps,
                    case aspect when 'fulfilment' then 'unfulfilled' when 'return' then 'none'
                    end) as before,
                aspect = 'order' and lead(sequence) over steps is null as is_last,
                case
                    when aspect <> 'order' then from_status is not null
                    when from_status is null then to_status = 'pending_payment'
                    else from_status = 'pending_payment'
                            and to_status in ('paid', 'cancelled', 'expired')
                        or (from_status, to_status)
                            in (('expired', 'paid'), ('paid', 'cancelled'))
                end as is_legal
            from order_history
            window steps as (partition by order_id, aspect order by sequence)
        ) as walked on walked.order_id = orders.id
        left join (
            select order_id,
                (array_agg(to_status order by sequence desc)
                    filter (where aspect = 'fulfilment'))[1] as shipped_to,
                (array_agg(to_status order by sequence desc)
                    filter (where aspect = 'return'))[1] as returned_to
            from order_history
            where aspect <> 'order'
            group by order_id
        ) as parcels on parcels.order_id = orders.id
        cross join lateral (
            select coalesce(shipped_to, 'unfulfilled') = fulfilment_status as is_shipped,
                coalesce(returned_to, 'none') = return_status as is_returned
        ) as compared
        where step is null
            or sequence <> step
            or from_status is distinct from before
            or not is_legal
            or (is_last and to_status <> status)
            or not is_shipped
            or not is_returned",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    // The number before the first and the one after the last close the row at both ends.
    Invariant {
        id: "I28",
        title: "order numbers run from 1001 to the last one without a gap",
        counted: "select count(*) from orders",
        broken: "
        select format('order number %s', number),
            case when next = number then 'it was given twice, or the counter stands behind it'
                else format('the numbers from %s to %s are missing', number + 1, next - 1) end
        from (
            select number, lead(number) over (order by number) as next
            from (
                select number from orders
                union all
                select 1000
                union all
                select last_number + 1 from order_numbers
            ) as numbers
        ) as pairs
        where next <> number + 1",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
];
