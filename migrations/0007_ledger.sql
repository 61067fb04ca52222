-- Owned by ledger: the books.

create table ledger_accounts (
    code text constraint ledger_accounts_pkey primary key,
    -- assets and expenses grow on the debit side; liabilities and income on the credit side.
    kind text not null constraint ledger_accounts_kind_known
        check (kind in ('asset', 'expense', 'liability', 'income')),
    title text not null
);
insert into ledger_accounts (code, kind, title) values
    ('held:chapa', 'asset', 'Money that Chapa holds for the shop'),
    ('held:cash_on_delivery', 'asset', 'Cash that was taken at the door'),
    ('held:bank_transfer', 'asset', 'Money that was transferred to the shop''s bank account'),
    ('orders', 'income', 'What buyers paid for orders, less what was given back'),
    ('surplus', 'liability', 'Money that came and pays no order: owed to its buyers'),
    ('refunds_payable', 'liability', 'Refunds that were promised and are not with the buyer yet'),
    ('provider_fees', 'expense', 'What providers keep of the money they take'),
    ('disputed', 'asset', 'Money that a provider took back and that is not decided yet'),
    ('write_offs', 'expense', 'Differences that were given up, either way'),
    ('gift_cards', 'liability', 'What is left on gift cards'),
    ('store_credit', 'liability', 'Credit that customers have with the shop');

-- Each row moves an amount from one account to another, so every entry balances by its form:
-- there is no way to write one side without the other.
create table ledger_transfers (
    id uuid constraint ledger_transfers_pkey primary key,
    -- What is booked, such as `capture:0190…`; a fact is booked once.
    fact text not null
        constraint ledger_transfers_fact_length check (length(fact) between 1 and 120),
    leg smallint not null,
    debit_account text not null
        constraint ledger_transfers_debit_fkey references ledger_accounts (code),
    credit_account text not null
        constraint ledger_transfers_credit_fkey references ledger_accounts (code),
    amount_minor bigint not null
        constraint ledger_transfers_amount_positive check (amount_minor > 0),
    currency text not null
        constraint ledger_transfers_currency_form check (currency ~ '^[A-Z]{3}$'),
    order_id uuid constraint ledger_transfers_order_fkey references orders (id),
    memo text not null,
    posted_at timestamptz not null,
    constraint ledger_transfers_fact_key unique (fact, leg),
    constraint ledger_transfers_two_sides check (debit_account <> credit_account)
);
create index ledger_transfers_order on ledger_transfers (order_id, posted_at);
create index ledger_transfers_posted on ledger_transfers (posted_at, id);
-- What an account's page shows: both sides are read off an index, newest first.
create index ledger_transfers_debit on ledger_transfers (debit_account, posted_at, id);
create index ledger_transfers_credit on ledger_transfers (credit_account, posted_at, id);

-- Transfers that are committed and not in the chain yet. Payments only add to it, so they never
-- wait for one another at the chain's end.
create table ledger_unsealed (
    transfer_id uuid constraint ledger_unsealed_pkey primary key
);
create function ledger_note_unsealed() returns trigger language plpgsql as $$
begin
    insert into ledger_unsealed (transfer_id)
    select id from posted;
    return null;
end $$;
create trigger ledger_transfers_noted after insert on ledger_transfers
    referencing new table as posted
    for each statement execute function ledger_note_unsealed();

-- The chain: hash = SHA-256 of the hash before it and of the transfer (decision 0011).
create table ledger_chain (
    sequence bigint constraint ledger_chain_pkey primary key
        constraint ledger_chain_sequence_positive check (sequence > 0),
    transfer_id uuid not null
        constraint ledger_chain_transfer_key unique
        constraint ledger_chain_transfer_fkey references ledger_transfers (id),
    hash bytea not null constraint ledger_chain_hash_length check (octet_length(hash) = 32)
);

-- Days (UTC, of sealing) that are over. A day on which nothing was sealed has no row.
create table ledger_days (
    day date constraint ledger_days_pkey primary key,
    first_sequence bigint not null constraint ledger_days_first_key unique,
    last_sequence bigint not null constraint ledger_days_last_key unique,
    opening_hash bytea not null
        constraint ledger_days_opening_length check (octet_length(opening_hash) = 32),
    closing_hash bytea not null
        constraint ledger_days_closing_length check (octet_length(closing_hash) = 32),
    closed_at timestamptz not null,
    constraint ledger_days_not_empty check (first_sequence <= last_sequence)
);

-- The end of the chain and the day that is open. Its row lock lets in one sealer at a time.
create table ledger_head (
    singleton boolean constraint ledger_head_pkey primary key default true
        constraint ledger_head_singleton check (singleton),
    day date not null default '0001-01-01',
    first_sequence bigint not null default 1,
    opening_hash bytea not null default sha256(''),
    last_sequence bigint not null default 0,
    last_hash bytea not null default sha256('')
);
insert into ledger_head default values;

-- Sums of what is sealed, by the day of booking (UTC): a balance at any time is the sums of the
-- days before and the rows since.
create table ledger_sums (
    day date not null,
    account text not null,
    currency text not null,
    debit_minor numeric not null,
    credit_minor numeric not null,
    constraint ledger_sums_pkey primary key (day, account, currency)
);

-- Every column of a transfer, so that two transfers never have the same bytes: numbers in their
-- network form, texts in UTF-8 behind their length, an order behind a byte that says whether
-- there is one, the time in microseconds since 2000-01-01 (UTC).
create function ledger_bytes(transfer ledger_transfers) returns bytea
language sql stable as $$
    select uuid_send(transfer.id)
        || int4send(octet_length(convert_to(transfer.fact, 'UTF8')))
        || convert_to(transfer.fact, 'UTF8')
        || int2send(transfer.leg)
        || int4send(octet_length(convert_to(transfer.debit_account, 'UTF8')))
        || convert_to(transfer.debit_account, 'UTF8')
        || int4send(octet_length(convert_to(transfer.credit_account, 'UTF8')))
        || convert_to(transfer.credit_account, 'UTF8')
        || int8send(transfer.amount_minor)
        || int4send(octet_length(convert_to(transfer.currency, 'UTF8')))
        || convert_to(transfer.currency, 'UTF8')
        || case when transfer.order_id is null then '\x00'::bytea
            else '\x01'::bytea || uuid_send(transfer.order_id) end
        || int4send(octet_length(convert_to(transfer.memo, 'UTF8')))
        || convert_to(transfer.memo, 'UTF8')
        || timestamptz_send(transfer.posted_at)
$$;

-- A window over this aggregate walks the chain: each row hashes the hash before it.
create function ledger_chain_step(before bytea, opening bytea, content bytea) returns bytea
language plpgsql immutable as $$
begin
    return sha256(coalesce(before, opening) || content);
end $$;
create aggregate ledger_chain_hash(opening bytea, content bytea) (
    sfunc = ledger_chain_step,
    stype = bytea
);

-- What is booked stays. The audit looks whether these triggers stand.
create function ledger_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: book the opposite instead', tg_table_name
        using errcode = 'restrict_violation', table = tg_table_name, constraint = tg_name;
end $$;
create trigger ledger_transfers_append_only before update or delete or truncate
    on ledger_transfers for each statement execute function ledger_refuse_change();
create trigger ledger_chain_append_only before update or delete or truncate
    on ledger_chain for each statement execute function ledger_refuse_change();
create trigger ledger_days_append_only before update or delete or truncate
    on ledger_days for each statement execute function ledger_refuse_change();
