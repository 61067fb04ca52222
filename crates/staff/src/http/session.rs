//! Signing in, and the own account.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use ids::StaffId;
use kit::{
    Kit, Result,
    http::{
        Access, Body, ProblemResponses, body::invalid_member, layers::RequestId,
        server::ClientAddress,
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::Staff;
use crate::{
    actions,
    model::{AnyStaff, Member},
};

/// An address and a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StaffCredentials {
    /// The account's e-mail address.
    #[schema(max_length = 254)]
    email: String,
    /// Its password.
    #[schema(max_length = 1024, format = Password)]
    password: String,
}

/// A member of the staff.
#[derive(Serialize, ToSchema)]
pub(crate) struct StaffView {
    id: StaffId,
    email: String,
    name: String,
    /// Has every permission.
    is_superuser: bool,
    /// `catalogue.edit`, `stock.edit`, `orders.read`, `staff.manage`,
    /// `payments.manage`, `payments.refund`, `ledger.read`,
    /// `webhooks.manage`.
    permissions: Vec<String>,
}

/// The tokens of a new session, and whose they are.
#[derive(Serialize, ToSchema)]
pub(crate) struct StaffSignedIn {
    /// Send it as `Authorization: Bearer …`; good for five minutes.
    access: String,
    /// Gets the next pair at `/auth/jwt/refresh/`, once; keep it secret.
    refresh: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// How long the access token is good.
    expires_in_seconds: i64,
    /// Until when the refresh token is good.
    refresh_expires_at: DateTime<Utc>,
    staff: StaffView,
}

impl From<Member> for StaffView {
    fn from(member: Member) -> Self {
        Self {
            id: member.id,
            email: member.email,
            name: member.name,
            is_superuser: member.rights.is_superuser,
            permissions: member.rights.permissions,
        }
    }
}

/// Sign in as staff
///
/// Answers an access token for five minutes and a refresh token for the session, which ends
/// after twelve hours or two idle ones. An unknown address and a wrong password are answered
/// alike.
#[utoipa::path(
    post,
    path = "/api/v1/admin/auth/jwt/create/",
    operation_id = "signInStaff",
    tag = "Admin: staff",
    request_body(
        content = StaffCredentials,
        example = json!({"email": "owner@example.com", "password": "a phrase of your own"})
    ),
    responses(
        (status = 200, description = "Signed in.", body = StaffSignedIn, example = json!({
            "access": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.…",
            "refresh": "p2vJ0dPzQm4w1o9sXy6uTbLr8kEaVhNcGfIiSjZqR3M",
            "token_type": "Bearer",
            "expires_in_seconds": 300,
            "refresh_expires_at": "2026-11-22T12:00:00Z",
            "staff": {
                "id": "019aab00-0000-7000-8000-000000000001",
                "email": "owner@example.com",
                "name": "Sara Tesfaye",
                "is_superuser": true,
                "permissions": []
            }
        })),
        ProblemResponses
    )
)]
pub(crate) async fn sign_in(
    State(kit): State<Kit>,
    access: Access,
    ClientAddress(address): ClientAddress,
    RequestId(request_id): RequestId,
    Body { value, .. }: Body<StaffCredentials>,
) -> Result<Json<StaffSignedIn>> {
    let StaffCredentials { email, password } = value;
    if email.chars().count() > 254 {
        return Err(invalid_member(
            "/email",
            "it must have at most 254 characters",
        ));
    }
    let credentials = actions::authenticate(&kit, &access, address, &email, &password).await?;
    let tx = kit.db.begin("sign in staff").await?;
    let (pair, member) =
        actions::sign_in(&tx, &access, &credentials, request_id, kit.clock.now()).await?;
    tx.commit().await?;
    Ok(Json(StaffSignedIn {
        access: pair.access,
        refresh: pair.refresh,
        token_type: pair.token_type,
        expires_in_seconds: pair.expires_in_seconds,
        refresh_expires_at: pair.refresh_expires_at,
        staff: member.into(),
    }))
}

/// Your own staff account
///
/// Who you are and what you may do, as it is now.
#[utoipa::path(
    get,
    path = "/api/v1/admin/me/",
    operation_id = "getOwnStaffAccount",
    tag = "Admin: staff",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The account.", body = StaffView, example = json!({
            "id": "019aab00-0000-7000-8000-000000000001",
            "email": "owner@example.com",
            "name": "Sara Tesfaye",
            "is_superuser": false,
            "permissions": ["orders.read", "stock.edit"]
        })),
        ProblemResponses
    )
)]
pub(crate) async fn me(staff: Staff<AnyStaff>) -> Json<StaffView> {
    Json(staff.member.into())
}
