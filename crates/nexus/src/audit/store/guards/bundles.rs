//! What the schema itself must refuse of bundles and of what they were made of.

use super::{Guard, Kind};

pub(super) static GUARDS: &[Guard] = guards! {
    "bundles":
        Primary "bundles_pkey"
        Foreign "bundles_variant_fkey";
    "bundle_parts":
        Primary "bundle_parts_pkey"
        Check "bundle_parts_quantity_bounded"
        Check "bundle_parts_not_itself"
        Foreign "bundle_parts_bundle_fkey"
        Foreign "bundle_parts_part_fkey";
    "order_line_parts":
        Primary "order_line_parts_pkey"
        Check "order_line_parts_not_itself"
        Check "order_line_parts_quantity_positive"
        Foreign "order_line_parts_line_fkey";
    "fulfilment_parts":
        Primary "fulfilment_parts_pkey"
        Check "fulfilment_parts_quantity_positive"
        Foreign "fulfilment_parts_fulfilment_fkey"
        Foreign "fulfilment_parts_part_fkey";
    "cancellation_parts":
        Unique "cancellation_parts_key"
        Check "cancellation_parts_quantity_positive"
        Foreign "cancellation_parts_cancellation_fkey"
        Foreign "cancellation_parts_part_fkey";
};
