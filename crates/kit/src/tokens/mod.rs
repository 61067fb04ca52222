//! Access tokens: JWTs that live for five minutes, signed and read with one secret (HS256).
//!
//! Promises: a token is believed only when this issuer signed it, for an audience that the
//! caller accepts, and its time has not run out by the clock that is passed in; nothing in a
//! token's header is ever followed. Never: a look into the database (see `sessions`).

mod provider;
mod secret;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::secret::weak_secret;
use crate::error::{Error, Refusal, RefusalKind, Resolution, Result};

/// How long an access token is good, in seconds.
pub const LIFETIME_SECONDS: i64 = 300;

/// Two machines' clocks may differ by this much.
const LEEWAY_SECONDS: i64 = 30;

/// Nothing that we issue comes near; what is longer is not even decoded.
const TOKEN_BYTES_MAX: usize = 4 * 1024;

/// Issues and reads access tokens; copies share the key.
#[derive(Clone)]
pub struct Tokens(Arc<Keys>);

struct Keys {
    encoding: EncodingKey,
    decoding: DecodingKey,
    issuer: String,
}

/// What a token that was believed says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// For whom it was issued: one of the audiences that the reader accepted.
    pub audience: &'static str,
    /// Whose it is.
    pub principal_id: Uuid,
    /// The session that it belongs to; ask [`crate::sessions`] whether that still lives.
    pub session_id: Uuid,
    /// When it stops being good.
    pub expires_at: DateTime<Utc>,
}

/// Why a request counts as nobody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRefusal {
    /// No token was sent, and the operation needs one.
    Missing,
    /// It is not a token of ours for this audience.
    Invalid,
    /// It was good and its five minutes are over.
    Expired,
    /// Its session was ended or its account is closed.
    SessionEnded,
}

/// Every refusal of this module, for the registry.
pub static REFUSALS: &[&RefusalKind] = &[&MISSING, &INVALID, &EXPIRED, &SESSION_ENDED];

static MISSING: RefusalKind = RefusalKind {
    code: "authentication_required",
    status: 401,
    title: "Sign in first",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "The operation needs to know who asks. Sign in and send the access token as \
           Authorization: Bearer <token>.",
};

static INVALID: RefusalKind = RefusalKind {
    code: "token_invalid",
    status: 401,
    title: "The access token is not valid",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "The token was not issued here, was changed on its way, or is meant for another part \
           of the API. Sign in again, and send the access token, not the refresh token.",
};

static EXPIRED: RefusalKind = RefusalKind {
    code: "token_expired",
    status: 401,
    title: "The access token has expired",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "Access tokens are good for five minutes. Get a new pair at /auth/jwt/refresh/ and \
           repeat the request.",
};

static SESSION_ENDED: RefusalKind = RefusalKind {
    code: "session_ended",
    status: 401,
    title: "The session has ended",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "Somebody signed out, changed the password or closed the account, or the session \
           reached its end. Sign in again.",
};

impl Refusal for TokenRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::Missing => &MISSING,
            Self::Invalid => &INVALID,
            Self::Expired => &EXPIRED,
            Self::SessionEnded => &SESSION_ENDED,
        }
    }

    fn detail(&self) -> String {
        self.kind().help.to_owned()
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        // RFC 6750, section 3: no error code where nothing was presented.
        let challenge = match self {
            Self::Missing => "Bearer",
            Self::Invalid | Self::Expired | Self::SessionEnded => "Bearer error=\"invalid_token\"",
        };
        vec![("www-authenticate", challenge.to_owned())]
    }
}

/// Numbers are numbers, text is text: a claim of another type refuses the token.
#[derive(Serialize, Deserialize)]
struct WireClaims {
    iss: String,
    aud: String,
    sub: Uuid,
    sid: Uuid,
    iat: i64,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
}

/// The whole header that a token of ours has: `kid`, `jku`, `x5u`, `jwk` and `crit` are refused
/// by not being known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireHeader {
    alg: String,
    typ: String,
}

impl Tokens {
    /// Tokens signed with `secret` in the name of `issuer`.
    ///
    /// Check the secret with [`weak_secret`] first: this takes any.
    #[must_use]
    pub fn new(secret: &str, issuer: &str) -> Self {
        provider::install();
        Self(Arc::new(Keys {
            encoding: EncodingKey::from_secret(secret.as_bytes()),
            decoding: DecodingKey::from_secret(secret.as_bytes()),
            issuer: issuer.to_owned(),
        }))
    }

    /// A token for one principal and session, good for [`LIFETIME_SECONDS`] from `now`.
    ///
    /// # Errors
    /// A fault when the claims cannot be signed.
    pub fn issue(
        &self,
        audience: &'static str,
        principal_id: Uuid,
        session_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<String> {
        let iat = now.timestamp();
        let claims = WireClaims {
            iss: self.0.issuer.clone(),
            aud: audience.to_owned(),
            sub: principal_id,
            sid: session_id,
            iat,
            exp: iat + LIFETIME_SECONDS,
            nbf: None,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.0.encoding)
            .map_err(|error| Error::fault(format_args!("a token cannot be signed: {error}")))
    }

    /// Believes a token, or refuses it.
    ///
    /// # Errors
    /// [`TokenRefusal::Expired`] when only its time has run out, otherwise
    /// [`TokenRefusal::Invalid`].
    pub fn read(
        &self,
        token: &str,
        accepted: &[&'static str],
        now: DateTime<Utc>,
    ) -> Result<Claims, TokenRefusal> {
        if token.len() > TOKEN_BYTES_MAX || !has_our_header(token) {
            return Err(TokenRefusal::Invalid);
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        validation.set_issuer(&[&self.0.issuer]);
        validation.set_audience(accepted);
        // The library would ask the ambient clock; the times are compared below.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims = jsonwebtoken::decode::<WireClaims>(token, &self.0.decoding, &validation)
            .map_err(|_| TokenRefusal::Invalid)?
            .claims;
        let audience = accepted
            .iter()
            .copied()
            .find(|audience| *audience == claims.aud)
            .ok_or(TokenRefusal::Invalid)?;
        check_times(&claims, now)?;
        Ok(Claims {
            audience,
            principal_id: claims.sub,
            session_id: claims.sid,
            expires_at: now + TimeDelta::seconds(claims.exp - now.timestamp()),
        })
    }
}

fn has_our_header(token: &str) -> bool {
    let mut segments = token.split('.');
    let Some(header) = segments.next() else {
        return false;
    };
    if segments.count() != 2 {
        return false;
    }
    URL_SAFE_NO_PAD
        .decode(header)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<WireHeader>(&bytes).ok())
        .is_some_and(|header| header.alg == "HS256" && header.typ == "JWT")
}

fn check_times(claims: &WireClaims, now: DateTime<Utc>) -> Result<(), TokenRefusal> {
    let now = now.timestamp();
    let is_from_the_future = claims.iat > now + LEEWAY_SECONDS
        || claims
            .nbf
            .is_some_and(|not_before| not_before > now + LEEWAY_SECONDS);
    // Somebody who holds the key by mistake still gets no token for a year.
    let lives_longer_than_ours = claims
        .exp
        .checked_sub(claims.iat)
        .is_none_or(|span| !(0..=LIFETIME_SECONDS).contains(&span));
    if is_from_the_future || lives_longer_than_ours {
        return Err(TokenRefusal::Invalid);
    }
    if claims.exp.saturating_add(LEEWAY_SECONDS) <= now {
        return Err(TokenRefusal::Expired);
    }
    Ok(())
}
