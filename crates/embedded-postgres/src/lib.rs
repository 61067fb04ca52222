//! Private servers: PostgreSQL and Redis, found on the machine and kept running for one program.
//!
//! [`Installation::find`] looks for PostgreSQL 15 or newer; [`Cluster::start`] creates a cluster
//! in a folder on the first use, repairs what a crash left behind, and returns once it accepts
//! connections. [`Cluster::start_standby`] gives it a second server that can take its place.
//! [`redis`] does the same for Redis, without keeping anything.
//!
//! A server never outlives the program that started it, even when that program is killed: it runs
//! under a small `sh` watchdog that shuts it down once the program's end of a pipe closes.
//!
//! Promises: one program at a time per folder; nothing listens beyond 127.0.0.1 and a socket that
//! only the server's own account can reach; every error is one sentence with its remedy.
//! Never: a shared or system-wide server, a download, a schema, an async runtime.

mod account;
mod cluster;
mod data;
mod error;
mod home;
mod installation;
mod options;
pub mod redis;
mod standby;
mod watchdog;

pub use cluster::Cluster;
pub use error::Error;
pub use home::remove;
pub use installation::Installation;
pub use options::{Durability, Options, Port};
