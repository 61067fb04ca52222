//! HTTP to addresses that somebody else chose, such as a merchant's webhook receiver.
//!
//! Promises: no connection is made to an address that is not public (unless the operator allows
//! its network), checked when the connection is made, after names were resolved; no redirect is
//! followed, no proxy asked; time and bytes are bounded. Never: a retry.

mod addresses;
#[cfg(test)]
mod tests;

use std::{net::IpAddr, sync::Arc, time::Duration};

use ipnet::IpNet;
use reqwest::{
    Client, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::HeaderMap,
    redirect::Policy,
};
use tokio::time::Instant;

pub use self::addresses::is_public;
use crate::error::Result;

/// How to reach others, and whom not.
#[derive(Debug, Clone)]
pub struct Outbound {
    client: Client,
    rules: Arc<Rules>,
}

#[derive(Debug)]
struct Rules {
    allowed: Vec<IpNet>,
    allows_http: bool,
}

/// Longer addresses are refused.
pub const URL_CHARS_MAX: usize = 2_048;

/// Of an answer this much is read, and kept as its beginning.
const ANSWER_BYTES_MAX: usize = 4 * 1024;

/// Why an address is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not a URL, or too long.
    #[error("it is not a web address of at most 2048 characters")]
    Unreadable,
    /// Not `https`, and plain `http` is not allowed here.
    #[error("it must begin with https://")]
    Scheme,
    /// A user name, password or fragment.
    #[error("it must not hold a user name, a password or a fragment")]
    Decorated,
    /// A port that is no web server's.
    #[error("its port must be 443, 80 or above 1023")]
    Port,
    /// An address inside a network that is nobody's business.
    #[error("it must not be an address inside a private network")]
    Private,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The HTTP status, or why there is none.
    pub outcome: std::result::Result<u16, CallError>,
    /// The beginning of the answer, as text.
    pub excerpt: String,
    /// How long it took.
    pub took: Duration,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The name leads to an address that is not public, or the URL is not taken.
    #[error("the address is not allowed")]
    Forbidden,
    /// No connection: refused, no such name, a certificate that is not right.
    #[error("no connection could be made")]
    Unreachable,
    /// No answer within the time.
    #[error("no answer in time")]
    Timeout,
    /// The connection broke, or the answer is no HTTP.
    #[error("the connection broke off")]
    Broken,
}

impl Outbound {
    /// A way out. `allowed` are networks that may be called although they are not public (for
    /// development and tests); `allows_http` takes addresses without TLS.
    ///
    /// # Errors
    /// A fault when the client cannot be made.
    pub fn new(
        allowed: Vec<IpNet>,
        allows_http: bool,
        connect_timeout: Duration,
        total_timeout: Duration,
    ) -> Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let rules = Arc::new(Rules {
            allowed,
            allows_http,
        });
        let client = Client::builder()
            .user_agent(concat!("ecommerce-nexus/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .no_proxy()
            .http1_only()
            .connect_timeout(connect_timeout)
            .timeout(total_timeout)
            .pool_max_idle_per_host(2)
            .pool_idle_timeout(Duration::from_secs(30))
            .dns_resolver(Arc::new(Guarded(Arc::clone(&rules))))
            .build()
            .map_err(anyhow::Error::from)?;
        Ok(Self { client, rules })
    }

    /// Reads an address and says whether it may be called, as far as can be said without asking
    /// for its name.
    ///
    /// # Errors
    /// [`AddressError`]
    pub fn check(&self, text: &str) -> std::result::Result<Url, AddressError> {
        if text.len() > URL_CHARS_MAX {
            return Err(AddressError::Unreadable);
        }
        let url = Url::parse(text).map_err(|_| AddressError::Unreadable)?;
        let is_web = url.scheme() == "https" || url.scheme() == "http" && self.rules.allows_http;
        if !is_web {
            return Err(AddressError::Scheme);
        }
        let is_plain =
            url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        if !is_plain {
            return Err(AddressError::Decorated);
        }
        let port = url.port_or_known_default();
        if !port.is_some_and(|port| matches!(port, 80 | 443 | 1024..)) {
            return Err(AddressError::Port);
        }
        // A literal address never reaches the resolver.
        let literal = match url.host() {
            Some(url::Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(url::Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            Some(url::Host::Domain(name)) if !name.is_empty() => None,
            _ => return Err(AddressError::Unreadable),
        };
        if literal.is_some_and(|ip| !self.rules.allow(ip)) {
            return Err(AddressError::Private);
        }
        Ok(url)
    }

    /// Posts a body, once, and answers what came of it.
    pub async fn post(&self, url: &str, headers: HeaderMap, body: Vec<u8>) -> Exchange {
        let started = Instant::now();
        let Ok(url) = self.check(url) else {
            return Exchange {
                outcome: Err(CallError::Forbidden),
                excerpt: String::new(),
                took: started.elapsed(),
            };
        };
        let sent = self.client.post(url).headers(headers).body(body).send();
        let (outcome, excerpt) = match sent.await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                (Ok(status), beginning(answer).await)
            }
            Err(error) => (Err(CallError::of(&error)), String::new()),
        };
        Exchange {
            outcome,
            excerpt,
            took: started.elapsed(),
        }
    }
}

/// An endless or slow answer is not read to its end: the status has come already.
async fn beginning(mut answer: reqwest::Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER_BYTES_MAX {
        match answer.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) | Err(_) => break,
        }
    }
    bytes.truncate(ANSWER_BYTES_MAX);
    let text = String::from_utf8_lossy(&bytes);
    text.chars().filter(|c| *c != '\0').take(1_000).collect()
}

impl CallError {
    fn of(error: &reqwest::Error) -> Self {
        let mut cause: Option<&dyn std::error::Error> = Some(error);
        while let Some(inner) = cause {
            if inner.is::<NotPublic>() {
                return Self::Forbidden;
            }
            cause = inner.source();
        }
        if error.is_timeout() {
            Self::Timeout
        } else if error.is_connect() {
            Self::Unreachable
        } else {
            Self::Broken
        }
    }
}

impl Rules {
    fn allow(&self, ip: IpAddr) -> bool {
        is_public(ip) || self.allowed.iter().any(|network| network.contains(&ip))
    }
}

/// Every address of the name is of a network that is not public.
#[derive(Debug, thiserror::Error)]
#[error("the name leads into a private network")]
struct NotPublic;

/// Resolves names and keeps only addresses that may be called; the connection is made to exactly
/// these, so that a name cannot change its mind in between.
struct Guarded(Arc<Rules>);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let rules = Arc::clone(&self.0);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<_> = found.filter(|address| rules.allow(address.ip())).collect();
            if allowed.is_empty() {
                return Err(NotPublic.into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}
