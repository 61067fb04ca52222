//! Paying an order with gift cards and store credit.

use std::sync::Arc;

use axum::{Extension, Json, extract::State};
use credit::{CREDIT_QUOTA, CreditKind, CreditUse, Payer, UseState};
use customers::Caller;
use ids::{CreditUseId, OrderId};
use kit::{
    Conn, Kit, Result,
    http::{
        Body, PathId, ProblemResponses, access::Access, body::invalid_member, server::ClientAddress,
    },
    rate_limit::address_key,
};
use money::Money;
use orders::{Order, OrderRefusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::initiate::principal;
use crate::{
    actions::{self, Credited},
    jobs::{Answer, Gateway, ask_and_close},
    model::PaymentRefusal,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(get_order_credit, use_credit, release_credit))
}

/// Credit for an order: a gift card by its code, or without one the customer's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "code": "7QXA-2M0P-9ZKT-EH3V-C8RD-W5N1-JB6Y-4GSF", "amount": null
}))]
struct UseCredit {
    /// Capitals, spaces and dashes do not matter.
    #[serde(default)]
    #[schema(max_length = 200)]
    code: Option<String>,
    /// No more than this of it; without it as much as is there and is due.
    #[serde(default)]
    amount: Option<Money>,
}

/// What credit pays of an order.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "order_id": "019aab00-0000-7000-8000-000000000001", "status": "pending_payment",
    "total": {"amount": 129_900, "currency": "ETB"},
    "credit": {"amount": 50_000, "currency": "ETB"},
    "due": {"amount": 79_900, "currency": "ETB"},
    "parts": [{
        "id": "019aab00-0000-7000-8000-000000000031", "kind": "gift_card", "code_end": "4GSF",
        "amount": {"amount": 50_000, "currency": "ETB"}, "state": "held"
    }]
}))]
struct OrderCreditView {
    order_id: OrderId,
    /// Where the order stands: `paid` where credit pays all of it.
    #[schema(example = "pending_payment")]
    status: &'static str,
    total: Money,
    /// What of it is set aside or paid with credit.
    credit: Money,
    /// What is to be paid in another way.
    due: Money,
    /// Oldest first; also those that were given back.
    parts: Vec<CreditPartView>,
}

/// What one card, or one customer's credit, pays of an order.
#[derive(Serialize, ToSchema)]
struct CreditPartView {
    id: CreditUseId,
    kind: CreditKind,
    /// The last characters of a card's code.
    code_end: Option<String>,
    amount: Money,
    state: UseState,
}

impl From<CreditUse> for CreditPartView {
    fn from(one: CreditUse) -> Self {
        Self {
            id: one.id,
            kind: one.kind,
            code_end: one.code_end,
            amount: one.amount,
            state: one.state,
        }
    }
}

async fn view(conn: &Conn, order: &Order) -> Result<OrderCreditView> {
    let parts = credit::list_uses(conn, order.id).await?;
    Ok(OrderCreditView {
        order_id: order.id,
        status: order.status.as_str(),
        total: order.total,
        credit: order.credit,
        due: order.due(),
        parts: parts.into_iter().map(CreditPartView::from).collect(),
    })
}

/// Read what credit pays of an order
///
/// For whoever may read the order.
#[utoipa::path(
    get, path = "/api/v1/payment/credit/{order_id}/", operation_id = "getOrderCredit",
    tag = "Payments", params(("order_id" = OrderId, Path)),
    responses((status = 200, body = OrderCreditView), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn get_order_credit(
    caller: Caller,
    State(kit): State<Kit>,
    PathId(order_id): PathId<OrderId>,
) -> Result<Json<OrderCreditView>> {
    let conn = kit.db.read().await?;
    let order = orders::find_order(&conn, order_id).await?;
    let order = order.filter(|order| order.is_visible_to(&caller));
    Ok(Json(
        view(&conn, &order.ok_or(OrderRefusal::NotFound)?).await?,
    ))
}

/// Pay an order with a gift card or store credit
///
/// Sets aside as much as is there and is due; whatever is left of the order is paid in another
/// way, and an order of which nothing is left is paid. Several cards may pay one order; the same
/// card again changes nothing. An order that is not paid gives it back. A payment that is open
/// already is closed first, unless it turns out to have been paid.
#[utoipa::path(
    post, path = "/api/v1/payment/credit/{order_id}/", operation_id = "useCredit",
    tag = "Payments", params(("order_id" = OrderId, Path)), request_body = UseCredit,
    responses((status = 200, body = OrderCreditView), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn use_credit(
    caller: Caller,
    ClientAddress(address): ClientAddress,
    Extension(access): Extension<Access>,
    Extension(gateway): Extension<Arc<Gateway>>,
    State(kit): State<Kit>,
    PathId(order_id): PathId<OrderId>,
    body: Body<UseCredit>,
) -> Result<Json<OrderCreditView>> {
    principal(&caller)?;
    let UseCredit { code, amount } = body.value;
    if amount.is_some_and(|amount| amount.minor() <= 0) {
        return Err(invalid_member("/amount/amount", "it must be more than 0"));
    }
    let payer = match (code, &caller) {
        (Some(code), _) => Payer::Card(code),
        (None, Caller::Customer(id)) => Payer::Customer(*id),
        (None, _) => return Err(invalid_member("/code", "a guest needs one")),
    };
    let wish = Wish::Use(payer, amount);
    let changed = change(&kit, &gateway, &caller, order_id, &wish).await;
    if let Err(error) = &changed
        && error.code() == Some("gift_card_not_found")
    {
        let address = address_key(address);
        let now = kit.clock.now();
        access.limits.check(&address, CREDIT_QUOTA, now).await?;
    }
    changed.map(Json)
}

/// Take credit back from an order
///
/// All that is set aside for it, while it waits to be paid. A payment that is open already is
/// closed first, unless it turns out to have been paid.
#[utoipa::path(
    delete, path = "/api/v1/payment/credit/{order_id}/", operation_id = "releaseCredit",
    tag = "Payments", params(("order_id" = OrderId, Path)),
    responses((status = 200, body = OrderCreditView), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn release_credit(
    caller: Caller,
    Extension(gateway): Extension<Arc<Gateway>>,
    State(kit): State<Kit>,
    PathId(order_id): PathId<OrderId>,
) -> Result<Json<OrderCreditView>> {
    principal(&caller)?;
    let changed = change(&kit, &gateway, &caller, order_id, &Wish::Release).await;
    changed.map(Json)
}

/// What is to become of an order's credit.
enum Wish {
    /// So much of it at the most.
    Use(Payer, Option<Money>),
    Release,
}

/// Changes what credit pays of an order of the caller's. A payment that is open is asked about and
/// closed at the most once; then the way is free.
async fn change(
    kit: &Kit,
    gateway: &Gateway,
    caller: &Caller,
    order_id: OrderId,
    wish: &Wish,
) -> Result<OrderCreditView> {
    for _ in 0..2 {
        let tx = kit.db.begin("change_credit").await?;
        let order = orders::lock_order(&tx, order_id).await?;
        let order = order.filter(|order| order.is_visible_to(caller));
        let order = order.ok_or(OrderRefusal::NotFound)?;
        let now = kit.clock.now();
        let changed = match wish {
            Wish::Use(payer, most) => {
                let mode = gateway.mode();
                actions::use_credit(&tx, order, (payer, *most), mode, now).await?
            }
            Wish::Release => actions::release_credit(&tx, order, now).await?,
        };
        match changed {
            Credited::Done(order) => {
                let order = orders::find_order(&tx, order.id).await?;
                let view = view(&tx, &order.ok_or(OrderRefusal::NotFound)?).await?;
                tx.commit().await?;
                return Ok(view);
            }
            Credited::AskFirst(attempt) => {
                tx.rollback().await?;
                let answer = ask_and_close(kit, gateway, &attempt).await?;
                if let Answer::Silent {
                    retry_after_seconds,
                } = answer
                {
                    let why = PaymentRefusal::ProviderUnreachable {
                        retry_after_seconds,
                    };
                    return Err(why.into());
                }
            }
        }
    }
    Err(PaymentRefusal::Starting.into())
}
