//! The way to PostgreSQL: a pool, connections for reading, named transactions for writing.
//!
//! Promises: each session has time-outs; a transaction that is dropped is rolled back before
//! its connection is used again. Never: a call to the outside world.

mod migrate;
mod pipeline;
mod settings;
mod transaction;

use std::{future::Future, sync::Arc, time::Duration};

use deadpool_postgres::Object;
use tokio_postgres::{
    Row,
    error::SqlState,
    types::{ToSql, Type},
};

use self::settings::Retirement;
pub use self::{
    migrate::{Migration, MigrationState, migrate, pending},
    pipeline::{try_join, try_join3, try_join4},
    settings::{DatabaseSettings, connect_once},
    transaction::Tx,
};
use crate::{
    changes::Changes,
    error::{Error, Result},
    jobs::Lease,
    outbox::Subscriptions,
    sabotage::Sabotage,
    wake::Wake,
};

/// A value bound to a statement.
pub type Param<'a> = &'a (dyn ToSql + Sync);

/// The pool of connections; copies share it.
#[derive(Clone)]
pub struct Db {
    pool: deadpool_postgres::Pool,
    retirement: Arc<Retirement>,
    subscriptions: Arc<Subscriptions>,
    sabotage: Arc<Sabotage>,
    wake: Wake,
    changes: Changes,
    /// Whose end makes transactions fail.
    lease: Option<Lease>,
}

/// A connection outside a transaction: for reading.
pub struct Conn {
    object: Object,
    retirement: Arc<Retirement>,
}

/// How often a transaction that PostgreSQL gave up in favour of another is run again.
const ATTEMPTS_MAX: u32 = 5;

impl Db {
    /// Opens a pool; connections are made when they are first needed.
    ///
    /// # Errors
    /// A fault when the URL cannot be read.
    pub fn open(settings: &DatabaseSettings, subscriptions: Subscriptions) -> Result<Self> {
        let retirement = Arc::default();
        Ok(Self {
            pool: settings.pool(&retirement)?,
            retirement,
            subscriptions: Arc::new(subscriptions),
            sabotage: Arc::default(),
            wake: Wake::default(),
            changes: Changes::default(),
            lease: None,
        })
    }

    /// The same pool with guards taken away (positive controls in tests).
    #[must_use]
    pub fn sabotaged(&self, sabotage: Sabotage) -> Self {
        Self {
            sabotage: Arc::new(sabotage),
            ..self.clone()
        }
    }

    /// The guards that were taken away.
    #[must_use]
    pub fn sabotage(&self) -> &Sabotage {
        &self.sabotage
    }

    /// The same pool with another bell for workers.
    #[must_use]
    pub fn waking(self, wake: Wake) -> Self {
        Self { wake, ..self }
    }

    /// The same pool for one job: its transactions can be committed only while its worker holds
    /// that lease.
    #[must_use]
    pub(crate) fn under(&self, lease: Lease) -> Self {
        Self {
            lease: Some(lease),
            ..self.clone()
        }
    }

    /// The bell that rings when jobs were committed.
    #[must_use]
    pub const fn wake(&self) -> &Wake {
        &self.wake
    }

    /// What this process has changed lately.
    #[must_use]
    pub const fn changes(&self) -> &Changes {
        &self.changes
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// A fault when none is free in time or the database is away.
    pub async fn read(&self) -> Result<Conn> {
        Ok(Conn {
            object: self.pool.get().await?,
            retirement: Arc::clone(&self.retirement),
        })
    }

    /// Whether a connection can be had and answers, within the pool's time-out.
    pub async fn is_reachable(&self) -> bool {
        match self.read().await {
            Ok(conn) => conn.batch("select 1").await.is_ok(),
            Err(_) => false,
        }
    }

    /// Begins a transaction (`READ COMMITTED`). The name labels its metric and its log lines.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn begin(&self, name: &'static str) -> Result<Tx> {
        Tx::begin(self, name, "begin").await
    }

    /// As [`Db::begin`], but none of its statements is planned anew for its values: a session plans
    /// each once. For short transactions that come again and again, with statements whose plan is
    /// the same however many rows they ask for.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn begin_planned(&self, name: &'static str) -> Result<Tx> {
        let statement = "begin; set local plan_cache_mode = force_generic_plan";
        Tx::begin(self, name, statement).await
    }

    /// As [`Db::begin_planned`], but none of its statements waits for somebody else's lock for
    /// longer than `patience`.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn begin_patient(&self, name: &'static str, patience: Duration) -> Result<Tx> {
        let statement = format!(
            "begin; set local lock_timeout = {}; set local plan_cache_mode = force_generic_plan",
            patience.as_millis()
        );
        Tx::begin(self, name, &statement).await
    }

    /// Begins one read-only snapshot of the whole database.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn begin_snapshot(&self, name: &'static str) -> Result<Tx> {
        let statement = "begin isolation level repeatable read read only";
        // Reads need no lease, and could not lock it.
        let free = Self {
            lease: None,
            ..self.clone()
        };
        Tx::begin(&free, name, statement).await
    }

    /// Runs `work` again when PostgreSQL gave its transaction up for another one (deadlock or
    /// serialization failure): the only place where that is repeated.
    ///
    /// # Errors
    /// Whatever `work` answers in the end.
    pub async fn retrying<T, F, Fut>(&self, mut work: F) -> Result<T>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T>>,
    {
        let mut attempt = 1;
        loop {
            match work().await {
                Err(error) if attempt < ATTEMPTS_MAX && was_given_up(&error) => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    /// Connections in use and in the pool, for metrics and tests.
    #[must_use]
    pub fn usage(&self) -> (usize, usize) {
        let status = self.pool.status();
        (status.size.saturating_sub(status.available), status.size)
    }

    /// Closes the pool; work that still asks for a connection gets a fault.
    pub fn close(&self) {
        self.pool.close();
    }
}

/// Whether PostgreSQL gave the transaction up in favour of another one.
#[must_use]
pub fn was_given_up(error: &Error) -> bool {
    matches!(
        error.sql_state(),
        Some(&SqlState::T_R_DEADLOCK_DETECTED | &SqlState::T_R_SERIALIZATION_FAILURE)
    )
}

/// Whether a statement waited for somebody else's lock for as long as it may.
#[must_use]
pub fn waited_too_long(error: &Error) -> bool {
    error.sql_state() == Some(&SqlState::LOCK_NOT_AVAILABLE)
}

/// Whether no connection was to be had at all.
#[must_use]
pub fn is_out_of_reach(error: &Error) -> bool {
    match error {
        Error::Fault(fault) => fault.cause.is::<deadpool_postgres::PoolError>(),
        Error::Refused(_) => false,
    }
}

/// Whether the connection was lost under the statement, or leads to a server that takes no writes;
/// on another one it may succeed. After a commit this says nothing about what became of it.
#[must_use]
pub fn was_cut_off(error: &Error) -> bool {
    error.database().is_some_and(|error| {
        matches!(
            error.code(),
            None | Some(
                &SqlState::ADMIN_SHUTDOWN
                    | &SqlState::CRASH_SHUTDOWN
                    | &SqlState::READ_ONLY_SQL_TRANSACTION
            )
        )
    })
}

impl Conn {
    /// Takes note of an error that says something about the connection: it, and all that are as
    /// old, are not used again.
    fn noted<T>(&self, outcome: Result<T, tokio_postgres::Error>) -> Result<T> {
        if let Err(error) = &outcome
            && error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION)
        {
            self.retirement.of_all();
        }
        Ok(outcome?)
    }

    /// Prepares statements that are about to travel together. Whoever then starts them at once
    /// ([`try_join`]) has them run in that order within one round trip, and
    /// is told the first error.
    ///
    /// # Errors
    /// As [`Conn::query`].
    pub async fn prepare_all(&self, statements: &[&str]) -> Result<()> {
        for sql in statements {
            self.object.prepare_cached(sql).await?;
        }
        Ok(())
    }

    /// All rows of a statement, prepared once per connection.
    ///
    /// # Errors
    /// A fault with the database's error.
    pub async fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>> {
        let statement = self.object.prepare_cached(sql).await?;
        self.noted(self.object.query(&statement, params).await)
    }

    /// All rows of a statement that is planned anew for these very values: for a statement of many
    /// filters, of which a question uses few. Its parameters have the types that are given.
    ///
    /// # Errors
    /// As [`Conn::query`].
    pub async fn query_planned(&self, sql: &str, params: &[(Param<'_>, Type)]) -> Result<Vec<Row>> {
        self.noted(self.object.query_typed(sql, params).await)
    }

    /// At most one row.
    ///
    /// # Errors
    /// As [`Conn::query`]; also when there is more than one row.
    pub async fn query_opt(&self, sql: &str, params: &[Param<'_>]) -> Result<Option<Row>> {
        let statement = self.object.prepare_cached(sql).await?;
        self.noted(self.object.query_opt(&statement, params).await)
    }

    /// Exactly one row.
    ///
    /// # Errors
    /// As [`Conn::query`]; also when there is not exactly one row.
    pub async fn query_one(&self, sql: &str, params: &[Param<'_>]) -> Result<Row> {
        let statement = self.object.prepare_cached(sql).await?;
        self.noted(self.object.query_one(&statement, params).await)
    }

    /// Runs a statement and tells how many rows it touched.
    ///
    /// # Errors
    /// As [`Conn::query`].
    pub async fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<u64> {
        let statement = self.object.prepare_cached(sql).await?;
        self.noted(self.object.execute(&statement, params).await)
    }

    /// Statements without parameters, as one message; for migrations and settings.
    ///
    /// # Errors
    /// As [`Conn::query`].
    pub async fn batch(&self, sql: &str) -> Result<()> {
        self.noted(self.object.batch_execute(sql).await)
    }
}
