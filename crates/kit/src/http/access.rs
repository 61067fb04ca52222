//! What every door needs to know who is there: tokens, passwords, limits.
//! Never: who may do what (the capabilities know).

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use chrono::{DateTime, Utc};
use http::{Extensions, HeaderMap, header, request::Parts};
use serde::Serialize;
use utoipa::ToSchema;

use super::{layers::RequestId, server::ClientAddress};
use crate::{
    error::{Error, Result},
    passwords::Passwords,
    random,
    rate_limit::{Limits, Quota, address_key},
    sessions::Opened,
    tokens::{LIFETIME_SECONDS, TokenRefusal, Tokens},
};

/// Tokens, passwords and limits; a layer puts one into the extensions of each request:
/// `.layer(axum::Extension(access))`.
#[derive(Clone)]
pub struct Access {
    /// Issues and reads access tokens.
    pub tokens: Tokens,
    /// Hashes and verifies passwords.
    pub passwords: Passwords,
    /// Counts tries.
    pub limits: Limits,
}

/// How often somebody may try to sign in.
#[derive(Debug, Clone, Copy)]
pub struct SignInQuotas {
    /// From one client address, whichever the account.
    pub per_address: Quota,
    /// At one account, from wherever.
    pub per_account: Quota,
}

/// A pair of tokens, as it is given to a client.
#[derive(Serialize, ToSchema)]
pub struct TokenPair {
    /// Send it as `Authorization: Bearer …`; good for five minutes.
    pub access: String,
    /// Gets the next pair, once; keep it secret.
    pub refresh: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// How long the access token is good.
    #[schema(example = 300)]
    pub expires_in_seconds: i64,
    /// Until when the refresh token is good.
    pub refresh_expires_at: DateTime<Utc>,
}

impl Access {
    /// The one that the layer put into the request.
    ///
    /// # Errors
    /// A fault when the layer is missing.
    pub fn of(extensions: &Extensions) -> Result<&Self> {
        extensions
            .get()
            .ok_or_else(|| Error::fault("the layer with kit::http::Access is missing"))
    }

    /// Counts a try to sign in; the account is known to the counters by a digest only.
    ///
    /// # Errors
    /// `too_many_requests`
    pub async fn count_sign_in(
        &self,
        quotas: &SignInQuotas,
        address: IpAddr,
        account: &str,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.limits
            .check(&address_key(address), quotas.per_address, now)
            .await?;
        let digest = hex::encode(random::token_hash(account));
        self.limits.check(&digest, quotas.per_account, now).await?;
        Ok(())
    }

    /// The tokens of a session that was opened or whose refresh token was used just now.
    ///
    /// # Errors
    /// A fault when the access token cannot be signed.
    pub fn pair(
        &self,
        audience: &'static str,
        opened: Opened,
        now: DateTime<Utc>,
    ) -> Result<TokenPair> {
        let access = self
            .tokens
            .issue(audience, opened.principal_id, opened.session_id, now)?;
        Ok(TokenPair {
            access,
            refresh: opened.refresh_token,
            token_type: "Bearer",
            expires_in_seconds: LIFETIME_SECONDS,
            refresh_expires_at: opened.refresh_expires_at,
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Access {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Self::of(&parts.extensions).cloned()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        extension(parts, "the request carries no client address")
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestId {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        extension(parts, "the envelope layer is missing")
    }
}

fn extension<T: Clone + Send + Sync + 'static>(parts: &Parts, missing: &str) -> Result<T> {
    parts
        .extensions
        .get::<T>()
        .cloned()
        .ok_or_else(|| Error::fault(missing))
}

/// The token in `Authorization: Bearer …`; `None` when the header was not sent.
///
/// # Errors
/// [`TokenRefusal::Invalid`] when it was sent twice, with another scheme or without a token:
/// whoever tries to say who they are must not be taken for nobody.
pub fn bearer_token(headers: &HeaderMap) -> Result<Option<&str>, TokenRefusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(TokenRefusal::Invalid);
    }
    let text = value.to_str().map_err(|_| TokenRefusal::Invalid)?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            let token = token.trim();
            if token.is_empty() {
                Err(TokenRefusal::Invalid)
            } else {
                Ok(Some(token))
            }
        }
        _ => Err(TokenRefusal::Invalid),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(values: &[&str]) -> Result<Option<String>, TokenRefusal> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        bearer_token(&headers).map(|token| token.map(str::to_owned))
    }

    #[test]
    fn a_bearer_token_is_read_whatever_the_scheme_s_case() {
        assert_eq!(bearer(&[]), Ok(None));
        for value in ["Bearer a.b.c", "bearer a.b.c", "BEARER   a.b.c "] {
            assert_eq!(bearer(&[value]), Ok(Some("a.b.c".to_owned())), "{value}");
        }
    }

    #[test]
    fn anything_else_is_refused_and_not_nobody() {
        for values in [
            &[""][..],
            &["Bearer"],
            &["Bearer "],
            &["Basic YTpi"],
            &["a.b.c"],
            &["JWT a.b.c"],
            &["Bearer a.b.c", "Bearer a.b.c"],
        ] {
            assert_eq!(bearer(values), Err(TokenRefusal::Invalid), "{values:?}");
        }
    }
}
