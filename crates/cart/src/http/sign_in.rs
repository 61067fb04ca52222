//! `POST /auth/jwt/create/`: here and not with the accounts, because signing in may take a
//! guest's cart along, and carts stand on accounts.

use axum::{Extension, Json, extract::State};
use customers::{Shopper, SignedIn};
use ids::CartId;
use kit::{
    Kit, Result,
    http::{Body, ProblemResponses, access::Access},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{carts::view, views::MergeView};
use crate::actions;

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(sign_in))
}

/// E-mail and password, and the guest's cart to take along.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "abebe@example.com", "password": "a long pass phrase"}))]
struct SignIn {
    #[schema(max_length = 254)]
    email: String,
    #[schema(max_length = 1024)]
    password: String,
    /// A guest's cart that is merged into the customer's; needs its `X-Shopper-Token`.
    cart_id: Option<CartId>,
}

/// A new session, and what the merge came to if a cart was named.
#[derive(Serialize, ToSchema)]
struct SignInView {
    #[serde(flatten)]
    session: SignedIn,
    #[serde(skip_serializing_if = "Option::is_none")]
    merge: Option<MergeView>,
}

/// Sign in
///
/// Answers an access token for five minutes and a refresh token that is good once. With
/// `cart_id`, the guest's cart is merged into the customer's in the same step: either both
/// happen or neither.
#[utoipa::path(
    post, path = "/auth/jwt/create/", operation_id = "signIn", tag = "Accounts",
    request_body = SignIn,
    responses((status = 200, body = SignInView), ProblemResponses),
    security((), ("shopper_token" = []))
)]
async fn sign_in(
    shopper: Shopper,
    Extension(access): Extension<Access>,
    State(kit): State<Kit>,
    body: Body<SignIn>,
) -> Result<Json<SignInView>> {
    let SignIn {
        email,
        password,
        cart_id,
    } = body.value;
    let who = customers::authenticate(&kit, &access, shopper.address, &email, &password).await?;
    let shopper = Shopper {
        customer: Some(who.id),
        ..shopper
    };
    let (kit, access, who, shopper) = (&kit, &access, &who, &shopper);
    kit.db
        .retrying(move || async move {
            let now = kit.clock.now();
            let tx = kit.db.begin("sign_in").await?;
            let session = customers::sign_in(&tx, access, who, now).await?;
            let merge = match cart_id {
                Some(cart_id) => {
                    let (cart, capped) = actions::merge(&tx, cart_id, shopper, now).await?;
                    let capped = capped.into_iter().map(Into::into).collect();
                    Some(MergeView {
                        cart: view(&tx, cart, now).await?,
                        capped,
                    })
                }
                None => None,
            };
            tx.commit().await?;
            Ok(Json(SignInView { session, merge }))
        })
        .await
}
