//! What any service needs and no shop knows.
//!
//! Owns: `schema_migrations`, `idempotency_keys`, `jobs`, `events`, `event_feed`,
//! `event_cursors`, `sessions`, `refresh_tokens`, `cache_changes`.
//! Promises: a refusal changes nothing; a transaction is named, bounded in time and rolled back
//! when dropped; jobs and events exist exactly when their cause was committed.
//! Never: a noun of the shop.

pub mod cache;
pub mod changes;
pub mod clock;
pub mod config;
pub mod csv;
pub mod db;
pub mod email;
pub mod error;
pub mod http;
pub mod idempotency;
pub mod jobs;
pub mod mail;
pub mod outbound;
pub mod outbox;
pub mod passwords;
mod patience;
pub mod random;
pub mod rate_limit;
pub mod sabotage;
pub mod sessions;
pub mod sweep;
pub mod tasks;
pub mod telemetry;
pub mod tokens;
pub mod wake;

pub use clock::Clock;
pub use db::{Conn, Db, Tx};
pub use error::{Error, Refusal, RefusalKind, Resolution, Result};
pub use http::Kit;
