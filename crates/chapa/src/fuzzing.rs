//! The readers of Chapa's answers, as they are when bytes have arrived and before anybody trusts
//! them: for `fuzz/`, which has no network. Only there with the feature `fuzzing`.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::value::RawValue;

use crate::client::answers;
use crate::client::transport::{Answer, refuse_by_status};
use crate::{Error, Observation, RefundObservation, Secret, TransactionPage, wire};

/// The key that the readers strike out of every answer.
pub const SECRET_KEY: &str = "CHASECK_TEST-fuzzing";

fn answer(http_status: u16, is_read: bool, body: &[u8]) -> Result<Answer, Error> {
    let status = StatusCode::from_u16(http_status)
        .map_err(|_| Error::Protocol("no HTTP status".to_owned()))?;
    refuse_by_status(status, &HeaderMap::new())?;
    Answer::whole(
        http_status,
        is_read,
        body.to_vec(),
        &Secret::new(SECRET_KEY),
    )
}

/// What [`crate::Client::verify`] makes of an answer.
///
/// # Errors
/// As there.
pub fn verified(http_status: u16, body: &[u8]) -> Result<Observation, Error> {
    answers::observation(answer(http_status, true, body)?)
}

/// What [`crate::Client::refund`] makes of an answer.
///
/// # Errors
/// As there.
pub fn refund_accepted(http_status: u16, body: &[u8]) -> Result<RefundObservation, Error> {
    answers::refund_accepted(answer(http_status, false, body)?)
}

/// What [`crate::Client::verify_refund`] makes of an answer.
///
/// # Errors
/// As there.
pub fn refund_verified(http_status: u16, body: &[u8]) -> Result<RefundObservation, Error> {
    answers::refund_observation(answer(http_status, true, body)?)
}

/// What [`crate::Client::transactions`] makes of an answer.
///
/// # Errors
/// As there.
pub fn transactions(http_status: u16, body: &[u8]) -> Result<TransactionPage, Error> {
    answers::transactions(&answer(http_status, true, body)?)
}

/// Minor units of an amount in an answer: the JSON of one member.
#[must_use]
pub fn amount(json: &str) -> Option<i64> {
    let raw: &RawValue = serde_json::from_str(json).ok()?;
    wire::minor(Some(raw))
}
