//! The chain of hashes over the books, and its days. What is hashed is said by the schema
//! (`ledger_bytes`), so that every reader hashes the same.

use chrono::{DateTime, NaiveDate, Utc};

/// A day of the chain: UTC, by the time of sealing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Day {
    /// Which.
    pub(crate) day: NaiveDate,
    /// Place in the chain of its first transfer.
    pub(crate) first_sequence: i64,
    /// Place in the chain of its last transfer.
    pub(crate) last_sequence: i64,
    /// The hash that its first transfer builds on.
    pub(crate) opening_hash: Vec<u8>,
    /// The hash of its last transfer: whoever keeps it can prove every transfer up to it.
    pub(crate) closing_hash: Vec<u8>,
    /// When nothing could be added any more; `None` while the day lasts.
    pub(crate) closed_at: Option<DateTime<Utc>>,
}

impl Day {
    /// How many transfers were sealed on it.
    #[must_use]
    pub(crate) const fn transfers_count(&self) -> i64 {
        self.last_sequence - self.first_sequence + 1
    }
}

/// Where the chain ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    /// The day that is open.
    pub(crate) day: NaiveDate,
    /// Place of its first transfer, also when there is none yet.
    pub(crate) first_sequence: i64,
    /// The hash that the day builds on.
    pub(crate) opening_hash: Vec<u8>,
    /// Place of the last transfer; 0 before the first.
    pub(crate) last_sequence: i64,
    /// The hash of the last transfer.
    pub(crate) last_hash: Vec<u8>,
}

impl Head {
    /// Turns to a later day. Answers the day that ends with it, if anything was sealed on it.
    /// A clock that goes back opens no day again.
    pub(crate) fn turn_to(&mut self, today: NaiveDate, now: DateTime<Utc>) -> Option<Day> {
        if today <= self.day {
            return None;
        }
        let ended = (self.first_sequence <= self.last_sequence).then(|| Day {
            day: self.day,
            first_sequence: self.first_sequence,
            last_sequence: self.last_sequence,
            opening_hash: self.opening_hash.clone(),
            closing_hash: self.last_hash.clone(),
            closed_at: Some(now),
        });
        self.day = today;
        self.first_sequence = self.last_sequence + 1;
        self.opening_hash.clone_from(&self.last_hash);
        ended
    }
}

/// What one step of sealing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sealed {
    /// Transfers that came into the chain.
    pub(crate) transfers_count: i64,
    /// The day that was closed before them.
    pub(crate) closed: Option<Day>,
}
