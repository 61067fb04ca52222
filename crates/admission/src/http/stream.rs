//! A place in a queue, as it changes.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Extension,
    extract::State,
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use customers::Shopper;
use futures_util::{Stream, stream};
use http::{HeaderMap, header};
use ids::{CartId, SaleId};
use kit::{
    Kit, Result,
    http::{PathId, ProblemResponses},
};
use tokio::{sync::watch, time::Instant};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{own_place, view};
use crate::{
    jobs::Gate,
    model::{Place, PlaceState, Seen},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(stream_queue_place))
}

/// A stream ends after this and is opened again by the client.
const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// Follow a place in a queue
///
/// A stream of server-sent events named `place`, each the whole of `getQueuePlace`: the first at
/// once, the next when anything has changed, four a second at the most. It ends when the place is
/// used, has expired or was left, when the sale is over or has no queue any more, and after ten
/// minutes. Whoever sends the last event's id as `Last-Event-ID`
/// after a break is told only what is different by then.
#[utoipa::path(
    get, path = "/api/v1/sales/{id}/queue/{cart_id}/stream/", operation_id = "streamQueuePlace",
    tag = "Sales",
    params(
        ("id" = SaleId, Path), ("cart_id" = CartId, Path),
        ("Last-Event-ID" = Option<String>, Header)
    ),
    responses(
        (status = 200, body = Object, content_type = "text/event-stream"), ProblemResponses
    ),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn stream_queue_place(
    shopper: Shopper,
    State(kit): State<Kit>,
    Extension(gate): Extension<Arc<Gate>>,
    headers: HeaderMap,
    PathId((id, cart_id)): PathId<(SaleId, CartId)>,
) -> Result<Response> {
    let place = own_place(&kit, &shopper, id, cart_id).await?;
    let told = headers.get("last-event-id");
    let told = told.and_then(|id| id.to_str().ok()).map(str::to_owned);
    let follower = Follower {
        queue: gate.follow(&kit, id).await?,
        kit,
        gate,
        place,
        told,
        ends_at: Instant::now() + LIFETIME,
        is_over: false,
    };
    let stream = Sse::new(follower.stream()).keep_alive(KeepAlive::default());
    Ok(([(header::CACHE_CONTROL, "no-store")], stream).into_response())
}

/// Somebody who follows their place over one connection.
struct Follower {
    kit: Kit,
    gate: Arc<Gate>,
    queue: watch::Receiver<Option<Arc<Seen>>>,
    place: Place,
    /// The id of what was told last.
    told: Option<String>,
    ends_at: Instant,
    is_over: bool,
}

impl Follower {
    fn stream(self) -> impl Stream<Item = std::result::Result<Event, Infallible>> {
        stream::unfold(self, |mut follower| async move {
            let event = follower.next().await?;
            Some((Ok(event), follower))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.is_over || self.gate.tasks().is_stopping() {
                return None;
            }
            let seen = self.queue.borrow_and_update().clone()?;
            self.look(&seen).await;
            let now = self.kit.clock.now();
            let state = self.place.state_at(now);
            self.is_over = matches!(
                state,
                PlaceState::Used | PlaceState::Expired | PlaceState::Left
            ) || seen.is_over;
            let shown = view(&self.gate, &self.place, &seen, now);
            let data = serde_json::to_string(&shown).ok()?;
            let id = hex::encode(kit::random::token_hash(&data).get(..8)?);
            if self.told.as_ref() != Some(&id) {
                self.told = Some(id.clone());
                return Some(Event::default().id(id).event("place").data(data));
            }
            tokio::select! {
                change = self.queue.changed() => change.ok()?,
                () = self.gate.tasks().stopping() => return None,
                () = tokio::time::sleep_until(self.ends_at) => return None,
            }
        }
    }

    /// Reads the place again, unless it is known to wait for longer.
    async fn look(&mut self, seen: &Seen) {
        let is_waiting = self.place.state == PlaceState::Waiting;
        let is_far = match self.place.number {
            Some(number) => {
                seen.queue.called_number < number && seen.left.binary_search(&number).is_err()
            }
            None => seen.queue.drawn_at.is_none(),
        };
        if is_waiting && is_far {
            return;
        }
        let Ok(conn) = self.kit.db.read().await else {
            return;
        };
        let (sale, cart) = (self.place.sale_id, self.place.cart_id);
        if let Ok(Some(place)) = store::find_place(&conn, sale, cart).await {
            self.place = place;
        }
    }
}
