//! The one binary: everything wired together.
//!
//! Owns: no tables. Promises: what listens is guarded by time-outs, limits and real secrets.
//! Never: a rule of the shop.

pub mod app;
pub mod audit;
pub mod cli;
pub mod config;
pub mod docs;
pub mod doors;
pub mod events;
pub mod media;
pub mod migrations;
pub mod openapi;
mod operations;
pub mod pages;
pub mod refusals;
pub mod routes;
pub mod subscriptions;
pub mod workers;
