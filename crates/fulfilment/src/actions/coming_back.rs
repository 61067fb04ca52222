//! Units that left and come back: no more of a line than was shipped.

use ids::{OrderId, VariantId};
use kit::{Result, Tx};

use crate::{model::FulfilmentRefusal, store};

/// Notes that units of lines are to come back. The order is locked by the caller; a `CHECK` stands
/// behind it.
///
/// # Errors
/// `exceeds_shipped_quantity` for more of a line than has left and neither is back nor is to come;
/// `order_line_not_found` for a line of which nothing was shipped or that there is not.
pub async fn expect_back(tx: &Tx, order_id: OrderId, units: &[(VariantId, i64)]) -> Result<()> {
    let lines = store::list_line_units(tx, order_id).await?;
    for (index, (variant_id, quantity)) in units.iter().enumerate() {
        let line = lines.iter().find(|line| line.variant_id == *variant_id);
        let line = line.ok_or(FulfilmentRefusal::UnknownLine { index })?;
        let left = line.out();
        if *quantity > left {
            return Err(FulfilmentRefusal::ExceedsShipped { index, left }.into());
        }
    }
    store::update_returning(tx, order_id, units).await
}

/// Notes how what was to come back has ended: variant, units that were to come, units that came.
/// The order is locked by the caller.
///
/// # Errors
/// Faults of the database.
pub async fn settle_back(
    tx: &Tx,
    order_id: OrderId,
    lines: &[(VariantId, i64, i64)],
) -> Result<()> {
    store::update_returned(tx, order_id, lines).await
}
