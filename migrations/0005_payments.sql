-- Owned by payments.

create table payment_attempts (
    id uuid primary key,
    order_id uuid not null references orders (id),
    provider text not null,
    -- Random, one per attempt: nobody can guess or reuse it.
    tx_ref text not null constraint payment_attempts_tx_ref_key unique,
    amount_minor bigint not null
        constraint payment_attempts_amount_positive check (amount_minor > 0),
    currency text not null
        constraint payment_attempts_currency_form check (currency ~ '^[A-Z]{3}$'),
    -- The provider's mode that this shop runs in; evidence from the other mode never settles.
    mode text not null constraint payment_attempts_mode_known check (mode in ('test', 'live')),
    state text not null default 'created' constraint payment_attempts_state_known check (state in (
        'created', 'unknown', 'pending', 'charged', 'failed', 'cancelled', 'expired',
        'review', 'charged_late'
    )),
    checkout_url text,
    provider_reference text,
    failure text,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    -- Until when the checkout page may be paid.
    expires_at timestamptz not null,
    -- When its money was recorded; from then on nothing is asked about it any more.
    charged_at timestamptz,
    constraint payment_attempts_pending_has_page
        check (state <> 'pending' or checkout_url is not null),
    -- Money that differs is recorded too, and waits for a person.
    constraint payment_attempts_charged_when check (
        state = 'review' or (charged_at is not null) = (state in ('charged', 'charged_late'))
    )
);
-- Ids sort by birth, so the newest attempts of an order, or of all, are read off an index.
create index payment_attempts_order on payment_attempts (order_id, id);
-- A buyer has one checkout page at a time: nobody pays twice in two tabs.
create unique index payment_attempts_live_key on payment_attempts (order_id)
    where state in ('created', 'unknown', 'pending');

-- Every call to the provider and what came back; secrets and personal data taken out.
create table payment_calls (
    id uuid primary key,
    attempt_id uuid not null references payment_attempts (id),
    operation text not null,
    outcome text not null,
    evidence jsonb not null,
    called_at timestamptz not null
);
create index payment_calls_attempt on payment_calls (attempt_id, called_at);

-- Money that the provider says it has taken for us.
create table captures (
    id uuid primary key,
    -- An attempt is captured once, whoever brings the news first.
    attempt_id uuid not null
        constraint captures_attempt_key unique references payment_attempts (id),
    order_id uuid not null references orders (id),
    provider text not null,
    provider_reference text not null,
    amount_minor bigint not null constraint captures_amount_positive check (amount_minor > 0),
    currency text not null,
    fee_minor bigint not null default 0 constraint captures_fee_not_negative check (fee_minor >= 0),
    -- applied: it paid the order; surplus: it did not, and a review is open.
    disposition text not null constraint captures_disposition_known
        check (disposition in ('applied', 'surplus')),
    -- The verify answer that proves it.
    evidence jsonb not null,
    captured_at timestamptz not null,
    constraint captures_provider_reference_key unique (provider, provider_reference)
);
-- At most one capture pays an order.
create unique index captures_applied_key on captures (order_id) where disposition = 'applied';

-- What a person must look at: surplus money, charges that differ from what was asked for,
-- money that the provider gave or took back.
create table payment_reviews (
    id uuid primary key,
    attempt_id uuid not null references payment_attempts (id),
    kind text not null constraint payment_reviews_kind_known
        check (kind in ('surplus', 'mismatch', 'reversal')),
    detail text not null,
    evidence jsonb not null,
    opened_at timestamptz not null,
    resolved_at timestamptz,
    constraint payment_reviews_kind_once unique (attempt_id, kind)
);

-- What the provider sent us, as it came.
create table webhooks_received (
    id uuid primary key,
    provider text not null,
    -- SHA-256 of the raw body: an exact replay is stored once.
    body_hash bytea not null,
    body bytea not null,
    authenticity text not null constraint webhooks_received_authenticity_known
        check (authenticity in ('signed', 'static_token')),
    event text,
    tx_ref text,
    received_at timestamptz not null,
    received_count bigint not null default 1,
    constraint webhooks_received_body_key unique (provider, body_hash, authenticity)
);
create index webhooks_received_tx_ref on webhooks_received (tx_ref);
