//! The statements on notes: they are added, never changed.

use ids::OrderId;
use kit::{Conn, Result, Tx, db::Param};
use tokio_postgres::Row;

use crate::model::Note;

const INSERT_NOTE: &str = "
    insert into order_notes (id, order_id, staff_id, text, is_for_buyer, created_at)
    values ($1, $2, $3, $4, $5, $6)";

pub(crate) async fn insert_note(tx: &Tx, note: &Note) -> Result<()> {
    let columns: [Param<'_>; 6] = [
        &note.id,
        &note.order_id,
        &note.staff_id,
        &note.text,
        &note.is_for_buyer,
        &note.created_at,
    ];
    tx.execute(INSERT_NOTE, &columns).await?;
    Ok(())
}

const LIST_NOTES_FOR_BUYER: &str = "
    select id, order_id, staff_id, text, is_for_buyer, created_at
    from order_notes
    where order_id = $1 and is_for_buyer
    order by id";

/// What the buyer of an order is told in notes, the first first.
pub(crate) async fn list_notes_for_buyer(conn: &Conn, order_id: OrderId) -> Result<Vec<Note>> {
    let rows = conn.query(LIST_NOTES_FOR_BUYER, &[&order_id]).await?;
    let note = |row: &Row| Note {
        id: row.get("id"),
        order_id: row.get("order_id"),
        staff_id: row.get("staff_id"),
        text: row.get("text"),
        is_for_buyer: row.get("is_for_buyer"),
        created_at: row.get("created_at"),
    };
    Ok(rows.iter().map(note).collect())
}
