//! The smallest shop: a listener that keeps what it is sent and answers as told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::simulator::within;

/// A request as it arrived.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Debug, Clone)]
struct Till {
    received: mpsc::UnboundedSender<Received>,
    answer: Arc<AtomicU16>,
}

/// The shop's end.
pub(crate) struct Shop {
    pub(crate) url: String,
    received: mpsc::UnboundedReceiver<Received>,
    answer: Arc<AtomicU16>,
    _serving: JoinSet<()>,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, received) = mpsc::unbounded_channel();
        let answer = Arc::new(AtomicU16::new(200));
        let till = Till {
            received: sender,
            answer: Arc::clone(&answer),
        };
        let routes = Router::new()
            .fallback(take)
            .layer(DefaultBodyLimit::disable())
            .with_state(till);
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self {
            url,
            received,
            answer,
            _serving: serving,
        }
    }

    /// What the shop answers from now on.
    pub(crate) fn answer_with(&self, status: u16) {
        self.answer.store(status, Ordering::SeqCst);
    }

    /// The next request, in the order of arrival.
    pub(crate) async fn next(&mut self) -> Received {
        within(self.received.recv()).await.unwrap()
    }

    /// What has arrived and was not taken yet.
    pub(crate) fn waiting(&mut self) -> usize {
        let mut count = 0;
        while self.received.try_recv().is_ok() {
            count += 1;
        }
        count
    }
}

async fn take(
    State(till): State<Till>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let received = Received {
        method,
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers,
        body,
    };
    till.received.send(received).unwrap();
    StatusCode::from_u16(till.answer.load(Ordering::SeqCst)).unwrap()
}
