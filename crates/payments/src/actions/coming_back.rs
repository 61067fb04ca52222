//! An order that had expired comes back, because its money came after all.

use chrono::{DateTime, Utc};
use ids::OrderId;
use kit::{Result, Tx};

use crate::model::PaymentRefusal;

/// Takes again what an expired order once had, all of it or nothing: its units, what it used of
/// limits, its promotions. Answers what stands in the way; then nothing has changed. Locks the
/// levels in the order of their ids, then what is used of limits, then promotions.
///
/// # Errors
/// Faults of the database.
pub(super) async fn bring_back(
    tx: &Tx,
    order_id: OrderId,
    now: DateTime<Utc>,
) -> Result<Option<PaymentRefusal>> {
    let Some(comeback) = inventory::find_again(tx, order_id).await? else {
        return Ok(Some(PaymentRefusal::ReviewUnitsGone));
    };
    if !terms::resume(tx, order_id).await? {
        return Ok(Some(PaymentRefusal::ReviewPromotionUsedUp));
    }
    inventory::take_again(tx, comeback, now).await?;
    Ok(None)
}
