//! Webhooks on their way: sent at once, again every ten minutes of simulated time until the
//! answer is exactly 200, ten times at most; and refunds that move on by themselves.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::JoinSet;

use crate::book::{Delivery, Refund, Transaction, Webhook, WebhookState};
use crate::fields::Fields;
use crate::message;
use crate::simulator::{Simulator, World};

const RETRY_MINUTES: i64 = 10;
const MAX_ATTEMPTS: usize = 10;

/// Something to tell the shop.
#[derive(Debug)]
pub(crate) struct News<'a> {
    pub(crate) event: &'a str,
    /// The name that some merchants report instead.
    pub(crate) short_event: &'a str,
    pub(crate) status: &'a str,
    pub(crate) transaction: &'a Transaction,
    pub(crate) refund: Option<&'a Refund>,
    /// What the webhook says instead of the truth, by the names of its fields.
    pub(crate) claims: Option<&'a Fields>,
}

/// Writes a webhook, notes it down and makes the first attempt, unless it is held back.
pub(crate) async fn announce(simulator: &Arc<Simulator>, news: &News<'_>) {
    let Some((id, released)) = simulator.with(|world| write(world, news)) else {
        return;
    };
    for held in released {
        attempt(simulator, held).await;
    }
    let written = simulator.with(|world| world.book.webhook_mut(id).cloned());
    let Some(webhook) = written else { return };
    if webhook.state != WebhookState::Pending || !webhook.deliveries.is_empty() {
        return;
    }
    if webhook.delay_ms == 0 {
        if webhook.next_attempt_at.is_none() {
            attempt(simulator, id).await;
        }
        return;
    }
    let in_background = Arc::clone(simulator);
    simulator.later(async move {
        tokio::time::sleep(Duration::from_millis(webhook.delay_ms)).await;
        attempt(&in_background, id).await;
    });
}

/// Notes a webhook down. Returns its number, and those that it releases, in the order of sending.
fn write(world: &mut World, news: &News<'_>) -> Option<(usize, Vec<usize>)> {
    let merchant = world.book.merchant(&news.transaction.merchant)?;
    let url = merchant.webhook_url.as_deref()?;
    let webhook = message::webhook(world, news, merchant, url);
    let wanted = world.webhook.reorder;
    if let Some(times) = &mut world.webhook.times {
        *times = times.saturating_sub(1);
        if *times == 0 {
            world.webhook = Default::default();
        }
    }
    let id = world.book.add_webhook(webhook);
    world.touch();
    Some((id, released(world, wanted)))
}

/// Writes a webhook and sends it at once, whatever is dropped, held or delayed. Returns its number
/// and the answers' statuses.
pub(crate) async fn send_now(
    simulator: &Arc<Simulator>,
    news: &News<'_>,
) -> Option<(usize, Vec<Option<u16>>)> {
    let (id, _) = simulator.with(|world| {
        let written = write(world, news)?;
        // No longer dropped or held; and in the first attempt, so that no round takes it too.
        let webhook = world.book.webhook_mut(written.0)?;
        webhook.state = WebhookState::Pending;
        webhook.next_attempt_at = None;
        Some(written)
    })?;
    Some((id, attempt(simulator, id).await))
}

/// The held webhooks, the newest first, once enough of them wait.
fn released(world: &World, wanted: usize) -> Vec<usize> {
    let all = world.book.webhooks().iter();
    let held = all.filter(|webhook| webhook.state == WebhookState::Held);
    let mut ids: Vec<usize> = held.map(|webhook| webhook.id).collect();
    ids.reverse();
    if wanted > 1 && ids.len() >= wanted {
        return ids;
    }
    Vec::new()
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
