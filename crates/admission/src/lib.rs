//! Who may order in a sale that has a queue, and when.
//!
//! Owns: `sale_queues`, `sale_queue_places`.
//! Promises: a cart, and a customer, has one place in a queue; whoever came before the start is
//! put in order by a draw that anybody can repeat, whoever came after it in the order of arrival,
//! which PostgreSQL decides; nobody is called before those with smaller numbers; no more tokens
//! count at once than staff have said, and than there are units left.
//! Never: a unit of stock, an order. What it keeps in memory is a look at the tables.

mod actions;
mod http;
mod jobs;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use actions::use_places;
pub use http::routes;
pub use jobs::Gate;
pub use model::{Admission, AdmissionRefusal, REFUSALS, Ticket, require};
