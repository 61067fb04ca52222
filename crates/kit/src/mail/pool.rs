//! Connections that wait for the next mail. Never: one whose last conversation did not end well.
//!
//! lettre's own pool takes a connection back when a send is cut short by a time-out. The answer
//! that is still on its way would then be read as the answer to the next mail, so that a mail
//! could count as sent that was not. Here only a finished conversation puts a connection back.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use lettre::transport::smtp::client::AsyncSmtpConnection;

/// As many as there are workers by default; more at once are closed after their mail.
const IDLE_COUNT_MAX: usize = 4;

/// Servers must wait five minutes before they hang up (RFC 5321, 4.5.3.2.7); many do it earlier.
const IDLE_MAX: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<(AsyncSmtpConnection, Instant)>>);

impl Pool {
    /// A connection that has just answered; `None` when a new one is needed.
    pub(super) async fn take(&self) -> Option<AsyncSmtpConnection> {
        while let Some((mut connection, since)) = self.pop() {
            if since.elapsed() < IDLE_MAX && connection.test_connected().await {
                return Some(connection);
            }
        }
        None
    }

    /// Keeps a connection on which everything was answered.
    pub(super) fn put(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_COUNT_MAX {
            idle.push((connection, Instant::now()));
        }
    }

    fn pop(&self) -> Option<(AsyncSmtpConnection, Instant)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}
