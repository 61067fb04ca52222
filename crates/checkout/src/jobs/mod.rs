//! What goes on beside requests: waiting orders are placed together, unpaid ones expire.

mod batch;
mod desk;
mod lanes;
mod placement;
mod queue;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use ids::OrderId;
use kit::{
    Kit, Result,
    jobs::{Job, JobRun, Outcome, Priority, Registry},
};
use orders::OrderStatus;
use payments::{Gateway, PaymentNews};
use serde::{Deserialize, Serialize};

pub use self::placement::Placement;
use crate::actions::{self, Expiry};

/// When an order's hold ends: ask the provider, then let it go if it is not paid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExpireOrder {
    /// Which order.
    pub order_id: OrderId,
}

impl Job for ExpireOrder {
    const KIND: &'static str = "expire_order";
    const QUEUE: &'static str = "orders";
    const PRIORITY: Priority = Priority::Urgent;
    // The provider may be away for a while; the order's units are held until it can be asked.
    const ATTEMPTS_MAX: i16 = 200;

    fn unique_key(&self) -> Option<String> {
        Some(self.order_id.to_string())
    }
}

/// When the provider cannot tell, it is asked again after this.
const ASK_AGAIN: TimeDelta = TimeDelta::minutes(5);

/// The jobs of checkout.
#[must_use]
pub fn jobs(registry: Registry, gateway: &Arc<Gateway>) -> Registry {
    let gateway = Arc::clone(gateway);
    registry.with(move |job: ExpireOrder, run: JobRun| expire(job, run, Arc::clone(&gateway)))
}

async fn expire(job: ExpireOrder, run: JobRun, gateway: Arc<Gateway>) -> Result<Outcome> {
    let kit = Kit {
        db: run.db,
        clock: run.clock,
    };
    // It may wait longer by now, because it is to be paid by hand. Then nobody is asked, and no
    // page is closed.
    if let Some(later) = waits_until(&kit, job.order_id).await? {
        return Ok(Outcome::Again(later));
    }
    match payments::ask_before_expiry(&kit, &gateway, job.order_id).await? {
        PaymentNews::Paid => return Ok(Outcome::Done),
        PaymentNews::Unknown => return Ok(Outcome::Again(kit.clock.now() + ASK_AGAIN)),
        PaymentNews::NotPaid => {}
    }
    let (kit, job) = (&kit, &job);
    kit.db
        .retrying(move || async move {
            let tx = kit.db.begin("expire_order").await?;
            let expiry = actions::expire(&tx, job.order_id, kit.clock.now()).await?;
            tx.commit().await?;
            tracing::info!(order_id = %job.order_id, ?expiry, "hold ended");
            Ok(match expiry {
                Expiry::LetGo | Expiry::Over => Outcome::Done,
                Expiry::NotBefore(later) => Outcome::Again(later),
            })
        })
        .await
}

/// The end of an unpaid order's time, where it is not over.
async fn waits_until(kit: &Kit, order_id: OrderId) -> Result<Option<DateTime<Utc>>> {
    let order = orders::find_order(&kit.db.read().await?, order_id).await?;
    let waiting = order.filter(|order| order.status == OrderStatus::PendingPayment);
    let expires_at = waiting.map(|order| order.expires_at);
    Ok(expires_at.filter(|expires_at| kit.clock.now() < *expires_at))
}
