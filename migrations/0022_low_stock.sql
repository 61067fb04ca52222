-- Owned by inventory: which variants are low, and since when. A row is written when a variant
-- becomes low and deleted when it is not any more: so it is told once each time.

create table low_stock (
    variant_id uuid constraint low_stock_pkey primary key
        constraint low_stock_variant_fkey references variants (id),
    since timestamptz not null
);

-- Owned by orders: what 0021 left to be looked at.
alter table order_lines validate constraint order_lines_backordered_within;
