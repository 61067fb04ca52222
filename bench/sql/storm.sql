-- The first variant of the shelf has :units units left, with the movement that explains it: the
-- books are audited in the end.
begin;
create temporary table stormed on commit drop as
select stock_levels.variant_id, stock_levels.location_id,
    reserved + safety_stock + :units - on_hand as change
from stock_levels
join bench.shelf using (variant_id)
where n = 1;
update stock_levels
set on_hand = on_hand + change, version = version + 1
from stormed
where stock_levels.variant_id = stormed.variant_id
    and stock_levels.location_id = stormed.location_id;
insert into stock_movements (id, variant_id, location_id, kind, quantity, reason, occurred_at)
select gen_random_uuid(), variant_id, location_id, 'adjustment', change, 'a storm is coming', now()
from stormed;
commit;
