-- Owned by catalogue (what is sold) and inventory (how many there are).
-- A text that customers read is a jsonb object from language to text: {"en": "...", "am": "..."}.

create table brands (
    id uuid primary key,
    slug text not null constraint brands_slug_key unique,
    name jsonb not null,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint brands_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 120)
);

create table categories (
    id uuid primary key,
    parent_id uuid references categories (id),
    slug text not null constraint categories_slug_key unique,
    name jsonb not null,
    position integer not null default 0,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint categories_slug_form
        check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 120),
    constraint categories_not_own_parent check (parent_id <> id)
);
create index categories_parent on categories (parent_id);

create table products (
    id uuid primary key,
    slug text not null constraint products_slug_key unique,
    brand_id uuid references brands (id),
    status text not null default 'draft'
        constraint products_status_known check (status in ('draft', 'published', 'archived')),
    title jsonb not null,
    description jsonb not null default '{}',
    -- All its variants are priced in it.
    currency text not null constraint products_currency_form check (currency ~ '^[A-Z]{3}$'),
    -- The lowest price of its active variants: kept by the catalogue for lists and sorting.
    price_from_minor bigint,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint products_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 120)
);
-- The public list's orders, each ending in the unique id.
create index products_newest on products (created_at desc, id desc) where status = 'published';
create index products_cheapest on products (price_from_minor, id) where status = 'published';
create index products_brand on products (brand_id, created_at desc, id desc);

create table product_categories (
    product_id uuid not null references products (id) on delete cascade,
    category_id uuid not null references categories (id),
    primary key (product_id, category_id)
);
create index product_categories_category on product_categories (category_id, product_id);

create table product_images (
    id uuid primary key,
    product_id uuid not null references products (id) on delete cascade,
    position integer not null,
    url text not null,
    alt jsonb not null default '{}'
);
create index product_images_product on product_images (product_id, position);

create table product_options (
    id uuid primary key,
    product_id uuid not null references products (id) on delete cascade,
    position integer not null,
    name jsonb not null,
    constraint product_options_position_key unique (product_id, position)
);

create table product_option_values (
    id uuid primary key,
    option_id uuid not null references product_options (id) on delete cascade,
    position integer not null,
    label jsonb not null,
    constraint product_option_values_position_key unique (option_id, position)
);

create table variants (
    id uuid primary key,
    product_id uuid not null references products (id),
    sku text not null constraint variants_sku_key unique,
    position integer not null default 0,
    price_minor bigint not null constraint variants_price_positive check (price_minor > 0),
    compare_at_minor bigint
        constraint variants_compare_at_above check (compare_at_minor > price_minor),
    currency text not null constraint variants_currency_form check (currency ~ '^[A-Z]{3}$'),
    is_active boolean not null default true,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint variants_sku_form check (sku ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$')
);
create index variants_product on variants (product_id, position, id);

create table variant_option_values (
    variant_id uuid not null references variants (id) on delete cascade,
    option_id uuid not null references product_options (id) on delete cascade,
    value_id uuid not null references product_option_values (id) on delete cascade,
    primary key (variant_id, option_id)
);

create table stock_levels (
    variant_id uuid primary key references variants (id),
    on_hand bigint not null default 0,
    -- Set aside for orders that are not shipped or released yet.
    reserved bigint not null default 0,
    version bigint not null default 1,
    updated_at timestamptz not null,
    constraint stock_levels_available_not_negative
        check (reserved >= 0 and on_hand >= 0 and reserved <= on_hand)
);

create table stock_movements (
    id uuid primary key,
    variant_id uuid not null references stock_levels (variant_id),
    kind text not null
        constraint stock_movements_kind_known check (kind in ('receipt', 'adjustment', 'sale')),
    -- Units in (positive) or out (negative).
    quantity bigint not null constraint stock_movements_moves check (quantity <> 0),
    reason text not null default '',
    order_id uuid,
    staff_id uuid references staff (id),
    occurred_at timestamptz not null,
    constraint stock_movements_sale_is_an_orders
        check ((kind = 'sale') = (order_id is not null) and (kind <> 'sale' or quantity < 0)),
    -- An order takes a variant off the shelf once.
    constraint stock_movements_sale_once unique (order_id, variant_id)
);
create index stock_movements_variant on stock_movements (variant_id, occurred_at);

create table reservations (
    id uuid primary key,
    order_id uuid not null,
    variant_id uuid not null references stock_levels (variant_id),
    quantity bigint not null constraint reservations_quantity_positive check (quantity > 0),
    -- held: unpaid order; claimed: paid, the units have left the shelf; released: back for sale.
    state text not null default 'held'
        constraint reservations_state_known check (state in ('held', 'claimed', 'released')),
    expires_at timestamptz not null,
    created_at timestamptz not null,
    ended_at timestamptz,
    constraint reservations_order_variant_key unique (order_id, variant_id),
    constraint reservations_ended_once check ((ended_at is null) = (state = 'held'))
);
create index reservations_held on reservations (variant_id) where state = 'held';
