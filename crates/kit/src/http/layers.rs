//! What happens around every request: its id, its log line, its problem document, its headers.

use std::{panic::AssertUnwindSafe, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};

use super::{
    page::NextCursor,
    problem::{METHOD_NOT_ALLOWED, NOT_FOUND, Pending, Refused, kind_of, render},
};
use crate::{
    error::{Error, Result},
    tasks::Tasks,
};

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the request at hand, for whoever wants to store it.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The outermost layer: request id, log line, metrics, problem document, default headers.
pub async fn envelope(State(tasks): State<Tasks>, mut request: Request, next: Next) -> Response {
    let started_at = Instant::now();
    let request_id = request_id(&request);
    request
        .extensions_mut()
        .insert(RequestId(request_id.clone()));
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let query = request.uri().query().map(str::to_owned);
    let if_none_match = request.headers().get(header::IF_NONE_MATCH).cloned();
    let route = request.extensions().get::<MatchedPath>().map_or_else(
        || "unmatched".to_owned(),
        |matched| matched.as_str().to_owned(),
    );

    let mut response = run(&tasks, &method, request, next).await;
    if let Some(Pending(error)) = response.extensions_mut().remove::<Pending>() {
        log_fault(&error, &request_id, &method, &path);
        let allow = response.headers_mut().remove(header::ALLOW);
        response = render(&error, &request_id, &path);
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
    link_next(&mut response, &path, query.as_deref());
    let mut response = conditional(if_none_match, response);
    default_headers(&mut response, &request_id);

    let status = response.status().as_u16();
    let elapsed = started_at.elapsed();
    tracing::debug!(%request_id, %method, path, status, ms = elapsed.as_millis(), "request");
    metrics::histogram!(
        "http_request_seconds",
        "method" => method.to_string(), "route" => route, "status" => status.to_string()
    )
    .record(elapsed.as_secs_f64());
    response
}

/// Reads run in the connection's task; writes in their own, so that a client who hangs up does
/// not stop one half-way.
async fn run(tasks: &Tasks, method: &Method, request: Request, next: Next) -> Response {
    let work = AssertUnwindSafe(next.run(request)).catch_unwind();
    let outcome = if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        work.await.ok()
    } else {
        tasks
            .spawn(work)
            .await
            .ok()
            .and_then(std::result::Result::ok)
    };
    outcome.unwrap_or_else(|| Error::fault("a handler panicked").into_response())
}

fn request_id(request: &Request) -> String {
    let sent = request
        .headers()
        .get(&REQUEST_ID)
        .and_then(|value| value.to_str().ok());
    match sent {
        Some(id)
            if (1..=64).contains(&id.len())
                && id
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) =>
        {
            id.to_owned()
        }
        _ => uuid::Uuid::new_v4().to_string(),
    }
}

fn log_fault(error: &Error, request_id: &str, method: &Method, path: &str) {
    match error {
        Error::Fault(_) if kind_of(error).status == 500 => {
            tracing::error!(request_id, %method, path, %error, "fault");
        }
        Error::Fault(_) => tracing::warn!(request_id, %method, path, %error, "unavailable"),
        Error::Refused(refusal) => {
            tracing::debug!(request_id, %method, path, code = refusal.kind().code, "refused");
        }
    }
}

/// 304 when the client already has these bytes (RFC 9110, section 13.1.2). Only where the ETag is
/// of the bytes: a version says nothing of the prices and the stock that are shown beside it.
fn conditional(if_none_match: Option<HeaderValue>, mut response: Response) -> Response {
    let (Some(wanted), Some(etag)) = (if_none_match, response.headers().get(header::ETAG)) else {
        return response;
    };
    let caching = response.headers().get(header::CACHE_CONTROL);
    let is_public = caching.is_some_and(|value| value.as_bytes().starts_with(b"public"));
    let has_it = is_public
        && response.status() == StatusCode::OK
        && wanted.to_str().is_ok_and(|list| {
            list.split(',').any(|tag| {
                let tag = tag.trim();
                tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == etag.as_bytes()
            })
        });
    if has_it {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(header::CONTENT_TYPE);
        response.headers_mut().remove(header::CONTENT_LENGTH);
        *response.body_mut() = axum::body::Body::empty();
    }
    response
}

/// `Link: <…>; rel="next"`: the same query with the next page's cursor.
fn link_next(response: &mut Response, path: &str, query: Option<&str>) {
    let Some(NextCursor(cursor)) = response.extensions_mut().remove() else {
        return;
    };
    let kept = query.unwrap_or_default().split('&');
    let kept = kept.filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let pairs: Vec<&str> = kept.collect();
    let joint = if pairs.is_empty() { "" } else { "&" };
    let link = format!(
        "<{path}?{}{joint}cursor={cursor}>; rel=\"next\"",
        pairs.join("&")
    );
    if let Ok(link) = HeaderValue::from_str(&link) {
        response.headers_mut().insert(header::LINK, link);
    }
}

fn default_headers(response: &mut Response, request_id: &str) {
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID.clone(), value);
    }
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}

/// For addresses that do not exist.
///
/// # Errors
/// Always `not_found`.
pub async fn not_found() -> Result<()> {
    Err(Refused::new(&NOT_FOUND, "There is nothing at this address.").into())
}

/// For addresses that exist but not with this method.
///
/// # Errors
/// Always `method_not_allowed`.
pub async fn method_not_allowed() -> Result<()> {
    Err(Refused::new(&METHOD_NOT_ALLOWED, METHOD_NOT_ALLOWED.help).into())
}
