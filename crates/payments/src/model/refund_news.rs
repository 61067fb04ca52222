//! What a provider's answer about a refund means. Pure.

use super::{ProviderError, Refund, RefundObservation, RefundTold as Told, redact};

/// What an answer brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RefundNews {
    /// The request certainly never arrived: it may be sent again.
    NotSent { retry_after_seconds: Option<u64> },
    /// The provider refused: nothing happened there.
    Refused { reason: String },
    /// The provider is at it.
    UnderWay { provider_reference: Option<String> },
    /// The buyer has the money, exactly as much as was to go back.
    Done { provider_reference: Option<String> },
    /// It did not go through: the money is with the shop.
    Returned { provider_reference: Option<String> },
    /// The provider speaks of another refund than ours.
    Differs { detail: String },
    /// Nothing that helps: it may have happened.
    Silent { reason: String },
}

/// What came of asking for a refund. `personal` are texts about the buyer, which nobody keeps.
pub(crate) fn news_of_submission(
    refund: &Refund,
    answer: &Result<RefundObservation, ProviderError>,
    personal: &[&str],
) -> RefundNews {
    match answer {
        Ok(observation) => news_of(refund, observation),
        Err(error) if error.may_have_happened() => RefundNews::Silent {
            reason: error.to_string(),
        },
        Err(ProviderError::RateLimited(wait)) => RefundNews::NotSent {
            retry_after_seconds: wait.map(|wait| wait.as_secs()),
        },
        Err(ProviderError::Unavailable) => RefundNews::NotSent {
            retry_after_seconds: None,
        },
        Err(ProviderError::Rejected { message, .. }) => RefundNews::Refused {
            reason: redact(message, personal),
        },
        Err(error) => RefundNews::Refused {
            reason: error.to_string(),
        },
    }
}

/// What came of asking how far a refund is. That the provider does not know it is no proof that
/// it never got it.
pub(crate) fn news_of_check(
    refund: &Refund,
    answer: &Result<RefundObservation, ProviderError>,
) -> RefundNews {
    match answer {
        Ok(observation) => news_of(refund, observation),
        Err(error) => RefundNews::Silent {
            reason: error.to_string(),
        },
    }
}

fn news_of(refund: &Refund, observation: &RefundObservation) -> RefundNews {
    let provider_reference = observation.refund_reference.clone();
    let silent = |reason: &str| RefundNews::Silent {
        reason: reason.to_owned(),
    };
    match &observation.state {
        Told::NotFound => return silent("the provider does not know the refund"),
        Told::Unknown(_) => return silent("the provider's word for its state is not known"),
        _ => {}
    }
    if let Some(detail) = difference(refund, observation) {
        return RefundNews::Differs { detail };
    }
    match observation.state {
        Told::Refunded if observation.amount_minor.is_some() && observation.currency.is_some() => {
            RefundNews::Done { provider_reference }
        }
        Told::Refunded => silent("the provider does not say how much went back"),
        Told::Reversed => RefundNews::Returned { provider_reference },
        _ => RefundNews::UnderWay { provider_reference },
    }
}

/// What of an answer is not ours; what it leaves out is none.
fn difference(refund: &Refund, observation: &RefundObservation) -> Option<String> {
    let is_other = |told: &Option<String>, ours: &str| {
        told.as_ref()
            .filter(|told| told.as_str() != ours)
            .map(ToString::to_string)
    };
    if let Some(other) = is_other(&observation.merchant_reference, &refund.reference) {
        return Some(format!("It speaks of the refund {other}."));
    }
    // Where it names our own reference of the refund, that is the stronger word.
    if observation.merchant_reference.is_none()
        && let Some(other) = is_other(&observation.provider_reference, &refund.capture_reference)
    {
        return Some(format!("It speaks of the payment {other}."));
    }
    if let Some(minor) = observation.amount_minor
        && minor != refund.amount.minor()
    {
        let told = money::Money::new(minor, refund.amount.currency());
        return Some(format!(
            "It says {} instead of {}.",
            told.to_decimal(),
            refund.amount.to_decimal()
        ));
    }
    is_other(&observation.currency, refund.amount.currency().code()).map(|other| {
        let ours = refund.amount.currency();
        format!("It says {other} instead of {ours}.")
    })
}
