//! What orders were priced by: parts that add up, each cent explained, promotions counted.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 4] = [
    Invariant {
        id: "I50",
        title: "what is taken off an order and what is taxed is of its lines",
        counted: "select count(*) from orders",
        broken: "
        select format('order %s', id), concat_ws('; ',
            case when discount_minor <> of_lines
                then format('%s is taken off its lines and it says %s', of_lines, discount_minor)
                end,
            case when tax_minor <> taxed + shipping_tax_minor
                then format('its lines are taxed by %s, its delivery by %s, and it says %s',
                    taxed, shipping_tax_minor, tax_minor) end,
            case when tax_included_minor < included
                then format('its lines include tax of %s and it says %s', included,
                    tax_included_minor) end)
        from orders
        join (
            select order_id, sum(discount_minor) as of_lines, sum(tax_minor) as taxed,
                sum(tax_included_minor) as included
            from order_lines
            group by order_id
        ) as summed on summed.order_id = orders.id
        where discount_minor <> of_lines
            or tax_minor <> taxed + shipping_tax_minor
            or tax_included_minor < included",
        binds: Binds::Nothing,
        plan: Plan::Sorted,
    },
    // An order from before there were terms has none to explain.
    Invariant {
        id: "I51",
        title: "each cent of an order is explained",
        counted: "select count(*) from orders",
        broken: "
        select format('order %s', id), concat_ws('; ',
            case when discounted <> discount_minor + shipping_discount_minor
                then format('its promotions take off %s and it says %s', discounted,
                    discount_minor + shipping_discount_minor) end,
            case when taxed <> tax_minor + tax_included_minor
                then format('its taxes are %s and it says %s', taxed,
                    tax_minor + tax_included_minor) end,
            case when delivered <> shipping_minor + shipping_discount_minor
                then format('its delivery costs %s and it says %s', delivered,
                    shipping_minor + shipping_discount_minor) end)
        from (
            select id, discount_minor, shipping_discount_minor, tax_minor, tax_included_minor,
                shipping_minor,
                coalesce((
                    select sum((part -> 'amount' ->> 'amount')::numeric)
                    from jsonb_array_elements(terms -> 'discounts') as part
                ), 0) as discounted,
                coalesce((
                    select sum((part -> 'amount' ->> 'amount')::numeric)
                    from jsonb_array_elements(terms -> 'taxes') as part
                ), 0) as taxed,
                coalesce((terms #>> '{delivery,price,amount}')::numeric, 0) as delivered
            from orders
        ) as explained
        where discounted <> discount_minor + shipping_discount_minor
            or taxed <> tax_minor + tax_included_minor
            or delivered <> shipping_minor + shipping_discount_minor",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    Invariant {
        id: "I52",
        title: "promotions are counted once for each order, by each name of its buyer",
        counted: "select count(*) from promotions",
        broken: "
        select format('promotion %s', promotions.id),
            format('it says that %s orders have it, and %s do', used_count,
                coalesce(orders_count, 0))
        from promotions
        left join (
            select promotion_id, count(*) as orders_count
            from promotion_redemptions
            where released_at is null
            group by promotion_id
        ) as redeemed on redeemed.promotion_id = promotions.id
        where used_count <> coalesce(orders_count, 0)
        union all
        select format('promotion %s', coalesce(uses.promotion_id, redeemed.promotion_id)),
            format('%s has had it %s times and is counted %s times', buyer,
                coalesce(orders_count, 0), coalesce(used_count, 0))
        from promotion_uses as uses
        full join (
            select promotion_id, names.buyer, count(*) as orders_count
            from promotion_redemptions
            cross join unnest(coalesce(buyers, array[promotion_redemptions.buyer]))
                as names (buyer)
            where released_at is null
            group by promotion_id, names.buyer
        ) as redeemed using (promotion_id, buyer)
        where coalesce(used_count, 0) <> coalesce(orders_count, 0)",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
    Invariant {
        id: "I53",
        title: "an order is counted for the promotions that it has, while it lives",
        counted: "select count(*) from promotion_redemptions",
        broken: "
        select format('order %s', coalesce(had.order_id, counted.order_id)),
            case when had.order_id is null
                    then format('it is counted for promotion %s and has it not', promotion_id)
                when counted.order_id is null
                    then format('it has promotion %s and is not counted for it', promotion_id)
                else format('it is %s and promotion %s is %s', status, promotion_id,
                    case when released_at is null then 'held' else 'given back' end) end
        from (
            select orders.id as order_id, status, (part ->> 'promotion_id')::uuid as promotion_id
            from orders
            cross join jsonb_array_elements(terms -> 'discounts') as part
        ) as had
        full join promotion_redemptions as counted using (order_id, promotion_id)
        where had.order_id is null
            or counted.order_id is null
            or status in ('pending_payment', 'paid') and released_at is not null
            or status in ('expired', 'cancelled') and released_at is null",
        binds: Binds::Nothing,
        plan: Plan::Free,
    },
];
