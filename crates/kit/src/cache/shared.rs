//! The second level: answers in Redis, which every process of the shop may have loaded.

use std::time::Duration;

use redis::{AsyncCommands, ExistenceCheck, SetExpiry, SetOptions, aio::ConnectionManager};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Document, Kept, LIFE, snapshot::Snapshot};
use crate::patience::Patience;

/// Larger answers stay where they were loaded.
const BYTES_MAX: usize = 512 * 1024;

/// For how long a process that has said that it loads is waited for.
const LOAD_MS: u64 = 300;

/// How often it is looked whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(20);

#[derive(Clone)]
pub(super) struct Shared {
    redis: ConnectionManager,
    patience: Patience,
}

/// What stands before an answer's bytes, in a line of its own.
#[derive(Serialize, Deserialize)]
struct Head {
    snapshot: String,
    tags: Vec<Uuid>,
    etag: String,
    next_cursor: Option<String>,
}

impl Shared {
    pub(super) fn new(redis: ConnectionManager) -> Self {
        Self {
            redis,
            patience: Patience::new("each process keeps answers for itself"),
        }
    }

    /// What is kept under a key; nobody has said yet whether it may be believed.
    pub(super) async fn find(&self, key: &str) -> Option<Kept> {
        let mut redis = self.redis.clone();
        let found: Option<Vec<u8>> = self.patience.ask(redis.get(key)).await?;
        read(&found?)
    }

    /// Whether this process is the one to load: says so to the others.
    pub(super) async fn takes(&self, key: &str) -> bool {
        let mut redis = self.redis.clone();
        let options = SetOptions::default()
            .conditional_set(ExistenceCheck::NX)
            .with_expiration(SetExpiry::PX(LOAD_MS));
        let lock = lock_of(key);
        let taken: Option<Option<String>> = self
            .patience
            .ask(redis.set_options(&lock, "1", options))
            .await;
        // Without Redis there is nobody to wait for.
        taken.is_none_or(|taken| taken.is_some())
    }

    /// Waits for the process that loads; `None` when it takes too long, or what it brought is not
    /// `wanted`.
    pub(super) async fn wait(&self, key: &str, wanted: impl Fn(&Kept) -> bool) -> Option<Kept> {
        let looks = u128::from(LOAD_MS) / LOOK_EVERY.as_millis();
        for _ in 0..looks {
            tokio::time::sleep(LOOK_EVERY).await;
            if let Some(kept) = self.find(key).await
                && wanted(&kept)
            {
                return Some(kept);
            }
        }
        None
    }

    /// Keeps an answer for everybody and says that it was loaded.
    pub(super) async fn keep(&self, key: &str, kept: &Kept) {
        let mut redis = self.redis.clone();
        let mut both = redis::pipe();
        if let Some(bytes) = written(kept) {
            let life_ms = u64::try_from(LIFE.as_millis()).unwrap_or(u64::MAX);
            both.pset_ex(key, bytes, life_ms).ignore();
        }
        both.del(lock_of(key)).ignore();
        // What Redis does not take is loaded again by whoever asks next.
        let _: Option<()> = self.patience.ask(both.query_async(&mut redis)).await;
    }
}

fn lock_of(key: &str) -> String {
    format!("{key}:loading")
}

fn written(kept: &Kept) -> Option<Vec<u8>> {
    let document = kept.document.as_ref()?;
    if document.body.len() > BYTES_MAX {
        return None;
    }
    let head = Head {
        snapshot: kept.snapshot.to_string(),
        tags: kept.tags.clone(),
        etag: document.etag.clone(),
        next_cursor: document.next_cursor.clone(),
    };
    let mut bytes = serde_json::to_vec(&head).ok()?;
    bytes.push(b'\n');
    bytes.extend_from_slice(&document.body);
    Some(bytes)
}

fn read(bytes: &[u8]) -> Option<Kept> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (head, body) = bytes.split_at(end);
    let head: Head = serde_json::from_slice(head).ok()?;
    Some(Kept {
        document: Some(Document {
            body: body.get(1..)?.to_vec().into(),
            etag: head.etag,
            next_cursor: head.next_cursor,
        }),
        tags: head.tags,
        snapshot: Snapshot::parse(&head.snapshot)?,
        era: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> Kept {
        let mut document = Document::of(&serde_json::json!({ "title": "ቡና\n" })).unwrap();
        document.next_cursor = Some("next".to_owned());
        Kept {
            document: Some(document),
            tags: vec![Uuid::from_u128(7)],
            snapshot: Snapshot::parse("10:20:10,14").unwrap(),
            era: 0,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(read(&written(&kept()).unwrap()), Some(kept()));
    }

    #[test]
    fn what_somebody_else_wrote_is_not_there() {
        for bytes in [&b""[..], b"{}", b"\n", b"{}\n{}", b"null\n"] {
            assert_eq!(read(bytes), None);
        }
    }

    #[test]
    fn what_there_is_not_and_what_is_large_is_not_shared() {
        let missing = Kept {
            document: None,
            ..kept()
        };
        assert_eq!(written(&missing), None);
        let large = Kept {
            document: Some(Document::of(&"x".repeat(BYTES_MAX)).unwrap()),
            ..kept()
        };
        assert_eq!(written(&large), None);
    }
}
