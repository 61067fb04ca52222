//! What staff see of returns.

use axum::extract::State;
use chrono::{DateTime, Utc};
use ids::{OrderId, ReturnId};
use kit::{
    Kit, Result,
    http::{
        Cursor, Page, PageQuery, PathId, ProblemResponses, Query, Versioned,
        body::invalid_parameter, page,
    },
};
use serde::{Deserialize, Serialize};
use staff::{CanReadOrders, Staff};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::views::{self, ReturnView};
use crate::{
    model::{Return, ReturnRefusal, ReturnState},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_returns))
        .routes(routes!(get_return))
}

/// Which returns; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListReturns {
    /// Of this order.
    #[param(value_type = Option<uuid::Uuid>)]
    order_id: Option<OrderId>,
    /// `requested`, `approved`, `rejected`, `received` or `cancelled`.
    #[param(example = "requested")]
    state: Option<String>,
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReturnCursor {
    #[serde(deserialize_with = "page::instant")]
    requested_at: DateTime<Utc>,
    id: ReturnId,
}

impl Cursor for ReturnCursor {}

/// List returns, newest first
#[utoipa::path(
    get, path = "/api/v1/admin/returns/", operation_id = "listReturns", tag = "Admin: orders",
    params(ListReturns),
    responses((status = 200, body = Page<ReturnView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_returns(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    Query(query): Query<ListReturns>,
) -> Result<Page<ReturnView>> {
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after = paging.cursor::<ReturnCursor>()?;
    let after = after.map(|after| (after.requested_at, after.id));
    let state = query.state.as_deref().map(|text| {
        let unknown = || invalid_parameter("state", "it is not a state of returns");
        ReturnState::parse(text).ok_or_else(unknown)
    });
    let conn = kit.db.read().await?;
    let state = state.transpose()?;
    let returns = store::list_returns(&conn, query.order_id, state, after, limit + 1).await?;
    let page = Page::cut(returns, limit, |one: &Return| ReturnCursor {
        requested_at: one.requested_at,
        id: one.id,
    })?;
    views::page_of(&conn, page).await
}

/// Read a return
#[utoipa::path(
    get, path = "/api/v1/admin/returns/{id}/", operation_id = "getReturn", tag = "Admin: orders",
    params(("id" = ReturnId, Path)),
    responses((status = 200, body = ReturnView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_return(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    PathId(id): PathId<ReturnId>,
) -> Result<Versioned<ReturnView>> {
    let conn = kit.db.read().await?;
    let one = store::find_return(&conn, id).await?;
    let view = views::view(&conn, one.ok_or(ReturnRefusal::NotFound)?).await?;
    Ok(Versioned::ok(view.version, view))
}
