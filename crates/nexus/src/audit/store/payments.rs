//! Money: attempts, captures, reviews, and the evidence that an order was paid.

use super::{Binds, Invariant};

pub(super) static INVARIANTS: [Invariant; 3] = [
    // Money of another currency that waits for a person stands outside the order.
    Invariant {
        id: "I7",
        title: "an order, its cart, its attempts and its money have one currency",
        counted: "select count(*) from orders",
        broken: "
        select format('order %s', orders.id),
            format('it is in %s and its %s %s in %s', orders.currency, kind, other.id,
                other.currency)
        from orders
        join (
            select orders.id as order_id, 'cart' as kind, carts.id, carts.currency
            from orders
            join carts on carts.id = orders.cart_id
            union all
            select order_id, 'attempt', id, currency
            from payment_attempts
            union all
            select order_id, 'capture', id, currency
            from captures
            where disposition = 'applied'
                or not exists (
                    select
                    from payment_reviews
                    where payment_reviews.attempt_id = captures.attempt_id
                        and payment_reviews.kind = 'mismatch'
                )
        ) as other on other.order_id = orders.id
        where other.currency <> orders.currency",
        binds: Binds::Nothing,
    },
    Invariant {
        id: "I10",
        title: "one capture pays an order; every other has a review",
        counted: "select count(*) from captures",
        broken: "
        select format('order %s', order_id), format('%s captures pay it', count(*))
        from captures
        where disposition = 'applied'
        group by order_id
        having count(*) > 1
        union all
        select format('capture %s', id), 'it pays nothing and nobody was asked to look at it'
        from captures
        where disposition <> 'applied'
            and not exists (
                select
                from payment_reviews
                where payment_reviews.attempt_id = captures.attempt_id
                    and payment_reviews.kind in ('surplus', 'mismatch')
            )
        union all
        select format('attempt %s', attempt_id), format('%s captures are booked on it', count(*))
        from captures
        group by attempt_id
        having count(*) > 1
        union all
        select format('attempt %s', payment_attempts.id),
            format('it is %s%s and its capture is %s', state,
                case when charged_at is not null then ' with money' else '' end,
                coalesce(disposition, 'not there'))
        from payment_attempts
        left join captures on captures.attempt_id = payment_attempts.id
        where disposition is distinct from case
            when charged_at is null then null
            when state = 'charged' then 'applied'
            when state = 'charged_late' and disposition = 'applied' then 'applied'
            else 'surplus'
        end",
        binds: Binds::Nothing,
    },
    // The provider's own answer, or that of the staff where no provider can be asked, is kept with
    // the money and must say what the order and its attempt
    // say: reference, amount, currency and mode.
    Invariant {
        id: "I11",
        title: "a paid order has its money and the proof of it",
        counted: "select count(*) from orders",
        broken: "
        select format('order %s', orders.id), concat_ws('; ',
            case when status = 'paid' and captures.id is null then 'it is paid by nothing' end,
            case when status <> 'paid'
                then format('it is %s and capture %s pays it', status, captures.id) end,
            case when (captures.amount_minor, captures.currency)
                    <> (orders.total_minor, orders.currency)
                then format('it costs %s %s and got %s %s', orders.total_minor, orders.currency,
                    captures.amount_minor, captures.currency) end,
            case when attempts.order_id <> orders.id
                then format('the money came for order %s', attempts.order_id) end,
            case when (attempts.amount_minor, attempts.currency)
                    <> (orders.total_minor, orders.currency)
                then format('the buyer was asked for %s %s', attempts.amount_minor,
                    attempts.currency) end,
            case when not is_paid_by
                then format('its attempt is %s', attempts.state) end,
            case when is_proven is false
                then format('the evidence does not prove it: %s', captures.evidence) end)
        from orders
        left join captures
            on captures.order_id = orders.id and captures.disposition = 'applied'
        left join payment_attempts as attempts on attempts.id = captures.attempt_id
        left join lateral (
            select (
                case attempts.provider
                    when 'chapa' then captures.evidence->>'operation' = 'verify'
                    else captures.evidence->>'operation' = 'confirm'
                        and captures.evidence->>'staff_id' = attempts.confirmed_by::text
                end is true
                and captures.evidence->>'status' is not distinct from 'success'
                and captures.evidence->>'tx_ref' is not distinct from attempts.tx_ref
                and captures.evidence->>'amount_minor'
                    is not distinct from captures.amount_minor::text
                and captures.evidence->>'currency' is not distinct from captures.currency
                and captures.evidence->>'mode' is not distinct from attempts.mode
                and coalesce(captures.evidence->>'reference', attempts.tx_ref)
                    is not distinct from captures.provider_reference
                and captures.provider_reference
                    is not distinct from attempts.provider_reference
            ) as is_proven
            where captures.id is not null
        ) as proof on true
        left join lateral (
            select attempts.state = 'charged' or attempts.state = 'charged_late' and exists (
                select
                from order_history
                where order_history.order_id = orders.id
                    and (from_status, to_status) = ('expired', 'paid')
            ) as is_paid_by
            where captures.id is not null
        ) as state on true
        where (status = 'paid') <> (captures.id is not null)
            or (captures.amount_minor, captures.currency)
                <> (orders.total_minor, orders.currency)
            or attempts.order_id <> orders.id
            or (attempts.amount_minor, attempts.currency)
                <> (orders.total_minor, orders.currency)
            or not is_paid_by
            or not is_proven",
        binds: Binds::Nothing,
    },
];
