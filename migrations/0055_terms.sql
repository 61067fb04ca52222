-- Owned by terms: what a purchase costs beyond its goods. An order copies what it was priced by, so
-- nothing here is kept for the sake of orders but how often a promotion was had.

-- Each kind is one document, changed as a whole.
create table terms (
    kind text primary key constraint terms_kind_known check (kind in ('tax', 'shipping')),
    document jsonb not null,
    version bigint not null default 1,
    updated_at timestamptz not null default now()
);
-- No tax, no price for deliveries: a shop that was here before goes on as it was.
insert into terms (kind, document) values
    ('tax', '{"prices_include_tax": true, "shipping_class": null,
        "home": {"country": "ET", "region": "Addis Ababa"}, "rates": []}'),
    ('shipping', '{"zones": []}');

create table variant_terms (
    variant_id uuid primary key references variants (id) on delete cascade,
    tax_class text not null,
    weight_grams bigint not null
        constraint variant_terms_weight_not_negative check (weight_grams >= 0),
    version bigint not null default 1,
    updated_at timestamptz not null
);

create table promotions (
    id uuid primary key,
    name text not null,
    -- None: it applies by itself.
    code text constraint promotions_code_form check (code = upper(btrim(code)) and code <> ''),
    effect jsonb not null,
    priority integer not null,
    is_exclusive boolean not null,
    minimum_minor bigint not null,
    starts_at timestamptz,
    ends_at timestamptz,
    usage_limit bigint,
    customer_limit bigint,
    used_count bigint not null default 0,
    closed_at timestamptz,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint promotions_used_not_negative check (used_count >= 0),
    constraint promotions_used_within check (used_count <= usage_limit)
);
-- A code names one promotion that has not ended.
create unique index promotions_code_key on promotions (code) where closed_at is null;
create index promotions_automatic on promotions (id) where code is null and closed_at is null;

-- How often each buyer has had a promotion that counts it.
create table promotion_uses (
    promotion_id uuid not null references promotions (id),
    -- 'customer:…' or 'email:…'.
    buyer text not null,
    used_count bigint not null
        constraint promotion_uses_not_negative check (used_count >= 0),
    primary key (promotion_id, buyer)
);

-- Which order has had which promotion; set free when the order is let go.
create table promotion_redemptions (
    promotion_id uuid not null references promotions (id),
    order_id uuid not null references orders (id) deferrable initially deferred,
    buyer text not null,
    redeemed_at timestamptz not null,
    released_at timestamptz,
    primary key (order_id, promotion_id)
);
create index promotion_redemptions_promotion on promotion_redemptions (promotion_id, buyer);

-- Owned by cart: what was entered and chosen.
alter table carts
    add column coupons text[] not null default '{}',
    add column shipping_address jsonb,
    add column shipping_method_id uuid;

-- Owned by orders: what an order was priced by, copied.
alter table orders
    add column shipping_discount_minor bigint not null default 0,
    add column shipping_tax_minor bigint not null default 0,
    add column tax_included_minor bigint not null default 0,
    add column prices_include_tax boolean not null default true,
    -- The method, the discounts and the taxes in words, amounts and lines.
    add column terms jsonb not null default '{}',
    add constraint orders_terms_not_negative check (
        shipping_discount_minor >= 0 and shipping_tax_minor between 0 and tax_minor
        and tax_included_minor >= 0
    ) not valid;
alter table order_lines
    add column discount_minor bigint not null default 0,
    add column tax_minor bigint not null default 0,
    add column tax_included_minor bigint not null default 0,
    add constraint order_lines_terms_bounded check (
        discount_minor between 0 and total_minor and tax_minor >= 0 and tax_included_minor >= 0
    ) not valid;
