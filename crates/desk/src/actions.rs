//! Verbs of the desk: write a note.

use chrono::{DateTime, Utc};
use ids::{NoteId, OrderId, StaffId};
use kit::{Result, Tx};
use orders::OrderRefusal;

use crate::{model::Note, store};

/// Writes down what staff say about an order.
///
/// # Errors
/// `order_not_found`.
pub(crate) async fn write_note(
    tx: &Tx,
    order_id: OrderId,
    (text, is_for_buyer): (&str, bool),
    staff_id: StaffId,
    now: DateTime<Utc>,
) -> Result<Note> {
    if orders::find_order(tx, order_id).await?.is_none() {
        return Err(OrderRefusal::NotFound.into());
    }
    let note = Note {
        id: NoteId::generate(now),
        order_id,
        staff_id,
        text: text.to_owned(),
        is_for_buyer,
        created_at: now,
    };
    store::insert_note(tx, &note).await?;
    Ok(note)
}
