//! A parcel's buyer is told that it has left, and that it has arrived.

use std::sync::Arc;

use fulfilment::{OrderDelivered, OrderShipped};
use ids::{FulfilmentId, OrderId};
use kit::{
    Result,
    jobs::{Job, JobRun, NewJob, Outcome},
    mail::Mailer,
    outbox::EventRecord,
};
use serde::{Deserialize, Serialize};

use super::{SendReceipt, deliver};
use crate::model::{NotificationSettings, ParcelMail, ParcelNews};

/// The buyer is told about a parcel.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendParcelMail {
    /// Which parcel.
    pub fulfilment_id: FulfilmentId,
    /// Of which order.
    pub order_id: OrderId,
    /// What is told.
    pub news: ParcelNews,
}

impl Job for SendParcelMail {
    const KIND: &'static str = "send_parcel_mail";
    const QUEUE: &'static str = "mail";
    const ATTEMPTS_MAX: i16 = SendReceipt::ATTEMPTS_MAX;

    /// One of a kind per parcel, for ever.
    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", self.news.kind(), self.fulfilment_id))
    }
}

/// What follows from [`OrderShipped`]: a mail.
///
/// # Errors
/// A fault when the event is another one.
pub fn mail_of_shipped_parcel(event: &EventRecord) -> Result<Option<NewJob>> {
    let shipped: OrderShipped = serde_json::from_value(event.payload.clone())?;
    NewJob::now(&SendParcelMail {
        fulfilment_id: shipped.fulfilment_id,
        order_id: shipped.order_id,
        news: ParcelNews::Shipped,
    })
    .map(Some)
}

/// What follows from [`OrderDelivered`]: a mail.
///
/// # Errors
/// A fault when the event is another one.
pub fn mail_of_delivered_parcel(event: &EventRecord) -> Result<Option<NewJob>> {
    let delivered: OrderDelivered = serde_json::from_value(event.payload.clone())?;
    NewJob::now(&SendParcelMail {
        fulfilment_id: delivered.fulfilment_id,
        order_id: delivered.order_id,
        news: ParcelNews::Delivered,
    })
    .map(Some)
}

pub(super) async fn send(
    job: SendParcelMail,
    run: JobRun,
    mailer: Arc<Mailer>,
    settings: Arc<NotificationSettings>,
) -> Result<Outcome> {
    let (order, parcel) = {
        let conn = run.db.read().await?;
        let order = orders::find_order(&conn, job.order_id).await?;
        (
            order,
            fulfilment::find_fulfilment(&conn, job.fulfilment_id).await?,
        )
    };
    let (Some(order), Some(parcel)) = (order, parcel) else {
        return Ok(Outcome::Buried("there is no such parcel".to_owned()));
    };
    let words = ParcelMail::of(&order, &parcel, job.news, &settings);
    let what = (job.news.kind(), job.fulfilment_id.uuid());
    deliver(&run, &mailer, what, order.email, words.render()?).await
}
