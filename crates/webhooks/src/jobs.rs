//! Sending: what is going to be sent is committed before the receiver is called, and what it
//! answered right after.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use ids::{WebhookDeliveryId, WebhookEndpointId};
use kit::{
    Result,
    jobs::{Job, JobRun, Outcome, Registry},
    outbound::{Exchange, Outbound},
    sabotage::crash_point,
};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    actions,
    model::{
        Delivery, DeliveryState, Endpoint, EndpointState, SENDING, WebhookSettings, signatures,
    },
    store,
};

/// Sends a delivery to its endpoint; comes back by the declared schedule until it is taken.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeliverWebhook {
    /// Which delivery.
    pub delivery_id: WebhookDeliveryId,
}

impl Job for DeliverWebhook {
    const KIND: &'static str = "deliver_webhook";
    const QUEUE: &'static str = "webhooks";

    /// A delivery is taken up again when its endpoint is resumed; its own row makes it one.
    fn unique_key(&self) -> Option<String> {
        None
    }
}

/// Has what waited for a resumed endpoint sent, some at a time.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ResumeWebhooks {
    pub(crate) endpoint_id: WebhookEndpointId,
}

impl Job for ResumeWebhooks {
    const KIND: &'static str = "resume_webhooks";
    const QUEUE: &'static str = "webhooks";

    fn unique_key(&self) -> Option<String> {
        None
    }
}

/// How many deliveries to one endpoint are under way at once in a process: the others of a slow
/// one wait, and leave the hands to other endpoints.
const AT_ONCE: usize = 2;

/// How long a delivery waits whose endpoint is busy.
const BUSY_PAUSE: TimeDelta = TimeDelta::seconds(5);

/// The way to receivers; shared by jobs and handlers.
#[derive(Debug)]
pub struct Sender {
    outbound: Outbound,
    busy: Mutex<BTreeMap<WebhookEndpointId, Arc<Semaphore>>>,
}

impl Sender {
    /// Checks the settings; calls nobody.
    ///
    /// # Errors
    /// A fault when no client can be made.
    pub fn new(settings: &WebhookSettings) -> Result<Self> {
        Ok(Self {
            outbound: Outbound::new(
                settings.allowed_networks.clone(),
                settings.allows_http,
                Duration::from_millis(settings.connect_timeout_ms),
                Duration::from_millis(settings.total_timeout_ms),
            )?,
            busy: Mutex::default(),
        })
    }

    pub(crate) const fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    /// A turn at an endpoint; `None` while it is busy.
    fn turn(&self, id: WebhookEndpointId) -> Option<OwnedSemaphorePermit> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        // Who is not busy is not kept.
        busy.retain(|_, turns| turns.available_permits() < AT_ONCE);
        let turns = busy
            .entry(id)
            .or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE)));
        Arc::clone(turns).try_acquire_owned().ok()
    }

    async fn send(&self, endpoint: &Endpoint, delivery: &Delivery, now: DateTime<Utc>) -> Exchange {
        let id = delivery.event_id.to_string();
        let timestamp = now.timestamp();
        let signature = signatures(&endpoint.secrets(now), &id, timestamp, &delivery.body);
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        for (name, value) in [
            ("webhook-id", id),
            ("webhook-timestamp", timestamp.to_string()),
            ("webhook-signature", signature),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        let body = delivery.body.clone().into_bytes();
        self.outbound.post(&endpoint.url, headers, body).await
    }
}

/// Adds the jobs of webhooks.
#[must_use]
pub fn jobs(registry: Registry, sender: &Arc<Sender>) -> Registry {
    let sender = Arc::clone(sender);
    registry
        .with(move |job: DeliverWebhook, run| deliver(Arc::clone(&sender), job, run))
        .with(resume)
}

/// What is to be done about a delivery now.
enum Turn {
    /// Nothing: it is done, or somebody else has it.
    Nothing,
    /// It waits until its endpoint is resumed.
    Parked,
    /// It is sent, as this try.
    Send(Box<(Endpoint, Delivery)>),
}

async fn deliver(sender: Arc<Sender>, job: DeliverWebhook, run: JobRun) -> Result<Outcome> {
    let found = store::find_delivery(&run.db.read().await?, job.delivery_id).await?;
    let Some(delivery) = found.filter(|delivery| delivery.state == DeliveryState::Pending) else {
        return Ok(Outcome::Done);
    };
    let Some(_turn) = sender.turn(delivery.endpoint_id) else {
        return Ok(Outcome::Again(run.clock.now() + BUSY_PAUSE));
    };
    let (endpoint, delivery) = match begin_try(&run, delivery).await? {
        Turn::Nothing | Turn::Parked => return Ok(Outcome::Done),
        Turn::Send(pair) => *pair,
    };
    crash_point("before webhook is sent");
    let exchange = sender.send(&endpoint, &delivery, run.clock.now()).await;
    crash_point("after webhook is sent");
    let now = run.clock.now();
    let again_at = run
        .db
        .retrying(|| async {
            let tx = run.db.begin("note_webhook_try").await?;
            let again_at = actions::note_try(&tx, &delivery, &exchange, now).await?;
            tx.commit().await?;
            Ok(again_at)
        })
        .await?;
    Ok(again_at.map_or(Outcome::Done, Outcome::Again))
}

/// Takes the delivery for this try. The endpoint is locked, so that nobody resumes it between
/// the look at it and the note that the delivery waits.
async fn begin_try(run: &JobRun, delivery: Delivery) -> Result<Turn> {
    let tx = run.db.begin("begin_webhook_try").await?;
    let Some(endpoint) = store::lock_endpoint(&tx, delivery.endpoint_id).await? else {
        return Ok(Turn::Nothing);
    };
    let now = run.clock.now();
    let turn = if endpoint.state == EndpointState::Active {
        match store::update_leased(&tx, delivery.id, SENDING, now).await? {
            Some(attempts) => {
                let delivery = Delivery {
                    attempts,
                    ..delivery
                };
                Turn::Send(Box::new((endpoint, delivery)))
            }
            None => Turn::Nothing,
        }
    } else {
        store::update_parked(&tx, delivery.id).await?;
        Turn::Parked
    };
    tx.commit().await?;
    Ok(turn)
}

async fn resume(job: ResumeWebhooks, run: JobRun) -> Result<Outcome> {
    let tx = run.db.begin("resume_webhooks").await?;
    let now = run.clock.now();
    let has_more = actions::take_up(&tx, job.endpoint_id, now).await?;
    tx.commit().await?;
    Ok(if has_more {
        Outcome::Again(now)
    } else {
        Outcome::Done
    })
}
