//! Queues over HTTP: join, ask, follow.

mod admin;
mod stream;

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use customers::Shopper;
use http::StatusCode;
use ids::{CartId, PlaceId, SaleId};
use kit::{
    Kit, Result,
    http::{Body, PathId, ProblemResponses},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions,
    jobs::Gate,
    model::{AdmissionRefusal, Place, PlaceState, Seen, commitment},
    store,
};

/// The routes of queues. Needs the layer `Extension<Arc<Gate>>`.
pub fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(join_queue))
        .routes(routes!(get_queue_place, leave_queue))
        .merge(admin::routes())
        .merge(stream::routes())
}

/// Who joins.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"cart_id": "01890a5d-ac96-774b-bcce-b302099a8057"}))]
struct JoinQueue {
    /// The caller's open cart, with something of the sale in it.
    cart_id: CartId,
}

/// A place in a queue, as whoever has it sees it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "sale_id": "01890a5d-ac96-774b-bcce-b302099a8001",
    "cart_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "place_id": "01890a5d-ac96-774b-bcce-b302099a8060",
    "state": "waiting", "joined_at": "2026-12-01T08:59:00Z",
    "starts_at": "2026-12-01T09:00:00Z", "number": 412, "position": 112,
    "estimated_wait_seconds": 95, "units_left": 340, "is_sold_out": false, "is_over": false,
    "admission": null,
    "draw": {
        "commitment": "5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456",
        "seed": "mEY7jBlOY0S2eRNYBn6JWPGcHPWhhyk8eC4DRYCbtPU"
    }
}))]
struct QueuePlace {
    sale_id: SaleId,
    cart_id: CartId,
    place_id: PlaceId,
    /// `waiting`, `admitted` (it is your turn), `used` (ordered), `expired` (not ordered in
    /// time: join again, at the end of the line), or `left` (join again, at the end of the line).
    #[schema(example = "waiting")]
    state: String,
    joined_at: DateTime<Utc>,
    starts_at: DateTime<Utc>,
    /// The number in the line, from 1. None before the draw, which is at the start.
    number: Option<i64>,
    /// How many are called until it is your turn: 1 is next. None before the draw, and for who is
    /// not waiting.
    position: Option<i64>,
    /// As the line has moved in the last minute; none when it has not.
    estimated_wait_seconds: Option<i64>,
    /// Of everything in the sale.
    units_left: i64,
    /// Nobody is called until a unit comes back.
    is_sold_out: bool,
    /// The sale has ended, and nobody is called any more.
    is_over: bool,
    /// While it is your turn.
    admission: Option<AdmissionView>,
    draw: DrawView,
}

/// The right to order.
#[derive(Serialize, ToSchema)]
#[schema(as = QueueAdmission)]
struct AdmissionView {
    /// Goes into `admission_tokens` of the order.
    token: String,
    /// Not from then on.
    expires_at: DateTime<Utc>,
}

/// How those were put in order who came before the start: by SHA-256 of the text `seed` followed
/// by their `place_id`, the smallest first.
#[derive(Serialize, ToSchema)]
#[schema(as = QueueDraw)]
struct DrawView {
    /// SHA-256 of the text `seed`, told before it.
    commitment: String,
    /// None before the draw.
    seed: Option<String>,
}

/// What somebody is told of their place.
fn view(gate: &Gate, place: &Place, seen: &Seen, now: DateTime<Utc>) -> QueuePlace {
    let queue = &seen.queue;
    let state = place.state_at(now);
    let is_waiting = state == PlaceState::Waiting;
    let position = place.number.filter(|_| is_waiting);
    let position = position.map(|number| seen.position(number));
    let admission = place.admission();
    let admission = admission.filter(|_| state == PlaceState::Admitted);
    QueuePlace {
        sale_id: place.sale_id,
        cart_id: place.cart_id,
        place_id: place.id,
        state: state.as_str().to_owned(),
        joined_at: place.joined_at,
        starts_at: queue.starts_at,
        number: place.number,
        position,
        estimated_wait_seconds: position.and_then(|position| seen.wait_seconds(position)),
        units_left: seen.units,
        is_sold_out: seen.units == 0,
        is_over: seen.is_over,
        admission: admission.map(|admission| AdmissionView {
            token: gate.sign(&admission),
            expires_at: admission.expires_at,
        }),
        draw: DrawView {
            commitment: commitment(&queue.seed),
            seed: queue.drawn_at.map(|_| queue.seed.clone()),
        },
    }
}

/// Join a queue
///
/// Takes a place for the caller's cart at the end of the line. Whoever comes before the sale starts
/// is put in order by a draw at the start; whoever comes later by their arrival. A cart has one
/// place, and so has a customer: who joins again finds it (200). Who was called and has not ordered
/// in time joins again at the end.
#[utoipa::path(
    post, path = "/api/v1/sales/{id}/queue/", operation_id = "joinQueue", tag = "Sales",
    params(("id" = SaleId, Path)), request_body = JoinQueue,
    responses(
        (status = 201, description = "A new place", body = QueuePlace),
        (status = 200, description = "The place that it has", body = QueuePlace),
        ProblemResponses
    ),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn join_queue(
    shopper: Shopper,
    State(kit): State<Kit>,
    Extension(gate): Extension<Arc<Gate>>,
    PathId(id): PathId<SaleId>,
    body: Body<JoinQueue>,
) -> Result<Response> {
    let cart_id = body.value.cart_id;
    let conn = kit.db.read().await?;
    let queue = actions::queue_of(&conn, id).await?;
    let mut carts = cart::contents_of(&conn, &[cart_id]).await?;
    drop(conn);
    let own = carts.remove(&cart_id);
    let own = own.filter(|(cart, _)| cart.belongs_to(&shopper));
    let (cart, items) = own.ok_or(cart::CartRefusal::NotFound)?;
    if cart.state != cart::CartState::Open {
        return Err(cart::CartRefusal::Closed.into());
    }
    if !items
        .iter()
        .any(|item| queue.variants.contains(&item.variant_id))
    {
        return Err(AdmissionRefusal::NothingOfSale.into());
    }
    let now = kit.clock.now();
    if queue.ends_at.is_some_and(|ends_at| ends_at <= now) {
        return Err(AdmissionRefusal::SaleEnded.into());
    }
    let wanted = Place {
        id: PlaceId::generate(now),
        sale_id: id,
        cart_id,
        customer_id: cart.customer_id,
        number: None,
        state: PlaceState::Waiting,
        joined_at: now,
        expires_at: None,
    };
    let seed = kit::random::token()?;
    let tx = kit.db.begin("join_queue").await?;
    let (place, is_new) = actions::join(&tx, &wanted, &seed).await?;
    tx.commit().await?;
    let mut place = gate.numbered(&kit, place).await?;
    let seen = gate.see(&kit, id).await?;
    if place
        .number
        .is_some_and(|number| number <= seen.queue.called_number)
    {
        // It was its turn at once, or is.
        let found = store::find_place(&kit.db.read().await?, id, cart_id).await?;
        place = found.unwrap_or(place);
    }
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let view = view(&gate, &place, &seen, now);
    Ok((status, Json(view)).into_response())
}

/// The place of the caller's cart.
async fn own_place(kit: &Kit, shopper: &Shopper, sale: SaleId, cart_id: CartId) -> Result<Place> {
    let conn = kit.db.read().await?;
    let carts = cart::contents_of(&conn, &[cart_id]).await?;
    let own = carts.get(&cart_id);
    if !own.is_some_and(|(cart, _)| cart.belongs_to(shopper)) {
        return Err(cart::CartRefusal::NotFound.into());
    }
    let place = store::find_place(&conn, sale, cart_id).await?;
    Ok(place.ok_or(AdmissionRefusal::NoPlace)?)
}

/// Read a place in a queue
///
/// Where the caller's cart stands, and the token when it is its turn. Asking keeps the line moving;
/// once every few seconds is plenty, and the stream needs no asking.
#[utoipa::path(
    get, path = "/api/v1/sales/{id}/queue/{cart_id}/", operation_id = "getQueuePlace",
    tag = "Sales", params(("id" = SaleId, Path), ("cart_id" = CartId, Path)),
    responses((status = 200, body = QueuePlace), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn get_queue_place(
    shopper: Shopper,
    State(kit): State<Kit>,
    Extension(gate): Extension<Arc<Gate>>,
    PathId((id, cart_id)): PathId<(SaleId, CartId)>,
) -> Result<Json<QueuePlace>> {
    let seen = gate.see(&kit, id).await?;
    let place = own_place(&kit, &shopper, id, cart_id).await?;
    Ok(Json(view(&gate, &place, &seen, kit.clock.now())))
}

/// Leave a queue
///
/// Gives up the place of the caller's cart, as long as it waits; everybody behind it moves up. Who
/// joins again stands at the end of the line. Once more, or when the place has expired, nothing
/// happens. A token that was given counts until its end: 409 `queue_turn_has_come`.
#[utoipa::path(
    delete, path = "/api/v1/sales/{id}/queue/{cart_id}/", operation_id = "leaveQueue",
    tag = "Sales", params(("id" = SaleId, Path), ("cart_id" = CartId, Path)),
    responses((status = 204), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn leave_queue(
    shopper: Shopper,
    State(kit): State<Kit>,
    PathId((id, cart_id)): PathId<(SaleId, CartId)>,
) -> Result<StatusCode> {
    own_place(&kit, &shopper, id, cart_id).await?;
    let tx = kit.db.begin("leave_queue").await?;
    actions::leave(&tx, id, cart_id, kit.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
