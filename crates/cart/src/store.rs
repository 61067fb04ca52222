//! Every statement on carts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ids::{CartId, CartItemId, CustomerId, VariantId};
use inventory::Want;
use kit::{
    Conn, Error, Result, Tx,
    db::{Param, try_join},
};
use money::Currency;
use serde_json::Value;
use tokio_postgres::Row;

use crate::model::{Cart, CartItem, CartState};

fn cart(row: &Row) -> Result<Cart> {
    let currency: Currency = row
        .get::<_, &str>("currency")
        .parse()
        .map_err(Error::fault)?;
    let state: &str = row.get("state");
    Ok(Cart {
        id: row.get("id"),
        customer_id: row.get("customer_id"),
        group_id: row.get("group_id"),
        token_hash: row.get("token_hash"),
        currency,
        state: CartState::parse(state)
            .ok_or_else(|| Error::fault(format_args!("unknown cart state {state}")))?,
        coupons: row.get("coupons"),
        shipping_address: row
            .get::<_, Option<Value>>("shipping_address")
            .map(serde_json::from_value)
            .transpose()?,
        shipping_method_id: row.get("shipping_method_id"),
        version: row.get("version"),
        created_at: row.get("created_at"),
        updated_at: row.get("updated_at"),
    })
}

const FIND_CART: &str = "
    select id, customer_id, token_hash, currency, state, coupons, shipping_address,
        shipping_method_id, version, created_at, updated_at,
        (select group_id from customers where customers.id = customer_id) as group_id
    from carts
    where id = $1";

pub(crate) async fn find_cart(conn: &Conn, id: CartId) -> Result<Option<Cart>> {
    conn.query_opt(FIND_CART, &[&id])
        .await?
        .as_ref()
        .map(cart)
        .transpose()
}

const LOCK_CART: &str = "
    select id, customer_id, token_hash, currency, state, coupons, shipping_address,
        shipping_method_id, version, created_at, updated_at,
        (select group_id from customers where customers.id = customer_id) as group_id
    from carts
    where id = $1
    for update";

/// A cart that stays as it is until the end of `tx`. Its lines change only under this lock.
pub(crate) async fn lock_cart(tx: &Tx, id: CartId) -> Result<Option<Cart>> {
    if tx.sabotage().has_removed("cart lock") {
        return find_cart(tx, id).await;
    }
    tx.query_opt(LOCK_CART, &[&id])
        .await?
        .as_ref()
        .map(cart)
        .transpose()
}

const LIST_CARTS: &str = "
    select id, customer_id, token_hash, currency, state, coupons, shipping_address,
        shipping_method_id, version, created_at, updated_at,
        (select group_id from customers where customers.id = customer_id) as group_id
    from carts
    where id = any($1)
    order by id";

pub(crate) async fn list_carts(conn: &Conn, ids: &[CartId]) -> Result<Vec<Cart>> {
    let rows = conn.query(LIST_CARTS, &[&ids]).await?;
    rows.iter().map(cart).collect()
}

const LOCK_FREE_CARTS: &str = "
    select id, customer_id, token_hash, currency, state, coupons, shipping_address,
        shipping_method_id, version, created_at, updated_at,
        (select group_id from customers where customers.id = customer_id) as group_id
    from carts
    where id = any($1)
    order by id
    for update skip locked";

// What a bundle is made of is known before its parts are locked, in the order of their ids.
const LIST_ITEMS_OF_CARTS: &str = "
    select cart_id, id, variant_id, quantity,
        array(
            select part_id from bundle_parts where bundle_id = variant_id order by part_id
        ) as part_ids,
        array(
            select bundle_parts.quantity from bundle_parts
            where bundle_id = variant_id
            order by part_id
        ) as part_quantities
    from cart_items
    where cart_id = any($1)
    order by cart_id, created_at, id";

/// As [`lock_cart`], for many: those that nobody else has locked, and the lines of all of them.
pub(crate) async fn lock_free_carts(
    tx: &Tx,
    ids: &[CartId],
) -> Result<(Vec<Cart>, BTreeMap<CartId, Vec<CartItem>>)> {
    let statement = if tx.sabotage().has_removed("cart lock") {
        LIST_CARTS
    } else {
        LOCK_FREE_CARTS
    };
    list_with_items(tx, statement, ids).await
}

/// Some carts and the lines of all of them.
pub(crate) async fn list_carts_with_items(
    conn: &Conn,
    ids: &[CartId],
) -> Result<(Vec<Cart>, BTreeMap<CartId, Vec<CartItem>>)> {
    list_with_items(conn, LIST_CARTS, ids).await
}

/// Carts by a statement, and then their lines: under its locks, if it takes any, because the
/// statements run in this order.
async fn list_with_items(
    conn: &Conn,
    carts: &str,
    ids: &[CartId],
) -> Result<(Vec<Cart>, BTreeMap<CartId, Vec<CartItem>>)> {
    conn.prepare_all(&[carts, LIST_ITEMS_OF_CARTS]).await?;
    let params: [Param<'_>; 1] = [&ids];
    let (found, listed) = try_join(
        conn.query(carts, &params),
        conn.query(LIST_ITEMS_OF_CARTS, &params),
    )
    .await?;
    let carts = found.iter().map(cart).collect::<Result<_>>()?;
    let mut items: BTreeMap<CartId, Vec<CartItem>> = BTreeMap::new();
    for row in &listed {
        let part_ids: Vec<VariantId> = row.get("part_ids");
        let quantities: Vec<i64> = row.get("part_quantities");
        let part = |(variant_id, quantity)| Want {
            variant_id,
            quantity,
        };
        let parts = part_ids.into_iter().zip(quantities).map(part).collect();
        let item = CartItem { parts, ..item(row) };
        items.entry(row.get("cart_id")).or_default().push(item);
    }
    Ok((carts, items))
}

const FIND_OPEN_CART: &str = "
    select id, customer_id, token_hash, currency, state, coupons, shipping_address,
        shipping_method_id, version, created_at, updated_at,
        (select group_id from customers where customers.id = customer_id) as group_id
    from carts
    where customer_id = $1 and state = 'open'";

pub(crate) async fn find_open_cart(conn: &Conn, customer_id: CustomerId) -> Result<Option<Cart>> {
    conn.query_opt(FIND_OPEN_CART, &[&customer_id])
        .await?
        .as_ref()
        .map(cart)
        .transpose()
}

// Two devices at once: the second insert waits for the first, then does nothing.
const INSERT_CART: &str = "
    insert into carts (id, customer_id, token_hash, currency, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $5)
    on conflict (customer_id) where state = 'open' and customer_id is not null do nothing";

/// Whether the cart was written; a customer who has an open one keeps that.
pub(crate) async fn insert_cart(tx: &Tx, cart: &Cart) -> Result<bool> {
    let Cart {
        id,
        customer_id,
        token_hash,
        currency,
        created_at,
        ..
    } = cart;
    let params: [kit::db::Param<'_>; 5] =
        [id, customer_id, token_hash, &currency.code(), created_at];
    Ok(tx.execute(INSERT_CART, &params).await? == 1)
}

const UPDATE_TOUCHED: &str = "
    update carts
    set version = version + 1, updated_at = $2
    where id = $1";

pub(crate) async fn update_touched(tx: &Tx, id: CartId, now: DateTime<Utc>) -> Result<()> {
    tx.execute(UPDATE_TOUCHED, &[&id, &now]).await?;
    Ok(())
}

const UPDATE_TERMS: &str = "
    update carts
    set coupons = $2, shipping_address = $3, shipping_method_id = $4, version = version + 1,
        updated_at = $5
    where id = $1";

/// Writes what was entered and chosen.
pub(crate) async fn update_terms(tx: &Tx, cart: &Cart, now: DateTime<Utc>) -> Result<()> {
    let address = cart.shipping_address.as_ref().map(serde_json::to_value);
    let address = address.transpose()?;
    let params: [Param<'_>; 5] = [
        &cart.id,
        &cart.coupons,
        &address,
        &cart.shipping_method_id,
        &now,
    ];
    tx.execute(UPDATE_TERMS, &params).await?;
    Ok(())
}

const UPDATE_STATE: &str = "
    update carts
    set state = $2, version = version + 1, updated_at = $3
    where id = $1 and state = 'open'";

pub(crate) async fn update_state(
    tx: &Tx,
    id: CartId,
    state: CartState,
    now: DateTime<Utc>,
) -> Result<bool> {
    Ok(tx
        .execute(UPDATE_STATE, &[&id, &state.as_str(), &now])
        .await?
        == 1)
}

const UPDATE_ORDERED: &str = "
    update carts
    set state = 'ordered', version = version + 1, updated_at = $2
    where id = any($1) and state = 'open'";

/// Marks open carts as ordered; answers how many were open.
pub(crate) async fn update_ordered(tx: &Tx, ids: &[CartId], now: DateTime<Utc>) -> Result<u64> {
    tx.execute(UPDATE_ORDERED, &[&ids, &now]).await
}

const DELETE_CART: &str = "delete from carts where id = $1";

pub(crate) async fn delete_cart(tx: &Tx, id: CartId) -> Result<()> {
    tx.execute(DELETE_CART, &[&id]).await?;
    Ok(())
}

const LIST_ITEMS: &str = "
    select id, variant_id, quantity
    from cart_items
    where cart_id = $1
    order by created_at, id";

pub(crate) async fn list_items(conn: &Conn, id: CartId) -> Result<Vec<CartItem>> {
    let rows = conn.query(LIST_ITEMS, &[&id]).await?;
    Ok(rows.iter().map(item).collect())
}

fn item(row: &Row) -> CartItem {
    CartItem {
        id: row.get("id"),
        variant_id: row.get("variant_id"),
        quantity: row.get("quantity"),
        parts: Vec::new(),
    }
}

const INSERT_ITEM: &str = "
    insert into cart_items (id, cart_id, variant_id, quantity, created_at)
    values ($1, $2, $3, $4, $5)
    on conflict (cart_id, variant_id) do update
    set quantity = cart_items.quantity + excluded.quantity";

/// Adds units; a variant that is there already gets more of them.
pub(crate) async fn insert_item(
    tx: &Tx,
    cart_id: CartId,
    variant_id: VariantId,
    quantity: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let id = CartItemId::generate(now);
    tx.execute(INSERT_ITEM, &[&id, &cart_id, &variant_id, &quantity, &now])
        .await?;
    Ok(())
}

const UPDATE_QUANTITY: &str = "
    update cart_items
    set quantity = $3
    where cart_id = $1 and id = $2";

pub(crate) async fn update_quantity(
    tx: &Tx,
    cart_id: CartId,
    item_id: CartItemId,
    quantity: i64,
) -> Result<()> {
    tx.execute(UPDATE_QUANTITY, &[&cart_id, &item_id, &quantity])
        .await?;
    Ok(())
}

const DELETE_ITEM: &str = "delete from cart_items where cart_id = $1 and id = $2";

pub(crate) async fn delete_item(tx: &Tx, cart_id: CartId, item_id: CartItemId) -> Result<bool> {
    Ok(tx.execute(DELETE_ITEM, &[&cart_id, &item_id]).await? == 1)
}

const UPDATE_MERGED: &str = "
    insert into cart_items (id, cart_id, variant_id, quantity, created_at)
    select id, $1, variant_id, quantity, $5
    from unnest($2::uuid[], $3::uuid[], $4::bigint[]) as merged (id, variant_id, quantity)
    on conflict (cart_id, variant_id) do update
    set quantity = excluded.quantity";

/// Sets the quantities that a merge came to.
pub(crate) async fn update_merged(
    tx: &Tx,
    cart_id: CartId,
    merged: &[(VariantId, i64)],
    now: DateTime<Utc>,
) -> Result<()> {
    let ids: Vec<CartItemId> = merged.iter().map(|_| CartItemId::generate(now)).collect();
    let (variants, quantities): (Vec<VariantId>, Vec<i64>) = merged.iter().copied().unzip();
    tx.execute(
        UPDATE_MERGED,
        &[&cart_id, &ids, &variants, &quantities, &now],
    )
    .await?;
    Ok(())
}
