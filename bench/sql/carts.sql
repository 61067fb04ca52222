-- Guests' carts number :first to :last, with :lines lines each. A line's variant is drawn from a
-- part of the shelf of its own, :part variants wide, so that no cart has one twice.

insert into carts (id, token_hash, currency, created_at, updated_at)
select bench.cart(n), sha256(:'token'::bytea), 'ETB', now(), now()
from generate_series(:first::bigint, :last::bigint) as n
-- Those that were made before and not used.
on conflict do nothing;

insert into cart_items (id, cart_id, variant_id, quantity, created_at)
select gen_random_uuid(), bench.cart(carts.n), shelf.variant_id, 1, now()
from generate_series(:first::bigint, :last::bigint) as carts (n)
cross join generate_series(0, :lines - 1) as line
join bench.shelf on shelf.n
    = 1 + line * :part + (hashint8extended(carts.n, line) & 9223372036854775807) % :part
on conflict do nothing;
