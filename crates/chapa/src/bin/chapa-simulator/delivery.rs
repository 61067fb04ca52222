//! Webhooks on their way: sent at once, again every ten minutes of simulated time until the
//! answer is exactly 200, ten times at most; and refunds that move on by themselves.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::JoinSet;

use crate::book::{Delivery, Refund, RefundState, Transaction, Webhook, WebhookState};
use crate::message;
use crate::simulator::{Simulator, World};
use crate::variants::RefundProgress;

const RETRY_MINUTES: i64 = 10;
const MAX_ATTEMPTS: usize = 10;

/// Something to tell the shop.
#[derive(Debug)]
pub(crate) struct News<'a> {
    pub(crate) event: &'static str,
    /// The name that some merchants report instead.
    pub(crate) short_event: &'static str,
    pub(crate) status: &'static str,
    pub(crate) transaction: &'a Transaction,
    pub(crate) refund: Option<&'a Refund>,
}

/// Writes a webhook, notes it down and makes the first attempt, unless it is held back.
pub(crate) async fn announce(simulator: &Arc<Simulator>, news: &News<'_>) {
    let Some(id) = simulator.with(|world| write(simulator, world, news)) else {
        return;
    };
    let (state, delay_ms) = simulator.with(|world| {
        world
            .book
            .webhook_mut(id)
            .map_or((WebhookState::Dropped, 0), |w| (w.state, w.delay_ms))
    });
    if state == WebhookState::Dropped {
        return;
    }
    if delay_ms == 0 {
        attempt(simulator, id).await;
        return;
    }
    let in_background = Arc::clone(simulator);
    simulator.later(async move {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        attempt(&in_background, id).await;
    });
}

fn write(simulator: &Simulator, world: &mut World, news: &News<'_>) -> Option<usize> {
    let url = world.webhook_url.clone()?;
    let webhook = message::webhook(world, news, &simulator.args.webhook_secret, url);
    if let Some(times) = &mut world.webhook.times {
        *times = times.saturating_sub(1);
        if *times == 0 {
            world.webhook = Default::default();
        }
    }
    let id = world.book.add_webhook(webhook);
    world.touch();
    Some(id)
}

/// Sends a webhook with all its copies at the same moment and notes what came back. Returns
/// the answers' statuses.
pub(crate) async fn attempt(simulator: &Arc<Simulator>, id: usize) -> Vec<Option<u16>> {
    let Some(webhook) = simulator.with(|world| world.book.webhook_mut(id).cloned()) else {
        return Vec::new();
    };
    let mut sending = JoinSet::new();
    for _ in 0..webhook.copies {
        sending.spawn(send(simulator.http.clone(), webhook.clone()));
    }
    let results = sending.join_all().await;
    let statuses = results
        .iter()
        .map(|result| result.as_ref().ok().copied())
        .collect();
    simulator.with(|world| {
        let now = world.now();
        let Some(webhook) = world.book.webhook_mut(id) else {
            return;
        };
        for result in results {
            let (status, error) = match result {
                Ok(status) => (Some(status), None),
                Err(error) => (None, Some(error)),
            };
            webhook.deliveries.push(Delivery {
                at: now,
                status,
                error,
            });
        }
        let delivered = webhook
            .deliveries
            .iter()
            .any(|delivery| delivery.status == Some(200));
        let attempts = webhook.deliveries.len() / (webhook.copies.max(1) as usize);
        (webhook.state, webhook.next_attempt_at) = if delivered {
            (WebhookState::Delivered, None)
        } else if attempts >= MAX_ATTEMPTS {
            (WebhookState::GivenUp, None)
        } else {
            (
                WebhookState::Pending,
                Some(now + TimeDelta::minutes(RETRY_MINUTES)),
            )
        };
        world.touch();
    });
    statuses
}

async fn send(http: reqwest::Client, webhook: Webhook) -> Result<u16, String> {
    let mut request = http.post(&webhook.url).body(webhook.body);
    for (name, value) in &webhook.headers {
        request = request.header(name, value);
    }
    match request.send().await {
        Ok(response) => Ok(response.status().as_u16()),
        Err(error) => Err(error.without_url().to_string()),
    }
}

/// Sends every webhook whose next attempt is due by simulated time.
pub(crate) async fn deliver_due(simulator: &Arc<Simulator>) -> usize {
    let _one_round_at_a_time = simulator.delivering.lock().await;
    let due: Vec<usize> = simulator.with(|world| {
        let now = world.now();
        let is_due = |webhook: &&Webhook| {
            webhook.state == WebhookState::Pending
                && webhook.next_attempt_at.is_some_and(|at| at <= now)
        };
        world
            .book
            .webhooks()
            .iter()
            .filter(is_due)
            .map(|webhook| webhook.id)
            .collect()
    });
    for id in &due {
        attempt(simulator, *id).await;
    }
    due.len()
}

/// Moves refunds along by simulated time, and tells the shop about those that ended.
pub(crate) async fn advance_refunds(simulator: &Arc<Simulator>) {
    let ended: Vec<String> = simulator.with(|world| {
        let (now, progress) = (world.now(), world.variants.refund_progress);
        let seconds = world.variants.refund_seconds;
        let mut ended = Vec::new();
        let mut is_changed = false;
        for refund in world
            .book
            .refunds_mut()
            .iter_mut()
            .filter(|r| !r.state.is_final())
        {
            let age = (now - refund.created_at).num_seconds();
            let state = match progress {
                RefundProgress::Manual => refund.state,
                RefundProgress::Instant => RefundState::Refunded,
                RefundProgress::Reversed => RefundState::Reversed,
                RefundProgress::Timed if age >= seconds => RefundState::Refunded,
                RefundProgress::Timed if age * 2 >= seconds => RefundState::Processing,
                RefundProgress::Timed => refund.state,
            };
            if state != refund.state {
                refund.state = state;
                refund.updated_at = now;
                is_changed = true;
                if state.is_final() {
                    ended.push(refund.ref_id.clone());
                }
            }
        }
        if is_changed {
            world.touch();
        }
        ended
    });
    for ref_id in ended {
        announce_refund(simulator, &ref_id).await;
    }
}

/// Sends the webhook of a refund that ended.
pub(crate) async fn announce_refund(simulator: &Arc<Simulator>, ref_id: &str) {
    let found = simulator.with(|world| {
        let refund = world.book.refund(ref_id)?.clone();
        let transaction = world.book.transaction(&refund.tx_ref)?.clone();
        Some((refund, transaction))
    });
    let Some((refund, transaction)) = found else {
        return;
    };
    let (event, short_event) = match refund.state {
        RefundState::Refunded => ("charge.refunded", "refund.success"),
        RefundState::Reversed => ("refund.reversed", "refund.reversed"),
        RefundState::Initiated | RefundState::Processing => return,
    };
    let status = refund.state.as_str();
    let refund = Some(&refund);
    let news = News {
        event,
        short_event,
        status,
        transaction: &transaction,
        refund,
    };
    announce(simulator, &news).await;
}
