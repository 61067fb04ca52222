//! A customer's book of addresses, and the regions that addresses name.

use axum::{Json, extract::State, response::Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use ids::AddressId;
use kit::{
    Kit, Result,
    http::{Body, IdempotencyHeader, IfMatch, PathId, ProblemResponses, Versioned, etag},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::extract::Customer;
use crate::{
    actions,
    model::{CustomerRefusal, KeptAddress, REGIONS, ShippingAddress, checked_label},
    store::addresses as store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_addresses, keep_address))
        .routes(routes!(get_address, replace_address, delete_address))
        .routes(routes!(list_regions))
}

/// An address in a customer's book.
#[derive(Debug, Serialize, ToSchema)]
struct AddressView {
    id: AddressId,
    /// How the customer calls it.
    #[schema(example = "home")]
    label: String,
    address: ShippingAddress,
    /// Whether a checkout begins with it.
    is_default: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[serde(skip)]
    version: i64,
}

impl From<KeptAddress> for AddressView {
    fn from(kept: KeptAddress) -> Self {
        Self {
            id: kept.id,
            label: kept.label,
            address: kept.address,
            is_default: kept.is_default,
            created_at: kept.created_at,
            updated_at: kept.updated_at,
            version: kept.version,
        }
    }
}

/// An address to keep. In Ethiopia it names one of the regions, a landmark and a telephone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "label": "home", "is_default": true,
    "address": {
        "name": "Abebe Bikila", "phone": "0911223344", "country": "ET", "region": "Addis Ababa",
        "city": "Bole", "woreda": "03", "kebele": "12", "landmark": "behind Edna Mall"
    }
}))]
struct KeepAddress {
    /// How the customer calls it.
    #[serde(default)]
    #[schema(max_length = 60)]
    label: String,
    address: ShippingAddress,
    /// Whether a checkout begins with it; the one that was the default until now is not any more.
    /// The first address of a book is its default in any case.
    #[serde(default)]
    is_default: bool,
}

impl KeepAddress {
    fn checked(self, id: AddressId, now: DateTime<Utc>) -> Result<KeptAddress> {
        Ok(KeptAddress {
            id,
            label: checked_label(&self.label)?,
            address: self.address.checked_to_keep("/address")?,
            is_default: self.is_default,
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }
}

/// The addresses of a book.
#[derive(Serialize, ToSchema)]
struct AddressesView {
    /// The default first.
    data: Vec<AddressView>,
}

/// List your addresses
///
/// All of them: a book has at most 50.
#[utoipa::path(
    get, path = "/auth/users/me/addresses/", operation_id = "listOwnAddresses", tag = "Accounts",
    responses((status = 200, body = AddressesView), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_addresses(State(kit): State<Kit>, customer: Customer) -> Result<Json<AddressesView>> {
    let kept = store::list_addresses(&kit.db.read().await?, customer.id).await?;
    let data = kept.into_iter().map(AddressView::from).collect();
    Ok(Json(AddressesView { data }))
}

/// Keep an address
#[utoipa::path(
    post, path = "/auth/users/me/addresses/", operation_id = "keepOwnAddress", tag = "Accounts",
    params(("Idempotency-Key" = Option<String>, Header)), request_body = KeepAddress,
    responses((status = 201, body = AddressView), ProblemResponses),
    security(("bearer" = []))
)]
async fn keep_address(
    State(kit): State<Kit>,
    customer: Customer,
    header: IdempotencyHeader,
    body: Body<KeepAddress>,
) -> Result<Response> {
    let now = kit.clock.now();
    let key = header.scoped(customer.principal(), "keepOwnAddress", body.fingerprint);
    let new = body.value.checked(AddressId::generate(now), now)?;
    let tx = kit.db.begin("keep_address").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    let view = AddressView::from(actions::keep_address(&tx, customer.id, new).await?);
    key.commit(tx, StatusCode::CREATED, &view).await
}

/// Read one of your addresses
#[utoipa::path(
    get, path = "/auth/users/me/addresses/{id}/", operation_id = "getOwnAddress",
    tag = "Accounts", params(("id" = AddressId, Path)),
    responses((status = 200, body = AddressView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_address(
    State(kit): State<Kit>,
    customer: Customer,
    PathId(id): PathId<AddressId>,
) -> Result<Versioned<AddressView>> {
    let found = store::find_address(&kit.db.read().await?, customer.id, id).await?;
    let view = AddressView::from(found.ok_or(CustomerRefusal::AddressNotFound)?);
    Ok(Versioned::ok(view.version, view))
}

/// Write one of your addresses anew
///
/// Replaces the whole of it. Orders keep the address that they were placed with. `If-Match` is
/// honoured and not required.
#[utoipa::path(
    put, path = "/auth/users/me/addresses/{id}/", operation_id = "replaceOwnAddress",
    tag = "Accounts",
    params(("id" = AddressId, Path), ("If-Match" = Option<String>, Header)),
    request_body = KeepAddress,
    responses((status = 200, body = AddressView), ProblemResponses),
    security(("bearer" = []))
)]
async fn replace_address(
    State(kit): State<Kit>,
    customer: Customer,
    PathId(id): PathId<AddressId>,
    if_match: Option<IfMatch>,
    body: Body<KeepAddress>,
) -> Result<Versioned<AddressView>> {
    let now = kit.clock.now();
    let changed = body.value.checked(id, now)?;
    let tx = kit.db.begin("replace_address").await?;
    let before = actions::lock_address(&tx, customer.id, id).await?;
    if let Some(if_match) = if_match {
        if_match.check(before.version, &AddressView::from(before.clone()))?;
    }
    let view = actions::replace_address(&tx, customer.id, &before, changed).await?;
    tx.commit().await?;
    Ok(Versioned::ok(view.version, view.into()))
}

/// Delete one of your addresses
#[utoipa::path(
    delete, path = "/auth/users/me/addresses/{id}/", operation_id = "deleteOwnAddress",
    tag = "Accounts", params(("id" = AddressId, Path)),
    responses((status = 204), ProblemResponses),
    security(("bearer" = []))
)]
async fn delete_address(
    State(kit): State<Kit>,
    customer: Customer,
    PathId(id): PathId<AddressId>,
) -> Result<StatusCode> {
    let tx = kit.db.begin("delete_address").await?;
    if !store::delete_address(&tx, customer.id, id).await? {
        return Err(CustomerRefusal::AddressNotFound.into());
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The regions of a country.
#[derive(Serialize, ToSchema)]
struct RegionsView {
    /// ISO 3166-1 alpha-2.
    #[schema(example = "ET")]
    country: &'static str,
    regions: Vec<RegionView>,
}

/// A region or chartered city.
#[derive(Serialize, ToSchema)]
struct RegionView {
    /// What an address says; the Amharic name is taken, too.
    #[schema(example = "Addis Ababa")]
    name: &'static str,
    /// Its name in Amharic.
    #[schema(example = "አዲስ አበባ")]
    name_am: &'static str,
}

/// List the regions of Ethiopia
#[utoipa::path(
    get, path = "/api/v1/regions/", operation_id = "listRegions", tag = "Accounts",
    responses((status = 200, body = RegionsView), ProblemResponses)
)]
async fn list_regions() -> Result<Response> {
    let region = |(name, name_am)| RegionView { name, name_am };
    let regions = REGIONS.into_iter().map(region).collect();
    let country = "ET";
    etag::public(3_600, &RegionsView { country, regions })
}
