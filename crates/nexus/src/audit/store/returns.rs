//! What comes back: units, what buyers got for them, and what was said of it.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 2] = [
    Invariant {
        id: "I69",
        title: "no more comes back than was shipped, and no more is given for it than came",
        counted: "select count(*) from return_lines",
        broken: "
        select format('line %s of order %s', variant_id, order_id),
            format('of %s units shipped it says %s to come back and %s back; its returns say %s '
                    || 'and %s', coalesce(shipped_quantity, 0), coalesce(returning_quantity, 0),
                coalesce(returned_quantity, 0), coalesce(expected, 0), coalesce(came, 0))
        from fulfilment_lines
        full join (
            select return_lines.order_id, variant_id,
                sum(quantity) filter (where state in ('requested', 'approved')) as expected,
                sum(restocked_quantity + written_off_quantity) as came
            from return_lines
            join returns on returns.id = return_id
            group by return_lines.order_id, variant_id
        ) as due using (order_id, variant_id)
        where coalesce(returning_quantity, 0) <> coalesce(expected, 0)
            or coalesce(returned_quantity, 0) <> coalesce(came, 0)
            or returning_quantity + returned_quantity > shipped_quantity
        union all
        select format('return %s', return_id),
            format('it is %s; of %s units of variant %s came %s, for %s of them money was '
                    || 'promised and for %s others were sent; refunds say %s and parcels %s',
                state, quantity, variant_id, came, refunded_quantity, exchanged_quantity, paid,
                sent)
        from (
            select return_lines.*, state, restocked_quantity + written_off_quantity as came,
                (
                    select coalesce(sum(refund_lines.quantity), 0)
                    from return_refunds
                    join refund_lines using (refund_id)
                    where return_refunds.return_id = return_lines.return_id
                        and refund_lines.variant_id = return_lines.variant_id
                ) as paid,
                (
                    select coalesce(sum(return_exchanges.quantity), 0)
                    from return_exchanges
                    where return_exchanges.return_id = return_lines.return_id
                        and return_exchanges.variant_id = return_lines.variant_id
                ) as sent
            from return_lines
            join returns on returns.id = return_id
        ) as lines
        where came > quantity
            or (came > 0 and state <> 'received')
            or refunded_quantity + exchanged_quantity > came
            or refunded_quantity <> paid
            or exchanged_quantity <> sent
        union all
        select format('order %s', order_id),
            format('of variant %s, %s units were sent for others and %s left the shelf', variant_id,
                coalesce(sent, 0), coalesce(moved, 0))
        from (
            select order_id, unit_id as variant_id, sum(quantity * units) as sent
            from (
                select order_id, variant_id, return_exchanges.quantity
                from return_exchanges
                join returns on returns.id = return_id
            ) as given
            join order_line_units using (order_id, variant_id)
            group by order_id, unit_id
        ) as exchanged
        full join (
            select order_id, variant_id, -sum(quantity) as moved
            from stock_movements
            where kind = 'replacement'
            group by order_id, variant_id
        ) as movements using (order_id, variant_id)
        where coalesce(sent, 0) <> coalesce(moved, 0)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    Invariant {
        id: "I70",
        title: "a return's history is legal, told, and its order knows of it",
        counted: "select count(*) from returns",
        broken: "
        select format('return %s', returns.id), concat_ws('; ',
            case when step is null then 'it has no history' end,
            case when sequence <> step
                then format('step %s is numbered %s', step, sequence) end,
            case when from_state is distinct from before
                then format('step %s goes from %s and the one before ended in %s', step,
                    coalesce(from_state, 'nothing'), coalesce(before, 'nothing')) end,
            case when is_last and to_state <> state
                then format('its history ends in %s and it is %s', to_state, state) end)
        from returns
        left join (
            select return_id, sequence, from_state, to_state,
                row_number() over steps as step, lag(to_state) over steps as before,
                lead(sequence) over steps is null as is_last
            from return_history
            window steps as (partition by return_id order by sequence)
        ) as walked on walked.return_id = returns.id
        where step is null
            or sequence <> step
            or from_state is distinct from before
            or (is_last and to_state <> state)
        union all
        select format('return %s', coalesce(made.id, told.id)),
            format('of %s it was announced %s times and happened %s times',
                coalesce(made.name, told.name), coalesce(announced, 0), coalesce(happened, 0))
        from (
            select return_id::text collate \"C\" as id,
                ('return.' || to_state) collate \"C\" as name,
                count(*) as happened
            from return_history
            where to_state <> 'cancelled'
            group by 1, 2
        ) as made
        full join (
            select (payload->>'return_id') collate \"C\" as id, name collate \"C\" as name,
                count(*) as announced
            from events
            where name like 'return.%'
            group by 1, 2
        ) as told using (id, name)
        where happened is distinct from announced
        union all
        select format('order %s', orders.id),
            format('it says %s of its returns, and %s are open and %s received', return_status,
                open, received)
        from orders
        left join (
            select order_id, count(*) filter (where state in ('requested', 'approved')) as open,
                count(*) filter (where state = 'received') as received
            from returns
            group by order_id
        ) as summed on summed.order_id = orders.id
        where return_status <> case
                when open > 0 then 'open'
                when received > 0 then 'returned'
                else 'none'
            end",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
];
