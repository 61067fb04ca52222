//! Refunds that move on by simulated time, and the webhooks that tell of them.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::book::{Moved, Refund, RefundState};
use crate::delivery::{self, News};
use crate::simulator::{Simulator, World};
use crate::variants::{RefundNames, RefundNotice, RefundProgress};

/// Where a refund should be by now.
fn due_state(world: &World, refund: &Refund, now: DateTime<Utc>) -> RefundState {
    let seconds = world.variants.refund_seconds;
    let age = now - refund.created_at;
    match world.variants.refund_progress {
        RefundProgress::Manual => refund.state,
        RefundProgress::Instant => RefundState::Refunded,
        RefundProgress::Reversed => RefundState::Reversed,
        RefundProgress::Timed if age >= TimeDelta::seconds(seconds) => RefundState::Refunded,
        RefundProgress::Timed if age * 2 >= TimeDelta::seconds(seconds) => RefundState::Processing,
        RefundProgress::Timed => refund.state,
    }
}

/// When open refunds move on by themselves.
pub(crate) fn due_moments(world: &World) -> impl Iterator<Item = DateTime<Utc>> {
    let is_timed = world.variants.refund_progress == RefundProgress::Timed;
    let whole = TimeDelta::seconds(world.variants.refund_seconds);
    let refunds = world.book.refunds().iter();
    let open = refunds.filter(move |refund| is_timed && !refund.state.is_final());
    open.flat_map(move |refund| [refund.created_at + whole / 2, refund.created_at + whole])
}

/// Moves refunds along by simulated time, and tells the shop about those that ended.
pub(crate) async fn advance(simulator: &Arc<Simulator>) {
    let ended: Vec<String> = simulator.with(|world| {
        let now = world.now();
        let open = world.book.refunds().iter().filter(|r| !r.state.is_final());
        let moves: Vec<(String, RefundState)> = open
            .map(|refund| (refund, due_state(world, refund, now)))
            .filter(|(refund, state)| refund.state != *state)
            .map(|(refund, state)| (refund.ref_id.clone(), state))
            .collect();
        let mut ended = Vec::new();
        for (ref_id, state) in moves {
            world.book.move_refund(&ref_id, state, now);
            world.touch();
            if state.is_final() {
                ended.push(ref_id);
            }
        }
        ended
    });
    for ref_id in ended {
        announce(simulator, &ref_id).await;
    }
}

/// Moves one refund by order, and tells the shop when it ended by that.
pub(crate) async fn order(simulator: &Arc<Simulator>, ref_id: &str, state: RefundState) -> Moved {
    let moved = simulator.with(|world| {
        let now = world.now();
        world.touch();
        world.book.move_refund(ref_id, state, now)
    });
    if moved == Moved::Yes && state.is_final() {
        announce(simulator, ref_id).await;
    }
    moved
}

/// Tells of a refund that was just accepted, if Chapa is to do that, and ends it if it is to end
/// at once.
pub(crate) async fn after_acceptance(simulator: &Arc<Simulator>, ref_id: &str) {
    announce(simulator, ref_id).await;
    let is_instant = simulator.with(|world| {
        let progress = world.variants.refund_progress;
        matches!(progress, RefundProgress::Instant | RefundProgress::Reversed)
    });
    if is_instant {
        advance(simulator).await;
    }
}

/// The event's name, and the one that some merchants report instead.
pub(crate) fn names(state: RefundState) -> (&'static str, &'static str) {
    match state {
        RefundState::Initiated | RefundState::Processing => ("charge.refunded", "refund.success"),
        RefundState::Refunded => ("charge.refunded", "refund.success"),
        RefundState::Reversed => ("refund.reversed", "refund.reversed"),
        RefundState::Failed => ("refund.failed", "refund.failed"),
    }
}

async fn announce(simulator: &Arc<Simulator>, ref_id: &str) {
    let found = simulator.with(|world| {
        let refund = world.book.refund(ref_id)?.clone();
        let transaction = world.book.transaction(&refund.payment_reference)?.clone();
        let wanted = match world.variants.refund_notice {
            RefundNotice::End => refund.state.is_final(),
            RefundNotice::Start => !refund.state.is_final(),
            RefundNotice::Both => true,
        };
        wanted.then_some((refund, transaction, world.variants.refund_names))
    });
    let Some((refund, transaction, style)) = found else {
        return;
    };
    let (event, short_event) = names(refund.state);
    let event = match style {
        RefundNames::Charge => event,
        RefundNames::Refund => short_event,
    };
    let news = News {
        event,
        short_event,
        status: refund.state.as_str(),
        transaction: &transaction,
        refund: Some(&refund),
        claims: None,
    };
    delivery::announce(simulator, &news).await;
}
