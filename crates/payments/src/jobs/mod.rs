//! What happens later: attempts are asked about by a schedule and when a message comes. Every
//! job may run twice and beside a handler that does the same.

mod confirmation;
mod gateway;
mod lost;
mod reconciliation;
mod refunds;
mod webhooks;

use std::sync::Arc;

use chrono::TimeDelta;
use ids::{AttemptId, WebhookId};
use kit::{
    Kit, Result,
    jobs::{Job, JobRun, Outcome, Priority, Registry},
};
use orders::OrderStatus;
use serde::{Deserialize, Serialize};

use self::webhooks::give_up;
pub(crate) use self::{
    confirmation::{Answer, ask, ask_and_close},
    gateway::callback_reference,
    refunds::check_refund_now,
    webhooks::{Processed, process_webhook},
};
pub use self::{
    confirmation::{ask_before_expiry, verify_and_settle},
    gateway::Gateway,
    reconciliation::{ReconcileProvider, WatchPayments, make_step, plan_watch, reconcile},
    refunds::{CheckRefund, SubmitRefund},
};
use crate::{
    model::{Attempt, NEWS_EXPECTED_FOR, is_worth_asking, next_check},
    store,
};

/// Asks about an attempt after 1, 3, 10, 30 and 60 minutes, then every hour, until its money is
/// recorded or three days are over: the payment is found even if every message is lost.
#[derive(Debug, Serialize, Deserialize)]
pub struct CheckPayment {
    /// Which attempt.
    pub attempt_id: AttemptId,
}

impl Job for CheckPayment {
    const KIND: &'static str = "check_payment";
    const QUEUE: &'static str = "payments";
    const PRIORITY: Priority = Priority::Urgent;

    fn unique_key(&self) -> Option<String> {
        Some(self.attempt_id.to_string())
    }
}

/// Asks about an attempt at once, because somebody hinted that there is news.
#[derive(Debug, Serialize, Deserialize)]
pub struct ConfirmPayment {
    /// Which attempt.
    pub attempt_id: AttemptId,
}

impl Job for ConfirmPayment {
    const KIND: &'static str = "confirm_payment";
    const QUEUE: &'static str = "payments";
    const PRIORITY: Priority = Priority::Urgent;

    fn unique_key(&self) -> Option<String> {
        None
    }
}

/// Looks at a stored webhook: asks about the attempt that it names, if it is one of ours.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProcessWebhook {
    /// Which webhook.
    pub webhook_id: WebhookId,
}

impl Job for ProcessWebhook {
    const KIND: &'static str = "process_payment_webhook";
    const QUEUE: &'static str = "payments";
    const PRIORITY: Priority = Priority::Urgent;

    fn unique_key(&self) -> Option<String> {
        Some(self.webhook_id.to_string())
    }
}

/// While the provider is away, messages about a payment are looked at again after this pause.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// Adds the jobs of payments.
#[must_use]
pub fn jobs(registry: Registry, gateway: &Arc<Gateway>) -> Registry {
    let (checking, confirming, processing) = (
        Arc::clone(gateway),
        Arc::clone(gateway),
        Arc::clone(gateway),
    );
    let (submitting, following) = (Arc::clone(gateway), Arc::clone(gateway));
    reconciliation::jobs(registry, gateway)
        .with(move |job: SubmitRefund, run| refunds::submit(Arc::clone(&submitting), job, run))
        .with(move |job: CheckRefund, run| refunds::check(Arc::clone(&following), job, run))
        .with(move |job: CheckPayment, run| check(Arc::clone(&checking), job, run))
        .with(move |job: ConfirmPayment, run| confirm(Arc::clone(&confirming), job, run))
        .with(move |job: ProcessWebhook, run| process(Arc::clone(&processing), job, run))
}

fn kit(run: JobRun) -> Kit {
    Kit {
        db: run.db,
        clock: run.clock,
    }
}

async fn find_attempt(kit: &Kit, id: AttemptId) -> Result<Option<Attempt>> {
    store::find_attempt(&kit.db.read().await?, id).await
}

async fn check(gateway: Arc<Gateway>, job: CheckPayment, run: JobRun) -> Result<Outcome> {
    let kit = kit(run);
    let Some(attempt) = find_attempt(&kit, job.attempt_id).await? else {
        return Ok(Outcome::Done);
    };
    if !gateway.speaks_for(&attempt) || !is_worth_asking(&attempt) {
        return Ok(Outcome::Done);
    }
    let order = {
        let conn = kit.db.read().await?;
        orders::find_order(&conn, attempt.order_id).await?
    };
    let is_payable = order.is_some_and(|order| order.status == OrderStatus::PendingPayment);
    let answer = if attempt.state.is_open() && !is_payable {
        // Nobody should pay what is not wanted any more.
        ask_and_close(&kit, &gateway, &attempt).await?
    } else {
        ask(&kit, &gateway, &attempt).await?
    };
    let attempt = match answer {
        Answer::Told(attempt) => attempt,
        Answer::Silent { .. } => attempt,
    };
    Ok(next_check(&attempt, kit.clock.now()).map_or(Outcome::Done, Outcome::Again))
}

async fn confirm(gateway: Arc<Gateway>, job: ConfirmPayment, run: JobRun) -> Result<Outcome> {
    let kit = kit(run);
    match find_attempt(&kit, job.attempt_id).await? {
        Some(attempt) if is_worth_asking(&attempt) => {
            ask_until_told(
                &kit,
                &gateway,
                &attempt,
                attempt.created_at + NEWS_EXPECTED_FOR,
            )
            .await
        }
        _ => Ok(Outcome::Done),
    }
}

async fn process(gateway: Arc<Gateway>, job: ProcessWebhook, run: JobRun) -> Result<Outcome> {
    let kit = kit(run);
    let webhook = store::find_webhook(&kit.db.read().await?, job.webhook_id).await?;
    let Some(webhook) = webhook else {
        return Ok(Outcome::Done);
    };
    match process_webhook(&kit, &gateway, &webhook).await? {
        Processed::Done => Ok(Outcome::Done),
        Processed::Silent { .. } => {
            let again_at = kit.clock.now() + PAUSE;
            if again_at <= webhook.received_at + NEWS_EXPECTED_FOR {
                return Ok(Outcome::Again(again_at));
            }
            give_up(&kit, &webhook).await?;
            Ok(Outcome::Done)
        }
    }
}

/// The outage of the provider is waited for, up to `until`; it is no failure of the job.
async fn ask_until_told(
    kit: &Kit,
    gateway: &Gateway,
    attempt: &Attempt,
    until: chrono::DateTime<chrono::Utc>,
) -> Result<Outcome> {
    if !gateway.speaks_for(attempt) {
        return Ok(Outcome::Done);
    }
    let answer = ask(kit, gateway, attempt).await?;
    let again_at = kit.clock.now() + PAUSE;
    Ok(match answer {
        Answer::Silent { .. } if again_at <= until => Outcome::Again(again_at),
        _ => Outcome::Done,
    })
}
