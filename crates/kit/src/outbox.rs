//! Facts that the shop announces, written in the transaction that made them true.
//!
//! Promises: an event exists exactly when its change was committed; each object's events are
//! numbered without gaps; the jobs that follow from it are written in the same transaction.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    db::Tx,
    error::Result,
    jobs::{self, NewJob},
};

/// A fact, in the past tense.
pub trait Event: Serialize {
    /// Its stable name, such as `order.placed`.
    const NAME: &'static str;

    /// The object that it is about; its events are numbered.
    fn subject(&self) -> Uuid;
}

/// An event as it is stored.
#[derive(Debug, Clone)]
pub struct EventRecord {
    /// Its name.
    pub name: &'static str,
    /// The object that it is about.
    pub subject: Uuid,
    /// The number within the object's events, from 1.
    pub sequence: i64,
    /// The event, serialized.
    pub payload: Value,
}

/// From an event to a job; `None` when this event needs none.
pub type Follow = fn(&EventRecord) -> Result<Option<NewJob>>;

/// The table from events to jobs. Built once, at the top.
#[derive(Default)]
pub struct Subscriptions(BTreeMap<&'static str, Vec<Follow>>);

impl Subscriptions {
    /// Adds a row: when `E` is announced, `follow` says which job is enqueued with it.
    #[must_use]
    pub fn on<E: Event>(mut self, follow: Follow) -> Self {
        self.0.entry(E::NAME).or_default().push(follow);
        self
    }

    fn of(&self, name: &str) -> &[Follow] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

// The subject's row is locked by the caller's change, so the next number is free of races; the
// unique key (subject, sequence) would refuse a race rather than leave a gap.
const INSERT_EVENT: &str = "
    insert into events (id, name, subject_id, sequence, payload, occurred_at)
    select $1, $2, $3, coalesce(max(sequence), 0) + 1, $4, $5
    from events
    where subject_id = $3
    returning sequence";

/// Announces a fact: stores the event and enqueues the jobs that follow from it, all in `tx`.
///
/// # Errors
/// A fault of the database.
pub async fn announce<E: Event>(tx: &Tx, event: &E, now: DateTime<Utc>) -> Result<()> {
    let payload = serde_json::to_value(event)?;
    let subject = event.subject();
    let id = Uuid::new_v7(crate::random::uuid_timestamp(now));
    let row = tx
        .query_one(INSERT_EVENT, &[&id, &E::NAME, &subject, &payload, &now])
        .await?;
    let record = EventRecord {
        name: E::NAME,
        subject,
        sequence: row.get("sequence"),
        payload,
    };
    for follow in tx.subscriptions().of(E::NAME) {
        if let Some(job) = follow(&record)? {
            jobs::insert(tx, &job, now).await?;
        }
    }
    Ok(())
}
