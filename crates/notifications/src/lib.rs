//! Mails about what happened: an order that waits or was called off, the receipt of a paid order,
//! money that goes back, parcels.
//!
//! Owns: `mails`.
//! Promises: a fact has one mail (a paid order its receipt, a refund what the buyer must know of
//! it), with one Message-ID, sent once as far as SMTP allows:
//! only a crash between the server's answer and our note of it sends it again; what a mail
//! server refuses for good is buried with its words.
//! Never: a text that comes from outside and is not escaped, a picture that phones home.

mod jobs;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use jobs::{
    SendOrderMail, SendParcelMail, SendReceipt, SendRefundMail, jobs, mail_of_cancelled_order,
    mail_of_delivered_parcel, mail_of_placed_order, mail_of_promised_refund, mail_of_refund,
    mail_of_shipped_parcel, receipt_of,
};
pub use model::{NotificationSettings, OrderNews, ParcelNews, RefundNews};
