//! Price lists, as staff keep them: sales, prices of groups, prices by quantity.

use axum::{extract::State, response::Response};
use chrono::{DateTime, SubsecRound, Utc};
use http::StatusCode;
use ids::{CustomerGroupId, PriceListId, VariantId};
use kit::{
    Conn, Kit, Result, Tx,
    http::{
        Body, Cursor, IdempotencyHeader, IfMatch, Page, PageQuery, PathId, ProblemResponses, Query,
        Versioned, body::invalid_member,
    },
};
use money::{Currency, Money};
use serde::{Deserialize, Serialize};
use staff::{CanEditCatalogue, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions,
    model::{CatalogueRefusal, ListPrice, PriceList},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_price_lists, create_price_list))
        .routes(routes!(
            get_price_list,
            replace_price_list,
            delete_price_list
        ))
}

/// What one unit of a variant costs in a list.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ListPriceBody {
    variant_id: VariantId,
    /// From how many units of one line on; from one without it.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 9999)]
    min_quantity: i64,
    /// For each of them.
    price: Money,
}

const fn one() -> i64 {
    1
}

/// A price list, as staff write it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Timkat", "currency": "ETB", "starts_at": "2027-01-18T21:00:00Z",
    "ends_at": "2027-01-20T21:00:00Z", "prices": []
}))]
struct PriceListBody {
    /// Only staff see it.
    #[schema(max_length = 100)]
    name: String,
    /// Whose prices these are; everybody's without it.
    #[serde(default)]
    group_id: Option<CustomerGroupId>,
    /// That of all its prices, and of the variants.
    #[schema(value_type = String, example = "ETB")]
    currency: Currency,
    /// Whether it counts at all; it does without this.
    #[serde(default = "yes")]
    is_enabled: bool,
    /// From when on it counts; at once without it.
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    starts_at: Option<DateTime<Utc>>,
    /// Until when it counts; without an end without it.
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    ends_at: Option<DateTime<Utc>>,
    /// All of them. Whoever buys pays the lowest price that counts for them.
    #[schema(max_items = 1000)]
    prices: Vec<ListPriceBody>,
}

const fn yes() -> bool {
    true
}

impl PriceListBody {
    /// The list with an id and its prices.
    ///
    /// # Errors
    /// `invalid_body` pointing at a price in another currency.
    fn read(self, id: PriceListId) -> Result<(PriceList, Vec<ListPrice>)> {
        let mut prices = Vec::with_capacity(self.prices.len());
        for (index, listed) in self.prices.into_iter().enumerate() {
            if listed.price.currency() != self.currency {
                let at = format!("/prices/{index}/price/currency");
                return Err(invalid_member(at, "it must be the currency of the list"));
            }
            prices.push(ListPrice {
                variant_id: listed.variant_id,
                min_quantity: listed.min_quantity,
                price_minor: listed.price.minor(),
            });
        }
        prices.sort_unstable();
        let list = PriceList {
            id,
            name: self.name.trim().to_owned(),
            group_id: self.group_id,
            currency: self.currency,
            is_enabled: self.is_enabled,
            // As the database keeps them, so that a job comes at the instant that stands there.
            starts_at: self.starts_at.map(|at| at.trunc_subsecs(6)),
            ends_at: self.ends_at.map(|at| at.trunc_subsecs(6)),
            is_running: false,
            version: 1,
        };
        Ok((list, prices))
    }
}

/// A price list in a list of them.
#[derive(Clone, Serialize, ToSchema)]
struct PriceListSummary {
    id: PriceListId,
    name: String,
    /// Null: everybody's.
    group_id: Option<CustomerGroupId>,
    #[schema(example = "ETB")]
    currency: String,
    is_enabled: bool,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    /// Whether its prices count now.
    is_running: bool,
    version: i64,
}

impl From<PriceList> for PriceListSummary {
    fn from(list: PriceList) -> Self {
        Self {
            id: list.id,
            name: list.name,
            group_id: list.group_id,
            currency: list.currency.to_string(),
            is_enabled: list.is_enabled,
            starts_at: list.starts_at,
            ends_at: list.ends_at,
            is_running: list.is_running,
            version: list.version,
        }
    }
}

/// A price list with its prices.
#[derive(Clone, Serialize, ToSchema)]
struct PriceListView {
    #[serde(flatten)]
    list: PriceListSummary,
    /// By variant and quantity.
    prices: Vec<ListPriceBody>,
}

impl PriceListView {
    fn of(list: PriceList, prices: &[ListPrice]) -> Self {
        let currency = list.currency;
        let price = |price: &ListPrice| ListPriceBody {
            variant_id: price.variant_id,
            min_quantity: price.min_quantity,
            price: Money::new(price.price_minor, currency),
        };
        Self {
            prices: prices.iter().map(price).collect(),
            list: list.into(),
        }
    }
}

async fn view(conn: &Conn, list: PriceList) -> Result<PriceListView> {
    let prices = store::list_list_prices(conn, list.id).await?;
    Ok(PriceListView::of(list, &prices))
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceListCursor {
    id: PriceListId,
}

impl Cursor for PriceListCursor {}

/// List price lists
///
/// The newest first, without their prices.
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/price-lists/", operation_id = "listPriceLists",
    tag = "Admin: catalogue", params(PageQuery),
    responses((status = 200, body = Page<PriceListSummary>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_price_lists(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    Query(paging): Query<PageQuery>,
) -> Result<Page<PriceListSummary>> {
    let limit = paging.limit()?;
    let before = paging.cursor::<PriceListCursor>()?.map(|cursor| cursor.id);
    let rows = store::list_price_lists(&kit.db.read().await?, before, limit + 1).await?;
    let page = Page::cut(rows, limit, |row| PriceListCursor { id: row.id })?;
    Ok(page.map(Into::into))
}

/// Create a price list
///
/// A sale has a start and an end; prices of a group have its id; prices by quantity say from how
/// many units on. All of these go together.
#[utoipa::path(
    post, path = "/api/v1/admin/catalogue/price-lists/", operation_id = "createPriceList",
    tag = "Admin: catalogue", request_body = PriceListBody,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = PriceListView), ProblemResponses),
    security(("bearer" = []))
)]
async fn create_price_list(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    header: IdempotencyHeader,
    body: Body<PriceListBody>,
) -> Result<Response> {
    let now = kit.clock.now();
    let key = header.scoped(staff.principal(), "createPriceList", body.fingerprint);
    let (mut list, prices) = body.value.read(PriceListId::generate(now))?;
    let tx = kit.db.begin("create_price_list").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    store::update_actor(&tx, staff.id).await?;
    actions::keep_price_list(&tx, &mut list, &prices, now).await?;
    let view = PriceListView::of(list, &prices);
    let what = ("price_list.create", "price_list", view.list.id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.commit(tx, StatusCode::CREATED, &view).await
}

/// Read a price list
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/price-lists/{id}/", operation_id = "getPriceList",
    tag = "Admin: catalogue", params(("id" = PriceListId, Path)),
    responses((status = 200, body = PriceListView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_price_list(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<PriceListId>,
) -> Result<Versioned<PriceListView>> {
    let conn = kit.db.read().await?;
    let found = store::find_price_list(&conn, id).await?;
    let view = view(
        &conn,
        found.ok_or(CatalogueRefusal::NotFound("price list"))?,
    )
    .await?;
    Ok(Versioned::ok(view.list.version, view))
}

/// A list, locked, as somebody has seen it.
async fn locked(tx: &Tx, id: PriceListId, if_match: IfMatch) -> Result<PriceListView> {
    let found = store::lock_price_list(tx, id).await?;
    let view = view(tx, found.ok_or(CatalogueRefusal::NotFound("price list"))?).await?;
    if_match.check(view.list.version, &view)?;
    Ok(view)
}

/// Write a price list anew
///
/// The whole of it: a price that is not named is taken away.
#[utoipa::path(
    put, path = "/api/v1/admin/catalogue/price-lists/{id}/", operation_id = "replacePriceList",
    tag = "Admin: catalogue", request_body = PriceListBody,
    params(("id" = PriceListId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = PriceListView), ProblemResponses),
    security(("bearer" = []))
)]
async fn replace_price_list(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<PriceListId>,
    if_match: IfMatch,
    body: Body<PriceListBody>,
) -> Result<Versioned<PriceListView>> {
    let now = kit.clock.now();
    let (mut list, prices) = body.value.read(id)?;
    let tx = kit.db.begin("replace_price_list").await?;
    let before = locked(&tx, id, if_match).await?;
    store::update_actor(&tx, staff.id).await?;
    list.version = before.list.version + 1;
    actions::keep_price_list(&tx, &mut list, &prices, now).await?;
    let after = PriceListView::of(list, &prices);
    let what = ("price_list.replace", "price_list", id.uuid());
    staff
        .record(&tx, what, Some(&before), Some(&after), now)
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(after.list.version, after))
}

/// Delete a price list
///
/// What it named costs at once what it costs otherwise.
#[utoipa::path(
    delete, path = "/api/v1/admin/catalogue/price-lists/{id}/", operation_id = "deletePriceList",
    tag = "Admin: catalogue",
    params(("id" = PriceListId, Path), ("If-Match" = String, Header)),
    responses((status = 204), ProblemResponses), security(("bearer" = []))
)]
async fn delete_price_list(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<PriceListId>,
    if_match: IfMatch,
) -> Result<StatusCode> {
    let now = kit.clock.now();
    let tx = kit.db.begin("delete_price_list").await?;
    let before = locked(&tx, id, if_match).await?;
    store::update_actor(&tx, staff.id).await?;
    actions::remove_price_list(&tx, id, now).await?;
    let what = ("price_list.delete", "price_list", id.uuid());
    staff
        .record(&tx, what, Some(&before), None::<&PriceListView>, now)
        .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
