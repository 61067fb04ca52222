//! Every statement on attempts, captures, refunds, calls, reviews, received webhooks and
//! comparisons.

mod attempts;
mod balances;
mod history;
mod money;
mod reconciliation;
mod refund_lines;
mod refunds;
mod reviews;
mod webhooks;

pub(crate) use self::{
    attempts::{
        find_attempt, find_attempt_by_tx_ref, find_last_asked, insert_attempt,
        insert_charged_attempt, list_attempts, list_attempts_by_id, list_attempts_of_order,
        list_unsettled, lock_attempt, lock_live_attempt, lock_open_attempts, update_attempt,
    },
    balances::{
        find_balance, find_balance_of_attempt, list_applied, lock_applied, lock_balance,
        lock_balance_of_attempt, update_refunded, update_refunding, update_refunding_freed,
        update_reversed, update_written_off,
    },
    history::{list_calls, list_captures_of_attempt},
    money::{
        find_capture_of, find_captured_attempt, insert_call, insert_capture, update_capture_applied,
    },
    reconciliation::{
        BreakFilter, DifferingFee, Findings, QuestionCause, count_breaks_seen, count_open_breaks,
        delete_list, exists_unknown_charge, find_break, find_differing_fee, find_last_times,
        find_question, find_reconciliation, find_repeat, insert_fee_break, insert_questions,
        insert_reconciliation, list_breaks, list_overdue, list_reconciliations,
        lock_booked_capture, lock_break, lock_reconciliation, sum_held, sum_totals,
        update_break_resolved, update_breaks_gone, update_capture_fee, update_done, update_failed,
        update_progress, update_question, update_repeats, upsert_breaks, upsert_rows,
    },
    refund_lines::{
        insert_refund_lines, list_line_refunds, list_refund_lines, update_line_refunds_freed,
        upsert_line_refunds,
    },
    refunds::{
        RecordedCall, exists_refund, exists_refund_reference, find_refund, insert_refund,
        insert_refund_step, list_refund_calls, list_refund_steps, list_refunds,
        list_refunds_in_the_news, list_refunds_of_attempt, lock_refund, update_refund,
    },
    reviews::{
        NewReview, find_review, insert_review, list_reviews, list_reviews_of_attempt, lock_review,
        update_refund_reviews_resolved, update_review_decided, update_review_resolved,
        update_surplus_reviews_refunded,
    },
    webhooks::{find_webhook, list_webhooks, update_webhook_processed, upsert_webhook},
};
