//! Money: attempts, captures, reviews, the evidence that an order was paid, and the provider's
//! messages.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 4] = [
    // Money of another currency that waits for a person stands outside the order.
    Invariant {
        id: "I7",
        title: "an order, its cart, its attempts and its money have one currency",
        counted: "select count(*) from orders",
        broken: "
        select format('order %s', orders.id),
            format('it is in %s and its cart %s in %s', orders.currency, carts.id, carts.currency)
        from orders
        join carts on carts.id = orders.cart_id
        where carts.currency <> orders.currency
        union all
        select format('order %s', orders.id),
            format('it is in %s and its %s %s in %s', orders.currency, kind, other.id,
                other.currency)
        from orders
        join (
            select order_id, 'attempt' as kind, id, currency
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
        plan: Plan::Sorted,
    },
    Invariant {
        id: "I10",
        title: "one capture pays an order; every other has a review",
        counted: "select count(*) from captures",
        broken: "
        select format('order %s', order_id), format('%s captures pay it', count(*))
        from captures
        where disposition = 'applied' and provider <> 'credit'
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
        plan: Plan::Sorted,
    },
    // Gift cards and store credit may pay it in several parts, beside one charge.
    // The provider's own answer, or that of the staff where no provider can be asked, is kept with
    // the money and must say what the order and its attempt
    // say: reference, amount, currency and mode.
    Invariant {
        id: "I11",
        title: "a paid order has its money and the proof of it",
        counted: "select count(*) from orders",
        broken: "
        select format('order %s', orders.id), concat_ws('; ',
            case when paid_at is not null and money.id is null then 'it is paid by nothing' end,
            case when paid_at is null
                then format('it is %s and capture %s pays it', status, money.id) end,
            case when (paid_minor, money.currency) <> (total_minor, orders.currency)
                then format('it costs %s %s and got %s %s', total_minor, orders.currency,
                    paid_minor, money.currency) end,
            case when asked_order_id <> orders.id
                then format('the money came for order %s', asked_order_id) end,
            case when (asked_minor, asked_currency) <> (money.amount_minor, money.currency)
                then format('the buyer was asked for %s %s', asked_minor, asked_currency) end,
            case when not is_paid_by then format('its attempt is %s', state) end,
            case when not is_proven then format('the evidence does not prove it: %s', (
                select evidence
                from captures
                where captures.id = money.id
            )) end)
        from orders
        left join (
            select captures.id, captures.order_id, captures.amount_minor, captures.currency,
                sum(captures.amount_minor) over (partition by captures.order_id) as paid_minor,
                attempts.order_id as asked_order_id, attempts.amount_minor as asked_minor,
                attempts.currency as asked_currency, state,
                state = 'charged' or state = 'charged_late' and captures.order_id in (
                    select order_id
                    from order_history
                    where (from_status, to_status) = ('expired', 'paid')
                ) as is_paid_by,
                case attempts.provider
                    when 'chapa' then evidence->>'operation' = 'verify'
                    when 'credit' then evidence->>'operation' = 'credit'
                    else evidence->>'operation' = 'confirm'
                        and evidence->>'staff_id' = confirmed_by::text
                end is true
                and evidence->>'status' is not distinct from 'success'
                and evidence->>'tx_ref' is not distinct from tx_ref
                and evidence->>'amount_minor' is not distinct from captures.amount_minor::text
                and evidence->>'currency' is not distinct from captures.currency
                and evidence->>'mode' is not distinct from mode
                and coalesce(evidence->>'reference', tx_ref)
                    is not distinct from captures.provider_reference
                and captures.provider_reference is not distinct from attempts.provider_reference
                as is_proven
            from captures
            left join payment_attempts as attempts on attempts.id = attempt_id
            where disposition = 'applied'
        ) as money on money.order_id = orders.id
        where (paid_at is not null) <> (money.id is not null)
            or (paid_minor, money.currency) <> (total_minor, orders.currency)
            or asked_order_id <> orders.id
            or (asked_minor, asked_currency) <> (money.amount_minor, money.currency)
            or not is_paid_by
            or not is_proven",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    // Until 0010 a message was looked at without a word of what came of it. Workers of that time
    // may go on for a while beside newer ones, but not in a shop that began later.
    Invariant {
        id: "I36",
        title: "each message of a provider is looked at and ends with its outcome",
        counted: "select count(*) from webhooks_received",
        broken: "
        select format('message %s', webhooks.id),
            case when jobs.id is null then 'nobody was asked to look at it'
                else format('it was looked at until %s and has no outcome', jobs.finished_at) end
        from webhooks_received as webhooks
        left join jobs on jobs.kind = 'process_payment_webhook'
            and jobs.unique_key = webhooks.id::text
        cross join (
            select coalesce(max(applied_at) + case
                when max(applied_at) - min(applied_at) > interval '1 hour' then interval '1 hour'
                else interval '0' end, '-infinity') as since
            from schema_migrations
            where name in ('0005_payments', '0010_reviews')
        ) as told
        where outcome is null
            and (jobs.id is null and received_at > since
                or jobs.state = 'done' and jobs.finished_at > since)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
];
