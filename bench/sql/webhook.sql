-- A webhook that was never seen, and the job that looks at it.
\set i :i + 1
\set n :i * :clients + :client_id
begin;
insert into webhooks_received
    (id, provider, body_hash, body, authenticity, event, tx_ref, received_at)
select (:prefix || '8' || lpad(to_hex(:n::bigint), 15, '0'))::uuid, 'chapa', sha256(body), body,
    'signed', 'charge.failed/cancelled', tx_ref, now()
from bench.attempts
cross join lateral bench.message(concat('sql-', :prefix::text, '-', :n::text), tx_ref) as body
where n = :n::bigint % :attempts
on conflict on constraint webhooks_received_body_key
    do update set received_count = webhooks_received.received_count + 1
returning id, received_count \gset webhook_
insert into jobs (id, kind, version, payload, unique_key, attempts_max, run_at, created_at)
values ((:prefix || '9' || lpad(to_hex(:n::bigint), 15, '0'))::uuid, 'process_payment_webhook', 1,
    jsonb_build_object('webhook_id', :webhook_id::text), :webhook_id, 12, now(), now())
on conflict (kind, unique_key) do nothing;
commit;
