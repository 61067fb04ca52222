//! Every statement on orders.

mod placing;

use catalogue::Texts;
use chrono::{DateTime, Utc};
use ids::{CartId, CustomerId, OrderId};
use kit::{Conn, Error, Result, Tx, db::Param};
use money::{Currency, Money};
use tokio_postgres::Row;

pub(crate) use self::placing::{insert_orders, update_order_number};
use crate::model::{FulfilmentStatus, Order, OrderLine, OrderStatus, ReturnStatus};

fn order(row: &Row) -> Result<Order> {
    let currency: Currency = row
        .get::<_, &str>("currency")
        .parse()
        .map_err(Error::fault)?;
    let amount = |column: &str| Money::new(row.get(column), currency);
    let status: &str = row.get("status");
    let fulfilment: &str = row.get("fulfilment_status");
    let returned: &str = row.get("return_status");
    let unknown = |status: &str| Error::fault(format_args!("unknown order status {status}"));
    Ok(Order {
        id: row.get("id"),
        number: row.get("number"),
        cart_id: row.get("cart_id"),
        customer_id: row.get("customer_id"),
        token_hash: row.get("token_hash"),
        email: row.get("email"),
        phone: row.get("phone"),
        language: row.get("language"),
        shipping_address: serde_json::from_value(row.get("shipping_address"))?,
        note: row.get("note"),
        subtotal: amount("subtotal_minor"),
        discount: amount("discount_minor"),
        shipping: amount("shipping_minor"),
        tax: amount("tax_minor"),
        total: amount("total_minor"),
        shipping_discount: amount("shipping_discount_minor"),
        shipping_tax: amount("shipping_tax_minor"),
        tax_included: amount("tax_included_minor"),
        prices_include_tax: row.get("prices_include_tax"),
        explanation: serde_json::from_value(row.get("terms"))?,
        status: OrderStatus::parse(status).ok_or_else(|| unknown(status))?,
        fulfilment_status: FulfilmentStatus::parse(fulfilment)
            .ok_or_else(|| unknown(fulfilment))?,
        return_status: ReturnStatus::parse(returned).ok_or_else(|| unknown(returned))?,
        version: row.get("version"),
        placed_at: row.get("placed_at"),
        expires_at: row.get("expires_at"),
        paid_at: row.get("paid_at"),
        refunded: amount("refunded_minor"),
        credit: amount("credit_minor"),
    })
}

// What `order` reads, the same in each statement.
macro_rules! select_orders {
    ($rest:literal) => {
        concat!(
            "
    select id, number, cart_id, customer_id, token_hash, email, phone, language,
        shipping_address, note, currency, subtotal_minor, discount_minor, shipping_minor,
        tax_minor, total_minor, shipping_discount_minor, shipping_tax_minor, tax_included_minor,
        prices_include_tax, terms, status, fulfilment_status, return_status, version, placed_at,
        expires_at, paid_at, refunded_minor, credit_minor
    from orders
    ",
            $rest
        )
    };
}

const FIND_ORDER: &str = select_orders!("where id = $1");

/// An order by its id, whoever's it is.
///
/// # Errors
/// Faults of the database.
pub async fn find_order(conn: &Conn, id: OrderId) -> Result<Option<Order>> {
    conn.query_opt(FIND_ORDER, &[&id])
        .await?
        .as_ref()
        .map(order)
        .transpose()
}

const LIST_ORDERS_OF_CARTS: &str = select_orders!("where cart_id = any($1)");

pub(crate) async fn list_orders_of_carts(conn: &Conn, carts: &[CartId]) -> Result<Vec<Order>> {
    let rows = conn.query(LIST_ORDERS_OF_CARTS, &[&carts]).await?;
    rows.iter().map(order).collect()
}

// Nobody changes its key: whoever refers to it, as what comes for a waiting order does under the
// locks of its levels, does not wait for whoever pays it and wants these levels.
const LOCK_ORDER: &str = select_orders!(
    "where id = $1
    for no key update"
);

/// An order that stays as it is until the end of `tx`. Taken before any other row of the sale.
///
/// # Errors
/// Faults of the database.
pub async fn lock_order(tx: &Tx, id: OrderId) -> Result<Option<Order>> {
    tx.query_opt(LOCK_ORDER, &[&id])
        .await?
        .as_ref()
        .map(order)
        .transpose()
}

// `$1` null: every order. Keyset by (placed_at, id).
const LIST_ORDERS: &str = select_orders!(
    "where ($1::uuid is null or customer_id = $1)
        and ($2::text is null or status = $2)
        and ($3::timestamptz is null or (placed_at, id) < ($3, $4))
    order by placed_at desc, id desc
    limit $5"
);

pub(crate) async fn list_orders(
    conn: &Conn,
    customer_id: Option<CustomerId>,
    status: Option<&str>,
    after: Option<(DateTime<Utc>, OrderId)>,
    limit: i64,
) -> Result<Vec<Order>> {
    let (after_at, after_id) = after.unzip();
    let rows = conn
        .query(
            LIST_ORDERS,
            &[&customer_id, &status, &after_at, &after_id, &limit],
        )
        .await?;
    rows.iter().map(order).collect()
}

// A guest's are the orders that their one token opens. Keyset by (placed_at, id).
const LIST_ORDERS_OF_GUEST: &str = select_orders!(
    "where token_hash = $1
        and ($2::text is null or status = $2)
        and ($3::timestamptz is null or (placed_at, id) < ($3, $4))
    order by placed_at desc, id desc
    limit $5"
);

pub(crate) async fn list_orders_of_guest(
    conn: &Conn,
    token_hash: &[u8],
    status: Option<&str>,
    after: Option<(DateTime<Utc>, OrderId)>,
    limit: i64,
) -> Result<Vec<Order>> {
    let (after_at, after_id) = after.unzip();
    let rows = conn
        .query(
            LIST_ORDERS_OF_GUEST,
            &[&token_hash, &status, &after_at, &after_id, &limit],
        )
        .await?;
    rows.iter().map(order).collect()
}

const LIST_LINES: &str = "
    select order_id, variant_id, product_id, sku, title, order_lines.options, unit_price_minor,
        quantity, backordered, expected_at,
        coalesce((
            select jsonb_agg(jsonb_build_object('variant_id', part_id, 'quantity', parts.quantity)
                order by part_id)
            from order_line_parts as parts
            where parts.order_id = order_lines.order_id
                and parts.variant_id = order_lines.variant_id
        ), '[]') as parts, order_lines.total_minor, order_lines.discount_minor,
        order_lines.tax_minor, order_lines.tax_included_minor, orders.currency
    from order_lines
    join orders on orders.id = order_lines.order_id
    where order_id = any($1)
    order by order_id, position";

/// The lines of some orders, in order.
///
/// # Errors
/// Faults of the database.
pub async fn list_lines(conn: &Conn, orders: &[OrderId]) -> Result<Vec<(OrderId, OrderLine)>> {
    let rows = conn.query(LIST_LINES, &[&orders]).await?;
    rows.iter()
        .map(|row| {
            let currency: Currency = row
                .get::<_, &str>("currency")
                .parse()
                .map_err(Error::fault)?;
            let line = OrderLine {
                variant_id: row.get("variant_id"),
                product_id: row.get("product_id"),
                sku: row.get("sku"),
                title: Texts::from_json(row.get("title")),
                options: serde_json::from_value(row.get("options"))?,
                unit_price: Money::new(row.get("unit_price_minor"), currency),
                quantity: row.get("quantity"),
                backordered: row.get("backordered"),
                expected_at: row.get("expected_at"),
                parts: serde_json::from_value(row.get("parts"))?,
                total: Money::new(row.get("total_minor"), currency),
                discount: Money::new(row.get("discount_minor"), currency),
                tax: Money::new(row.get("tax_minor"), currency),
                tax_included: Money::new(row.get("tax_included_minor"), currency),
            };
            Ok((row.get("order_id"), line))
        })
        .collect()
}

const UPDATE_STATUS: &str = "
    update orders
    set status = $2, version = version + 1,
        paid_at = case $2 when 'paid' then $3::timestamptz when 'cancelled' then paid_at end,
        closed_at = case when $2 in ('cancelled', 'expired') then $3::timestamptz end
    where id = $1";

const UPDATE_REFUNDED: &str = "
    update orders
    set refunded_minor = refunded_minor + $2, version = version + 1
    where id = $1";

/// Adds to what went back; more than the total is a fault by `orders_refunded_within`.
pub(crate) async fn update_refunded(tx: &Tx, id: OrderId, amount: Money) -> Result<()> {
    tx.execute(UPDATE_REFUNDED, &[&id, &amount.minor()]).await?;
    Ok(())
}

const UPDATE_CREDIT: &str = "
    update orders
    set credit_minor = $2, version = version + 1
    where id = $1 and credit_minor <> $2";

/// What of a locked order's total credit pays; more than the total is a fault by
/// `orders_credit_within`.
pub(crate) async fn update_credit(tx: &Tx, id: OrderId, credit: Money) -> Result<()> {
    tx.execute(UPDATE_CREDIT, &[&id, &credit.minor()]).await?;
    Ok(())
}

// Forward only: whoever was promised the longer time keeps it.
const UPDATE_EXPIRES_AT: &str = "
    update orders
    set expires_at = $2, version = version + 1
    where id = $1 and status = 'pending_payment' and expires_at < $2";

pub(crate) async fn update_expires_at(
    tx: &Tx,
    id: OrderId,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_EXPIRES_AT, &[&id, &expires_at]).await?;
    Ok(())
}

const UPDATE_FULFILMENT_STATUS: &str = "
    update orders
    set fulfilment_status = $2, version = version + 1
    where id = $1";

pub(crate) async fn update_fulfilment_status(
    tx: &Tx,
    id: OrderId,
    status: FulfilmentStatus,
) -> Result<()> {
    tx.execute(UPDATE_FULFILMENT_STATUS, &[&id, &status.as_str()])
        .await?;
    Ok(())
}

const UPDATE_RETURN_STATUS: &str = "
    update orders
    set return_status = $2, version = version + 1
    where id = $1";

pub(crate) async fn update_return_status(tx: &Tx, id: OrderId, status: ReturnStatus) -> Result<()> {
    tx.execute(UPDATE_RETURN_STATUS, &[&id, &status.as_str()])
        .await?;
    Ok(())
}

const INSERT_HISTORY: &str = "
    insert into order_history
        (order_id, sequence, aspect, from_status, to_status, reason, occurred_at)
    select $1, coalesce(max(sequence), 0) + 1, $2, $3, $4, $5, $6
    from order_history
    where order_id = $1";

pub(crate) async fn update_status(
    tx: &Tx,
    id: OrderId,
    status: OrderStatus,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_STATUS, &[&id, &status.as_str(), &now])
        .await?;
    Ok(())
}

/// A step of an order's history.
pub(crate) struct Step<'a> {
    /// Of what: the order itself, or its parcels.
    pub(crate) aspect: &'static str,
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) occurred_at: DateTime<Utc>,
}

impl<'a> Step<'a> {
    pub(crate) const fn of_order(
        from: &'a str,
        to: &'a str,
        reason: &'a str,
        occurred_at: DateTime<Utc>,
    ) -> Self {
        Self {
            aspect: "order",
            from,
            to,
            reason,
            occurred_at,
        }
    }
}

pub(crate) async fn insert_history(tx: &Tx, id: OrderId, step: &Step<'_>) -> Result<()> {
    let columns: [Param<'_>; 6] = [
        &id,
        &step.aspect,
        &step.from,
        &step.to,
        &step.reason,
        &step.occurred_at,
    ];
    tx.execute(INSERT_HISTORY, &columns).await?;
    Ok(())
}
