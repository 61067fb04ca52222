//! Every statement on the books of addresses.

use chrono::{DateTime, Utc};
use ids::{AddressId, CustomerId};
use kit::{Conn, Result, Tx, db::Param};
use tokio_postgres::Row;

use crate::model::KeptAddress;

fn kept(row: &Row) -> Result<KeptAddress> {
    Ok(KeptAddress {
        id: row.get("id"),
        label: row.get("label"),
        address: serde_json::from_value(row.get("address"))?,
        is_default: row.get("is_default"),
        version: row.get("version"),
        created_at: row.get("created_at"),
        updated_at: row.get("updated_at"),
    })
}

const LIST_ADDRESSES: &str = "
    select id, label, address, is_default, version, created_at, updated_at
    from customer_addresses
    where customer_id = $1
    order by is_default desc, id";

/// The default first, then in the order in which they were written down.
pub(crate) async fn list_addresses(
    conn: &Conn,
    customer_id: CustomerId,
) -> Result<Vec<KeptAddress>> {
    let rows = conn.query(LIST_ADDRESSES, &[&customer_id]).await?;
    rows.iter().map(kept).collect()
}

const FIND_ADDRESS: &str = "
    select id, label, address, is_default, version, created_at, updated_at
    from customer_addresses
    where customer_id = $1 and id = $2";

pub(crate) async fn find_address(
    conn: &Conn,
    customer_id: CustomerId,
    id: AddressId,
) -> Result<Option<KeptAddress>> {
    let row = conn.query_opt(FIND_ADDRESS, &[&customer_id, &id]).await?;
    row.as_ref().map(kept).transpose()
}

// The account's row stands for its book: whoever changes the book has it alone.
const LOCK_BOOK: &str = "
    select id
    from customers
    where id = $1 and is_active
    for no key update";

pub(crate) async fn lock_book(tx: &Tx, customer_id: CustomerId) -> Result<bool> {
    Ok(tx.query_opt(LOCK_BOOK, &[&customer_id]).await?.is_some())
}

const UPDATE_NO_DEFAULT: &str = "
    update customer_addresses
    set is_default = false, version = version + 1, updated_at = $3
    where customer_id = $1 and is_default and id <> $2";

/// Leaves no default but, perhaps, `but`.
pub(crate) async fn update_no_default(
    tx: &Tx,
    customer_id: CustomerId,
    but: AddressId,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_NO_DEFAULT, &[&customer_id, &but, &now])
        .await?;
    Ok(())
}

const INSERT_ADDRESS: &str = "
    insert into customer_addresses
        (id, customer_id, label, address, is_default, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $6)";

pub(crate) async fn insert_address(
    tx: &Tx,
    customer_id: CustomerId,
    new: &KeptAddress,
) -> Result<()> {
    let address = serde_json::to_value(&new.address)?;
    let params: [Param<'_>; 6] = [
        &new.id,
        &customer_id,
        &new.label,
        &address,
        &new.is_default,
        &new.created_at,
    ];
    tx.execute(INSERT_ADDRESS, &params).await?;
    Ok(())
}

const UPDATE_ADDRESS: &str = "
    update customer_addresses
    set label = $2, address = $3, is_default = $4, version = $5, updated_at = $6
    where id = $1";

pub(crate) async fn update_address(tx: &Tx, changed: &KeptAddress) -> Result<()> {
    let address = serde_json::to_value(&changed.address)?;
    let params: [Param<'_>; 6] = [
        &changed.id,
        &changed.label,
        &address,
        &changed.is_default,
        &changed.version,
        &changed.updated_at,
    ];
    tx.execute(UPDATE_ADDRESS, &params).await?;
    Ok(())
}

const DELETE_ADDRESS: &str = "delete from customer_addresses where customer_id = $1 and id = $2";

pub(crate) async fn delete_address(
    tx: &Tx,
    customer_id: CustomerId,
    id: AddressId,
) -> Result<bool> {
    Ok(tx.execute(DELETE_ADDRESS, &[&customer_id, &id]).await? == 1)
}
