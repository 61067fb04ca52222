//! What goods cost whoever asks: pages are everybody's, prices of a group are not.

use axum::{Json, extract::State};
use customers::Shopper;
use ids::{ProductId, VariantId};
use kit::{
    Kit, Result,
    http::{ProblemResponses, Query, body::invalid_parameter},
};
use money::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    model::{price_of, steps_of},
    store::{self, OwnPrice},
};

/// The most products that are asked about at once: those of a page.
const PRODUCTS_MAX: usize = 100;

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(list_own_prices))
}

/// What one unit costs from more than one on.
#[derive(Serialize, ToSchema)]
pub(crate) struct PriceStepView {
    /// From how many units of one line on.
    min_quantity: i64,
    /// For each of them.
    price: Money,
}

/// What each quantity costs, where more cost less.
pub(super) fn steps(steps: Vec<(i64, i64)>, currency: Currency) -> Vec<PriceStepView> {
    let step = |(min_quantity, minor)| PriceStepView {
        min_quantity,
        price: Money::new(minor, currency),
    };
    steps.into_iter().map(step).collect()
}

/// Of which products.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfProducts {
    /// Ids of up to 100 products, divided by commas.
    #[param(max_length = 3700, example = "019aab00-0000-7000-8000-000000000001")]
    product_ids: String,
}

impl OfProducts {
    fn read(&self) -> Result<Vec<ProductId>> {
        let ids: Option<Vec<ProductId>> = self
            .product_ids
            .split(',')
            .map(|id| id.parse().ok())
            .collect();
        let ids = ids.filter(|ids| ids.len() <= PRODUCTS_MAX);
        ids.ok_or_else(|| {
            let rule = "it must be 1 to 100 ids of products, divided by commas";
            invalid_parameter("product_ids", rule)
        })
    }
}

/// What a variant costs whoever asks.
#[derive(Serialize, ToSchema)]
struct OwnPriceView {
    variant_id: VariantId,
    product_id: ProductId,
    sku: String,
    /// Of one unit.
    price: Money,
    /// What is crossed out; where a group pays less, what everybody pays.
    compare_at_price: Option<Money>,
    /// From more than one unit on, where that is less.
    quantity_prices: Vec<PriceStepView>,
}

/// What goods cost whoever asks.
#[derive(Serialize, ToSchema)]
struct OwnPricesView {
    /// By product; products that are not for sale are left out.
    data: Vec<OwnPriceView>,
}

/// List what products cost you
///
/// Lists, search and product pages tell what everybody pays. Whoever is signed in may belong to a
/// group that pays less: this is what the cart and the order will say.
#[utoipa::path(
    get, path = "/api/v1/catalogue/prices/", operation_id = "listOwnPrices", tag = "Catalogue",
    params(OfProducts),
    responses((status = 200, body = OwnPricesView), ProblemResponses),
    security((), ("bearer" = []))
)]
async fn list_own_prices(
    shopper: Shopper,
    State(kit): State<Kit>,
    Query(query): Query<OfProducts>,
) -> Result<Json<OwnPricesView>> {
    let products = query.read()?;
    let conn = kit.db.read().await?;
    let group = match shopper.customer {
        Some(customer) => customers::group_of(&conn, customer).await?,
        None => None,
    };
    let found = store::list_own_prices(&conn, &products, group).await?;
    let view = |own: OwnPrice| {
        let OwnPrice {
            currency, listed, ..
        } = own;
        let minor = price_of(own.price_minor, &listed, group, 1);
        let is_less = minor < own.price_minor;
        let crossed_out = own
            .compare_at_minor
            .or_else(|| is_less.then_some(own.price_minor));
        OwnPriceView {
            variant_id: own.variant_id,
            product_id: own.product_id,
            sku: own.sku,
            price: Money::new(minor, currency),
            compare_at_price: crossed_out.map(|minor| Money::new(minor, currency)),
            quantity_prices: steps(steps_of(own.price_minor, &listed, group), currency),
        }
    };
    let data = found.into_iter().map(view).collect();
    Ok(Json(OwnPricesView { data }))
}
