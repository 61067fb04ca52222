//! One bounded HTTP exchange: no redirects, no retries, bounded time and bytes; and the sorting of
//! what went wrong into "never sent", "refused" and "may have happened". Not what a body means.

use std::time::Duration;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
};
use reqwest::{Method, StatusCode};

use super::config::{Config, ConfigError, is_loopback};
use crate::{Error, Secret, wire};

/// No answer of Chapa that we ask for comes near this.
const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// A longer wait than this is a mistake of the sender.
const MAX_RETRY_AFTER_SECONDS: u64 = 24 * 60 * 60;

#[derive(Debug, Clone)]
pub(super) struct Transport {
    http: reqwest::Client,
    base_url: String,
    is_secure: bool,
    secret_key: Secret,
}

pub(super) enum Payload {
    None,
    Json(String),
    Form(String),
}

/// An answer that arrived whole, is text, and is neither a 5xx nor a 401, 429 or redirect.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// Whether the call only reads.
    pub(crate) is_read: bool,
}

impl Answer {
    /// All bytes of an answer as text. One that echoes the key must not carry it into logs and
    /// tables.
    pub(crate) fn whole(
        status: u16,
        is_read: bool,
        bytes: Vec<u8>,
        secret_key: &Secret,
    ) -> Result<Self, Error> {
        let mut answer = Self {
            status,
            body: String::new(),
            is_read,
        };
        match String::from_utf8(bytes) {
            Ok(body) => answer.body = body.replace(secret_key.expose(), "[secret key]"),
            Err(_) => return Err(answer.unreadable("the answer is not UTF-8")),
        }
        Ok(answer)
    }

    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The error for a body that is not what it should be. A refused write did not happen,
    /// whatever the body looks like; an unreadable acceptance may be one.
    pub(super) fn unreadable(&self, what: &str) -> Error {
        match (self.is_read, self.is_success()) {
            (true, _) => Error::Protocol(format!("HTTP {}: {what}", self.status)),
            (false, true) => Error::Unknown,
            (false, false) => Error::Rejected {
                http_status: self.status,
                message: what.to_owned(),
                fields: Default::default(),
            },
        }
    }

    pub(super) fn envelope(&self) -> Result<wire::Envelope<'_>, Error> {
        wire::Envelope::parse(&self.body)
            .ok_or_else(|| self.unreadable("the answer is not a JSON envelope"))
    }
}

impl Transport {
    pub(super) fn new(config: &Config) -> Result<Self, ConfigError> {
        let url = config.url()?;
        // An earlier choice of the process stands; without any, building would panic.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut authorization =
            HeaderValue::from_str(&format!("Bearer {}", config.secret_key.expose()))
                .map_err(|_| ConfigError::SecretKey)?;
        authorization.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("ecommerce-nexus/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(config.connect_timeout)
            .timeout(config.total_timeout);
        if is_loopback(&url) {
            builder = builder.no_proxy();
        }
        Ok(Self {
            http: builder.build().map_err(|_| ConfigError::Transport)?,
            base_url: config.base_url.trim_end_matches('/').to_owned(),
            is_secure: url.scheme() == "https",
            secret_key: config.secret_key.clone(),
        })
    }

    pub(super) fn is_secure(&self) -> bool {
        self.is_secure
    }

    pub(super) async fn send(
        &self,
        method: Method,
        path_and_query: &str,
        payload: Payload,
    ) -> Result<Answer, Error> {
        let is_read = method == Method::GET;
        let url = format!("{}{path_and_query}", self.base_url);
        let request = self.http.request(method, url);
        let request = match payload {
            Payload::None => request,
            Payload::Json(body) => request.header(CONTENT_TYPE, "application/json").body(body),
            Payload::Form(body) => request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body),
        };
        let mut response = request.send().await.map_err(|error| {
            if error.is_connect() {
                Error::Unavailable
            } else {
                Error::Unknown
            }
        })?;
        let status = response.status();
        refuse_by_status(status, response.headers())?;
        let bytes = match read_bounded(&mut response).await {
            Ok(bytes) => bytes,
            // The status line alone proves that a write was refused.
            Err(_) if !is_read && status.is_client_error() => {
                let (status, body) = (status.as_u16(), String::new());
                let nothing = Answer {
                    status,
                    body,
                    is_read,
                };
                return Err(nothing.unreadable("the answer was cut short"));
            }
            Err(error) if is_read => return Err(error),
            Err(_) => return Err(Error::Unknown),
        };
        Answer::whole(status.as_u16(), is_read, bytes, &self.secret_key)
    }
}

pub(crate) fn refuse_by_status(status: StatusCode, headers: &HeaderMap) -> Result<(), Error> {
    // From 600 on no status means anything; like a 5xx, none of them proves a refusal.
    if status.as_u16() >= 500 || status == StatusCode::REQUEST_TIMEOUT {
        return Err(Error::Unknown);
    }
    match status {
        StatusCode::UNAUTHORIZED => Err(Error::Auth),
        StatusCode::TOO_MANY_REQUESTS => Err(Error::RateLimited(retry_after(headers))),
        _ if status.is_redirection() || status.is_informational() => Err(Error::Protocol(format!(
            "HTTP {} where an answer was due; redirects are not followed",
            status.as_u16()
        ))),
        _ => Ok(()),
    }
}

/// Seconds, or a date that is read against the answer's own `Date`: no clock is needed.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let wanted = text(RETRY_AFTER)?.trim();
    let seconds = if let Ok(seconds) = wanted.parse::<u64>() {
        seconds
    } else {
        let until = chrono::DateTime::parse_from_rfc2822(wanted).ok()?;
        let from = chrono::DateTime::parse_from_rfc2822(text(DATE)?.trim()).ok()?;
        u64::try_from((until - from).num_seconds()).unwrap_or(0)
    };
    Some(Duration::from_secs(seconds.min(MAX_RETRY_AFTER_SECONDS)))
}

async fn read_bounded(response: &mut reqwest::Response) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Error::Unknown)? {
        if bytes.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(Error::Protocol(format!(
                "the answer is over {MAX_ANSWER_BYTES} bytes"
            )));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
