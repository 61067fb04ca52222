-- Owned by staff and customers. Text is bounded here too, whatever a handler forgets.

create table staff (
    id uuid primary key,
    email text not null constraint staff_email_length check (length(email) between 3 and 254),
    -- Lower-cased and NFC: what makes two spellings one account.
    email_key text not null constraint staff_email_key unique,
    name text not null default '',
    password_hash text not null,
    is_superuser boolean not null default false,
    is_active boolean not null default true,
    permissions text[] not null default '{}',
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null
);

create table staff_audit (
    id uuid primary key,
    staff_id uuid references staff (id),
    action text not null,
    subject_kind text not null,
    subject_id uuid not null,
    before jsonb,
    after jsonb,
    request_id text,
    occurred_at timestamptz not null
);
create index staff_audit_subject on staff_audit (subject_id, occurred_at);

create table customers (
    id uuid primary key,
    email text not null constraint customers_email_length check (length(email) between 3 and 254),
    email_key text not null constraint customers_email_key unique,
    first_name text not null default '',
    last_name text not null default '',
    -- E.164; null when not given.
    phone text constraint customers_phone_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
    language text not null default 'en',
    password_hash text not null,
    is_active boolean not null default true,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null
);

-- A sign-in on one device; refresh tokens rotate within it.
create table sessions (
    id uuid primary key,
    -- 'customer' or 'staff', and whose.
    audience text not null constraint sessions_audience_known check (audience in ('customer', 'staff')),
    principal_id uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    revoked_reason text,
    constraint sessions_revoked_with_reason
        check ((revoked_at is null) = (revoked_reason is null))
);
create index sessions_principal on sessions (principal_id);

create table refresh_tokens (
    -- SHA-256 of the token; the token itself is nowhere.
    token_hash bytea primary key,
    session_id uuid not null references sessions (id) on delete cascade,
    created_at timestamptz not null,
    used_at timestamptz
);
-- At most one live refresh token a session, whatever races.
create unique index refresh_tokens_live_key on refresh_tokens (session_id) where used_at is null;
