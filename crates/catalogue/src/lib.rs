//! What is sold: products with their options and variants, the category tree, brands.
//!
//! Owns: `brands`, `categories`, `products`, `product_categories`, `product_images`,
//! `product_slugs`, `variant_prices`, `product_publications`, `product_options`,
//! `product_option_values`, `variants`, `variant_option_values`, `product_types`,
//! `product_attributes`, `related_products`, `collections`, `collection_products`,
//! `price_lists`, `price_list_prices`; derived from them, `product_search` and `search_words`.
//! Promises: the category tree has no cycle; slugs and SKUs are unique; every variant of a
//! product is priced in the product's currency; a shopper sees published products only.
//! Never: a cart, an order, a payment.

mod actions;
mod http;
mod jobs;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use actions::{
    TakenProduct, create_brand, create_category, create_products, restore_sheet, take_sheet,
};
pub use http::routes;
pub use jobs::{jobs, plan};
pub use model::{
    CatalogueRefusal, ImageDraft, ListedPrice, NewBrand, NewCategory, NewProduct, NewVariant,
    OptionDraft, ProductSheet, ProductStatus, REFUSALS, Sellable, Taken, Texts, ValueSheet,
    VariantSheet, Words, is_language, slug_from,
};
pub use store::{
    SheetWords, count_products, find_sheet_words, list_sellables, list_sheets, update_actor_of,
};
