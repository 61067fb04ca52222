//! The life of a product: planned, carried out, looked up.

use chrono::{DateTime, Utc};
use ids::ProductId;
use kit::{Result, Tx, jobs::NewJob};

use crate::{
    jobs::ChangePublication,
    model::{Schedule, Seo},
    store,
};

/// Says what search engines are told of a product that the caller has locked, and when it is
/// published and taken back: a job is planned for each instant.
///
/// # Errors
/// `invalid_schedule` where the schedule is a new one and not to come.
pub(crate) async fn change_life(
    tx: &Tx,
    id: ProductId,
    seo: &Seo,
    (before, schedule): (Schedule, Schedule),
    now: DateTime<Utc>,
) -> Result<()> {
    if schedule != before {
        schedule.check(now)?;
        let job = ChangePublication { product_id: id };
        let jobs = schedule.instants().map(|instant| NewJob::at(&job, instant));
        let jobs = jobs.collect::<Result<Vec<_>>>()?;
        kit::jobs::insert_all(tx, &jobs, now).await?;
    }
    store::update_life(tx, id, seo, schedule, now).await
}

/// Publishes a product, or takes it back, if that is due.
pub(crate) async fn follow_schedule(tx: &Tx, id: ProductId, now: DateTime<Utc>) -> Result<()> {
    if store::update_due_publication(tx, id, now).await? {
        store::upsert_search(tx, &[id]).await?;
    }
    Ok(())
}
