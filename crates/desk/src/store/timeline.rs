//! What happened to an order, wherever it is written down.

use ids::OrderId;
use kit::{Conn, Error, Result};
use money::{Currency, Money};
use tokio_postgres::Row;

use crate::model::Entry;

// A thousand steps are more than an order ever has.
const LIST_TIMELINE: &str = "
    select occurred_at, kind, what, text, staff_id, subject_id, amount_minor, currency
    from (
        select occurred_at, 'order' as kind,
            case aspect when 'order' then to_status else aspect || '_' || to_status end as what,
            reason as text, null::uuid as staff_id, null::uuid as subject_id,
            null::bigint as amount_minor, null as currency, sequence as place
        from order_history
        where order_id = $1
        union all
        select captured_at, 'payment', disposition, provider_reference, null, id, amount_minor,
            currency, 0
        from captures
        where order_id = $1
        union all
        select refund_history.occurred_at, 'refund', to_state, note, staff_id, refunds.id,
            amount_minor, currency, sequence
        from refund_history
        join refunds on refunds.id = refund_id
        where order_id = $1
        union all
        select shipped_at, 'parcel', 'shipped', concat_ws(' ', carrier, tracking_number),
            shipped_by, id, null, null, number
        from fulfilments
        where order_id = $1
        union all
        select delivered_at, 'parcel', 'delivered', '', null, id, null, null, number
        from fulfilments
        where order_id = $1 and delivered_at is not null
        union all
        select cancelled_at, 'cancellation', 'cancelled', reason, staff_id, id, null, null, 0
        from cancellations
        where order_id = $1
        union all
        select return_history.occurred_at, 'return', to_state, return_history.note, staff_id,
            returns.id, null, null, sequence
        from return_history
        join returns on returns.id = return_id
        where order_id = $1
        union all
        select created_at, 'note', case when is_for_buyer then 'for_buyer' else 'for_staff' end,
            text, staff_id, id, null, null, 0
        from order_notes
        where order_id = $1
    ) as happened
    order by occurred_at, kind, subject_id, place
    limit 1000";

/// What happened to an order, the first first.
pub(crate) async fn list_timeline(conn: &Conn, order_id: OrderId) -> Result<Vec<Entry>> {
    let rows = conn.query(LIST_TIMELINE, &[&order_id]).await?;
    rows.iter().map(entry).collect()
}

fn entry(row: &Row) -> Result<Entry> {
    let minor: Option<i64> = row.get("amount_minor");
    let currency: Option<&str> = row.get("currency");
    let amount = match (minor, currency) {
        (Some(minor), Some(code)) => {
            let currency: Currency = code.parse().map_err(Error::fault)?;
            Some(Money::new(minor, currency))
        }
        _ => None,
    };
    Ok(Entry {
        occurred_at: row.get("occurred_at"),
        kind: row.get("kind"),
        what: row.get("what"),
        text: row.get("text"),
        staff_id: row.get("staff_id"),
        subject_id: row.get("subject_id"),
        amount,
    })
}
