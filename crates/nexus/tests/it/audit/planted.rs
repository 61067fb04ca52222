//! Rows that break an invariant: what it is, how it is planted, and which checks must name it,
//! no other.

/// Where a constraint stands in the way it is dropped, and `I25` names that too.
pub(super) const CASES: &[(&str, &str, &[&str])] = &[
    (
        "a total that is not the sum of its parts",
        "alter table orders drop constraint orders_total_adds_up;
         update orders set total_minor = total_minor - 1 where status = 'pending_payment'",
        &["I6", "I25"],
    ),
    (
        "a subtotal that is not the sum of the lines",
        "update orders set subtotal_minor = subtotal_minor - 1, total_minor = total_minor - 1
         where status = 'pending_payment'",
        &["I6"],
    ),
    (
        "a line beyond all numbers",
        "alter table order_lines drop constraint order_lines_total_multiplies;
         update order_lines set unit_price_minor = 9223372036854775807",
        &["I6", "I25"],
    ),
    (
        "an order without lines",
        "delete from order_lines
         where order_id = (select id from orders where status = 'pending_payment')",
        &["I5", "I6", "I18"],
    ),
    (
        "a cart in other money",
        "update carts set currency = 'USD' where state = 'ordered'",
        &["I7"],
    ),
    (
        "an attempt in other money",
        "update payment_attempts set currency = 'USD' where state = 'pending'",
        &["I7"],
    ),
    (
        "two captures that pay one order",
        "drop index captures_applied_key;
         update captures set disposition = 'applied',
             order_id = (select id from orders where status = 'paid')
         where disposition = 'surplus'",
        &["I8", "I10", "I11", "I14", "I25", "I29"],
    ),
    (
        "an order that came back without its units",
        "update captures set disposition = 'applied' where disposition = 'surplus';
         insert into order_history
         select order_id, 3, to_status, 'paid', '', now() from order_history
         where to_status = 'expired';
         update orders set status = 'paid', paid_at = closed_at, closed_at = null
         where status = 'expired'",
        &["I5", "I8", "I13", "I14", "I29", "I42"],
    ),
    (
        "late money that pays an order which never expired",
        "update payment_attempts set state = 'charged_late' where state = 'charged'",
        &["I11"],
    ),
    (
        "surplus money that nobody looks at",
        "delete from payment_reviews",
        &["I10", "I14"],
    ),
    (
        "a paid order without money",
        "delete from captures where disposition = 'applied'",
        &["I8", "I9", "I10", "I11", "I14", "I29", "I32"],
    ),
    (
        "less money than the order costs",
        "update captures set amount_minor = amount_minor - 1 where disposition = 'applied'",
        &["I8", "I11", "I29"],
    ),
    (
        "an unpaid order with money",
        "update captures set disposition = 'applied' where disposition = 'surplus'",
        &["I8", "I11", "I14", "I29"],
    ),
    (
        "money of another order",
        "update payment_attempts
         set order_id = (select id from orders where status = 'pending_payment')
         where state = 'charged'",
        &["I11"],
    ),
    (
        "evidence about another reference",
        "update captures set evidence = evidence || '{\"tx_ref\": \"nx-other\"}'",
        &["I11"],
    ),
    (
        "evidence from the other mode",
        "update captures set evidence = evidence || '{\"mode\": \"live\"}'",
        &["I11"],
    ),
    (
        "evidence of another amount",
        "update captures set evidence = evidence || '{\"amount_minor\": 1}'",
        &["I11"],
    ),
    (
        "evidence of a payment that is pending",
        "update captures set evidence = evidence || '{\"status\": \"pending\"}'",
        &["I11"],
    ),
    (
        "no evidence at all",
        "update captures set evidence = '{}'",
        &["I11"],
    ),
    (
        "a paid order without a receipt's job",
        "delete from jobs where kind = 'send_receipt'",
        &["I13"],
    ),
    (
        "two receipts' jobs",
        "alter table jobs drop constraint jobs_kind_unique_key;
         insert into jobs
         select gen_random_uuid(), kind, version, payload, unique_key, state, run_at, attempts,
             attempts_max, lease_version, last_error, created_at, finished_at
         from jobs
         where kind = 'send_receipt'",
        &["I13", "I25"],
    ),
    (
        "a receipt that is done and went nowhere",
        "update mails set state = 'sending', sent_at = null",
        &["I13"],
    ),
    (
        "a receipt for an unpaid order",
        "insert into mails (id, kind, subject_id, recipient_hash, message_id, created_at)
         select id, 'receipt', id, '', '<a@b>', now() from orders
         where status = 'pending_payment'",
        &["I13"],
    ),
    (
        "an order that is told as cancelled and is not",
        "insert into mails (id, kind, subject_id, recipient_hash, message_id, created_at)
         select id, 'order_cancelled', id, '', '<a@c>', now() from orders
         where status = 'pending_payment'",
        &["I85"],
    ),
    (
        "a mail about no order",
        "insert into mails (id, kind, subject_id, recipient_hash, message_id, created_at)
         values (gen_random_uuid(), 'order_placed', gen_random_uuid(), '', '<a@d>', now())",
        &["I85"],
    ),
    (
        "an order that was not announced",
        "update events set name = 'order.seen' where name = 'order.placed'",
        &["I14"],
    ),
    (
        "an order that was announced as paid twice",
        "insert into events
         select gen_random_uuid(), name, subject_id, (
             select max(sequence) + 1 from events as others
             where others.subject_id = events.subject_id
         ), payload, now() from events
         where name = 'order.paid'",
        &["I14"],
    ),
    (
        "money that was not announced",
        "update events set name = 'payment.seen' where name = 'payment.captured'",
        &["I14"],
    ),
    (
        "an event of no order",
        "insert into events
         values (gen_random_uuid(), 'order.placed', gen_random_uuid(), 1, '{}', now())",
        &["I14"],
    ),
    (
        "a gap in the events",
        "update events set sequence = 99 where name = 'payment.captured'",
        &["I15"],
    ),
    (
        "a key without its reply",
        "update idempotency_keys set status = null, body = null",
        &["I16"],
    ),
    (
        "a cart that asked for more",
        "update cart_items set quantity = quantity + 1",
        &["I18"],
    ),
    (
        "a cart that asked for less",
        "delete from cart_items",
        &["I18"],
    ),
    (
        "a cart that is open after its order",
        "update carts set state = 'open' where token_hash is not null",
        &["I18"],
    ),
    (
        "a history with a gap",
        "update order_history set sequence = 30 where sequence = 2",
        &["I19"],
    ),
    (
        "a life after the end",
        "alter table order_history drop constraint order_history_legal;
         insert into order_history
         select order_id, 3, to_status, 'paid', 'no', now() from order_history
         where to_status = 'expired'",
        &["I19", "I25"],
    ),
    (
        "a history that ends elsewhere",
        "update order_history set to_status = 'cancelled' where to_status = 'expired'",
        &["I14", "I19"],
    ),
    (
        "an order without a history",
        "delete from order_history",
        &["I14", "I19"],
    ),
    (
        "a job that nobody took over",
        "update jobs set state = 'running', run_at = run_at - interval '1 year',
             finished_at = null
         where kind = 'expire_order'",
        &["I20"],
    ),
    (
        "a job that was tried too often",
        "update jobs set attempts = attempts_max + 2",
        &["I20"],
    ),
    (
        "a promise that no refund made",
        "update captures set refunding_minor = refunding_minor + 1 where disposition = 'applied'",
        &["I9"],
    ),
    (
        "more given back than came in",
        "alter table captures drop constraint captures_given_back_within;
         update captures set refunded_minor = amount_minor + 1 where disposition = 'applied'",
        &["I9", "I25"],
    ),
    (
        "a refund of other money than came in",
        "update refunds set currency = 'USD' where state = 'processing'",
        &["I9", "I32"],
    ),
    (
        "a refund that its order forgot",
        "update orders set refunded_minor = 0",
        &["I9"],
    ),
    (
        "more units given back than were bought",
        "alter table line_refunds drop constraint line_refunds_quantity_within;
         update line_refunds set refunded_quantity = bought_quantity + 1",
        &["I9", "I25"],
    ),
    (
        "a line that was never paid so much",
        "update line_refunds set bought_quantity = bought_quantity + 1",
        &["I9"],
    ),
    (
        "a refund that its line forgot",
        "delete from line_refunds",
        &["I9"],
    ),
    (
        "a refund that is more than its lines",
        "update refund_lines set amount_minor = amount_minor - 1
         where refund_id = (
             select id from refunds where state = 'processing' order by id limit 1
         )",
        &["I9"],
    ),
    (
        "a step that was left out",
        "delete from refund_history where to_state = 'succeeded'",
        &["I33"],
    ),
    (
        "a refund that nobody asks for",
        "delete from jobs where kind = 'submit_refund'",
        &["I33"],
    ),
    (
        "a refund that was announced as another",
        "update events set name = 'refund.failed' where name = 'refund.succeeded'",
        &["I33"],
    ),
    (
        "two live refresh tokens",
        "drop index refresh_tokens_live_key;
         insert into refresh_tokens
         select '', session_id, created_at, expires_at, null from refresh_tokens limit 1",
        &["I22", "I25"],
    ),
    (
        "a refresh token of a session that had ended",
        "update sessions set revoked_reason = 'test', revoked_at = created_at - interval '1 hour'",
        &["I22"],
    ),
    (
        "a refresh token that outlives its session",
        "update sessions set expires_at = created_at",
        &["I22"],
    ),
    (
        "a constraint that was never validated",
        "alter table orders drop constraint orders_paid_when;
         alter table orders add constraint orders_paid_when check (id is not null) not valid",
        &["I25"],
    ),
    (
        "a unique key that is a check now",
        "alter table orders drop constraint orders_cart_id_key;
         alter table orders add constraint orders_cart_id_key check (id is not null)",
        &["I25"],
    ),
    (
        "an index that is not unique any more",
        "drop index carts_customer_open_key;
         create index carts_customer_open_key on carts (customer_id) where state = 'open'",
        &["I25"],
    ),
    (
        "an order before its sale",
        "update sales set starts_at = starts_at + interval '1 second'",
        &["I40"],
    ),
    (
        "an order after its sale",
        "update sales set starts_at = starts_at - interval '1 hour', ends_at = starts_at",
        &["I40"],
    ),
    (
        "an order past the queue",
        "update sale_queue_places set state = 'expired', used_at = null",
        &["I46"],
    ),
    (
        "a turn that was used for nothing",
        "update sale_queue_places set cart_id = gen_random_uuid()",
        &["I46"],
    ),
    (
        "somebody who was not called yet",
        "update sale_queues set called_number = 0",
        &["I45"],
    ),
    (
        "a draw that was not fair",
        "update sale_queues set last_number = 3, drawn_number = 3;
         insert into sale_queue_places (id, sale_id, cart_id, number, joined_at)
         select places.id, sales.id, gen_random_uuid(),
             1 + row_number() over (
                 order by sha256(convert_to(seed || places.id::text, 'UTF8')) desc
             ), starts_at - interval '1 second'
         from sales
         join sale_queues on sale_id = sales.id
         cross join (
             values ('00000000-0000-7000-8000-000000000001'::uuid),
                 ('00000000-0000-7000-8000-000000000002'::uuid)
         ) as places (id)",
        &["I45"],
    ),
    (
        "order numbers with a gap",
        "update orders set number = 1005 where number = 1003;
         update order_numbers set last_number = 1005",
        &["I28"],
    ),
    (
        "a counter that runs ahead",
        "update order_numbers set last_number = last_number + 1",
        &["I28"],
    ),
    (
        "a counter that stays behind",
        "update order_numbers set last_number = last_number - 1",
        &["I28"],
    ),
];
