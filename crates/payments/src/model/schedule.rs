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

/// A round that is so far behind and was not made will not be made by itself any more.
const GRACE: TimeDelta = TimeDelta::minutes(10);

/// The first round after `now`; `None` when there is nothing more to ask.
pub(crate) fn next_check(attempt: &Attempt, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    rounds(attempt).find(|at| *at > now)
}

/// The last round that must have been made by `now`.
pub(crate) fn last_round(attempt: &Attempt, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    rounds(attempt).take_while(|at| *at + GRACE <= now).last()
}

/// Every round of an attempt as it stands. Closed pages are asked about once a day from their
/// closing on: a payment that was on a phone already can still go through.
fn rounds(attempt: &Attempt) -> impl Iterator<Item = DateTime<Utc>> {
    let is_closed = !attempt.state.is_open() && attempt.state != AttemptState::Review;
    let pause = TimeDelta::hours(if is_closed { 24 } else { 1 });
    let first = FIRST_MINUTES
        .map(TimeDelta::minutes)
        .into_iter()
        .filter(move |_| !is_closed);
    let later = (1_i32..).map(move |round| pause * round);
    let from = if is_closed {
        attempt.updated_at
    } else {
        attempt.created_at
    };
    let is_asked = is_worth_asking(attempt);
    first
        .chain(later)
        .take_while(move |after| is_asked && *after <= NEWS_EXPECTED_FOR)
        .map(move |after| from + after)
}
