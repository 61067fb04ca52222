//! Telling workers that there is work: in this process at once, elsewhere through Redis.
//! Only a hint: a worker that misses it finds the work by looking.

use std::sync::Arc;

use futures_util::StreamExt;
use redis::{AsyncCommands, aio::ConnectionManager};
use tokio::sync::Notify;

use crate::tasks::{self, Tasks};

const CHANNEL: &str = "nexus:jobs";

/// The bell that workers listen to; copies share it.
#[derive(Clone, Default)]
pub struct Wake {
    local: Arc<Notify>,
    events: Arc<Notify>,
    redis: Option<ConnectionManager>,
}

impl Wake {
    /// A bell that is also heard in other processes.
    #[must_use]
    pub fn through(redis: Option<ConnectionManager>) -> Self {
        Self {
            redis,
            ..Self::default()
        }
    }

    pub(crate) fn ring(&self) {
        self.ring_here();
        if let Some(mut redis) = self.redis.clone() {
            tasks::spawn_cleanup(async move {
                // A lost hint costs half a second; an error here concerns nobody.
                let _: Result<(), _> = redis.publish(CHANNEL, "1").await;
            });
        }
    }

    fn ring_here(&self) {
        self.local.notify_one();
        self.events.notify_one();
    }

    /// Returns when events may have been committed.
    pub(crate) async fn wait_for_events(&self) {
        self.events.notified().await;
    }

    pub(crate) async fn wait(&self) {
        self.local.notified().await;
    }

    /// Passes on what other processes ring, until the process stops.
    pub async fn listen(self, client: redis::Client, tasks: Tasks) {
        while !tasks.is_stopping() {
            if let Ok(mut subscription) = client.get_async_pubsub().await
                && subscription.subscribe(CHANNEL).await.is_ok()
            {
                let mut messages = subscription.on_message();
                loop {
                    tokio::select! {
                        message = messages.next() => match message {
                            Some(_) => self.ring_here(),
                            None => break,
                        },
                        () = tasks.stopping() => return,
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(std::time::Duration::from_secs(1)) => {}
                () = tasks.stopping() => return,
            }
        }
    }
}
