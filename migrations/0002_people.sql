-- Owned by staff and customers; sessions and their tokens by kit.
-- Text is bounded here too, whatever a handler forgets.

create table staff (
    id uuid primary key,
    email text not null constraint staff_email_length check (length(email) between 3 and 254),
    -- Lower-cased and NFC: what makes two spellings one account.
    email_key text not null constraint staff_email_key unique,
    name text not null default '' constraint staff_name_length check (length(name) <= 100),
    password_hash text not null
        constraint staff_password_hashed check (password_hash like '$argon2id$%'),
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
-- Ids sort by birth, so pages of the newest entries walk an index that ends in the id.
create index staff_audit_subject on staff_audit (subject_id, id);
create index staff_audit_staff on staff_audit (staff_id, id);

create table customers (
    id uuid primary key,
    email text not null constraint customers_email_length check (length(email) between 3 and 254),
    email_key text not null constraint customers_email_key unique,
    first_name text not null default ''
        constraint customers_first_name_length check (length(first_name) <= 100),
    last_name text not null default ''
        constraint customers_last_name_length check (length(last_name) <= 100),
    -- E.164; null when not given.
    phone text constraint customers_phone_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
    language text not null default 'en'
        constraint customers_language_form check (language ~ '^[a-z]{2,3}$'),
    password_hash text not null
        constraint customers_password_hashed check (password_hash like '$argon2id$%'),
    is_active boolean not null default true,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null
);

-- A sign-in on one device; refresh tokens rotate within it.
create table sessions (
    id uuid primary key,
    -- 'customer' or 'staff', and whose.
    audience text not null
        constraint sessions_audience_known check (audience in ('customer', 'staff')),
    principal_id uuid not null,
    created_at timestamptz not null,
    -- Its end, however busy it is.
    expires_at timestamptz not null,
    -- From one refresh to the next.
    idle_seconds bigint not null constraint sessions_idle_positive check (idle_seconds > 0),
    revoked_at timestamptz,
    revoked_reason text,
    constraint sessions_revoked_with_reason
        check ((revoked_at is null) = (revoked_reason is null))
);
create index sessions_principal on sessions (principal_id);
-- The sweep of sessions that are long over.
create index sessions_expires_at on sessions (expires_at);

create table refresh_tokens (
    -- SHA-256 of the token; the token itself is nowhere.
    token_hash bytea primary key,
    session_id uuid not null references sessions (id) on delete cascade,
    created_at timestamptz not null,
    -- The idle limit counted from its birth, or the session's end.
    expires_at timestamptz not null,
    used_at timestamptz
);
create index refresh_tokens_session on refresh_tokens (session_id);
-- At most one live refresh token a session, whatever races.
create unique index refresh_tokens_live_key on refresh_tokens (session_id) where used_at is null;
