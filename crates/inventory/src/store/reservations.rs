//! Every statement on reservations.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ids::{LocationId, OrderId, ReservationId};
use kit::{Conn, Result, Tx};
use tokio_postgres::Row;

use super::levels::columns;
use crate::model::{Hold, Pick, Want};

fn pick(row: &Row) -> Pick {
    Pick {
        variant_id: row.get("variant_id"),
        location_id: row.get("location_id"),
        quantity: row.get("quantity"),
    }
}

// The levels are locked; the CHECK stands behind whoever forgets that.
const INSERT_RESERVATIONS: &str = "
    with held as (
        insert into reservations
            (id, order_id, variant_id, location_id, quantity, expires_at, created_at)
        select id, order_id, variant_id, location_id, quantity, $6, $7
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[])
            as new (id, order_id, variant_id, location_id, quantity)
        returning variant_id, location_id, quantity
    ), taken as (
        select variant_id, location_id, sum(quantity)::bigint as quantity
        from held
        group by variant_id, location_id
    )
    update stock_levels
    set reserved = reserved + taken.quantity
    from taken
    where stock_levels.variant_id = taken.variant_id
        and stock_levels.location_id = taken.location_id";

/// Sets units of locked levels aside for orders.
pub(crate) async fn insert_reservations(
    tx: &Tx,
    holds: &[Hold],
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let of_hold = |hold: &Hold| vec![hold.order_id; hold.picks.len()];
    let orders: Vec<OrderId> = holds.iter().flat_map(of_hold).collect();
    let ids = new_ids(orders.len(), now);
    let picks: Vec<Pick> = holds.iter().flat_map(|hold| hold.picks.clone()).collect();
    let (variants, locations, quantities) = columns(&picks);
    tx.execute(
        INSERT_RESERVATIONS,
        &[
            &ids,
            &orders,
            &variants,
            &locations,
            &quantities,
            &expires_at,
            &now,
        ],
    )
    .await?;
    Ok(())
}

fn new_ids(count: usize, now: DateTime<Utc>) -> Vec<ReservationId> {
    (0..count).map(|_| ReservationId::generate(now)).collect()
}

/// One entry for each level, in the order of ids: units may have come for an order several times.
fn by_level(picks: impl Iterator<Item = Pick>) -> Vec<Pick> {
    let mut sums = BTreeMap::new();
    for pick in picks {
        *sums.entry((pick.variant_id, pick.location_id)).or_default() += pick.quantity;
    }
    let pick = |((variant_id, location_id), quantity)| Pick {
        variant_id,
        location_id,
        quantity,
    };
    sums.into_iter().map(pick).collect()
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

pub(super) const UPDATE_RESERVATIONS_ENDED: &str = "
    update reservations
    set state = $2, ended_at = $3
    where order_id = $1 and state = 'held'
    returning variant_id, location_id, quantity";

/// Ends what an order holds; answers what it held, nothing when it had ended before.
pub(crate) async fn update_reservations_ended(
    tx: &Tx,
    order_id: OrderId,
    state: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Pick>> {
    let rows = tx
        .query(UPDATE_RESERVATIONS_ENDED, &[&order_id, &state, &now])
        .await?;
    Ok(by_level(rows.iter().map(pick)))
}

const LIST_RELEASED: &str = "
    select variant_id, location_id, quantity
    from reservations
    where order_id = $1 and state = 'released'
    order by variant_id, location_id";

/// What an order held until it was given back for sale, in the order of ids.
pub(crate) async fn list_released(conn: &Conn, order_id: OrderId) -> Result<Vec<Pick>> {
    let rows = conn.query(LIST_RELEASED, &[&order_id]).await?;
    Ok(by_level(rows.iter().map(pick)))
}

// One statement, and so one snapshot: what comes for an order meanwhile is waited for, or there.
// Units may have come for it several times.
const LIST_UNITS_OF_ORDER: &str = "
    select variant_id, location_id, sum(quantity)::bigint as quantity
    from reservations
    where order_id = $1 and state <> 'released'
    group by variant_id, location_id
    union all
    select variant_id, null, waiting
    from backorders
    where order_id = $1 and waiting > 0
    order by variant_id, location_id";

/// What an order holds, or has taken because it is paid: the sum of each level; and what it waits
/// for. Both in the order of ids.
///
/// # Errors
/// Faults of the database.
pub async fn list_units_of_order(conn: &Conn, order_id: OrderId) -> Result<(Vec<Pick>, Vec<Want>)> {
    let rows = conn.query(LIST_UNITS_OF_ORDER, &[&order_id]).await?;
    let is_there = |row: &&Row| row.get::<_, Option<LocationId>>("location_id").is_some();
    let (there, awaited): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(is_there);
    let want = |row: &Row| Want {
        variant_id: row.get("variant_id"),
        quantity: row.get("quantity"),
    };
    let picks = by_level(there.into_iter().map(pick));
    Ok((picks, awaited.into_iter().map(want).collect()))
}

const DELETE_RELEASED: &str = "
    delete from reservations
    where order_id = $1 and state = 'released'
    returning expires_at, created_at";

const INSERT_TAKEN_AGAIN: &str = "
    insert into reservations
        (id, order_id, variant_id, location_id, quantity, state, expires_at, created_at, ended_at)
    select id, $2, variant_id, location_id, quantity, 'claimed', $6, $7, $8
    from unnest($1::uuid[], $3::uuid[], $4::uuid[], $5::bigint[])
        as new (id, variant_id, location_id, quantity)";

/// Claims for an order, in the place of what it once held, what it was given now: it may be at
/// other locations.
pub(crate) async fn update_taken_again(
    tx: &Tx,
    order_id: OrderId,
    picks: &[Pick],
    now: DateTime<Utc>,
) -> Result<()> {
    let before = tx.query(DELETE_RELEASED, &[&order_id]).await?;
    // An order that only waited has held nothing.
    let times = |row: &Row| (row.get("expires_at"), row.get("created_at"));
    let (expires_at, created_at): (DateTime<Utc>, DateTime<Utc>) =
        before.first().map_or((now, now), times);
    let ids = new_ids(picks.len(), now);
    let (variants, locations, quantities) = columns(picks);
    tx.execute(
        INSERT_TAKEN_AGAIN,
        &[
            &ids,
            &order_id,
            &variants,
            &locations,
            &quantities,
            &expires_at,
            &created_at,
            &now,
        ],
    )
    .await?;
    Ok(())
}
