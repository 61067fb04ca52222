-- Owned by inventory: variants that are made of others.

create table bundles (
    variant_id uuid constraint bundles_pkey primary key
        constraint bundles_variant_fkey references variants (id),
    version bigint not null,
    updated_at timestamptz not null
);
create table bundle_parts (
    bundle_id uuid not null constraint bundle_parts_bundle_fkey references bundles (variant_id),
    part_id uuid not null constraint bundle_parts_part_fkey references variants (id),
    -- Units of the part in one unit of the bundle.
    quantity bigint not null
        constraint bundle_parts_quantity_bounded check (quantity between 1 and 1000),
    constraint bundle_parts_pkey primary key (bundle_id, part_id),
    constraint bundle_parts_not_itself check (part_id <> bundle_id)
);
create index bundle_parts_part on bundle_parts (part_id);

-- What can be had of a variant by itself. Where nothing more is sold beyond the stock, what is owed
-- may be less than the limit that was left for it.
create view stock_shelves as
select variants.id as variant_id,
    greatest(coalesce(shelf.units, 0) - coalesce(backordered, 0), 0) as in_stock,
    greatest(coalesce(shelf.units, 0) - coalesce(backordered, 0), 0)
        + case when backorder_kind is null then 0 else backorder_max - backordered end
        as available,
    backorder_kind, expected_at
from variants
left join stock_terms on stock_terms.variant_id = variants.id
left join lateral (
    select sum(greatest(on_hand - reserved - safety_stock, 0))::bigint as units
    from stock_levels
    where stock_levels.variant_id = variants.id
        and location_id = any(array(select id from stock_locations where is_active))
) as shelf on true;

-- Of a bundle there are as many as its parts make; it waits for the last of the parts that do.
create or replace view stock_offers as
select shelves.variant_id, coalesce(made.in_stock, shelves.in_stock) as in_stock,
    coalesce(made.available, shelves.available) as available,
    case when made.available is null then shelves.backorder_kind else made.backorder_kind end
        as backorder_kind,
    case when made.available is null then shelves.expected_at else made.expected_at end
        as expected_at
from stock_shelves as shelves
left join lateral (
    select min(parts.in_stock / quantity) as in_stock, min(parts.available / quantity) as available,
        max(parts.backorder_kind) as backorder_kind, max(parts.expected_at) as expected_at
    from bundle_parts
    join stock_shelves as parts on parts.variant_id = part_id
    where bundle_id = shelves.variant_id
) as made on true;

-- The variants of which a unit is on a shelf that sells, or in parts on such shelves.
create view stock_in_sight as
select variant_id
from stock_levels
where on_hand - reserved > safety_stock
    and location_id = any(array(select id from stock_locations where is_active))
    and not exists (select from bundle_parts where bundle_id = variant_id)
union all
select variant_id
from bundles
where (
    select coalesce(bool_and(in_stock >= quantity), false)
    from bundle_parts
    join stock_shelves on stock_shelves.variant_id = part_id
    where bundle_id = bundles.variant_id
);

-- Owned by orders: what one unit of a line was made of when it was ordered.
create table order_line_parts (
    order_id uuid not null,
    variant_id uuid not null,
    part_id uuid not null,
    quantity bigint not null constraint order_line_parts_quantity_positive check (quantity > 0),
    constraint order_line_parts_pkey primary key (order_id, variant_id, part_id),
    constraint order_line_parts_not_itself check (part_id <> variant_id),
    constraint order_line_parts_line_fkey foreign key (order_id, variant_id)
        references order_lines (order_id, variant_id)
);

-- What leaves a shelf for one unit of a line: its parts, or itself.
create view order_line_units as
select order_id, variant_id, variant_id as unit_id, 1::bigint as units
from order_lines
where not exists (
    select from order_line_parts
    where order_line_parts.order_id = order_lines.order_id
        and order_line_parts.variant_id = order_lines.variant_id
)
union all
select order_id, variant_id, part_id, quantity
from order_line_parts;

-- Owned by fulfilment: of a bundle its parts say where they were.
alter table fulfilment_items
    drop constraint fulfilment_items_pkey,
    alter column claimed_at drop not null,
    add constraint fulfilment_items_key
        unique nulls not distinct (fulfilment_id, variant_id, claimed_at);
create table fulfilment_parts (
    fulfilment_id uuid not null
        constraint fulfilment_parts_fulfilment_fkey references fulfilments (id),
    order_id uuid not null,
    variant_id uuid not null,
    part_id uuid not null,
    -- Where the order had claimed these units; the parcel may have left from elsewhere.
    claimed_at uuid not null,
    quantity bigint not null constraint fulfilment_parts_quantity_positive check (quantity > 0),
    constraint fulfilment_parts_pkey primary key (fulfilment_id, variant_id, part_id, claimed_at),
    constraint fulfilment_parts_part_fkey foreign key (order_id, variant_id, part_id)
        references order_line_parts (order_id, variant_id, part_id)
);
create index fulfilment_parts_part on fulfilment_parts (order_id, variant_id, part_id);

-- Units that nobody had brought yet were nowhere.
alter table cancellation_items
    drop constraint cancellation_items_pkey,
    alter column claimed_at drop not null,
    add constraint cancellation_items_key
        unique nulls not distinct (cancellation_id, variant_id, claimed_at);
create table cancellation_parts (
    cancellation_id uuid not null
        constraint cancellation_parts_cancellation_fkey references cancellations (id),
    order_id uuid not null,
    variant_id uuid not null,
    part_id uuid not null,
    claimed_at uuid,
    quantity bigint not null constraint cancellation_parts_quantity_positive check (quantity > 0),
    constraint cancellation_parts_key
        unique nulls not distinct (cancellation_id, variant_id, part_id, claimed_at),
    constraint cancellation_parts_part_fkey foreign key (order_id, variant_id, part_id)
        references order_line_parts (order_id, variant_id, part_id)
);
create index cancellation_parts_part on cancellation_parts (order_id, variant_id, part_id);

-- Orders that were called off before they were paid say also what they waited for.
insert into cancellation_items (cancellation_id, order_id, variant_id, quantity)
select cancellations.id, cancellations.order_id, backorders.variant_id, released
from cancellations
join backorders on backorders.order_id = cancellations.order_id and released > 0
where not is_restocked;
insert into fulfilment_lines (order_id, variant_id, ordered_quantity, cancelled_quantity)
select order_id, variant_id, order_lines.quantity, order_lines.quantity
from cancellation_items
join order_lines using (order_id, variant_id)
where claimed_at is null
on conflict on constraint fulfilment_lines_pkey do update
set cancelled_quantity = excluded.cancelled_quantity;

-- What left shelves in parcels, and what was to and will not: bundles by their parts.
create view fulfilment_units as
select fulfilment_id, order_id, variant_id as unit_id, claimed_at, quantity
from fulfilment_items
where claimed_at is not null
union all
select fulfilment_id, order_id, part_id, claimed_at, quantity
from fulfilment_parts;

create view cancellation_units as
select cancellation_id, order_id, variant_id as unit_id, claimed_at, quantity
from cancellation_items
where claimed_at is not null
union all
select cancellation_id, order_id, part_id, claimed_at, quantity
from cancellation_parts
where claimed_at is not null;
