-- A webhook that was stored before, to the byte: it is counted. One that is new ends the script
-- with an error.
\set i :i + 1
\set n :i * :clients + :client_id
\set k random(0, :replays - 1)
begin;
insert into webhooks_received
    (id, provider, body_hash, body, authenticity, event, tx_ref, received_at)
select (:prefix || 'a' || lpad(to_hex(:n::bigint), 15, '0'))::uuid, 'chapa', sha256(body), body,
    'signed', 'charge.failed/cancelled', tx_ref, now()
from bench.attempts
cross join lateral bench.message(concat('again-', :k::text), tx_ref) as body
where n = :k::bigint % :attempts
on conflict on constraint webhooks_received_body_key
    do update set received_count = webhooks_received.received_count + 1
returning received_count \gset webhook_
select 1 / (case when :webhook_received_count::bigint > 1 then 1 else 0 end);
commit;
