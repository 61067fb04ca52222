//! What a variant is to taxes and deliveries.

use axum::extract::State;
use ids::VariantId;
use kit::{
    Kit, Result,
    http::{Body, IfMatch, PathId, ProblemResponses, Versioned, body::invalid_member},
};
use serde::{Deserialize, Serialize};
use staff::{CanEditTerms, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions,
    model::{GoodsTerms, TermsRefusal, check_class},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(get_goods, replace_goods))
}

/// One hundred tonnes.
const GRAMS_MAX: i64 = 100_000_000;

/// What a variant is to taxes and deliveries.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "tax_class": "standard", "weight_grams": 500 }))]
struct VariantTerms {
    /// The class of the tax rates that it has; `standard` unless staff have said otherwise.
    #[schema(max_length = 40)]
    tax_class: String,
    /// What a unit weighs with its wrapping.
    #[schema(minimum = 0, maximum = 100_000_000)]
    weight_grams: i64,
}

impl From<GoodsTerms> for VariantTerms {
    fn from(goods: GoodsTerms) -> Self {
        Self {
            tax_class: goods.tax_class,
            weight_grams: goods.weight_grams,
        }
    }
}

/// Read a variant's tax class and weight
#[utoipa::path(
    get, path = "/api/v1/admin/terms/variants/{id}/", operation_id = "getVariantTerms",
    tag = "Admin: terms", params(("id" = VariantId, Path)),
    responses((status = 200, body = VariantTerms), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_goods(
    _staff: Staff<CanEditTerms>,
    State(kit): State<Kit>,
    PathId(id): PathId<VariantId>,
) -> Result<Versioned<VariantTerms>> {
    let found = store::find_variant(&kit.db.read().await?, id).await?;
    let (goods, version) = found.ok_or(TermsRefusal::VariantNotFound)?;
    Ok(Versioned::ok(version, goods.into()))
}

/// Set a variant's tax class and weight
#[utoipa::path(
    put, path = "/api/v1/admin/terms/variants/{id}/", operation_id = "replaceVariantTerms",
    tag = "Admin: terms", params(("id" = VariantId, Path), ("If-Match" = String, Header)),
    request_body = VariantTerms,
    responses((status = 200, body = VariantTerms), ProblemResponses),
    security(("bearer" = []))
)]
async fn replace_goods(
    staff: Staff<CanEditTerms>,
    State(kit): State<Kit>,
    PathId(id): PathId<VariantId>,
    if_match: IfMatch,
    body: Body<VariantTerms>,
) -> Result<Versioned<VariantTerms>> {
    check_class("/tax_class", &body.value.tax_class)?;
    if !(0..=GRAMS_MAX).contains(&body.value.weight_grams) {
        return Err(invalid_member("/weight_grams", "it is from 0 to 100000000"));
    }
    let now = kit.clock.now();
    let goods = GoodsTerms {
        tax_class: body.value.tax_class,
        weight_grams: body.value.weight_grams,
    };
    let tx = kit.db.begin("replace_variant_terms").await?;
    let (before, version) = actions::set_goods(&tx, id, &goods, if_match, now).await?;
    let what = ("variant_terms.replace", "variant", id.uuid());
    let (before, after) = (VariantTerms::from(before), VariantTerms::from(goods));
    let trail = (Some(&before), Some(&after));
    staff.record(&tx, what, trail.0, trail.1, now).await?;
    tx.commit().await?;
    Ok(Versioned::ok(version, after))
}
