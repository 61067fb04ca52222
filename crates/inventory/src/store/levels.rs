//! Every statement on stock levels.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ids::{LocationId, VariantId};
use kit::{Conn, Result, Tx};
use tokio_postgres::Row;

use crate::model::{Level, Pick, Shelf, StockOpening};

fn level(row: &Row) -> Level {
    Level {
        variant_id: row.get("variant_id"),
        location_id: row.get("location_id"),
        on_hand: row.get("on_hand"),
        reserved: row.get("reserved"),
        safety_stock: row.get("safety_stock"),
        version: row.get("version"),
        updated_at: row.get("updated_at"),
    }
}

const LIST_LEVELS: &str = "
    select variant_id, location_id, on_hand, reserved, safety_stock, version, updated_at
    from stock_levels
    where variant_id = any($1)
    order by variant_id, location_id";

/// The levels of some variants at every location, in the order of their ids.
///
/// # Errors
/// Faults of the database.
pub async fn list_levels(conn: &Conn, variants: &[VariantId]) -> Result<Vec<Level>> {
    let rows = conn.query(LIST_LEVELS, &[&variants]).await?;
    Ok(rows.iter().map(level).collect())
}

const FIND_LEVEL: &str = "
    select variant_id, location_id, on_hand, reserved, safety_stock, version, updated_at
    from stock_levels
    where variant_id = $1 and location_id = $2";

/// The level of a variant at a location.
///
/// # Errors
/// Faults of the database.
pub async fn find_level(
    conn: &Conn,
    variant_id: VariantId,
    location_id: LocationId,
) -> Result<Option<Level>> {
    let row = conn
        .query_opt(FIND_LEVEL, &[&variant_id, &location_id])
        .await?;
    Ok(row.as_ref().map(level))
}

// In the order of ids, so that two orders that share variants never wait for each other in a
// circle. A statement of its own: what is decided and written after it sees what the wait for
// the locks has brought, also units that came back meanwhile.
const LOCK_LEVELS: &str = "
    select variant_id, location_id, on_hand, reserved, safety_stock, version, updated_at
    from stock_levels
    where variant_id = any($1)
    order by variant_id, location_id
    for update";

/// The levels of some variants, which stay as they are until the end of `tx`.
pub(crate) async fn lock_levels(tx: &Tx, variants: &[VariantId]) -> Result<Vec<Level>> {
    let rows = tx.query(LOCK_LEVELS, &[&variants]).await?;
    Ok(rows.iter().map(level).collect())
}

// Never waits, so it cannot be part of a circle, whatever the transaction holds already.
const LOCK_FREE_LEVELS: &str = "
    select variant_id, location_id, on_hand, reserved, safety_stock, version, updated_at, (
            select count(*) from stock_levels as places
            where places.variant_id = stock_levels.variant_id
        ) as places_count
    from stock_levels
    where variant_id = any($1)
    order by variant_id, location_id
    for update skip locked";

/// What a shelf is locked with.
pub(crate) const LOCKS: [&str; 2] = [LOCK_LEVELS, LOCK_FREE_LEVELS];

const LIST_AVAILABLE: &str = "
    select variant_id, available
    from stock_offers
    where variant_id = any($1)";

const LIST_SEEN: &str = "
    select variant_id, available,
        exists (select from bundle_parts where bundle_id = variant_id) as is_bundle
    from stock_offers
    where variant_id = any($1)";

/// As [`list_available`], and whether a variant is a bundle.
pub(crate) async fn list_seen(
    conn: &Conn,
    variants: &[VariantId],
) -> Result<Vec<(VariantId, i64, bool)>> {
    let rows = conn.query(LIST_SEEN, &[&variants]).await?;
    let seen = |row: &Row| {
        (
            row.get("variant_id"),
            row.get("available"),
            row.get("is_bundle"),
        )
    };
    Ok(rows.iter().map(seen).collect())
}

/// Units of some variants that can still be ordered, of the stock and beyond it.
///
/// # Errors
/// Faults of the database.
pub async fn list_available(conn: &Conn, variants: &[VariantId]) -> Result<Vec<(VariantId, i64)>> {
    let rows = conn.query(LIST_AVAILABLE, &[&variants]).await?;
    let available = |row: &Row| (row.get("variant_id"), row.get("available"));
    Ok(rows.iter().map(available).collect())
}

// Each transaction that changes a row leaves its number there.
const FIND_LEVEL_VERSIONS: &str = "
    select coalesce(string_agg(xmin::text, ',' order by variant_id, location_id), '') as version
    from stock_levels
    where variant_id = any($1)";

/// Another text whenever somebody has changed a level of one of these variants.
///
/// # Errors
/// Faults of the database.
pub async fn find_level_versions(conn: &Conn, variants: &[VariantId]) -> Result<String> {
    let row = conn.query_one(FIND_LEVEL_VERSIONS, &[&variants]).await?;
    Ok(row.get("version"))
}

/// As [`lock_levels`], without the variants of which somebody else has a level locked.
pub(crate) async fn lock_free_levels(tx: &Tx, variants: &[VariantId]) -> Result<Vec<Level>> {
    let rows = tx.query(LOCK_FREE_LEVELS, &[&variants]).await?;
    let mut locked: BTreeMap<VariantId, i64> = BTreeMap::new();
    for row in &rows {
        *locked.entry(row.get("variant_id")).or_default() += 1;
    }
    let is_whole = |row: &&Row| {
        let locked = locked.get(&row.get::<_, VariantId>("variant_id"));
        locked == Some(&row.get("places_count"))
    };
    Ok(rows.iter().filter(is_whole).map(level).collect())
}

// Where the variant or the location is not known, nothing is opened.
const INSERT_MISSING_LEVELS: &str = "
    insert into stock_levels (variant_id, location_id, version, updated_at)
    select variant_id, location_id, 0, $3
    from unnest($1::uuid[], $2::uuid[]) as wanted (variant_id, location_id)
    where exists (
            select from stock_levels as opened where opened.variant_id = wanted.variant_id
        )
        and exists (select from stock_locations where id = wanted.location_id)
    group by variant_id, location_id
    order by variant_id, location_id
    on conflict (variant_id, location_id) do nothing";

/// Opens empty levels of version 0 where nothing ever was.
pub(crate) async fn insert_missing_levels(
    tx: &Tx,
    places: &[(VariantId, LocationId)],
    now: DateTime<Utc>,
) -> Result<()> {
    let (variants, locations): (Vec<VariantId>, Vec<LocationId>) = places.iter().copied().unzip();
    tx.execute(INSERT_MISSING_LEVELS, &[&variants, &locations, &now])
        .await?;
    Ok(())
}

const LOCK_PLACES: &str = "
    select variant_id, location_id, on_hand, reserved, safety_stock, version, updated_at
    from stock_levels
    where variant_id = any($1)
    order by variant_id, location_id
    for update";

/// The levels of some variants at every location, which stay as they are until the end of `tx`:
/// what comes to one place may be owed to somebody who could have it from another.
pub(crate) async fn lock_places(tx: &Tx, places: &[(VariantId, LocationId)]) -> Result<Vec<Level>> {
    let variants: Vec<VariantId> = places.iter().map(|place| place.0).collect();
    let rows = tx.query(LOCK_PLACES, &[&variants]).await?;
    Ok(rows.iter().map(level).collect())
}

const INSERT_LEVELS: &str = "
    insert into stock_levels (variant_id, on_hand, updated_at)
    select variant_id, on_hand, $3
    from unnest($1::uuid[], $2::bigint[]) as opened (variant_id, on_hand)";

pub(crate) async fn insert_levels(
    tx: &Tx,
    openings: &[StockOpening],
    now: DateTime<Utc>,
) -> Result<()> {
    let variants: Vec<VariantId> = openings.iter().map(|opening| opening.variant_id).collect();
    let on_hand: Vec<i64> = openings.iter().map(|opening| opening.on_hand).collect();
    tx.execute(INSERT_LEVELS, &[&variants, &on_hand, &now])
        .await?;
    Ok(())
}

// The levels are locked; the CHECK stands behind whoever forgets that. What is on hand has a new
// version then: whoever counted before must count again.
const UPDATE_ON_HAND: &str = "
    update stock_levels
    set on_hand = on_hand + moved.quantity, version = version + 1, updated_at = $4
    from (
        select variant_id, location_id, sum(quantity)::bigint as quantity
        from unnest($1::uuid[], $2::uuid[], $3::bigint[])
            as moved (variant_id, location_id, quantity)
        group by variant_id, location_id
    ) as moved
    where stock_levels.variant_id = moved.variant_id
        and stock_levels.location_id = moved.location_id";

/// Adds to what is on hand at locked levels; less than nothing takes away.
pub(crate) async fn update_on_hand(tx: &Tx, changes: &[Pick], now: DateTime<Utc>) -> Result<()> {
    let (variants, locations, quantities) = columns(changes);
    tx.execute(UPDATE_ON_HAND, &[&variants, &locations, &quantities, &now])
        .await?;
    Ok(())
}

const UPDATE_SAFETY_STOCK: &str = "
    update stock_levels
    set safety_stock = $3, version = version + 1, updated_at = $4
    where variant_id = $1 and location_id = $2";

pub(crate) async fn update_safety_stock(
    tx: &Tx,
    level: &Level,
    safety_stock: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let (variant_id, location_id) = (level.variant_id, level.location_id);
    tx.execute(
        UPDATE_SAFETY_STOCK,
        &[&variant_id, &location_id, &safety_stock, &now],
    )
    .await?;
    Ok(())
}

// What a naive shop does: it writes what it computed from an earlier read. Only with the
// `stock guard` switched off, to show that the race tests catch it.
const UPDATE_RESERVED_UNGUARDED: &str = "
    update stock_levels
    set reserved = wanted.reserved
    from unnest($1::uuid[], $2::uuid[], $3::bigint[])
        as wanted (variant_id, location_id, reserved)
    where stock_levels.variant_id = wanted.variant_id
        and stock_levels.location_id = wanted.location_id";

pub(crate) async fn update_reserved_unguarded(tx: &Tx, shelf: &Shelf) -> Result<()> {
    let reserved = |level: &Level| Pick {
        variant_id: level.variant_id,
        location_id: level.location_id,
        quantity: level.reserved,
    };
    let reserved: Vec<Pick> = shelf.levels().map(reserved).collect();
    let (variants, locations, reserved) = columns(&reserved);
    tx.execute(
        UPDATE_RESERVED_UNGUARDED,
        &[&variants, &locations, &reserved],
    )
    .await?;
    Ok(())
}

// `$4` is 1 where the units leave the shelf (a claim) and 0 where they go back for sale.
const UPDATE_RELEASED: &str = "
    with held as (
        select variant_id, location_id, quantity
        from unnest($1::uuid[], $2::uuid[], $3::bigint[])
            as held (variant_id, location_id, quantity)
    ), shelf as materialized (
        select stock_levels.variant_id, stock_levels.location_id
        from stock_levels
        join held using (variant_id, location_id)
        order by stock_levels.variant_id, stock_levels.location_id
        for update of stock_levels
    )
    update stock_levels
    set reserved = reserved - held.quantity, on_hand = on_hand - held.quantity * $4,
        version = version + $4, updated_at = $5
    from held
    join shelf using (variant_id, location_id)
    where stock_levels.variant_id = held.variant_id
        and stock_levels.location_id = held.location_id";

pub(crate) async fn update_released(
    tx: &Tx,
    held: &[Pick],
    leaves_shelf: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    let (variants, locations, quantities) = columns(held);
    let factor = i64::from(leaves_shelf);
    tx.execute(
        UPDATE_RELEASED,
        &[&variants, &locations, &quantities, &factor, &now],
    )
    .await?;
    Ok(())
}

/// Picks as the arrays that statements take.
pub(super) fn columns(picks: &[Pick]) -> (Vec<VariantId>, Vec<LocationId>, Vec<i64>) {
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for pick in picks {
        columns.0.push(pick.variant_id);
        columns.1.push(pick.location_id);
        columns.2.push(pick.quantity);
    }
    columns
}
