//! What the schema itself must refuse of what the provider says was paid, held against our books.

use super::{Guard, Kind};

pub(super) static GUARDS: &[Guard] = guards! {
    "reconciliations":
        Primary "reconciliations_pkey"
        Check "reconciliations_mode_known"
        Check "reconciliations_state_known"
        Check "reconciliations_phase_known"
        Check "reconciliations_window_forward"
        Check "reconciliations_finished_when"
        Check "reconciliations_failed_why"
        Foreign "reconciliations_requested_by_fkey"
        Partial "reconciliations_running_key";
    "reconciliation_rows":
        Primary "reconciliation_rows_pkey"
        Foreign "reconciliation_rows_reconciliation_fkey";
    "reconciliation_questions":
        Primary "reconciliation_questions_pkey"
        Check "reconciliation_questions_reason_known"
        Foreign "reconciliation_questions_reconciliation_fkey"
        Foreign "reconciliation_questions_attempt_fkey";
    "reconciliation_breaks":
        Primary "reconciliation_breaks_pkey"
        Check "reconciliation_breaks_class_known"
        Check "reconciliation_breaks_state_known"
        Check "reconciliation_breaks_resolution_known"
        Check "reconciliation_breaks_closed_when"
        Check "reconciliation_breaks_repaired_how"
        Check "reconciliation_breaks_resolved_how"
        Check "reconciliation_breaks_person_decides"
        Foreign "reconciliation_breaks_capture_fkey"
        Foreign "reconciliation_breaks_attempt_fkey"
        Foreign "reconciliation_breaks_order_fkey"
        Foreign "reconciliation_breaks_resolved_by_fkey"
        Foreign "reconciliation_breaks_first_seen_fkey"
        Foreign "reconciliation_breaks_last_seen_fkey"
        Partial "reconciliation_breaks_open_key";
};
