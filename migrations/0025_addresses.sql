-- Owned by customers: where their parcels go.

create table customer_addresses (
    id uuid primary key,
    customer_id uuid not null references customers (id),
    -- How the customer calls it: "home", "the office".
    label text not null default ''
        constraint customer_addresses_label_length check (length(label) <= 60),
    address jsonb not null,
    is_default boolean not null,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index customer_addresses_customer on customer_addresses (customer_id, id);
-- Whoever makes two the default at once is left with one.
create unique index customer_addresses_default_key on customer_addresses (customer_id)
    where is_default;
