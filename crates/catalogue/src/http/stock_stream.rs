//! Live stock: how many of a product's variants can be bought, as it changes.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Extension,
    extract::State,
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, future::select_all, stream};
use http::{HeaderMap, header};
use ids::VariantId;
use inventory::{StockBoard, Units};
use kit::{
    Kit, Result,
    http::{PathId, ProblemResponses},
    tasks::Tasks,
};
use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{model::CatalogueRefusal, store};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(stream_product_stock))
}

/// A stream ends after this and is opened again by the client: the product may have other variants
/// by then, or be gone.
const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// What a product has, in units; the data of an event.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"variants": [
    {"variant_id": "01890a5d-ac96-774b-bcce-b302099a8057", "available": 3}
]}))]
struct ProductStock {
    variants: Vec<VariantStock>,
}

/// What there is of a variant.
#[derive(Serialize, ToSchema)]
struct VariantStock {
    variant_id: VariantId,
    /// Units that can be bought now; never negative.
    available: i64,
}

/// Follow the stock of a product
///
/// A stream of server-sent events named `stock`. Each tells all variants of the product; the first
/// comes at once, the next when something has changed, four a second at the most. An event's id
/// stands for what it tells: whoever sends the last one as `Last-Event-ID` after a break is told
/// only what is different by then. The stream ends after ten minutes.
#[utoipa::path(
    get, path = "/api/v1/catalogue/products/{id_or_slug}/stock/stream/",
    operation_id = "streamProductStock", tag = "Catalogue",
    params(("id_or_slug" = String, Path), ("Last-Event-ID" = Option<String>, Header)),
    responses(
        (status = 200, body = Object, content_type = "text/event-stream"), ProblemResponses
    )
)]
async fn stream_product_stock(
    State(kit): State<Kit>,
    Extension(board): Extension<Arc<StockBoard>>,
    Extension(tasks): Extension<Tasks>,
    headers: HeaderMap,
    PathId(id_or_slug): PathId<String>,
) -> Result<Response> {
    let variants = store::list_sold_variants(&kit.db.read().await?, &id_or_slug).await?;
    if variants.is_empty() {
        return Err(CatalogueRefusal::NotFound("product").into());
    }
    let told = headers.get("last-event-id");
    let told = told.and_then(|id| id.to_str().ok()).map(str::to_owned);
    let follower = Follower {
        shelves: board.follow(&kit.db, &variants).await?,
        tasks,
        told,
        ends_at: Instant::now() + LIFETIME,
    };
    let stream = Sse::new(follower.stream()).keep_alive(KeepAlive::default());
    Ok(([(header::CACHE_CONTROL, "no-store")], stream).into_response())
}

/// Somebody who follows a product over one connection.
struct Follower {
    shelves: Vec<(VariantId, Units)>,
    tasks: Tasks,
    /// The id of what was told last.
    told: Option<String>,
    ends_at: Instant,
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
            if self.tasks.is_stopping() {
                return None;
            }
            let stock = self.see();
            let data = serde_json::to_string(&stock).ok()?;
            let id = digest(&data);
            if self.told.as_ref() != Some(&id) {
                self.told = Some(id.clone());
                return Some(Event::default().id(id).event("stock").data(data));
            }
            let changes = self.shelves.iter_mut();
            let changes = changes.map(|(_, units)| Box::pin(units.changed()));
            tokio::select! {
                (change, _, _) = select_all(changes) => change.ok()?,
                () = self.tasks.stopping() => return None,
                () = tokio::time::sleep_until(self.ends_at) => return None,
            }
        }
    }

    fn see(&mut self) -> ProductStock {
        let variant = |(variant_id, units): &mut (VariantId, Units)| VariantStock {
            variant_id: *variant_id,
            available: *units.borrow_and_update(),
        };
        ProductStock {
            variants: self.shelves.iter_mut().map(variant).collect(),
        }
    }
}

/// Short, and the same on every server.
fn digest(text: &str) -> String {
    hex::encode(&kit::random::token_hash(text)[..8])
}
