//! Every statement on attempts, captures, calls, reviews and received webhooks.

mod attempts;
mod money;
mod webhooks;

pub(crate) use self::{
    attempts::{
        find_attempt, find_attempt_by_tx_ref, insert_attempt, list_attempts,
        list_attempts_of_order, lock_attempt, lock_live_attempt, lock_open_attempts,
        update_attempt,
    },
    money::{
        NewReview, find_captured_attempt, insert_call, insert_capture, insert_review, list_reviews,
        update_capture_applied, update_review_resolved,
    },
    webhooks::{find_webhook, upsert_webhook},
};
