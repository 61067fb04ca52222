//! Sending, safe to repeat: what is going to happen is committed before the mail server is
//! asked, and what has happened right after it has answered.

mod orders;
mod parcels;

use std::sync::Arc;

use ::orders::OrderPaid;
use chrono::{DateTime, Utc};
use ids::{OrderId, RefundId};
use kit::{
    Db, Error, Result,
    jobs::{Job, JobRun, NewJob, Outcome, Registry},
    mail::{Mail, Mailer},
    outbox::EventRecord,
    sabotage::crash_point,
};
use money::Money;
use payments::{RefundRequested, RefundSucceeded};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::orders::{SendOrderMail, mail_of_cancelled_order, mail_of_placed_order};
pub use self::parcels::{SendParcelMail, mail_of_delivered_parcel, mail_of_shipped_parcel};
use crate::{
    model::{NotificationSettings, RECEIPT, Receipt, RefundMail, RefundNews, RenderedMail},
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
    const QUEUE: &'static str = "mail";
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

/// The buyer is told about a refund.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendRefundMail {
    /// Which refund.
    pub refund_id: RefundId,
    /// Of which order.
    pub order_id: OrderId,
    /// How much.
    pub amount: Money,
    /// What is told.
    pub news: RefundNews,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
}

impl Job for SendRefundMail {
    const KIND: &'static str = "send_refund_mail";
    const QUEUE: &'static str = "mail";
    const ATTEMPTS_MAX: i16 = SendReceipt::ATTEMPTS_MAX;

    /// One of a kind per refund, for ever.
    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", self.news.kind(), self.refund_id))
    }
}

/// What follows from [`RefundRequested`]: a mail, where the shop sends money back by itself.
///
/// # Errors
/// A fault when the event is another one.
pub fn mail_of_promised_refund(event: &EventRecord) -> Result<Option<NewJob>> {
    let promised: RefundRequested = serde_json::from_value(event.payload.clone())?;
    let news = match promised.cause.as_str() {
        "late_money" => RefundNews::PromisedLate,
        "surplus" => RefundNews::PromisedSurplus,
        _ => return Ok(None),
    };
    NewJob::now(&SendRefundMail {
        refund_id: promised.refund_id,
        order_id: promised.order_id,
        amount: promised.amount,
        news,
        occurred_at: promised.requested_at,
    })
    .map(Some)
}

/// What follows from [`RefundSucceeded`]: a mail.
///
/// # Errors
/// A fault when the event is another one.
pub fn mail_of_refund(event: &EventRecord) -> Result<Option<NewJob>> {
    let done: RefundSucceeded = serde_json::from_value(event.payload.clone())?;
    NewJob::now(&SendRefundMail {
        refund_id: done.refund_id,
        order_id: done.order_id,
        amount: done.amount,
        news: RefundNews::Succeeded,
        occurred_at: done.refunded_at,
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
    let (of_refunds, shop) = (Arc::clone(&mailer), Arc::clone(&settings));
    let (of_orders, told) = (Arc::clone(&mailer), Arc::clone(&settings));
    let (of_parcels, shown) = (Arc::clone(&mailer), Arc::clone(&settings));
    registry
        .with(move |job: SendParcelMail, run| {
            parcels::send(job, run, Arc::clone(&of_parcels), Arc::clone(&shown))
        })
        .with(move |job: SendOrderMail, run| {
            self::orders::send(job, run, Arc::clone(&of_orders), Arc::clone(&told))
        })
        .with(move |job: SendReceipt, run| {
            send_receipt(job, run, Arc::clone(&mailer), Arc::clone(&settings))
        })
        .with(move |job: SendRefundMail, run| {
            send_refund_mail(job, run, Arc::clone(&of_refunds), Arc::clone(&shop))
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
    deliver(&run, &mailer, (RECEIPT, job.order_id.uuid()), to, receipt).await
}

async fn send_refund_mail(
    job: SendRefundMail,
    run: JobRun,
    mailer: Arc<Mailer>,
    settings: Arc<NotificationSettings>,
) -> Result<Outcome> {
    let order = {
        let conn = run.db.read().await?;
        ::orders::find_order(&conn, job.order_id).await?
    };
    let Some(order) = order else {
        return Ok(Outcome::Buried("there is no such order".to_owned()));
    };
    let words = RefundMail::of(&order, job.news, job.amount, job.occurred_at, &settings);
    let what = (job.news.kind(), job.refund_id.uuid());
    deliver(&run, &mailer, what, order.email, words.render()?).await
}

/// Sends a mail of a kind about a thing, once as far as SMTP allows.
async fn deliver(
    run: &JobRun,
    mailer: &Mailer,
    (kind, subject_id): (&str, Uuid),
    to: String,
    words: RenderedMail,
) -> Result<Outcome> {
    let message_id = format!("<{kind}.{subject_id}@{}>", mailer.domain());
    let new = NewMail {
        kind,
        subject_id,
        recipient: &to,
        message_id: &message_id,
    };
    let Some(started) = start(run, &new).await? else {
        return Ok(Outcome::Done);
    };
    crash_point("before receipt is sent");
    let mail = Mail {
        to,
        subject: words.subject,
        text: words.text,
        html: words.html,
        message_id: started.message_id.clone(),
        dated_at: started.created_at,
    };
    match mailer.send(&mail).await {
        Ok(()) => {
            crash_point("after receipt is sent");
            finish(run, &started).await
        }
        Err(error) if error.is_permanent() => give_up(run, &started, error.to_string()).await,
        Err(error) => Err(Error::fault(error)),
    }
}

/// The address and the receipt of an order; `None` when it has none.
async fn write_receipt(
    db: &Db,
    order_id: OrderId,
    settings: &NotificationSettings,
) -> Result<Option<(String, RenderedMail)>> {
    let conn = db.read().await?;
    let Some(order) = ::orders::find_order(&conn, order_id).await? else {
        return Ok(None);
    };
    let Some(paid_at) = order.paid_at else {
        return Ok(None);
    };
    let lines = ::orders::list_lines(&conn, &[order_id]).await?;
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
