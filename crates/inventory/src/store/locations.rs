//! Every statement on locations.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ids::LocationId;
use kit::{Conn, Result, Tx};
use tokio_postgres::Row;

use crate::model::Location;

fn location(row: &Row) -> Location {
    Location {
        id: row.get("id"),
        code: row.get("code"),
        name: row.get("name"),
        priority: row.get("priority"),
        regions: row.get("regions"),
        is_active: row.get("is_active"),
        version: row.get("version"),
        updated_at: row.get("updated_at"),
    }
}

const LIST_SELLING_LOCATIONS: &str = "
    select id, code, name, priority, regions, is_active, version, updated_at
    from stock_locations
    where is_active
    order by priority, id";

/// The locations whose stock is for sale.
pub(crate) async fn list_selling_locations(conn: &Conn) -> Result<Vec<Location>> {
    let rows = conn.query(LIST_SELLING_LOCATIONS, &[]).await?;
    Ok(rows.iter().map(location).collect())
}

const LIST_LOCATIONS: &str = "
    select id, code, name, priority, regions, is_active, version, updated_at
    from stock_locations
    where $1::uuid is null or id > $1
    order by id
    limit $2::bigint + 1";

/// Up to `limit` locations after one, and one more if there are more.
pub(crate) async fn list_locations(
    conn: &Conn,
    after: Option<LocationId>,
    limit: i64,
) -> Result<Vec<Location>> {
    let rows = conn.query(LIST_LOCATIONS, &[&after, &limit]).await?;
    Ok(rows.iter().map(location).collect())
}

const FIND_LOCATION: &str = "
    select id, code, name, priority, regions, is_active, version, updated_at
    from stock_locations
    where id = $1";

pub(crate) async fn find_location(conn: &Conn, id: LocationId) -> Result<Option<Location>> {
    let row = conn.query_opt(FIND_LOCATION, &[&id]).await?;
    Ok(row.as_ref().map(location))
}

const LOCK_LOCATION: &str = "
    select id, code, name, priority, regions, is_active, version, updated_at
    from stock_locations
    where id = $1
    for update";

pub(crate) async fn lock_location(tx: &Tx, id: LocationId) -> Result<Option<Location>> {
    let row = tx.query_opt(LOCK_LOCATION, &[&id]).await?;
    Ok(row.as_ref().map(location))
}

const INSERT_LOCATION: &str = "
    insert into stock_locations
        (id, code, name, priority, regions, is_active, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $7)";

pub(crate) async fn insert_location(tx: &Tx, new: &Location, now: DateTime<Utc>) -> Result<()> {
    tx.execute(
        INSERT_LOCATION,
        &[
            &new.id,
            &new.code,
            &new.name,
            &new.priority,
            &new.regions,
            &new.is_active,
            &now,
        ],
    )
    .await?;
    Ok(())
}

const UPDATE_LOCATION: &str = "
    update stock_locations
    set code = $2, name = $3, priority = $4, regions = $5, is_active = $6,
        version = version + 1, updated_at = $7
    where id = $1";

pub(crate) async fn update_location(tx: &Tx, changed: &Location, now: DateTime<Utc>) -> Result<()> {
    tx.execute(
        UPDATE_LOCATION,
        &[
            &changed.id,
            &changed.code,
            &changed.name,
            &changed.priority,
            &changed.regions,
            &changed.is_active,
            &now,
        ],
    )
    .await?;
    Ok(())
}

const LIST_LOCATION_IDS: &str = "
    select id
    from stock_locations
    where id = any($1)";

/// Which of these locations there are.
pub(crate) async fn list_location_ids(
    conn: &Conn,
    ids: &[LocationId],
) -> Result<BTreeSet<LocationId>> {
    let rows = conn.query(LIST_LOCATION_IDS, &[&ids]).await?;
    Ok(rows.iter().map(|row| row.get("id")).collect())
}
