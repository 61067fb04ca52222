//! The terms of a variant. Whoever changes them has the variant's levels, under which orders read
//! them: an order is placed by the old terms before, or by the new ones after.

use chrono::{DateTime, Utc};
use ids::VariantId;
use kit::{Result, Tx};

use crate::{
    model::{InventoryRefusal, StockTerms, Wait},
    store,
};

/// The terms of a variant, by which nobody can order until the end of `tx`.
pub(crate) async fn lock_terms(tx: &Tx, variant_id: VariantId) -> Result<StockTerms> {
    super::lock_shelf(tx, &[variant_id], Wait::InOrder).await?;
    get_terms(tx, variant_id).await
}

/// The terms of a variant, or empty ones where nothing was ever set.
pub(crate) async fn get_terms(conn: &kit::Conn, variant_id: VariantId) -> Result<StockTerms> {
    if let Some(terms) = store::find_terms(conn, variant_id).await? {
        return Ok(terms);
    }
    if store::list_levels(conn, &[variant_id]).await?.is_empty() {
        return Err(InventoryRefusal::UnknownVariant.into());
    }
    Ok(StockTerms::none(variant_id))
}

/// Changes locked terms. Periods of another length begin now.
pub(crate) async fn change_terms(
    tx: &Tx,
    before: &StockTerms,
    mut after: StockTerms,
    now: DateTime<Utc>,
) -> Result<StockTerms> {
    after.check()?;
    let waiting = before.beyond.waiting;
    if after.beyond.kind.is_some() {
        super::moving::require_no_bundle(tx, &[after.variant_id]).await?;
    }
    if after.beyond.kind.is_none() {
        // Nothing more is sold beyond the stock; what is owed stays owed.
        after.beyond.max = waiting;
    }
    if after.beyond.max < waiting {
        return Err(InventoryRefusal::BelowWaiting { waiting }.into());
    }
    let has_new_periods = before.limits.per_customer_days != after.limits.per_customer_days;
    if has_new_periods || before.version == 1 {
        after.limits.counted_since = now;
    }
    after.version = before.version + 1;
    after.updated_at = now;
    store::upsert_terms(tx, &after, now).await?;
    tx.changes([after.variant_id.uuid()]);
    Ok(after)
}
