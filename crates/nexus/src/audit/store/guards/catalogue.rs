//! What the schema itself must refuse of pictures, of what is kept, of collections.

use super::{Guard, Kind};

pub(super) static GUARDS: &[Guard] = guards! {
    "pictures":
        Primary "pictures_pkey"
        Unique "pictures_name_key"
        Check "pictures_state_known"
        Check "pictures_format_known"
        Check "pictures_name_form"
        Check "pictures_size_positive"
        Check "pictures_widths_narrower";
    "product_images":
        Unique "product_images_picture_key"
        Foreign "product_images_picture_fkey";
    "product_slugs":
        Primary "product_slugs_pkey";
    "products":
        Trigger "products_added_noted"
        Trigger "products_changed_noted";
    "variants":
        Unique "variants_sku_key"
        Check "variants_price_positive"
        Check "variants_regular_above"
        Trigger "variants_added_noted"
        Trigger "variants_changed_noted";
    "variant_prices":
        Primary "variant_prices_pkey"
        Trigger "variant_prices_append_only";
    "product_publications":
        Primary "product_publications_pkey"
        Trigger "product_publications_append_only";
    "collections":
        Check "collections_rule_says_something";
    "price_lists":
        Primary "price_lists_pkey"
        Unique "price_lists_running_key"
        Check "price_lists_running_enabled"
        Foreign "price_lists_group_fkey";
    "price_list_prices":
        Primary "price_list_prices_pkey"
        Check "price_list_prices_price_positive"
        Check "price_list_prices_quantity_positive"
        Foreign "price_list_prices_list_fkey"
        Foreign "price_list_prices_variant_fkey";
    "product_import_items":
        Primary "product_import_items_pkey"
        Check "product_import_items_result_known"
        Foreign "product_import_items_import_fkey";
    "customers":
        Foreign "customers_group_fkey";
    "related_products":
        Check "related_products_not_itself";
};
