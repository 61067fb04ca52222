-- Owned by inventory: several locations, and movements as the only writer of what is on hand.
-- The release before knows one location: what it writes is at `main`.

create table stock_locations (
    id uuid constraint stock_locations_pkey primary key,
    code text not null constraint stock_locations_code_key unique,
    name text not null,
    -- The smaller one gives first.
    priority integer not null default 0,
    -- Regions of delivery addresses that it is near to, in lower case.
    regions text[] not null default '{}',
    -- What an inactive one has is not for sale.
    is_active boolean not null default true,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint stock_locations_code_form
        check (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(code) <= 40),
    constraint stock_locations_name_length check (length(name) between 1 and 120)
);
insert into stock_locations (id, code, name, created_at, updated_at)
values ('01900000-0000-7000-8000-000000000001', 'main', 'Main', now(), now());

alter table stock_levels
    add column location_id uuid not null default '01900000-0000-7000-8000-000000000001'
        constraint stock_levels_location_fkey references stock_locations (id),
    -- Units that are there and never offered.
    add column safety_stock bigint not null default 0,
    -- The sum of its movements, kept by their trigger.
    add column moved bigint not null default 0;
alter table stock_movements
    add column location_id uuid not null default '01900000-0000-7000-8000-000000000001',
    add column reason_code text,
    add column transfer_id uuid;
alter table reservations
    add column location_id uuid not null default '01900000-0000-7000-8000-000000000001';

alter table stock_movements drop constraint stock_movements_variant_id_fkey;
alter table reservations drop constraint reservations_variant_id_fkey;
alter table stock_levels
    drop constraint stock_levels_pkey,
    add constraint stock_levels_pkey primary key (variant_id, location_id),
    add constraint stock_levels_safety_not_negative check (safety_stock >= 0);
create index stock_levels_location on stock_levels (location_id, variant_id);

-- Validated by the next file.
alter table stock_movements add constraint stock_movements_level_fkey
    foreign key (variant_id, location_id) references stock_levels (variant_id, location_id)
    not valid;
alter table reservations add constraint reservations_level_fkey
    foreign key (variant_id, location_id) references stock_levels (variant_id, location_id)
    not valid;

-- A line may come from several locations, from each once.
alter table reservations
    drop constraint reservations_order_variant_key,
    add constraint reservations_order_level_key unique (order_id, variant_id, location_id);
alter table stock_movements drop constraint stock_movements_sale_once;
create unique index stock_movements_sale_once
    on stock_movements (order_id, variant_id, location_id) where kind = 'sale';

-- Each movement is between the shelf of a location and the account of its kind, so every row has
-- two sides: units never appear, they come from somewhere.
create table stock_movement_kinds (
    kind text constraint stock_movement_kinds_pkey primary key,
    account text not null,
    title text not null
);
insert into stock_movement_kinds (kind, account, title) values
    ('receipt', 'suppliers', 'Units that came from a supplier'),
    ('sale', 'customers', 'Units that left for a paid order'),
    ('return', 'customers', 'Units that a buyer sent back'),
    ('adjustment', 'differences', 'What was found to be more or less than was written down'),
    ('damage', 'losses', 'Units that nobody can sell any more'),
    ('transfer', 'transit', 'Units on their way from one location to another');

alter table stock_movements
    drop constraint stock_movements_kind_known,
    drop constraint stock_movements_sale_is_an_orders,
    add constraint stock_movements_kind_known check (kind in
        ('receipt', 'sale', 'return', 'adjustment', 'damage', 'transfer')) not valid,
    add constraint stock_movements_direction check (case kind
        when 'receipt' then quantity > 0 when 'return' then quantity > 0
        when 'sale' then quantity < 0 when 'damage' then quantity < 0
        else true end) not valid,
    add constraint stock_movements_order_named check (case kind
        when 'sale' then order_id is not null when 'return' then true
        else order_id is null end) not valid,
    add constraint stock_movements_reason_known check (reason_code is null
        or kind = 'adjustment' and reason_code in
            ('count', 'correction', 'found', 'lost', 'stolen', 'expired', 'used', 'other'))
        not valid,
    add constraint stock_movements_transfer_named
        check ((kind = 'transfer') = (transfer_id is not null)) not valid;
create unique index stock_movements_transfer_once
    on stock_movements (transfer_id, variant_id, location_id) where kind = 'transfer';

-- What happened, newest first.
create index stock_movements_newest on stock_movements (occurred_at desc, id desc);

update stock_levels set moved = on_hand;

-- Every movement is added to its level.
create function stock_note_movements() returns trigger language plpgsql as $$
begin
    update stock_levels
    set moved = stock_levels.moved + added.units
    from (
        select variant_id, location_id, sum(quantity)::bigint as units
        from added_movements
        group by variant_id, location_id
    ) as added
    where stock_levels.variant_id = added.variant_id
        and stock_levels.location_id = added.location_id;
    return null;
end $$;
create trigger stock_movements_noted after insert on stock_movements
    referencing new table as added_movements
    for each statement execute function stock_note_movements();

-- At the commit, what is on hand is what was moved. Statements that leave both alone, as all that
-- place orders do, are not looked at.
create function stock_refuse_unmoved() returns trigger language plpgsql as $$
begin
    if exists (
        select from stock_levels
        where variant_id = new.variant_id and location_id = new.location_id
            and on_hand <> moved
    ) then
        raise exception 'what is on hand changes by movements only'
            using errcode = 'restrict_violation', table = tg_table_name, constraint = tg_name;
    end if;
    return null;
end $$;
create constraint trigger stock_levels_moved after insert or update on stock_levels
    deferrable initially deferred for each row when (new.on_hand <> new.moved)
    execute function stock_refuse_unmoved();

-- What left one location has come to others, to the unit.
create function stock_refuse_half_transfer() returns trigger language plpgsql as $$
begin
    if (
        select sum(quantity) from stock_movements
        where kind = 'transfer' and transfer_id = new.transfer_id
            and variant_id = new.variant_id
    ) <> 0 then
        raise exception 'a transfer takes as many units as it brings'
            using errcode = 'restrict_violation', table = tg_table_name, constraint = tg_name;
    end if;
    return null;
end $$;
create constraint trigger stock_movements_transfer_whole after insert on stock_movements
    deferrable initially deferred for each row when (new.kind = 'transfer')
    execute function stock_refuse_half_transfer();

create function stock_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: move the units back instead', tg_table_name
        using errcode = 'restrict_violation', table = tg_table_name, constraint = tg_name;
end $$;
create trigger stock_movements_append_only before update or delete or truncate
    on stock_movements for each statement execute function stock_refuse_change();
