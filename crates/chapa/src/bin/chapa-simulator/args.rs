//! The command line. What the flags mean is in the crate's README.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Parser;

use crate::book::is_live_key;

/// Plays Chapa's payment API, its checkout page and its webhooks. No money moves.
#[derive(Debug, Clone, Parser)]
#[command(name = "chapa-simulator", version, about)]
pub(crate) struct Args {
    /// Where the API and the checkout page listen; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:0", env = "CHAPA_SIMULATOR_LISTEN")]
    pub(crate) listen: SocketAddr,
    /// Where the control API listens; without it, on the same port under /__sim/.
    #[arg(long, alias = "control-addr", env = "CHAPA_SIMULATOR_CONTROL_LISTEN")]
    pub(crate) control_listen: Option<SocketAddr>,
    /// The only secret key that is accepted.
    #[arg(
        long,
        default_value = "CHASECK_TEST-simulator",
        env = "CHAPA_SIMULATOR_SECRET_KEY",
        hide_env_values = true
    )]
    pub(crate) secret_key: String,
    /// Accept a key that looks like a live one and answer with mode "live".
    #[arg(long)]
    pub(crate) allow_live_key: bool,
    /// Where webhooks go; without it none are sent.
    #[arg(long, env = "CHAPA_SIMULATOR_WEBHOOK_URL")]
    pub(crate) webhook_url: Option<String>,
    /// What webhooks are signed with.
    #[arg(
        long,
        default_value = "simulator-webhook-secret",
        env = "CHAPA_SIMULATOR_WEBHOOK_SECRET",
        hide_env_values = true
    )]
    pub(crate) webhook_secret: String,
    /// How browsers reach the checkout page; without it, http:// and the listening address.
    #[arg(long, env = "CHAPA_SIMULATOR_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,
    /// References and tokens are the same for the same seed and the same order of calls.
    #[arg(long, default_value_t = 1, env = "CHAPA_SIMULATOR_SEED")]
    pub(crate) seed: u64,
    /// Simulated time begins here and stands until the control API moves it, for example
    /// 2026-01-05T09:00:00Z; without it, the machine's clock.
    #[arg(long, env = "CHAPA_SIMULATOR_START_AT")]
    pub(crate) start_at: Option<DateTime<Utc>>,
    /// Keeps transactions over a restart; written on every change.
    #[arg(long, env = "CHAPA_SIMULATOR_STATE_FILE")]
    pub(crate) state_file: Option<PathBuf>,
    /// Stop when standard input closes, so as not to outlive the program that started this.
    #[arg(long)]
    pub(crate) exit_with_stdin: bool,
}

impl Args {
    /// Refuses what should not be in a simulator's hands.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        if is_live_key(&self.secret_key) && !self.allow_live_key {
            anyhow::bail!(
                "the secret key looks like a live one (CHASECK-…): a simulator has no use \
                 for it; use a CHASECK_TEST- key, or --allow-live-key for an invented one"
            );
        }
        if self.secret_key.trim().is_empty() || self.webhook_secret.trim().is_empty() {
            anyhow::bail!("the secret key and the webhook secret must not be empty");
        }
        Ok(())
    }
}
