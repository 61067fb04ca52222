-- Kinds of products, and what is said of each product of a kind. Owned by catalogue.

create table product_types (
    id uuid primary key,
    slug text not null constraint product_types_slug_key unique,
    name jsonb not null,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint product_types_slug_form
        check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 120)
);

create table product_attributes (
    type_id uuid not null
        constraint product_attributes_type_id_fkey references product_types (id) on delete cascade,
    code text not null,
    position integer not null,
    name jsonb not null,
    kind text not null constraint product_attributes_kind_known
        check (kind in ('text', 'number', 'choice', 'boolean', 'date', 'reference')),
    -- Of a choice: [{"code": ..., "name": ...}], in order.
    choices jsonb not null default '[]',
    is_required boolean not null default false,
    -- Whether what is found is counted and narrowed by it.
    is_facet boolean not null default false,
    primary key (type_id, code),
    constraint product_attributes_position_key unique (type_id, position)
        deferrable initially deferred,
    constraint product_attributes_code_form check (code ~ '^[a-z][a-z0-9_]{0,39}$'),
    constraint product_attributes_choices_of_choice
        check ((kind = 'choice') = (jsonb_array_length(choices) > 0)),
    -- Only what has few values can be counted by them.
    constraint product_attributes_facet_has_values
        check (not is_facet or kind in ('choice', 'boolean'))
);

alter table products
    add column type_id uuid
        constraint products_type_id_fkey references product_types (id),
    -- {code: value}: a text per language, a decimal in words, a choice's code, true or false, a
    -- date, a product's id.
    add column attributes jsonb not null default '{}',
    add constraint products_attributes_of_a_type
        check (type_id is not null or attributes = '{}') not valid;
create index products_type on products (type_id, id);

-- What is counted: 'code:value' of each facet.
alter table product_search add column facets text[] not null default '{}';
create index product_search_facets on product_search using gin (facets)
    where status = 'published';
