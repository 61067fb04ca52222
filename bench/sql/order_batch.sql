-- As order.sql, for :batch orders in one transaction: as many statements as for one.
\set i :i + 1
\set n :first + (:i * :clients + :client_id) * :batch
begin;
select count(*) as carts
from (
    select id
    from carts
    where id >= bench.cart(:n) and id < bench.cart(:n::bigint + :batch::bigint) and state = 'open'
    order by id
    for update
) as locked
having count(*) = :batch::bigint \gset
with wanted as (
    select variant_id, sum(quantity)::bigint as quantity
    from cart_items
    where cart_id in (
        select bench.cart(k) from generate_series(:n::bigint, :n::bigint + :batch - 1) as k
    )
    group by variant_id
), shelf as materialized (
    select stock_levels.variant_id
    from stock_levels
    join wanted using (variant_id)
    order by stock_levels.variant_id
    for update of stock_levels
)
update stock_levels
set reserved = reserved + wanted.quantity
from wanted
join shelf using (variant_id)
where stock_levels.variant_id = wanted.variant_id
    and on_hand - reserved >= wanted.quantity
returning stock_levels.variant_id;
insert into reservations (id, order_id, variant_id, quantity, expires_at, created_at)
select (:prefix || '8' || lpad(to_hex(k * 2 + row_number() over (partition by k)), 15, '0'))::uuid,
    (:prefix || '8' || lpad(to_hex(k), 15, '0'))::uuid, variant_id, quantity,
    now() + interval '1 hour', now()
from generate_series(:n::bigint, :n::bigint + :batch - 1) as k
join cart_items on cart_id = bench.cart(k);
update order_numbers
set last_number = last_number + :batch::bigint
returning last_number \gset
insert into orders
    (id, number, cart_id, token_hash, email, phone, language, shipping_address, note, currency,
     subtotal_minor, total_minor, placed_at, expires_at)
select (:prefix || '8' || lpad(to_hex(k), 15, '0'))::uuid,
    :last_number::bigint - :batch::bigint + row_number() over (order by k), carts.id, token_hash,
    'abebe@example.com', '+251911223344', 'en',
    '{"name": "Abebe Bikila", "country": "ET", "region": "Addis Ababa", "city": "Bole",
      "woreda": "03", "kebele": "", "line": "", "landmark": "behind Edna Mall"}',
    '', carts.currency, quote.total, quote.total, now(), now() + interval '1 hour'
from generate_series(:n::bigint, :n::bigint + :batch - 1) as k
join carts on carts.id = bench.cart(k)
cross join lateral (
    select sum(price_minor * quantity)::bigint as total
    from cart_items
    join variants on variants.id = cart_items.variant_id
    where cart_id = carts.id
) as quote;
insert into order_lines
    (id, order_id, position, variant_id, product_id, sku, title, options, unit_price_minor,
     quantity, total_minor)
select (:prefix || '8' || lpad(to_hex(k * 2 + row_number() over (partition by k)), 15, '0'))::uuid,
    (:prefix || '8' || lpad(to_hex(k), 15, '0'))::uuid,
    row_number() over (partition by k) - 1,
    variants.id, products.id, sku, products.title,
    coalesce((
        select jsonb_agg(jsonb_build_array(options.name, chosen.label) order by options.position)
        from variant_option_values
        join product_options as options on options.id = variant_option_values.option_id
        join product_option_values as chosen on chosen.id = variant_option_values.value_id
        where variant_id = variants.id
    ), '[]'),
    price_minor, quantity, price_minor * quantity
from generate_series(:n::bigint, :n::bigint + :batch - 1) as k
join cart_items on cart_id = bench.cart(k)
join variants on variants.id = cart_items.variant_id
join products on products.id = variants.product_id;
insert into order_history (order_id, sequence, to_status, reason, occurred_at)
select (:prefix || '8' || lpad(to_hex(k), 15, '0'))::uuid, 1, 'pending_payment',
    'placed by the shopper', now()
from generate_series(:n::bigint, :n::bigint + :batch - 1) as k;
insert into events (id, name, subject_id, sequence, payload, occurred_at)
select id, 'order.placed', id, 1,
    jsonb_build_object('order_id', id, 'number', number,
        'total', jsonb_build_object('amount', total_minor, 'currency', currency),
        'expires_at', expires_at),
    placed_at
from generate_series(:n::bigint, :n::bigint + :batch - 1) as k
join orders on id = (:prefix || '8' || lpad(to_hex(k), 15, '0'))::uuid;
insert into jobs (id, kind, version, payload, unique_key, attempts_max, run_at, created_at)
select id, 'expire_order', 1, jsonb_build_object('order_id', id), id::text, 200, expires_at,
    placed_at
from generate_series(:n::bigint, :n::bigint + :batch - 1) as k
join orders on id = (:prefix || '8' || lpad(to_hex(k), 15, '0'))::uuid;
update carts
set state = 'ordered', version = version + 1, updated_at = now()
where id >= bench.cart(:n) and id < bench.cart(:n::bigint + :batch::bigint);
commit;
