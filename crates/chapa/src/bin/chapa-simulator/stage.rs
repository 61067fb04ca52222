//! Around every call of the API: notes it down and plays the fault that waits for it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use crate::book::Call;
use crate::faults::{self, FaultKind};
use crate::listener::Peer;
use crate::simulator::Simulator;

/// Larger requests are refused.
const MAX_REQUEST_BYTES: usize = 1024 * 1024;
/// The part of a request's body that the log keeps.
const LOGGED_CHARS: usize = 4096;

const ERROR_PAGE: &str = "<!DOCTYPE html><html><head><title>Server Error</title></head>\
    <body><h1>500 | Server Error</h1></body></html>";
const EXPIRED_PAGE: &str = "<!DOCTYPE html><html><head><title>Page Expired</title></head>\
    <body><h1>419 | Page Expired</h1></body></html>";

/// The name under which a call is logged and faults are ordered.
fn call_name(method: &str, route: &str) -> &'static str {
    match (method, route) {
        ("POST", "/v1/transaction/initialize" | "/v1/transaction/mobile-initialize") => {
            "initialize"
        }
        ("GET", "/v1/transaction/verify/{tx_ref}") => "verify",
        ("PUT", "/v1/transaction/cancel/{tx_ref}") => "cancel",
        ("POST", "/v1/refund/{reference}") => "refund",
        ("GET", "/v1/refund/{reference}/verify") => "verify_refund",
        ("GET", "/v1/transactions") => "transactions",
        ("GET", "/v1/transaction/events/{reference}") => "timeline",
        ("GET", "/v1/balances" | "/v1/balances/{currency}") => "balances",
        _ => "other",
    }
}

/// The layer.
pub(crate) async fn play(
    State(simulator): State<Arc<Simulator>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_REQUEST_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let method = head.method.to_string();
    let route = route.as_ref().map_or("", MatchedPath::as_str);
    let name = call_name(&method, route);
    let path = head
        .uri
        .path_and_query()
        .map_or_else(String::new, ToString::to_string);
    let fault = simulator.with(|world| faults::take(&mut world.faults, name, &path));
    let mut call = Call {
        at: simulator.with(|world| world.now()),
        name,
        method,
        path,
        content_type: head
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
        body: String::from_utf8_lossy(&body)
            .chars()
            .take(LOGGED_CHARS)
            .collect(),
        status: None,
        fault: fault.as_ref().map(FaultKind::name),
    };
    let request = Request::from_parts(head, Body::from(body));
    if fault == Some(FaultKind::Hang) {
        // Noted before it is left hanging, so that a test can wait for its arrival.
        simulator.with(|world| world.book.record_call(call));
        return std::future::pending().await;
    }
    if fault == Some(FaultKind::HangAfter) {
        whole(next.run(request).await).await;
        simulator.with(|world| world.book.record_call(call));
        return std::future::pending().await;
    }
    let response = match fault {
        Some(fault) => play_fault(fault, &peer, request, next).await,
        None => Some(next.run(request).await),
    };
    call.status = response.as_ref().map(|response| response.status().as_u16());
    simulator.with(|world| world.book.record_call(call));
    response.unwrap_or_else(|| {
        peer.break_connection();
        StatusCode::OK.into_response()
    })
}

/// `None` asks for the connection to be reset.
async fn play_fault(
    fault: FaultKind,
    peer: &Peer,
    request: Request,
    next: Next,
) -> Option<Response> {
    Some(match fault {
        FaultKind::Reset => return None,
        FaultKind::Hang | FaultKind::HangAfter => std::future::pending().await,
        FaultKind::Delay { ms } => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            next.run(request).await
        }
        FaultKind::TooManyRequests { retry_after } => too_many_requests(retry_after.as_deref()),
        FaultKind::ServerError => html(500, ERROR_PAGE),
        FaultKind::PageExpired => html(419, EXPIRED_PAGE),
        FaultKind::Redirect { location } => {
            let location = HeaderValue::from_str(&location).ok();
            (StatusCode::FOUND, location.map(|to| [(LOCATION, to)]), "").into_response()
        }
        FaultKind::Answer {
            status,
            body,
            content_type,
        } => {
            let kind = content_type.as_deref().unwrap_or("application/json");
            let kind = HeaderValue::from_str(kind)
                .ok()
                .map(|kind| [(CONTENT_TYPE, kind)]);
            (status_of(status), kind, body).into_response()
        }
        FaultKind::TruncatedJson => {
            let (status, body) = whole(next.run(request).await).await;
            let half = body.slice(..body.len() / 2);
            (status, [(CONTENT_TYPE, "application/json")], half).into_response()
        }
        FaultKind::CutAnswer => {
            let (status, body) = whole(next.run(request).await).await;
            cut(status, &body, peer)
        }
        FaultKind::LostAnswer => {
            whole(next.run(request).await).await;
            return None;
        }
        FaultKind::SlowAnswer { ms } => {
            let response = next.run(request).await;
            tokio::time::sleep(Duration::from_millis(ms)).await;
            response
        }
        FaultKind::ErrorAfter => {
            whole(next.run(request).await).await;
            html(500, ERROR_PAGE)
        }
        FaultKind::Drip { interval_ms } => {
            let (status, body) = whole(next.run(request).await).await;
            drip(status, body, Duration::from_millis(interval_ms))
        }
        FaultKind::HugeAnswer => {
            let body = format!("{{\"message\":\"{}\"}}", "x".repeat(10 * 1024 * 1024));
            ([(CONTENT_TYPE, "application/json")], body).into_response()
        }
    })
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn html(status: u16, page: &'static str) -> Response {
    (status_of(status), Html(page)).into_response()
}

fn too_many_requests(retry_after: Option<&str>) -> Response {
    let header = retry_after
        .and_then(|value| HeaderValue::from_str(value).ok())
        .map(|value| [(RETRY_AFTER, value)]);
    let body = r#"{"message":"Too many requests","status":"failed","data":null}"#;
    let kind = [(CONTENT_TYPE, "application/json")];
    (StatusCode::TOO_MANY_REQUESTS, header, kind, body).into_response()
}

async fn whole(response: Response) -> (StatusCode, Bytes) {
    let status = response.status();
    (
        status,
        to_bytes(response.into_body(), usize::MAX)
            .await
            .unwrap_or_default(),
    )
}

/// Promises the whole length, sends half, then breaks the connection.
fn cut(status: StatusCode, body: &Bytes, peer: &Peer) -> Response {
    let half = body.slice(..body.len() / 2);
    let peer = peer.clone();
    let parts = futures_util::stream::unfold(Some(half), move |half| {
        let peer = peer.clone();
        async move {
            let Some(half) = half else {
                peer.break_connection();
                return Some((Err(std::io::Error::other("cut on purpose")), None));
            };
            Some((Ok(half), None))
        }
    });
    let length = [(CONTENT_LENGTH, body.len())].map(|(name, length)| (name, length.to_string()));
    (status, length, Body::from_stream(parts)).into_response()
}

fn drip(status: StatusCode, body: Bytes, interval: Duration) -> Response {
    let length = [(CONTENT_LENGTH, body.len().to_string())];
    let bytes = futures_util::stream::unfold(body, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(interval).await;
        let first = rest.split_to(1);
        Some((Ok::<_, Infallible>(first), rest))
    });
    (status, length, Body::from_stream(bytes)).into_response()
}
