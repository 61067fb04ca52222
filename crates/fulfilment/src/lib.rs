//! What leaves for a buyer, and what never will: parcels and cancellations.
//!
//! Owns: `fulfilments`, `fulfilment_items`, `fulfilment_parts`, `fulfilment_lines`,
//! `cancellations`, `cancellation_items`, `cancellation_parts`.
//! Promises: no more of a line is shipped and called off than was ordered (a `CHECK`, moved under
//! the lock of the order); a parcel holds units that its order has taken, wherever it leaves; what
//! is called off is on the shelf again and its money is promised to the buyer in the same
//! transaction; how far an order is follows from its parcels.
//! Never: a unit that nobody paid for, a price of its own.

mod actions;
mod events;
mod http;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use actions::{expect_back, settle_back};
pub use events::{OrderDelivered, OrderShipped};
pub use http::routes;
pub use model::{Fulfilment, FulfilmentRefusal, REFUSALS};
pub use store::find_fulfilment;
