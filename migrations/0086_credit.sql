-- Owned by credit: what buyers have with the shop, on gift cards and by their name.

create table credit_accounts (
    id uuid constraint credit_accounts_pkey primary key,
    kind text not null constraint credit_accounts_kind_known
        check (kind in ('gift_card', 'store_credit')),
    -- SHA-256 of a gift card's code; the code itself is nowhere.
    code_hash bytea constraint credit_accounts_code_key unique
        constraint credit_accounts_code_length check (octet_length(code_hash) = 32),
    -- The last characters, by which people tell cards apart.
    code_end text,
    customer_id uuid constraint credit_accounts_customer_fkey references customers (id),
    currency text not null
        constraint credit_accounts_currency_form check (currency ~ '^[A-Z]{3}$'),
    -- What can be spent. Moved by guarded updates under the row's lock only.
    balance_minor bigint not null default 0
        constraint credit_accounts_balance_not_negative check (balance_minor >= 0),
    expires_at timestamptz,
    closed_at timestamptz,
    note text not null default ''
        constraint credit_accounts_note_length check (length(note) <= 500),
    version bigint not null default 1,
    created_at timestamptz not null,
    constraint credit_accounts_have_one_owner check (
        case kind
            when 'gift_card' then num_nonnulls(code_hash, code_end) = 2 and customer_id is null
            else num_nonnulls(code_hash, code_end, expires_at) = 0 and customer_id is not null
        end
    )
);
-- A customer has one account of credit in each currency.
create unique index credit_accounts_customer_key on credit_accounts (customer_id, currency)
    where kind = 'store_credit';

-- Credit that is set aside for an order, spent when the order is paid, free again when it is not.
create table credit_uses (
    id uuid constraint credit_uses_pkey primary key,
    account_id uuid not null
        constraint credit_uses_account_fkey references credit_accounts (id),
    order_id uuid not null constraint credit_uses_order_fkey references orders (id),
    amount_minor bigint not null constraint credit_uses_amount_positive check (amount_minor > 0),
    state text not null default 'held' constraint credit_uses_state_known
        check (state in ('held', 'spent', 'released')),
    held_at timestamptz not null,
    ended_at timestamptz,
    constraint credit_uses_ended_when check ((ended_at is null) = (state = 'held'))
);
-- An account helps to pay an order once.
create unique index credit_uses_live_key on credit_uses (order_id, account_id)
    where state <> 'released';

-- Every change of a balance, numbered without a gap; never changed.
create table credit_entries (
    id uuid constraint credit_entries_pkey primary key,
    account_id uuid not null
        constraint credit_entries_account_fkey references credit_accounts (id),
    sequence bigint not null constraint credit_entries_sequence_positive check (sequence > 0),
    -- given: by staff, for nothing; sold: for money that staff took elsewhere; set_aside and
    -- released: for an order; refunded: of an order; withdrawn: by staff.
    cause text not null constraint credit_entries_cause_known check (cause in (
        'given', 'sold', 'set_aside', 'released', 'refunded', 'withdrawn'
    )),
    amount_minor bigint not null constraint credit_entries_sign check (
        case when cause in ('set_aside', 'withdrawn') then amount_minor < 0
            else amount_minor > 0 end
    ),
    -- The balance after it.
    balance_minor bigint not null
        constraint credit_entries_balance_not_negative check (balance_minor >= 0),
    use_id uuid constraint credit_entries_use_fkey references credit_uses (id),
    -- The order that it is about, if it is about one.
    order_id uuid constraint credit_entries_order_fkey references orders (id),
    refund_id uuid constraint credit_entries_refund_key unique
        constraint credit_entries_refund_fkey references refunds (id),
    staff_id uuid constraint credit_entries_staff_fkey references staff (id),
    occurred_at timestamptz not null,
    constraint credit_entries_sequence_key unique (account_id, sequence),
    -- What is set aside is set aside once, and given back once.
    constraint credit_entries_use_key unique (use_id, cause),
    constraint credit_entries_use_named
        check ((use_id is not null) = (cause in ('set_aside', 'released'))),
    constraint credit_entries_refund_named check ((refund_id is not null) = (cause = 'refunded')),
    constraint credit_entries_order_named
        check ((order_id is not null) = (cause in ('set_aside', 'released', 'refunded'))),
    constraint credit_entries_staff_named
        check ((staff_id is not null) = (cause in ('given', 'sold', 'withdrawn')))
);
create function credit_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: write the opposite instead', tg_table_name
        using errcode = 'restrict_violation', table = tg_table_name, constraint = tg_name;
end $$;
create trigger credit_entries_append_only before update or delete or truncate
    on credit_entries for each statement execute function credit_refuse_change();

-- Owned by ledger.
insert into ledger_accounts (code, kind, title) values
    ('credit_set_aside', 'liability', 'Credit that is set aside for orders that are not paid yet'),
    ('goodwill', 'expense', 'Credit that was given to buyers for nothing'),
    ('held:outside', 'asset', 'Money for gift cards that staff took outside of the shop');

-- Owned by orders: what of the total is set aside or paid with credit.
alter table orders
    add column credit_minor bigint not null default 0,
    add constraint orders_credit_within check (credit_minor between 0 and total_minor) not valid;

-- Owned by payments: credit that paid an order is money of it like any other, and there may be
-- several such parts beside the one charge.
create unique index captures_money_key on captures (order_id)
    where disposition = 'applied' and provider <> 'credit';
drop index captures_applied_key;
alter index captures_money_key rename to captures_applied_key;
alter table payment_attempts
    drop constraint payment_attempts_provider_known,
    add constraint payment_attempts_provider_known
        check (provider in ('chapa', 'cash_on_delivery', 'bank_transfer', 'credit')) not valid,
    drop constraint payment_attempts_confirmed_by_whom,
    add constraint payment_attempts_confirmed_by_whom check (
        case
            when provider in ('chapa', 'credit') then confirmed_by is null
            else (confirmed_by is not null) = (charged_at is not null)
        end
    ) not valid;
-- Where money goes back to: where it came from, or to the buyer's credit with the shop.
alter table refunds
    add column destination text not null default 'origin'
        constraint refunds_destination_known check (destination in ('origin', 'store_credit'));
