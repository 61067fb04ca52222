//! The watch over payments: daily comparisons, overdue ones, lost checks, gauges.

use std::sync::Arc;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use kit::{
    Db, Error, Kit, Result,
    jobs::{self, Job, JobRun, NewJob, Outcome, Priority},
};
use serde::{Deserialize, Serialize};

use super::{super::lost, make_step};
use crate::{
    actions,
    jobs::Gateway,
    model::{ProviderId, Window, is_due},
    store,
};

/// Begins the daily comparison when its time has come and ends what is overdue; looks for
/// attempts that nobody asked about when it was time. Plans itself.
#[derive(Debug, Serialize, Deserialize)]
pub struct WatchPayments;

impl Job for WatchPayments {
    const KIND: &'static str = "watch_payments";
    const QUEUE: &'static str = "upkeep";
    const PRIORITY: Priority = Priority::Low;

    fn unique_key(&self) -> Option<String> {
        Some("always".to_owned())
    }
}

/// How often the watch looks.
const ROUND: TimeDelta = TimeDelta::minutes(10);

/// Makes sure that payments are watched; from then on the watch plans itself.
///
/// # Errors
/// Faults of the database.
pub async fn plan_watch(db: &Db, now: DateTime<Utc>) -> Result<()> {
    let tx = db.begin("plan_payment_watch").await?;
    jobs::insert(&tx, &NewJob::now(&WatchPayments)?, now).await?;
    tx.commit().await
}

pub(super) async fn watch(gateway: Arc<Gateway>, run: JobRun) -> Result<Outcome> {
    let kit = crate::jobs::kit(run);
    lost::find_lost_checks(&kit, &gateway).await?;
    for overdue in store::list_overdue(&kit.db.read().await?, kit.clock.now()).await? {
        make_step(&kit, &gateway, overdue.id).await?;
    }
    if let Some(at) = gateway.reconcile_at() {
        for provider in gateway.listing() {
            start_if_due(&kit, &gateway, provider, at).await?;
        }
    }
    show(&kit, &gateway).await?;
    Ok(Outcome::Again(kit.clock.now() + ROUND))
}

async fn start_if_due(
    kit: &Kit,
    gateway: &Gateway,
    provider: ProviderId,
    at: NaiveTime,
) -> Result<()> {
    let now = kit.clock.now();
    let (started, _, is_running) = store::find_last_times(&kit.db.read().await?, provider).await?;
    if is_running || !is_due(at, started, now) {
        return Ok(());
    }
    let tx = kit.db.begin("start_daily_reconciliation").await?;
    let whose = (provider, gateway.mode());
    match actions::start_reconciliation(&tx, whose, Window::daily(now), None, now).await {
        Ok(_) => tx.commit().await,
        // Somebody was faster: it goes on already.
        Err(Error::Refused(_)) => tx.rollback().await,
        Err(fault) => Err(fault),
    }
}

/// Shows what is open, and when it last went well, to whoever watches the shop.
pub(super) async fn show(kit: &Kit, gateway: &Gateway) -> Result<()> {
    let conn = kit.db.read().await?;
    let small = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let open: i64 = store::count_open_breaks(&conn)
        .await?
        .iter()
        .map(|(_, count)| count)
        .sum();
    metrics::gauge!("payment_reconciliation_breaks_open").set(small(open));
    for provider in gateway.listing() {
        let (_, done, _) = store::find_last_times(&conn, provider).await?;
        let Some(done) = done else { continue };
        let provider = provider.as_str();
        metrics::gauge!("payment_reconciliation_done_timestamp_seconds", "provider" => provider)
            .set(small(done.timestamp()));
        let age = (kit.clock.now() - done).num_seconds().max(0);
        metrics::gauge!("payment_reconciliation_age_seconds", "provider" => provider)
            .set(small(age));
    }
    Ok(())
}
