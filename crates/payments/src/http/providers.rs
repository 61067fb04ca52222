//! The ways to pay, as they declare themselves.

use std::sync::Arc;

use axum::{Extension, Json, extract::State};
use chrono::{DateTime, Utc};
use customers::Caller;
use ids::OrderId;
use kit::{
    Kit, Result,
    http::{ProblemResponses, Query},
};
use money::Money;
use orders::{Order, OrderRefusal, OrderStatus};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    jobs::Gateway,
    model::{Confirmation, PaymentProvider, ProviderId, Unsuitable},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(list_providers))
}

/// The ways to pay.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"providers": [{
    "provider": "bank_transfer", "is_default": false, "confirmation": "by_staff",
    "has_redirect": false, "can_refund": false, "can_refund_in_part": true,
    "amount_max": [{"amount": 100_000_000, "currency": "ETB"}],
    "for_order": {
        "can_pay": true, "reason": null, "pay_until": "2026-11-25T09:00:00Z"
    }
}]}))]
struct ProvidersView {
    /// Those that are offered, the one that is taken without a name first.
    providers: Vec<ProviderView>,
}

/// A way to pay, and what it can do.
#[derive(Serialize, ToSchema)]
struct ProviderView {
    /// The name for `initiatePayment`.
    provider: ProviderId,
    /// Whether it is taken where none is named.
    is_default: bool,
    /// Who says that the money came.
    confirmation: Confirmation,
    /// Whether the buyer is sent to a page; otherwise there are instructions.
    has_redirect: bool,
    /// Whether it gives money back by itself; otherwise the shop hands it over.
    can_refund: bool,
    /// Whether a part of a payment can be given back.
    can_refund_in_part: bool,
    /// The most that one payment may be, for each currency that it takes.
    amount_max: Vec<Money>,
    /// Whether it can take the order that was asked about; null without one.
    for_order: Option<ForOrderView>,
}

/// Whether a way to pay can take an order.
#[derive(Serialize, ToSchema)]
struct ForOrderView {
    can_pay: bool,
    /// Why not: `order` (it does not wait for payment), `currency` or `amount`; otherwise null.
    #[schema(example = "amount")]
    reason: Option<&'static str>,
    /// Until when it could be paid if it were started now; null where it cannot.
    pay_until: Option<DateTime<Utc>>,
}

/// For which order.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListProviders {
    /// An order of the caller: says which providers can take it, and until when.
    order_id: Option<OrderId>,
}

/// List the ways to pay
///
/// For everybody. With an order of one's own it also says which of them can take it.
#[utoipa::path(
    get, path = "/api/v1/payment/providers/", operation_id = "listPaymentProviders",
    tag = "Payments", params(ListProviders),
    responses((status = 200, body = ProvidersView), ProblemResponses),
    security((), ("bearer" = []), ("shopper_token" = []))
)]
async fn list_providers(
    caller: Caller,
    State(kit): State<Kit>,
    Extension(gateway): Extension<Arc<Gateway>>,
    Query(query): Query<ListProviders>,
) -> Result<Json<ProvidersView>> {
    let order = match query.order_id {
        Some(id) => {
            let order = orders::find_order(&kit.db.read().await?, id).await?;
            let order = order.filter(|order| order.is_visible_to(&caller));
            Some(order.ok_or(OrderRefusal::NotFound)?)
        }
        None => None,
    };
    let now = kit.clock.now();
    let view = |provider: &dyn PaymentProvider| {
        let able = provider.capabilities();
        ProviderView {
            provider: provider.id(),
            is_default: provider.id() == ProviderId::DEFAULT,
            confirmation: able.confirmation,
            has_redirect: able.has_redirect,
            can_refund: able.can_refund,
            can_refund_in_part: able.can_refund_in_part,
            amount_max: able.amount_max.clone(),
            for_order: order.as_ref().map(|order| for_order(provider, order, now)),
        }
    };
    let providers = gateway.offered().map(view).collect();
    Ok(Json(ProvidersView { providers }))
}

fn for_order(provider: &dyn PaymentProvider, order: &Order, now: DateTime<Utc>) -> ForOrderView {
    let able = provider.capabilities();
    let waits = order.status == OrderStatus::PendingPayment && now < order.expires_at;
    let reason = match able.check(order.due()) {
        _ if !waits => Some("order"),
        Err(Unsuitable::Currency) => Some("currency"),
        Err(Unsuitable::Amount { .. }) => Some("amount"),
        Ok(()) => None,
    };
    ForOrderView {
        can_pay: reason.is_none(),
        reason,
        pay_until: reason.is_none().then(|| able.lifetime.end(order, now)),
    }
}
