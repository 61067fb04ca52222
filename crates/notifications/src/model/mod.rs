//! What mails say and in which words. Never: how they are sent, or whether they were.

mod ethiopian_date;
mod language;
mod order_mail;
mod parcel_mail;
mod receipt;
mod refund_mail;

pub(crate) use self::{
    ethiopian_date::EthiopianDate,
    language::{Language, Words},
    order_mail::OrderMail,
    parcel_mail::ParcelMail,
    receipt::{Receipt, one_line},
    refund_mail::RefundMail,
};
pub use self::{order_mail::OrderNews, parcel_mail::ParcelNews, refund_mail::RefundNews};

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
