-- Owned by sales: from when and until when something may be ordered.

create table sales (
    id uuid primary key,
    name text not null,
    starts_at timestamptz not null,
    ends_at timestamptz,
    -- By staff: its variants are sold as any other since.
    closed_at timestamptz,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint sales_ends_after_start check (ends_at > starts_at)
);

create table sale_variants (
    -- A variant is in one sale at a time.
    variant_id uuid primary key references variants (id),
    sale_id uuid not null references sales (id),
    -- Since when its orders depend on the sale.
    added_at timestamptz not null
);
create index sale_variants_sale on sale_variants (sale_id);
