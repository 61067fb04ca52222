//! The desk of the staff: what they write down about an order, and an order as a whole.
//!
//! Owns: `order_notes`.
//! Promises: a note stays as it was written, with who wrote it; the timeline has what happened to
//! an order in the order of time, whichever capability it happened in; a cell of an export is no
//! formula.
//! Never: a change of an order, of its money or its units.

mod actions;
mod http;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use http::routes;
