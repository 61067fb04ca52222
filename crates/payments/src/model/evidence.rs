//! What is kept of a call to the provider: an allow-list of facts. Never a name, an e-mail
//! address, a phone number or a secret.

use chrono::{DateTime, Utc};
use ids::{AttemptId, RefundId};
use serde_json::{Value, json};

use super::{
    CancelOutcome, Initialized, Observation, Observed, ProviderError, Refund, RefundObservation,
    RefundTold as Told, Witness,
};

/// What the provider was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Initialize,
    Verify,
    Cancel,
    Refund,
    VerifyRefund,
}

impl Operation {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Initialize => "initialize",
            Self::Verify => "verify",
            Self::Cancel => "cancel",
            Self::Refund => "refund",
            Self::VerifyRefund => "verify_refund",
        }
    }
}

/// A call to the provider and what came back, for the record.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) attempt_id: AttemptId,
    /// Which refund, where it is about one.
    pub(crate) refund_id: Option<RefundId>,
    pub(crate) operation: Operation,
    pub(crate) outcome: &'static str,
    pub(crate) evidence: Value,
    pub(crate) called_at: DateTime<Utc>,
}

/// A result that can be written down.
pub(crate) trait CallOutcome {
    /// One word for it.
    fn word(&self) -> &'static str;
    /// The facts.
    fn evidence(&self) -> Value;
}

impl CallOutcome for Observation {
    fn word(&self) -> &'static str {
        match self.state {
            Observed::NotFound => "not_found",
            Observed::Pending => "pending",
            Observed::Charged => "charged",
            Observed::Failed => "failed",
            Observed::Cancelled => "cancelled",
            Observed::Refunded => "refunded",
            Observed::Reversed => "reversed",
            Observed::Unknown(_) => "unreadable",
        }
    }

    fn evidence(&self) -> Value {
        evidence_of(self)
    }
}

impl CallOutcome for RefundObservation {
    fn word(&self) -> &'static str {
        match self.state {
            Told::NotFound => "not_found",
            Told::Initiated => "initiated",
            Told::Processing => "processing",
            Told::Refunded => "refunded",
            Told::Reversed => "reversed",
            Told::Unknown(_) => "unreadable",
        }
    }

    fn evidence(&self) -> Value {
        json!({
            "http_status": self.http_status,
            "status": self.word(),
            "amount_minor": self.amount_minor,
            "currency": self.currency,
            "reference": self.refund_reference,
            "payment_reference": self.provider_reference,
            "merchant_reference": self.merchant_reference,
        })
    }
}

impl CallOutcome for CancelOutcome {
    fn word(&self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::AlreadyClosed => "already_closed",
            Self::NotFound => "not_found",
        }
    }

    fn evidence(&self) -> Value {
        json!({})
    }
}

impl CallOutcome for Initialized {
    fn word(&self) -> &'static str {
        "opened"
    }

    fn evidence(&self) -> Value {
        match self {
            Self::Redirect { url } => json!({ "checkout_url": url }),
            Self::AwaitCustomer { instructions } => json!({ "instructions": instructions.kind }),
        }
    }
}

impl CallOutcome for ProviderError {
    fn word(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "invalid",
            Self::Rejected { .. } => "rejected",
            Self::Duplicate => "duplicate",
            Self::Auth => "unauthorized",
            Self::RateLimited(_) => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::Protocol(_) => "protocol",
            Self::Unknown => "unknown",
            Self::Unsupported => "unsupported",
        }
    }

    fn evidence(&self) -> Value {
        match self {
            // Without its words: they may name the buyer, whom a call does not know.
            Self::Rejected {
                http_status,
                fields,
                ..
            } => json!({
                "http_status": http_status,
                "fields": fields.keys().filter(|field| is_field(field)).collect::<Vec<_>>(),
            }),
            Self::Invalid { field, reason } => json!({ "field": field, "reason": reason }),
            Self::Protocol(what) => json!({ "reason": redact(what, &[]) }),
            _ => json!({}),
        }
    }
}

impl<T: CallOutcome, E: CallOutcome> CallOutcome for Result<T, E> {
    fn word(&self) -> &'static str {
        match self {
            Ok(outcome) => outcome.word(),
            Err(error) => error.word(),
        }
    }

    fn evidence(&self) -> Value {
        match self {
            Ok(outcome) => outcome.evidence(),
            Err(error) => error.evidence(),
        }
    }
}

impl Call {
    pub(crate) fn of(
        attempt_id: AttemptId,
        operation: Operation,
        outcome: &impl CallOutcome,
        called_at: DateTime<Utc>,
    ) -> Self {
        let (outcome, evidence) = (outcome.word(), outcome.evidence());
        Self {
            attempt_id,
            refund_id: None,
            operation,
            outcome,
            evidence,
            called_at,
        }
    }
}

impl Call {
    pub(crate) fn about(
        refund: &Refund,
        operation: Operation,
        outcome: &impl CallOutcome,
        called_at: DateTime<Utc>,
    ) -> Self {
        Self {
            refund_id: Some(refund.id),
            ..Self::of(refund.attempt_id, operation, outcome, called_at)
        }
    }
}

/// The facts that decide about money, and whose word they are.
pub(crate) fn evidence_of(observation: &Observation) -> Value {
    let status = match &observation.state {
        Observed::Charged => "success",
        Observed::Unknown(_) => "unreadable",
        _ => observation.word(),
    };
    let mut evidence = match &observation.witness {
        Witness::Provider { http_status } => {
            json!({ "operation": "verify", "http_status": http_status })
        }
        Witness::Staff {
            staff_id,
            received_at,
        } => json!({
            "operation": "confirm",
            "staff_id": staff_id,
            "received_at": received_at,
        }),
    };
    let facts = json!({
        "status": status,
        "tx_ref": observation.tx_ref,
        "amount_minor": observation.amount_minor,
        "currency": observation.currency,
        "mode": observation.mode,
        "reference": observation.provider_reference,
        "fee_minor": observation.fee_minor,
        "method": observation.method,
    });
    if let (Value::Object(evidence), Value::Object(facts)) = (&mut evidence, facts) {
        evidence.extend(facts);
    }
    evidence
}

/// Whether it is written as the provider's fields are, such as `customization.title`.
fn is_field(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_lowercase() || b"_.".contains(&byte))
}

/// The provider's words without the buyer in them: no word of the given texts, in any case, nor
/// anything that looks like an e-mail address or a phone number.
pub(crate) fn redact(message: &str, personal: &[&str]) -> String {
    let names: Vec<String> = personal
        .iter()
        .flat_map(|text| text.split_whitespace())
        .filter(|name| name.chars().count() > 1)
        .map(str::to_lowercase)
        .collect();
    let words = message.split_whitespace().map(|word| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let lower = word.to_lowercase();
        if word.contains('@') || digits >= 7 || names.iter().any(|name| is_within(name, &lower)) {
            "[removed]"
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Short names are parts of too many words; Amharic writes small words and names as one.
fn is_within(name: &str, word: &str) -> bool {
    let bare = word.trim_matches(|char: char| !char.is_alphanumeric());
    let is_long = name.len() > 3 || !name.is_ascii();
    bare == name || (is_long && word.contains(name))
}
