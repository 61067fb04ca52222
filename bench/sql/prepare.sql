-- What a measurement needs beside the seeded shop, in a schema of its own. Run once.

create schema bench;

-- Variants that can be bought, in an order that has nothing to do with their place on disk.
create table bench.shelf (
    n bigint primary key,
    variant_id uuid not null
);
insert into bench.shelf (n, variant_id)
select row_number() over (order by md5(sku)), variants.id
from variants
join products on products.id = variants.product_id
where variants.is_active and products.status = 'published' and variants.currency = 'ETB'
order by md5(sku)
limit :shelf_size;

-- Ample stock, with the movements that explain it: the books are audited in the end.
begin;
update stock_levels
set on_hand = on_hand + 1000000000
where variant_id in (select variant_id from bench.shelf);
insert into stock_movements (id, variant_id, kind, quantity, reason, occurred_at)
select gen_random_uuid(), variant_id, 'adjustment', 1000000000, 'ample stock', now()
from bench.shelf;
commit;

create table bench.products (
    n bigint primary key,
    product_id uuid not null,
    slug text not null
);
insert into bench.products (n, product_id, slug)
select row_number() over (order by md5(slug)), id, slug
from products
where status = 'published';

-- Carts are known by number: the load generator and the scripts make the same ids.
create function bench.cart(n bigint) returns uuid
language sql immutable
return ('01900000000070008' || lpad(to_hex(n), 15, '0'))::uuid;
