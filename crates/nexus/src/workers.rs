//! Which code runs which kind of job.

use std::sync::Arc;

use anyhow::{Result, bail};
use kit::{
    jobs::{Registry, Worker},
    outbox::feed::Relay,
};
use webhooks::FanOut;

use crate::app::App;

/// A worker that knows every kind of job.
#[must_use]
pub fn worker(app: &App) -> Worker {
    Worker::new(app.kit.db.clone(), app.kit.clock.clone(), registry(app))
}

/// The kinds of the named queues; of all when none is named.
///
/// # Errors
/// When a queue is not known, with those that are.
pub fn registry_of(app: &App, queues: &[String]) -> Result<Registry> {
    let registry = registry(app);
    let known = registry.queues();
    if let Some(unknown) = queues.iter().find(|name| !known.contains(name.as_str())) {
        let known: Vec<&str> = known.into_iter().collect();
        bail!(
            "there is no queue {unknown}; there are {}",
            known.join(", ")
        );
    }
    if queues.is_empty() {
        return Ok(registry);
    }
    Ok(registry.of_queues(&queues.iter().cloned().collect()))
}

/// Every kind of job.
#[must_use]
pub fn registry(app: &App) -> Registry {
    let registry = kit::sweep::jobs(Registry::default());
    let registry = ledger::jobs(registry);
    let registry = catalogue::jobs(registry);
    let registry = imports::jobs(registry);
    let registry = pictures::jobs(registry, &app.pictures);
    let registry = payments::jobs(registry, &app.gateway);
    let registry = inventory::jobs(registry, app.settings.inventory);
    let registry = checkout::jobs(registry, &app.gateway);
    let registry = webhooks::jobs(registry, &app.webhooks);
    let registry = invoices::jobs(registry, &app.seller);
    notifications::jobs(registry, &app.mailer, &app.notifications)
}

/// The relay of events, with everybody who follows them.
#[must_use]
pub fn relay(app: &App) -> Relay {
    Relay::new(app.kit.db.clone(), app.kit.clock.clone()).to(Arc::new(FanOut))
}
