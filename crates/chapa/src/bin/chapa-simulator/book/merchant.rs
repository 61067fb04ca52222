//! Who has an account at the simulated Chapa, and with which keys.

use serde::{Deserialize, Serialize};

use crate::args::Args;
use crate::ids::Ids;
use crate::variants::Headers;

/// The merchant whose key and webhook the command line names.
pub(crate) const DEFAULT_MERCHANT: &str = "default";

/// An account and what belongs to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merchant {
    pub(crate) name: String,
    /// Calls with it are in mode `test`, unless it looks like a live one.
    pub(crate) secret_key: String,
    /// Calls with it are in mode `live`.
    pub(crate) live_secret_key: String,
    pub(crate) public_key: String,
    pub(crate) encryption_key: String,
    /// Where webhooks go; without it none are sent.
    pub(crate) webhook_url: Option<String>,
    pub(crate) webhook_secret: String,
    /// Which headers its webhooks carry, instead of what `/__sim/webhook` says.
    pub(crate) webhook_headers: Option<Headers>,
}

impl Merchant {
    /// Invented keys, the same for the same seed and name.
    pub(crate) fn invent(seed: u64, name: &str) -> Self {
        let mut ids = Ids::named(seed, name);
        Self {
            name: name.to_owned(),
            secret_key: format!("CHASECK_TEST-{}", ids.key(32)),
            live_secret_key: format!("CHASECK-{}", ids.key(32)),
            public_key: format!("CHAPUBK_TEST-{}", ids.key(32)),
            encryption_key: ids.key(24),
            webhook_url: None,
            webhook_secret: ids.key(24),
            webhook_headers: None,
        }
    }

    /// The merchant of the command line.
    pub(crate) fn of_command_line(args: &Args) -> Self {
        Self {
            secret_key: args.secret_key.clone(),
            webhook_url: args.webhook_url.clone(),
            webhook_secret: args.webhook_secret.clone(),
            ..Self::invent(args.seed, DEFAULT_MERCHANT)
        }
    }

    /// The mode of a call with this key; `None` when the key is not this merchant's.
    pub(crate) fn mode_of(&self, key: &str) -> Option<&'static str> {
        if key == self.live_secret_key {
            return Some("live");
        }
        let mode = if is_live_key(&self.secret_key) {
            "live"
        } else {
            "test"
        };
        (key == self.secret_key).then_some(mode)
    }
}

/// Whether a key looks like one that moves money at the real Chapa.
pub(crate) fn is_live_key(key: &str) -> bool {
    key.starts_with("CHASECK-")
}
