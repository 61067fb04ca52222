//! Starting a payment: written down, then asked for, then written down again.

use std::sync::Arc;

use axum::{Extension, extract::State, response::Response};
use chrono::{DateTime, Utc};
use customers::Caller;
use http::StatusCode;
use ids::OrderId;
use kit::{
    Error, Kit, Result,
    http::{Body, Idempotency, IdempotencyHeader, PathId, Problem, ProblemResponses},
    sabotage::crash_point,
};
use money::Money;
use orders::{Order, OrderRefusal, OrderStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions,
    jobs::{Answer, Gateway, ask_and_close},
    model::{
        Attempt, AttemptState, Call, Instructions, Opening, Operation, PageOutcome, PaymentRefusal,
        ProviderId, reason_not_payable,
    },
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(initiate_payment))
}

/// How the buyer wants to pay. Anything else in it is not read: once there was no body here, and
/// no amount of a browser's counts.
#[derive(Deserialize, Default, ToSchema)]
#[schema(example = json!({ "provider": "bank_transfer" }))]
struct InitiatePaymentBody {
    /// A provider of `listPaymentProviders`; `chapa` without it.
    #[schema(max_length = 40, example = "bank_transfer")]
    provider: Option<String>,
}

/// How the buyer pays: on a page, or by instructions.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "provider": "chapa",
    "payment_url": "https://checkout.chapa.co/checkout/payment/V38JyhpTygC9QimkJrdful9oEjih0heIv",
    "tx_ref": "nx-4ixUKlhbT0mK0oDHxq2y6Yp2eOZ8o7b1r0nqzK0h3Zk",
    "amount": {"amount": 129_900, "currency": "ETB"},
    "expires_at": "2026-11-22T09:30:00Z",
    "instructions": null
}))]
struct PaymentPage {
    /// Who takes the money.
    provider: ProviderId,
    /// Send the buyer here; null where there are instructions instead.
    payment_url: Option<String>,
    /// The attempt's reference; `verifyPayment` tells what has become of it.
    tx_ref: String,
    /// What the page asks for: what is due of the order's total, to the last santim.
    amount: Money,
    /// Until when it can be paid; then start another payment.
    expires_at: DateTime<Utc>,
    /// What the buyer is to do where there is no page; otherwise null.
    instructions: Option<InstructionsView>,
}

/// What the buyer is to do, in the language of the order.
#[derive(Serialize, ToSchema)]
struct InstructionsView {
    #[serde(flatten)]
    told: Box<Instructions>,
    /// What the buyer names when paying; of this one payment only.
    #[schema(example = "NX-1001-138")]
    reference: String,
    /// What is to be paid, exactly.
    amount: Money,
    /// Until when the shop waits for the money, and holds the goods.
    deadline: DateTime<Utc>,
}

impl PaymentPage {
    fn of(attempt: &Attempt) -> Result<Self> {
        let told = attempt.instructions.clone();
        let instructions = told.zip(attempt.customer_reference.clone());
        if attempt.checkout_url.is_none() && instructions.is_none() {
            return Err(Error::fault("a pending attempt has no page"));
        }
        Ok(Self {
            provider: attempt.provider,
            payment_url: attempt.checkout_url.clone(),
            tx_ref: attempt.tx_ref.clone(),
            amount: attempt.amount,
            expires_at: attempt.expires_at,
            instructions: instructions.map(|(told, reference)| InstructionsView {
                told,
                reference,
                amount: attempt.amount,
                deadline: attempt.expires_at,
            }),
        })
    }
}

/// Start the payment of an order
///
/// Opens a checkout page at the payment provider for what is due of the order and answers its
/// address. Asked again while that page is open, it answers the same page: an order has one at a
/// time.
/// For the order's own customer, or the guest with the `X-Shopper-Token` of its cart. The body is
/// optional and names a provider; without it Chapa is asked. Cash on delivery and bank transfers
/// have no page: the answer has `instructions`, and the order waits longer. Naming another
/// provider closes the payment that was open, unless it turns out to have been paid. An
/// `Idempotency-Key` is welcome and not required.
#[utoipa::path(
    post, path = "/api/v1/payment/initiate/{order_id}/", operation_id = "initiatePayment",
    tag = "Payments",
    params(("order_id" = OrderId, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = Option<InitiatePaymentBody>,
    responses(
        (status = 200, body = PaymentPage),
        (status = 502, body = Problem, content_type = "application/problem+json",
            description = "The payment provider refuses this payment"),
        ProblemResponses
    ),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn initiate_payment(
    caller: Caller,
    State(kit): State<Kit>,
    Extension(gateway): Extension<Arc<Gateway>>,
    PathId(order_id): PathId<OrderId>,
    header: IdempotencyHeader,
    body: Option<Body<InitiatePaymentBody>>,
) -> Result<Response> {
    let has_key = header.is_sent();
    let named = body.and_then(|body| body.value.provider);
    let provider = match &named {
        Some(name) => gateway.choose(name)?,
        None => gateway.provider(ProviderId::DEFAULT),
    };
    let fingerprint = provider.id().as_str().as_bytes().to_vec();
    let key = header.scoped(principal(&caller)?, "initiatePayment", fingerprint);
    if has_key {
        // Only looked for: the key is claimed together with the final answer.
        let tx = kit.db.begin("find_payment_reply").await?;
        if let Some(reply) = key.replay(&tx, &kit).await? {
            return Ok(reply);
        }
        tx.rollback().await?;
    }
    // An older attempt is asked about and closed at the most once; then the way is free.
    for _ in 0..2 {
        let tx = kit.db.begin("initiate_payment").await?;
        let order = orders::lock_order(&tx, order_id).await?;
        let order = order
            .filter(|order| order.is_visible_to(&caller))
            .ok_or(OrderRefusal::NotFound)?;
        let id = provider.id();
        let is_suitable = provider.capabilities().check(order.due());
        is_suitable.map_err(|why| PaymentRefusal::ProviderUnsuitable { provider: id, why })?;
        let now = kit.clock.now();
        match actions::initiate_payment(&tx, &order, gateway.terms(id), now).await? {
            Opening::Same(attempt) => {
                if let Some(reply) = key.replay(&tx, &kit).await? {
                    return Ok(reply);
                }
                return key
                    .commit(tx, StatusCode::OK, &PaymentPage::of(&attempt)?)
                    .await;
            }
            Opening::New(attempt) => {
                tx.commit().await?;
                return open_page(&kit, &gateway, &order, &attempt, key).await;
            }
            Opening::AskFirst(attempt) => {
                tx.rollback().await?;
                if let Answer::Silent {
                    retry_after_seconds,
                } = ask_and_close(&kit, &gateway, &attempt).await?
                {
                    return Err(PaymentRefusal::ProviderUnreachable {
                        retry_after_seconds,
                    }
                    .into());
                }
            }
        }
    }
    Err(PaymentRefusal::Starting.into())
}

/// The owner of an order; staff see orders but do not pay them.
pub(super) fn principal(caller: &Caller) -> Result<String> {
    match caller {
        Caller::Customer(id) => Ok(format!("customer:{id}")),
        Caller::Guest(hash) => Ok(format!("guest:{}", hex::encode(hash))),
        Caller::Staff(_) | Caller::Anonymous => Err(OrderRefusal::NotFound.into()),
    }
}

async fn open_page(
    kit: &Kit,
    gateway: &Gateway,
    order: &Order,
    attempt: &Attempt,
    key: Idempotency,
) -> Result<Response> {
    crash_point("before provider initialize");
    let (answer, outcome) = gateway.open_page(order, attempt).await;
    crash_point("after provider initialize");
    let now = kit.clock.now();
    let call = Call::of(attempt.id, Operation::Initialize, &answer, now);
    kit.db
        .retrying(|| async {
            let tx = kit.db.begin("record_payment_page").await?;
            let attempt = actions::record_page(&tx, attempt, &outcome, now).await?;
            store::insert_call(&tx, &call).await?;
            if attempt.state == AttemptState::Pending {
                if let Some(reply) = key.replay(&tx, kit).await? {
                    tx.commit().await?;
                    return Ok(reply);
                }
                return key
                    .clone()
                    .commit(tx, StatusCode::OK, &PaymentPage::of(&attempt)?)
                    .await;
            }
            tx.commit().await?;
            Err(why_no_page(&attempt, &outcome).into())
        })
        .await
}

/// The attempt is no longer `created` and has no page that could be paid.
fn why_no_page(attempt: &Attempt, outcome: &PageOutcome) -> PaymentRefusal {
    let is_live = matches!(attempt.state, AttemptState::Failed | AttemptState::Unknown);
    match outcome {
        _ if attempt.is_settled() => reason_not_payable(OrderStatus::Paid),
        PageOutcome::Refused { reason } if is_live => PaymentRefusal::ProviderRejected {
            reason: reason.clone(),
        },
        PageOutcome::NotAsked {
            retry_after_seconds,
            ..
        } if is_live => PaymentRefusal::ProviderUnreachable {
            retry_after_seconds: *retry_after_seconds,
        },
        PageOutcome::Unknown { .. } if is_live => PaymentRefusal::ProviderUnreachable {
            retry_after_seconds: None,
        },
        // Closed meanwhile by another request: the next one opens a new page.
        _ => PaymentRefusal::Starting,
    }
}
