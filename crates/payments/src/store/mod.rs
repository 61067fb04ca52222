//! Every statement on attempts, captures, refunds, calls, reviews and received webhooks.

mod attempts;
mod balances;
mod history;
mod money;
mod refund_lines;
mod refunds;
mod reviews;
mod webhooks;

pub(crate) use self::{
    attempts::{
        find_attempt, find_attempt_by_tx_ref, insert_attempt, list_attempts, list_attempts_by_id,
        list_attempts_of_order, lock_attempt, lock_live_attempt, lock_open_attempts,
        update_attempt,
    },
    balances::{
        find_applied_capture, find_balance, find_balance_of_attempt, lock_balance,
        lock_balance_of_attempt, update_refunded, update_refunding, update_refunding_freed,
        update_reversed, update_written_off,
    },
    history::{list_calls, list_captures_of_attempt},
    money::{
        find_capture_of, find_captured_attempt, insert_call, insert_capture, update_capture_applied,
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
    reviews::{
        NewReview, find_review, insert_review, list_reviews, list_reviews_of_attempt, lock_review,
        update_refund_reviews_resolved, update_review_decided, update_review_resolved,
        update_surplus_reviews_refunded,
    },
    webhooks::{find_webhook, list_webhooks, update_webhook_processed, upsert_webhook},
};
