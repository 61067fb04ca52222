-- Owned by invoices: what was sold and what went back, on paper.

-- The next number of each kind; its row lock makes numbers gap-free.
create table invoice_numbers (
    kind text constraint invoice_numbers_pkey primary key,
    last_number bigint not null default 0
);
insert into invoice_numbers (kind) values ('invoice'), ('credit_note');

create table invoices (
    id uuid constraint invoices_pkey primary key,
    kind text not null constraint invoices_kind_fkey references invoice_numbers (kind),
    number bigint not null constraint invoices_number_positive check (number > 0),
    order_id uuid not null constraint invoices_order_fkey references orders (id),
    refund_id uuid constraint invoices_refund_key unique
        constraint invoices_refund_fkey references refunds (id),
    total_minor bigint not null,
    currency text not null,
    -- All that it says, as it was when it was issued.
    document jsonb not null,
    issued_at timestamptz not null,
    constraint invoices_number_key unique (kind, number),
    constraint invoices_refund_named check ((kind = 'credit_note') = (refund_id is not null))
);
-- An order has one invoice, whoever asks for it first.
create unique index invoices_order_key on invoices (order_id) where kind = 'invoice';
create index invoices_order on invoices (order_id, id);
create index invoices_newest on invoices (issued_at desc, id desc);

create function invoices_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% stay as they were issued', tg_table_name
        using errcode = 'restrict_violation', table = tg_table_name, constraint = tg_name;
end $$;
create trigger invoices_append_only before update or delete or truncate
    on invoices for each statement execute function invoices_refuse_change();
