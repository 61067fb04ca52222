//! Facts that the shop announces, written in the transaction that made them true.
//!
//! Promises: an event exists exactly when its change was committed; each object's events are
//! numbered without gaps; the jobs that follow from it are written in the same transaction.

pub mod feed;

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
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
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
const INSERT_EVENTS: &str = "
    insert into events (id, name, subject_id, sequence, payload, occurred_at)
    select id, $2, subject_id, coalesce((
            select max(sequence) from events where events.subject_id = new.subject_id
        ), 0) + 1, payload, $5
    from unnest($1::uuid[], $3::uuid[], $4::jsonb[]) as new (id, subject_id, payload)
    returning subject_id, sequence";

/// Announces a fact: stores the event and enqueues the jobs that follow from it, all in `tx`.
///
/// # Errors
/// A fault of the database.
pub async fn announce<E: Event>(tx: &Tx, event: &E, now: DateTime<Utc>) -> Result<()> {
    announce_all(tx, std::slice::from_ref(event), now).await
}

/// Announces facts of one kind, each about another object, with one statement, and enqueues the
/// jobs that follow with another.
///
/// # Errors
/// A fault of the database; also when two of them are about the same object.
pub async fn announce_all<E: Event>(tx: &Tx, events: &[E], now: DateTime<Utc>) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let subjects: Vec<Uuid> = events.iter().map(Event::subject).collect();
    let payloads: Vec<Value> = events
        .iter()
        .map(serde_json::to_value)
        .collect::<Result<_, _>>()?;
    let new_id = |_: &E| Uuid::new_v7(crate::random::uuid_timestamp(now));
    let ids: Vec<Uuid> = events.iter().map(new_id).collect();
    let rows = tx
        .query(INSERT_EVENTS, &[&ids, &E::NAME, &subjects, &payloads, &now])
        .await?;
    tx.wakes_workers();
    let follows = tx.subscriptions().of(E::NAME);
    if follows.is_empty() {
        return Ok(());
    }
    let sequences: BTreeMap<Uuid, i64> = rows
        .iter()
        .map(|row| (row.get("subject_id"), row.get("sequence")))
        .collect();
    let mut following = Vec::new();
    for (subject, payload) in subjects.into_iter().zip(payloads) {
        let record = EventRecord {
            name: E::NAME,
            subject,
            sequence: sequences.get(&subject).copied().unwrap_or_default(),
            payload,
            occurred_at: now,
        };
        for follow in follows {
            following.extend(follow(&record)?);
        }
    }
    jobs::insert_all(tx, &following, now).await
}
