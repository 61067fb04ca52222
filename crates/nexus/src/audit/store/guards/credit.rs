//! What the schema itself must refuse of gift cards and store credit.

use super::{Guard, Kind};

pub(super) static GUARDS: &[Guard] = guards! {
    "credit_accounts":
        Primary "credit_accounts_pkey"
        Unique "credit_accounts_code_key"
        Partial "credit_accounts_customer_key"
        Check "credit_accounts_balance_not_negative"
        Check "credit_accounts_have_one_owner";
    "credit_uses":
        Primary "credit_uses_pkey"
        Partial "credit_uses_live_key"
        Check "credit_uses_amount_positive"
        Check "credit_uses_ended_when"
        Foreign "credit_uses_account_fkey"
        Foreign "credit_uses_order_fkey";
    "credit_entries":
        Primary "credit_entries_pkey"
        Unique "credit_entries_sequence_key"
        Unique "credit_entries_use_key"
        Unique "credit_entries_refund_key"
        Check "credit_entries_balance_not_negative"
        Check "credit_entries_sign"
        Check "credit_entries_use_named"
        Check "credit_entries_order_named"
        Check "credit_entries_refund_named"
        Foreign "credit_entries_account_fkey"
        Trigger "credit_entries_append_only";
    "orders":
        Check "orders_credit_within";
};
