//! The statements on parcels and what is in them.

use chrono::{DateTime, Utc};
use ids::{FulfilmentId, LocationId, OrderId, VariantId};
use kit::{Conn, Error, Result, Tx, db::Param};
use tokio_postgres::Row;

use crate::model::{Fulfilment, ParcelState, Taken, Tracking};

fn fulfilment(row: &Row) -> Result<Fulfilment> {
    let state: &str = row.get("state");
    let state = ParcelState::parse(state)
        .ok_or_else(|| Error::fault(format_args!("unknown state of a parcel {state}")))?;
    Ok(Fulfilment {
        id: row.get("id"),
        order_id: row.get("order_id"),
        number: row.get("number"),
        location_id: row.get("location_id"),
        tracking: Tracking {
            carrier: row.get("carrier"),
            number: row.get("tracking_number"),
            url: row.get("tracking_url"),
        },
        state,
        version: row.get("version"),
        shipped_by: row.get("shipped_by"),
        shipped_at: row.get("shipped_at"),
        delivered_at: row.get("delivered_at"),
    })
}

// What `fulfilment` reads, the same in each statement.
macro_rules! select_fulfilments {
    ($rest:literal) => {
        concat!(
            "
    select id, order_id, number, location_id, carrier, tracking_number, tracking_url, state,
        version, shipped_by, shipped_at, delivered_at
    from fulfilments
    ",
            $rest
        )
    };
}

const FIND_FULFILMENT: &str = select_fulfilments!("where id = $1");

/// A parcel by its id.
///
/// # Errors
/// Faults of the database.
pub async fn find_fulfilment(conn: &Conn, id: FulfilmentId) -> Result<Option<Fulfilment>> {
    let row = conn.query_opt(FIND_FULFILMENT, &[&id]).await?;
    row.as_ref().map(fulfilment).transpose()
}

const LOCK_FULFILMENT: &str = select_fulfilments!(
    "where id = $1
    for update"
);

pub(crate) async fn lock_fulfilment(tx: &Tx, id: FulfilmentId) -> Result<Option<Fulfilment>> {
    let row = tx.query_opt(LOCK_FULFILMENT, &[&id]).await?;
    row.as_ref().map(fulfilment).transpose()
}

const LIST_FULFILMENTS_OF_ORDER: &str = select_fulfilments!(
    "where order_id = $1
    order by number"
);

/// The parcels of an order, the first first.
pub(crate) async fn list_fulfilments_of_order(
    conn: &Conn,
    order_id: OrderId,
) -> Result<Vec<Fulfilment>> {
    let rows = conn.query(LIST_FULFILMENTS_OF_ORDER, &[&order_id]).await?;
    rows.iter().map(fulfilment).collect()
}

// Keyset by (shipped_at, id).
const LIST_FULFILMENTS: &str = select_fulfilments!(
    "where ($1::uuid is null or order_id = $1)
        and ($2::text is null or state = $2)
        and ($3::uuid is null or location_id = $3)
        and ($4::timestamptz is null or (shipped_at, id) < ($4, $5))
    order by shipped_at desc, id desc
    limit $6"
);

/// Which parcels.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ParcelFilter<'a> {
    pub(crate) order_id: Option<OrderId>,
    pub(crate) state: Option<&'a str>,
    pub(crate) location_id: Option<LocationId>,
    /// Older than this one.
    pub(crate) after: Option<(DateTime<Utc>, FulfilmentId)>,
}

/// Parcels, newest first.
pub(crate) async fn list_fulfilments(
    conn: &Conn,
    filter: ParcelFilter<'_>,
    limit: i64,
) -> Result<Vec<Fulfilment>> {
    let (after_at, after_id) = filter.after.unzip();
    let columns: [Param<'_>; 6] = [
        &filter.order_id,
        &filter.state,
        &filter.location_id,
        &after_at,
        &after_id,
        &limit,
    ];
    let rows = conn.query(LIST_FULFILMENTS, &columns).await?;
    rows.iter().map(fulfilment).collect()
}

const LIST_ITEMS: &str = "
    select fulfilment_id, variant_id, sum(quantity)::bigint as quantity
    from fulfilment_items
    where fulfilment_id = any($1)
    group by fulfilment_id, variant_id
    order by fulfilment_id, variant_id";

/// What is in parcels: variant and units, by line.
pub(crate) async fn list_items(
    conn: &Conn,
    parcels: &[FulfilmentId],
) -> Result<Vec<(FulfilmentId, VariantId, i64)>> {
    let rows = conn.query(LIST_ITEMS, &[&parcels]).await?;
    let item = |row: &Row| {
        (
            row.get("fulfilment_id"),
            row.get("variant_id"),
            row.get("quantity"),
        )
    };
    Ok(rows.iter().map(item).collect())
}

const FIND_NEXT_NUMBER: &str = "
    select coalesce(max(number), 0) + 1 as number
    from fulfilments
    where order_id = $1";

/// The number of an order's next parcel; the order is locked.
pub(crate) async fn find_next_number(tx: &Tx, order_id: OrderId) -> Result<i32> {
    let row = tx.query_one(FIND_NEXT_NUMBER, &[&order_id]).await?;
    Ok(row.get("number"))
}

const INSERT_FULFILMENT: &str = "
    insert into fulfilments
        (id, order_id, number, location_id, carrier, tracking_number, tracking_url, shipped_by,
         shipped_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)";

const INSERT_ITEMS: &str = "
    insert into fulfilment_items (fulfilment_id, order_id, variant_id, claimed_at, quantity)
    select $1, $2, variant_id, claimed_at, quantity
    from unnest($3::uuid[], $4::uuid[], $5::bigint[])
        as new (variant_id, claimed_at, quantity)";

const INSERT_PARTS: &str = "
    insert into fulfilment_parts
        (fulfilment_id, order_id, variant_id, part_id, claimed_at, quantity)
    select $1, $2, variant_id, part_id, claimed_at, quantity
    from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[])
        as new (variant_id, part_id, claimed_at, quantity)";

/// Writes a parcel with what is in it.
pub(crate) async fn insert_fulfilment(tx: &Tx, parcel: &Fulfilment, taken: &[Taken]) -> Result<()> {
    let columns: [Param<'_>; 9] = [
        &parcel.id,
        &parcel.order_id,
        &parcel.number,
        &parcel.location_id,
        &parcel.tracking.carrier,
        &parcel.tracking.number,
        &parcel.tracking.url,
        &parcel.shipped_by,
        &parcel.shipped_at,
    ];
    tx.execute(INSERT_FULFILMENT, &columns).await?;
    let (id, order_id) = (&parcel.id, &parcel.order_id);
    let new = Columns::of(taken);
    let (lines, at, units) = (&new.lines, &new.at, &new.units);
    tx.execute(INSERT_ITEMS, &[id, order_id, lines, at, units])
        .await?;
    if !new.bundles.is_empty() {
        let (bundles, parts) = (&new.bundles, &new.parts);
        let (at, units) = (&new.parts_at, &new.part_units);
        tx.execute(INSERT_PARTS, &[id, order_id, bundles, parts, at, units])
            .await?;
    }
    Ok(())
}

/// Units of lines as the arrays that statements take: lines by location, bundles without one and
/// with their parts.
#[derive(Default)]
pub(super) struct Columns {
    pub(super) lines: Vec<VariantId>,
    pub(super) at: Vec<Option<LocationId>>,
    pub(super) units: Vec<i64>,
    pub(super) bundles: Vec<VariantId>,
    pub(super) parts: Vec<VariantId>,
    pub(super) parts_at: Vec<Option<LocationId>>,
    pub(super) part_units: Vec<i64>,
}

impl Columns {
    pub(super) fn of(taken: &[Taken]) -> Self {
        let mut new = Self::default();
        for one in taken {
            if one.is_bundle {
                new.add_line(one.variant_id, None, one.quantity);
            }
            for share in &one.shares {
                if one.is_bundle {
                    new.bundles.push(one.variant_id);
                    new.parts.push(share.variant_id);
                    new.parts_at.push(share.claimed_at);
                    new.part_units.push(share.quantity);
                } else {
                    new.add_line(one.variant_id, share.claimed_at, share.quantity);
                }
            }
        }
        new
    }

    fn add_line(&mut self, variant_id: VariantId, at: Option<LocationId>, quantity: i64) {
        self.lines.push(variant_id);
        self.at.push(at);
        self.units.push(quantity);
    }
}

const UPDATE_DELIVERED: &str = "
    with parcel as (
        update fulfilments
        set state = 'delivered', delivered_at = $2, updated_at = $2, version = version + 1
        where id = $1 and state = 'shipped'
        returning id
    ), items as (
        select order_id, variant_id, sum(quantity)::bigint as quantity
        from fulfilment_items
        where fulfilment_id = (select id from parcel)
        group by order_id, variant_id
    )
    update fulfilment_lines
    set delivered_quantity = delivered_quantity + items.quantity
    from items
    where fulfilment_lines.order_id = items.order_id
        and fulfilment_lines.variant_id = items.variant_id";

/// Notes that a parcel has arrived, and its units with it.
pub(crate) async fn update_delivered(tx: &Tx, id: FulfilmentId, now: DateTime<Utc>) -> Result<()> {
    tx.execute(UPDATE_DELIVERED, &[&id, &now]).await?;
    Ok(())
}

const UPDATE_TRACKING: &str = "
    update fulfilments
    set carrier = $2, tracking_number = $3, tracking_url = $4, updated_at = $5,
        version = version + 1
    where id = $1";

/// Writes down how a parcel can be followed.
pub(crate) async fn update_tracking(
    tx: &Tx,
    id: FulfilmentId,
    tracking: &Tracking,
    now: DateTime<Utc>,
) -> Result<()> {
    let columns: [Param<'_>; 5] = [
        &id,
        &tracking.carrier,
        &tracking.number,
        &tracking.url,
        &now,
    ];
    tx.execute(UPDATE_TRACKING, &columns).await?;
    Ok(())
}
