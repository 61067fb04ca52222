//! The section `[payments]` of the settings. No defaults here: they stand in the settings file.

use std::collections::BTreeMap;

use chrono::NaiveTime;
use kit::config::Secret;
use serde::{Deserialize, Deserializer};

use super::Mode;

/// How to reach the provider, and whom to believe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentSettings {
    /// The provider's API, as `https://api.chapa.co/v1`.
    pub base_url: String,
    /// `CHASECK-…` or `CHASECK_TEST-…`.
    pub secret_key: Secret,
    /// `test` or `live`; must agree with the key.
    pub mode: Mode,
    /// The secrets that webhooks may be signed with; two while one is being replaced. A list, or
    /// one text with commas.
    #[serde(deserialize_with = "kit::config::secrets")]
    pub webhook_secrets: Vec<Secret>,
    /// The hosts a checkout page may be on: `host` or `host:port`. A list, or one text with commas.
    #[serde(deserialize_with = "kit::config::texts")]
    pub checkout_hosts: Vec<String>,
    /// The storefront that buyers come back to, without a slash at the end; empty means the
    /// shop's own public address.
    #[serde(default)]
    pub return_url: String,
    /// How long a connection to the provider may take to be made.
    pub connect_timeout_ms: u64,
    /// How long a whole call to the provider may take.
    pub total_timeout_ms: u64,
    /// For how long the provider keeps a checkout page open (set in its dashboard: 5 to 60).
    pub page_lifetime_minutes: u32,
    /// What a webhook is worth that only carries the constant signature.
    pub static_token: StaticTokenPolicy,
    /// What is done by itself with money that came after its order's time, when the order cannot
    /// be brought back.
    pub late_money: SurplusPolicy,
    /// What is done by itself with money for an order that is paid already.
    pub second_payment: SurplusPolicy,
    /// When the books are compared with the provider's every day, in UTC (`02:30`); empty means
    /// only when staff ask for it.
    #[serde(default, deserialize_with = "time_of_day")]
    pub reconcile_at: Option<NaiveTime>,
    /// Cash at the door.
    pub cash_on_delivery: CashOnDeliverySettings,
    /// Transfers to the shop's account.
    pub bank_transfer: BankTransferSettings,
}

/// Cash at the door: the courier takes it, staff confirm it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CashOnDeliverySettings {
    /// Whether buyers may choose it.
    pub is_enabled: bool,
    /// For how many days after it was placed an order waits for the cash, and holds its units.
    pub hold_days: u32,
    /// The most that one order may cost, in minor units by currency; others cannot be paid so.
    pub amount_max: BTreeMap<String, i64>,
}

/// Transfers to the shop's account: staff see them on the statement and confirm them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankTransferSettings {
    /// Whether buyers may choose it. Needs the account.
    pub is_enabled: bool,
    /// For how many hours after it was placed an order waits for the money, and holds its units.
    pub hold_hours: u32,
    /// The most that one order may cost, in minor units by currency; others cannot be paid so.
    pub amount_max: BTreeMap<String, i64>,
    /// The bank, as buyers know it.
    pub bank_name: String,
    /// Whose account it is.
    pub account_holder: String,
    /// Its number.
    pub account_number: String,
}

/// What is done by itself with money that was asked for and that no order needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SurplusPolicy {
    /// It goes back to the buyer.
    Refund,
    /// It waits for a person.
    Hold,
}

/// What is done by itself with money that no order needs, by how it came to be so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SurplusPolicies {
    pub(crate) late_money: SurplusPolicy,
    pub(crate) second_payment: SurplusPolicy,
}

/// What a webhook is worth whose signature does not cover its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaticTokenPolicy {
    /// A reason to ask the provider, and nothing else.
    Hint,
    /// Nothing: it is refused like a wrong signature.
    Refuse,
}

fn time_of_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveTime>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    let time = NaiveTime::parse_from_str(&text, "%H:%M");
    time.map(Some)
        .map_err(|_| serde::de::Error::custom("it must be a time of day, such as 02:30"))
}
