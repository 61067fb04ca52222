//! Every statement on stock levels, movements and reservations.

use chrono::{DateTime, Utc};
use ids::{MovementId, OrderId, ReservationId, StaffId, VariantId};
use kit::{Conn, Result, Tx};
use tokio_postgres::Row;

use crate::model::{Hold, Level, Shelf, StockOpening, Want};

fn level(row: &Row) -> Level {
    Level {
        variant_id: row.get("variant_id"),
        on_hand: row.get("on_hand"),
        reserved: row.get("reserved"),
        version: row.get("version"),
        updated_at: row.get("updated_at"),
    }
}

const LIST_LEVELS: &str = "
    select variant_id, on_hand, reserved, version, updated_at
    from stock_levels
    where variant_id = any($1)
    order by variant_id";

/// The levels of some variants, in the order of their ids.
///
/// # Errors
/// Faults of the database.
pub async fn list_levels(conn: &Conn, variants: &[VariantId]) -> Result<Vec<Level>> {
    let rows = conn.query(LIST_LEVELS, &[&variants]).await?;
    Ok(rows.iter().map(level).collect())
}

const FIND_LEVEL: &str = "
    select variant_id, on_hand, reserved, version, updated_at
    from stock_levels
    where variant_id = $1";

/// The level of one variant.
///
/// # Errors
/// Faults of the database.
pub async fn find_level(conn: &Conn, variant_id: VariantId) -> Result<Option<Level>> {
    Ok(conn
        .query_opt(FIND_LEVEL, &[&variant_id])
        .await?
        .as_ref()
        .map(level))
}

const LOCK_LEVEL: &str = "
    select variant_id, on_hand, reserved, version, updated_at
    from stock_levels
    where variant_id = $1
    for update";

pub(crate) async fn lock_level(tx: &Tx, variant_id: VariantId) -> Result<Option<Level>> {
    Ok(tx
        .query_opt(LOCK_LEVEL, &[&variant_id])
        .await?
        .as_ref()
        .map(level))
}

const INSERT_LEVELS: &str = "
    insert into stock_levels (variant_id, on_hand, updated_at)
    select variant_id, on_hand, $3
    from unnest($1::uuid[], $2::bigint[]) as opened (variant_id, on_hand)";

const INSERT_OPENING_MOVEMENTS: &str = "
    insert into stock_movements (id, variant_id, kind, quantity, reason, occurred_at)
    select id, variant_id, 'receipt', on_hand, 'opening stock', $4
    from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as opened (id, variant_id, on_hand)
    where on_hand > 0";

pub(crate) async fn insert_levels(
    tx: &Tx,
    openings: &[StockOpening],
    now: DateTime<Utc>,
) -> Result<()> {
    let variants: Vec<VariantId> = openings.iter().map(|opening| opening.variant_id).collect();
    let on_hand: Vec<i64> = openings.iter().map(|opening| opening.on_hand).collect();
    let movements: Vec<MovementId> = openings.iter().map(|_| MovementId::generate(now)).collect();
    tx.execute(INSERT_LEVELS, &[&variants, &on_hand, &now])
        .await?;
    tx.execute(
        INSERT_OPENING_MOVEMENTS,
        &[&movements, &variants, &on_hand, &now],
    )
    .await?;
    Ok(())
}

const UPDATE_ON_HAND: &str = "
    update stock_levels
    set on_hand = on_hand + $2, version = version + 1, updated_at = $3
    where variant_id = $1";

const INSERT_ADJUSTMENT: &str = "
    insert into stock_movements (id, variant_id, kind, quantity, reason, staff_id, occurred_at)
    values ($1, $2, 'adjustment', $3, $4, $5, $6)";

/// A counted change of what is on hand.
pub(crate) struct Adjustment<'a> {
    pub(crate) variant_id: VariantId,
    pub(crate) change: i64,
    pub(crate) reason: &'a str,
    pub(crate) staff_id: Option<StaffId>,
}

pub(crate) async fn update_on_hand(
    tx: &Tx,
    adjustment: &Adjustment<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let Adjustment {
        variant_id,
        change,
        reason,
        staff_id,
    } = adjustment;
    let movement = MovementId::generate(now);
    tx.execute(UPDATE_ON_HAND, &[variant_id, change, &now])
        .await?;
    tx.execute(
        INSERT_ADJUSTMENT,
        &[&movement, variant_id, change, reason, staff_id, &now],
    )
    .await?;
    Ok(())
}

// In the order of ids, so that two orders that share variants never wait for each other in a
// circle. A statement of its own: what is decided and written after it sees what the wait for
// the locks has brought, also units that came back meanwhile.
const LOCK_LEVELS: &str = "
    select variant_id, on_hand, reserved, version, updated_at
    from stock_levels
    where variant_id = any($1)
    order by variant_id
    for update";

/// The levels of some variants, which stay as they are until the end of `tx`.
pub(crate) async fn lock_levels(tx: &Tx, variants: &[VariantId]) -> Result<Vec<Level>> {
    let rows = tx.query(LOCK_LEVELS, &[&variants]).await?;
    Ok(rows.iter().map(level).collect())
}

// Never waits, so it cannot be part of a circle, whatever the transaction holds already.
const LOCK_FREE_LEVELS: &str = "
    select variant_id, on_hand, reserved, version, updated_at
    from stock_levels
    where variant_id = any($1)
    order by variant_id
    for update skip locked";

/// As [`lock_levels`], without those that somebody else has locked.
pub(crate) async fn lock_free_levels(tx: &Tx, variants: &[VariantId]) -> Result<Vec<Level>> {
    let rows = tx.query(LOCK_FREE_LEVELS, &[&variants]).await?;
    Ok(rows.iter().map(level).collect())
}

// The levels are locked; the CHECK stands behind whoever forgets that.
const INSERT_RESERVATIONS: &str = "
    with held as (
        insert into reservations (id, order_id, variant_id, quantity, expires_at, created_at)
        select id, order_id, variant_id, quantity, $5, $6
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[])
            as new (id, order_id, variant_id, quantity)
        returning variant_id, quantity
    ), taken as (
        select variant_id, sum(quantity)::bigint as quantity
        from held
        group by variant_id
    )
    update stock_levels
    set reserved = reserved + taken.quantity
    from taken
    where stock_levels.variant_id = taken.variant_id";

/// Sets units of locked levels aside for orders.
pub(crate) async fn insert_reservations(
    tx: &Tx,
    holds: &[Hold],
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let of_hold = |hold: &Hold| vec![hold.order_id; hold.wants.len()];
    let orders: Vec<OrderId> = holds.iter().flat_map(of_hold).collect();
    let ids: Vec<ReservationId> = orders
        .iter()
        .map(|_| ReservationId::generate(now))
        .collect();
    let wants: Vec<Want> = holds.iter().flat_map(|hold| hold.wants.clone()).collect();
    let (variants, quantities) = columns(&wants);
    tx.execute(
        INSERT_RESERVATIONS,
        &[&ids, &orders, &variants, &quantities, &expires_at, &now],
    )
    .await?;
    Ok(())
}

// What a naive shop does: it writes what it computed from an earlier read. Only with the
// `stock guard` switched off, to show that the race tests catch it.
const UPDATE_RESERVED_UNGUARDED: &str = "
    update stock_levels
    set reserved = wanted.reserved
    from unnest($1::uuid[], $2::bigint[]) as wanted (variant_id, reserved)
    where stock_levels.variant_id = wanted.variant_id";

pub(crate) async fn update_reserved_unguarded(tx: &Tx, shelf: &Shelf) -> Result<()> {
    let (variants, reserved): (Vec<VariantId>, Vec<i64>) = shelf
        .levels()
        .map(|level| (level.variant_id, level.reserved))
        .unzip();
    tx.execute(UPDATE_RESERVED_UNGUARDED, &[&variants, &reserved])
        .await?;
    Ok(())
}

fn columns(wants: &[Want]) -> (Vec<VariantId>, Vec<i64>) {
    wants
        .iter()
        .map(|want| (want.variant_id, want.quantity))
        .unzip()
}

const UPDATE_RESERVATIONS_EXTENDED: &str = "
    update reservations
    set expires_at = $2
    where order_id = $1 and state = 'held' and expires_at < $2";

/// Moves the end of what an order holds, forward only.
pub(crate) async fn update_reservations_extended(
    tx: &Tx,
    order_id: OrderId,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_RESERVATIONS_EXTENDED, &[&order_id, &expires_at])
        .await?;
    Ok(())
}

const UPDATE_RESERVATIONS_ENDED: &str = "
    update reservations
    set state = $2, ended_at = $3
    where order_id = $1 and state = 'held'
    returning variant_id, quantity";

/// Ends what an order holds; answers what it held, nothing when it had ended before.
pub(crate) async fn update_reservations_ended(
    tx: &Tx,
    order_id: OrderId,
    state: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Want>> {
    let rows = tx
        .query(UPDATE_RESERVATIONS_ENDED, &[&order_id, &state, &now])
        .await?;
    let mut held: Vec<Want> = rows
        .iter()
        .map(|row| Want {
            variant_id: row.get("variant_id"),
            quantity: row.get("quantity"),
        })
        .collect();
    held.sort_by_key(|want| want.variant_id);
    Ok(held)
}

const LIST_RELEASED: &str = "
    select variant_id, quantity
    from reservations
    where order_id = $1 and state = 'released'
    order by variant_id";

/// What an order held until it was given back for sale, in the order of the variants' ids.
pub(crate) async fn list_released(conn: &Conn, order_id: OrderId) -> Result<Vec<Want>> {
    let rows = conn.query(LIST_RELEASED, &[&order_id]).await?;
    let want = |row: &Row| Want {
        variant_id: row.get("variant_id"),
        quantity: row.get("quantity"),
    };
    Ok(rows.iter().map(want).collect())
}

const UPDATE_RESERVATIONS_TAKEN_AGAIN: &str = "
    update reservations
    set state = 'claimed', ended_at = $2
    where order_id = $1 and state = 'released'";

pub(crate) async fn update_reservations_taken_again(
    tx: &Tx,
    order_id: OrderId,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_RESERVATIONS_TAKEN_AGAIN, &[&order_id, &now])
        .await?;
    Ok(())
}

// The levels are locked; the CHECK stands behind whoever forgets that.
const UPDATE_TAKEN: &str = "
    update stock_levels
    set on_hand = on_hand - taken.quantity, version = version + 1, updated_at = $3
    from unnest($1::uuid[], $2::bigint[]) as taken (variant_id, quantity)
    where stock_levels.variant_id = taken.variant_id";

/// Takes units that nobody holds off locked levels.
pub(crate) async fn update_taken(tx: &Tx, taken: &[Want], now: DateTime<Utc>) -> Result<()> {
    let (variants, quantities) = columns(taken);
    tx.execute(UPDATE_TAKEN, &[&variants, &quantities, &now])
        .await?;
    Ok(())
}

// `$3` is 1 where the units leave the shelf (a claim) and 0 where they go back for sale. What is
// on hand has a new version then: whoever counted before the sale must count again.
const UPDATE_RELEASED: &str = "
    with held as (
        select variant_id, quantity
        from unnest($1::uuid[], $2::bigint[]) as held (variant_id, quantity)
    ), shelf as materialized (
        select stock_levels.variant_id
        from stock_levels
        join held using (variant_id)
        order by stock_levels.variant_id
        for update of stock_levels
    )
    update stock_levels
    set reserved = reserved - held.quantity, on_hand = on_hand - held.quantity * $3,
        version = version + $3, updated_at = $4
    from held
    join shelf using (variant_id)
    where stock_levels.variant_id = held.variant_id";

pub(crate) async fn update_released(
    tx: &Tx,
    held: &[Want],
    leaves_shelf: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    let (variants, quantities) = columns(held);
    let factor = i64::from(leaves_shelf);
    tx.execute(UPDATE_RELEASED, &[&variants, &quantities, &factor, &now])
        .await?;
    Ok(())
}

const INSERT_SALES: &str = "
    insert into stock_movements (id, variant_id, kind, quantity, order_id, occurred_at)
    select id, variant_id, 'sale', -quantity, $4, $5
    from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as sold (id, variant_id, quantity)";

pub(crate) async fn insert_sales(
    tx: &Tx,
    order_id: OrderId,
    sold: &[Want],
    now: DateTime<Utc>,
) -> Result<()> {
    let ids: Vec<MovementId> = sold.iter().map(|_| MovementId::generate(now)).collect();
    let (variants, quantities) = columns(sold);
    tx.execute(
        INSERT_SALES,
        &[&ids, &variants, &quantities, &order_id, &now],
    )
    .await?;
    Ok(())
}
