-- Owned by inventory: what 0077 says, said so that a plan looks at the variants that are asked for
-- and at no others, however many tables it joins beside them.

create or replace view stock_shelves as
select variants.id as variant_id, shelf.in_stock, shelf.available, shelf.backorder_kind,
    shelf.expected_at
from variants
cross join lateral (
    select free.units as in_stock,
        free.units + case
            when backorder_kind is null then 0 else backorder_max - backordered
        end as available,
        backorder_kind, expected_at
    from (
        select coalesce(sum(greatest(on_hand - reserved - safety_stock, 0)), 0)::bigint as units
        from stock_levels
        where stock_levels.variant_id = variants.id
            and location_id = any(array(select id from stock_locations where is_active))
    ) as levels
    left join stock_terms on stock_terms.variant_id = variants.id
    cross join lateral (
        select greatest(levels.units - coalesce(backordered, 0), 0) as units
    ) as free
    offset 0
) as shelf;

create or replace view stock_offers as
select variants.id as variant_id, offer.in_stock, offer.available, offer.backorder_kind,
    offer.expected_at
from variants
cross join lateral (
    select coalesce(made.in_stock, own.in_stock) as in_stock,
        coalesce(made.available, own.available) as available,
        case when made.available is null then own.backorder_kind else made.backorder_kind end
            as backorder_kind,
        case when made.available is null then own.expected_at else made.expected_at end
            as expected_at
    from stock_shelves as own
    cross join (
        select min(parts.in_stock / quantity) as in_stock,
            min(parts.available / quantity) as available,
            max(parts.backorder_kind) as backorder_kind, max(parts.expected_at) as expected_at
        from bundle_parts
        join stock_shelves as parts on parts.variant_id = part_id
        where bundle_id = variants.id
    ) as made
    where own.variant_id = variants.id
    offset 0
) as offer;

-- One row is enough: no plan is to hash all levels for the few that are asked for.
create or replace view stock_in_sight as
select id as variant_id
from variants
where case
    when (select true from bundle_parts where bundle_id = variants.id limit 1) then (
        select bool_and(in_stock >= quantity)
        from bundle_parts
        join stock_shelves on stock_shelves.variant_id = part_id
        where bundle_id = variants.id
    )
    else (
        select true
        from stock_levels
        where stock_levels.variant_id = variants.id and on_hand - reserved > safety_stock
            and location_id = any(array(select id from stock_locations where is_active))
        limit 1
    )
end;
