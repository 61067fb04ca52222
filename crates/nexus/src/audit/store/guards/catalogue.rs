//! What the schema itself must refuse of variants and of pictures.

use super::{Guard, Kind};

pub(super) static GUARDS: &[Guard] = guards! {
    "variants":
        Unique "variants_sku_key"
        Check "variants_price_positive";
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
};
