//! The catalogue over HTTP: what shoppers read, what staff write.

mod attribute_values;
mod availability;
mod brands_admin;
mod categories_admin;
mod collections;
mod collections_admin;
mod images_admin;
mod life_admin;
mod lists_admin;
mod own_prices;
mod price_lists_admin;
mod product_draft;
mod product_page;
mod product_types_admin;
mod products_admin;
mod related_admin;
mod search;
mod search_views;
mod stock_stream;
mod storefront;
mod views;

use kit::Kit;
use utoipa_axum::router::OpenApiRouter;

/// The routes of the catalogue.
pub fn routes() -> OpenApiRouter<Kit> {
    storefront::routes()
        .merge(product_page::routes())
        .merge(stock_stream::routes())
        .merge(search::routes())
        .merge(brands_admin::routes())
        .merge(categories_admin::routes())
        .merge(product_types_admin::routes())
        .merge(products_admin::routes())
        .merge(images_admin::routes())
        .merge(life_admin::routes())
        .merge(lists_admin::routes())
        .merge(collections::routes())
        .merge(collections_admin::routes())
        .merge(related_admin::routes())
        .merge(price_lists_admin::routes())
        .merge(own_prices::routes())
}
