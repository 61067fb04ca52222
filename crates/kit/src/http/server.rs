//! The HTTP server: time-outs for clients that send or take nothing, a cap on connections, a
//! graceful stop.
//!
//! `axum::serve` has no header time-out: half-sent headers would stay for ever.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use serde::Deserialize;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

use super::{body::BodyTimeout, descriptors};
use crate::tasks::Tasks;

/// The section `[server]` of the settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerSettings {
    /// Address and port to listen on.
    pub listen: String,
    /// The address that clients use, without a slash at the end; links are built on it.
    pub public_url: String,
    /// Open connections at the most; further ones wait in the kernel's queue. Less when the
    /// system does not let the process open as many files.
    pub connections_max: usize,
    /// The longest that a request's head may take to arrive, and that an idle connection is
    /// kept.
    pub header_timeout_ms: u64,
    /// The longest that a request's body may take to arrive.
    pub body_timeout_ms: u64,
    /// The longest that a client may let an answer wait without taking any of it.
    pub answer_timeout_ms: u64,
    /// How many proxies in front are ours: that many entries at the end of `X-Forwarded-For`
    /// are believed. 0 believes none.
    pub trusted_proxies: usize,
    /// Origins of browser applications that may call the API; `*` is refused outside the demo.
    #[serde(deserialize_with = "crate::config::texts")]
    pub allowed_origins: Vec<String>,
}

/// The client's address, by the connection or by a trusted proxy.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub std::net::IpAddr);

/// Serves until the process is told to stop, then finishes the requests at hand.
pub async fn serve(listener: TcpListener, router: Router, settings: ServerSettings, tasks: Tasks) {
    let connections_max = descriptors::connections_within(settings.connections_max);
    let permits = Arc::new(Semaphore::new(connections_max));
    let graceful = GracefulShutdown::new();
    let settings = Arc::new(settings);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &permits) => accepted,
            () = tasks.stopping() => break,
        };
        let Some((stream, peer, permit)) = accepted else {
            continue;
        };
        let connection = connection(stream, peer, router.clone(), &settings);
        let watched = graceful.watch(connection);
        tasks.spawn(async move {
            // A broken connection is the client's affair.
            drop(watched.await);
            drop(permit);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, permit)),
        Err(error) => {
            // Out of file descriptors, mostly: a pause instead of a spin.
            tracing::warn!(%error, "cannot accept a connection");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    settings: &Arc<ServerSettings>,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + Send + use<> {
    drop(stream.set_nodelay(true));
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(Duration::from_millis(settings.answer_timeout_ms)));
    let trusted_proxies = settings.trusted_proxies;
    let body_timeout = BodyTimeout(Duration::from_millis(settings.body_timeout_ms));
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let router = router.clone();
        async move {
            let mut request = request.map(Body::new);
            let address = client_address(&request, peer, trusted_proxies);
            request.extensions_mut().insert(address);
            request.extensions_mut().insert(body_timeout);
            with_slash(&mut request);
            let response: Result<Response<Body>, Infallible> = router.oneshot(request).await;
            response
        }
    });
    hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(settings.header_timeout_ms))
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
}

/// The address that counts for limits: the n-th entry from the right of `X-Forwarded-For`, n
/// being the number of our proxies; everything left of it can be made up by the client.
fn client_address(request: &Request<Body>, peer: SocketAddr, proxies: usize) -> ClientAddress {
    let forwarded = (proxies > 0).then(|| {
        let entries: Vec<&str> = request
            .headers()
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .collect();
        entries
            .len()
            .checked_sub(proxies)
            .and_then(|index| entries[index].parse().ok())
    });
    ClientAddress(forwarded.flatten().unwrap_or_else(|| peer.ip()))
}

/// Every documented address ends in a slash; the form without it is answered alike.
fn with_slash(request: &mut Request<Body>) {
    let path = request.uri().path();
    let is_api = path.starts_with("/api/") || path.starts_with("/auth/");
    let is_file = path
        .rsplit('/')
        .next()
        .is_some_and(|last| last.contains('.'))
        && (path.starts_with("/api/docs/") || path.starts_with("/api/redoc/"));
    if !is_api || path.ends_with('/') || is_file {
        return;
    }
    let rewritten = match request.uri().query() {
        Some(query) => format!("{path}/?{query}"),
        None => format!("{path}/"),
    };
    if let Ok(uri) = rewritten.parse::<Uri>() {
        *request.uri_mut() = uri;
    }
}
