-- The life of a product: when it is published and taken back, slugs that it had, what search
-- engines are told, and every change of price and publication. Owned by catalogue.

alter table products
    add column seo_title jsonb not null default '{}',
    add column seo_description jsonb not null default '{}',
    -- When it is to be published and to be taken back; empty once that is done.
    add column publish_at timestamptz,
    add column unpublish_at timestamptz,
    add constraint products_schedule_in_order check (unpublish_at > publish_at) not valid;

-- Slugs that products had: who comes with one is sent to the product.
create table product_slugs (
    slug text constraint product_slugs_pkey primary key,
    product_id uuid not null
        constraint product_slugs_product_fkey references products (id) on delete cascade,
    retired_at timestamptz not null
);
create index product_slugs_product on product_slugs (product_id);

-- What a variant cost, and whether a product was seen, from an instant on. Written by triggers, so
-- that no statement forgets it.
create table variant_prices (
    variant_id uuid not null,
    number bigint generated always as identity,
    price_minor bigint not null,
    compare_at_minor bigint,
    is_active boolean not null,
    -- Who: empty where nobody of the staff did it.
    staff_id uuid,
    changed_at timestamptz not null,
    constraint variant_prices_pkey primary key (variant_id, number)
);
create table product_publications (
    product_id uuid not null,
    number bigint generated always as identity,
    status text not null,
    staff_id uuid,
    changed_at timestamptz not null,
    constraint product_publications_pkey primary key (product_id, number)
);

insert into variant_prices (variant_id, price_minor, compare_at_minor, is_active, changed_at)
select id, price_minor, compare_at_minor, is_active, updated_at from variants;
insert into product_publications (product_id, status, changed_at)
select id, status, updated_at from products;

create function catalogue_actor() returns uuid language sql stable as $$
    select nullif(current_setting('nexus.staff_id', true), '')::uuid
$$;

create function variant_prices_note() returns trigger language plpgsql as $$
begin
    insert into variant_prices
        (variant_id, price_minor, compare_at_minor, is_active, staff_id, changed_at)
    select id, price_minor, compare_at_minor, is_active, catalogue_actor(), updated_at
    from added;
    return null;
end $$;
create trigger variants_added_noted after insert on variants
    referencing new table as added
    for each statement execute function variant_prices_note();

create function variant_prices_note_change() returns trigger language plpgsql as $$
begin
    insert into variant_prices
        (variant_id, price_minor, compare_at_minor, is_active, staff_id, changed_at)
    select after.id, after.price_minor, after.compare_at_minor, after.is_active,
        catalogue_actor(), after.updated_at
    from changed as after
    join before using (id)
    where (after.price_minor, after.compare_at_minor, after.is_active)
        is distinct from (before.price_minor, before.compare_at_minor, before.is_active);
    return null;
end $$;
create trigger variants_changed_noted after update on variants
    referencing old table as before new table as changed
    for each statement execute function variant_prices_note_change();

create function product_publications_note() returns trigger language plpgsql as $$
begin
    insert into product_publications (product_id, status, staff_id, changed_at)
    select id, status, catalogue_actor(), updated_at
    from added;
    return null;
end $$;
create trigger products_added_noted after insert on products
    referencing new table as added
    for each statement execute function product_publications_note();

create function product_publications_note_change() returns trigger language plpgsql as $$
begin
    insert into product_publications (product_id, status, staff_id, changed_at)
    select after.id, after.status, catalogue_actor(), after.updated_at
    from changed as after
    join before using (id)
    where after.status <> before.status;
    return null;
end $$;
create trigger products_changed_noted after update on products
    referencing old table as before new table as changed
    for each statement execute function product_publications_note_change();

create function catalogue_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name
        using errcode = 'restrict_violation', table = tg_table_name, constraint = tg_name;
end $$;
create trigger variant_prices_append_only before update or delete or truncate
    on variant_prices for each statement execute function catalogue_refuse_change();
create trigger product_publications_append_only before update or delete or truncate
    on product_publications for each statement execute function catalogue_refuse_change();
