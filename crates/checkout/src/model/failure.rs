//! What to do when a transaction that places orders has failed. Pure.

use kit::{
    Error,
    db::{is_out_of_reach, waited_too_long, was_cut_off, was_given_up},
};

/// How often the same orders are tried together when it was nobody's fault.
pub(crate) const ATTEMPTS_MAX: u32 = 5;

/// Why it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// PostgreSQL gave it up for another one, or the connection was lost. What was lost during
    /// the commit may have been kept: the next attempt looks before it writes.
    Transient,
    /// Somebody else has held a lock for longer than we wait.
    Locked,
    /// We have waited for a lock for longer than we wait, and others had it one after the other.
    Moving,
    /// There is no connection.
    OutOfReach,
    /// One of its orders, or the whole.
    Other,
}

impl Failure {
    pub(crate) fn of(error: &Error) -> Self {
        if is_out_of_reach(error) {
            Self::OutOfReach
        } else if was_given_up(error) || was_cut_off(error) {
            Self::Transient
        } else if waited_too_long(error) {
            Self::Locked
        } else {
            Self::Other
        }
    }
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// The same again.
    Again,
    /// The same, leaving out what somebody else has locked.
    LeaveOut,
    /// Each half by itself, so that one bad order fails alone.
    Split,
    /// Answer the failure.
    Answer,
}

/// What follows the failure of the `attempt`th try (from 1) of so many orders. `is_patient` says
/// whether it has waited for locks no longer than a batch may.
pub(crate) fn after(failure: Failure, attempt: u32, orders: usize, is_patient: bool) -> Next {
    match failure {
        Failure::Transient if attempt < ATTEMPTS_MAX => Next::Again,
        Failure::Transient | Failure::Other if orders > 1 => Next::Split,
        Failure::Locked | Failure::Moving if is_patient => Next::LeaveOut,
        Failure::Moving if attempt < ATTEMPTS_MAX => Next::Again,
        _ => Next::Answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_repeated_then_halved_then_answered() {
        let (transient, other) = (Failure::Transient, Failure::Other);
        let (locked, away) = (Failure::Locked, Failure::OutOfReach);
        let moving = Failure::Moving;
        for (failure, attempt, orders, is_patient, next) in [
            (transient, 1, 8, true, Next::Again),
            (transient, 1, 1, false, Next::Again),
            (transient, ATTEMPTS_MAX, 8, true, Next::Split),
            (transient, ATTEMPTS_MAX, 1, true, Next::Answer),
            (other, 1, 8, true, Next::Split),
            (other, 1, 1, true, Next::Answer),
            (locked, 1, 8, true, Next::LeaveOut),
            (moving, 1, 8, true, Next::LeaveOut),
            (moving, 1, 8, false, Next::Again),
            (moving, ATTEMPTS_MAX, 8, false, Next::Answer),
            (locked, 1, 1, true, Next::LeaveOut),
            (locked, 1, 8, false, Next::Answer),
            (away, 1, 8, true, Next::Answer),
        ] {
            let found = after(failure, attempt, orders, is_patient);
            assert_eq!(found, next, "{failure:?} {attempt} {orders} {is_patient}");
        }
    }
}
