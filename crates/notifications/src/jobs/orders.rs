//! An order's buyer is told that it waits for its payment, and that it was called off.

use std::sync::Arc;

use ::orders::{OrderCancelled, OrderPlaced};
use chrono::TimeDelta;
use ids::OrderId;
use kit::{
    Result,
    jobs::{Job, JobRun, NewJob, Outcome},
    mail::Mailer,
    outbox::EventRecord,
};
use serde::{Deserialize, Serialize};

use super::{SendReceipt, deliver};
use crate::model::{NotificationSettings, OrderMail, OrderNews};

/// Who pays at once is told by the receipt alone.
const PAYS_AT_ONCE: TimeDelta = TimeDelta::minutes(5);

/// The buyer is told about an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendOrderMail {
    /// Which order.
    pub order_id: OrderId,
    /// What is told.
    pub news: OrderNews,
}

impl Job for SendOrderMail {
    const KIND: &'static str = "send_order_mail";
    const QUEUE: &'static str = "mail";
    const ATTEMPTS_MAX: i16 = SendReceipt::ATTEMPTS_MAX;

    /// One of a kind per order, for ever.
    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", self.news.kind(), self.order_id))
    }
}

/// What follows from [`OrderPlaced`]: a mail, if the order is not paid soon.
///
/// # Errors
/// A fault when the event is another one.
pub fn mail_of_placed_order(event: &EventRecord) -> Result<Option<NewJob>> {
    let placed: OrderPlaced = serde_json::from_value(event.payload.clone())?;
    let job = SendOrderMail {
        order_id: placed.order_id,
        news: OrderNews::Placed,
    };
    NewJob::at(&job, event.occurred_at + PAYS_AT_ONCE).map(Some)
}

/// What follows from [`OrderCancelled`]: a mail.
///
/// # Errors
/// A fault when the event is another one.
pub fn mail_of_cancelled_order(event: &EventRecord) -> Result<Option<NewJob>> {
    let cancelled: OrderCancelled = serde_json::from_value(event.payload.clone())?;
    let news = if cancelled.was_paid {
        OrderNews::CancelledPaid
    } else {
        OrderNews::Cancelled
    };
    NewJob::now(&SendOrderMail {
        order_id: cancelled.order_id,
        news,
    })
    .map(Some)
}

pub(super) async fn send(
    job: SendOrderMail,
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
    if !job.news.is_news_of(&order) {
        return Ok(Outcome::Done);
    }
    let words = OrderMail::of(&order, job.news, &settings);
    let what = (job.news.kind(), job.order_id.uuid());
    deliver(&run, &mailer, what, order.email, words.render()?).await
}
