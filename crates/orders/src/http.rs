//! Reading orders over HTTP. Placing one is the checkout's.

use axum::extract::State;
use catalogue::Texts;
use chrono::{DateTime, Utc};
use customers::{Caller, ShippingAddress};
use ids::{OrderId, ProductId, VariantId};
use kit::{
    Kit, Result,
    http::{
        Cursor, Page, PageQuery, PathId, ProblemResponses, Query, Versioned,
        body::invalid_parameter, page,
    },
};
use money::Money;
use serde::{Deserialize, Serialize};
use terms::Explanation;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions,
    model::{
        FulfilmentStatus, LinePart, Order, OrderLine, OrderPaymentStatus, OrderRefusal,
        OrderStatus, ReturnStatus,
    },
    store,
};

/// The routes of orders.
pub fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_orders))
        .routes(routes!(get_order))
}

/// An order.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderView {
    id: OrderId,
    /// Short and gap-free, for people.
    #[schema(example = 1001)]
    number: i64,
    /// `pending_payment`, `paid`, `cancelled` or `expired`.
    #[schema(example = "pending_payment")]
    status: String,
    email: String,
    phone: Option<String>,
    language: String,
    shipping_address: ShippingAddress,
    note: String,
    lines: Vec<OrderLineView>,
    /// Sum of the lines.
    subtotal: Money,
    /// What is taken off the lines.
    discount: Money,
    /// What the delivery costs, after what is taken off it.
    shipping: Money,
    /// What is taken off the delivery.
    shipping_discount: Money,
    /// Tax on top of the prices.
    tax: Money,
    /// Tax that is in the prices.
    tax_included: Money,
    /// What it costs.
    total: Money,
    /// What of the total is set aside, or paid, with gift cards and store credit.
    credit: Money,
    /// What is to be paid beside that, and what Chapa is asked for: the same integer.
    due: Money,
    /// Where each cent comes from, as it was agreed.
    explanation: Explanation,
    placed_at: DateTime<Utc>,
    /// Until when its units are held unpaid.
    expires_at: DateTime<Utc>,
    paid_at: Option<DateTime<Utc>>,
    /// `unpaid`, `paid`, `partially_refunded` or `refunded`: how its money stands.
    payment_status: OrderPaymentStatus,
    /// What of the total went back to the buyer.
    refunded: Money,
    /// How far its parcels are.
    fulfilment_status: FulfilmentStatus,
    /// Whether something of it comes back.
    return_status: ReturnStatus,
    #[serde(skip)]
    version: i64,
}

/// A line of an order, as it was agreed.
#[derive(Debug, Serialize, ToSchema)]
struct OrderLineView {
    variant_id: VariantId,
    product_id: ProductId,
    sku: String,
    title: Texts,
    options: Vec<OrderLineOption>,
    unit_price: Money,
    quantity: i64,
    /// Units of these that were not there when it was ordered.
    backordered: i64,
    /// What one unit of it was made of when it was ordered, where it is a bundle.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    parts: Vec<LinePart>,
    /// When these were expected, as it was said then.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_at: Option<DateTime<Utc>>,
    /// Unit price × quantity.
    total: Money,
    /// What is taken off it.
    discount: Money,
    /// Tax on top of it.
    tax: Money,
    /// Tax inside of it.
    tax_included: Money,
}

/// What was chosen.
#[derive(Debug, Serialize, ToSchema)]
struct OrderLineOption {
    name: Texts,
    label: Texts,
}

impl OrderView {
    pub(crate) fn of(order: Order, lines: Vec<OrderLine>) -> Self {
        let payment_status = order.payment_status();
        Self {
            credit: order.credit,
            due: order.due(),
            payment_status,
            refunded: order.refunded,
            fulfilment_status: order.fulfilment_status,
            return_status: order.return_status,
            id: order.id,
            number: order.number,
            status: order.status.as_str().to_owned(),
            email: order.email,
            phone: order.phone,
            language: order.language,
            shipping_address: order.shipping_address,
            note: order.note,
            lines: lines.into_iter().map(line_view).collect(),
            subtotal: order.subtotal,
            discount: order.discount,
            shipping: order.shipping,
            tax: order.tax,
            shipping_discount: order.shipping_discount,
            tax_included: order.tax_included,
            explanation: order.explanation,
            total: order.total,
            placed_at: order.placed_at,
            expires_at: order.expires_at,
            paid_at: order.paid_at,
            version: order.version,
        }
    }
}

fn line_view(line: OrderLine) -> OrderLineView {
    OrderLineView {
        variant_id: line.variant_id,
        product_id: line.product_id,
        sku: line.sku,
        title: line.title,
        options: line
            .options
            .into_iter()
            .map(|(name, label)| OrderLineOption { name, label })
            .collect(),
        unit_price: line.unit_price,
        quantity: line.quantity,
        backordered: line.backordered,
        expected_at: line.expected_at,
        parts: line.parts,
        total: line.total,
        discount: line.discount,
        tax: line.tax,
        tax_included: line.tax_included,
    }
}

/// Which orders.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListOrders {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
    /// Only orders that stand there.
    #[param(example = "paid")]
    status: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderCursor {
    #[serde(deserialize_with = "page::instant")]
    placed_at: DateTime<Utc>,
    id: OrderId,
}

impl Cursor for OrderCursor {}

/// List orders
///
/// Newest first: a customer's own, a guest's by the `X-Shopper-Token`, every order for staff with
/// the right to read orders.
#[utoipa::path(
    get, path = "/api/v1/orders/", operation_id = "listOrders", tag = "Orders",
    params(ListOrders),
    responses((status = 200, body = Page<OrderView>), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn list_orders(
    caller: Caller,
    State(kit): State<Kit>,
    Query(query): Query<ListOrders>,
) -> Result<Page<OrderView>> {
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after: Option<OrderCursor> = paging.cursor()?;
    let after = after.map(|after| (after.placed_at, after.id));
    let status = query.status.as_deref();
    if status.is_some_and(|status| OrderStatus::parse(status).is_none()) {
        return Err(invalid_parameter("status", "it is not a status of orders"));
    }
    let conn = kit.db.read().await?;
    let orders = match &caller {
        Caller::Staff(_) => store::list_orders(&conn, None, status, after, limit + 1).await?,
        Caller::Customer(id) => {
            store::list_orders(&conn, Some(*id), status, after, limit + 1).await?
        }
        Caller::Guest(hash) => {
            store::list_orders_of_guest(&conn, hash, status, after, limit + 1).await?
        }
        Caller::Anonymous => return Err(kit::tokens::TokenRefusal::Missing.into()),
    };
    let ids: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
    let mut lines = store::list_lines(&conn, &ids).await?;
    let views = orders.into_iter().map(|order| {
        let own = lines
            .extract_if(.., |(id, _)| *id == order.id)
            .map(|(_, line)| line)
            .collect();
        OrderView::of(order, own)
    });
    let views: Vec<OrderView> = views.collect();
    let key = |view: &OrderView| OrderCursor {
        placed_at: view.placed_at,
        id: view.id,
    };
    Page::cut(views, limit, key)
}

/// Read an order
///
/// For its customer, for the guest with the `X-Shopper-Token` of its cart, for staff. Anybody
/// else gets 404.
#[utoipa::path(
    get, path = "/api/v1/orders/{id}/", operation_id = "getOrder", tag = "Orders",
    params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderView), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn get_order(
    caller: Caller,
    State(kit): State<Kit>,
    PathId(id): PathId<OrderId>,
) -> Result<Versioned<OrderView>> {
    let conn = kit.db.read().await?;
    let order = store::find_order(&conn, id).await?;
    if !order.is_some_and(|order| order.is_visible_to(&caller)) {
        return Err(OrderRefusal::NotFound.into());
    }
    let view = actions::get_view(&conn, id).await?;
    Ok(Versioned::ok(view.version, view))
}
