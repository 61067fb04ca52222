//! Sessions of both audiences: refreshing, checking and ending them; and what a customer's
//! sign-in answers.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use http::StatusCode;
use kit::{
    Kit, Result, Tx,
    http::{
        Access, Body, ProblemResponses, access::TokenPair, body::invalid_member,
        server::ClientAddress,
    },
    rate_limit::address_key,
    sessions,
    tokens::TokenRefusal,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account::CustomerView;
use crate::{
    actions,
    model::{AUDIENCE, Authenticated, REFRESH_QUOTA},
};

/// The tokens of a customer's new session, and whose they are.
#[derive(Serialize, ToSchema)]
pub struct SignedIn {
    /// Send it as `Authorization: Bearer …`; good for five minutes.
    pub access: String,
    /// Gets the next pair at `/auth/jwt/refresh/`, once; keep it secret.
    pub refresh: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// How long the access token is good.
    #[schema(example = 300)]
    pub expires_in_seconds: i64,
    /// Until when the refresh token is good.
    pub refresh_expires_at: DateTime<Utc>,
    /// Who signed in.
    pub customer: CustomerView,
}

/// Opens a session in `tx` for whoever [`crate::authenticate`] believed.
///
/// # Errors
/// `invalid_credentials` when the account was closed or its password changed meanwhile; faults.
pub async fn sign_in(
    tx: &Tx,
    access: &Access,
    authenticated: &Authenticated,
    now: DateTime<Utc>,
) -> Result<SignedIn> {
    let (pair, account) = actions::open_session(tx, access, authenticated, now).await?;
    let TokenPair {
        access,
        refresh,
        token_type,
        expires_in_seconds,
        refresh_expires_at,
    } = pair;
    Ok(SignedIn {
        access,
        refresh,
        token_type,
        expires_in_seconds,
        refresh_expires_at,
        customer: account.into(),
    })
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshToken {
    /// The refresh token that was given last.
    #[schema(max_length = 128)]
    refresh: String,
}

impl RefreshToken {
    fn checked(self) -> Result<String> {
        if self.refresh.len() > 128 {
            return Err(invalid_member(
                "/refresh",
                "it must have at most 128 characters",
            ));
        }
        Ok(self.refresh)
    }
}

/// A refresh token that is to be used.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshSession {
    /// The refresh token that was given last.
    #[schema(max_length = 128)]
    refresh: String,
    /// Random, made and kept by the client, in letters, digits, hyphens and underscores: with it
    /// the same request may be repeated until the token that it answers is used.
    #[serde(default)]
    #[schema(min_length = 22, max_length = 128, pattern = "^[A-Za-z0-9_-]+$")]
    key: Option<String>,
}

impl RefreshSession {
    fn checked(self) -> Result<(String, Option<String>)> {
        let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let is_key = |key: &String| (22..=128).contains(&key.len()) && key.bytes().all(is_word);
        if !self.key.as_ref().is_none_or(is_key) {
            return Err(invalid_member(
                "/key",
                "it must have 22 to 128 letters, digits, hyphens or underscores",
            ));
        }
        let RefreshSession { refresh, key } = self;
        Ok((RefreshToken { refresh }.checked()?, key))
    }
}

/// An access token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessToken {
    /// The access token.
    #[schema(max_length = 4096)]
    token: String,
}

/// What is known about a token that is good.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenStanding {
    /// `customer` or `staff`.
    #[schema(example = "customer")]
    audience: &'static str,
    /// When it stops being good.
    expires_at: DateTime<Utc>,
}

/// Refresh a session
///
/// Answers a new pair of tokens for a refresh token, of customers and of staff. A refresh token
/// is good for one use. When it comes again within ten seconds the answer is
/// `refresh_token_just_used` (409), and the session lives on: another tab was faster. When it
/// comes again later, two hold it, and the whole session is ended (`refresh_token_reused`, 401).
/// With a `key` an answer that was lost costs nobody the session: the same token and the same key
/// are answered by the same next token, for as long as that one is not used.
#[utoipa::path(
    post,
    path = "/auth/jwt/refresh/",
    operation_id = "refreshSession",
    tag = "Accounts",
    request_body(
        content = RefreshSession,
        example = json!({"refresh": "p2vJ0dPzQm4w1o9sXy6uTbLr8kEaVhNcGfIiSjZqR3M",
            "key": "f3b1c09e5d7a4c6e8b2f1a0d9c8e7b6a"})
    ),
    responses(
        (status = 200, description = "The next pair.", body = TokenPair, example = json!({
            "access": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.…",
            "refresh": "XwYtqU8mB1n0cDfGkLzR5sVhJp2aEo7iN6yTgQ4uM9K",
            "token_type": "Bearer",
            "expires_in_seconds": 300,
            "refresh_expires_at": "2026-12-22T09:30:00Z"
        })),
        ProblemResponses
    )
)]
pub(crate) async fn refresh(
    State(kit): State<Kit>,
    access: Access,
    ClientAddress(address): ClientAddress,
    Body { value, .. }: Body<RefreshSession>,
) -> Result<Json<TokenPair>> {
    let now = kit.clock.now();
    access
        .limits
        .check(&address_key(address), REFRESH_QUOTA, now)
        .await?;
    let (token, key) = value.checked()?;
    let tx = kit.db.begin("refresh session").await?;
    let rotation = actions::refresh(&tx, &token, key.as_deref(), now).await?;
    // Before the refusal: the end of a session whose token was reused must be kept.
    tx.commit().await?;
    let opened = rotation.or_refuse()?;
    let audience = actions::known_audience(&opened.audience)?;
    Ok(Json(access.pair(audience, opened, now)?))
}

/// Check an access token
///
/// Says whether an access token is good now, with its session and its account: 200, or 401 with
/// the reason.
#[utoipa::path(
    post,
    path = "/auth/jwt/verify/",
    operation_id = "verifyToken",
    tag = "Accounts",
    request_body(
        content = AccessToken,
        example = json!({"token": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.…"})
    ),
    responses(
        (status = 200, description = "It is good.", body = TokenStanding, example = json!({
            "audience": "customer",
            "expires_at": "2026-11-22T09:35:00Z"
        })),
        ProblemResponses
    )
)]
pub(crate) async fn verify(
    State(kit): State<Kit>,
    access: Access,
    ClientAddress(address): ClientAddress,
    Body { value, .. }: Body<AccessToken>,
) -> Result<Json<TokenStanding>> {
    let now = kit.clock.now();
    access
        .limits
        .check(&address_key(address), REFRESH_QUOTA, now)
        .await?;
    let claims = access
        .tokens
        .read(&value.token, &[AUDIENCE, staff::AUDIENCE], now)?;
    let conn = kit.db.read().await?;
    let is_live = sessions::is_live(&conn, claims.session_id, now).await?
        && actions::is_account_active(&conn, claims.audience, claims.principal_id).await?;
    if !is_live {
        return Err(TokenRefusal::SessionEnded.into());
    }
    Ok(Json(TokenStanding {
        audience: claims.audience,
        expires_at: claims.expires_at,
    }))
}

/// Sign out
///
/// Ends the session of a refresh token, used or not. A token that is not known has no session
/// to end, which is what was wanted: the answer is the same.
#[utoipa::path(
    post,
    path = "/auth/jwt/revoke/",
    operation_id = "signOut",
    tag = "Accounts",
    request_body(
        content = RefreshToken,
        example = json!({"refresh": "p2vJ0dPzQm4w1o9sXy6uTbLr8kEaVhNcGfIiSjZqR3M"})
    ),
    responses((status = 204, description = "The session has ended."), ProblemResponses)
)]
pub(crate) async fn revoke(
    State(kit): State<Kit>,
    access: Access,
    ClientAddress(address): ClientAddress,
    Body { value, .. }: Body<RefreshToken>,
) -> Result<StatusCode> {
    let now = kit.clock.now();
    access
        .limits
        .check(&address_key(address), REFRESH_QUOTA, now)
        .await?;
    let token = value.checked()?;
    let tx = kit.db.begin("sign out").await?;
    sessions::revoke_by_token(&tx, &token, "signed out", now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
