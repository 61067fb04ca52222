//! Taxes and deliveries: two documents, each read and written as a whole.

use axum::extract::State;
use kit::{
    Kit, Result, Tx,
    http::{Body, IfMatch, ProblemResponses, Versioned},
};
use serde::{Serialize, de::DeserializeOwned};
use staff::{CanEditTerms, Staff};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    actions,
    model::{ShippingTerms, TaxTerms},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(get_taxes, replace_taxes))
        .routes(routes!(get_shipping, replace_shipping))
}

async fn read<T: DeserializeOwned>(kit: &Kit, kind: &str) -> Result<Versioned<T>> {
    let (document, version) = store::find_document(&kit.db.read().await?, kind).await?;
    Ok(Versioned::ok(version, document))
}

/// Writes a document in the place of the one that was read.
async fn replace<T: Serialize + DeserializeOwned + Sync>(
    kit: &Kit,
    staff: &Staff<CanEditTerms>,
    tx: Tx,
    (kind, if_match): (&'static str, IfMatch),
    document: T,
) -> Result<Versioned<T>> {
    let now = kit.clock.now();
    let (before, version): (T, i64) = store::lock_document(&tx, kind).await?;
    if_match.check(version, &before)?;
    let version = version + 1;
    store::update_document(&tx, kind, &document, version, now).await?;
    let action = match kind {
        "tax" => "taxes.replace",
        _ => "shipping.replace",
    };
    let what = (action, "terms", Uuid::nil());
    let (before, after) = (Some(&before), Some(&document));
    staff.record(&tx, what, before, after, now).await?;
    tx.commit().await?;
    Ok(Versioned::ok(version, document))
}

/// Read how the shop taxes
#[utoipa::path(
    get, path = "/api/v1/admin/taxes/", operation_id = "getTaxes", tag = "Admin: terms",
    responses((status = 200, body = TaxTerms), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_taxes(
    _staff: Staff<CanEditTerms>,
    State(kit): State<Kit>,
) -> Result<Versioned<TaxTerms>> {
    read(&kit, "tax").await
}

/// Set how the shop taxes
///
/// Replaces the whole of it. Carts are priced by it from the answer on; orders keep what they were
/// placed with.
#[utoipa::path(
    put, path = "/api/v1/admin/taxes/", operation_id = "replaceTaxes", tag = "Admin: terms",
    params(("If-Match" = String, Header)), request_body = TaxTerms,
    responses((status = 200, body = TaxTerms), ProblemResponses),
    security(("bearer" = []))
)]
async fn replace_taxes(
    staff: Staff<CanEditTerms>,
    State(kit): State<Kit>,
    if_match: IfMatch,
    body: Body<TaxTerms>,
) -> Result<Versioned<TaxTerms>> {
    let document = body.value.checked()?;
    let tx = kit.db.begin("replace_taxes").await?;
    replace(&kit, &staff, tx, ("tax", if_match), document).await
}

/// Read where the shop delivers to
#[utoipa::path(
    get, path = "/api/v1/admin/shipping/", operation_id = "getShipping", tag = "Admin: terms",
    responses((status = 200, body = ShippingTerms), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_shipping(
    _staff: Staff<CanEditTerms>,
    State(kit): State<Kit>,
) -> Result<Versioned<ShippingTerms>> {
    read(&kit, "shipping").await
}

/// Set where the shop delivers to
///
/// Replaces the whole of it. A method that is sent with its id stays the one that carts have
/// chosen; one without an id is new.
#[utoipa::path(
    put, path = "/api/v1/admin/shipping/", operation_id = "replaceShipping",
    tag = "Admin: terms", params(("If-Match" = String, Header)), request_body = ShippingTerms,
    responses((status = 200, body = ShippingTerms), ProblemResponses),
    security(("bearer" = []))
)]
async fn replace_shipping(
    staff: Staff<CanEditTerms>,
    State(kit): State<Kit>,
    if_match: IfMatch,
    body: Body<ShippingTerms>,
) -> Result<Versioned<ShippingTerms>> {
    let document = actions::with_ids(body.value.checked()?, kit.clock.now());
    let tx = kit.db.begin("replace_shipping").await?;
    replace(&kit, &staff, tx, ("shipping", if_match), document).await
}
