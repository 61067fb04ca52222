-- Owned by inventory: what is sold beyond the shelf, up to a limit and with a date.

alter table stock_terms
    -- None: nothing is sold that is not there.
    add column backorder_kind text,
    -- The most units that may be owed at once, and how many are.
    add column backorder_max bigint not null default 0,
    add column backordered bigint not null default 0,
    -- When the units are expected.
    add column expected_at timestamptz,
    add constraint stock_terms_backorder_kind_known
        check (backorder_kind in ('backorder', 'preorder')),
    add constraint stock_terms_backordered_within
        check (backordered >= 0 and backordered <= backorder_max);

-- Units of an order that were not there when it was placed. They are given in the order of their
-- sequence as units come.
create table backorders (
    id uuid constraint backorders_pkey primary key,
    sequence bigint generated always as identity constraint backorders_sequence_key unique,
    order_id uuid not null constraint backorders_order_fkey references orders (id)
        deferrable initially deferred,
    variant_id uuid not null constraint backorders_terms_fkey references stock_terms (variant_id),
    quantity bigint not null constraint backorders_quantity_positive check (quantity > 0),
    waiting bigint not null,
    filled bigint not null default 0,
    released bigint not null default 0,
    -- How often units came for it.
    fills integer not null default 0,
    -- What comes for a paid order leaves the shelf at once.
    is_paid boolean not null default false,
    -- Until when what comes for an unpaid one is held.
    expires_at timestamptz not null,
    created_at timestamptz not null,
    constraint backorders_order_key unique (order_id, variant_id),
    constraint backorders_add_up check (
        waiting >= 0 and filled >= 0 and released >= 0 and quantity = waiting + filled + released
    )
);
create index backorders_waiting on backorders (variant_id, sequence) where waiting > 0;

-- An order has units of a level from its placing, and then from each time that units came.
alter table reservations
    add column fill integer not null default 0,
    drop constraint reservations_order_level_key,
    add constraint reservations_order_level_key
        unique (order_id, variant_id, location_id, fill);
alter table stock_movements add column fill integer not null default 0;
drop index stock_movements_sale_once;
create unique index stock_movements_sale_once
    on stock_movements (order_id, variant_id, location_id, fill) where kind = 'sale';

-- What can be had of a variant: what is on the shelves and owed to nobody, and what may be owed
-- beyond it.
create view stock_offers as
select variants.id as variant_id,
    greatest(coalesce(shelf.units, 0) - coalesce(backordered, 0), 0) as in_stock,
    greatest(coalesce(shelf.units, 0) - coalesce(backordered, 0), 0)
        + coalesce(backorder_max - backordered, 0) as available
from variants
left join stock_terms on stock_terms.variant_id = variants.id
left join lateral (
    select sum(greatest(on_hand - reserved - safety_stock, 0))::bigint as units
    from stock_levels
    where stock_levels.variant_id = variants.id
        and location_id = any(array(select id from stock_locations where is_active))
) as shelf on true;

-- Owned by orders: which part of a line was not there when it was ordered, and when it was
-- expected.
alter table order_lines
    add column backordered bigint not null default 0,
    add column expected_at timestamptz,
    add constraint order_lines_backordered_within
        check (backordered >= 0 and backordered <= quantity) not valid;
