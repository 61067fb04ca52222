//! The shelf: levels, movements, reservations.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 6] = [
    Invariant {
        id: "I1",
        title: "what is on hand is the sum of its movements, at each location",
        counted: "select count(*) from stock_levels",
        broken: "
        select format('variant %s at location %s', variant_id, location_id),
            format('%s units are on hand and its movements add up to %s',
                coalesce(on_hand, 0), coalesce(units, 0))
        from stock_levels
        full join (
            select variant_id, location_id, sum(quantity) as units
            from stock_movements
            group by variant_id, location_id
        ) as sums using (variant_id, location_id)
        where on_hand is distinct from coalesce(units, 0)
            or moved is distinct from coalesce(units, 0)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    Invariant {
        id: "I2",
        title: "nothing is reserved that is not there",
        counted: "select count(*) from stock_levels",
        broken: "
        select format('variant %s at location %s', variant_id, location_id),
            format('%s units are reserved of %s on hand', reserved, on_hand)
        from stock_levels
        where not (0 <= reserved and reserved <= on_hand)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    Invariant {
        id: "I3",
        title: "what is reserved is the sum of what orders hold",
        counted: "select count(*) from stock_levels",
        broken: "
        select format('variant %s at location %s', variant_id, location_id),
            format('%s units are reserved and orders hold %s', coalesce(reserved, 0),
                coalesce(units, 0))
        from stock_levels
        full join (
            select variant_id, location_id, sum(quantity) as units
            from reservations
            where state = 'held'
            group by variant_id, location_id
        ) as held using (variant_id, location_id)
        where reserved is distinct from coalesce(units, 0)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    // Every unit that came is on the shelf or was claimed by an order; sales say the same.
    Invariant {
        id: "I4",
        title: "no unit appears or disappears",
        counted: "select count(*) from stock_movements",
        broken: "
        select format('variant %s at location %s', variant_id, location_id),
            format('%s units came in, %s were sold, orders claimed %s and %s are on hand',
                coalesce(received, 0), coalesce(sold, 0), coalesce(claimed, 0), on_hand)
        from stock_levels
        left join (
            select variant_id, location_id,
                sum(quantity) filter (where kind <> 'sale') as received,
                -sum(quantity) filter (where kind = 'sale') as sold
            from stock_movements
            group by variant_id, location_id
        ) as sums using (variant_id, location_id)
        left join (
            select variant_id, location_id, sum(quantity) as claimed
            from reservations
            where state = 'claimed'
            group by variant_id, location_id
        ) as taken using (variant_id, location_id)
        where coalesce(received, 0) - coalesce(sold, 0) <> on_hand
            or coalesce(sold, 0) <> coalesce(claimed, 0)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    // Each movement has two sides by its form; only a transfer takes two of them.
    Invariant {
        id: "I34",
        title: "what left one location has come to others",
        counted: "select count(*) from stock_movements where kind = 'transfer'",
        broken: "
        select format('stock transfer %s', transfer_id),
            format('of variant %s it brings %s units more than it takes', variant_id, units)
        from (
            select transfer_id, variant_id, sum(quantity) as units
            from stock_movements
            where kind = 'transfer'
            group by transfer_id, variant_id
        ) as sums
        where units <> 0",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    Invariant {
        id: "I35",
        title: "what a count found was moved once, when it was applied",
        counted: "select count(*) from stock_count_lines",
        broken: "
        select format('stock count %s', coalesce(entered.count_id, moved.count_id)),
            format('it is %s; of variant %s it found %s units more, and %s were moved',
                coalesce(state, 'not there'), variant_id, coalesce(found, 0), coalesce(units, 0))
        from (
            select count_id, variant_id, state,
                case state when 'applied' then counted - expected else 0 end as found
            from stock_count_lines
            join stock_counts on stock_counts.id = count_id
        ) as entered
        full join (
            select count_id, variant_id, sum(quantity) as units
            from stock_movements
            where count_id is not null
            group by count_id, variant_id
        ) as moved using (count_id, variant_id)
        where coalesce(found, 0) <> coalesce(units, 0)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
];
