//! Gift cards and store credit: balances, what is set aside of them, and what the books say.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 3] = [
    Invariant {
        id: "I73",
        title: "a balance of credit is the sum of what became of it, and the books owe as much",
        counted: "select count(*) from credit_accounts",
        broken: "
        select format('credit account %s', credit_accounts.id),
            format('it holds %s; its %s entries, numbered up to %s, add up to %s', balance_minor,
                coalesce(entries, 0), coalesce(last_sequence, 0), coalesce(total, 0))
        from credit_accounts
        left join (
            select account_id, count(*) as entries, max(sequence) as last_sequence,
                sum(amount_minor) as total
            from credit_entries
            group by account_id
        ) as summed on account_id = credit_accounts.id
        where balance_minor <> coalesce(total, 0)
            or balance_minor < 0
            or coalesce(entries, 0) <> coalesce(last_sequence, 0)
        union all
        select format('credit entry %s', id),
            format('it leaves %s and the entries up to it add up to %s', balance_minor, running)
        from (
            select id, balance_minor,
                sum(amount_minor) over (partition by account_id order by sequence) as running
            from credit_entries
        ) as walked
        where balance_minor <> running or balance_minor < 0
        union all
        select format('account %s', account),
            format('the books owe %s %s and the balances are %s', coalesce(booked, 0), currency,
                coalesce(held, 0))
        from (
            select case kind when 'gift_card' then 'gift_cards' else kind end as account, currency,
                sum(balance_minor) as held
            from credit_accounts
            group by 1, 2
        ) as balances
        full join (
            select account, currency, sum(minor) as booked
            from (
                select credit_account as account, currency, amount_minor as minor
                from ledger_transfers
                where credit_account in ('gift_cards', 'store_credit')
                union all
                select debit_account, currency, -amount_minor
                from ledger_transfers
                where debit_account in ('gift_cards', 'store_credit')
            ) as sides
            group by account, currency
        ) as books using (account, currency)
        where coalesce(booked, 0) <> coalesce(held, 0)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    Invariant {
        id: "I74",
        title: "credit is set aside while its order waits, spent with it or given back, once",
        counted: "select count(*) from credit_uses",
        broken: "
        select format('order %s', orders.id),
            format('it is %s and says %s of credit; %s are held for it and %s spent', status,
                credit_minor, coalesce(held, 0), coalesce(spent, 0))
        from orders
        left join (
            select order_id, sum(amount_minor) filter (where state = 'held') as held,
                sum(amount_minor) filter (where state = 'spent') as spent
            from credit_uses
            group by order_id
        ) as used on order_id = orders.id
        where credit_minor <> coalesce(held, 0) + coalesce(spent, 0)
            or credit_minor > total_minor
            or held > 0 and status <> 'pending_payment'
            or spent > 0 and paid_at is null
        union all
        select format('credit use %s', credit_uses.id),
            format('it is %s of %s; %s were set aside by it and %s released', state, amount_minor,
                coalesce(taken, 0), coalesce(returned, 0))
        from credit_uses
        left join (
            select use_id, -sum(amount_minor) filter (where cause = 'set_aside') as taken,
                sum(amount_minor) filter (where cause = 'released') as returned
            from credit_entries
            where use_id is not null
            group by use_id
        ) as moved on use_id = credit_uses.id
        where taken is distinct from amount_minor
            or coalesce(returned, 0) <> case state when 'released' then amount_minor else 0 end
        union all
        select coalesce(format('credit use %s', used.id), format('capture %s', paid.id)),
            format('of it %s %s are spent for order %s and %s %s are recorded for order %s',
                coalesce(used.amount_minor, 0), used.currency, used.order_id,
                coalesce(paid.amount_minor, 0), paid.currency, paid.order_id)
        from (
            select credit_uses.id, credit_uses.id::text as reference, order_id, amount_minor,
                currency
            from credit_uses
            join credit_accounts on credit_accounts.id = account_id
            where state = 'spent'
        ) as used
        full join (
            select id, provider_reference as reference, order_id, amount_minor, currency
            from captures
            where provider = 'credit' and disposition = 'applied'
        ) as paid using (reference)
        where (used.order_id, used.amount_minor, used.currency)
            is distinct from (paid.order_id, paid.amount_minor, paid.currency)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    // What goes back is booked with its refund, and compared there.
    Invariant {
        id: "I75",
        title: "each change of credit is in the books, and each refund to credit is on it, once",
        counted: "select count(*) from credit_entries",
        broken: "
        select coalesce(due.fact, booked.fact), concat_ws('; ',
            format('due: %s', coalesce(due.entry, 'nothing')),
            format('booked: %s', coalesce(booked.entry, 'nothing')))
        from (
            select 'credit:' || credit_entries.id as fact,
                format('%s to %s, %s %s, order %s',
                    case when amount_minor > 0 then other else own end,
                    case when amount_minor > 0 then own else other end,
                    abs(amount_minor), currency, order_id) as entry
            from credit_entries
            join (
                select id, currency,
                    case kind when 'gift_card' then 'gift_cards' else kind end as own
                from credit_accounts
            ) as accounts on accounts.id = account_id
            cross join lateral (
                select case cause
                    when 'given' then 'goodwill'
                    when 'sold' then 'held:outside'
                    when 'withdrawn' then 'write_offs'
                    else 'credit_set_aside'
                end as other
            ) as others
            where cause <> 'refunded'
        ) as due
        full join (
            select fact, string_agg(format('%s to %s, %s %s, order %s', debit_account,
                credit_account, amount_minor, currency, order_id), '; ' order by leg) as entry
            from ledger_transfers
            where fact like 'credit:%'
            group by fact
        ) as booked on booked.fact = due.fact
        where due.entry is distinct from booked.entry
        union all
        select format('refund %s', refunds.id),
            format('it is %s of %s and goes to %s; on credit came %s', refunds.state,
                refunds.amount_minor, destination, coalesce(entries.amount_minor, 0))
        from refunds
        join captures on captures.id = capture_id
        left join credit_entries as entries on entries.refund_id = refunds.id
        left join credit_uses on credit_uses.id::text = captures.provider_reference
        where coalesce(entries.amount_minor, 0) <> case
                when refunds.state = 'succeeded'
                    and (refunds.provider = 'credit' or destination = 'store_credit')
                    then refunds.amount_minor
                else 0
            end
            or destination = 'origin' and entries.account_id <> credit_uses.account_id",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
];
