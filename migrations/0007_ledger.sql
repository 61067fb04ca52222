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
