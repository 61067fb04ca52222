//! Reading endpoints.

use axum::extract::State;
use ids::WebhookEndpointId;
use kit::{
    Kit, Result,
    http::{Page, PageQuery, PathId, ProblemResponses, Query, Versioned},
};
use serde::Deserialize;
use staff::{CanManageWebhooks, Staff};

use super::{super::deliveries::IdCursor, EndpointView};
use crate::{model::WebhookRefusal, store};

/// Which endpoints; each parameter at most once.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListEndpoints {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
}

/// List webhook endpoints, newest first
#[utoipa::path(
    get, path = "/api/v1/admin/webhooks/endpoints/", operation_id = "listWebhookEndpoints",
    tag = "Admin: webhooks", params(ListEndpoints),
    responses((status = 200, body = Page<EndpointView>), ProblemResponses),
    security(("bearer" = []))
)]
pub(super) async fn list_endpoints(
    _staff: Staff<CanManageWebhooks>,
    State(kit): State<Kit>,
    Query(query): Query<ListEndpoints>,
) -> Result<Page<EndpointView>> {
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after = paging.cursor::<IdCursor>()?.map(|cursor| cursor.id);
    let conn = kit.db.read().await?;
    let endpoints = store::list_endpoints(&conn, after, limit + 1).await?;
    let page = Page::cut(endpoints, limit, |endpoint| IdCursor {
        id: endpoint.id.uuid(),
    })?;
    let now = kit.clock.now();
    Ok(page.map(|endpoint| EndpointView::of(&endpoint, now)))
}

/// Read a webhook endpoint
#[utoipa::path(
    get, path = "/api/v1/admin/webhooks/endpoints/{id}/", operation_id = "getWebhookEndpoint",
    tag = "Admin: webhooks", params(("id" = WebhookEndpointId, Path)),
    responses((status = 200, body = EndpointView), ProblemResponses),
    security(("bearer" = []))
)]
pub(super) async fn get_endpoint(
    _staff: Staff<CanManageWebhooks>,
    State(kit): State<Kit>,
    PathId(id): PathId<WebhookEndpointId>,
) -> Result<Versioned<EndpointView>> {
    let endpoint = store::find_endpoint(&kit.db.read().await?, id).await?;
    let endpoint = endpoint.ok_or(WebhookRefusal::EndpointNotFound)?;
    let view = EndpointView::of(&endpoint, kit.clock.now());
    Ok(Versioned::ok(endpoint.version, view))
}
