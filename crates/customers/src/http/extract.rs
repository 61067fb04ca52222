//! Who is asking: a customer, a guest with a token, somebody, or a member of the staff.

use std::net::IpAddr;

use axum::extract::{FromRef, FromRequestParts};
use http::{HeaderMap, request::Parts};
use ids::CustomerId;
use kit::{
    Error, Kit, Result,
    http::{
        access::{Access, bearer_token},
        server::ClientAddress,
    },
    random,
    tokens::{Claims, TokenRefusal},
};
use staff::{CanReadOrders, Staff};
use uuid::Uuid;

use crate::{
    model::{AUDIENCE, CustomerRefusal, is_shopper_token},
    store,
};

/// The header with a guest's token.
pub const SHOPPER_TOKEN_HEADER: &str = "x-shopper-token";

/// A customer who is signed in, now.
///
/// Refuses with 401: `authentication_required`, `token_invalid`, `token_expired` or
/// `session_ended`.
#[derive(Debug, Clone, Copy)]
pub struct Customer {
    /// Who.
    pub id: CustomerId,
    /// The session that the request belongs to.
    pub session_id: Uuid,
}

impl Customer {
    async fn of_claims(kit: &Kit, claims: &Claims) -> Result<Self> {
        let Claims {
            session_id,
            principal_id,
            ..
        } = *claims;
        let conn = kit.db.read().await?;
        let id = store::find_signed_in(&conn, session_id, principal_id, kit.clock.now())
            .await?
            .ok_or(TokenRefusal::SessionEnded)?;
        Ok(Self { id, session_id })
    }

    /// Whose key it is, for `Idempotency-Key`.
    #[must_use]
    pub fn principal(&self) -> String {
        format!("customer:{}", self.id)
    }
}

/// The believed claims of the request's token, if one was sent; an invalid one is refused.
fn claims(parts: &Parts, kit: &Kit, accepted: &[&'static str]) -> Result<Option<Claims>> {
    let Some(token) = bearer_token(&parts.headers)? else {
        return Ok(None);
    };
    let tokens = &Access::of(&parts.extensions)?.tokens;
    Ok(Some(tokens.read(token, accepted, kit.clock.now())?))
}

impl<S> FromRequestParts<S> for Customer
where
    S: Send + Sync,
    Kit: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let kit = Kit::from_ref(state);
        let claims = claims(parts, &kit, &[AUDIENCE])?.ok_or(TokenRefusal::Missing)?;
        Self::of_claims(&kit, &claims).await
    }
}

/// Whoever shops: a customer by `Authorization`, a guest by `X-Shopper-Token`, both at once
/// while a guest's cart is handed over, or nobody yet.
///
/// An invalid token of either kind is refused with 401 and never ignored.
#[derive(Debug, Clone)]
pub struct Shopper {
    /// The customer, if somebody is signed in.
    pub customer: Option<CustomerId>,
    /// The digest of the guest's token, if one was sent (`kit::random::token_hash`). Whether
    /// anything belongs to it is for the owner of the thing to find out.
    pub token_hash: Option<Vec<u8>>,
    /// The client's address.
    pub address: IpAddr,
}

impl Shopper {
    /// Whose key it is, for `Idempotency-Key`: the customer's, else the guest's, else the
    /// address's.
    #[must_use]
    pub fn principal(&self) -> String {
        match (self.customer, &self.token_hash) {
            (Some(id), _) => format!("customer:{id}"),
            (None, Some(hash)) => format!("guest:{}", hex::encode(hash)),
            (None, None) => format!("anonymous:{}", self.address),
        }
    }
}

impl<S> FromRequestParts<S> for Shopper
where
    S: Send + Sync,
    Kit: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let kit = Kit::from_ref(state);
        let token_hash = shopper_token_hash(&parts.headers)?;
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, state).await?;
        let customer = match claims(parts, &kit, &[AUDIENCE])? {
            Some(claims) => Some(Customer::of_claims(&kit, &claims).await?.id),
            None => None,
        };
        Ok(Self {
            customer,
            token_hash,
            address,
        })
    }
}

fn shopper_token_hash(headers: &HeaderMap) -> Result<Option<Vec<u8>>, CustomerRefusal> {
    let mut values = headers.get_all(SHOPPER_TOKEN_HEADER).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(token) if values.next().is_none() && is_shopper_token(token) => {
            Ok(Some(random::token_hash(token)))
        }
        _ => Err(CustomerRefusal::ShopperTokenMalformed),
    }
}

/// Whoever asks for an order or a payment, of any audience.
///
/// A member of the staff needs `orders.read` (403 without). A customer's token goes before a
/// guest's. Invalid tokens of either kind are refused with 401.
#[derive(Debug, Clone)]
pub enum Caller {
    /// Sees everybody's.
    Staff(Staff<CanReadOrders>),
    /// Sees their own.
    Customer(CustomerId),
    /// Sees what the token with this digest opens.
    Guest(Vec<u8>),
    /// Sees nothing.
    Anonymous,
}

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Kit: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let kit = Kit::from_ref(state);
        let token_hash = shopper_token_hash(&parts.headers)?;
        match claims(parts, &kit, &[AUDIENCE, staff::AUDIENCE])? {
            Some(claims) if claims.audience == staff::AUDIENCE => {
                Ok(Self::Staff(Staff::of_claims(&kit, parts, &claims).await?))
            }
            Some(claims) => Ok(Self::Customer(Customer::of_claims(&kit, &claims).await?.id)),
            None => Ok(token_hash.map_or(Self::Anonymous, Self::Guest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash_of(values: &[&str]) -> Result<Option<Vec<u8>>, CustomerRefusal> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(SHOPPER_TOKEN_HEADER, value.parse().unwrap());
        }
        shopper_token_hash(&headers)
    }

    #[test]
    fn a_guests_token_is_known_by_its_digest() {
        let token = random::token().unwrap();
        assert_eq!(hash_of(&[&token]), Ok(Some(random::token_hash(&token))));
        assert_eq!(hash_of(&[]), Ok(None));
    }

    #[test]
    fn a_malformed_token_is_refused_and_not_ignored() {
        let token = random::token().unwrap();
        for values in [
            &[""][..],
            &[&token[..42]],
            &[&format!("{token}A")],
            &[&format!("{}+", &token[..42])],
            &[&format!("{}=", &token[..42])],
            &[token.as_str(), token.as_str()],
        ] {
            assert_eq!(
                hash_of(values),
                Err(CustomerRefusal::ShopperTokenMalformed),
                "{values:?}"
            );
        }
    }

    #[test]
    fn a_key_s_scope_is_the_customer_then_the_guest_then_the_address() {
        let id: CustomerId = "019aab00-0000-7000-8000-000000000001".parse().unwrap();
        let address = "192.0.2.1".parse().unwrap();
        let principal = |customer, token_hash| {
            Shopper {
                customer,
                token_hash,
                address,
            }
            .principal()
        };
        assert_eq!(principal(Some(id), Some(vec![1])), format!("customer:{id}"));
        assert_eq!(principal(None, Some(vec![0xab, 1])), "guest:ab01");
        assert_eq!(principal(None, None), "anonymous:192.0.2.1");
    }
}
