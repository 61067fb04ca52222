//! How much there is to do, for metrics.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use kit::{
    Kit,
    jobs::{
        Registry,
        backlog::{self, Depth},
    },
    tasks::Tasks,
};

/// How often it is counted.
const EVERY: Duration = Duration::from_secs(15);

/// Counts what each kind has to do, every quarter of a minute, until the process stops. A worker
/// does it; several count the same.
pub(crate) async fn watch_depth(kit: Kit, registry: Registry, tasks: Tasks) {
    while !tasks.is_stopping() {
        let now = kit.clock.now();
        match depths(&kit, now).await {
            Ok(depths) => show(&registry, &depths, now),
            Err(error) => tracing::warn!(%error, "the jobs cannot be counted"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = tasks.stopping() => {}
        }
    }
}

async fn depths(kit: &Kit, now: DateTime<Utc>) -> kit::Result<BTreeMap<String, Depth>> {
    backlog::depths(&kit.db.read().await?, now).await
}

/// Kinds that have nothing to do are shown as nothing, so that a gauge never keeps an old value.
fn show(registry: &Registry, depths: &BTreeMap<String, Depth>, now: DateTime<Utc>) {
    for (kind, queue, _) in registry.list() {
        let depth = depths.get(kind);
        let gauge = |state: &'static str, count: Option<i64>| {
            let labels = [("kind", kind), ("queue", queue), ("state", state)];
            metrics::gauge!("jobs_depth", &labels).set(as_metric(count.unwrap_or_default()));
        };
        gauge("ready", depth.map(|depth| depth.ready));
        gauge("due", depth.map(|depth| depth.due));
        gauge("running", depth.map(|depth| depth.running));
        gauge("dead", depth.map(|depth| depth.dead));
        let due_since = depth.and_then(|depth| depth.due_since);
        let waited = due_since.map_or(0, |since| (now - since).num_seconds().max(0));
        let labels = [("kind", kind), ("queue", queue)];
        metrics::gauge!("jobs_oldest_due_seconds", &labels).set(as_metric(waited));
    }
}

fn as_metric(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
