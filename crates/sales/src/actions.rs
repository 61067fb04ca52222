//! Verbs of sales: open, move, close. Each has the shelves of its variants to itself, because
//! whoever orders reads the sale under the same locks: so an order is either placed before, by the
//! old times, or after, by the new ones.

use chrono::{DateTime, Utc};
use ids::{SaleId, VariantId};
use inventory::{InventoryRefusal, Wait};
use kit::{Clock, Result, Tx};

use crate::{
    model::{QueueTerms, Sale, SaleRefusal},
    store,
};

/// What changes of a sale.
pub(crate) struct Changes {
    pub(crate) name: String,
    pub(crate) starts_at: DateTime<Utc>,
    pub(crate) ends_at: Option<DateTime<Utc>>,
    pub(crate) queue: Option<QueueTerms>,
}

/// Waits until every order that was decided by the old times is committed.
async fn lock_shelves(tx: &Tx, variants: &[VariantId]) -> Result<()> {
    if !tx.sabotage().has_removed("sale shelf lock") {
        inventory::lock_shelf(tx, variants, Wait::InOrder).await?;
    }
    Ok(())
}

/// Opens a sale. The clock is read once nobody can order its variants.
pub(crate) async fn open(
    tx: &Tx,
    mut sale: Sale,
    queue: Option<QueueTerms>,
    clock: &Clock,
) -> Result<Sale> {
    lock_shelves(tx, &sale.variant_ids).await?;
    let now = clock.now();
    (sale.created_at, sale.updated_at) = (now, now);
    sale.set_queue(queue, now)?;
    sale.check_times(now)?;
    store::insert_sale(tx, &sale).await?;
    let added = store::insert_variants(tx, sale.id, &sale.variant_ids, now).await;
    let added = added.map_err(|error| match error.constraint() {
        Some("sale_variants_variant_id_fkey") => InventoryRefusal::UnknownVariant.into(),
        _ => error,
    })?;
    let taken = |id: &&VariantId| !added.contains(id);
    let taken: Vec<VariantId> = sale.variant_ids.iter().filter(taken).copied().collect();
    if !taken.is_empty() {
        return Err(SaleRefusal::VariantsTaken(taken).into());
    }
    Ok(sale)
}

/// An open sale whose variants nobody can order meanwhile.
pub(crate) async fn lock(tx: &Tx, id: SaleId) -> Result<Sale> {
    let seen = store::find_sale(tx, id).await?;
    let seen = seen.ok_or(SaleRefusal::NotFound)?;
    lock_shelves(tx, &seen.variant_ids).await?;
    let sale = store::lock_sale(tx, id).await?;
    Ok(sale.ok_or(SaleRefusal::NotFound)?)
}

/// Changes a locked sale.
pub(crate) async fn change(
    tx: &Tx,
    mut sale: Sale,
    changes: Changes,
    now: DateTime<Utc>,
) -> Result<Sale> {
    if sale.closed_at.is_some() {
        return Err(SaleRefusal::Closed.into());
    }
    sale.name = changes.name;
    sale.check_name()?;
    sale.move_times(changes.starts_at, changes.ends_at, now)?;
    sale.set_queue(changes.queue, now)?;
    sale.version += 1;
    sale.updated_at = now;
    store::update_sale(tx, &sale).await?;
    Ok(sale)
}

/// Closes a locked sale: from now on its variants are sold as any other.
pub(crate) async fn close(tx: &Tx, mut sale: Sale, now: DateTime<Utc>) -> Result<Sale> {
    if sale.closed_at.is_some() {
        return Err(SaleRefusal::Closed.into());
    }
    sale.closed_at = Some(now);
    sale.version += 1;
    sale.updated_at = now;
    store::update_sale(tx, &sale).await?;
    store::delete_variants(tx, sale.id).await?;
    Ok(sale)
}
