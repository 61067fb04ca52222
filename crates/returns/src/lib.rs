//! What comes back from buyers: asked for, decided, received, given back in money or in kind.
//!
//! Owns: `returns`, `return_lines`, `return_history`, `return_refunds`, `return_exchanges`.
//! Promises: no more of a line comes back than was shipped (a `CHECK` of fulfilment's, moved under
//! the lock of the order); what came is restocked or written off in the transaction that says so;
//! no more is given back, in money and in kind, than came.
//! Never: money that does not go through payments, a unit that no movement explains.

mod actions;
mod events;
mod http;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use events::{ReturnApproved, ReturnReceived, ReturnRejected, ReturnRequested};
pub use http::routes;
pub use model::{REFUSALS, ReturnRefusal};
