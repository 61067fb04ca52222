//! The attempts to have orders paid.

use axum::extract::State;
use chrono::{DateTime, Utc};
use ids::{AttemptId, OrderId, StaffId};
use kit::{
    Kit, Result,
    http::{Page, PageQuery, ProblemResponses, Query, body::invalid_parameter},
};
use money::Money;
use serde::{Deserialize, Serialize};
use staff::{CanReadOrders, Staff};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    model::{Attempt, AttemptFilter, AttemptState, IdCursor, PaymentStatus, ProviderId},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(list_attempts))
}

/// An attempt to have an order paid, as staff see it.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct AttemptAdminView {
    id: AttemptId,
    order_id: OrderId,
    /// Who takes the money.
    provider: ProviderId,
    tx_ref: String,
    amount: Money,
    /// `test` or `live`.
    #[schema(example = "live")]
    mode: String,
    /// `created`, `unknown`, `pending`, `charged`, `failed`, `cancelled`, `expired`, `review` or
    /// `charged_late`.
    #[schema(example = "charged")]
    state: String,
    /// What the buyer is told.
    status: PaymentStatus,
    checkout_url: Option<String>,
    /// The provider's reference, once there is a charge.
    provider_reference: Option<String>,
    /// What the buyer names when paying by hand.
    #[schema(example = "NX-1001-138")]
    customer_reference: Option<String>,
    /// Who of the staff confirmed it, where no provider can be asked.
    confirmed_by: Option<StaffId>,
    /// Why it failed.
    failure: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    /// When its money was recorded.
    charged_at: Option<DateTime<Utc>>,
}

impl From<Attempt> for AttemptAdminView {
    fn from(attempt: Attempt) -> Self {
        Self {
            status: attempt.status(),
            id: attempt.id,
            order_id: attempt.order_id,
            provider: attempt.provider,
            tx_ref: attempt.tx_ref,
            amount: attempt.amount,
            mode: attempt.mode.as_str().to_owned(),
            state: attempt.state.as_str().to_owned(),
            checkout_url: attempt.checkout_url,
            provider_reference: attempt.provider_reference,
            customer_reference: attempt.customer_reference,
            confirmed_by: attempt.confirmed_by,
            failure: attempt.failure,
            created_at: attempt.created_at,
            updated_at: attempt.updated_at,
            expires_at: attempt.expires_at,
            charged_at: attempt.charged_at,
        }
    }
}

/// Which attempts; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListAttempts {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
    /// Only those of this order.
    order_id: Option<OrderId>,
    /// Only the one with this reference, as the buyer wrote it on the transfer.
    #[param(max_length = 64, example = "NX-1001-138")]
    customer_reference: Option<String>,
    /// Only those in this state.
    #[param(max_length = 20)]
    state: Option<String>,
    /// Only those of this provider.
    #[param(max_length = 20)]
    provider: Option<String>,
    /// Only the one with this reference.
    #[param(max_length = 100)]
    tx_ref: Option<String>,
    /// Only those made at this instant or later.
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    created_from: Option<DateTime<Utc>>,
    /// Only those made before this instant.
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    created_to: Option<DateTime<Utc>>,
}

impl ListAttempts {
    fn filter(&self) -> Result<AttemptFilter> {
        let state = self.state.as_deref().map(|word| {
            AttemptState::parse(word)
                .ok_or_else(|| invalid_parameter("state", "it is no state of attempts"))
        });
        let provider = self.provider.as_deref().map(|name| {
            ProviderId::parse(name)
                .ok_or_else(|| invalid_parameter("provider", "there is no such provider"))
        });
        Ok(AttemptFilter {
            order_id: self.order_id,
            state: state.transpose()?,
            provider: provider.transpose()?,
            tx_ref: self.tx_ref.clone(),
            customer_reference: self.customer_reference.clone(),
            created_from: self.created_from,
            created_to: self.created_to,
        })
    }
}

/// List payment attempts, newest first
#[utoipa::path(
    get, path = "/api/v1/admin/payments/attempts/", operation_id = "listPaymentAttempts",
    tag = "Admin: payments", params(ListAttempts),
    responses((status = 200, body = Page<AttemptAdminView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_attempts(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    Query(query): Query<ListAttempts>,
) -> Result<Page<AttemptAdminView>> {
    let filter = query.filter()?;
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after = paging.cursor::<IdCursor>()?.map(|cursor| cursor.id);
    let conn = kit.db.read().await?;
    let attempts = store::list_attempts(&conn, &filter, after, limit + 1).await?;
    let page = Page::cut(attempts, limit, |attempt| IdCursor {
        id: attempt.id.uuid(),
    })?;
    Ok(page.map(AttemptAdminView::from))
}
