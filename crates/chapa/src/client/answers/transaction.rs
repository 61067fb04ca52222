//! `verify`: what Chapa says about one transaction.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::client::transport::Answer;
use crate::wire::{self, Envelope};
use crate::{Error, Mode, Observation, Observed, RawAnswer};

use super::{exact, refusal};

#[derive(Deserialize)]
struct TransactionData<'a> {
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
    #[serde(borrow, default)]
    amount: Option<&'a RawValue>,
    #[serde(borrow, default)]
    charge: Option<&'a RawValue>,
    #[serde(borrow, default)]
    currency: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tx_ref: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reference: Option<&'a RawValue>,
    #[serde(borrow, default)]
    mode: Option<&'a RawValue>,
    #[serde(borrow, default)]
    method: Option<&'a RawValue>,
    #[serde(borrow, default)]
    payment_method: Option<&'a RawValue>,
}

pub(crate) fn observation(answer: Answer) -> Result<Observation, Error> {
    let observation = read_observation(&answer)?;
    let raw = RawAnswer {
        http_status: answer.status,
        body: answer.body,
    };
    Ok(Observation { raw, ..observation })
}

fn read_observation(answer: &Answer) -> Result<Observation, Error> {
    let envelope = answer.envelope()?;
    if !answer.is_success() {
        return state_by_message(answer, &envelope).map(bare_observation);
    }
    let Some(object) = envelope.object() else {
        return state_by_message(answer, &envelope).map(bare_observation);
    };
    let data: TransactionData<'_> = serde_json::from_str(object)
        .map_err(|_| answer.unreadable("a field of the transaction is there twice"))?;
    Ok(Observation {
        state: state_of(answer.status, data.status),
        amount_minor: wire::minor(data.amount),
        currency: exact(data.currency),
        tx_ref: exact(data.tx_ref),
        provider_reference: wire::filled(data.reference),
        fee_minor: wire::minor(data.charge),
        mode: wire::filled(data.mode).and_then(|mode| Mode::parse(&mode)),
        method: wire::filled(data.method).or_else(|| wire::filled(data.payment_method)),
        raw: RawAnswer {
            http_status: answer.status,
            body: String::new(),
        },
    })
}

pub(super) fn state_of(http_status: u16, status: Option<&RawValue>) -> Observed {
    // A number or a boolean is not the word `success`, whatever it may mean.
    let word = status
        .filter(|raw| raw.get().starts_with('"'))
        .and_then(wire::text)
        .map(|text| Observed::from_status(&text));
    match word {
        Some(Observed::Charged) if http_status != 200 => {
            Observed::Unknown(format!("success with HTTP {http_status}"))
        }
        Some(state) => state,
        None => {
            let text = status.map_or("no status", |raw| raw.get());
            Observed::Unknown(wire::shorten(text))
        }
    }
}

fn bare_observation(state: Observed) -> Observation {
    Observation {
        state,
        amount_minor: None,
        currency: None,
        tx_ref: None,
        provider_reference: None,
        fee_minor: None,
        mode: None,
        method: None,
        raw: RawAnswer {
            http_status: 0,
            body: String::new(),
        },
    }
}

/// An answer without a transaction: its words tell "not paid yet" from "not found".
fn state_by_message(answer: &Answer, envelope: &Envelope<'_>) -> Result<Observed, Error> {
    let lower = envelope.message().text.to_ascii_lowercase();
    if lower.contains("not paid") {
        return Ok(Observed::Pending);
    }
    if answer.is_success() {
        return Err(answer.unreadable("an answer without a transaction"));
    }
    match answer.status {
        404 if lower.contains("not found") || lower.contains("invalid transaction") => {
            Ok(Observed::NotFound)
        }
        404 => Ok(Observed::Unknown(lower)),
        _ => Err(refusal(answer, envelope)),
    }
}
