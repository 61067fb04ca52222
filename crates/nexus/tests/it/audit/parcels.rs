//! Parcels and what was called off that do not say the same as their order.

/// As in `planted`.
pub(super) const CASES: &[(&str, &str, &[&str])] = &[
    (
        "a unit that was shipped twice",
        "update fulfilment_items set quantity = quantity + 3
         where fulfilment_id = (select id from fulfilments where number = 2)",
        &["I65", "I66"],
    ),
    (
        "more shipped than was ordered",
        "alter table fulfilment_lines drop constraint fulfilment_lines_within;
         update fulfilment_lines set shipped_quantity = 5 where shipped_quantity = 2;
         update fulfilment_items set quantity = 4
         where fulfilment_id = (select id from fulfilments where number = 2)",
        &["I25", "I65", "I66", "I67"],
    ),
    (
        "a parcel whose units nobody counted",
        "update fulfilment_lines set delivered_quantity = 0 where delivered_quantity = 1",
        &["I65"],
    ),
    (
        "a line that is said to be longer",
        "update fulfilment_lines set ordered_quantity = ordered_quantity + 1",
        &["I65"],
    ),
    (
        "a parcel of an order that nobody paid",
        "update fulfilments set order_id = (
             select id from orders where status = 'pending_payment'
         ) where number = 2",
        &["I65", "I66"],
    ),
    (
        "units from a location where the order has none",
        "update fulfilment_items set claimed_at = (
             select id from stock_locations where code = 'depot'
         )",
        &["I66"],
    ),
    (
        "a parcel that arrived and nobody was told",
        "delete from events where name = 'order.delivered'",
        &["I15", "I67"],
    ),
    (
        "an order that is further than its parcels",
        "update orders set fulfilment_status = 'delivered' where fulfilment_status <> 'unfulfilled'",
        &["I19", "I67"],
    ),
    (
        "a history of parcels that begins in the middle",
        "update order_history set from_status = 'shipped', to_status = 'delivered'
         where aspect = 'fulfilment'",
        &["I19"],
    ),
    (
        "units that were called off and are not on the shelf",
        "update stock_movements set order_id = null where kind = 'return'",
        &["I68"],
    ),
    (
        "units that were called off elsewhere",
        "update cancellation_items set claimed_at = (
             select id from stock_locations where code = 'depot'
         )",
        &["I66", "I68"],
    ),
    (
        "more to come back than was shipped",
        "alter table fulfilment_lines drop constraint fulfilment_lines_returned_within;
         update fulfilment_lines set returned_quantity = 3 where returned_quantity = 2",
        &["I25", "I69"],
    ),
    (
        "a unit that came back and no movement says so",
        "alter table return_lines drop constraint return_lines_settled_within;
         update return_lines set written_off_quantity = 0",
        &["I25", "I68", "I69"],
    ),
    (
        "money for what came that no refund promised",
        "delete from return_refunds",
        &["I69"],
    ),
    (
        "a unit that was sent and is still on the shelf",
        "delete from return_exchanges",
        &["I69"],
    ),
    (
        "a return that is said to be on its way",
        "update returns set state = 'approved', received_at = null",
        &["I69", "I70"],
    ),
    (
        "a return without a history",
        "delete from return_history",
        &["I70"],
    ),
    (
        "a return that nobody was told of",
        "update events set name = 'return.rejected' where name = 'return.received'",
        &["I70"],
    ),
    (
        "an order that knows of no return",
        "update orders set return_status = 'none' where return_status = 'returned'",
        &["I19", "I70"],
    ),
    (
        "an invoice whose number was left out",
        "update invoices set number = 7 where kind = 'invoice'",
        &["I71", "I72"],
    ),
    (
        "an invoice of another amount",
        "update invoices set total_minor = total_minor + 1 where kind = 'invoice'",
        &["I72"],
    ),
    (
        "a credit note of more than went back",
        "update invoices set total_minor = total_minor + 1 where kind = 'credit_note'",
        &["I72"],
    ),
    (
        "an invoice that is gone",
        "delete from invoices where kind = 'invoice'",
        &["I71", "I72"],
    ),
];
