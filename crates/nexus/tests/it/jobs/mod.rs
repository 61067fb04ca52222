//! The work in the background: in which order, by whom, once, and what an operator does with it.

mod leases;
mod operators;
mod order;
mod streams;

use chrono::{DateTime, Utc};
use kit::{
    Result,
    jobs::{self, Job, NewJob, Worker},
};

use crate::world::Shop;

/// Writes a job that is due at `run_at`.
async fn plan<J: Job + Sync>(shop: &Shop, job: &J, run_at: DateTime<Utc>) -> Result<()> {
    let tx = shop.app.kit.db.begin("plan_test").await?;
    jobs::insert(&tx, &NewJob::at(job, run_at)?, shop.now()).await?;
    tx.commit().await
}

/// A worker of its own.
fn worker(shop: &Shop, registry: kit::jobs::Registry) -> Worker {
    Worker::new(
        shop.app.kit.db.clone(),
        shop.app.kit.clock.clone(),
        registry,
    )
}
