//! Every statement on what is owed to orders. Rows after the levels; the terms after the rows.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ids::{BackorderId, LocationId, OrderId, ReservationId, VariantId};
use kit::{Conn, Result, Tx, db::Param};
use tokio_postgres::Row;

use crate::model::{Backorder, Fill, Hold, Shelf, Want};

// The levels are locked, under which the terms were read; the CHECK of the terms stands behind
// whoever forgets that. Sequences are drawn in the order of arrival.
const INSERT_BACKORDERS: &str = "
    with owed as (
        insert into backorders
            (id, order_id, variant_id, quantity, waiting, expires_at, created_at)
        select id, order_id, variant_id, quantity, quantity, $5, $6
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[]) with ordinality
            as new (id, order_id, variant_id, quantity, place)
        order by place
        returning variant_id, quantity
    ), summed as (
        select variant_id, sum(quantity)::bigint as quantity
        from owed
        group by variant_id
    )
    update stock_terms
    set backordered = backordered + summed.quantity
    from summed
    where stock_terms.variant_id = summed.variant_id";

/// Owes orders what was not there.
pub(crate) async fn insert_backorders(
    tx: &Tx,
    holds: &[Hold],
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let of_hold = |hold: &Hold| vec![hold.order_id; hold.beyond.len()];
    let orders: Vec<OrderId> = holds.iter().flat_map(of_hold).collect();
    if orders.is_empty() {
        return Ok(());
    }
    let ids: Vec<BackorderId> = orders.iter().map(|_| BackorderId::generate(now)).collect();
    let owed = || holds.iter().flat_map(|hold| &hold.beyond);
    let variants: Vec<VariantId> = owed().map(|want| want.variant_id).collect();
    let quantities: Vec<i64> = owed().map(|want| want.quantity).collect();
    let params: [Param<'_>; 6] = [&ids, &orders, &variants, &quantities, &expires_at, &now];
    tx.execute(INSERT_BACKORDERS, &params).await?;
    Ok(())
}

// What a naive shop does: it writes what it computed from an earlier read. Only with the
// `backorder guard` switched off, to show that the race tests catch it.
const UPDATE_BACKORDERED_UNGUARDED: &str = "
    update stock_terms
    set backordered = wanted.backordered
    from unnest($1::uuid[], $2::bigint[]) as wanted (variant_id, backordered)
    where stock_terms.variant_id = wanted.variant_id";

pub(crate) async fn update_backordered_unguarded(tx: &Tx, shelf: &Shelf) -> Result<()> {
    let (variants, waiting): (Vec<VariantId>, Vec<i64>) = shelf.waiting().unzip();
    tx.execute(UPDATE_BACKORDERED_UNGUARDED, &[&variants, &waiting])
        .await?;
    Ok(())
}

// Whoever gives units to those who wait has these levels: so nothing comes for this order until
// the end of the transaction, and what has come is seen by the statements after this one.
const LOCK_LEVELS_OF_WAITING: &str = "
    select variant_id, location_id
    from stock_levels
    where exists (select from backorders where order_id = $1 and waiting > 0)
        and variant_id in (
            select variant_id from backorders where order_id = $1
            union all
            select variant_id from reservations where order_id = $1
        )
    order by variant_id, location_id
    for update";

pub(crate) async fn lock_levels_of_waiting(tx: &Tx, order_id: OrderId) -> Result<()> {
    tx.query(LOCK_LEVELS_OF_WAITING, &[&order_id]).await?;
    Ok(())
}

/// What ends a hold is prepared with, in this order.
pub(crate) const ENDING: [&str; 2] = [
    LOCK_LEVELS_OF_WAITING,
    super::reservations::UPDATE_RESERVATIONS_ENDED,
];

// The CHECK refuses less than nothing, whoever forgot the lock of the levels.
const UPDATE_BACKORDERS_LESS: &str = "
    with fewer as (
        update backorders
        set waiting = waiting - wanted.quantity, released = released + wanted.quantity
        from unnest($2::uuid[], $3::bigint[]) as wanted (variant_id, quantity)
        where order_id = $1 and backorders.variant_id = wanted.variant_id
        returning backorders.variant_id, wanted.quantity
    )
    update stock_terms
    set backordered = backordered - fewer.quantity
    from fewer
    where stock_terms.variant_id = fewer.variant_id";

/// An order waits for less than before.
pub(crate) async fn update_backorders_less(
    tx: &Tx,
    order_id: OrderId,
    wants: &[Want],
) -> Result<()> {
    let variants: Vec<VariantId> = wants.iter().map(|want| want.variant_id).collect();
    let quantities: Vec<i64> = wants.iter().map(|want| want.quantity).collect();
    tx.execute(UPDATE_BACKORDERS_LESS, &[&order_id, &variants, &quantities])
        .await?;
    Ok(())
}

const UPDATE_BACKORDERS_PAID: &str = "
    update backorders
    set is_paid = true
    where order_id = $1";

/// What comes for an order leaves the shelf from now on.
pub(crate) async fn update_backorders_paid(tx: &Tx, order_id: OrderId) -> Result<()> {
    tx.execute(UPDATE_BACKORDERS_PAID, &[&order_id]).await?;
    Ok(())
}

const UPDATE_BACKORDERS_EXTENDED: &str = "
    update backorders
    set expires_at = $2
    where order_id = $1 and waiting > 0 and expires_at < $2";

pub(crate) async fn update_backorders_extended(
    tx: &Tx,
    order_id: OrderId,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_BACKORDERS_EXTENDED, &[&order_id, &expires_at])
        .await?;
    Ok(())
}

const UPDATE_BACKORDERS_RELEASED: &str = "
    with ended as (
        update backorders
        set waiting = 0, released = waiting
        where order_id = $1 and waiting > 0
        returning variant_id, released
    )
    update stock_terms
    set backordered = backordered - ended.released
    from ended
    where stock_terms.variant_id = ended.variant_id
    returning stock_terms.variant_id";

/// An order that is gone waits for nothing; nothing happens the second time. Answers what it has
/// waited for.
pub(crate) async fn update_backorders_released(
    tx: &Tx,
    order_id: OrderId,
) -> Result<Vec<VariantId>> {
    let rows = tx.query(UPDATE_BACKORDERS_RELEASED, &[&order_id]).await?;
    Ok(rows.iter().map(|row| row.get("variant_id")).collect())
}

const LIST_RELEASED_BACKORDERS: &str = "
    select variant_id, released
    from backorders
    where order_id = $1 and released > 0
    order by variant_id";

/// What an order waited for until it was gone.
pub(crate) async fn list_released_backorders(conn: &Conn, order_id: OrderId) -> Result<Vec<Want>> {
    let rows = conn.query(LIST_RELEASED_BACKORDERS, &[&order_id]).await?;
    let want = |row: &Row| Want {
        variant_id: row.get("variant_id"),
        quantity: row.get("released"),
    };
    Ok(rows.iter().map(want).collect())
}

const DELETE_BACKORDERS: &str = "
    delete from backorders
    where order_id = $1 and waiting = 0";

/// Forgets what an order that was gone had waited for, and what came for it while it was held: all
/// of it is given anew.
pub(crate) async fn delete_backorders(tx: &Tx, order_id: OrderId) -> Result<()> {
    tx.execute(DELETE_BACKORDERS, &[&order_id]).await?;
    Ok(())
}

fn backorder(row: &Row) -> Backorder {
    Backorder {
        id: row.get("id"),
        sequence: row.get("sequence"),
        order_id: row.get("order_id"),
        variant_id: row.get("variant_id"),
        quantity: row.get("quantity"),
        waiting: row.get("waiting"),
        fills: row.get("fills"),
        is_paid: row.get("is_paid"),
        expires_at: row.get("expires_at"),
        created_at: row.get("created_at"),
    }
}

const LOCK_WAITING: &str = "
    select id, sequence, order_id, variant_id, quantity, waiting, fills, is_paid, expires_at,
        created_at
    from backorders
    where variant_id = any($1) and waiting > 0
    order by variant_id, sequence
    for update";

/// Who waits for some variants, in the order of arrival.
pub(crate) async fn lock_waiting(tx: &Tx, variants: &[VariantId]) -> Result<Vec<Backorder>> {
    let rows = tx.query(LOCK_WAITING, &[&variants]).await?;
    Ok(rows.iter().map(backorder).collect())
}

const LIST_WAITING: &str = "
    select id, sequence, order_id, variant_id, quantity, waiting, fills, is_paid, expires_at,
        created_at
    from backorders
    where waiting > 0 and ($1::uuid is null or variant_id = $1) and sequence > $2
    order by sequence
    limit $3::bigint + 1";

/// Up to `limit` of those who wait, in the order of arrival, and one more if there are more.
pub(crate) async fn list_waiting(
    conn: &Conn,
    variant_id: Option<VariantId>,
    after: i64,
    limit: i64,
) -> Result<Vec<Backorder>> {
    let rows = conn
        .query(LIST_WAITING, &[&variant_id, &after, &limit])
        .await?;
    Ok(rows.iter().map(backorder).collect())
}

const INSERT_FILLED: &str = "
    insert into reservations
        (id, order_id, variant_id, location_id, quantity, fill, state, expires_at, created_at,
         ended_at)
    select id, order_id, variant_id, location_id, quantity, fill,
        case when is_paid then 'claimed' else 'held' end, expires_at, $9,
        case when is_paid then $9::timestamptz end
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::integer[],
        $7::boolean[], $8::timestamptz[])
        as new (id, order_id, variant_id, location_id, quantity, fill, is_paid, expires_at)";

// What leaves the shelf and what is held, by level.
const UPDATE_FILLED_LEVELS: &str = "
    update stock_levels
    set reserved = reserved + filled.held, on_hand = on_hand - filled.sold,
        version = version + case when filled.sold > 0 then 1 else 0 end, updated_at = $5
    from (
        select variant_id, location_id, sum(quantity) filter (where not is_paid) as held,
            sum(quantity) filter (where is_paid) as sold
        from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::boolean[])
            as filled (variant_id, location_id, quantity, is_paid)
        group by variant_id, location_id
    ) as sums,
    lateral (
        select coalesce(sums.held, 0)::bigint as held, coalesce(sums.sold, 0)::bigint as sold
    ) as filled
    where stock_levels.variant_id = sums.variant_id
        and stock_levels.location_id = sums.location_id";

const UPDATE_BACKORDERS_FILLED: &str = "
    with filled as (
        update backorders
        set waiting = waiting - given.quantity, filled = filled + given.quantity,
            fills = fills + 1
        from unnest($1::uuid[], $2::bigint[]) as given (id, quantity)
        where backorders.id = given.id
        returning backorders.variant_id, given.quantity
    ), summed as (
        select variant_id, sum(quantity)::bigint as quantity
        from filled
        group by variant_id
    )
    update stock_terms
    set backordered = backordered - summed.quantity
    from summed
    where stock_terms.variant_id = summed.variant_id";

/// Writes what some who waited are given: their reservations, the levels, what they still wait
/// for. The movements of what leaves the shelf are the caller's.
pub(crate) async fn insert_fills(tx: &Tx, fills: &[Fill], now: DateTime<Utc>) -> Result<()> {
    let ids: Vec<ReservationId> = fills.iter().map(|_| ReservationId::generate(now)).collect();
    let orders: Vec<OrderId> = fills.iter().map(|one| one.backorder.order_id).collect();
    let variants: Vec<VariantId> = fills.iter().map(|one| one.backorder.variant_id).collect();
    let locations: Vec<LocationId> = fills.iter().map(|one| one.location_id).collect();
    let quantities: Vec<i64> = fills.iter().map(|one| one.quantity).collect();
    let numbers: Vec<i32> = fills.iter().map(|one| one.backorder.fills + 1).collect();
    let paid: Vec<bool> = fills.iter().map(|one| one.backorder.is_paid).collect();
    let until: Vec<DateTime<Utc>> = fills.iter().map(|one| one.backorder.expires_at).collect();
    let rows: [Param<'_>; 9] = [
        &ids,
        &orders,
        &variants,
        &locations,
        &quantities,
        &numbers,
        &paid,
        &until,
        &now,
    ];
    tx.execute(INSERT_FILLED, &rows).await?;
    let levels: [Param<'_>; 5] = [&variants, &locations, &quantities, &paid, &now];
    tx.execute(UPDATE_FILLED_LEVELS, &levels).await?;
    let mut given: BTreeMap<BackorderId, i64> = BTreeMap::new();
    for one in fills {
        *given.entry(one.backorder.id).or_default() += one.quantity;
    }
    let (ids, quantities): (Vec<BackorderId>, Vec<i64>) = given.into_iter().unzip();
    tx.execute(UPDATE_BACKORDERS_FILLED, &[&ids, &quantities])
        .await?;
    Ok(())
}
