//! What mails say and in which words. Never: how they are sent, or whether they were.

mod ethiopian_date;
mod language;
mod receipt;

pub(crate) use self::{
    ethiopian_date::EthiopianDate,
    language::{Language, Words},
    receipt::{Receipt, RenderedReceipt},
};

/// What mails have to know of the shop.
#[derive(Clone, Debug)]
pub struct NotificationSettings {
    /// How the shop calls itself.
    pub shop_name: String,
    /// The storefront's address; `/orders/{id}` is put behind it.
    pub public_url: String,
}

/// The kind of a mail, as it is stored.
pub(crate) const RECEIPT: &str = "receipt";
