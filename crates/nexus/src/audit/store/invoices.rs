//! Invoices and credit notes: their numbers, and what they say.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 2] = [
    // The number before the first and the one after the last close the row at both ends.
    Invariant {
        id: "I71",
        title: "the numbers of invoices and of credit notes run from 1 without a gap",
        counted: "select count(*) from invoices",
        broken: "
        select format('%s number %s', kind, number),
            case when next = number then 'it was given twice, or the counter stands behind it'
                else format('the numbers from %s to %s are missing', number + 1, next - 1) end
        from (
            select kind, number, lead(number) over (partition by kind order by number) as next
            from (
                select kind, number from invoices
                union all
                select kind, 0 from invoice_numbers
                union all
                select kind, last_number + 1 from invoice_numbers
            ) as numbers
        ) as pairs
        where next <> number + 1",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    Invariant {
        id: "I72",
        title: "an invoice says what its order cost, a credit note what went back",
        counted: "select count(*) from invoices",
        broken: "
        select format('invoice %s', invoices.id),
            format('it says %s %s; its order costs %s %s and was paid at %s', invoices.total_minor,
                invoices.currency, orders.total_minor, orders.currency,
                coalesce(paid_at::text, 'no time'))
        from invoices
        left join orders on orders.id = order_id
        where kind = 'invoice'
            and (paid_at is null or (invoices.total_minor, invoices.currency)
                is distinct from (orders.total_minor, orders.currency))
        union all
        select format('credit note %s', invoices.id),
            format('it says %s %s; its refund is %s and of %s %s', total_minor, invoices.currency,
                coalesce(state, 'not there'), amount_minor, refunds.currency)
        from invoices
        left join refunds on refunds.id = refund_id
        where kind = 'credit_note'
            and (state is distinct from 'succeeded'
                or (total_minor, invoices.currency, invoices.order_id)
                    is distinct from (amount_minor, refunds.currency, refunds.order_id))
        union all
        select format('credit note %s', notes.id),
            format('it names the invoice %s, and that of its order is %s',
                coalesce(notes.document->>'invoice_number', 'of no number'),
                coalesce(invoices.number::text, 'not there'))
        from invoices as notes
        left join invoices on invoices.order_id = notes.order_id and invoices.kind = 'invoice'
        where notes.kind = 'credit_note'
            and (notes.document->>'invoice_number')::bigint is distinct from invoices.number
        union all
        select format('order %s', unique_key), 'the job that issues its invoice is done and there '
            'is none'
        from jobs
        where kind = 'issue_invoice' and state = 'done'
            and not exists (
                select
                from invoices
                where kind = 'invoice' and order_id = unique_key::uuid
            )",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
];
