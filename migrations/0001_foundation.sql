-- Owned by kit: what any service needs.

create table idempotency_keys (
    principal text not null,
    route text not null,
    key text not null constraint idempotency_keys_key_length check (length(key) between 1 and 255),
    fingerprint bytea not null,
    status smallint,
    body bytea,
    created_at timestamptz not null,
    constraint idempotency_keys_pkey primary key (principal, route, key),
    constraint idempotency_keys_reply_whole check ((status is null) = (body is null)),
    -- A failure of ours is never an answer to keep.
    constraint idempotency_keys_status_final check (status between 200 and 499)
);
-- The sweep of keys that are older than 30 days.
create index idempotency_keys_created_at on idempotency_keys (created_at);

create table events (
    id uuid primary key,
    name text not null,
    subject_id uuid not null,
    sequence bigint not null constraint events_sequence_positive check (sequence > 0),
    payload jsonb not null,
    occurred_at timestamptz not null,
    constraint events_subject_sequence_key unique (subject_id, sequence)
);

create table jobs (
    id uuid primary key,
    kind text not null,
    version smallint not null,
    payload jsonb not null,
    -- One of its kind for ever, also after it is done.
    unique_key text,
    state text not null default 'ready'
        constraint jobs_state_known check (state in ('ready', 'running', 'done', 'dead')),
    -- When it is due; of a running job the end of its lease.
    run_at timestamptz not null,
    attempts smallint not null default 0 constraint jobs_attempts_counted check (attempts >= 0),
    attempts_max smallint not null,
    -- Rises with each claim: a worker that lost its lease cannot write the end.
    lease_version integer not null default 0,
    last_error text,
    created_at timestamptz not null,
    finished_at timestamptz,
    constraint jobs_kind_unique_key unique (kind, unique_key),
    constraint jobs_finished_once check ((finished_at is not null) = (state in ('done', 'dead'))),
    constraint jobs_dead_has_reason check (state <> 'dead' or last_error is not null)
);
-- The claim looks at unfinished jobs only, so finished ones do not slow it.
create index jobs_due on jobs (run_at, id) where state in ('ready', 'running');
