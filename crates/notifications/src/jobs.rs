//! Sending, safe to repeat: what is going to happen is committed before the mail server is
//! asked, and what has happened right after it has answered.

use std::sync::Arc;

use ids::OrderId;
use kit::{
    Db, Error, Result,
    jobs::{Job, JobRun, NewJob, Outcome, Registry},
    mail::{Mail, Mailer},
    outbox::EventRecord,
    sabotage::crash_point,
};
use orders::OrderPaid;
use serde::{Deserialize, Serialize};

use crate::{
    model::{NotificationSettings, RECEIPT, Receipt, RenderedReceipt},
    store::{self, NewMail, StartedMail},
};

/// A paid order's receipt goes to its e-mail address.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendReceipt {
    /// Which order.
    pub order_id: OrderId,
}

impl Job for SendReceipt {
    const KIND: &'static str = "send_receipt";
    /// More than a day, for a mail server that is away overnight.
    const ATTEMPTS_MAX: i16 = 36;

    /// One per order, for ever.
    fn unique_key(&self) -> Option<String> {
        Some(self.order_id.to_string())
    }
}

/// What follows from [`OrderPaid`]: its receipt.
///
/// # Errors
/// A fault when the event is another one.
pub fn receipt_of(event: &EventRecord) -> Result<Option<NewJob>> {
    let paid: OrderPaid = serde_json::from_value(event.payload.clone())?;
    NewJob::now(&SendReceipt {
        order_id: paid.order_id,
    })
    .map(Some)
}

/// Adds the jobs of this capability.
#[must_use]
pub fn jobs(
    registry: Registry,
    mailer: &Arc<Mailer>,
    settings: &Arc<NotificationSettings>,
) -> Registry {
    let (mailer, settings) = (Arc::clone(mailer), Arc::clone(settings));
    registry.with(move |job: SendReceipt, run| {
        send_receipt(job, run, Arc::clone(&mailer), Arc::clone(&settings))
    })
}

async fn send_receipt(
    job: SendReceipt,
    run: JobRun,
    mailer: Arc<Mailer>,
    settings: Arc<NotificationSettings>,
) -> Result<Outcome> {
    let Some((to, receipt)) = write_receipt(&run.db, job.order_id, &settings).await? else {
        return Ok(Outcome::Buried(
            "there is no such order, or it is not paid".to_owned(),
        ));
    };
    let message_id = format!("<receipt.{}@{}>", job.order_id, mailer.domain());
    let new = NewMail {
        kind: RECEIPT,
        subject_id: job.order_id.uuid(),
        recipient: &to,
        message_id: &message_id,
    };
    let Some(started) = start(&run, &new).await? else {
        return Ok(Outcome::Done);
    };
    crash_point("before receipt is sent");
    let mail = Mail {
        to,
        subject: receipt.subject,
        text: receipt.text,
        html: receipt.html,
        message_id: started.message_id.clone(),
        dated_at: started.created_at,
    };
    match mailer.send(&mail).await {
        Ok(()) => {
            crash_point("after receipt is sent");
            finish(&run, &started).await
        }
        Err(error) if error.is_permanent() => give_up(&run, &started, error.to_string()).await,
        Err(error) => Err(Error::fault(error)),
    }
}

/// The address and the receipt of an order; `None` when it has none.
async fn write_receipt(
    db: &Db,
    order_id: OrderId,
    settings: &NotificationSettings,
) -> Result<Option<(String, RenderedReceipt)>> {
    let conn = db.read().await?;
    let Some(order) = orders::find_order(&conn, order_id).await? else {
        return Ok(None);
    };
    let Some(paid_at) = order.paid_at else {
        return Ok(None);
    };
    let lines = orders::list_lines(&conn, &[order_id]).await?;
    let lines: Vec<_> = lines.into_iter().map(|(_, line)| line).collect();
    let reference = store::find_payment_reference(&conn, order_id).await?;
    let receipt = Receipt::of(&order, &lines, paid_at, reference.as_deref(), settings);
    Ok(Some((order.email, receipt.render()?)))
}

async fn start(run: &JobRun, mail: &NewMail<'_>) -> Result<Option<StartedMail>> {
    let tx = run.db.begin("start_mail").await?;
    let started = store::upsert_mail(&tx, mail, run.clock.now()).await?;
    tx.commit().await?;
    Ok(started)
}

async fn finish(run: &JobRun, mail: &StartedMail) -> Result<Outcome> {
    let tx = run.db.begin("finish_mail").await?;
    store::update_sent(&tx, mail.id, run.clock.now()).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
}

async fn give_up(run: &JobRun, mail: &StartedMail, reason: String) -> Result<Outcome> {
    let tx = run.db.begin("refuse_mail").await?;
    store::update_refused(&tx, mail.id, &reason).await?;
    tx.commit().await?;
    Ok(Outcome::Buried(reason))
}
