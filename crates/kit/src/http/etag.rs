//! Versions of resources: `ETag` out, `If-Match` in.

use axum::{
    Json,
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{StatusCode, header, request::Parts};
use serde::Serialize;

use super::page::NextCursor;
use super::problem::{INVALID_HEADER, PRECONDITION_FAILED, PRECONDITION_REQUIRED, Refused};
use crate::error::Error;

/// The version that the client last saw, from a required `If-Match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            return Err(Refused::new(&PRECONDITION_REQUIRED, PRECONDITION_REQUIRED.help).into());
        };
        let version = value.to_str().ok().and_then(|text| {
            text.trim()
                .strip_prefix("\"v")?
                .strip_suffix('"')?
                .parse()
                .ok()
        });
        version.map(Self).ok_or_else(|| {
            Refused::new(
                &INVALID_HEADER,
                "If-Match must be one ETag of this resource, as \"v7\".",
            )
            .into()
        })
    }
}

/// For resources whose owner alone changes them: the header is honoured and not required.
impl<S: Send + Sync> OptionalFromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Error> {
        if !parts.headers.contains_key(header::IF_MATCH) {
            return Ok(None);
        }
        <Self as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
            .map(Some)
    }
}

impl IfMatch {
    /// Refuses a version that is not the present one, showing the present state.
    ///
    /// # Errors
    /// `precondition_failed` (412) with `meta.current`.
    pub fn check<T: Serialize>(self, version: i64, current: &T) -> Result<(), Error> {
        if self.0 == version {
            return Ok(());
        }
        let facts = serde_json::json!({ "current": current, "version": version });
        let refused = Refused::new(&PRECONDITION_FAILED, PRECONDITION_FAILED.help);
        Err(Refused {
            facts: Some(facts),
            ..refused
        }
        .into())
    }
}

/// A resource with its version as `ETag`.
pub struct Versioned<T> {
    /// The status, usually 200 or 201.
    pub status: StatusCode,
    /// The resource's version.
    pub version: i64,
    /// The resource.
    pub body: T,
}

impl<T> Versioned<T> {
    /// 200 with an `ETag`.
    pub const fn ok(version: i64, body: T) -> Self {
        Self {
            status: StatusCode::OK,
            version,
            body,
        }
    }

    /// 201 with an `ETag`.
    pub const fn created(version: i64, body: T) -> Self {
        Self {
            status: StatusCode::CREATED,
            version,
            body,
        }
    }
}

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let etag = format!("\"v{}\"", self.version);
        (self.status, [(header::ETAG, etag)], Json(self.body)).into_response()
    }
}

/// A public answer, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub(crate) body: Bytes,
    pub(crate) etag: String,
    pub(crate) next_cursor: Option<String>,
}

impl Document {
    /// With an `ETag` of its bytes.
    ///
    /// # Errors
    /// A fault when it cannot be serialized.
    pub fn of<T: Serialize>(body: &T) -> Result<Self, Error> {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        use sha2::{Digest, Sha256};

        let bytes = serde_json::to_vec(body)?;
        let digest = Sha256::digest(&bytes);
        Ok(Self {
            etag: format!("\"{}\"", URL_SAFE_NO_PAD.encode(&digest[..12])),
            body: bytes.into(),
            next_cursor: None,
        })
    }

    /// The answer, which shared caches may keep for `seconds`.
    ///
    /// The layer of conditional requests turns it into a 304 where the client has it already.
    #[must_use]
    pub fn public(self, seconds: u32) -> Response {
        let caching = format!("public, max-age=0, s-maxage={seconds}");
        let headers = [
            (header::CONTENT_TYPE, "application/json".to_owned()),
            (header::ETAG, self.etag),
            (header::CACHE_CONTROL, caching),
        ];
        let mut response = (headers, self.body).into_response();
        if let Some(cursor) = self.next_cursor {
            response.extensions_mut().insert(NextCursor(cursor));
        }
        response
    }
}

/// A public answer that is not kept here, see [`Document::public`].
///
/// # Errors
/// As [`Document::of`].
pub fn public<T: Serialize>(seconds: u32, body: &T) -> Result<Response, Error> {
    Ok(Document::of(body)?.public(seconds))
}
