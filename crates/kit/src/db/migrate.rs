//! Forward-only migrations: each in one transaction, applied once, never changed afterwards.

use sha2::{Digest, Sha256};

use super::settings::connect_once;
use crate::error::{Error, Result};

/// One file of `migrations/`, embedded.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// The file's name without `.sql`; the order of names is the order of running.
    pub name: &'static str,
    /// Its statements.
    pub sql: &'static str,
}

impl Migration {
    fn digest(&self) -> Vec<u8> {
        Sha256::digest(self.sql.as_bytes()).to_vec()
    }
}

/// What a database has of the migrations that this binary knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// Names that are not applied yet, in order.
    pub pending: Vec<&'static str>,
    /// Names that the database has and this binary does not: a newer binary was here.
    pub unknown: Vec<String>,
}

const CREATE_TABLE: &str = "
    create table if not exists schema_migrations (
        name text primary key,
        digest bytea not null,
        applied_at timestamptz not null default now()
    )";

// Two processes that start at once must not run the same file; the lock ends with the transaction.
const LOCK: &str = "select pg_advisory_xact_lock(7266732845531)";

/// Applies what is missing and answers the names applied. Safe to run from several processes.
///
/// # Errors
/// A fault when a file was changed after it was applied, or when its SQL fails; everything
/// before it stays applied.
pub async fn migrate(url: &str, migrations: &[Migration]) -> Result<Vec<&'static str>> {
    let mut client = connect_once(url).await?;
    let mut applied = Vec::new();
    for migration in migrations {
        let tx = client.transaction().await?;
        tx.execute(LOCK, &[]).await?;
        tx.batch_execute(CREATE_TABLE).await?;
        let found = tx
            .query_opt(
                "select digest from schema_migrations where name = $1",
                &[&migration.name],
            )
            .await?;
        match found {
            Some(row) if row.get::<_, Vec<u8>>(0) == migration.digest() => {}
            Some(_) => return Err(changed(migration)),
            None => {
                tx.batch_execute(migration.sql).await.map_err(|error| {
                    Error::from(anyhow::Error::from(error).context(format!(
                        "migration {} failed; nothing of it was kept",
                        migration.name
                    )))
                })?;
                tx.execute(
                    "insert into schema_migrations (name, digest) values ($1, $2)",
                    &[&migration.name, &migration.digest()],
                )
                .await?;
                applied.push(migration.name);
            }
        }
        tx.commit().await?;
    }
    Ok(applied)
}

fn changed(migration: &Migration) -> Error {
    Error::fault(format_args!(
        "migration {} was changed after it had been applied; add a new one instead",
        migration.name
    ))
}

/// Compares the database with the migrations that this binary knows; changes nothing.
///
/// # Errors
/// A fault when the database is away.
pub async fn pending(url: &str, migrations: &[Migration]) -> Result<MigrationState> {
    let client = connect_once(url).await?;
    let exists: bool = client
        .query_one("select to_regclass('schema_migrations') is not null", &[])
        .await?
        .get(0);
    let mut applied: Vec<String> = Vec::new();
    if exists {
        let rows = client
            .query("select name from schema_migrations order by name", &[])
            .await?;
        applied.extend(rows.iter().map(|row| row.get::<_, String>(0)));
    }
    Ok(MigrationState {
        pending: migrations
            .iter()
            .map(|migration| migration.name)
            .filter(|name| !applied.iter().any(|known| known == name))
            .collect(),
        unknown: applied
            .into_iter()
            .filter(|name| !migrations.iter().any(|migration| migration.name == name))
            .collect(),
    })
}
