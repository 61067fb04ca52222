//! Every SQL statement on groups of customers.

use chrono::{DateTime, Utc};
use ids::{CustomerGroupId, CustomerId};
use kit::{Conn, Result, Tx};
use tokio_postgres::Row;

use crate::model::{CustomerGroup, GroupMember};

fn group(row: &Row) -> CustomerGroup {
    CustomerGroup {
        id: row.get("id"),
        name: row.get("name"),
        version: row.get("version"),
    }
}

const INSERT_GROUP: &str = "
    insert into customer_groups (id, name, created_at, updated_at)
    values ($1, $2, $3, $3)";

pub(crate) async fn insert_group(tx: &Tx, new: &CustomerGroup, now: DateTime<Utc>) -> Result<()> {
    tx.execute(INSERT_GROUP, &[&new.id, &new.name, &now])
        .await?;
    Ok(())
}

const FIND_GROUP: &str = "
    select id, name, version
    from customer_groups
    where id = $1";

pub(crate) async fn find_group(conn: &Conn, id: CustomerGroupId) -> Result<Option<CustomerGroup>> {
    let row = conn.query_opt(FIND_GROUP, &[&id]).await?;
    Ok(row.as_ref().map(group))
}

const LOCK_GROUP: &str = "
    select id, name, version
    from customer_groups
    where id = $1
    for update";

/// A group that stays as it is until the end of `tx`.
pub(crate) async fn lock_group(tx: &Tx, id: CustomerGroupId) -> Result<Option<CustomerGroup>> {
    let row = tx.query_opt(LOCK_GROUP, &[&id]).await?;
    Ok(row.as_ref().map(group))
}

const LIST_GROUPS: &str = "
    select id, name, version
    from customer_groups
    where ($1::uuid is null or id > $1)
    order by id
    limit $2";

/// Groups, the oldest first.
pub(crate) async fn list_groups(
    conn: &Conn,
    after: Option<CustomerGroupId>,
    limit: i64,
) -> Result<Vec<CustomerGroup>> {
    let rows = conn.query(LIST_GROUPS, &[&after, &limit]).await?;
    Ok(rows.iter().map(group).collect())
}

const UPDATE_GROUP: &str = "
    update customer_groups
    set name = $2, version = version + 1, updated_at = $3
    where id = $1";

pub(crate) async fn update_group(
    tx: &Tx,
    changed: &CustomerGroup,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_GROUP, &[&changed.id, &changed.name, &now])
        .await?;
    Ok(())
}

const DELETE_GROUP: &str = "delete from customer_groups where id = $1";

pub(crate) async fn delete_group(tx: &Tx, id: CustomerGroupId) -> Result<()> {
    tx.execute(DELETE_GROUP, &[&id]).await?;
    Ok(())
}

const LIST_MEMBERS: &str = "
    select id, email, first_name, last_name
    from customers
    where group_id = $1
      and ($2::uuid is null or id > $2)
    order by id
    limit $3";

fn member(row: &Row) -> GroupMember {
    GroupMember {
        id: row.get("id"),
        email: row.get("email"),
        first_name: row.get("first_name"),
        last_name: row.get("last_name"),
    }
}

/// The customers of a group, in the order of their ids.
pub(crate) async fn list_members(
    conn: &Conn,
    id: CustomerGroupId,
    after: Option<CustomerId>,
    limit: i64,
) -> Result<Vec<GroupMember>> {
    let rows = conn.query(LIST_MEMBERS, &[&id, &after, &limit]).await?;
    Ok(rows.iter().map(member).collect())
}

const UPDATE_MEMBER: &str = "
    update customers
    set group_id = $2, updated_at = $3
    where email_key = $1 and is_active
    returning id, email, first_name, last_name";

/// Puts the account with this address into a group, out of the one in which it was.
pub(crate) async fn update_member(
    tx: &Tx,
    email_key: &str,
    id: CustomerGroupId,
    now: DateTime<Utc>,
) -> Result<Option<GroupMember>> {
    let row = tx
        .query_opt(UPDATE_MEMBER, &[&email_key, &id, &now])
        .await?;
    Ok(row.as_ref().map(member))
}

const UPDATE_NO_MEMBER: &str = "
    update customers
    set group_id = null, updated_at = $3
    where id = $1 and group_id = $2
    returning id, email, first_name, last_name";

/// Takes a customer out of a group; none if they were not in it.
pub(crate) async fn update_no_member(
    tx: &Tx,
    customer_id: CustomerId,
    id: CustomerGroupId,
    now: DateTime<Utc>,
) -> Result<Option<GroupMember>> {
    let row = tx
        .query_opt(UPDATE_NO_MEMBER, &[&customer_id, &id, &now])
        .await?;
    Ok(row.as_ref().map(member))
}

const FIND_GROUP_OF: &str = "
    select group_id
    from customers
    where id = $1";

/// The group of a customer.
pub(crate) async fn find_group_of(
    conn: &Conn,
    customer_id: CustomerId,
) -> Result<Option<CustomerGroupId>> {
    let row = conn.query_opt(FIND_GROUP_OF, &[&customer_id]).await?;
    Ok(row.and_then(|row| row.get("group_id")))
}
