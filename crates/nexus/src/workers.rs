//! Which code runs which kind of job.

use kit::jobs::{Registry, Worker};

use crate::app::App;

/// A worker that knows every kind of job.
#[must_use]
pub fn worker(app: &App) -> Worker {
    let registry = kit::sweep::jobs(Registry::default());
    let registry = ledger::jobs(registry);
    let registry = payments::jobs(registry, &app.gateway);
    let registry = checkout::jobs(registry, &app.gateway);
    let registry = notifications::jobs(registry, &app.mailer, &app.notifications);
    Worker::new(app.kit.db.clone(), app.kit.clock.clone(), registry)
}
