//! Who asks, if it is a member of the staff: the permission stands in the handler's signature.

use std::marker::PhantomData;

use axum::extract::{FromRef, FromRequestParts};
use chrono::{DateTime, Utc};
use http::request::Parts;
use ids::StaffId;
use kit::{
    Error, Kit, Result, Tx,
    http::{
        access::{Access, bearer_token},
        layers::RequestId,
    },
    tokens::{Claims, TokenRefusal},
};

use serde::Serialize;
use uuid::Uuid;

use crate::{
    actions,
    model::{AUDIENCE, Actor, Change, Member, Permission},
    store,
};

/// A member of the staff who is signed in and has the right `P`, now.
///
/// Refuses with 401 (`authentication_required`, `token_invalid`, `token_expired`,
/// `session_ended`) or 403 (`permission_denied`).
#[derive(Debug, Clone)]
pub struct Staff<P> {
    /// Who.
    pub id: StaffId,
    pub(crate) member: Member,
    request_id: Option<String>,
    permission: PhantomData<fn() -> P>,
}

impl<P: Permission> Staff<P> {
    /// The member whom believed claims name, if session and account live and have the right `P`.
    ///
    /// # Errors
    /// `token_invalid` for claims of another audience, `session_ended`, `permission_denied`.
    pub async fn of_claims(kit: &Kit, parts: &Parts, claims: &Claims) -> Result<Self> {
        if claims.audience != AUDIENCE {
            return Err(TokenRefusal::Invalid.into());
        }
        let conn = kit.db.read().await?;
        let (session_id, principal_id) = (claims.session_id, claims.principal_id);
        let member = store::find_signed_in(&conn, session_id, principal_id, kit.clock.now())
            .await?
            .ok_or(TokenRefusal::SessionEnded)?;
        member.rights.require::<P>()?;
        let request_id = parts.extensions.get::<RequestId>().map(|id| id.0.clone());
        Ok(Self {
            id: member.id,
            member,
            request_id,
            permission: PhantomData,
        })
    }

    /// Who did it, for the audit trail.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            staff_id: Some(self.id),
            request_id: self.request_id.clone(),
        }
    }

    /// Writes down what this member did, in the transaction that does it. What is new has no
    /// `before`, what is gone has no `after`.
    ///
    /// # Errors
    /// Faults of the database; a fault when a view cannot be serialized.
    pub async fn record<V: Serialize>(
        &self,
        tx: &Tx,
        (action, subject_kind, subject_id): (&str, &str, Uuid),
        before: Option<&V>,
        after: Option<&V>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let before = before.map(serde_json::to_value).transpose()?;
        let after = after.map(serde_json::to_value).transpose()?;
        let change = Change {
            action,
            subject_kind,
            subject_id,
            before,
            after,
        };
        actions::record(tx, &self.actor(), &change, now).await
    }

    /// Refuses a member who lacks the right `Q` too.
    ///
    /// # Errors
    /// `permission_denied`
    pub fn require<Q: Permission>(&self) -> Result<()> {
        Ok(self.member.rights.require::<Q>()?)
    }

    /// Whose key it is, for `Idempotency-Key`.
    #[must_use]
    pub fn principal(&self) -> String {
        format!("staff:{}", self.id)
    }
}

impl<P, S> FromRequestParts<S> for Staff<P>
where
    P: Permission,
    S: Send + Sync,
    Kit: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let kit = Kit::from_ref(state);
        let token = bearer_token(&parts.headers)?.ok_or(TokenRefusal::Missing)?;
        let tokens = &Access::of(&parts.extensions)?.tokens;
        let claims = tokens.read(token, &[AUDIENCE], kit.clock.now())?;
        Self::of_claims(&kit, parts, &claims).await
    }
}
