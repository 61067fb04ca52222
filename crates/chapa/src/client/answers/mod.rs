//! Reading the answers of each call. Tolerant of every shape that Chapa has been seen to
//! send; strict about what counts as success. No network here.

mod list;
mod refund;
mod transaction;

use reqwest::Url;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::transport::Answer;
use crate::Error;
use crate::wire::{self, Envelope};

pub(crate) use list::{balances, timeline, transactions};
pub(crate) use refund::{refund_accepted, refund_observation};
pub(crate) use transaction::observation;

/// An opened checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initialized {
    /// The page to send the buyer to; its host is one that the configuration allows.
    pub checkout_url: String,
}

/// What became of a wish to cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelOutcome {
    /// The page is closed now.
    Cancelled,
    /// It was closed before: expired, cancelled or paid. Verify to learn which.
    AlreadyClosed,
    /// Chapa does not know the reference.
    NotFound,
}

/// The refusal in an answer, or `Duplicate` when that is what it says.
fn refusal(answer: &Answer, envelope: &Envelope<'_>) -> Error {
    let message = envelope.message();
    let lower = message.text.to_ascii_lowercase();
    let about_reference = message.fields.get("tx_ref").map(|complaints| {
        let text = complaints.join(" ").to_ascii_lowercase();
        text.contains("used before") || text.contains("unique") || text.contains("taken")
    });
    if lower.contains("reference has been used before") || about_reference == Some(true) {
        return Error::Duplicate;
    }
    let text = if message.text.is_empty() {
        "no reason given".to_owned()
    } else {
        message.text
    };
    Error::Rejected {
        http_status: answer.status,
        message: text,
        fields: message.fields,
    }
}

/// The data of an accepted write; a refusal otherwise.
fn accepted<'a>(answer: &'a Answer) -> Result<Envelope<'a>, Error> {
    let envelope: Envelope<'a> = answer.envelope()?;
    if !answer.is_success() || (envelope.says_failed() && envelope.object().is_none()) {
        return Err(refusal(answer, &envelope));
    }
    Ok(envelope)
}

#[derive(Deserialize)]
struct CheckoutData<'a> {
    #[serde(borrow, default)]
    checkout_url: Option<&'a RawValue>,
}

pub(crate) fn initialized(
    answer: &Answer,
    allowed_hosts: &[String],
    https_only: bool,
) -> Result<Initialized, Error> {
    let envelope = accepted(answer)?;
    let checkout_url = envelope
        .object()
        .and_then(|data| serde_json::from_str::<CheckoutData<'_>>(data).ok())
        .and_then(|data| wire::filled(data.checkout_url))
        .ok_or_else(|| Error::Protocol("accepted without a checkout address".to_owned()))?;
    if !is_allowed(&checkout_url, allowed_hosts, https_only) {
        return Err(Error::Protocol(
            "the checkout address is not on an allowed host".to_owned(),
        ));
    }
    Ok(Initialized { checkout_url })
}

fn is_allowed(address: &str, allowed_hosts: &[String], https_only: bool) -> bool {
    // Browsers drop tabs and line ends and read backslashes as slashes: refuse instead.
    if address
        .bytes()
        .any(|byte| !byte.is_ascii_graphic() || byte == b'\\')
    {
        return false;
    }
    let Ok(url) = Url::parse(address) else {
        return false;
    };
    let scheme_fits = url.scheme() == "https" || (url.scheme() == "http" && !https_only);
    let nobody = url.username().is_empty() && url.password().is_none();
    let Some(host) = url.host_str() else {
        return false;
    };
    let host = url
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    scheme_fits
        && nobody
        && allowed_hosts
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(&host))
}

/// Untrimmed: what is compared for equality is compared as it was written.
fn exact(raw: Option<&RawValue>) -> Option<String> {
    raw.and_then(wire::text)
        .filter(|text| !text.is_empty() && wire::is_plain(text))
}

pub(crate) fn cancelled(answer: &Answer) -> Result<CancelOutcome, Error> {
    let envelope = answer.envelope()?;
    let lower = envelope.message().text.to_ascii_lowercase();
    // Looked at before the status: which code goes with a refusal is not documented.
    if lower.contains("already") || lower.contains("not active") {
        return Ok(CancelOutcome::AlreadyClosed);
    }
    if answer.status == 404 {
        return Ok(CancelOutcome::NotFound);
    }
    if !answer.is_success() || envelope.says_failed() {
        return Err(refusal(answer, &envelope));
    }
    Ok(CancelOutcome::Cancelled)
}
