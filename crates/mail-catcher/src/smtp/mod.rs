//! The SMTP listener: connections, bounded in number. Never: what is said on one.

mod command;
mod lines;
mod session;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::{Shared, Stopping};

/// More clients at a time than this are turned away.
const CONNECTION_LIMIT: usize = 100;

/// Accepts connections until the program stops; then ends those that are open.
pub(crate) async fn serve(
    listener: TcpListener,
    shared: Shared,
    mut stopping: Stopping,
) -> anyhow::Result<()> {
    let mut sessions = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => break,
            // Ended sessions make room; a session's error is its client's affair.
            Some(_) = sessions.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        // A client may be gone before it is accepted, and descriptors may run out for a moment.
        let Ok((connection, _)) = accepted else {
            continue;
        };
        let has_room = sessions.len() < CONNECTION_LIMIT;
        let (shared, stopping) = (shared.clone(), stopping.clone());
        sessions.spawn(async move {
            if has_room {
                session::run(connection, &shared, stopping).await
            } else {
                session::turn_away(connection).await
            }
        });
    }
    while sessions.join_next().await.is_some() {}
    Ok(())
}
