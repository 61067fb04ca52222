//! RFC 9457 problem documents: the one shape of every error on the wire.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::Serialize;
use serde_json::Value;
use tokio_postgres::error::SqlState;
use utoipa::ToSchema;

use crate::error::{Error, Refusal, RefusalKind, Resolution};

/// The media type of a problem document (RFC 9457, section 6.1).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A problem document.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// Address of the page that explains the code.
    #[serde(rename = "type")]
    #[schema(example = "/api/docs/errors/invalid_body")]
    pub kind: String,
    /// Short title, the same for every occurrence.
    pub title: String,
    /// The HTTP status code.
    #[schema(example = 422)]
    pub status: u16,
    /// What happened here and what to do next.
    pub detail: String,
    /// The path that was asked.
    pub instance: String,
    /// Stable code to program against.
    #[schema(example = "invalid_body")]
    pub code: String,
    /// One entry per offending part of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemPart>,
    /// The request's id, as in `X-Request-Id` and in our logs.
    pub request_id: String,
    /// Whether the very same request may succeed later.
    pub retryable: bool,
    /// `recoverable`, `requires_buyer_input` or `final`.
    pub resolution: String,
    /// Facts that help, such as the current state of a resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Value>,
}

/// One offending part of a request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemPart {
    /// JSON pointer into the body, or `?name` for a query parameter.
    #[schema(example = "/items/0")]
    pub pointer: String,
    /// Stable code.
    pub code: String,
    /// The reason in words.
    pub message: String,
    /// The data that helps, such as `{"available": 3}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Value>,
}

/// The problem responses that any operation can give, for the OpenAPI document.
#[derive(utoipa::IntoResponses)]
pub enum ProblemResponses {
    /// The request is malformed.
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(Problem),
    /// Nobody is signed in, or the token is not valid.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(Problem),
    /// Signed in, but without the permission.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// Nothing of yours is there.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// The state of the shop forbids it; nothing has changed.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(Problem),
    /// The resource has changed since it was read.
    #[response(status = 412, content_type = "application/problem+json")]
    PreconditionFailed(Problem),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body is not JSON by its Content-Type.
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedMediaType(Problem),
    /// The body is well-formed but not acceptable.
    #[response(status = 422, content_type = "application/problem+json")]
    Unprocessable(Problem),
    /// The write needs `If-Match`.
    #[response(status = 428, content_type = "application/problem+json")]
    PreconditionRequired(Problem),
    /// Too many requests.
    #[response(status = 429, content_type = "application/problem+json")]
    TooManyRequests(Problem),
    /// Overloaded or an outage behind us; try again after `Retry-After`.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(Problem),
}

/// A refusal that is about HTTP itself.
#[derive(Debug)]
pub struct Refused {
    /// The row of the registry.
    pub kind: &'static RefusalKind,
    /// What is wrong here.
    pub detail: String,
    /// One entry per offending part.
    pub parts: Vec<crate::error::RefusedPart>,
    /// Facts that help.
    pub facts: Option<Value>,
    /// For `Retry-After`.
    pub retry_after_seconds: Option<u64>,
}

impl Refused {
    /// A refusal with a sentence of its own.
    #[must_use]
    pub fn new(kind: &'static RefusalKind, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            kind,
            detail,
            parts: Vec::new(),
            facts: None,
            retry_after_seconds: None,
        }
    }
}

impl Refusal for Refused {
    fn kind(&self) -> &'static RefusalKind {
        self.kind
    }

    fn detail(&self) -> String {
        self.detail.clone()
    }

    fn parts(&self) -> Vec<crate::error::RefusedPart> {
        self.parts.clone()
    }

    fn facts(&self) -> Option<Value> {
        self.facts.clone()
    }

    fn retry_after_seconds(&self) -> Option<u64> {
        self.retry_after_seconds
    }
}

macro_rules! kinds {
    ($($name:ident $code:literal $status:literal $retry:literal $resolution:ident $title:literal
       $help:literal)*) => {
        $(#[doc = $title] pub static $name: RefusalKind = RefusalKind {
            code: $code, status: $status, title: $title, is_retryable: $retry,
            resolution: Resolution::$resolution, help: $help,
        };)*
        /// Every refusal about HTTP itself, for the registry.
        pub static REFUSALS: &[&RefusalKind] = &[$(&$name),*];
    };
}

kinds! {
    NOT_FOUND "not_found" 404 false Final "Not found"
        "Nothing is at this address, or it belongs to somebody else. Check the id or slug, and \
         that the request carries the token of its owner."
    METHOD_NOT_ALLOWED "method_not_allowed" 405 false Recoverable "Method not allowed"
        "The address exists but does not answer to this method. The Allow header names those \
         that it does."
    MALFORMED_BODY "malformed_body" 400 false Recoverable "The body is not valid JSON"
        "The request body could not be read as JSON. The detail names the line and column."
    INVALID_BODY "invalid_body" 422 false Recoverable "The body has wrong values"
        "The body is JSON but a member is missing, unknown, or of the wrong type or range. Each \
         entry of errors points at one."
    INVALID_QUERY "invalid_query" 400 false Recoverable "The query has wrong parameters"
        "A query parameter is unknown or has a value that is not allowed. The detail names it."
    INVALID_PATH "invalid_path" 404 false Recoverable "The address has a malformed part"
        "An id in the address is not a UUID."
    INVALID_HEADER "invalid_header" 400 false Recoverable "A request header is malformed"
        "The detail names the header and the form that it must have."
    BODY_TOO_LARGE "body_too_large" 413 false Recoverable "The body is too large"
        "Send less at once; the limit is in the detail."
    UNSUPPORTED_MEDIA_TYPE "unsupported_media_type" 415 false Recoverable "The body must be JSON"
        "Send Content-Type: application/json."
    REQUEST_TIMEOUT "request_timeout" 408 true Recoverable "The request came too slowly"
        "The body did not arrive in time. Send it again."
    PRECONDITION_REQUIRED "precondition_required" 428 false Recoverable "If-Match is required"
        "Read the resource first and send its ETag in If-Match, so that nobody's change is \
         overwritten."
    PRECONDITION_FAILED "precondition_failed" 412 false Recoverable "Someone changed this meanwhile"
        "The resource is not at the version that If-Match names. meta.current holds its present \
         state."
    TOO_MANY_REQUESTS "too_many_requests" 429 true Recoverable "Too many requests"
        "Wait for Retry-After seconds and try again."
    OVERLOADED "overloaded" 503 true Recoverable "Too busy at the moment"
        "The shop has more work than it can take. Nothing has changed; repeat the request after \
         Retry-After."
    BUSY "resource_busy" 503 true Recoverable "Somebody else is changing this right now"
        "Another request holds the same rows. Nothing has changed; repeat the request after \
         Retry-After."
    INTERNAL "internal_error" 500 true Recoverable "Something broke on our side"
        "The request id names the entry in the logs. With an Idempotency-Key, repeating the \
         request is harmless."
}

/// Travels in the response's extensions until a layer knows the request id and path.
#[derive(Clone)]
pub(crate) struct Pending(pub(crate) std::sync::Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(kind_of(&self).status)
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response
            .extensions_mut()
            .insert(Pending(std::sync::Arc::new(self)));
        response
    }
}

/// The registry row of an error: its own, or that of the outage behind a fault.
pub(crate) fn kind_of(error: &Error) -> &'static RefusalKind {
    let Error::Fault(fault) = error else {
        return match error {
            Error::Refused(refusal) => refusal.kind(),
            Error::Fault(_) => &INTERNAL,
        };
    };
    if fault
        .cause
        .downcast_ref::<deadpool_postgres::PoolError>()
        .is_some()
    {
        return &OVERLOADED;
    }
    match error.database() {
        Some(database) if database.is_closed() || database.code().is_none() => &OVERLOADED,
        Some(database) => match database.code() {
            Some(&SqlState::LOCK_NOT_AVAILABLE) => &BUSY,
            Some(
                &SqlState::QUERY_CANCELED
                | &SqlState::ADMIN_SHUTDOWN
                | &SqlState::CRASH_SHUTDOWN
                | &SqlState::CANNOT_CONNECT_NOW
                | &SqlState::TOO_MANY_CONNECTIONS
                | &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
                | &SqlState::READ_ONLY_SQL_TRANSACTION
                | &SqlState::T_R_DEADLOCK_DETECTED
                | &SqlState::T_R_SERIALIZATION_FAILURE,
            ) => &OVERLOADED,
            _ => &INTERNAL,
        },
        None => &INTERNAL,
    }
}

/// Renders an error as its problem document.
pub(crate) fn render(error: &Error, request_id: &str, path: &str) -> Response {
    let kind = kind_of(error);
    let (detail, parts, meta, retry_after) = match error {
        Error::Refused(refusal) => (
            refusal.detail(),
            refusal.parts(),
            refusal.facts(),
            refusal.retry_after_seconds(),
        ),
        Error::Fault(_) => (kind.help.to_owned(), Vec::new(), None, None),
    };
    let problem = Problem {
        kind: format!("/api/docs/errors/{}", kind.code),
        title: kind.title.to_owned(),
        status: kind.status,
        detail,
        instance: path.to_owned(),
        code: kind.code.to_owned(),
        errors: parts.into_iter().map(part).collect(),
        request_id: request_id.to_owned(),
        retryable: kind.is_retryable,
        resolution: kind.resolution.as_str().to_owned(),
        meta,
    };
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let status = StatusCode::from_u16(kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (
        status,
        [
            (header::CONTENT_TYPE, MEDIA_TYPE),
            (header::CACHE_CONTROL, "no-store"),
        ],
        body,
    )
        .into_response();
    let retry_after = retry_after.or_else(|| (kind.status == 503).then_some(1));
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    if let Error::Refused(refusal) = error {
        for (name, value) in refusal.headers() {
            if let Ok(value) = http::HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
    }
    response
}

fn part(part: crate::error::RefusedPart) -> ProblemPart {
    ProblemPart {
        pointer: part.pointer,
        code: part.code.to_owned(),
        message: part.message,
        meta: part.meta,
    }
}
