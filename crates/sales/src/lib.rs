//! Flash sales: from when and until when something may be ordered.
//!
//! Owns: `sales`, `sale_variants`.
//! Promises: a variant is in one sale at a time; nothing of a sale is ordered before it starts or
//! after it ends, whoever moves its times meanwhile; a sale that has started starts no later.
//! Never: a price, a unit of stock.

mod actions;
mod http;
mod model;
mod store;

pub use http::routes;
pub use model::{REFUSALS, SaleRefusal, SaleTerms};
