//! The books: what came is in them, no account is overdrawn, and no row has changed since it was
//! sealed (decision 0011). Each entry balances by its form, so that is not asked.
//!
//! What else is booked than charges is held against its own tables by its own invariants: each
//! kind of fact has a prefix (`capture:`), and only that prefix is compared here.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 5] = [
    // Both ways: no money without its entry, no entry without its money. What staff let pay its
    // order later came as surplus.
    Invariant {
        id: "I8",
        title: "each charge is in the books as it came",
        counted: "select count(*) from captures",
        broken: "
        select coalesce(format('transfer %s', transfer_id),
                format('capture %s', substr(fact, 9))),
            case
                when transfer_id is null
                    then format('transfer %s of it is missing: %s minor units from %s to %s', leg,
                        due.amount_minor, due.credit_account, due.debit_account)
                when due.amount_minor is null
                    then format('%s has no such part: it moves %s minor units from %s to %s', fact,
                        booked.amount_minor, booked.credit_account, booked.debit_account)
                else format('of %s it moves %s %s from %s to %s, order %s; '
                        || 'due are %s %s from %s to %s, order %s', fact,
                    booked.amount_minor, booked.currency, booked.credit_account,
                    booked.debit_account, booked.order_id, due.amount_minor, due.currency,
                    due.credit_account, due.debit_account, due.order_id)
            end
        from (
            select 'capture:' || id as fact, 1::smallint as leg,
                case provider when 'credit' then 'credit_set_aside' else 'held:' || provider end
                    as debit_account,
                case when disposition = 'applied' and attempt_id not in (
                    select attempt_id
                    from payment_reviews
                    where resolution = 'reinstated'
                ) then 'orders' else 'surplus' end as credit_account,
                amount_minor, currency, order_id
            from captures
            union all
            select 'capture:' || id, 2::smallint, 'provider_fees', 'held:' || provider, fee_minor,
                currency, order_id
            from captures
            where fee_minor <> 0
        ) as due
        full join (
            select id as transfer_id, fact, leg, debit_account, credit_account, amount_minor,
                currency, order_id
            from ledger_transfers
            where fact like 'capture:%'
        ) as booked using (fact, leg)
        where (booked.debit_account, booked.credit_account, booked.amount_minor, booked.currency,
                booked.order_id)
            is distinct from
            (due.debit_account, due.credit_account, due.amount_minor, due.currency, due.order_id)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    // What moves between an order's money and what is promised back is left out: refunds are
    // compared with what asked for them. So is what the provider took back.
    Invariant {
        id: "I29",
        title: "the books hold of each order what was captured for it, and owe nothing less",
        counted: "select count(*) from orders",
        broken: "
        select format('order %s', order_id),
            format('%s %s of captured money pay it and the books hold %s', sum(captured), currency,
                sum(booked))
        from (
            select order_id, currency, amount_minor as captured, 0 as booked
            from captures
            where disposition = 'applied'
            union all
            select order_id, currency, 0,
                case when credit_account = 'orders' then amount_minor else -amount_minor end
            from ledger_transfers
            where (debit_account = 'orders'
                    and credit_account not in ('refunds_payable', 'disputed'))
                or (credit_account = 'orders' and debit_account <> 'refunds_payable')
        ) as money
        group by order_id, currency
        having sum(captured) <> sum(booked)
        union all
        select format('order %s', order_id),
            format('the books say that %s is at %s %s for it', account, sum(minor), currency)
        from (
            select order_id, currency, credit_account as account, amount_minor as minor
            from ledger_transfers
            where credit_account in ('surplus', 'refunds_payable', 'orders')
                and order_id in (
                    select order_id
                    from ledger_transfers
                    where debit_account in ('surplus', 'refunds_payable', 'orders')
                )
            union all
            select order_id, currency, debit_account, -amount_minor
            from ledger_transfers
            where debit_account in ('surplus', 'refunds_payable', 'orders')
        ) as owed
        group by order_id, currency, account
        having sum(minor) < 0",
        binds: Binds::Nothing,
        plan: Plan::Sorted,
    },
    // Every row is hashed anew upon the stored hash before it: each changed row is named, not
    // only the first. A transfer has ten minutes to come into the chain.
    Invariant {
        id: "I30",
        title: "nothing in the books has changed since it was sealed",
        counted: "select count(*) from ledger_transfers",
        broken: "
        select coalesce(format('transfer %s', coalesce(ledger_transfers.id, transfer_id)),
                format('sequence %s', sequence)),
            concat_ws('; ',
                case when ledger_transfers.id is null
                    then format('it was sealed as number %s and is gone', sequence) end,
                case when sequence is null
                    then format('it was booked at %s and is not sealed', posted_at) end,
                case when sequence <> previous + 1
                    then format('the numbers from %s to %s of the chain are missing',
                        previous + 1, sequence - 1) end,
                case when sequence = previous + 1
                        and hash <> sha256(before || ledger_bytes(ledger_transfers))
                    then format('it is not what was sealed as number %s: %s moves %s %s from %s '
                        || 'to %s', sequence, fact, amount_minor, currency, credit_account,
                        debit_account) end)
        from (
            select sequence, transfer_id, hash,
                lag(hash, 1, sha256('')) over steps as before,
                lag(sequence, 1, 0::bigint) over steps as previous
            from ledger_chain
            window steps as (order by sequence)
        ) as chained
        full join ledger_transfers on ledger_transfers.id = transfer_id
        where (sequence is null and posted_at < $1::timestamptz - interval '10 minutes')
            or ledger_transfers.id is null
            or sequence <> previous + 1
            or hash <> sha256(before || ledger_bytes(ledger_transfers))",
        binds: Binds::Now,
        plan: Plan::Sorted,
    },
    Invariant {
        id: "I31",
        title: "the days of the books' chain and their sums are what the books say",
        counted: "select count(*) + 1 from ledger_days",
        broken: "
        select format('day %s', day), concat_ws('; ',
            case when first_sequence <> previous + 1
                then format('it begins with number %s and the day before ended with %s',
                    first_sequence, previous) end,
            case when opening_hash <> before
                then 'its opening hash is not the closing hash of the day before' end,
            case when closing_hash is distinct from coalesce(hash, before)
                then format('its closing hash is not the one of number %s', last_sequence) end,
            case when is_open and last_sequence <> chained
                then format('it ends with number %s and the chain with %s', last_sequence,
                    chained) end)
        from (
            select day, is_open, first_sequence, last_sequence, opening_hash, closing_hash,
                lag(last_sequence, 1, 0::bigint) over days as previous,
                lag(closing_hash, 1, sha256('')) over days as before
            from (
                select day, false as is_open, first_sequence, last_sequence, opening_hash,
                    closing_hash
                from ledger_days
                union all
                select day, true, first_sequence, last_sequence, opening_hash, last_hash
                from ledger_head
            ) as days
            window days as (order by is_open, day)
        ) as days
        left join ledger_chain on sequence = last_sequence
        cross join (
            select coalesce(max(sequence), 0) as chained
            from ledger_chain
        ) as ends
        where first_sequence <> previous + 1
            or opening_hash <> before
            or closing_hash is distinct from coalesce(hash, before)
            or (is_open and last_sequence <> chained)
        union all
        select format('sums of %s', day),
            format('%s: %s %s debited and %s credited; the books say %s and %s', account,
                coalesce(sums.debit_minor, 0), currency, coalesce(sums.credit_minor, 0),
                coalesce(booked.debit_minor, 0), coalesce(booked.credit_minor, 0))
        from ledger_sums as sums
        full join (
            select day, account, currency, sum(debit_minor) as debit_minor,
                sum(credit_minor) as credit_minor
            from (
                select (posted_at at time zone 'UTC')::date as day, debit_account, credit_account,
                    currency, sum(amount_minor) as amount_minor
                from (
                    select posted_at, debit_account, credit_account, currency, amount_minor
                    from ledger_transfers
                    union all
                    select posted_at, debit_account, credit_account, currency, -amount_minor
                    from ledger_unsealed
                    join ledger_transfers on id = transfer_id
                ) as sealed
                group by 1, debit_account, credit_account, currency
            ) as pairs
            cross join lateral (
                values (debit_account, amount_minor, 0), (credit_account, 0, amount_minor)
            ) as side (account, debit_minor, credit_minor)
            group by day, account, currency
        ) as booked using (day, account, currency)
        where (coalesce(sums.debit_minor, 0), coalesce(sums.credit_minor, 0))
            <> (coalesce(booked.debit_minor, 0), coalesce(booked.credit_minor, 0))",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    // Both ways, and once: what the provider took back, and what a person decided about that or
    // about money that pays no order.
    Invariant {
        id: "I37",
        title: "what was taken back and what reviews decided is in the books as it stands",
        counted: "select count(*) from payment_reviews",
        broken: "
        select coalesce(due.fact, booked.fact), concat_ws('; ',
            format('due: %s', coalesce(due.entry, 'nothing')),
            format('booked: %s', coalesce(booked.entry, 'nothing')))
        from (
            select fact, format('%s to %s, %s %s, order %s', debit, credit, minor, currency,
                order_id) as entry
            from (
                select 'reversal:' || id as fact, 'disputed' as debit,
                    'held:' || provider as credit, reversed_minor as minor, currency, order_id
                from captures
                where reversed_minor <> 0
                union all
                select 'review:' || reviews.id,
                    case when kind <> 'reversal' then 'surplus'
                        when resolution = 'written_off' then 'write_offs'
                        when disposition = 'applied' then 'orders'
                        else 'surplus' end,
                    case when resolution = 'reinstated' then 'orders'
                        when kind = 'reversal' then 'disputed'
                        else 'write_offs' end,
                    case when resolution = 'reinstated' then amount_minor
                        when kind = 'reversal' then reversed_minor
                        else written_off_minor end,
                    currency, captures.order_id
                from payment_reviews as reviews
                left join captures on captures.attempt_id = reviews.attempt_id
                where resolution in ('reinstated', 'written_off', 'accepted')
            ) as parts
        ) as due
        full join (
            select fact, string_agg(format('%s to %s, %s %s, order %s', debit_account,
                credit_account, amount_minor, currency, order_id), '; ' order by leg) as entry
            from ledger_transfers
            where fact like 'review:%' or fact like 'reversal:%'
            group by fact
        ) as booked on booked.fact = due.fact
        where due.entry is distinct from booked.entry
        union all
        select format('capture %s', captures.id),
            format('%s of it were taken back and %s written off; %s and %s reviews say so',
                reversed_minor, written_off_minor, coalesce(reversals, 0), coalesce(losses, 0))
        from captures
        left join (
            select attempt_id, count(*) filter (where kind = 'reversal') as reversals,
                count(*) filter (where kind <> 'reversal' and resolution = 'written_off')
                    as losses
            from payment_reviews
            group by attempt_id
        ) as told on told.attempt_id = captures.attempt_id
        where (reversed_minor <> 0 or written_off_minor <> 0)
            and (reversed_minor <> 0 and reversals is distinct from 1
                or written_off_minor <> 0 and losses is distinct from 1)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
];
