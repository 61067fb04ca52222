//! Orders that are tried together, and what becomes of them when a try has failed.

use kit::{
    Error,
    http::problem::{BUSY, OVERLOADED, Refused},
};

use super::queue::{Lane, Waiting};
use crate::model::Failure;

/// How a transaction treats other people's locks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// Waits a little, in the order of ids.
    Patient,
    /// Waits for nothing and leaves out what is locked.
    LeavingOut,
    /// Waits for that, and leaves out everything else that is locked.
    Lane(Lane),
}

/// Orders that are tried together.
pub(super) struct Batch {
    pub(super) orders: Vec<Waiting>,
    pub(super) way: Way,
    pub(super) attempt: u32,
}

impl Batch {
    pub(super) fn again(self) -> Self {
        let attempt = self.attempt + 1;
        Self { attempt, ..self }
    }

    /// The first half is tried first: the last one in is the first one out.
    pub(super) fn split(mut self) -> [Self; 2] {
        let second = Self {
            orders: self.orders.split_off(self.orders.len() / 2),
            way: self.way.clone(),
            attempt: self.attempt,
        };
        [second, self]
    }

    /// Answers everybody the same.
    pub(super) fn answer(self, error: Error) {
        let kind = match Failure::of(&error) {
            Failure::OutOfReach => &OVERLOADED,
            _ => &BUSY,
        };
        let mut error = Some(error);
        for waiting in self.orders {
            let other = || Refused::new(kind, kind.help).into();
            let error = error.take().unwrap_or_else(other);
            drop(waiting.answer.send(Err(error)));
        }
    }
}
