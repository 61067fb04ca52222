//! How the pool is built: address, size, time-outs of each session.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Context;
use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use serde::Deserialize;
use tokio_postgres::{
    Config, NoTls,
    config::{SslMode, TargetSessionAttrs},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::Result;

/// The section `[database]` of the settings.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// `postgres://user:password@host:port/name`; add `?sslmode=require` for TLS. Several
    /// `host:port` with commas between them: the one that takes writes.
    pub url: String,
    /// Connections at the most. Few and busy beat many and idle.
    pub pool_size: usize,
    /// A request that gets no connection for this long is answered 503.
    pub wait_timeout_ms: u64,
    /// The longest that one statement may run.
    pub statement_timeout_ms: u64,
    /// The longest that one statement may wait for another's lock.
    pub lock_timeout_ms: u64,
    /// A transaction that is left idle for this long is ended by PostgreSQL.
    pub idle_in_transaction_timeout_ms: u64,
}

impl DatabaseSettings {
    pub(super) fn pool(&self, retirement: &Arc<Retirement>) -> Result<Pool> {
        let wait = Duration::from_millis(self.wait_timeout_ms);
        let mut config = config(&self.url, wait)?;
        config.application_name("nexus");
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = if config.get_ssl_mode() == SslMode::Disable || is_local(&config) {
            Manager::from_config(config, NoTls, recycling)
        } else {
            Manager::from_config(config, tls(), recycling)
        };
        let wait = Some(wait);
        let retirement = Arc::clone(retirement);
        let session = self.session_statements();
        let pool = Pool::builder(manager)
            .max_size(self.pool_size)
            .wait_timeout(wait)
            .create_timeout(wait)
            .recycle_timeout(wait)
            .runtime(Runtime::Tokio1)
            .pre_recycle(Hook::sync_fn(move |_, metrics| {
                match retirement.has_come_for(metrics.created) {
                    true => Err(HookError::message("its server takes no writes")),
                    false => Ok(()),
                }
            }))
            .post_create(Hook::async_fn(move |client, _| {
                let session = session.clone();
                Box::pin(async move {
                    client
                        .batch_execute(&session)
                        .await
                        .map_err(HookError::Backend)
                })
            }))
            .build()
            .context("the connection pool cannot be built")?;
        Ok(pool)
    }

    fn session_statements(&self) -> String {
        format!(
            "set statement_timeout = {}; set lock_timeout = {}; \
             set idle_in_transaction_session_timeout = {}; set timezone = 'UTC'",
            self.statement_timeout_ms, self.lock_timeout_ms, self.idle_in_transaction_timeout_ms
        )
    }
}

/// A single connection outside any pool and without time-outs: for migrations and `doctor`.
///
/// # Errors
/// A fault when the URL is malformed or the database is away.
pub async fn connect_once(url: &str) -> Result<tokio_postgres::Client> {
    let config = config(url, Duration::from_secs(5))?;
    if config.get_ssl_mode() == SslMode::Disable || is_local(&config) {
        let (client, connection) = config.connect(NoTls).await?;
        crate::tasks::spawn_cleanup(async move { drop(connection.await) });
        Ok(client)
    } else {
        let (client, connection) = config.connect(tls()).await?;
        crate::tasks::spawn_cleanup(async move { drop(connection.await) });
        Ok(client)
    }
}

/// The way to the database within `wait`. Several hosts, with commas between them, are a primary
/// and those that may take its place: each is asked in turn, and the first that takes writes is
/// the one, unless `target_session_attrs` says otherwise. A peer that has vanished from the
/// network is noticed within some twenty seconds, also by a session that waits for an answer.
fn config(url: &str, wait: Duration) -> Result<Config> {
    let mut config: Config = url.parse().context("the database URL is malformed")?;
    let hosts = config.get_hosts().len().max(config.get_hostaddrs().len());
    if hosts > 1 && config.get_target_session_attrs() == TargetSessionAttrs::Any {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
    // One that does not answer must leave the others their time.
    let shares = if hosts > 1 { hosts + 1 } else { 1 };
    config.connect_timeout(wait / u32::try_from(shares).unwrap_or(u32::MAX));
    config.keepalives_idle(Duration::from_secs(10));
    config.keepalives_interval(Duration::from_secs(3));
    config.keepalives_retries(3);
    config.tcp_user_timeout(Duration::from_secs(20));
    Ok(config)
}

/// From when on connections are too old: they led to a server that takes no writes (any more).
#[derive(Default)]
pub(super) struct Retirement(Mutex<Option<Instant>>);

impl Retirement {
    /// Whatever was connected up to now is not used again.
    pub(super) fn of_all(&self) {
        *self.since() = Some(Instant::now());
    }

    fn has_come_for(&self, connected_at: Instant) -> bool {
        self.since().is_some_and(|since| connected_at <= since)
    }

    fn since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sockets and loopback need no TLS; `prefer`, the default, would try it first.
fn is_local(config: &Config) -> bool {
    config.get_ssl_mode() == SslMode::Prefer
        && config.get_hosts().iter().all(|host| match host {
            tokio_postgres::config::Host::Tcp(name) => {
                matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1")
            }
            #[cfg(unix)]
            tokio_postgres::config::Host::Unix(_) => true,
        })
}

fn tls() -> MakeRustlsConnect {
    MakeRustlsConnect::with_webpki_roots()
}
