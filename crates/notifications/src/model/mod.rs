//! What mails say and in which words. Never: how they are sent, or whether they were.

mod ethiopian_date;
mod language;
mod receipt;
mod refund_mail;

pub use self::refund_mail::RefundNews;
pub(crate) use self::{
    ethiopian_date::EthiopianDate,
    language::{Language, Words},
    receipt::{Receipt, one_line},
    refund_mail::RefundMail,
};

/// What mails have to know of the shop.
#[derive(Clone, Debug)]
pub struct NotificationSettings {
    /// How the shop calls itself.
    pub shop_name: String,
    /// The storefront's address; `/orders/{id}` is put behind it.
    pub public_url: String,
}

/// A mail's words, ready to be sent.
pub(crate) struct RenderedMail {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

/// The kind of a receipt, as it is stored.
pub(crate) const RECEIPT: &str = "receipt";
