-- Owned by kit: what has changed, for answers that are kept in memory. Written by triggers in the
-- transaction of the change, so that no statement forgets it; a row is read for seconds and swept
-- within hours.

create table cache_changes (
    -- Who changed it. A snapshot that does not show this transaction does not show the change.
    xid xid8 not null default pg_current_xact_id(),
    -- A product, a variant, or one of the two below.
    tag uuid not null,
    changed_at timestamptz not null default now()
);
create index cache_changes_xid on cache_changes (xid);

-- What every page shows a part of: names of brands and categories, kinds, locations that sell.
create function cache_tag_of_names() returns uuid language sql immutable as
    $$ select '00000000-0000-0000-0000-000000000001'::uuid $$;
-- What lists of products show or go by.
create function cache_tag_of_lists() returns uuid language sql immutable as
    $$ select '00000000-0000-0000-0000-000000000002'::uuid $$;

-- Rows that say in a column whose they are; with a second argument lists show them too.
create function cache_note_rows() returns trigger language plpgsql as $$
begin
    insert into cache_changes (tag)
    select distinct (to_jsonb(touched) ->> tg_argv[0])::uuid from touched
    union all
    select cache_tag_of_lists() where tg_nargs > 1 and exists (select from touched);
    return null;
end $$;

-- Rows of which every page, or every list, shows a part.
create function cache_note_all() returns trigger language plpgsql as $$
begin
    insert into cache_changes (tag)
    select tg_argv[0]::uuid where exists (select from touched);
    return null;
end $$;

create function cache_note_option_values() returns trigger language plpgsql as $$
begin
    insert into cache_changes (tag)
    select distinct product_id
    from product_options
    where id in (select option_id from touched);
    return null;
end $$;

create function cache_note_pictures() returns trigger language plpgsql as $$
begin
    insert into cache_changes (tag)
    select distinct product_id
    from product_images
    where picture_id in (select id from touched)
    union all
    select cache_tag_of_lists() where exists (select from touched);
    return null;
end $$;

-- What is left on a shelf. Lists show only whether there is anything: mostly that changes when a
-- shelf becomes empty, or is it no more.
create function cache_note_levels() returns trigger language plpgsql as $$
begin
    insert into cache_changes (tag)
    with moved as (
        select variant_id, before.units = 0 or after.units = 0 as is_turn
        from (
            select variant_id, location_id,
                greatest(on_hand - reserved - safety_stock, 0) as units
            from touched
        ) as after
        join (
            select variant_id, location_id,
                greatest(on_hand - reserved - safety_stock, 0) as units
            from untouched
        ) as before using (variant_id, location_id)
        where before.units <> after.units
    )
    select distinct variant_id from moved
    union all
    select cache_tag_of_lists()
    where exists (
        select from moved
        where is_turn
            -- Some units may be one too few for a bundle, or be owed already.
            or exists (select from bundle_parts where part_id = moved.variant_id)
            or exists (
                select from stock_terms
                where stock_terms.variant_id = moved.variant_id and backordered > 0
            )
    );
    return null;
end $$;
create trigger stock_levels_cache_updated after update on stock_levels
    referencing old table as untouched new table as touched
    for each statement execute function cache_note_levels();

do $$
declare
    noted record;
    happening record;
begin
    for noted in
        select * from (values
            ('products', 'cache_note_rows(''id'', ''lists'')'),
            ('variants', 'cache_note_rows(''product_id'', ''lists'')'),
            ('product_images', 'cache_note_rows(''product_id'', ''lists'')'),
            ('product_categories', 'cache_note_rows(''product_id'', ''lists'')'),
            ('product_options', 'cache_note_rows(''product_id'')'),
            ('product_option_values', 'cache_note_option_values()'),
            ('variant_option_values', 'cache_note_option_values()'),
            ('pictures', 'cache_note_pictures()'),
            ('bundle_parts', 'cache_note_rows(''bundle_id'', ''lists'')'),
            ('stock_terms', 'cache_note_rows(''variant_id'', ''lists'')'),
            ('stock_levels', 'cache_note_rows(''variant_id'', ''lists'')'),
            ('product_search', 'cache_note_all(''00000000-0000-0000-0000-000000000002'')'),
            ('brands', 'cache_note_all(''00000000-0000-0000-0000-000000000001'')'),
            ('categories', 'cache_note_all(''00000000-0000-0000-0000-000000000001'')'),
            ('product_types', 'cache_note_all(''00000000-0000-0000-0000-000000000001'')'),
            ('product_attributes', 'cache_note_all(''00000000-0000-0000-0000-000000000001'')'),
            ('stock_locations', 'cache_note_all(''00000000-0000-0000-0000-000000000001'')')
        ) as tables (name, note)
    loop
        for happening in
            select * from (values
                ('insert', 'inserted', 'new'),
                ('update', 'updated', 'new'),
                ('delete', 'deleted', 'old')
            ) as happenings (verb, past, rows_after)
            where not (noted.name = 'stock_levels' and verb = 'update')
        loop
            execute format(
                'create trigger %I after %s on %I referencing %s table as touched
                    for each statement execute function %s',
                noted.name || '_cache_' || happening.past, happening.verb, noted.name,
                happening.rows_after, noted.note
            );
        end loop;
    end loop;
end $$;
