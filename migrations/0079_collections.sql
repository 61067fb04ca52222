-- Tags, related products, collections. Owned by catalogue.

alter table products add column tags text[] not null default '{}';
create index products_tags on products using gin (tags) where status = 'published';

create table related_products (
    product_id uuid not null
        constraint related_products_product_fkey references products (id) on delete cascade,
    related_id uuid not null
        constraint related_products_related_fkey references products (id) on delete cascade,
    position integer not null,
    primary key (product_id, related_id),
    constraint related_products_not_itself check (product_id <> related_id)
);
create index related_products_related on related_products (related_id);

create table collections (
    id uuid primary key,
    slug text not null constraint collections_slug_key unique,
    title jsonb not null,
    description jsonb not null default '{}',
    is_published boolean not null default false,
    -- Whether its products are chosen by the rule below or listed in collection_products.
    has_rule boolean not null,
    -- The rule: each part that is not empty must be so, and of each part one value is enough.
    category_ids uuid[] not null default '{}',
    brand_ids uuid[] not null default '{}',
    tags text[] not null default '{}',
    price_min_minor bigint,
    price_max_minor bigint,
    -- 'code:value' of product_search.
    facets text[] not null default '{}',
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint collections_slug_form
        check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 120),
    constraint collections_prices_in_order
        check (price_min_minor >= 0 and price_max_minor >= coalesce(price_min_minor, 0)),
    -- A rule that says nothing would be the whole shop.
    constraint collections_rule_says_something check (
        has_rule = (cardinality(category_ids) + cardinality(brand_ids) + cardinality(tags)
            + cardinality(facets) > 0 or price_min_minor is not null
            or price_max_minor is not null)
    )
);

create table collection_products (
    collection_id uuid not null
        constraint collection_products_collection_fkey
            references collections (id) on delete cascade,
    product_id uuid not null
        constraint collection_products_product_fkey references products (id) on delete cascade,
    position integer not null,
    primary key (collection_id, product_id)
);
create index collection_products_order on collection_products (collection_id, position, product_id);
create index collection_products_product on collection_products (product_id);
