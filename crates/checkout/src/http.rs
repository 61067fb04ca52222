//! `POST /api/v1/orders/`.

use std::sync::Arc;

use admission::{Gate, Ticket};
use axum::{Extension, extract::State, response::Response};
use customers::{Phone, Shopper};
use ids::CartId;
use kit::{
    Kit, Result,
    email::EmailAddress,
    http::{Body, IdempotencyHeader, ProblemResponses, body::invalid_member, respond},
};
use money::Money;
use orders::{OrderView, ShippingAddress};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions::Answer,
    jobs::Placement,
    model::{CheckoutRefusal, PlaceOrder},
};

/// The routes of checkout. Needs the layers `Extension<Arc<Placement>>` and
/// `Extension<Arc<Gate>>`.
pub fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(place_order))
}

/// An order for a cart.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "cart_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "email": "abebe@example.com",
    "phone": "0911223344",
    "shipping_address": {
        "name": "Abebe Bikila", "country": "ET", "region": "Addis Ababa", "city": "Bole",
        "woreda": "03", "landmark": "behind Edna Mall"
    },
    "expected_total": {"amount": 129_900, "currency": "ETB"}
}))]
struct PlaceOrderBody {
    cart_id: CartId,
    /// Where the receipt goes.
    #[schema(max_length = 254)]
    email: String,
    /// Ethiopian (`0911223344`) or international (`+251911223344`). For an address in Ethiopia
    /// here or in the address.
    #[schema(max_length = 32)]
    phone: Option<String>,
    shipping_address: ShippingAddress,
    /// What the shopper asks for in words.
    #[serde(default)]
    #[schema(max_length = 1000)]
    note: String,
    /// The language of its mails: `en` or `am`; `en` without it.
    #[schema(example = "am")]
    language: Option<String>,
    /// The total that the shopper saw; another one is refused as `cart_changed`.
    expected_total: Option<Money>,
    /// For each sale with a queue of which the cart has something, the token that the cart was
    /// given when it was its turn.
    #[serde(default)]
    #[schema(max_items = 10)]
    admission_tokens: Vec<String>,
}

/// A cart is in few sales at once.
const TOKENS_MAX: usize = 10;

impl PlaceOrderBody {
    fn into_command(self, shopper: Shopper, gate: &Gate) -> Result<PlaceOrder> {
        let email = EmailAddress::parse(&self.email)
            .map_err(|_| invalid_member("/email", "it is not an e-mail address"))?;
        let phone = self
            .phone
            .map(|text| {
                Phone::parse(&text)
                    .map_err(|_| invalid_member("/phone", "it is not a phone number"))
            })
            .transpose()?;
        let shipping_address = self.shipping_address.checked("/shipping_address")?;
        if phone.is_none() && shipping_address.needs_phone() {
            return Err(invalid_member("/phone", "it is required in Ethiopia"));
        }
        if self.note.chars().count() > 1_000 {
            return Err(invalid_member(
                "/note",
                "it must have at most 1,000 characters",
            ));
        }
        let language = self.language.unwrap_or_else(|| "en".to_owned());
        if !["en", "am"].contains(&language.as_str()) {
            return Err(invalid_member("/language", "it must be en or am"));
        }
        if self.admission_tokens.len() > TOKENS_MAX {
            return Err(invalid_member(
                "/admission_tokens",
                "it must have at most 10 tokens",
            ));
        }
        let tokens = self.admission_tokens.iter();
        let tickets: Vec<Ticket> = tokens.map(|token| gate.read(token)).collect();
        Ok(PlaceOrder {
            shopper,
            cart_id: self.cart_id,
            email: email.as_str().to_owned(),
            phone: phone
                .map(|phone| phone.e164().to_owned())
                .or_else(|| shipping_address.phone.clone()),
            language,
            shipping_address,
            note: self.note,
            expected_total: self.expected_total,
            tickets,
        })
    }
}

/// Place an order
///
/// Takes the units of every line off the shelf, all or nothing, and holds them until the order
/// is paid or expires. Whoever comes too late gets 409 `insufficient_stock` with what is
/// available, and nothing has changed. Of a sale with a queue nothing is ordered without its token:
/// 409 `queue_required` says where to join. Placing the same cart again answers the same order.
/// With an `Idempotency-Key` any repetition answers the very same bytes.
#[utoipa::path(
    post, path = "/api/v1/orders/", operation_id = "placeOrder", tag = "Orders",
    params(("Idempotency-Key" = Option<String>, Header)), request_body = PlaceOrderBody,
    responses(
        (status = 201, description = "Placed", body = OrderView),
        (status = 200, description = "The cart was ordered before: its order", body = OrderView),
        ProblemResponses
    ),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn place_order(
    shopper: Shopper,
    State(kit): State<Kit>,
    Extension(placement): Extension<Arc<Placement>>,
    Extension(gate): Extension<Arc<Gate>>,
    header: IdempotencyHeader,
    body: Body<PlaceOrderBody>,
) -> Result<Response> {
    let key = header.scoped(shopper.principal(), "placeOrder", body.fingerprint);
    let command = body.value.into_command(shopper, &gate)?;
    if command.shopper.customer.is_none() && command.shopper.token_hash.is_none() {
        return Err(CheckoutRefusal::NeedsShopper.into());
    }
    let Answer { reply, is_replay } = placement.place(&kit, command, key.into_key()).await?;
    Ok(respond(reply, is_replay))
}
