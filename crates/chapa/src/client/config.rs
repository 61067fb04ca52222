//! The client's settings and the checks that refuse a dangerous combination of them.

use std::time::Duration;

use reqwest::Url;

use crate::{Mode, Secret};

/// Where Chapa is, who we are, and how long we wait.
#[derive(Debug, Clone)]
pub struct Config {
    /// For example `https://api.chapa.co/v1`; plain `http` only for loopback or test mode.
    pub base_url: String,
    /// `CHASECK-…` or `CHASECK_TEST-…`.
    pub secret_key: Secret,
    /// Must agree with the key.
    pub mode: Mode,
    /// The hosts a checkout page may be on: `host`, or `host:port` for a port that is not
    /// the scheme's own. Buyers are never sent elsewhere.
    pub checkout_hosts: Vec<String>,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How long a whole call may take, from its first byte to the answer's last.
    pub total_timeout: Duration,
}

impl Config {
    /// Chapa's own address and checkout page, 3 seconds to connect and 15 for a call.
    #[must_use]
    pub fn new(secret_key: Secret, mode: Mode) -> Self {
        Self {
            base_url: "https://api.chapa.co/v1".to_owned(),
            secret_key,
            mode,
            checkout_hosts: vec!["checkout.chapa.co".to_owned()],
            connect_timeout: Duration::from_secs(3),
            total_timeout: Duration::from_secs(15),
        }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let url = self.url()?;
        if url.scheme() == "http" && self.mode == Mode::Live && !is_loopback(&url) {
            return Err(ConfigError::InsecureBaseUrl);
        }
        let key = self.secret_key.expose();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ConfigError::SecretKey);
        }
        let key_mode = if key.starts_with("CHASECK_TEST-") {
            Some(Mode::Test)
        } else if key.starts_with("CHASECK-") {
            Some(Mode::Live)
        } else {
            None
        };
        if key_mode.is_some_and(|key_mode| key_mode != self.mode) {
            return Err(ConfigError::KeyOfOtherMode);
        }
        if self.checkout_hosts.iter().all(String::is_empty) {
            return Err(ConfigError::NoCheckoutHost);
        }
        Ok(())
    }

    pub(super) fn url(&self) -> Result<Url, ConfigError> {
        let url = Url::parse(&self.base_url).map_err(|_| ConfigError::BaseUrl)?;
        let plain = url.has_host()
            && matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if plain {
            Ok(url)
        } else {
            Err(ConfigError::BaseUrl)
        }
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Why the client refuses to be made. No variant holds a setting's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No `http` or `https` address, or one with a user, a query or a fragment.
    #[error("Chapa's base URL is not a plain http or https address")]
    BaseUrl,
    /// Real money over plain text.
    #[error("Chapa's base URL must be https in live mode")]
    InsecureBaseUrl,
    /// Empty, or with characters that no header can carry.
    #[error("Chapa's secret key is empty or unreadable")]
    SecretKey,
    /// A test key in live mode or a live key in test mode.
    #[error("Chapa's secret key belongs to the other mode (test or live)")]
    KeyOfOtherMode,
    /// Every checkout page would be refused.
    #[error("no host is allowed for Chapa's checkout page")]
    NoCheckoutHost,
    /// TLS or the resolver could not be set up.
    #[error("the HTTP client for Chapa could not be set up")]
    Transport,
}
