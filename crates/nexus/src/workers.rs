//! Which code runs which kind of job.

use std::sync::Arc;

use kit::{
    jobs::{Registry, Worker},
    outbox::feed::Relay,
};
use webhooks::FanOut;

use crate::app::App;

/// A worker that knows every kind of job.
#[must_use]
pub fn worker(app: &App) -> Worker {
    let registry = kit::sweep::jobs(Registry::default());
    let registry = ledger::jobs(registry);
    let registry = catalogue::jobs(registry);
    let registry = payments::jobs(registry, &app.gateway);
    let registry = checkout::jobs(registry, &app.gateway);
    let registry = webhooks::jobs(registry, &app.webhooks);
    let registry = notifications::jobs(registry, &app.mailer, &app.notifications);
    Worker::new(app.kit.db.clone(), app.kit.clock.clone(), registry)
}

/// The relay of events, with everybody who follows them.
#[must_use]
pub fn relay(app: &App) -> Relay {
    Relay::new(app.kit.db.clone(), app.kit.clock.clone()).to(Arc::new(FanOut))
}
