-- The payments that webhooks speak of, and the text of a webhook: the load generator makes the
-- same. Run once, when the payments have begun.

create table bench.attempts (
    n bigint primary key,
    tx_ref text not null
);
insert into bench.attempts (n, tx_ref)
select row_number() over (order by tx_ref collate "C") - 1, tx_ref
from payment_attempts
order by tx_ref collate "C";

create function bench.message(number text, tx_ref text) returns bytea
language sql immutable
return convert_to(replace(replace(:'template', 'NUMBER', number), 'TX_REF', tx_ref), 'UTF8');

-- The sides must agree on every byte, or a replay would be something new.
select encode(sha256(bench.message('again-0', tx_ref)), 'hex')
from bench.attempts
where n = 0;
