//! Unpaid orders expire.

use std::sync::Arc;

use chrono::TimeDelta;
use ids::OrderId;
use kit::{
    Kit, Result,
    jobs::{Job, JobRun, Outcome, Registry},
};
use payments::{Gateway, PaymentNews};
use serde::{Deserialize, Serialize};

use crate::actions;

/// When an order's hold ends: ask the provider, then let it go if it is not paid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExpireOrder {
    /// Which order.
    pub order_id: OrderId,
}

impl Job for ExpireOrder {
    const KIND: &'static str = "expire_order";
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
    match payments::ask_before_expiry(&kit, &gateway, job.order_id).await? {
        PaymentNews::Paid => return Ok(Outcome::Done),
        PaymentNews::Unknown => return Ok(Outcome::Again(kit.clock.now() + ASK_AGAIN)),
        PaymentNews::NotPaid => {}
    }
    let (kit, job) = (&kit, &job);
    kit.db
        .retrying(move || async move {
            let tx = kit.db.begin("expire_order").await?;
            let is_gone = actions::expire(&tx, job.order_id, kit.clock.now()).await?;
            tx.commit().await?;
            tracing::info!(order_id = %job.order_id, is_gone, "hold ended");
            Ok(Outcome::Done)
        })
        .await
}
