//! Flash sales: orders and the times of what they ordered.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 1] = [
    // Staff have the shelves of a sale to themselves while they open or move it, so no order was
    // decided by other times. What was ordered before it was opened is as it was.
    Invariant {
        id: "I40",
        title: "nothing of a sale is ordered before it starts or after it ends",
        counted: "select count(*) from sale_variants",
        broken: "
        select format('order %s', orders.id),
            format('it was placed at %s and %s was on sale from %s to %s', placed_at, variant_id,
                starts_at, coalesce(ends_at::text, 'now'))
        from sale_variants
        join sales on sales.id = sale_variants.sale_id
        join order_lines using (variant_id)
        join orders on orders.id = order_lines.order_id
        where placed_at > added_at and (placed_at < starts_at or placed_at >= ends_at)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
];
