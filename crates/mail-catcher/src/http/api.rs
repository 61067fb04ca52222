//! The JSON interface, for tests and scripts. Never: HTML.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::not_found;
use crate::Shared;
use crate::faults::Fault;
use crate::message::{self, Summary};

/// Which mails are wanted.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    /// Only those to this address, in any case.
    to: Option<String>,
}

/// The envelope of a list.
#[derive(Debug, Serialize)]
pub(crate) struct Messages {
    messages: Vec<Summary>,
}

/// `GET /api/messages?to=…`: the newest first.
pub(crate) async fn list(
    State(shared): State<Shared>,
    Query(wanted): Query<Wanted>,
) -> Json<Messages> {
    let mails = shared.mailbox.list();
    let is_wanted = |addresses: &[String]| match &wanted.to {
        None => true,
        Some(to) => addresses
            .iter()
            .any(|address| address.eq_ignore_ascii_case(to)),
    };
    let wanted = mails.iter().filter(|mail| is_wanted(&mail.envelope.to));
    Json(Messages {
        messages: wanted.map(|mail| message::summarise(mail)).collect(),
    })
}

/// `GET /api/messages/{id}`: with text, HTML, headers and a list of attachments.
pub(crate) async fn message(State(shared): State<Shared>, Path(id): Path<u64>) -> Response {
    match shared.mailbox.find(id) {
        Some(mail) => Json(message::open(&mail)).into_response(),
        None => not_found(),
    }
}

/// `GET /api/messages/{id}/raw`: the mail as it came, shown as text by browsers.
pub(crate) async fn raw(State(shared): State<Shared>, Path(id): Path<u64>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    match shared.mailbox.find(id) {
        Some(mail) => (headers, mail.raw.clone()).into_response(),
        None => not_found(),
    }
}

/// `DELETE /api/messages`: forgets every mail, files included.
pub(crate) async fn clear(State(shared): State<Shared>) -> StatusCode {
    shared.mailbox.clear();
    StatusCode::NO_CONTENT
}

/// `POST /api/faults`: what happens to the next mails; replaces what was set before.
pub(crate) async fn set_fault(
    State(shared): State<Shared>,
    Json(fault): Json<Fault>,
) -> Json<Fault> {
    shared.faults.set(fault);
    Json(fault)
}
