-- Owned by inventory: by which terms a variant is sold, and what buyers have taken of limits.

create table stock_terms (
    variant_id uuid constraint stock_terms_pkey primary key
        constraint stock_terms_variant_fkey references variants (id),
    -- The most units of one order; none: as many as there are.
    per_order_max bigint,
    -- The most units of one buyer, within `per_customer_days` if that is set, else ever.
    per_customer_max bigint,
    per_customer_days integer,
    -- When the first of these periods began.
    counted_since timestamptz not null,
    -- As few available units as this are low; none: as the settings say.
    low_stock_threshold bigint,
    version bigint not null default 1,
    updated_at timestamptz not null,
    constraint stock_terms_limits_positive
        check (per_order_max >= 1 and per_customer_max >= 1 and per_customer_days >= 1),
    constraint stock_terms_days_of_a_limit
        check (per_customer_days is null or per_customer_max is not null),
    constraint stock_terms_threshold_not_negative check (low_stock_threshold >= 0)
);

-- How much of a limit is used: of a variant by a buyer, or of what may be open and unpaid at once.
-- A buyer and an address are known by a digest alone.
create table allowances (
    -- SHA-256 of the limit, of whom it is for and of the period.
    key bytea constraint allowances_pkey primary key
        constraint allowances_key_length check (length(key) = 32),
    kind text not null constraint allowances_kind_known
        check (kind in ('variant', 'open_orders', 'open_units')),
    variant_id uuid constraint allowances_variant_fkey references variants (id),
    used bigint not null,
    -- What the last order that used it was allowed.
    used_max bigint not null,
    constraint allowances_within check (used >= 0 and used <= used_max),
    constraint allowances_variant_named check ((kind = 'variant') = (variant_id is not null))
);
-- Rows that many orders update: no index is written when there is room beside them.
alter table allowances set (fillfactor = 80);

-- What each order uses of them, once, until it ends.
create table allowance_uses (
    order_id uuid not null constraint allowance_uses_order_fkey references orders (id)
        deferrable initially deferred,
    key bytea not null constraint allowance_uses_key_fkey references allowances (key),
    quantity bigint not null constraint allowance_uses_quantity_positive check (quantity > 0),
    ended_at timestamptz,
    constraint allowance_uses_pkey primary key (order_id, key)
);
