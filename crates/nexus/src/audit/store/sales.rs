//! Flash sales: orders and the times of what they ordered, queues and whose turn it was.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 3] = [
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
    // Whoever came before the start stands as the draw's seed says, for anybody to repeat.
    Invariant {
        id: "I45",
        title: "a queue is called in its order, and its order is the draw's",
        counted: "select count(*) from sale_queue_places",
        broken: "
        with places as (
            select sale_id, places.id, number, state, last_number, called_number, drawn_number,
                joined_at < starts_at and number <= drawn_number as is_drawn,
                sha256(convert_to(seed || places.id::text, 'UTF8')) as lot
            from sale_queue_places as places
            join sale_queues using (sale_id)
            join sales on sales.id = sale_id
        ), drawn as (
            select sale_id, id, number, lot,
                lag(lot) over (partition by sale_id order by number) as lot_before
            from places
            where is_drawn
        )
        select format('place %s', id),
            format('it is %s with the number %s of %s, and %s was called last', state,
                coalesce(number::text, 'none'), last_number, called_number)
        from places
        where state <> 'left' and (state = 'waiting') = (number <= called_number)
            or number > last_number
        union all
        select format('place %s', id), format('the draw gave it another number than %s', number)
        from drawn
        where lot <= lot_before",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    Invariant {
        id: "I46",
        title: "what a queue stands before is ordered by those alone whose turn it was",
        counted: "select count(*) from sale_queue_places where state = 'used'",
        broken: "
        select format('order %s', orders.id),
            format('it was placed at %s without a turn in the queue of sale %s', placed_at, sale_id)
        from sale_variants
        join sales on sales.id = sale_variants.sale_id
        join order_lines using (variant_id)
        join orders on orders.id = order_lines.order_id
        where placed_at > added_at and placed_at > queue_since
            and not exists (
                select from sale_queue_places as places
                where places.sale_id = sales.id and places.cart_id = orders.cart_id
                    and used_at = placed_at and placed_at < places.expires_at
            )
        union all
        select format('place %s', id), 'it was used, and its cart is no order'
        from sale_queue_places as places
        where state = 'used'
            and not exists (select from orders where orders.cart_id = places.cart_id)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
];
