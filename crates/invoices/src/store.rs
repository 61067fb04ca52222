//! Every statement on invoices and their numbers.

use chrono::{DateTime, Utc};
use ids::{InvoiceId, OrderId, RefundId};
use kit::{Conn, Error, Result, Tx, db::Param};
use money::{Currency, Money};
use tokio_postgres::Row;

use crate::model::{Issued, Kind};

fn issued(row: &Row) -> Result<Issued> {
    let (kind, code): (&str, &str) = (row.get("kind"), row.get("currency"));
    let currency: Currency = code.parse().map_err(Error::fault)?;
    Ok(Issued {
        id: row.get("id"),
        kind: Kind::parse(kind)
            .ok_or_else(|| Error::fault(format_args!("unknown kind of an invoice {kind}")))?,
        number: row.get("number"),
        order_id: row.get("order_id"),
        refund_id: row.get("refund_id"),
        total: Money::new(row.get("total_minor"), currency),
        document: serde_json::from_value(row.get("document"))?,
        issued_at: row.get("issued_at"),
    })
}

// What `issued` reads, the same in each statement.
macro_rules! select_invoices {
    ($rest:literal) => {
        concat!(
            "
    select id, kind, number, order_id, refund_id, total_minor, currency, document, issued_at
    from invoices
    ",
            $rest
        )
    };
}

const FIND_INVOICE: &str = select_invoices!("where id = $1");

pub(crate) async fn find_invoice(conn: &Conn, id: InvoiceId) -> Result<Option<Issued>> {
    let row = conn.query_opt(FIND_INVOICE, &[&id]).await?;
    row.as_ref().map(issued).transpose()
}

const FIND_INVOICE_OF_ORDER: &str = select_invoices!("where order_id = $1 and kind = 'invoice'");

pub(crate) async fn find_invoice_of_order(
    conn: &Conn,
    order_id: OrderId,
) -> Result<Option<Issued>> {
    let row = conn.query_opt(FIND_INVOICE_OF_ORDER, &[&order_id]).await?;
    row.as_ref().map(issued).transpose()
}

const EXISTS_CREDIT_NOTE: &str = "
    select exists (select from invoices where refund_id = $1) as is_there";

/// Whether a refund has its credit note.
pub(crate) async fn exists_credit_note(conn: &Conn, refund_id: RefundId) -> Result<bool> {
    let row = conn.query_one(EXISTS_CREDIT_NOTE, &[&refund_id]).await?;
    Ok(row.get("is_there"))
}

const LIST_INVOICES_OF_ORDER: &str = select_invoices!(
    "where order_id = $1
    order by id"
);

/// The invoice and the credit notes of an order, the first first.
pub(crate) async fn list_invoices_of_order(conn: &Conn, order_id: OrderId) -> Result<Vec<Issued>> {
    let rows = conn.query(LIST_INVOICES_OF_ORDER, &[&order_id]).await?;
    rows.iter().map(issued).collect()
}

// Keyset by (issued_at, id).
const LIST_INVOICES: &str = select_invoices!(
    "where ($1::text is null or kind = $1)
        and ($2::timestamptz is null or (issued_at, id) < ($2, $3))
    order by issued_at desc, id desc
    limit $4"
);

/// Invoices and credit notes, newest first.
pub(crate) async fn list_invoices(
    conn: &Conn,
    kind: Option<Kind>,
    after: Option<(DateTime<Utc>, InvoiceId)>,
    limit: i64,
) -> Result<Vec<Issued>> {
    let (after_at, after_id) = after.unzip();
    let kind = kind.map(Kind::as_str);
    let columns: [Param<'_>; 4] = [&kind, &after_at, &after_id, &limit];
    let rows = conn.query(LIST_INVOICES, &columns).await?;
    rows.iter().map(issued).collect()
}

// The counter's row is locked until the commit: that makes the numbers gap-free.
const UPDATE_NUMBER: &str = "
    update invoice_numbers
    set last_number = last_number + 1
    where kind = $1
    returning last_number";

/// Draws the next number of a kind.
pub(crate) async fn update_number(tx: &Tx, kind: Kind) -> Result<i64> {
    let row = tx.query_one(UPDATE_NUMBER, &[&kind.as_str()]).await?;
    Ok(row.get("last_number"))
}

const FIND_NEXT_NUMBER: &str = "
    select coalesce(max(number), 0) + 1 as number
    from invoices
    where kind = $1";

/// The number after the last one: what a missing lock would draw.
pub(crate) async fn find_next_number(tx: &Tx, kind: Kind) -> Result<i64> {
    let row = tx.query_one(FIND_NEXT_NUMBER, &[&kind.as_str()]).await?;
    Ok(row.get("number"))
}

const INSERT_INVOICE: &str = "
    insert into invoices
        (id, kind, number, order_id, refund_id, total_minor, currency, document, issued_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

pub(crate) async fn insert_invoice(tx: &Tx, new: &Issued) -> Result<()> {
    let (kind, total) = (new.kind.as_str(), new.total.minor());
    let currency = new.total.currency();
    let code = currency.code();
    let document = serde_json::to_value(&new.document)?;
    let columns: [Param<'_>; 9] = [
        &new.id,
        &kind,
        &new.number,
        &new.order_id,
        &new.refund_id,
        &total,
        &code,
        &document,
        &new.issued_at,
    ];
    tx.execute(INSERT_INVOICE, &columns).await?;
    Ok(())
}
