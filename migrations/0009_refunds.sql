-- Owned by payments (refunds) and orders (what of an order went back).

-- What of a capture is promised, given back, or was taken back by the provider. Moved by guarded
-- updates only: whatever races, no more leaves than came in.
alter table captures
    add column refunding_minor bigint not null default 0,
    add column refunded_minor bigint not null default 0,
    add column reversed_minor bigint not null default 0,
    add constraint captures_given_back_within check (
        refunding_minor >= 0 and refunded_minor >= 0 and reversed_minor >= 0
        and refunding_minor + refunded_minor + reversed_minor <= amount_minor
    );

create table refunds (
    id uuid constraint refunds_pkey primary key,
    -- Ours, random, given to the provider: a repetition could be told from another refund.
    reference text not null constraint refunds_reference_key unique,
    capture_id uuid not null constraint refunds_capture_fkey references captures (id),
    order_id uuid not null constraint refunds_order_fkey references orders (id),
    provider text not null,
    amount_minor bigint not null constraint refunds_amount_positive check (amount_minor > 0),
    currency text not null constraint refunds_currency_form check (currency ~ '^[A-Z]{3}$'),
    cause text not null constraint refunds_cause_known
        check (cause in ('staff', 'late_money', 'surplus', 'mismatch')),
    reason text not null
        constraint refunds_reason_length check (length(reason) between 1 and 500),
    state text not null default 'requested' constraint refunds_state_known check (state in (
        'requested', 'submitted', 'processing', 'unknown', 'succeeded', 'failed', 'reversed'
    )),
    -- The provider's, once it has told one.
    provider_reference text,
    requested_by uuid constraint refunds_requested_by_fkey references staff (id),
    failure text,
    version bigint not null default 1,
    created_at timestamptz not null,
    -- Committed before the provider hears of it; null while it certainly has not.
    submitted_at timestamptz,
    updated_at timestamptz not null,
    finished_at timestamptz,
    -- One refund of the provider is one of ours.
    constraint refunds_provider_reference_key unique (provider, provider_reference),
    constraint refunds_staff_has_name check (cause <> 'staff' or requested_by is not null),
    constraint refunds_submitted_when check ((submitted_at is null) = (state = 'requested')),
    constraint refunds_finished_when
        check ((finished_at is not null) = (state in ('succeeded', 'failed', 'reversed'))),
    constraint refunds_failed_why check (state <> 'failed' or failure is not null)
);
create index refunds_order on refunds (order_id, id);
create index refunds_capture on refunds (capture_id);
create index refunds_open on refunds (id)
    where state in ('requested', 'submitted', 'processing', 'unknown');

-- What of an order's lines a refund is for.
create table refund_lines (
    refund_id uuid not null constraint refund_lines_refund_fkey references refunds (id),
    order_id uuid not null,
    variant_id uuid not null,
    -- Nothing where only the price is reduced.
    quantity bigint not null
        constraint refund_lines_quantity_not_negative check (quantity >= 0),
    amount_minor bigint not null constraint refund_lines_amount_positive check (amount_minor > 0),
    constraint refund_lines_pkey primary key (refund_id, variant_id),
    constraint refund_lines_line_fkey
        foreign key (order_id, variant_id) references order_lines (order_id, variant_id)
);

-- What of a line is promised or given back, beside what was bought and paid for it.
create table line_refunds (
    order_id uuid not null,
    variant_id uuid not null,
    bought_quantity bigint not null,
    paid_minor bigint not null,
    refunded_quantity bigint not null default 0,
    refunded_minor bigint not null default 0,
    constraint line_refunds_pkey primary key (order_id, variant_id),
    constraint line_refunds_line_fkey
        foreign key (order_id, variant_id) references order_lines (order_id, variant_id),
    constraint line_refunds_quantity_within
        check (refunded_quantity between 0 and bought_quantity),
    constraint line_refunds_amount_within check (refunded_minor between 0 and paid_minor)
);

create table refund_history (
    refund_id uuid not null constraint refund_history_refund_fkey references refunds (id),
    sequence integer not null,
    from_state text,
    to_state text not null,
    note text not null,
    staff_id uuid constraint refund_history_staff_fkey references staff (id),
    occurred_at timestamptz not null,
    constraint refund_history_pkey primary key (refund_id, sequence),
    constraint refund_history_legal check (
        (sequence = 1 and from_state is null and to_state = 'requested')
        or (sequence > 1 and (from_state, to_state) in (
            ('requested', 'submitted'),
            ('submitted', 'requested'), ('submitted', 'processing'), ('submitted', 'unknown'),
            ('submitted', 'succeeded'), ('submitted', 'failed'), ('submitted', 'reversed'),
            ('processing', 'unknown'), ('processing', 'succeeded'), ('processing', 'failed'),
            ('processing', 'reversed'),
            ('unknown', 'processing'), ('unknown', 'succeeded'), ('unknown', 'failed'),
            ('unknown', 'reversed')
        ))
    )
);

-- Calls about a refund are recorded with those about its attempt.
alter table payment_calls
    add column refund_id uuid constraint payment_calls_refund_fkey references refunds (id);
create index payment_calls_refund on payment_calls (refund_id, called_at)
    where refund_id is not null;

-- A refund that did not go through, or of which nobody knows, waits for a person.
alter table payment_reviews
    add column refund_id uuid constraint payment_reviews_refund_fkey references refunds (id),
    drop constraint payment_reviews_kind_known,
    add constraint payment_reviews_kind_known check (
        kind in ('surplus', 'mismatch', 'reversal', 'refund_failed', 'refund_unknown')
    ),
    drop constraint payment_reviews_kind_once,
    add constraint payment_reviews_kind_once
        unique nulls not distinct (attempt_id, kind, refund_id),
    add constraint payment_reviews_refund_named
        check ((refund_id is not null) = (kind in ('refund_failed', 'refund_unknown')));

-- What buyers got back of an order; moved with the refund that succeeded.
alter table orders
    add column refunded_minor bigint not null default 0,
    add constraint orders_refunded_within check (refunded_minor between 0 and total_minor);

alter table mails
    drop constraint mails_kind_known,
    add constraint mails_kind_known
        check (kind in ('receipt', 'refund_promised', 'refund_succeeded'));
