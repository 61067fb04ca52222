//! How the pool is built: address, size, time-outs of each session.

use std::time::Duration;

use anyhow::Context;
use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use serde::Deserialize;
use tokio_postgres::{Config, NoTls, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::Result;

/// The section `[database]` of the settings.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// `postgres://user:password@host:port/name`; add `?sslmode=require` for TLS.
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
    pub(super) fn pool(&self) -> Result<Pool> {
        let mut config: Config = self.url.parse().context("the database URL is malformed")?;
        config.connect_timeout(Duration::from_millis(self.wait_timeout_ms));
        config.application_name("nexus");
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = if config.get_ssl_mode() == SslMode::Disable || is_local(&config) {
            Manager::from_config(config, NoTls, recycling)
        } else {
            Manager::from_config(config, tls(), recycling)
        };
        let wait = Some(Duration::from_millis(self.wait_timeout_ms));
        let session = self.session_statements();
        let pool = Pool::builder(manager)
            .max_size(self.pool_size)
            .wait_timeout(wait)
            .create_timeout(wait)
            .recycle_timeout(wait)
            .runtime(Runtime::Tokio1)
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
    let mut config: Config = url.parse().context("the database URL is malformed")?;
    config.connect_timeout(Duration::from_secs(5));
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
