-- A past of :orders orders, by the seed :seed: the same seed writes the same shop. Nine in ten are
-- paid, the others expired, spread over the 365 days before :until. Every row is written that the
-- server writes, so that the whole audit is clean; what is booked waits to be sealed.
--
-- Foreign keys and triggers stand aside: their work is the audit's here, and a million orders are
-- some twenty million rows.

set session_replication_role = replica;
set synchronous_commit = off;
set work_mem = '128MB';

create function bench.born(at timestamptz, kind text, n bigint) returns uuid
language sql immutable as $$
    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7'
        || substr(hash, 1, 3) || '8' || substr(hash, 4, 15))::uuid
    from (select md5(kind || n)) as hashed (hash)
$$;

create temporary table past as
select n, at, is_paid, bench.born(at, :'seed' || 'order', n) as order_id,
    bench.born(at, :'seed' || 'cart', n) as cart_id,
    bench.born(at, :'seed' || 'attempt', n) as attempt_id,
    bench.born(at, :'seed' || 'capture', n) as capture_id,
    at + interval '1 hour' as expires_at,
    at + case when is_paid then interval '3 minutes' else interval '1 hour' end as ended_at,
    1 + (hash >> 8) % 3 as lines_count, 'nx-' || md5(:'seed' || 'tx_ref' || n) as tx_ref,
    'AP' || upper(substr(md5(:'seed' || 'reference' || n), 1, 12)) as reference
from (
    select n, :'until'::timestamptz - interval '365 days'
            + n * interval '365 days' / :orders as at,
        hashint8extended(n, :seed) & 9223372036854775807 as hash,
        (hashint8extended(n, :seed) & 9223372036854775807) % 10 < 9 as is_paid
    from generate_series(1, :orders) as n
) as numbered;
create unique index on past (n);

create temporary table shelf as
select shelf.n, variant_id, product_id, sku, title, price_minor
from bench.shelf
join variants on variants.id = variant_id
join products on products.id = product_id;
create unique index on shelf (n);
analyze shelf;

-- Each line draws from a third of the shelf of its own.
create temporary table lines as
select past.n, line, quantity, variant_id, product_id, sku, title, price_minor,
    price_minor * quantity as total_minor
from (
    select n, line, 1 + (hash >> 40) % 3 as quantity,
        1 + line * (:shelf / 3) + hash % (:shelf / 3) as place
    from past
    cross join lateral generate_series(0, lines_count - 1) as line
    cross join lateral (
        select hashint8extended(n * 4 + line, :seed) & 9223372036854775807
    ) as hashed (hash)
) as drawn
join past using (n)
join shelf on shelf.n = place;
analyze lines;

create temporary table totals as
select n, sum(total_minor)::bigint as total_minor, sum(total_minor)::bigint * 35 / 1000 as fee_minor
from lines
group by n;
create unique index on totals (n);
analyze past;
analyze totals;

insert into carts (id, token_hash, currency, state, version, created_at, updated_at)
select cart_id, sha256('bench'), 'ETB', 'ordered', 2, at, at
from past;
insert into cart_items (id, cart_id, variant_id, quantity, created_at)
select bench.born(at, :'seed' || 'item', n * 4 + line), cart_id, variant_id, quantity, at
from past
join lines using (n);

insert into orders
    (id, number, cart_id, token_hash, email, phone, language, shipping_address, currency,
     subtotal_minor, total_minor, status, version, placed_at, expires_at, paid_at, closed_at)
select order_id, last_number + n, cart_id, sha256('bench'), 'abebe' || n || '@example.com',
    '+251911223344', 'en',
    '{"name": "Abebe Bikila", "country": "ET", "region": "Addis Ababa", "city": "Bole",
      "woreda": "03", "kebele": "", "line": "", "landmark": "behind Edna Mall"}',
    'ETB', total_minor, total_minor, case when is_paid then 'paid' else 'expired' end, 2, at,
    expires_at, case when is_paid then ended_at end, case when not is_paid then ended_at end
from past
join totals using (n)
cross join order_numbers
order by n;
update order_numbers
set last_number = last_number + :orders;
insert into order_lines
    (id, order_id, position, variant_id, product_id, sku, title, options, unit_price_minor,
     quantity, total_minor)
select bench.born(at, :'seed' || 'line', n * 4 + line), order_id, line, variant_id, product_id,
    sku, title, '[]', price_minor, quantity, total_minor
from past
join lines using (n);
insert into order_history (order_id, sequence, from_status, to_status, reason, occurred_at)
select order_id, 1, null, 'pending_payment', 'placed by the shopper', at
from past
union all
select order_id, 2, 'pending_payment', case when is_paid then 'paid' else 'expired' end, '',
    ended_at
from past;

insert into reservations
    (id, order_id, variant_id, quantity, state, expires_at, created_at, ended_at)
select bench.born(at, :'seed' || 'reservation', n * 4 + line), order_id, variant_id, quantity,
    case when is_paid then 'claimed' else 'released' end, expires_at, at, ended_at
from past
join lines using (n);
insert into stock_movements (id, variant_id, kind, quantity, order_id, occurred_at)
select bench.born(ended_at, :'seed' || 'sale', n * 4 + line), variant_id, 'sale', -quantity,
    order_id, ended_at
from past
join lines using (n)
where is_paid;
update stock_levels
set on_hand = on_hand - sold, moved = moved - sold
from (
    select variant_id, sum(quantity) as sold
    from past
    join lines using (n)
    where is_paid
    group by variant_id
) as sales
where sales.variant_id = stock_levels.variant_id;

insert into payment_attempts
    (id, order_id, provider, tx_ref, amount_minor, currency, mode, state, checkout_url,
     provider_reference, created_at, updated_at, expires_at, charged_at)
select attempt_id, order_id, 'chapa', tx_ref, total_minor, 'ETB', 'test',
    case when is_paid then 'charged' else 'expired' end, 'https://checkout.example/' || tx_ref,
    case when is_paid then reference end, at, ended_at, expires_at,
    case when is_paid then ended_at end
from past
join totals using (n);
insert into captures
    (id, attempt_id, order_id, provider, provider_reference, amount_minor, currency, fee_minor,
     disposition, evidence, captured_at)
select capture_id, attempt_id, order_id, 'chapa', reference, total_minor, 'ETB', fee_minor,
    'applied', jsonb_build_object('operation', 'verify', 'status', 'success', 'tx_ref', tx_ref,
        'amount_minor', total_minor, 'currency', 'ETB', 'mode', 'test', 'reference', reference),
    ended_at
from past
join totals using (n)
where is_paid;

insert into ledger_transfers
    (id, fact, leg, debit_account, credit_account, amount_minor, currency, order_id, memo,
     posted_at)
select bench.born(ended_at, :'seed' || 'transfer', n * 4 + leg), 'capture:' || capture_id, leg,
    debit, credit, minor, 'ETB', order_id, 'a charge', ended_at
from past
join totals using (n)
cross join lateral (
    values (1, 'held:chapa', 'orders', total_minor), (2, 'provider_fees', 'held:chapa', fee_minor)
) as legs (leg, debit, credit, minor)
where is_paid and minor > 0
order by n, leg;
insert into ledger_unsealed (transfer_id)
select id
from ledger_transfers
where not exists (select from ledger_chain where transfer_id = id)
on conflict do nothing;

insert into events (id, name, subject_id, sequence, payload, occurred_at)
select bench.born(at, :'seed' || 'event', n * 4), 'order.placed', order_id, 1,
    jsonb_build_object('order_id', order_id, 'total',
        jsonb_build_object('amount', total_minor, 'currency', 'ETB')), at
from past
join totals using (n)
union all
select bench.born(ended_at, :'seed' || 'event', n * 4 + 1),
    case when is_paid then 'order.paid' else 'order.expired' end, order_id, 2,
    jsonb_build_object('order_id', order_id), ended_at
from past
union all
select bench.born(ended_at, :'seed' || 'event', n * 4 + 2), 'payment.captured', order_id, 3,
    jsonb_build_object('attempt_id', attempt_id, 'order_id', order_id, 'amount',
        jsonb_build_object('amount', total_minor, 'currency', 'ETB')), ended_at
from past
join totals using (n)
where is_paid;

insert into jobs
    (id, kind, version, payload, unique_key, state, run_at, attempts, attempts_max, created_at,
     finished_at)
select bench.born(at, :'seed' || 'expire', n), 'expire_order', 1,
    jsonb_build_object('order_id', order_id), order_id::text, 'done', expires_at, 1, 200, at,
    expires_at
from past
union all
select bench.born(ended_at, :'seed' || 'receipt', n), 'send_receipt', 1,
    jsonb_build_object('order_id', order_id), order_id::text, 'done', ended_at, 1, 36, ended_at,
    ended_at
from past
where is_paid
union all
select bench.born(at, :'seed' || 'check', n), 'check_payment', 1,
    jsonb_build_object('attempt_id', attempt_id), attempt_id::text, 'done', ended_at, 1, 12, at,
    ended_at
from past;
insert into mails
    (id, kind, subject_id, recipient_hash, message_id, state, created_at, sent_at)
select bench.born(ended_at, :'seed' || 'mail', n), 'receipt', order_id, sha256('bench'),
    '<' || order_id || '@shop.example>', 'sent', ended_at, ended_at
from past
where is_paid;

drop table past, lines, totals, shelf;
drop function bench.born;
set session_replication_role = origin;
vacuum (analyze);
