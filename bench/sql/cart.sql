-- A first line for a guest's empty cart, if the shelf has it. Each cart is used once; a cart that
-- does not exist ends the script with an error.
\set i :i + 1
\set n :first + :i * :clients + :client_id
\set v random(1, :shelf)
begin;
select state, version
from carts
where id = bench.cart(:n)
for update \gset cart_
insert into cart_items (id, cart_id, variant_id, quantity, created_at)
select (:prefix || '8' || lpad(to_hex(:n::bigint), 15, '0'))::uuid, bench.cart(:n), variants.id,
    1, now()
from bench.shelf
join variants on variants.id = shelf.variant_id
join products on products.id = variants.product_id
join stock_levels on stock_levels.variant_id = variants.id
where shelf.n = :v and variants.is_active and products.status = 'published'
    and on_hand - reserved >= 1
on conflict (cart_id, variant_id) do update
set quantity = cart_items.quantity + excluded.quantity;
update carts
set version = version + 1, updated_at = now()
where id = bench.cart(:n);
commit;
