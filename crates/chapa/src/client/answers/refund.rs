//! `refund` and `verify_refund`: what Chapa says about one refund.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::client::transport::Answer;
use crate::wire;
use crate::{Error, RawAnswer, RefundObservation, RefundState};

use super::{accepted, exact, refusal};

#[derive(Deserialize)]
struct RefundData<'a> {
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
    #[serde(borrow, default)]
    amount: Option<&'a RawValue>,
    #[serde(borrow, default)]
    currency: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ref_id: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "ref")]
    short_ref: Option<&'a RawValue>,
    #[serde(borrow, default)]
    payment_reference: Option<&'a RawValue>,
    #[serde(borrow, default)]
    chapa_reference: Option<&'a RawValue>,
    #[serde(borrow, default)]
    merchant_reference: Option<&'a RawValue>,
}

/// After `POST /refund`: an acceptance may tell little or nothing about the refund.
pub(crate) fn refund_accepted(answer: Answer) -> Result<RefundObservation, Error> {
    let observation = {
        let envelope = accepted(&answer)?;
        match envelope.object() {
            Some(object) => read_refund(&answer, object)?,
            None if envelope.says_success() => bare_refund(RefundState::Initiated),
            None => return Err(Error::Unknown),
        }
    };
    let raw = RawAnswer {
        http_status: answer.status,
        body: answer.body,
    };
    Ok(RefundObservation { raw, ..observation })
}

pub(crate) fn refund_observation(answer: Answer) -> Result<RefundObservation, Error> {
    let observation = {
        let envelope = answer.envelope()?;
        match envelope.object() {
            Some(object) if answer.is_success() => read_refund(&answer, object)?,
            _ if answer.is_success() => {
                return Err(answer.unreadable("an answer without a refund"));
            }
            _ if answer.status == 404 => bare_refund(RefundState::NotFound),
            _ => return Err(refusal(&answer, &envelope)),
        }
    };
    let raw = RawAnswer {
        http_status: answer.status,
        body: answer.body,
    };
    Ok(RefundObservation { raw, ..observation })
}

fn read_refund(answer: &Answer, object: &str) -> Result<RefundObservation, Error> {
    let data: RefundData<'_> = serde_json::from_str(object)
        .map_err(|_| answer.unreadable("a field of the refund is there twice"))?;
    let state = wire::filled(data.status).map_or_else(
        || RefundState::Unknown("no status".to_owned()),
        |status| RefundState::from_status(&status),
    );
    Ok(RefundObservation {
        state,
        refund_reference: wire::filled(data.ref_id).or_else(|| wire::filled(data.short_ref)),
        provider_reference: wire::filled(data.payment_reference)
            .or_else(|| wire::filled(data.chapa_reference)),
        merchant_reference: wire::filled(data.merchant_reference),
        amount_minor: wire::minor(data.amount),
        currency: exact(data.currency),
        raw: RawAnswer {
            http_status: answer.status,
            body: String::new(),
        },
    })
}

fn bare_refund(state: RefundState) -> RefundObservation {
    RefundObservation {
        state,
        refund_reference: None,
        provider_reference: None,
        merchant_reference: None,
        amount_minor: None,
        currency: None,
        raw: RawAnswer {
            http_status: 0,
            body: String::new(),
        },
    }
}
