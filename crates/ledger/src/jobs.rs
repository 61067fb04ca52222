//! The sealing job: every minute, on one machine, committed transfers come into the chain.
//! Running it twice, or at two places at once, does no harm.

use chrono::{DateTime, TimeDelta, Utc};
use kit::{
    Db, Result,
    jobs::{self, Job, JobRun, NewJob, Outcome, Registry},
};
use serde::{Deserialize, Serialize};

use crate::{
    actions,
    model::{Day, Sealed},
};

/// Transfers that one transaction seals: some hundred milliseconds of work.
const BATCH: i64 = 10_000;

/// Transactions of one run, so that it ends within its lease whatever has piled up.
const BATCHES_PER_RUN: usize = 20;

/// Takes transfers into the chain, every minute.
#[derive(Debug, Serialize, Deserialize)]
pub struct SealLedger;

impl Job for SealLedger {
    const KIND: &'static str = "seal_ledger";
    const QUEUE: &'static str = "upkeep";

    fn unique_key(&self) -> Option<String> {
        Some("minutely".to_owned())
    }
}

/// Makes sure that sealing is planned; from then on it plans itself.
///
/// # Errors
/// Faults of the database.
pub async fn plan(db: &Db, now: DateTime<Utc>) -> Result<()> {
    let tx = db.begin("plan_sealing").await?;
    jobs::insert(&tx, &NewJob::now(&SealLedger)?, now).await?;
    tx.commit().await
}

/// Adds sealing to the kinds that a worker knows.
#[must_use]
pub fn jobs(registry: Registry) -> Registry {
    registry.with(|_: SealLedger, run: JobRun| async move {
        for _ in 0..BATCHES_PER_RUN {
            let now = run.clock.now();
            if seal_batch(&run.db, now).await? < BATCH {
                return Ok(Outcome::Again(now + TimeDelta::minutes(1)));
            }
        }
        Ok(Outcome::Again(run.clock.now()))
    })
}

/// Seals everything that is committed now; answers how many transfers that were.
///
/// # Errors
/// Faults of the database; what was sealed before stays sealed.
pub async fn seal(db: &Db, now: DateTime<Utc>) -> Result<i64> {
    let mut sum = 0;
    loop {
        let count = seal_batch(db, now).await?;
        sum += count;
        if count < BATCH {
            return Ok(sum);
        }
    }
}

async fn seal_batch(db: &Db, now: DateTime<Utc>) -> Result<i64> {
    let tx = db.begin("seal_ledger").await?;
    let Sealed {
        transfers_count,
        closed,
    } = actions::seal(&tx, BATCH, now).await?;
    tx.commit().await?;
    if let Some(day) = closed {
        tell(&day);
    }
    Ok(transfers_count)
}

/// A line that leaves this machine with its logs: a copy of the hash that nobody who can change
/// the database can change.
fn tell(day: &Day) {
    tracing::info!(
        day = %day.day,
        transfers_count = day.transfers_count(),
        last_sequence = day.last_sequence,
        closing_hash = hex::encode(&day.closing_hash),
        "a day of the books is closed"
    );
}
