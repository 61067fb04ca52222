//! What a request brings: its JSON body, its query, the ids in its path.

use std::fmt::Display;

use axum::{
    body::HttpBody,
    extract::{FromRequest, FromRequestParts, OptionalFromRequest, Path, Request},
};
use http::{header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::{
    objects::Objects,
    problem::{
        BODY_TOO_LARGE, INVALID_BODY, INVALID_PATH, INVALID_QUERY, MALFORMED_BODY, REQUEST_TIMEOUT,
        Refused, UNSUPPORTED_MEDIA_TYPE,
    },
};
use crate::error::{Error, RefusedPart};

/// The most that a JSON body may have, in bytes.
pub const BODY_BYTES_MAX: usize = 256 * 1024;

/// The longest that a body may take to arrive, where the server has not set another time.
const BODY_TIMEOUT: BodyTimeout = BodyTimeout(std::time::Duration::from_secs(15));

/// The longest that the body of this request may take to arrive.
#[derive(Clone, Copy, Debug)]
pub(super) struct BodyTimeout(pub(super) std::time::Duration);

/// A JSON body and its fingerprint (SHA-256 of its bytes).
pub struct Body<T> {
    /// The body, read.
    pub value: T,
    /// What an idempotency key is bound to.
    pub fingerprint: Vec<u8>,
}

impl<T, S> FromRequest<S> for Body<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let is_json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .map(|value| {
                value
                    .split(';')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_ascii_lowercase()
            })
            .is_some_and(|media| media == "application/json" || media.ends_with("+json"));
        if !is_json {
            return Err(Refused::new(
                &UNSUPPORTED_MEDIA_TYPE,
                "Send the body as JSON with Content-Type: application/json.",
            )
            .into());
        }
        let bytes = raw_body(request, BODY_BYTES_MAX).await?;
        let value = read_json(&bytes)?;
        Ok(Self {
            value,
            fingerprint: Sha256::digest(&bytes).to_vec(),
        })
    }
}

/// A body that need not be there: `Option<Body<T>>`.
impl<T, S> OptionalFromRequest<S> for Body<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Error> {
        if request.body().is_end_stream() {
            return Ok(None);
        }
        <Self as FromRequest<S>>::from_request(request, state)
            .await
            .map(Some)
    }
}

/// The exact bytes of a body, at most `limit` of them, within the server's time for it.
///
/// # Errors
/// `body_too_large`, `request_timeout`, `malformed_body` when the connection breaks.
pub async fn raw_body(request: Request, limit: usize) -> Result<Vec<u8>, Error> {
    let BodyTimeout(within) = *request.extensions().get().unwrap_or(&BODY_TIMEOUT);
    let too_large = || Refused::new(&BODY_TOO_LARGE, format!("At most {limit} bytes are taken."));
    // What announces its length is not even read.
    if request.body().size_hint().lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
        return Err(too_large().into());
    }
    let body = Limited::new(request.into_body(), limit);
    match tokio::time::timeout(within, body.collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes().to_vec()),
        Ok(Err(error)) if error.downcast_ref::<LengthLimitError>().is_some() => {
            Err(too_large().into())
        }
        Ok(Err(_)) => Err(Refused::new(&MALFORMED_BODY, "The body broke off.").into()),
        Err(_) => Err(Refused::new(&REQUEST_TIMEOUT, REQUEST_TIMEOUT.help).into()),
    }
}

fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(Objects(&mut deserializer)).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.into_inner();
        if inner.is_data() {
            invalid_member(pointer, &inner)
        } else {
            malformed(&inner)
        }
    })?;
    deserializer.end().map_err(|error| malformed(&error))?;
    // PostgreSQL's text cannot hold it, and nobody's name has it.
    if has_nul(bytes) {
        return Err(invalid_member(
            String::new(),
            "text must not contain U+0000",
        ));
    }
    Ok(value)
}

/// Whether a text of a JSON document has U+0000, which can only be written as an escape. After an
/// odd number of backslashes the next one is a backslash itself.
fn has_nul(bytes: &[u8]) -> bool {
    let found = bytes.windows(6).enumerate();
    let mut escapes = found.filter(|(_, window)| window == br"\u0000");
    escapes.any(|(at, _)| {
        let before = bytes[..at].iter().rev();
        before.take_while(|byte| **byte == b'\\').count() % 2 == 0
    })
}

fn malformed(error: &serde_json::Error) -> Error {
    Refused::new(
        &MALFORMED_BODY,
        format!("The body is not valid JSON: {error}."),
    )
    .into()
}

/// The refusal of one member of the body.
pub fn invalid_member(pointer: impl Into<String>, reason: impl Display) -> Error {
    let (pointer, message) = (pointer.into(), reason.to_string());
    let part = RefusedPart {
        pointer,
        code: "invalid",
        message: message.clone(),
        meta: None,
    };
    let detail = format!("{}: {message}.", part.pointer);
    Refused {
        parts: vec![part],
        ..Refused::new(&INVALID_BODY, detail)
    }
    .into()
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => "/?".to_owned(),
        })
        .collect()
}

/// The query, by the allow-list that `T`'s fields are; `T` should deny unknown fields.
pub struct Query<T>(pub T);

impl<T, S> FromRequestParts<S> for Query<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(Refused::new(&INVALID_QUERY, "A parameter contains U+0000.").into());
        }
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => {
                let reason = std::error::Error::source(&rejection)
                    .map_or_else(|| rejection.to_string(), ToString::to_string);
                Err(Refused::new(&INVALID_QUERY, format!("The query is refused: {reason}.")).into())
            }
        }
    }
}

/// The refusal of one query parameter.
pub fn invalid_parameter(name: &str, reason: impl Display) -> Error {
    let part = RefusedPart {
        pointer: format!("?{name}"),
        code: "invalid",
        message: reason.to_string(),
        meta: None,
    };
    let detail = format!("The query parameter {name} is refused: {reason}.");
    Refused {
        parts: vec![part],
        ..Refused::new(&INVALID_QUERY, detail)
    }
    .into()
}

/// The ids in the path; a malformed one is nobody's, so it answers 404.
pub struct PathId<T>(pub T);

impl<T, S> FromRequestParts<S> for PathId<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let refused = || Error::from(Refused::new(&INVALID_PATH, INVALID_PATH.help));
        if parts.uri.path().contains("%00") {
            return Err(refused());
        }
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(_) => Err(refused()),
        }
    }
}
