//! What follows from what: jobs, events, replies, sessions, transactions.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 8] = [
    Invariant {
        id: "I13",
        title: "each paid order has its receipt, once",
        counted: "select count(*) from orders where paid_at is not null",
        broken: "
        select
            case when orders_count = 0 then format('receipt of %s', coalesce(key, 'nothing'))
                else format('order %s', key) end,
            concat_ws('; ',
                case when orders_count = 0 then 'it is of no paid order' end,
                case when orders_count > 0 and jobs_count <> 1
                    then format('it has %s jobs for its receipt', jobs_count) end,
                case when mails_count > 1
                    then format('%s mails carry its receipt', mails_count) end,
                case when jobs_done = jobs_count and jobs_done > 0 and mails_sent = 0
                    then 'the job is done and no mail went out' end)
        from (
            select key collate \"C\" as key, count(*) filter (where part = 'paid') as orders_count,
                count(*) filter (where part in ('job', 'done')) as jobs_count,
                count(*) filter (where part = 'done') as jobs_done,
                count(*) filter (where part in ('mail', 'sent')) as mails_count,
                count(*) filter (where part = 'sent') as mails_sent
            from (
                select id::text as key, 'paid' as part
                from orders
                where paid_at is not null
                union all
                select unique_key, case when state = 'done' then 'done' else 'job' end
                from jobs
                where kind = 'send_receipt'
                union all
                select subject_id::text, case when state = 'sent' then 'sent' else 'mail' end
                from mails
                where kind = 'receipt'
            ) as parts
            group by 1
        ) as receipts
        where orders_count = 0
            or jobs_count <> 1
            or mails_count > 1
            or (jobs_done = jobs_count and jobs_done > 0 and mails_sent = 0)",
        binds: Binds::Nothing,
        plan: Plan::Sorted,
    },
    Invariant {
        id: "I85",
        title: "what buyers are told of an order is so, and is told when its job is done",
        counted: "select count(*) from jobs where kind = 'send_order_mail'",
        broken: "
        select format('order %s', key),
            concat_ws('; ',
                case when orders_count = 0 then 'there is no such order' end,
                case when orders_count > cancelled_count and called_off > 0
                    then 'it is told as cancelled and is not' end,
                case when jobs_done > 0 and mails_sent = 0
                    then 'the job is done and no mail says that it was cancelled' end)
        from (
            select key collate \"C\" as key,
                count(*) filter (where part in ('order', 'cancelled')) as orders_count,
                count(*) filter (where part = 'cancelled') as cancelled_count,
                count(*) filter (where part in ('called off', 'done', 'sent')) as called_off,
                count(*) filter (where part = 'done') as jobs_done,
                count(*) filter (where part = 'sent') as mails_sent,
                count(*) filter (where part not in ('order', 'cancelled')) as told
            from (
                select id::text as key,
                    case when status = 'cancelled' then 'cancelled' else 'order' end as part
                from orders
                union all
                select split_part(unique_key, ':', 2), case
                    when unique_key not like 'order_cancelled:%' then 'waits'
                    when state = 'done' then 'done' else 'called off' end
                from jobs
                where kind = 'send_order_mail'
                union all
                select subject_id::text, case
                    when kind <> 'order_cancelled' then 'waits'
                    when state = 'sent' then 'sent' else 'called off' end
                from mails
                where kind in ('order_placed', 'order_cancelled')
            ) as parts
            group by 1
        ) as orders_told
        where told > 0 and (orders_count = 0
            or (orders_count > cancelled_count and called_off > 0)
            or (jobs_done > 0 and mails_sent = 0))",
        binds: Binds::Nothing,
        plan: Plan::Sorted,
    },
    // Both ways: no change without its event, no event without its change.
    Invariant {
        id: "I14",
        title: "each change was announced once, and nothing else was",
        counted: "select count(*) from events",
        broken: "
        select format('order %s', coalesce(orders.id, told.subject_id)),
            format('it is %s; announced as placed %s times, paid %s, expired %s, cancelled %s',
                coalesce(status, 'not there'), coalesce(placed, 0), coalesce(paid, 0),
                coalesce(expired, 0), coalesce(cancelled, 0))
        from orders
        full join (
            select subject_id, count(*) filter (where name = 'order.placed') as placed,
                count(*) filter (where name = 'order.paid') as paid,
                count(*) filter (where name = 'order.expired') as expired,
                count(*) filter (where name = 'order.cancelled') as cancelled
            from events
            where name in ('order.placed', 'order.paid', 'order.expired', 'order.cancelled')
            group by subject_id
        ) as told on told.subject_id = orders.id
        left join (
            select order_id, count(*) filter (where to_status = 'expired') as ends,
                count(*) filter (where to_status = 'cancelled') as calls
            from order_history
            where aspect = 'order' and to_status in ('expired', 'cancelled')
            group by order_id
        ) as expiries on expiries.order_id = orders.id
        where orders.id is null
            or placed is distinct from 1
            or paid is distinct from (paid_at is not null)::int
            or expired is distinct from coalesce(ends, 0)
            or cancelled is distinct from coalesce(calls, 0)
        union all
        select format('attempt %s', attempt_id),
            case when made = 0 then format('%s was announced without its cause', name)
                else format('%s was announced %s times', name, told) end
        from (
            select attempt_id collate \"C\" as attempt_id, name collate \"C\" as name,
                count(*) filter (where is_cause) as made,
                count(*) filter (where not is_cause) as told
            from (
                select attempt_id::text, 'payment.captured' as name, true as is_cause
                from captures
                where disposition = 'applied'
                union all
                select attempt_id::text, case kind
                    when 'surplus' then 'payment.surplus'
                    when 'mismatch' then 'payment.mismatched'
                    else 'payment.reversed' end, true
                from payment_reviews
                where kind in ('surplus', 'mismatch', 'reversal')
                union all
                select payload->>'attempt_id', name, false
                from events
                where name in ('payment.captured', 'payment.surplus', 'payment.mismatched',
                    'payment.reversed')
            ) as parts
            group by 1, 2
        ) as news
        where made <> 1 or told <> 1",
        binds: Binds::Nothing,
        plan: Plan::Sorted,
    },
    Invariant {
        id: "I15",
        title: "events are numbered from 1 without a gap",
        counted: "select count(*) from events",
        broken: "
        select format('subject %s', subject_id),
            format('it has %s events, numbered from %s to %s', count(*), min(sequence),
                max(sequence))
        from events
        group by subject_id
        having min(sequence) <> 1 or max(sequence) <> count(*)
            or count(distinct sequence) <> count(*)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    Invariant {
        id: "I16",
        title: "each idempotency key has its reply",
        counted: "select count(*) from idempotency_keys",
        broken: "
        select format('key %s', key),
            format('the request to %s of %s was committed without a reply', route, principal)
        from idempotency_keys
        where status is null or body is null",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    // A worker that is alive ends or loses its job within one lease (a minute).
    Invariant {
        id: "I20",
        title: "no job is stuck, overtried or half finished",
        counted: "select count(*) from jobs",
        broken: "
        select format('job %s', id), concat_ws('; ',
            case when state = 'running' and run_at < $1::timestamptz - interval '2 minutes'
                then format('the lease of this %s ended at %s and nobody took it over', kind,
                    run_at) end,
            case when attempts > attempts_max + 1
                then format('this %s was tried %s times of %s', kind, attempts, attempts_max) end,
            case when (finished_at is not null) <> (state in ('done', 'dead', 'discarded'))
                then format('this %s is %s and finished at %s', kind, state,
                    coalesce(finished_at::text, 'no time')) end,
            case when state = 'dead' and last_error is null
                then format('this %s was buried without a reason', kind) end)
        from jobs
        where (state = 'running' and run_at < $1::timestamptz - interval '2 minutes')
            or attempts > attempts_max + 1
            or (finished_at is not null) <> (state in ('done', 'dead', 'discarded'))
            or (state = 'dead' and last_error is null)",
        binds: Binds::Now,
        plan: Plan::Free,
    },
    Invariant {
        id: "I21",
        title: "no transaction is left open and idle",
        counted: "
        select count(*)
        from pg_stat_activity
        where datname = current_database() and application_name = 'nexus'",
        broken: "
        select format('connection %s', pid),
            format('it has been idle in a transaction since %s', state_change)
        from pg_stat_activity
        where datname = current_database()
            and application_name = 'nexus'
            and state like 'idle in transaction%'
            and state_change < clock_timestamp() - interval '5 seconds'",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    // A refresh and the end of its session may each have read the time before they waited for
    // the other's lock: half a minute is more than any such wait and any difference of clocks.
    Invariant {
        id: "I22",
        title: "a session has one live refresh token, none once it has ended",
        counted: "select count(*) from refresh_tokens",
        broken: "
        select format('session %s', session_id),
            format('%s of its refresh tokens can be used', count(*))
        from refresh_tokens
        where used_at is null
        group by session_id
        having count(*) > 1
        union all
        select format('session %s', sessions.id),
            format('it ended at %s and a refresh token was made or used at %s', revoked_at,
                greatest(refresh_tokens.created_at, used_at))
        from sessions
        join refresh_tokens on refresh_tokens.session_id = sessions.id
        where greatest(refresh_tokens.created_at, used_at) > revoked_at + interval '30 seconds'
        union all
        select format('session %s', sessions.id),
            'one of its refresh tokens outlives it'
        from sessions
        join refresh_tokens on refresh_tokens.session_id = sessions.id
        where refresh_tokens.expires_at > sessions.expires_at",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
];
