//! Verbs of terms: redeem, give back; change what staff set.

use chrono::{DateTime, Utc};
use ids::{OrderId, PromotionId, ShippingMethodId, VariantId};
use kit::{Error, Result, Tx, http::IfMatch};

use crate::{
    model::{GoodsTerms, Promotion, ShippingTerms, TaxTerms, TermsRefusal},
    store::{self, AUTOMATIC_MAX, promotions},
};

/// A promotion that an order has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redemption {
    /// Which.
    pub promotion_id: PromotionId,
    /// The version of it by which the order was priced.
    pub version: i64,
    /// Which order.
    pub order_id: OrderId,
    /// The names of who pays: it counts for each of them.
    pub buyers: Vec<String>,
}

/// Counts what new orders have of promotions. Locks the promotions in the order of their ids:
/// after the shelves and limits, before the counter of order numbers. False: there is no room for
/// all of them any more, or staff have changed or ended one since orders were priced by it; so
/// nothing of this may be kept.
///
/// # Errors
/// Faults of the database.
pub async fn redeem(tx: &Tx, redemptions: &[Redemption], now: DateTime<Utc>) -> Result<bool> {
    if redemptions.is_empty() {
        return Ok(true);
    }
    let promotions: Vec<PromotionId> = redemptions.iter().map(|it| it.promotion_id).collect();
    let versions: Vec<i64> = redemptions.iter().map(|it| it.version).collect();
    let mut named = store::Named::default();
    for redemption in redemptions {
        for name in &redemption.buyers {
            named.promotions.push(redemption.promotion_id);
            named.orders.push(redemption.order_id);
            named.buyers.push(name.clone());
        }
    }
    let wanted = (
        distinct(promotions.iter()),
        distinct(named.promotions.iter().zip(&named.buyers)),
    );
    Ok(store::redeem(tx, (&promotions, &versions), &named, now).await? == wanted)
}

fn distinct<T: Ord>(all: impl Iterator<Item = T>) -> u64 {
    let distinct: std::collections::BTreeSet<T> = all.collect();
    u64::try_from(distinct.len()).unwrap_or(u64::MAX)
}

/// Gives back what an order that is let go has had of promotions. Giving back again changes
/// nothing.
///
/// # Errors
/// Faults of the database.
pub async fn release(tx: &Tx, order_id: OrderId, now: DateTime<Utc>) -> Result<()> {
    store::release_redemptions(tx, order_id, now).await
}

/// Counts again what an order that was let go has had of promotions, because it is paid after all
/// at the price that was agreed. Answers whether there was room for all of it within the limits as
/// they are now; if not, nothing has changed. Whether a promotion has ended since makes no
/// difference. Locks the promotions in the order of their ids: after the shelves and limits.
///
/// # Errors
/// Faults of the database.
pub async fn resume(tx: &Tx, order_id: OrderId) -> Result<bool> {
    let has_room = tx.sabotage().has_removed("late promotion guard")
        || store::lock_released_redemptions(tx, order_id).await?;
    if has_room {
        store::resume_redemptions(tx, order_id).await?;
    }
    Ok(has_room)
}

/// Gives an id to each method that has none, or one that another has already.
pub(crate) fn with_ids(mut terms: ShippingTerms, now: DateTime<Utc>) -> ShippingTerms {
    let mut seen = std::collections::BTreeSet::new();
    for method in terms.zones.iter_mut().flat_map(|zone| &mut zone.methods) {
        let known = method.id.filter(|id| seen.insert(*id));
        let id = known.unwrap_or_else(|| ShippingMethodId::generate(now));
        seen.insert(id);
        method.id = Some(id);
    }
    terms
}

/// Sets how the shop taxes, whatever it did before.
///
/// # Errors
/// `invalid_body` for terms that contradict themselves; faults of the database.
pub async fn set_taxes(tx: &Tx, taxes: &TaxTerms, now: DateTime<Utc>) -> Result<()> {
    let taxes = taxes.clone().checked()?;
    let (_, version): (TaxTerms, i64) = store::lock_document(tx, "tax").await?;
    store::update_document(tx, "tax", &taxes, version + 1, now).await
}

/// Opens a promotion.
///
/// # Errors
/// `coupon_code_taken`, `too_many_promotions`; faults of the database.
pub async fn open_promotion(tx: &Tx, new: &Promotion) -> Result<()> {
    check_room(tx, new).await?;
    promotions::insert_promotion(tx, new).await.map_err(taken)
}

async fn check_room(tx: &Tx, promotion: &Promotion) -> Result<()> {
    if promotion.code.is_none() && promotions::lock_automatic(tx).await? >= AUTOMATIC_MAX {
        return Err(TermsRefusal::TooManyPromotions.into());
    }
    Ok(())
}

/// Two who choose one code at the same moment are told apart by the database alone.
fn taken(error: Error) -> Error {
    match error.constraint() {
        Some("promotions_code_key") => TermsRefusal::CodeTaken.into(),
        _ => error,
    }
}

/// A promotion that no order is counted for until the end of `tx`.
pub(crate) async fn lock(tx: &Tx, id: PromotionId) -> Result<Promotion> {
    let found = promotions::lock_promotion(tx, id).await?;
    Ok(found.ok_or(TermsRefusal::PromotionNotFound)?)
}

/// Writes a locked promotion anew; what orders have had of it stays.
pub(crate) async fn replace(tx: &Tx, before: &Promotion, changed: Promotion) -> Result<Promotion> {
    if before.closed_at.is_some() {
        return Err(TermsRefusal::PromotionClosed.into());
    }
    if changed
        .usage_limit
        .is_some_and(|most| most < before.used_count)
    {
        let reason = "so many orders have it already";
        return Err(kit::http::body::invalid_member("/usage_limit", reason));
    }
    if before.code.is_some() {
        check_room(tx, &changed).await?;
    }
    let changed = Promotion {
        used_count: before.used_count,
        version: before.version + 1,
        created_at: before.created_at,
        ..changed
    };
    promotions::update_promotion(tx, &changed)
        .await
        .map_err(taken)?;
    Ok(changed)
}

/// Ends a locked promotion: no later order has it.
pub(crate) async fn close(tx: &Tx, before: Promotion, now: DateTime<Utc>) -> Result<Promotion> {
    if before.closed_at.is_some() {
        return Err(TermsRefusal::PromotionClosed.into());
    }
    let closed = Promotion {
        closed_at: Some(now),
        version: before.version + 1,
        updated_at: now,
        ..before
    };
    promotions::update_promotion(tx, &closed).await?;
    Ok(closed)
}

/// Sets the terms of a variant; whoever comes second is told.
pub(crate) async fn set_goods(
    tx: &Tx,
    id: VariantId,
    goods: &GoodsTerms,
    if_match: IfMatch,
    now: DateTime<Utc>,
) -> Result<(GoodsTerms, i64)> {
    let found = store::find_variant(tx, id).await?;
    let (before, version) = found.ok_or(TermsRefusal::VariantNotFound)?;
    if_match.check(version, &before)?;
    if store::upsert_variant(tx, id, goods, version, now).await? {
        return Ok((before, version + 1));
    }
    let found = store::find_variant(tx, id).await?;
    let (before, version) = found.ok_or(TermsRefusal::VariantNotFound)?;
    if_match.check(version, &before)?;
    Err(Error::fault("the terms of a variant changed back"))
}
