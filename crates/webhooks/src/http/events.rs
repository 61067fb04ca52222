//! The shop's events themselves: their types, the feed, and the feed as a stream.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use axum::{
    Extension,
    extract::State,
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use chrono::{DateTime, Utc};
use futures_util::{Stream, stream};
use http::{HeaderMap, header};
use kit::{
    Db, Kit, Result,
    http::{Cursor, Page, PageQuery, ProblemResponses, Query, body::invalid_parameter},
    outbox::feed::{self, FeedEvent},
    tasks::Tasks,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use staff::{CanManageWebhooks, CanReadOrders, Staff};
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::EventTypes;
use crate::model::matches;

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_event_types))
        .routes(routes!(list_events))
        .routes(routes!(stream_events))
}

/// The names that events have.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"data": ["order.paid", "order.placed"]}))]
struct EventTypeList {
    /// In alphabetical order.
    data: Vec<&'static str>,
}

/// List the types of events
#[utoipa::path(
    get, path = "/api/v1/admin/webhooks/event-types/", operation_id = "listEventTypes",
    tag = "Admin: webhooks", responses((status = 200, body = EventTypeList), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_event_types(
    _staff: Staff<CanManageWebhooks>,
    Extension(types): Extension<EventTypes>,
) -> axum::Json<EventTypeList> {
    let mut data = types.0.to_vec();
    data.sort_unstable();
    axum::Json(EventTypeList { data })
}

/// A fact, with its place among all facts of the shop.
#[derive(Serialize, ToSchema)]
struct EventView {
    /// Its place in the feed, without gaps.
    position: i64,
    id: Uuid,
    /// Such as `order.paid`.
    #[schema(example = "order.paid")]
    event: String,
    /// The object that it is about.
    object_id: Uuid,
    /// The number within the object's events, without gaps.
    object_sequence: i64,
    #[schema(value_type = Object)]
    payload: Value,
    occurred_at: DateTime<Utc>,
}

impl From<FeedEvent> for EventView {
    fn from(event: FeedEvent) -> Self {
        Self {
            position: event.position,
            id: event.id,
            event: event.name,
            object_id: event.subject,
            object_sequence: event.sequence,
            payload: event.payload,
            occurred_at: event.occurred_at,
        }
    }
}

/// Which events; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListEvents {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
    /// Only events behind this place in the feed.
    #[param(minimum = 0)]
    after: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PositionCursor {
    position: i64,
}

impl Cursor for PositionCursor {}

/// List events, oldest first
#[utoipa::path(
    get, path = "/api/v1/admin/events/", operation_id = "listEvents", tag = "Admin: webhooks",
    params(ListEvents), responses((status = 200, body = Page<EventView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_events(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    Query(query): Query<ListEvents>,
) -> Result<Page<EventView>> {
    if query.after.is_some_and(|after| after < 0) {
        return Err(invalid_parameter("after", "it must be 0 or more"));
    }
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after = paging.cursor::<PositionCursor>()?;
    let after = after.map_or(query.after.unwrap_or(0), |cursor| cursor.position);
    let conn = kit.db.read().await?;
    let events = feed::list_after(&conn, after, limit + 1).await?;
    let page = Page::cut(events, limit, |event| PositionCursor {
        position: event.position,
    })?;
    Ok(page.map(EventView::from))
}

/// Which part of the feed.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StreamEvents {
    /// Begin behind this place; without it, and without `Last-Event-ID`, with what comes next.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Only names such as `order.paid` or `order.*`, with commas between.
    #[param(example = "order.*,refund.*", max_length = 1000)]
    events: Option<String>,
}

/// How often the feed is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// A stream ends after this and is opened again by the client: rights may have changed.
const LIFETIME: Duration = Duration::from_secs(10 * 60);

const BATCH: i64 = 100;

/// Follow events as they happen
///
/// A stream of server-sent events. Each has the event's place as its id: after a break the client
/// sends it as `Last-Event-ID` and misses nothing. The stream ends after ten minutes.
#[utoipa::path(
    get, path = "/api/v1/admin/events/stream/", operation_id = "streamEvents",
    tag = "Admin: webhooks",
    params(StreamEvents, ("Last-Event-ID" = Option<String>, Header)),
    responses(
        (status = 200, body = Object, content_type = "text/event-stream"), ProblemResponses
    ),
    security(("bearer" = []))
)]
async fn stream_events(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    Extension(tasks): Extension<Tasks>,
    headers: HeaderMap,
    Query(query): Query<StreamEvents>,
) -> Result<Response> {
    let resumed = headers.get("last-event-id");
    let resumed = resumed
        .map(|value| {
            value
                .to_str()
                .ok()
                .and_then(|text| text.parse::<i64>().ok())
        })
        .map(|position| {
            position.ok_or_else(|| {
                invalid_parameter(
                    "Last-Event-ID",
                    "it must be the id of an event of this stream",
                )
            })
        })
        .transpose()?;
    let after = match resumed.or(query.after) {
        Some(after) if after < 0 => {
            return Err(invalid_parameter("after", "it must be 0 or more"));
        }
        Some(after) => after,
        None => feed::find_last_position(&kit.db.read().await?).await?,
    };
    let patterns = query.events.unwrap_or_default();
    let patterns = patterns
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let follower = Follower {
        db: kit.db,
        tasks,
        after,
        patterns: patterns.map(str::to_owned).collect(),
        waiting: VecDeque::new(),
        ends_at: Instant::now() + LIFETIME,
    };
    let stream = Sse::new(follower.stream()).keep_alive(KeepAlive::default());
    Ok(([(header::CACHE_CONTROL, "no-store")], stream).into_response())
}

/// Somebody who follows the feed over one connection.
struct Follower {
    db: Db,
    tasks: Tasks,
    after: i64,
    patterns: Vec<String>,
    waiting: VecDeque<FeedEvent>,
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
            while let Some(event) = self.waiting.pop_front() {
                self.after = event.position;
                if self.wants(&event.name) {
                    return sse(event);
                }
            }
            if self.tasks.is_stopping() || Instant::now() >= self.ends_at {
                return None;
            }
            // While the database is away the stream goes on waiting; nothing is missed.
            if let Ok(conn) = self.db.read().await
                && let Ok(events) = feed::list_after(&conn, self.after, BATCH).await
            {
                self.waiting.extend(events);
            }
            if self.waiting.is_empty() {
                tokio::select! {
                    () = tokio::time::sleep(LOOK) => {}
                    () = self.tasks.stopping() => return None,
                }
            }
        }
    }

    fn wants(&self, name: &str) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|pattern| matches(pattern, name))
    }
}

fn sse(event: FeedEvent) -> Option<Event> {
    let (position, name) = (event.position, event.name.clone());
    Event::default()
        .id(position.to_string())
        .event(name)
        .json_data(EventView::from(event))
        .ok()
}
