//! Why payments say no.

use kit::{Refusal, RefusalKind, Resolution};
use orders::OrderStatus;
use serde_json::{Value, json};

/// Why payments say no.
#[derive(Debug, PartialEq, Eq)]
pub enum PaymentRefusal {
    /// Nothing was ever asked for under this reference.
    NotFound,
    /// The order has been paid.
    AlreadyPaid,
    /// The order was called off, or its time is over.
    NotPayable {
        /// Where the order stands.
        status: OrderStatus,
    },
    /// Another request is opening a checkout page for the order right now.
    Starting,
    /// The provider does not want this payment.
    ProviderRejected {
        /// Its words, without the buyer in them.
        reason: String,
    },
    /// The provider cannot be asked.
    ProviderUnreachable {
        /// The wait that the provider asked for.
        retry_after_seconds: Option<u64>,
    },
    /// A webhook whose signature proves nothing.
    InvalidSignature,
}

macro_rules! kinds {
    ($($name:ident $code:literal $status:literal $retry:literal $resolution:ident
        $title:literal $help:literal)*) => {
        $(static $name: RefusalKind = RefusalKind {
            code: $code, status: $status, title: $title, is_retryable: $retry,
            resolution: Resolution::$resolution, help: $help,
        };)*
        /// Every refusal of this capability, for the registry.
        pub static REFUSALS: &[&RefusalKind] = &[$(&$name),*];
    };
}

kinds! {
    NOT_FOUND "payment_not_found" 404 false Final "No such payment"
        "No payment was ever started under this tx_ref. Use the tx_ref that starting the payment \
         answered."
    ALREADY_PAID "order_already_paid" 409 false Final "The order is paid already"
        "The order has been paid, and nothing more is asked for. Read the order to show it to \
         the buyer."
    NOT_PAYABLE "order_not_payable" 409 false Final "The order can no longer be paid"
        "Only an order that waits for payment can be paid, until its expires_at. meta.status \
         says where it stands; place a new order."
    STARTING "payment_starting" 409 true Recoverable "The payment is being started"
        "Another request is opening the checkout page of this order right now. Repeat the \
         request after Retry-After; it answers the same page."
    PROVIDER_REJECTED "payment_provider_rejected" 502 false RequiresBuyerInput
        "The payment provider refused"
        "The payment provider does not accept this payment; the detail has its words. The order \
         still waits for payment, so another try is possible."
    PROVIDER_UNREACHABLE "payment_provider_unreachable" 503 true Recoverable
        "The payment provider cannot be reached"
        "The payment provider did not answer. Nothing is lost: repeat the request after \
         Retry-After. A payment that went through is found by the shop itself as well."
    INVALID_SIGNATURE "webhook_signature_invalid" 401 false Final
        "The webhook's signature is not valid"
        "x-chapa-signature must be the lower-case hex HMAC-SHA256 of the exact body with the \
         shop's webhook secret. Nothing was stored."
}

/// What to answer when an order cannot be paid.
pub(crate) const fn reason_not_payable(status: OrderStatus) -> PaymentRefusal {
    match status {
        OrderStatus::Paid => PaymentRefusal::AlreadyPaid,
        status => PaymentRefusal::NotPayable { status },
    }
}

impl Refusal for PaymentRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::NotFound => &NOT_FOUND,
            Self::AlreadyPaid => &ALREADY_PAID,
            Self::NotPayable { .. } => &NOT_PAYABLE,
            Self::Starting => &STARTING,
            Self::ProviderRejected { .. } => &PROVIDER_REJECTED,
            Self::ProviderUnreachable { .. } => &PROVIDER_UNREACHABLE,
            Self::InvalidSignature => &INVALID_SIGNATURE,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NotPayable {
                status: OrderStatus::PendingPayment,
            } => "The time to pay this order is over; place a new one.".to_owned(),
            Self::NotPayable { status } => {
                format!("The order is {}; place a new one.", status.as_str())
            }
            Self::ProviderRejected { reason } => format!("The payment provider says: {reason}"),
            _ => self.kind().help.to_owned(),
        }
    }

    fn facts(&self) -> Option<Value> {
        match self {
            Self::NotPayable { status } => Some(json!({ "status": status.as_str() })),
            _ => None,
        }
    }

    fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::Starting => Some(1),
            Self::ProviderUnreachable {
                retry_after_seconds,
            } => Some(retry_after_seconds.unwrap_or(5)),
            _ => None,
        }
    }
}
