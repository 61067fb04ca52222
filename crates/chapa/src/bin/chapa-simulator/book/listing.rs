//! Lies in the list of transactions and in `verify`: rows that are hidden, changed or doubled,
//! charges that arrive while somebody reads from page to page, and false details. The ledger
//! stays true.

use serde::{Deserialize, Serialize};

/// How one payment is listed instead.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Disguise {
    pub(crate) hidden: bool,
    /// As written, for example `399.99`.
    pub(crate) amount: Option<String>,
    pub(crate) charge: Option<String>,
    pub(crate) currency: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) payment_method: Option<String>,
    /// Chapa's reference as listed.
    pub(crate) ref_id: Option<String>,
    /// How often the row stands there more than once.
    pub(crate) duplicates: u32,
}

/// Foreign charges that come as soon as a page was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arrival {
    #[serde(default = "one")]
    pub(crate) after_page: usize,
    #[serde(default = "one")]
    pub(crate) count: usize,
    #[serde(default = "ten")]
    pub(crate) amount: String,
    #[serde(default = "birr")]
    pub(crate) currency: String,
}

fn one() -> usize {
    1
}

fn ten() -> String {
    "10.00".to_owned()
}

fn birr() -> String {
    "ETB".to_owned()
}

/// What `verify` says of one payment instead of the truth.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Claims {
    /// As written; a number where `verify` writes numbers and this is one.
    pub(crate) amount: Option<String>,
    pub(crate) charge: Option<String>,
    pub(crate) currency: Option<String>,
    pub(crate) mode: Option<String>,
    pub(crate) tx_ref: Option<String>,
    pub(crate) reference: Option<String>,
    /// Said with HTTP 200, whatever the state.
    pub(crate) status: Option<String>,
}
