//! Orders as lines of an export, page by page.

use chrono::{DateTime, Utc};
use ids::OrderId;
use kit::{Conn, Error, Result, db::Param};
use money::{Currency, Money};

use crate::model::Row;

// Keyset by (placed_at, id), the oldest first.
const LIST_ROWS: &str = "
    select orders.id, placed_at, number, paid_at, status, fulfilment_status, return_status, email,
        coalesce(phone, '') as phone, coalesce(shipping_address->>'name', '') as name,
        coalesce(shipping_address->>'country', '') as country,
        coalesce(shipping_address->>'region', '') as region,
        coalesce(shipping_address->>'city', '') as city, note, currency, subtotal_minor,
        discount_minor, shipping_minor, tax_minor, orders.total_minor, refunded_minor,
        lines.count as lines_count, lines.units
    from orders
    cross join lateral (
        select count(*) as count, coalesce(sum(quantity), 0)::bigint as units
        from order_lines
        where order_id = orders.id
    ) as lines
    where placed_at < $1 and (placed_at, orders.id) > ($2, $3)
        and ($4::text is null or status = $4)
    order by placed_at, orders.id
    limit $5";

/// The next orders that were placed before an instant.
pub(crate) async fn list_rows(
    conn: &Conn,
    to: DateTime<Utc>,
    after: (DateTime<Utc>, OrderId),
    status: Option<&str>,
    limit: i64,
) -> Result<Vec<Row>> {
    let columns: [Param<'_>; 5] = [&to, &after.0, &after.1, &status, &limit];
    let rows = conn.query(LIST_ROWS, &columns).await?;
    rows.iter().map(row).collect()
}

fn row(row: &tokio_postgres::Row) -> Result<Row> {
    let code: &str = row.get("currency");
    let currency: Currency = code.parse().map_err(Error::fault)?;
    let text = |column: &str| row.get::<_, String>(column);
    let amount = |column: &str| Money::new(row.get(column), currency);
    Ok(Row {
        id: row.get("id"),
        placed_at: row.get("placed_at"),
        number: row.get("number"),
        paid_at: row.get("paid_at"),
        statuses: ["status", "fulfilment_status", "return_status"].map(text),
        buyer: [
            "email", "phone", "name", "country", "region", "city", "note",
        ]
        .map(text),
        amounts: [
            "subtotal_minor",
            "discount_minor",
            "shipping_minor",
            "tax_minor",
            "total_minor",
            "refunded_minor",
        ]
        .map(amount),
        lines_count: row.get("lines_count"),
        units: row.get("units"),
    })
}
