-- Owned by payments: our books against a provider's.

-- What the provider kept besides the fee that came with the charge, as its list tells it later;
-- and how often that was corrected, which numbers its facts in the books.
alter table captures
    add column fee_adjusted_minor bigint not null default 0,
    add column fee_corrections integer not null default 0,
    add constraint captures_fee_adjusted_within check (
        fee_minor + fee_adjusted_minor >= 0 and fee_corrections >= 0
        and (fee_corrections > 0 or fee_adjusted_minor = 0)
    );

-- What is looked through for lost checks, and the attempts of a window.
create index payment_attempts_unsettled on payment_attempts (created_at, id)
    where charged_at is null;
create index payment_attempts_window on payment_attempts (provider, mode, created_at);

-- One comparison of our books with a provider's list. It goes on step by step; a step that
-- another worker has taken meanwhile is thrown away.
create table reconciliations (
    id uuid constraint reconciliations_pkey primary key,
    provider text not null,
    mode text not null constraint reconciliations_mode_known check (mode in ('test', 'live')),
    from_at timestamptz not null,
    to_at timestamptz not null,
    state text not null constraint reconciliations_state_known
        check (state in ('running', 'done', 'failed')),
    phase text not null constraint reconciliations_phase_known
        check (phase in ('listing', 'planning', 'asking', 'correcting', 'judging')),
    -- Null: by its schedule, or on the command line.
    requested_by uuid constraint reconciliations_requested_by_fkey references staff (id),
    started_at timestamptz not null,
    -- From then on it counts as failed, whatever it waits for.
    deadline_at timestamptz not null,
    finished_at timestamptz,
    step bigint not null default 0,
    next_page integer not null default 1,
    pages_read integer not null default 0,
    rows_read bigint not null default 0,
    -- Calls in a row that the provider did not answer.
    calls_failed integer not null default 0,
    -- Per currency: how many charges there and here, and their sums.
    totals jsonb not null default '[]',
    -- Per currency: what the provider says it holds, and what our books say. For information.
    balances jsonb not null default '[]',
    breaks_open bigint not null default 0,
    breaks_repaired bigint not null default 0,
    failure text,
    constraint reconciliations_window_forward check (from_at < to_at),
    constraint reconciliations_finished_when check ((state = 'running') = (finished_at is null)),
    constraint reconciliations_failed_why check ((state = 'failed') = (failure is not null))
);
-- One at a time: two would tell each other's repairs as news.
create unique index reconciliations_running_key on reconciliations (provider)
    where state = 'running';
create index reconciliations_done on reconciliations (provider, finished_at)
    where state = 'done';

-- The provider's list as far as it was read; goes with the end of the comparison.
create table reconciliation_rows (
    reconciliation_id uuid not null constraint reconciliation_rows_reconciliation_fkey
        references reconciliations (id),
    provider_reference text not null,
    -- The page that it stood on when it was read last.
    page integer not null,
    -- It stood on a later page as well: moved by newer rows, or twice in the list.
    again_page integer,
    copies integer not null,
    status text not null,
    amount_minor bigint,
    currency text,
    fee_minor bigint,
    method text,
    listed_at timestamptz,
    constraint reconciliation_rows_pkey primary key (reconciliation_id, provider_reference)
);

-- Attempts that the provider is asked about again, because the list does not fit our books.
create table reconciliation_questions (
    reconciliation_id uuid not null constraint reconciliation_questions_reconciliation_fkey
        references reconciliations (id),
    attempt_id uuid not null constraint reconciliation_questions_attempt_fkey
        references payment_attempts (id),
    reason text not null constraint reconciliation_questions_reason_known
        check (reason in ('missing_here', 'missing_there', 'status_differs')),
    asked_at timestamptz,
    outcome text,
    provider_reference text,
    constraint reconciliation_questions_pkey primary key (reconciliation_id, attempt_id)
);

-- A difference between our books and a provider's. It is never deleted.
create table reconciliation_breaks (
    id uuid constraint reconciliation_breaks_pkey primary key,
    provider text not null,
    mode text not null,
    class text not null constraint reconciliation_breaks_class_known check (class in (
        'missing_here', 'missing_there', 'amount_differs', 'currency_differs', 'fee_differs',
        'status_differs', 'duplicate_there'
    )),
    provider_reference text not null,
    capture_id uuid constraint reconciliation_breaks_capture_fkey references captures (id),
    attempt_id uuid constraint reconciliation_breaks_attempt_fkey
        references payment_attempts (id),
    order_id uuid constraint reconciliation_breaks_order_fkey references orders (id),
    ours jsonb not null,
    theirs jsonb not null,
    state text not null constraint reconciliation_breaks_state_known
        check (state in ('open', 'repaired', 'resolved')),
    -- Why it was repaired, what was before, what is after.
    repair jsonb,
    resolution text constraint reconciliation_breaks_resolution_known
        check (resolution in ('gone', 'dismissed', 'written_off')),
    resolved_by uuid constraint reconciliation_breaks_resolved_by_fkey references staff (id),
    note text,
    first_seen uuid not null constraint reconciliation_breaks_first_seen_fkey
        references reconciliations (id),
    last_seen uuid not null constraint reconciliation_breaks_last_seen_fkey
        references reconciliations (id),
    -- When the charge began, by the provider's word or by ours.
    occurred_at timestamptz,
    opened_at timestamptz not null,
    updated_at timestamptz not null,
    closed_at timestamptz,
    constraint reconciliation_breaks_closed_when check ((state = 'open') = (closed_at is null)),
    constraint reconciliation_breaks_repaired_how
        check ((state = 'repaired') = (repair is not null)),
    constraint reconciliation_breaks_resolved_how
        check ((state = 'resolved') = (resolution is not null)),
    constraint reconciliation_breaks_person_decides
        check ((resolution in ('dismissed', 'written_off')) is not true
            or resolved_by is not null)
);
-- The same difference, seen again, is the same row until it is closed.
create unique index reconciliation_breaks_open_key
    on reconciliation_breaks (provider, class, provider_reference) where state = 'open';
create index reconciliation_breaks_reference
    on reconciliation_breaks (provider, class, provider_reference);
create index reconciliation_breaks_last_seen on reconciliation_breaks (last_seen);
