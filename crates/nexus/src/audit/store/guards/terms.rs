//! What the schema itself must refuse of terms and promotions.

use super::{Guard, Kind};

pub(super) static GUARDS: &[Guard] = guards! {
    "terms":
        Primary "terms_pkey";
    "variant_terms":
        Primary "variant_terms_pkey"
        Check "variant_terms_weight_not_negative";
    "promotions":
        Partial "promotions_code_key"
        Check "promotions_used_not_negative"
        Check "promotions_used_within";
    "promotion_uses":
        Primary "promotion_uses_pkey"
        Check "promotion_uses_not_negative";
    "promotion_redemptions":
        Primary "promotion_redemptions_pkey"
        Foreign "promotion_redemptions_promotion_id_fkey"
        Foreign "promotion_redemptions_order_id_fkey";
};
