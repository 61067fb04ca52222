//! A merchant's other system: takes webhooks, remembers them, answers as a test tells it to.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinSet};

/// How a receiver behaves.
#[derive(Debug, Clone)]
pub(crate) enum Manner {
    /// Answers with a status.
    Status(u16),
    /// Sends the sender elsewhere.
    Redirect(String),
    /// Takes the request and never answers.
    Hang,
    /// Answers ten megabytes.
    Huge,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) body: Value,
}

#[derive(Default)]
struct Notes {
    received: Vec<Received>,
    next: VecDeque<Manner>,
    manner: Option<Manner>,
}

/// A receiver on a port of its own.
pub(crate) struct Receiver {
    pub(crate) url: String,
    notes: Arc<Mutex<Notes>>,
    // Ends with the receiver.
    _server: JoinSet<()>,
}

impl Receiver {
    /// One that takes everything.
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let notes = Arc::new(Mutex::new(Notes::default()));
        let router = Router::new().fallback(take).with_state(Arc::clone(&notes));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            notes,
            _server: server,
        }
    }

    /// From now on it behaves so.
    pub(crate) fn behave(&self, manner: Manner) {
        self.notes.lock().unwrap().manner = Some(manner);
    }

    /// It behaves so at the next requests, one after the other.
    pub(crate) fn next(&self, manners: impl IntoIterator<Item = Manner>) {
        self.notes.lock().unwrap().next.extend(manners);
    }

    /// What it has got so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.notes.lock().unwrap().received.clone()
    }

    /// The names of the events that it has got so far.
    pub(crate) fn events(&self) -> Vec<String> {
        let received = self.received();
        received.iter().map(|one| one.text_of("type")).collect()
    }
}

impl Received {
    /// A text of the body.
    pub(crate) fn text_of(&self, member: &str) -> String {
        self.body[member].as_str().unwrap().to_owned()
    }

    /// A header.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// How many of the signatures are right for a secret as it is told to people.
    pub(crate) fn right_signatures(&self, secret: &str) -> usize {
        let key = STANDARD
            .decode(secret.strip_prefix("whsec_").unwrap())
            .unwrap();
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
        let (id, at) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        mac.update(format!("{id}.{at}.{}", self.text).as_bytes());
        let right = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        let all = self.header("webhook-signature").split(' ');
        all.filter(|one| *one == right).count()
    }
}

async fn take(State(notes): State<Arc<Mutex<Notes>>>, headers: HeaderMap, body: Bytes) -> Response {
    let text = String::from_utf8(body.to_vec()).unwrap();
    let received = Received {
        headers,
        body: serde_json::from_str(&text).unwrap_or_default(),
        text,
    };
    let manner = {
        let mut notes = notes.lock().unwrap();
        notes.received.push(received);
        let usual = notes.manner.clone().unwrap_or(Manner::Status(200));
        notes.next.pop_front().unwrap_or(usual)
    };
    match manner {
        Manner::Status(status) => (StatusCode::from_u16(status).unwrap(), "noted").into_response(),
        Manner::Redirect(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Manner::Hang => {
            tokio::time::sleep(Duration::from_secs(3_600)).await;
            StatusCode::OK.into_response()
        }
        Manner::Huge => Body::from("x".repeat(10 * 1024 * 1024)).into_response(),
    }
}
