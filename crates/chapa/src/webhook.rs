//! Webhooks: who sent it, and which transaction to look at. Pure: headers and raw bytes in,
//! a verdict or a notice out. A notice never moves a payment; it names what to verify.

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use crate::{Mode, Secret, wire};

/// `x-chapa-signature`: the HMAC of the body.
pub const BODY_SIGNATURE_HEADER: &str = "x-chapa-signature";
/// `chapa-signature`: the HMAC of the secret itself, or of the body for "custom webhooks".
pub const STATIC_SIGNATURE_HEADER: &str = "chapa-signature";

/// What the signatures prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authenticity {
    /// The body is as a holder of the secret wrote it. It may still be a replay.
    Signed,
    /// The sender knew a constant that every earlier receiver has seen too; the body is
    /// anybody's. At most a reason to verify.
    StaticToken,
    /// Nothing is proved: no signature, a wrong one, or no secret to compare with.
    Invalid,
}

/// Checks both signature headers against every secret, in constant time. The body must be
/// the exact bytes received. Empty secrets are ignored; with none left all is `Invalid`.
#[must_use]
pub fn authenticate(secrets: &[Secret], headers: &HeaderMap, raw_body: &[u8]) -> Authenticity {
    let mut signed = Choice::from(0);
    let mut constant = Choice::from(0);
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        let body_mac = signature(secret, raw_body);
        let self_mac = static_token(secret);
        for name in [BODY_SIGNATURE_HEADER, STATIC_SIGNATURE_HEADER] {
            for value in headers.get_all(name) {
                signed |= value.as_bytes().ct_eq(body_mac.as_bytes());
                constant |= value.as_bytes().ct_eq(self_mac.as_bytes());
            }
        }
    }
    if bool::from(signed) {
        Authenticity::Signed
    } else if bool::from(constant) {
        Authenticity::StaticToken
    } else {
        Authenticity::Invalid
    }
}

/// The lower-case hex HMAC-SHA256 of `message`: what a sender puts into the header.
#[must_use]
pub fn signature(secret: &Secret, message: &[u8]) -> String {
    // HMAC takes keys of every length; the error is there for other constructions.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else {
        return String::new();
    };
    mac.update(message);
    hex::encode(mac.finalize().into_bytes())
}

/// The constant that Chapa sends as `chapa-signature`: the secret, signed with itself.
#[must_use]
pub fn static_token(secret: &Secret) -> String {
    signature(secret, secret.expose().as_bytes())
}

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// A payment: verify the transaction.
    Charge,
    /// A refund or reversal: verify the refund and the transaction.
    Refund,
    /// A transfer to a bank account; no concern of a shop's orders.
    Payout,
    /// An event this library does not know; keep it, and verify if it names a transaction.
    Other,
}

/// What a webhook claims. Every field is a claim, to be verified, even when it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The event's name as sent, for example `charge.success`; empty when there is none.
    pub event: String,
    /// What it is about.
    pub kind: NoticeKind,
    /// The merchant's reference of the payment.
    pub tx_ref: Option<String>,
    /// Chapa's reference of the payment.
    pub provider_reference: Option<String>,
    /// Chapa's reference of the refund.
    pub refund_reference: Option<String>,
    /// The merchant's reference of the refund or payout.
    pub merchant_reference: Option<String>,
    /// The status as sent.
    pub claimed_status: Option<String>,
    /// Minor units, when readable.
    pub claimed_amount_minor: Option<i64>,
    /// As sent.
    pub claimed_currency: Option<String>,
    /// Test or live, when readable.
    pub claimed_mode: Option<Mode>,
    /// SHA-256 of the body: equal for exact repetitions.
    pub dedupe: [u8; 32],
}

/// Why a body is no notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// Not UTF-8, not one JSON object, or a key that counts is there twice.
    #[error("the body is not a readable JSON object")]
    Malformed,
}

#[derive(Deserialize, Default)]
struct Fields<'a> {
    #[serde(borrow, default)]
    event: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tx_ref: Option<&'a RawValue>,
    #[serde(borrow, default)]
    trx_ref: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reference: Option<&'a RawValue>,
    #[serde(borrow, default)]
    chapa_reference: Option<&'a RawValue>,
    #[serde(borrow, default)]
    payment_reference: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ref_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    merchant_reference: Option<&'a RawValue>,
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
    #[serde(borrow, default)]
    amount: Option<&'a RawValue>,
    #[serde(borrow, default)]
    currency: Option<&'a RawValue>,
    #[serde(borrow, default)]
    mode: Option<&'a RawValue>,
}

/// Reads a webhook's body: flat, or nested as `{event, data: {…}}`; any event name.
///
/// # Errors
/// [`NoticeError::Malformed`]
pub fn parse(raw_body: &[u8]) -> Result<Notice, NoticeError> {
    let text = std::str::from_utf8(raw_body).map_err(|_| NoticeError::Malformed)?;
    let outer = parse_fields(text)?;
    let event = wire::filled(outer.event)
        .map(|text| wire::shorten(&text))
        .unwrap_or_default();
    let nested = outer
        .data
        .map(RawValue::get)
        .filter(|data| data.starts_with('{'));
    let fields = match nested {
        Some(data) => parse_fields(data)?,
        None => outer,
    };
    let dedupe = Sha256::digest(raw_body).into();
    Ok(notice(event, &fields, dedupe))
}

fn parse_fields(text: &str) -> Result<Fields<'_>, NoticeError> {
    wire::object(text).ok_or(NoticeError::Malformed)
}

fn notice(event: String, fields: &Fields<'_>, dedupe: [u8; 32]) -> Notice {
    let kind = kind_of(&event);
    let reference = wire::filled(fields.reference);
    let chapa_reference =
        wire::filled(fields.payment_reference).or_else(|| wire::filled(fields.chapa_reference));
    let merchant_reference = wire::filled(fields.merchant_reference);
    // In a payout `reference` is the merchant's own; elsewhere it is Chapa's.
    let (provider_reference, merchant_reference) = if kind == NoticeKind::Payout {
        (chapa_reference, merchant_reference.or(reference))
    } else {
        (chapa_reference.or(reference), merchant_reference)
    };
    Notice {
        event,
        kind,
        tx_ref: wire::filled(fields.tx_ref).or_else(|| wire::filled(fields.trx_ref)),
        provider_reference,
        refund_reference: wire::filled(fields.ref_id),
        merchant_reference,
        claimed_status: wire::filled(fields.status),
        claimed_amount_minor: wire::minor(fields.amount),
        claimed_currency: wire::filled(fields.currency),
        claimed_mode: wire::filled(fields.mode).and_then(|mode| Mode::parse(&mode)),
        dedupe,
    }
}

fn kind_of(event: &str) -> NoticeKind {
    match event {
        "charge.refunded" | "charge.reversed" => NoticeKind::Refund,
        _ if event.starts_with("refund.") => NoticeKind::Refund,
        _ if event.starts_with("charge.") => NoticeKind::Charge,
        _ if event.starts_with("payout.") => NoticeKind::Payout,
        _ => NoticeKind::Other,
    }
}
