//! When the provider is asked about an attempt by itself, without any message. Pure.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Attempt, AttemptState};

/// The first rounds, in minutes after the attempt was made.
const FIRST_MINUTES: [i64; 5] = [1, 3, 10, 30, 60];

/// For so long after it was made an attempt is asked about without a reason.
pub(crate) const NEWS_EXPECTED_FOR: TimeDelta = TimeDelta::hours(72);

/// Whether money can still come for it: not when it has come, nor when no page ever was.
pub(crate) fn is_worth_asking(attempt: &Attempt) -> bool {
    let never_had_page = attempt.state == AttemptState::Failed && attempt.checkout_url.is_none();
    !attempt.is_settled() && !never_had_page
}

/// The first round after `now`; `None` when there is nothing more to ask. Closed pages are
/// asked about once a day: a payment that was on a phone already can still go through.
pub(crate) fn next_check(attempt: &Attempt, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if !is_worth_asking(attempt) {
        return None;
    }
    let is_closed = !attempt.state.is_open() && attempt.state != AttemptState::Review;
    let pause = TimeDelta::hours(if is_closed { 24 } else { 1 });
    let first = FIRST_MINUTES
        .map(TimeDelta::minutes)
        .into_iter()
        .filter(|_| !is_closed);
    let later = (1_i32..).map(|round| pause * round);
    first
        .chain(later)
        .take_while(|after| *after <= NEWS_EXPECTED_FOR)
        .map(|after| attempt.created_at + after)
        .find(|at| *at > now)
}
