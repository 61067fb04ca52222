//! Bundles: what a variant is made of. Whoever changes it has the levels of all of them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ids::VariantId;
use kit::{Conn, Result, Tx};

use crate::{
    model::{Bundle, InventoryRefusal, Wait, Want},
    store,
};

/// What a variant is made of; of nothing where it is no bundle.
pub(crate) async fn get_bundle(conn: &Conn, variant_id: VariantId) -> Result<Bundle> {
    if let Some(bundle) = store::find_bundle(conn, variant_id).await? {
        return Ok(bundle);
    }
    if store::list_levels(conn, &[variant_id]).await?.is_empty() {
        return Err(InventoryRefusal::UnknownVariant.into());
    }
    Ok(Bundle {
        variant_id,
        parts: Vec::new(),
        version: 1,
        updated_at: DateTime::default(),
    })
}

/// As [`get_bundle`]; nobody can order it, or any of these parts, until the end of `tx`.
pub(crate) async fn lock_bundle(tx: &Tx, variant_id: VariantId, parts: &[Want]) -> Result<Bundle> {
    let parts = parts.iter().map(|part| part.variant_id);
    let all: BTreeSet<VariantId> = parts.chain([variant_id]).collect();
    let all: Vec<VariantId> = all.into_iter().collect();
    super::lock_shelf(tx, &all, Wait::InOrder).await?;
    let levels = store::list_levels(tx, &all).await?;
    let has_level = |id: &VariantId| levels.iter().any(|level| level.variant_id == *id);
    if !all.iter().all(has_level) {
        return Err(InventoryRefusal::UnknownVariant.into());
    }
    get_bundle(tx, variant_id).await
}

/// Makes a locked bundle of other parts; of none, it is a variant like others.
pub(crate) async fn change_bundle(
    tx: &Tx,
    before: &Bundle,
    parts: Vec<Want>,
    now: DateTime<Utc>,
) -> Result<Bundle> {
    let after = Bundle {
        variant_id: before.variant_id,
        parts,
        version: before.version + 1,
        updated_at: now,
    };
    after.check()?;
    if !after.parts.is_empty() {
        let (is_nested, has_stock) = store::find_obstacles(tx, &after).await?;
        if is_nested || has_stock {
            return Err(InventoryRefusal::BundleNotPossible { has_stock }.into());
        }
    }
    store::upsert_bundle(tx, &after, now).await?;
    tx.changes([after.variant_id.uuid()]);
    Ok(after)
}
