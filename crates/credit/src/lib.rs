//! What buyers have with the shop: gift cards, and store credit by a customer's name.
//!
//! Owns: `credit_accounts`, `credit_entries`, `credit_uses`.
//! Promises: a balance is the sum of its entries and never less than nothing, whoever spends it at
//! the same moment; what is set aside for an order is spent with it or given back, once; each entry
//! is in the books; the code of a gift card is shown once and kept as a digest.
//! Never: an order's status, a payment, an amount from a browser that is not checked.

mod actions;
mod http;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use actions::{Back, find_card, give_back, give_to_customer, release, set_aside, spend};
pub use http::routes;
pub use model::{
    CREDIT_QUOTA, CreditAccount, CreditKind, CreditRefusal, CreditUse, Payer, REFUSALS, UseState,
};
pub use store::list_uses;
