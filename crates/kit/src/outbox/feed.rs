//! Committed events in one row, for followers that must see each of them: webhooks out, streams.
//!
//! Promises: an event gets its place after it was committed, so a follower that has read up to a
//! place will never find an earlier one later; places have no gaps; a follower's reading and
//! what it writes about it are one transaction. Events of one object mostly come in the order of
//! their sequence; only the sequence itself is a promise.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    clock::Clock,
    db::{Conn, Db, Tx},
    error::Result,
    tasks::Tasks,
};

/// An event with its place in the feed.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedEvent {
    /// Its place, from 1.
    pub position: i64,
    /// Its id, the same in every delivery.
    pub id: Uuid,
    /// Such as `order.placed`.
    pub name: String,
    /// The object that it is about.
    pub subject: Uuid,
    /// The number within the object's events, from 1.
    pub sequence: i64,
    /// The event, serialized.
    pub payload: Value,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
}

/// Somebody who reads every event once, in order.
#[async_trait]
pub trait Consumer: Send + Sync {
    /// Its name in `event_cursors`.
    fn name(&self) -> &'static str;

    /// Writes what follows from some events, in the transaction that also notes that they were
    /// read. Never calls anybody outside.
    ///
    /// # Errors
    /// Faults; then the events come again.
    async fn consume(&self, tx: &Tx, events: &[FeedEvent], now: DateTime<Utc>) -> Result<()>;
}

/// Numbers committed events and hands them to the followers.
#[derive(Clone)]
pub struct Relay {
    db: Db,
    clock: Clock,
    consumers: Vec<Arc<dyn Consumer>>,
}

/// Without a wake-up a committed event waits this long at the most.
const POLL: Duration = Duration::from_millis(500);

/// Events a transaction numbers or hands over at the most.
const BATCH: i64 = 500;

impl Relay {
    /// A relay without followers.
    #[must_use]
    pub const fn new(db: Db, clock: Clock) -> Self {
        Self {
            db,
            clock,
            consumers: Vec::new(),
        }
    }

    /// Adds a follower.
    #[must_use]
    pub fn to(mut self, consumer: Arc<dyn Consumer>) -> Self {
        self.consumers.push(consumer);
        self
    }

    /// Relays until the process is told to stop. Several processes may: one works at a time.
    pub async fn run(self, tasks: Tasks) {
        while !tasks.is_stopping() {
            match self.run_due().await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(error) => tracing::error!(%error, "events cannot be relayed"),
            }
            tokio::select! {
                () = self.db.wake().wait_for_events() => {}
                () = tokio::time::sleep(POLL) => {}
                () = tasks.stopping() => {}
            }
        }
    }

    /// One round: numbers what was committed and hands every follower what it has not read;
    /// answers how many steps that were.
    ///
    /// # Errors
    /// Faults of the database, or of a follower; the others have read then all the same.
    pub async fn run_due(&self) -> Result<u64> {
        let mut steps = self.number().await?;
        let mut failure = None;
        for consumer in &self.consumers {
            match self.hand_over(consumer.as_ref()).await {
                Ok(count) => steps += count,
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(steps), Err)
    }

    async fn number(&self) -> Result<u64> {
        let tx = self.db.begin("number_events").await?;
        let numbered = update_numbered(&tx, BATCH).await?;
        tx.commit().await?;
        Ok(numbered)
    }

    async fn hand_over(&self, consumer: &dyn Consumer) -> Result<u64> {
        let tx = self.db.begin("hand_events_over").await?;
        let now = self.clock.now();
        insert_cursor(&tx, consumer.name(), now).await?;
        let Some(position) = lock_cursor(&tx, consumer.name()).await? else {
            // Another process is at it.
            tx.rollback().await?;
            return Ok(0);
        };
        let events = list_after(&tx, position, BATCH).await?;
        let Some(last) = events.last() else {
            tx.commit().await?;
            return Ok(0);
        };
        consumer.consume(&tx, &events, now).await?;
        update_cursor(&tx, consumer.name(), last.position, now).await?;
        tx.commit().await?;
        Ok(events.len() as u64)
    }
}

// The head's lock lets one relay number at a time; a second one leaves at once. Events of one
// object keep the order of their sequence whatever the clocks of the servers said.
const UPDATE_NUMBERED: &str = "
    with head as (
        select last_position from event_feed for update skip locked
    ),
    fresh as (
        select id, subject_id, sequence, occurred_at
        from events
        where position is null and exists (select from head)
        order by occurred_at, id
        limit $1
    ),
    placed as (
        select id, row_number() over (order by heard_at, heard_id, sequence) as place
        from (
            select id, sequence, max(occurred_at) over so_far as heard_at,
                max(id::text) over so_far as heard_id
            from fresh
            window so_far as (partition by subject_id order by sequence)
        ) as heard
    ),
    numbered as (
        update events
        set position = head.last_position + placed.place
        from placed, head
        where events.id = placed.id
        returning 1
    )
    update event_feed
    set last_position = last_position + (select count(*) from numbered)
    where exists (select from numbered)
    returning (select count(*) from numbered) as numbered";

async fn update_numbered(tx: &Tx, limit: i64) -> Result<u64> {
    let row = tx.query_opt(UPDATE_NUMBERED, &[&limit]).await?;
    Ok(row.map_or(0, |row| row.get::<_, i64>("numbered").unsigned_abs()))
}

// A new follower begins at the beginning: whom the past concerns is for the follower to say.
const INSERT_CURSOR: &str = "
    insert into event_cursors (consumer, moved_at)
    select $1, $2
    where not exists (select from event_cursors where consumer = $1)
    on conflict (consumer) do nothing";

async fn insert_cursor(tx: &Tx, consumer: &str, now: DateTime<Utc>) -> Result<()> {
    tx.execute(INSERT_CURSOR, &[&consumer, &now]).await?;
    Ok(())
}

const LOCK_CURSOR: &str = "
    select position from event_cursors
    where consumer = $1
    for update skip locked";

async fn lock_cursor(tx: &Tx, consumer: &str) -> Result<Option<i64>> {
    let row = tx.query_opt(LOCK_CURSOR, &[&consumer]).await?;
    Ok(row.map(|row| row.get("position")))
}

const LIST_AFTER: &str = "
    select position, id, name, subject_id, sequence, payload, occurred_at
    from events
    where position > $1
    order by position
    limit $2";

/// Events behind a place in the feed, in order.
///
/// # Errors
/// Faults of the database.
pub async fn list_after(conn: &Conn, position: i64, limit: i64) -> Result<Vec<FeedEvent>> {
    let rows = conn.query(LIST_AFTER, &[&position, &limit]).await?;
    Ok(rows.iter().map(event).collect())
}

const UPDATE_CURSOR: &str = "
    update event_cursors
    set position = $2, moved_at = $3
    where consumer = $1";

async fn update_cursor(tx: &Tx, consumer: &str, position: i64, now: DateTime<Utc>) -> Result<()> {
    tx.execute(UPDATE_CURSOR, &[&consumer, &position, &now])
        .await?;
    Ok(())
}

const FIND_LAST_POSITION: &str = "select last_position from event_feed";

/// The newest place in the feed; 0 while there is none.
///
/// # Errors
/// Faults of the database.
pub async fn find_last_position(conn: &Conn) -> Result<i64> {
    Ok(conn
        .query_one(FIND_LAST_POSITION, &[])
        .await?
        .get("last_position"))
}

fn event(row: &Row) -> FeedEvent {
    FeedEvent {
        position: row.get("position"),
        id: row.get("id"),
        name: row.get("name"),
        subject: row.get("subject_id"),
        sequence: row.get("sequence"),
        payload: row.get("payload"),
        occurred_at: row.get("occurred_at"),
    }
}
