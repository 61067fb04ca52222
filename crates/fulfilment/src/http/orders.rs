//! How far an order is, as staff see it: lines, parcels, what was called off.

use axum::extract::State;
use catalogue::Texts;
use chrono::{DateTime, Utc};
use ids::{CancellationId, FulfilmentId, LocationId, OrderId, RefundId, StaffId, VariantId};
use kit::{
    Kit, Result,
    http::{PathId, ProblemResponses, Versioned},
};
use orders::{FulfilmentStatus, Order, OrderRefusal, OrderStatus};
use serde::Serialize;
use staff::{CanReadOrders, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{LineUnitsView, parcels::FulfilmentView};
use crate::{
    actions,
    model::{Cancellation, LineUnits, Share, Taken, Units},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(get_order_fulfilment))
}

/// How far an order is.
#[derive(Serialize, ToSchema)]
struct OrderFulfilmentView {
    order_id: OrderId,
    number: i64,
    status: FulfilmentStatus,
    lines: Vec<LineFulfilmentView>,
    fulfilments: Vec<FulfilmentView>,
    cancellations: Vec<CancellationView>,
}

/// What became of the units of a line.
#[derive(Serialize, ToSchema)]
struct LineFulfilmentView {
    variant_id: VariantId,
    sku: String,
    title: Texts,
    ordered: i64,
    cancelled: i64,
    shipped: i64,
    delivered: i64,
    /// Units that can leave or be called off, and where they stand; of a bundle, whole ones.
    open: Vec<OpenUnitsView>,
    /// Where what a bundle's open units are made of stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    parts: Vec<OpenPartView>,
    /// Units that have not come yet: they cannot leave, and can be called off.
    awaited: i64,
}

/// Units at a location.
#[derive(Serialize, ToSchema)]
struct OpenUnitsView {
    location_id: LocationId,
    quantity: i64,
}

/// Units of a part of a bundle at a location.
#[derive(Serialize, ToSchema)]
struct OpenPartView {
    variant_id: VariantId,
    location_id: LocationId,
    quantity: i64,
}

/// Units that will never leave.
#[derive(Clone, Serialize, ToSchema)]
pub(super) struct CancellationView {
    pub(super) id: CancellationId,
    order_id: OrderId,
    items: Vec<LineUnitsView>,
    reason: String,
    /// What goes back to the buyer for them.
    refund_id: Option<RefundId>,
    /// Who; none when the buyer did.
    staff_id: Option<StaffId>,
    cancelled_at: DateTime<Utc>,
}

impl CancellationView {
    pub(super) fn of(
        cancellation: Cancellation,
        units: impl Iterator<Item = (VariantId, i64)>,
    ) -> Self {
        Self {
            id: cancellation.id,
            order_id: cancellation.order_id,
            items: units.map(|line| LineUnitsView::from(&line)).collect(),
            reason: cancellation.reason,
            refund_id: cancellation.refund_id,
            staff_id: cancellation.staff_id,
            cancelled_at: cancellation.cancelled_at,
        }
    }
}

fn lines_of(
    order: &Order,
    lines: Vec<(OrderId, orders::OrderLine)>,
    units: &Units,
) -> Vec<LineFulfilmentView> {
    // An order that has expired waits for nothing, although nothing of it was called off.
    let waits = matches!(
        order.status,
        OrderStatus::PendingPayment | OrderStatus::Paid
    );
    let open = units.everything(None);
    let view = |((_, line), became): ((OrderId, orders::OrderLine), &LineUnits)| {
        let own = open.iter().find(|one| one.variant_id == line.variant_id);
        let whole = |(location_id, quantity)| OpenUnitsView {
            location_id,
            quantity,
        };
        let part = |share: &Share| {
            Some(OpenPartView {
                variant_id: share.variant_id,
                location_id: share.claimed_at?,
                quantity: share.quantity,
            })
        };
        let bundle = own.filter(|one| one.is_bundle);
        let shares = bundle.map_or(&[][..], |one| &one.shares);
        LineFulfilmentView {
            open: own
                .map_or_else(Vec::new, Taken::whole_at)
                .into_iter()
                .map(whole)
                .collect(),
            parts: shares.iter().filter_map(part).collect(),
            awaited: match waits {
                true => became.open() - own.map_or(0, |one| one.quantity),
                false => 0,
            },
            variant_id: line.variant_id,
            sku: line.sku,
            title: line.title,
            ordered: became.ordered,
            cancelled: became.cancelled,
            shipped: became.shipped,
            delivered: became.delivered,
        }
    };
    lines.into_iter().zip(&units.lines).map(view).collect()
}

/// Read how far an order is
///
/// What of each line was shipped, delivered and called off, its parcels, and where the rest
/// stands.
#[utoipa::path(
    get, path = "/api/v1/admin/orders/{id}/fulfilment/", operation_id = "getOrderFulfilment",
    tag = "Admin: orders", params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderFulfilmentView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_order_fulfilment(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    PathId(id): PathId<OrderId>,
) -> Result<Versioned<OrderFulfilmentView>> {
    let tx = kit.db.begin_snapshot("get_order_fulfilment").await?;
    let order = orders::find_order(&tx, id).await?;
    let order = order.ok_or(OrderRefusal::NotFound)?;
    let units = actions::units_of(&tx, id).await?;
    let lines = orders::list_lines(&tx, &[id]).await?;
    let parcels = store::list_fulfilments_of_order(&tx, id).await?;
    let ids: Vec<FulfilmentId> = parcels.iter().map(|parcel| parcel.id).collect();
    let items = store::list_items(&tx, &ids).await?;
    let cancelled = store::list_cancelled_units(&tx, id).await?;
    let cancellations = store::list_cancellations(&tx, id).await?;
    let of = |cancellation: Cancellation| {
        let own = cancelled.iter().filter(|one| one.0 == cancellation.id);
        let own: Vec<(VariantId, i64)> = own.map(|one| (one.1, one.2)).collect();
        CancellationView::of(cancellation, own.into_iter())
    };
    let view = OrderFulfilmentView {
        order_id: id,
        number: order.number,
        status: order.fulfilment_status,
        lines: lines_of(&order, lines, &units),
        fulfilments: parcels
            .into_iter()
            .map(|parcel| FulfilmentView::of(parcel, &items))
            .collect(),
        cancellations: cancellations.into_iter().map(of).collect(),
    };
    tx.rollback().await?;
    Ok(Versioned::ok(order.version, view))
}
