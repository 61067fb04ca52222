//! What waits to be packed, and where it stands.

use catalogue::Texts;
use chrono::{DateTime, Utc};
use ids::{LocationId, OrderId, VariantId};
use kit::{Conn, Result, db::Param};
use tokio_postgres::Row;

/// Units of an order that stand at a location and wait to be packed.
pub(crate) struct ToPick {
    pub(crate) order_id: OrderId,
    pub(crate) number: i64,
    pub(crate) paid_at: DateTime<Utc>,
    pub(crate) variant_id: VariantId,
    pub(crate) sku: String,
    pub(crate) title: Texts,
    pub(crate) location_id: LocationId,
    pub(crate) quantity: i64,
}

// By the index of orders that are to be shipped. What is only a part of a bundle is named as it is
// now. Keyset by (number, location, variant).
const LIST_TO_PICK: &str = "
    select orders.id as order_id, orders.number, orders.paid_at, taken.variant_id,
        taken.location_id, coalesce(order_lines.sku, variants.sku) as sku,
        coalesce(order_lines.title, products.title) as title,
        taken.quantity - used.quantity as quantity
    from orders
    join lateral (
        select variant_id, location_id, sum(quantity)::bigint as quantity
        from reservations
        where order_id = orders.id and state = 'claimed'
        group by variant_id, location_id
    ) as taken on true
    join variants on variants.id = taken.variant_id
    join products on products.id = variants.product_id
    left join order_lines on order_lines.order_id = orders.id
        and order_lines.variant_id = taken.variant_id
    cross join lateral (
        select coalesce(sum(gone.quantity), 0)::bigint as quantity
        from (
            select claimed_at, quantity
            from fulfilment_units
            where order_id = orders.id and unit_id = taken.variant_id
            union all
            select claimed_at, quantity
            from cancellation_units
            where order_id = orders.id and unit_id = taken.variant_id
        ) as gone
        where gone.claimed_at = taken.location_id
    ) as used
    where orders.status = 'paid'
        and orders.fulfilment_status in ('unfulfilled', 'partially_shipped')
        and taken.quantity > used.quantity
        and ($1::uuid is null or taken.location_id = $1)
        and ($2::bigint is null
            or (orders.number, taken.location_id, taken.variant_id) > ($2, $3, $4))
    order by orders.number, taken.location_id, taken.variant_id
    limit $5";

/// What waits to be packed, of the oldest order first.
pub(crate) async fn list_to_pick(
    conn: &Conn,
    location_id: Option<LocationId>,
    after: Option<(i64, LocationId, VariantId)>,
    limit: i64,
) -> Result<Vec<ToPick>> {
    let number = after.map(|after| after.0);
    let place = after.map(|after| after.1);
    let variant = after.map(|after| after.2);
    let columns: [Param<'_>; 5] = [&location_id, &number, &place, &variant, &limit];
    let rows = conn.query(LIST_TO_PICK, &columns).await?;
    let to_pick = |row: &Row| ToPick {
        order_id: row.get("order_id"),
        number: row.get("number"),
        paid_at: row.get("paid_at"),
        variant_id: row.get("variant_id"),
        sku: row.get("sku"),
        title: Texts::from_json(row.get("title")),
        location_id: row.get("location_id"),
        quantity: row.get("quantity"),
    };
    Ok(rows.iter().map(to_pick).collect())
}
