//! Units that are not where the books of the shelf say, and guards of the shelf that are gone.

/// As in `planted`.
pub(super) const CASES: &[(&str, &str, &[&str])] = &[
    (
        "a unit from nowhere",
        "update stock_levels set on_hand = on_hand + 1",
        &["I1", "I4"],
    ),
    (
        "a receipt that was written down as more",
        "update stock_movements set quantity = quantity + 1 where kind = 'receipt'",
        &["I1", "I4"],
    ),
    (
        "a receipt that was made up together with its units",
        "update stock_movements set quantity = quantity + 1 where kind = 'receipt';
         update stock_levels set on_hand = on_hand + 1
         where (variant_id, location_id) in
             (select variant_id, location_id from stock_movements where kind = 'receipt')",
        &["I1"],
    ),
    (
        "units that are at another location than their movements say",
        "update stock_movements set location_id = (
             select location_id from stock_movements where kind = 'transfer' and quantity > 0
         )
         where kind = 'receipt'
             and variant_id in (select variant_id from stock_movements where kind = 'transfer')",
        &["I1", "I4"],
    ),
    (
        "a transfer that lost a unit on its way",
        "update stock_movements set quantity = quantity - 1
         where kind = 'transfer' and quantity > 0;
         update stock_levels set on_hand = on_hand - 1, moved = moved - 1
         where (variant_id, location_id) in (
             select variant_id, location_id from stock_movements
             where kind = 'transfer' and quantity > 0
         )",
        &["I34"],
    ),
    (
        "a difference that is not what was counted",
        "update stock_count_lines set counted = counted + 1",
        &["I35"],
    ),
    (
        "a count that was moved and not applied",
        "update stock_counts set state = 'cancelled'",
        &["I35"],
    ),
    (
        "a count that may be moved twice",
        "drop index stock_movements_count_once",
        &["I25"],
    ),
    (
        "a movement that can be changed",
        "drop trigger stock_movements_append_only on stock_movements",
        &["I25"],
    ),
    (
        "a shelf that may be written without a movement",
        "drop trigger stock_levels_moved on stock_levels",
        &["I25"],
    ),
    (
        "a shelf of which only the insertion is looked at",
        "drop trigger stock_levels_moved on stock_levels;
         create trigger stock_levels_moved after insert on stock_levels
             for each row execute function stock_refuse_unmoved()",
        &["I25"],
    ),
    (
        "more of a limit than orders use",
        "update allowances set used = used - 1 where used > 0",
        &["I41"],
    ),
    (
        "a limit that was passed",
        "alter table allowances drop constraint allowances_within;
         update allowances set used_max = used - 1 where used > 0",
        &["I25", "I41"],
    ),
    (
        "an order that has given back what it still has",
        "update allowance_uses set ended_at = now() where ended_at is null;
         update allowances set used = 0",
        &["I42"],
    ),
    (
        "an order that is gone and still counts",
        "update allowance_uses set ended_at = null
         where order_id in (select id from orders where status = 'expired');
         update allowances set used = (
             select coalesce(sum(quantity), 0) from allowance_uses
             where allowance_uses.key = allowances.key and ended_at is null
         )",
        &["I42"],
    ),
    (
        "less owed than orders wait for",
        "update stock_terms set backordered = backordered - 1 where backordered > 0",
        &["I43"],
    ),
    (
        "an order that waits for nothing any more",
        "update backorders set waiting = 0, released = quantity;
         update stock_terms set backordered = 0",
        &["I5"],
    ),
    (
        "an unpaid order for which units would leave the shelf",
        "update backorders set is_paid = true",
        &["I5", "I43"],
    ),
    (
        "more owed than may be",
        "alter table stock_terms drop constraint stock_terms_backordered_within;
         update stock_terms set backorder_max = 1 where backordered > 0",
        &["I25", "I43"],
    ),
    (
        "a bundle within a bundle",
        "insert into bundle_parts (bundle_id, part_id, quantity)
         select part_id, bundle_id, 1 from bundle_parts",
        &["I44"],
    ),
    (
        "a bundle that is sold beyond a stock that it cannot have",
        "insert into stock_terms
             (variant_id, backorder_kind, backorder_max, counted_since, updated_at)
         select variant_id, 'backorder', 1, updated_at, updated_at from bundles",
        &["I44"],
    ),
    (
        "a line that was made of something else",
        "insert into order_line_parts (order_id, variant_id, part_id, quantity)
         select orders.id, variant_id, (select variant_id from bundles), 1
         from orders
         join order_lines on order_id = orders.id
         where status = 'pending_payment'
             and variant_id not in (select variant_id from bundles)",
        &["I5"],
    ),
    (
        "a part that left without its bundle",
        "insert into fulfilment_parts
             (fulfilment_id, order_id, variant_id, part_id, claimed_at, quantity)
         select fulfilments.id, order_line_parts.order_id, variant_id, part_id, location_id, 1
         from fulfilments
         cross join order_line_parts
         where number = 1",
        &["I47", "I66"],
    ),
    (
        "a part that was called off without its bundle",
        "insert into cancellation_parts
             (cancellation_id, order_id, variant_id, part_id, quantity)
         select cancellations.id, order_line_parts.order_id, variant_id, part_id, 1
         from cancellations
         cross join order_line_parts",
        &["I47"],
    ),
    (
        "more reserved than is there",
        "alter table stock_levels drop constraint stock_levels_available_not_negative;
         update stock_levels set reserved = on_hand + 1",
        &["I2", "I3", "I25"],
    ),
    (
        "a reservation that nobody holds",
        "update stock_levels set reserved = reserved + 1 where reserved < on_hand",
        &["I3"],
    ),
    (
        "a sale that was forgotten",
        "delete from stock_movements where kind = 'sale'",
        &["I1", "I4", "I5"],
    ),
    (
        "units held for less than the line asks",
        "update reservations set quantity = 1 where state = 'held';
         update stock_levels set reserved = 1 where reserved > 0",
        &["I5"],
    ),
    (
        "an expired order that holds its units",
        "update reservations set state = 'held', ended_at = null where state = 'released';
         update stock_levels set reserved = (
             select coalesce(sum(quantity), 0) from reservations
             where state = 'held' and reservations.variant_id = stock_levels.variant_id
                 and reservations.location_id = stock_levels.location_id
         )",
        &["I5"],
    ),
    (
        "a second reservation behind the first",
        "alter table reservations drop constraint reservations_order_level_key;
         insert into reservations
             (id, order_id, variant_id, quantity, state, expires_at, created_at, ended_at)
         select gen_random_uuid(), order_id, variant_id, quantity, state, expires_at, created_at,
             ended_at
         from reservations
         where state = 'released'",
        &["I5", "I25"],
    ),
];
