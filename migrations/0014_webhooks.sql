-- Owned by webhooks: the merchant's other systems, and what they were told.

create table webhook_endpoints (
    id uuid constraint webhook_endpoints_pkey primary key,
    url text not null
        constraint webhook_endpoints_url_length check (length(url) between 1 and 2048),
    description text not null default '',
    -- Names such as `order.paid` or `order.*`; none means all.
    events text[] not null default '{}',
    -- Signs deliveries; beside it the one before, while receivers change over.
    secret bytea not null
        constraint webhook_endpoints_secret_length check (length(secret) between 24 and 64),
    previous_secret bytea,
    previous_secret_until timestamptz,
    state text not null default 'active' constraint webhook_endpoints_state_known
        check (state in ('active', 'paused', 'disabled')),
    -- Why it does not get anything at the moment.
    reason text,
    -- The number of the last delivery: without gaps, so that a receiver knows what it missed.
    last_sequence bigint not null default 0
        constraint webhook_endpoints_sequence_not_negative check (last_sequence >= 0),
    -- Since when nothing has arrived; null while it takes what it gets.
    failing_since timestamptz,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint webhook_endpoints_rotation_whole
        check ((previous_secret is null) = (previous_secret_until is null)),
    constraint webhook_endpoints_stopped_why check ((reason is null) = (state = 'active'))
);

create table webhook_deliveries (
    id uuid constraint webhook_deliveries_pkey primary key,
    endpoint_id uuid not null
        constraint webhook_deliveries_endpoint_fkey references webhook_endpoints (id)
        on delete cascade,
    sequence bigint not null,
    -- The message's id at the receiver: the same at every try and when it is sent again.
    event_id uuid not null,
    event_name text not null,
    subject_id uuid not null,
    -- The exact bytes, the same at every try.
    body text not null,
    state text not null default 'pending' constraint webhook_deliveries_state_known
        check (state in ('pending', 'delivered', 'dead')),
    attempts integer not null default 0
        constraint webhook_deliveries_attempts_counted check (attempts >= 0),
    -- While somebody is sending it.
    leased_until timestamptz,
    next_attempt_at timestamptz,
    created_at timestamptz not null,
    finished_at timestamptz,
    -- Sent again because somebody asked for it.
    redelivery_of uuid,
    constraint webhook_deliveries_sequence_key unique (endpoint_id, sequence),
    constraint webhook_deliveries_finished_once
        check ((finished_at is null) = (state = 'pending'))
);
-- An endpoint is told of an event once, unless somebody asks for more.
create unique index webhook_deliveries_event_key
    on webhook_deliveries (endpoint_id, event_id) where redelivery_of is null;
create index webhook_deliveries_newest on webhook_deliveries (endpoint_id, id desc);
create index webhook_deliveries_pending on webhook_deliveries (endpoint_id, sequence)
    where state = 'pending';

-- Every try and what the receiver answered.
create table webhook_attempts (
    id uuid constraint webhook_attempts_pkey primary key,
    delivery_id uuid not null
        constraint webhook_attempts_delivery_fkey references webhook_deliveries (id)
        on delete cascade,
    attempted_at timestamptz not null,
    status smallint,
    error text,
    -- The beginning of the answer.
    answer text not null default '',
    took_ms integer not null,
    constraint webhook_attempts_ended check ((status is null) <> (error is null))
);
create index webhook_attempts_delivery on webhook_attempts (delivery_id, id);
