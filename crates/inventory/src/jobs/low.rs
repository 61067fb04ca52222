//! The look for what is low: every minute, on one machine. It stands beside the orders and not in
//! them, so that no order pays for it, and sees every reason for which units go.

use chrono::{DateTime, TimeDelta, Utc};
use kit::{
    Db, Result,
    jobs::{self, Job, JobRun, NewJob, Outcome, Registry},
    outbox,
};
use serde::{Deserialize, Serialize};

use crate::{events::StockLow, model::InventorySettings, store};

/// How many variants one transaction tells of.
const BATCH: i64 = 1_000;

/// Looks for what has become low.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LookForLow;

impl Job for LookForLow {
    const KIND: &'static str = "look_for_low_stock";
    const QUEUE: &'static str = "upkeep";

    fn unique_key(&self) -> Option<String> {
        Some("minutely".to_owned())
    }
}

/// Makes sure that the look is planned; from then on it plans itself.
///
/// # Errors
/// Faults of the database.
pub async fn plan(db: &Db, now: DateTime<Utc>) -> Result<()> {
    let tx = db.begin("plan_look_for_low_stock").await?;
    jobs::insert(&tx, &NewJob::now(&LookForLow)?, now).await?;
    tx.commit().await
}

/// The jobs of the shelf.
#[must_use]
pub fn jobs(registry: Registry, settings: InventorySettings) -> Registry {
    registry.with(move |_: LookForLow, run: JobRun| async move {
        let now = run.clock.now();
        look_for_low(&run.db, &settings, now).await?;
        Ok(Outcome::Again(now + TimeDelta::minutes(1)))
    })
}

/// Announces each variant that has become low, once, until it was not low any more in between.
///
/// # Errors
/// Faults of the database; what was announced before stays so.
pub async fn look_for_low(db: &Db, settings: &InventorySettings, now: DateTime<Utc>) -> Result<()> {
    let threshold = i64::from(settings.low_stock_threshold);
    loop {
        let tx = db.begin("look_for_low_stock").await?;
        store::delete_recovered(&tx, threshold).await?;
        let found = store::insert_low(&tx, threshold, BATCH, now).await?;
        let low = store::list_low_of(&tx, threshold, &found).await?;
        let told: Vec<StockLow> = low.iter().map(StockLow::of).collect();
        outbox::announce_all(&tx, &told, now).await?;
        tx.commit().await?;
        if found.len().try_into() != Ok(BATCH) {
            return Ok(());
        }
    }
}
