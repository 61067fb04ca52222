//! Every statement on attempts, captures, refunds, calls, reviews and received webhooks.

mod attempts;
mod balances;
mod money;
mod refund_lines;
mod refunds;
mod webhooks;

pub(crate) use self::{
    attempts::{
        WantedAttempts, find_attempt, find_attempt_by_tx_ref, insert_attempt, list_attempts,
        list_attempts_of_order, lock_attempt, lock_live_attempt, lock_open_attempts,
        update_attempt,
    },
    balances::{
        find_applied_capture, find_balance, lock_balance, update_refunded, update_refunding,
        update_refunding_freed,
    },
    money::{
        NewReview, find_capture_of, find_captured_attempt, insert_call, insert_capture,
        insert_review, list_reviews, update_capture_applied, update_refund_reviews_resolved,
        update_review_resolved,
    },
    refund_lines::{
        insert_refund_lines, list_line_refunds, list_refund_lines, update_line_refunds_freed,
        upsert_line_refunds,
    },
    refunds::{
        RecordedCall, exists_refund, exists_refund_reference, find_refund, insert_refund,
        insert_refund_step, list_refund_calls, list_refund_steps, list_refunds,
        list_refunds_in_the_news, lock_refund, update_refund,
    },
    webhooks::{find_webhook, upsert_webhook},
};
