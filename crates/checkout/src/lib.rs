//! From cart to order: placing, and letting unpaid orders go.
//!
//! Owns: no tables; it tells others what to do, in one transaction.
//! Promises: an order takes its units all or nothing; a cart becomes one order, however often
//! it is placed; what is recorded, reserved, announced and closed is committed together; orders
//! that wait are placed together, in the order of their arrival, and none spoils another; an
//! unpaid order is let go only after the provider was asked.
//! Never: a price of its own, a statement of its own.

mod actions;
mod http;
mod jobs;
mod model;
#[cfg(test)]
mod tests;

pub use http::routes;
pub use jobs::{ExpireOrder, Placement, jobs};
pub use model::{CheckoutSettings, PlaceOrder, REFUSALS};
