//! The `Idempotency-Key` header, and replies that are stored with their effect.

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header, request::Parts};
use serde::Serialize;

use super::Kit;
use crate::{
    db::Tx,
    error::{Error, Result},
    idempotency::{self, Claim, IdempotencyKey, IdempotencyRefusal, StoredReply},
};

/// The header, checked, with the address that it was sent to.
#[derive(Debug, Clone)]
pub struct IdempotencyHeader(Option<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyHeader {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return if parts.headers.contains_key("idempotency-key") {
                Err(IdempotencyRefusal::Malformed.into())
            } else {
                Ok(Self(None))
            };
        };
        let bytes = value.as_bytes();
        let is_visible = bytes.iter().all(|byte| (0x21..=0x7e).contains(byte));
        if !is_visible || bytes.is_empty() || bytes.len() > 255 {
            return Err(IdempotencyRefusal::Malformed.into());
        }
        let key = value.to_str().ok().map(str::to_owned);
        let address = parts.uri.path().trim_end_matches('/').to_owned();
        Ok(Self(key.map(|key| (key, address))))
    }
}

impl IdempotencyHeader {
    /// Whether it was sent.
    #[must_use]
    pub const fn is_sent(&self) -> bool {
        self.0.is_some()
    }

    /// The key in its scope. What it is bound to is the address and the `fingerprint` of what was
    /// sent there: the same body for another order is another request.
    #[must_use]
    pub fn scoped(
        self,
        principal: String,
        route: &'static str,
        fingerprint: Vec<u8>,
    ) -> Idempotency {
        Idempotency(self.0.map(|(key, address)| IdempotencyKey {
            principal,
            route,
            key,
            fingerprint: [address.as_bytes(), b"\n", &fingerprint].concat(),
        }))
    }

    /// The key in its scope, where the operation needs one.
    ///
    /// # Errors
    /// `idempotency_key_required`
    pub fn required(
        self,
        principal: String,
        route: &'static str,
        fingerprint: Vec<u8>,
    ) -> Result<Idempotency> {
        if self.0.is_none() {
            return Err(IdempotencyRefusal::Required.into());
        }
        Ok(self.scoped(principal, route, fingerprint))
    }
}

/// A key in its scope, or none: what makes a write repeatable.
#[derive(Debug, Clone)]
pub struct Idempotency(Option<IdempotencyKey>);

impl Idempotency {
    /// The reply that this key was given before, if it was; otherwise the key is claimed in `tx`.
    ///
    /// # Errors
    /// `idempotency_conflict`, `idempotency_in_flight`; faults.
    pub async fn replay(&self, tx: &Tx, kit: &Kit) -> Result<Option<Response>> {
        let Some(key) = &self.0 else { return Ok(None) };
        match idempotency::claim(tx, key, kit.clock.now()).await? {
            Claim::Fresh => Ok(None),
            Claim::Replay(reply) => Ok(Some(respond(reply, true))),
        }
    }

    /// The key itself, for work on many requests at once.
    #[must_use]
    pub fn into_key(self) -> Option<IdempotencyKey> {
        self.0
    }

    /// Stores the reply in `tx`, commits, and answers it.
    ///
    /// # Errors
    /// Faults; then nothing has changed or the outcome is found by sending the key again.
    pub async fn commit<T: Serialize>(
        self,
        tx: Tx,
        status: StatusCode,
        body: &T,
    ) -> Result<Response> {
        let reply = StoredReply {
            status: status.as_u16(),
            body: serde_json::to_vec(body)?,
        };
        if let Some(key) = &self.0 {
            idempotency::store(&tx, key, &reply).await?;
        }
        tx.commit().await?;
        Ok(respond(reply, false))
    }
}

/// A stored reply on the wire; whoever gets it again is told so by `Idempotent-Replayed`.
#[must_use]
pub fn respond(reply: StoredReply, is_replay: bool) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let content_type = [(header::CONTENT_TYPE, "application/json")];
    let mut response = (status, content_type, reply.body).into_response();
    if is_replay {
        let replayed = HeaderValue::from_static("true");
        response
            .headers_mut()
            .insert("idempotent-replayed", replayed);
    }
    response
}
