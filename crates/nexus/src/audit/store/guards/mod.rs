//! What the schema itself must refuse: every "once", every sign, every sum, every change of what
//! is booked.

// Before the parts that are written with it.
macro_rules! guards {
    ($($table:literal: $($kind:ident $name:literal)*;)*) => {
        &[$($(Guard { table: $table, name: $name, kind: Kind::$kind }),*),*]
    };
}

mod bundles;
mod catalogue;
mod credit;
mod parcels;
mod reconciliation;
mod terms;

use super::{Binds, Invariant, Plan};

/// A constraint or unique index without which a rule would rest on code alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guard {
    pub(super) table: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// What kind of guard it is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Check,
    Foreign,
    Primary,
    Unique,
    /// A unique index over some of the rows.
    Partial,
    /// A trigger that fires always.
    Trigger,
    /// A trigger that looks at the rows of one condition when the transaction is committed.
    AtCommit,
}

impl Kind {
    /// PostgreSQL's letter for it in `pg_constraint`; `i` for an index that is no constraint, `t`
    /// for a trigger, `d` for a deferred one.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Check => "c",
            Self::Foreign => "f",
            Self::Primary => "p",
            Self::Unique => "u",
            Self::Partial => "i",
            Self::Trigger => "t",
            Self::AtCommit => "d",
        }
    }
}

/// Every guard.
pub(super) fn all() -> impl Iterator<Item = &'static Guard> {
    let parts = [
        GUARDS,
        bundles::GUARDS,
        parcels::GUARDS,
        catalogue::GUARDS,
        reconciliation::GUARDS,
        terms::GUARDS,
        credit::GUARDS,
    ];
    parts.into_iter().flatten()
}

static GUARDS: &[Guard] = guards! {
    "stock_levels":
        Primary "stock_levels_pkey"
        Check "stock_levels_available_not_negative"
        Check "stock_levels_safety_not_negative"
        Foreign "stock_levels_variant_id_fkey"
        Foreign "stock_levels_location_fkey"
        AtCommit "stock_levels_moved";
    "stock_locations":
        Primary "stock_locations_pkey"
        Unique "stock_locations_code_key"
        Check "stock_locations_code_form";
    "stock_movements":
        Check "stock_movements_kind_known"
        Check "stock_movements_moves"
        Check "stock_movements_direction"
        Check "stock_movements_order_named"
        Check "stock_movements_reason_known"
        Check "stock_movements_transfer_named"
        Partial "stock_movements_sale_once"
        Partial "stock_movements_transfer_once"
        Foreign "stock_movements_order_fkey"
        Foreign "stock_movements_level_fkey"
        Trigger "stock_movements_noted"
        Trigger "stock_movements_append_only"
        AtCommit "stock_movements_transfer_whole"
        Check "stock_movements_count_adjusts"
        Partial "stock_movements_count_once"
        Foreign "stock_movements_count_fkey";
    "stock_counts":
        Primary "stock_counts_pkey"
        Check "stock_counts_state_known"
        Check "stock_counts_closed_when"
        Foreign "stock_counts_location_fkey";
    "stock_count_lines":
        Primary "stock_count_lines_pkey"
        Check "stock_count_lines_counted_not_negative"
        Foreign "stock_count_lines_count_fkey"
        Foreign "stock_count_lines_variant_fkey";
    "stock_terms":
        Primary "stock_terms_pkey"
        Check "stock_terms_limits_positive"
        Check "stock_terms_days_of_a_limit"
        Check "stock_terms_backorder_kind_known"
        Check "stock_terms_backordered_within"
        Foreign "stock_terms_variant_fkey";
    "backorders":
        Primary "backorders_pkey" Unique "backorders_sequence_key" Unique "backorders_order_key"
        Check "backorders_add_up"
        Check "backorders_quantity_positive"
        Foreign "backorders_order_fkey"
        Foreign "backorders_terms_fkey";
    "low_stock":
        Primary "low_stock_pkey";
    "allowances":
        Primary "allowances_pkey" Check "allowances_within" Check "allowances_kind_known"
        Check "allowances_variant_named";
    "allowance_uses":
        Primary "allowance_uses_pkey" Check "allowance_uses_quantity_positive"
        Foreign "allowance_uses_order_fkey"
        Foreign "allowance_uses_key_fkey";
    "sales":
        Check "sales_ends_after_start"
        Check "sales_queue_whole";
    "sale_variants":
        Primary "sale_variants_pkey"
        Foreign "sale_variants_variant_id_fkey"
        Foreign "sale_variants_sale_id_fkey";
    "sale_queues":
        Primary "sale_queues_pkey"
        Foreign "sale_queues_sale_id_fkey"
        Check "sale_queues_called_was_given"
        Check "sale_queues_drawn_whole";
    "sale_queue_places":
        Unique "sale_queue_places_cart_key"
        Unique "sale_queue_places_number_key"
        Partial "sale_queue_places_customer_key"
        Check "sale_queue_places_state_known"
        Check "sale_queue_places_admitted_when"
        Check "sale_queue_places_used_when"
        Foreign "sale_queue_places_sale_id_fkey"
        Foreign "sale_queue_places_cart_id_fkey"
        Foreign "sale_queue_places_customer_id_fkey";
    "reservations":
        Check "reservations_quantity_positive"
        Check "reservations_state_known"
        Check "reservations_ended_once"
        Unique "reservations_order_level_key"
        Foreign "reservations_order_fkey"
        Foreign "reservations_level_fkey";
    "carts":
        Check "carts_state_known"
        Check "carts_have_one_owner"
        Partial "carts_customer_open_key";
    "cart_items":
        Unique "cart_items_variant_key"
        Check "cart_items_quantity_bounded";
    "order_numbers":
        Primary "order_numbers_pkey"
        Check "order_numbers_singleton_check";
    "orders":
        Unique "orders_number_key"
        Unique "orders_cart_id_key"
        Check "orders_status_known"
        Check "orders_total_adds_up"
        Check "orders_amounts_not_negative"
        Check "orders_paid_when"
        Check "orders_closed_when"
        Check "orders_refunded_within"
        Check "orders_terms_not_negative";
    "order_lines":
        Unique "order_lines_variant_key"
        Unique "order_lines_position_key"
        Check "order_lines_quantity_positive"
        Check "order_lines_price_not_negative"
        Check "order_lines_total_multiplies"
        Check "order_lines_backordered_within"
        Check "order_lines_terms_bounded"
        Foreign "order_lines_order_id_fkey";
    "order_history":
        Primary "order_history_pkey"
        Check "order_history_legal"
        Foreign "order_history_order_id_fkey";
    "payment_attempts":
        Unique "payment_attempts_tx_ref_key"
        Check "payment_attempts_amount_positive"
        Check "payment_attempts_state_known"
        Check "payment_attempts_mode_known"
        Check "payment_attempts_pending_has_page"
        Check "payment_attempts_charged_when"
        Check "payment_attempts_provider_known"
        Check "payment_attempts_confirmed_by_whom"
        Unique "payment_attempts_customer_reference_key"
        Foreign "payment_attempts_confirmed_by_fkey"
        Foreign "payment_attempts_order_id_fkey"
        Partial "payment_attempts_live_key";
    "captures":
        Unique "captures_attempt_key"
        Unique "captures_provider_reference_key"
        Check "captures_amount_positive"
        Check "captures_fee_not_negative"
        Check "captures_disposition_known"
        Check "captures_given_back_within"
        Check "captures_fee_adjusted_within"
        Foreign "captures_attempt_id_fkey"
        Foreign "captures_order_id_fkey"
        Partial "captures_applied_key";
    "refunds":
        Primary "refunds_pkey"
        Unique "refunds_reference_key"
        Unique "refunds_provider_reference_key"
        Foreign "refunds_capture_fkey"
        Foreign "refunds_order_fkey"
        Check "refunds_amount_positive"
        Check "refunds_cause_known"
        Check "refunds_state_known"
        Check "refunds_staff_has_name"
        Check "refunds_submitted_when"
        Check "refunds_finished_when"
        Check "refunds_failed_why";
    "refund_lines":
        Primary "refund_lines_pkey"
        Foreign "refund_lines_refund_fkey"
        Foreign "refund_lines_line_fkey"
        Check "refund_lines_quantity_not_negative"
        Check "refund_lines_amount_positive";
    "line_refunds":
        Primary "line_refunds_pkey"
        Foreign "line_refunds_line_fkey"
        Check "line_refunds_quantity_within"
        Check "line_refunds_amount_within";
    "refund_history":
        Primary "refund_history_pkey"
        Check "refund_history_legal"
        Foreign "refund_history_refund_fkey";
    "payment_reviews":
        Check "payment_reviews_resolution_known"
        Check "payment_reviews_resolved_whole"
        Check "payment_reviews_resolved_by_when"
        Unique "payment_reviews_kind_once"
        Check "payment_reviews_kind_known"
        Check "payment_reviews_refund_named";
    "webhooks_received":
        Unique "webhooks_received_body_key"
        Check "webhooks_received_outcome_known"
        Check "webhooks_received_processed_when"
        Check "webhooks_received_authenticity_known";
    "ledger_accounts":
        Primary "ledger_accounts_pkey"
        Check "ledger_accounts_kind_known";
    "ledger_transfers":
        Primary "ledger_transfers_pkey"
        Unique "ledger_transfers_fact_key"
        Check "ledger_transfers_amount_positive"
        Check "ledger_transfers_two_sides"
        Check "ledger_transfers_currency_form"
        Foreign "ledger_transfers_debit_fkey"
        Foreign "ledger_transfers_credit_fkey"
        Foreign "ledger_transfers_order_fkey"
        Trigger "ledger_transfers_append_only"
        Trigger "ledger_transfers_noted";
    "ledger_chain":
        Primary "ledger_chain_pkey"
        Unique "ledger_chain_transfer_key"
        Check "ledger_chain_sequence_positive"
        Check "ledger_chain_hash_length"
        Foreign "ledger_chain_transfer_fkey"
        Trigger "ledger_chain_append_only";
    "ledger_days":
        Primary "ledger_days_pkey"
        Unique "ledger_days_first_key"
        Unique "ledger_days_last_key"
        Check "ledger_days_not_empty"
        Trigger "ledger_days_append_only";
    "ledger_head":
        Primary "ledger_head_pkey"
        Check "ledger_head_singleton";
    "ledger_sums":
        Primary "ledger_sums_pkey";
    "mails":
        Unique "mails_kind_subject_key"
        Unique "mails_message_id_key"
        Check "mails_state_known"
        Check "mails_attempts_counted"
        Check "mails_sent_when"
        Check "mails_refused_why";
    "idempotency_keys":
        Primary "idempotency_keys_pkey"
        Check "idempotency_keys_reply_whole"
        Check "idempotency_keys_status_final";
    "events":
        Unique "events_subject_sequence_key"
        Check "events_sequence_positive";
    "jobs":
        Unique "jobs_kind_unique_key"
        Check "jobs_state_known"
        Check "jobs_attempts_counted"
        Check "jobs_finished_once"
        Check "jobs_dead_has_reason";
    "staff":
        Unique "staff_email_key"
        Check "staff_password_hashed";
    "customer_addresses":
        Partial "customer_addresses_default_key";
    "customers":
        Unique "customers_email_key"
        Check "customers_password_hashed";
    "sessions":
        Check "sessions_revoked_with_reason"
        Check "sessions_idle_positive";
    "refresh_tokens":
        Primary "refresh_tokens_pkey"
        Foreign "refresh_tokens_session_id_fkey"
        Partial "refresh_tokens_live_key";
};

// An index that was built concurrently and failed stays behind, invalid, and guards nothing. A
// trigger that is disabled, or fires only for some rows or columns, guards nothing either.
pub(super) static INVARIANT: Invariant = Invariant {
    id: "I25",
    title: "the schema itself refuses what must not be",
    counted: "select cardinality($1::text[])",
    broken: "
        select format('%s %s', what, guard_name), case
                when not is_there then format('%s has lost it', table_name)
                when kind = 'i' then format('on %s it is invalid or not unique', table_name)
                when kind in ('t', 'd') then format('on %s it does not fire always', table_name)
                else format('on %s it is not validated or not of its kind', table_name)
            end
        from (
            select guard.table_name, guard.name as guard_name, kind,
                case kind when 'i' then 'index' when 't' then 'trigger' when 'd' then 'trigger'
                    else 'constraint' end
                    as what,
                case kind
                    when 'i' then indexes.indexrelid is not null
                    when 't' then triggers.oid is not null
                    when 'd' then triggers.oid is not null
                    else constraints.oid is not null
                end as is_there,
                case kind
                    when 'i' then indexes.indisunique and indexes.indisvalid
                        and indexes.indisready and indexes.indpred is not null
                    when 't' then triggers.tgenabled in ('O', 'A') and triggers.tgqual is null
                        and cardinality(triggers.tgattr::int2[]) = 0
                    when 'd' then triggers.tgenabled in ('O', 'A')
                        and triggers.tgdeferrable and triggers.tginitdeferred
                        and triggers.tgqual is not null
                        and cardinality(triggers.tgattr::int2[]) = 0
                    else constraints.convalidated and constraints.contype::text = kind
                end as stands
            from unnest($1::text[], $2::text[], $3::text[]) as guard (table_name, name, kind)
            left join pg_constraint as constraints
                on constraints.conrelid = to_regclass(guard.table_name)
                and constraints.conname = guard.name
                and kind not in ('t', 'd')
            left join pg_index as indexes
                on indexes.indrelid = to_regclass(guard.table_name)
                and indexes.indexrelid = to_regclass(guard.name)
            left join pg_trigger as triggers
                on triggers.tgrelid = to_regclass(guard.table_name)
                and triggers.tgname = guard.name
                and not triggers.tgisinternal
        ) as guards
        where stands is not true",
    binds: Binds::Guards,
    plan: Plan::Free,
};
