//! Notes: written by staff, some of them for the buyer.

use axum::{Json, extract::State, response::Response};
use chrono::{DateTime, Utc};
use customers::Caller;
use http::StatusCode;
use ids::{NoteId, OrderId, StaffId};
use kit::{
    Kit, Result,
    http::{Body, IdempotencyHeader, PathId, ProblemResponses, body::invalid_member},
};
use orders::OrderRefusal;
use serde::{Deserialize, Serialize};
use staff::{CanManageOrders, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{actions, model::Note, store};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(add_order_note))
        .routes(routes!(list_order_notes))
}

const TEXT_CHARS_MAX: usize = 2_000;

/// What is to be written down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "The buyer called: deliver after six.", "is_for_buyer": false}))]
struct AddOrderNote {
    #[schema(min_length = 1, max_length = 2_000)]
    text: String,
    /// Whether the buyer sees it too.
    #[serde(default)]
    is_for_buyer: bool,
}

/// A note, as staff see it.
#[derive(Serialize, ToSchema)]
struct NoteView {
    id: NoteId,
    order_id: OrderId,
    staff_id: StaffId,
    text: String,
    is_for_buyer: bool,
    created_at: DateTime<Utc>,
}

impl From<Note> for NoteView {
    fn from(note: Note) -> Self {
        Self {
            id: note.id,
            order_id: note.order_id,
            staff_id: note.staff_id,
            text: note.text,
            is_for_buyer: note.is_for_buyer,
            created_at: note.created_at,
        }
    }
}

/// Write a note about an order
///
/// It stays as it is written, and stands in the order's timeline.
#[utoipa::path(
    post, path = "/api/v1/admin/orders/{id}/notes/", operation_id = "addOrderNote",
    tag = "Admin: orders", request_body = AddOrderNote,
    params(("id" = OrderId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = NoteView), ProblemResponses), security(("bearer" = []))
)]
async fn add_order_note(
    staff: Staff<CanManageOrders>,
    State(kit): State<Kit>,
    PathId(id): PathId<OrderId>,
    header: IdempotencyHeader,
    body: Body<AddOrderNote>,
) -> Result<Response> {
    let text = body.value.text.trim();
    if text.is_empty() || text.chars().count() > TEXT_CHARS_MAX {
        let reason = "it must have from 1 to 2,000 characters";
        return Err(invalid_member("/text", reason));
    }
    let now = kit.clock.now();
    let key = header.scoped(staff.principal(), "addOrderNote", body.fingerprint);
    let tx = kit.db.begin("add_order_note").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    let said = (text, body.value.is_for_buyer);
    let note = actions::write_note(&tx, id, said, staff.id, now).await?;
    let view = NoteView::from(note);
    let what = ("order.note", "order", id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.commit(tx, StatusCode::CREATED, &view).await
}

/// What the shop tells the buyer of an order.
#[derive(Serialize, ToSchema)]
struct OrderNotesView {
    notes: Vec<OrderNoteView>,
}

/// A note, as the buyer sees it.
#[derive(Serialize, ToSchema)]
struct OrderNoteView {
    id: NoteId,
    text: String,
    created_at: DateTime<Utc>,
}

/// List what the shop tells the buyer of an order
///
/// For the order's customer, the guest with the `X-Shopper-Token` of its cart, and staff.
#[utoipa::path(
    get, path = "/api/v1/orders/{id}/notes/", operation_id = "listOrderNotes", tag = "Orders",
    params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderNotesView), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn list_order_notes(
    caller: Caller,
    State(kit): State<Kit>,
    PathId(id): PathId<OrderId>,
) -> Result<Json<OrderNotesView>> {
    let conn = kit.db.read().await?;
    let order = orders::find_order(&conn, id).await?;
    order
        .filter(|order| order.is_visible_to(&caller))
        .ok_or(OrderRefusal::NotFound)?;
    let notes = store::list_notes_for_buyer(&conn, id).await?;
    let view = |note: Note| OrderNoteView {
        id: note.id,
        text: note.text,
        created_at: note.created_at,
    };
    Ok(Json(OrderNotesView {
        notes: notes.into_iter().map(view).collect(),
    }))
}
