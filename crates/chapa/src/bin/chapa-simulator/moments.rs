//! Moving simulated time: every moment at which something is due is stopped at, in order, so that
//! one big step does what many small ones would have done.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::book::WebhookState;
use crate::clock::{self, Clock};
use crate::simulator::{Simulator, World};
use crate::{delivery, refunds};

/// Moves the clock. What becomes due on the way is done before this returns; on a way back
/// nothing becomes due. Answers how many webhooks were sent.
pub(crate) async fn travel(simulator: &Arc<Simulator>, to: impl FnOnce(&Clock) -> Clock) -> usize {
    let _one_traveller_at_a_time = simulator.travelling.lock().await;
    let mut sent = catch_up(simulator).await;
    let (arrival, target) = simulator.with(|world| {
        let arrival = to(&world.book.clock);
        (arrival, arrival.read(clock::machine_now()))
    });
    while let Some(due_at) = simulator.with(|world| next_due_at(world, target)) {
        simulator.with(|world| world.book.clock.set(due_at, clock::machine_now()));
        sent += catch_up(simulator).await;
    }
    simulator.with(|world| {
        world.book.clock = arrival;
        world.touch();
    });
    sent + catch_up(simulator).await
}

/// Does what is due now.
pub(crate) async fn catch_up(simulator: &Arc<Simulator>) -> usize {
    refunds::advance(simulator).await;
    delivery::deliver_due(simulator).await
}

/// The next moment after now and up to a target at which something happens by itself.
fn next_due_at(world: &World, target: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let now = world.now();
    let webhooks = world.book.webhooks().iter();
    let pending = webhooks.filter(|webhook| webhook.state == WebhookState::Pending);
    pending
        .filter_map(|webhook| webhook.next_attempt_at)
        .chain(refunds::due_moments(world))
        .filter(|due_at| now < *due_at && *due_at <= target)
        .min()
}
