//! The HTTP listener: pages for people, JSON for tests. Never: changes a mail.

mod api;
mod pages;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;

use crate::{Shared, Stopping};

/// Serves until the program stops.
pub(crate) async fn serve(
    listener: TcpListener,
    shared: Shared,
    mut stopping: Stopping,
) -> anyhow::Result<()> {
    let stopped = async move {
        // An error means that the sender is gone, which also means stopping.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    };
    axum::serve(listener, routes(shared))
        .with_graceful_shutdown(stopped)
        .await?;
    Ok(())
}

fn routes(shared: Shared) -> Router {
    Router::new()
        .route("/", get(pages::list))
        .route("/messages/{id}", get(pages::message))
        .route("/messages/{id}/html", get(pages::html_part))
        .route("/page.css", get(pages::style))
        .route("/page.js", get(pages::script))
        .route("/api/messages", get(api::list).delete(api::clear))
        .route("/api/messages/{id}", get(api::message))
        .route("/api/messages/{id}/raw", get(api::raw))
        .route("/api/faults", post(api::set_fault))
        .with_state(shared)
}

/// The answer for a mail that does not exist or was dropped.
fn not_found() -> Response {
    (
        StatusCode::NOT_FOUND,
        "there is no such mail (only the last 1000 are kept)\n",
    )
        .into_response()
}
