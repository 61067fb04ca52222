//! Mails about what happened: the receipt of a paid order.
//!
//! Owns: `mails`.
//! Promises: a paid order has one receipt, with one Message-ID, sent once as far as SMTP allows:
//! only a crash between the server's answer and our note of it sends it again; what a mail
//! server refuses for good is buried with its words.
//! Never: a text that comes from outside and is not escaped, a picture that phones home.

mod jobs;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use jobs::{SendReceipt, jobs, receipt_of};
pub use model::NotificationSettings;
