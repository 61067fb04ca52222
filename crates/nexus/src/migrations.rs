//! The migrations that this binary carries; a test compares the list with the folder.

use kit::db::Migration;

macro_rules! migrations {
    ($($name:literal)*) => {
        &[$(Migration {
            name: $name,
            sql: include_str!(concat!("../../../migrations/", $name, ".sql")),
        }),*]
    };
}

/// All of them, in order.
pub static MIGRATIONS: &[Migration] = migrations! {
    "0001_foundation"
    "0002_people"
    "0003_goods"
    "0004_sale"
    "0005_payments"
    "0006_notifications"
    "0007_ledger"
    "0008_providers"
    "0009_refunds"
    "0010_reviews"
    "0011_reconciliation"
    "0012_placement"
    "0013_event_feed"
    "0014_webhooks"
    "0015_stock_locations"
    "0016_stock_locations_validated"
    "0017_stock_counts"
    "0018_stock_counts_validated"
    "0019_sales"
    "0020_stock_terms"
    "0021_backorders"
    "0022_low_stock"
    "0023_queues"
    "0025_addresses"
    "0031_search"
    "0032_product_types"
    "0040_fulfilment"
    "0041_fulfilment_validated"
    "0042_returns"
    "0043_returns_validated"
    "0046_jobs_by_priority"
    "0047_jobs_by_priority_validated"
    "0050_order_notes"
    "0051_invoices"
    "0055_terms"
    "0056_terms_validated"
    "0075_pictures"
    "0076_pictures_validated"
    "0077_bundles"
    "0078_stock_offers"
    "0079_collections"
    "0080_product_life"
    "0081_product_life_validated"
    "0082_queue_places_left"
    "0083_queue_places_left_validated"
    "0084_buyers_names"
    "0085_products_of_any_status"
    "0086_credit"
    "0087_credit_validated"
    "0088_price_lists"
    "0089_price_lists_validated"
    "0090_product_imports"
    "0091_cache_changes"
    "0092_order_mails"
    "0093_order_mails_validated"
};
