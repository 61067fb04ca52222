//! Invoices and credit notes: what was sold and what went back, on paper.
//!
//! Owns: `invoices`, `invoice_numbers`.
//! Promises: a paid order has one invoice, and each refund of it that is with the buyer one credit
//! note; the numbers of each kind run without a gap; what a document says is kept as it was said,
//! and its PDF is made of that alone, in English and Amharic.
//! Never: an amount that is not the order's or the refund's, a tax that the order does not hold.

mod actions;
mod http;
mod jobs;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use http::routes;
pub use jobs::{IssueCreditNote, IssueInvoice, credit_note_of, invoice_of, jobs};
pub use model::{InvoiceRefusal, REFUSALS, SellerSettings};
