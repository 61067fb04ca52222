//! `Tx`: a named transaction that is finished by hand.

use std::{
    ops::Deref,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use deadpool_postgres::Object;
use uuid::Uuid;

use super::{Conn, Db};
use crate::{
    error::{Error, Result},
    jobs,
    outbox::Subscriptions,
    sabotage::{Sabotage, crash_point},
    tasks,
};

/// A transaction. Reads go through it as through a [`Conn`]; dropping it rolls it back.
pub struct Tx {
    // None only between `commit` and drop.
    conn: Option<Conn>,
    db: Db,
    name: &'static str,
    started_at: Instant,
    has_ended: bool,
    has_jobs: AtomicBool,
    changed: Mutex<Vec<Uuid>>,
}

impl Tx {
    pub(super) async fn begin(db: &Db, name: &'static str, statement: &str) -> Result<Self> {
        let tx = Self {
            conn: Some(db.read().await?),
            db: db.clone(),
            name,
            started_at: Instant::now(),
            has_ended: false,
            has_jobs: AtomicBool::new(false),
            changed: Mutex::default(),
        };
        // From here on the value owns the rollback: a caller who is cancelled while `begin` is
        // on the wire leaves no open transaction in the pool.
        tx.batch(statement).await?;
        Ok(tx)
    }

    /// Makes everything in it durable. After an `Ok` it survives a crash.
    ///
    /// # Errors
    /// A fault; when the connection was lost meanwhile, the outcome is unknown to the caller. In a
    /// job whose lease has gone to another worker a fault too, and nothing is kept.
    pub async fn commit(mut self) -> Result<()> {
        crash_point(&format!("before commit of {}", self.name));
        self.require_lease().await?;
        let committed = self.batch("commit").await;
        // Also when the answer got lost: then it may have been committed.
        self.db.changes().note(&self.changed());
        committed?;
        self.lose_answer().await?;
        self.has_ended = true;
        if self.has_jobs.load(Ordering::Relaxed) {
            self.db.wake().ring();
        }
        crash_point(&format!("after commit of {}", self.name));
        metrics::histogram!("database_transaction_seconds", "name" => self.name)
            .record(self.started_at.elapsed().as_secs_f64());
        Ok(())
    }

    /// The lease's row stays locked until the commit, so that nobody takes the job in between.
    async fn require_lease(&self) -> Result<()> {
        let Some(lease) = self.db.lease else {
            return Ok(());
        };
        if self.sabotage().has_removed("job lease") || jobs::is_held(self, lease).await? {
            return Ok(());
        }
        Err(Error::fault("another worker has taken this job"))
    }

    /// Tests may have the answer to a commit get lost, where jobs were written: the commit stands,
    /// and whoever asked for it is told of a lost connection.
    async fn lose_answer(&self) -> Result<()> {
        let guard = || format!("answer to commit of {}", self.name);
        if cfg!(feature = "sabotage")
            && self.has_jobs.load(Ordering::Relaxed)
            && self.sabotage().has_removed(&guard())
        {
            let sql = "select pg_terminate_backend(pg_backend_pid())";
            return self.batch(sql).await;
        }
        Ok(())
    }

    /// Ends it without a trace.
    ///
    /// # Errors
    /// A fault when the connection was lost; nothing was kept then either.
    pub async fn rollback(mut self) -> Result<()> {
        self.batch("rollback").await?;
        self.has_ended = true;
        Ok(())
    }

    /// Has the process know, once it is committed, that these things are not as they were.
    pub fn changes(&self, things: impl IntoIterator<Item = Uuid>) {
        self.changed().extend(things);
    }

    fn changed(&self) -> MutexGuard<'_, Vec<Uuid>> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn wakes_workers(&self) {
        self.has_jobs.store(true, Ordering::Relaxed);
    }

    /// The table from events to jobs.
    #[must_use]
    pub fn subscriptions(&self) -> &Subscriptions {
        &self.db.subscriptions
    }

    /// The guards that a test has switched off.
    #[must_use]
    pub fn sabotage(&self) -> &Sabotage {
        &self.db.sabotage
    }
}

impl Deref for Tx {
    type Target = Conn;

    #[expect(clippy::expect_used, reason = "the connection leaves only in `drop`")]
    fn deref(&self) -> &Conn {
        self.conn
            .as_ref()
            .expect("a live transaction has its connection")
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        let Some(Conn { object, .. }) = self.conn.take() else {
            return;
        };
        if self.has_ended {
            return;
        }
        tasks::spawn_cleanup(async move {
            if object.batch_execute("rollback").await.is_err() {
                // Better no connection than one in an unknown state.
                drop(Object::take(object));
            }
        });
    }
}
