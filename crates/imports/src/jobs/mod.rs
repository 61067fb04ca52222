//! Taking files over in the background: some products at a time, each by itself, so that whoever
//! goes on after a crash goes on with the next.

mod steps;

use chrono::TimeDelta;
use ids::ProductImportId;
use kit::{
    Error, Result,
    jobs::{Job, JobRun, Outcome, Priority, Registry},
    sabotage::crash_point,
};
use serde::{Deserialize, Serialize};

pub use self::steps::{Stepped, step};

/// How many products one run of the job takes over; the next one goes on.
const STEPS: usize = 50;

/// When to look again whether somebody else has finished.
const LATER: TimeDelta = TimeDelta::seconds(10);

/// Takes the products of a file over, or brings them back.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RunImport {
    pub(crate) import_id: ProductImportId,
}

impl Job for RunImport {
    const KIND: &'static str = "run_product_import";
    const QUEUE: &'static str = "imports";
    /// The shop goes on selling.
    const PRIORITY: Priority = Priority::Low;

    /// An import is run, and may be undone.
    fn unique_key(&self) -> Option<String> {
        None
    }
}

/// The jobs of imports.
#[must_use]
pub fn jobs(registry: Registry) -> Registry {
    registry.with(run)
}

async fn run(job: RunImport, run: JobRun) -> Result<Outcome> {
    for _ in 0..STEPS {
        match step(&run.db, job.import_id, run.clock.now()).await {
            Ok(Stepped::On) => crash_point("between products of an import"),
            Ok(Stepped::Over) => return Ok(Outcome::Done),
            // Whoever has the rest in hand may die with it.
            Ok(Stepped::Elsewhere) => return Ok(Outcome::Again(run.clock.now() + LATER)),
            Err(Error::Refused(refusal)) => return Ok(Outcome::Buried(refusal.detail())),
            Err(fault) => return Err(fault),
        }
    }
    Ok(Outcome::Again(run.clock.now()))
}
