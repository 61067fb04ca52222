//! Serving on an address whose door can be closed: while it is, nothing listens and the system
//! itself refuses connections.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::complain;
use crate::listener::{BreakableListener, Peer, Told};

/// How long answers that are under way may take after a signal.
const GRACE: Duration = Duration::from_secs(2);

/// How long idle connections may take to end when the door closes.
const LEAVE: Duration = Duration::from_millis(100);

/// Whether the door is to be open, and whether it is.
#[derive(Debug)]
pub(crate) struct Door {
    wanted: watch::Sender<bool>,
    told: Told,
}

impl Default for Door {
    fn default() -> Self {
        Self {
            wanted: watch::Sender::new(true),
            told: Told {
                listening: watch::Sender::new(true),
                wires: watch::Sender::new(0),
            },
        }
    }
}

impl Door {
    /// Opens or closes, and waits until it is so.
    pub(crate) async fn put(&self, open: bool) {
        self.wanted.send_replace(open);
        let mut listening = self.told.listening.subscribe();
        // The senders live in this very door.
        let _ = listening.wait_for(|is| *is == open).await;
        if !open {
            let mut wires = self.told.wires.subscribe();
            let emptied = wires.wait_for(|count| *count == 0);
            // Whoever has a call under way, such as this order itself, stays longer.
            let _ = tokio::time::timeout(LEAVE, emptied).await;
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        *self.told.listening.borrow()
    }
}

async fn until(mut flag: watch::Receiver<bool>, value: bool) {
    // Whoever sends these lives as long as the program.
    let _ = flag.wait_for(|is| *is == value).await;
}

type Wish = (watch::Receiver<bool>, bool);

async fn until_either(one: Wish, other: Wish) {
    tokio::select! {
        () = until(one.0, one.1) => {}
        () = until(other.0, other.1) => {}
    }
}

/// Serves until the signal, then gives answers under way a moment: a call that was left
/// hanging on purpose would keep the program for ever.
pub(crate) async fn serve(
    listening: TcpListener,
    routes: Router,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let stopping = until(stop.clone(), true);
    let service = routes.into_make_service_with_connect_info::<Peer>();
    let listener = BreakableListener::new(listening, None);
    let serving = axum::serve(listener, service).with_graceful_shutdown(stopping);
    let deadline = async {
        until(stop, true).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        result = serving => Ok(result?),
        () = deadline => Ok(()),
    }
}

/// The same behind a door: closed, it gives the port back and ends idle connections; answers
/// under way are still given.
pub(crate) async fn serve_behind(
    door: &Door,
    listening: TcpListener,
    routes: Router,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let address = listening.local_addr()?;
    let mut bound = Some(listening);
    while !*stop.borrow() {
        let listening = match bound.take() {
            Some(listening) => listening,
            None => rebind(address).await,
        };
        let wanted = door.wanted.subscribe();
        let leaving = until_either((wanted.clone(), false), (stop.clone(), true));
        let listener = BreakableListener::new(listening, Some(door.told.clone()));
        let service = routes.clone().into_make_service_with_connect_info::<Peer>();
        let serving = axum::serve(listener, service).with_graceful_shutdown(leaving);
        let over = async {
            until(stop.clone(), true).await;
            tokio::time::sleep(GRACE).await;
        };
        let reopened = async {
            until(wanted.clone(), false).await;
            until(wanted.clone(), true).await;
        };
        tokio::select! {
            // First, so that it sees the closing before whoever waits for that opens again.
            // Answers that are still under way go on beside the new listener.
            biased;
            () = reopened => {}
            result = serving.into_future() => result?,
            () = over => return Ok(()),
        }
        until_either((wanted, true), (stop.clone(), true)).await;
    }
    Ok(())
}

/// Takes the port again, as soon as whoever took it meanwhile lets it go.
async fn rebind(address: SocketAddr) -> TcpListener {
    loop {
        match TcpListener::bind(address).await {
            Ok(listening) => return listening,
            Err(error) => complain(&format!("cannot listen on {address} again: {error}")),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
