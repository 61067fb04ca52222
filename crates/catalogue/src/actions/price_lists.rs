//! Price lists: written, started and ended, and the prices that follow from them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ids::{PriceListId, VariantId};
use kit::{Error, Result, Tx, jobs::NewJob};

use crate::{
    jobs::FollowPriceList,
    model::{CatalogueRefusal, ListPrice, PriceList},
    store,
};

/// Writes a list, a new one or one that the caller has locked, with its prices. It counts at once,
/// if it is due, and otherwise from its instant on: a job is planned for each.
///
/// # Errors
/// `invalid_price_list`, `invalid_schedule`, `unknown_customer_group`.
pub(crate) async fn keep_price_list(
    tx: &Tx,
    list: &mut PriceList,
    prices: &[ListPrice],
    now: DateTime<Utc>,
) -> Result<()> {
    list.check(prices)?;
    list.is_running = list.is_due(now);
    let variants = named(tx, list.id, prices).await?;
    if store::exists_other_currency(tx, &variants, list.currency).await? {
        let rule = "a price is in the currency of its variant".to_owned();
        return Err(CatalogueRefusal::InvalidPriceList(rule).into());
    }
    lock(tx, &variants).await?;
    let written = store::upsert_price_list(tx, list, now).await;
    written.map_err(refuse_by_constraint)?;
    let written = store::update_list_prices(tx, list.id, prices).await;
    written.map_err(refuse_by_constraint)?;
    store::update_prices(tx, &variants, now).await?;
    let job = FollowPriceList { list_id: list.id };
    let jobs = list.instants(now).map(|instant| NewJob::at(&job, instant));
    let jobs = jobs.collect::<Result<Vec<_>>>()?;
    kit::jobs::insert_all(tx, &jobs, now).await
}

/// Takes away a list that the caller has locked; what it named costs what it costs otherwise.
pub(crate) async fn remove_price_list(tx: &Tx, id: PriceListId, now: DateTime<Utc>) -> Result<()> {
    let variants = named(tx, id, &[]).await?;
    lock(tx, &variants).await?;
    store::delete_price_list(tx, id).await?;
    store::update_prices(tx, &variants, now).await
}

/// Starts a list or ends it, if that is due.
pub(crate) async fn follow_price_list(tx: &Tx, id: PriceListId, now: DateTime<Utc>) -> Result<()> {
    let Some(mut list) = store::lock_price_list(tx, id).await? else {
        return Ok(());
    };
    if list.is_running == list.is_due(now) {
        return Ok(());
    }
    list.is_running = !list.is_running;
    let variants = named(tx, id, &[]).await?;
    lock(tx, &variants).await?;
    store::upsert_price_list(tx, &list, now).await?;
    store::update_prices(tx, &variants, now).await
}

/// The variants that a list names, or is to name, in the order of their ids.
async fn named(tx: &Tx, id: PriceListId, prices: &[ListPrice]) -> Result<Vec<VariantId>> {
    let before = store::list_list_prices(tx, id).await?;
    let all = before.iter().chain(prices).map(|price| price.variant_id);
    let all: BTreeSet<VariantId> = all.collect();
    Ok(all.into_iter().collect())
}

// Two lists that name one variant would each work out its price without the other.
async fn lock(tx: &Tx, variants: &[VariantId]) -> Result<()> {
    if tx.sabotage().has_removed("price lock") {
        return Ok(());
    }
    store::lock_variants(tx, variants).await
}

fn refuse_by_constraint(error: Error) -> Error {
    match error.constraint() {
        Some("price_lists_group_fkey") => CatalogueRefusal::UnknownCustomerGroup.into(),
        Some("price_list_prices_variant_fkey") => {
            let rule = "a variant is one of this shop".to_owned();
            CatalogueRefusal::InvalidPriceList(rule).into()
        }
        _ => error,
    }
}
