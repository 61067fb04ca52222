//! Why payments say no.

use ids::VariantId;
use kit::{Refusal, RefusalKind};
use money::Money;
use orders::OrderStatus;
use serde_json::{Value, json};

use super::{ProviderId, RefundState, Unsuitable};

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
    /// No such refund.
    RefundNotFound,
    /// No money was ever recorded under this id.
    CaptureNotFound,
    /// No money pays the order: there is nothing to give back.
    OrderNotRefundable,
    /// A guest ordered: there is nobody to give store credit to.
    NoCustomer,
    /// More than is left of the money that came.
    RefundExceedsCaptured {
        /// What is left.
        refundable: Money,
    },
    /// More than is left of a line.
    RefundLineExceeds {
        /// The line, by its variant.
        variant_id: VariantId,
        /// Units that are left.
        refundable_quantity: i64,
        /// What is left of what was paid for it.
        refundable: Money,
    },
    /// It is not for a person to say how this refund ended.
    RefundNotConfirmable {
        /// Where the refund stands.
        state: RefundState,
    },
    /// No such way to pay, or it is switched off.
    ProviderNotOffered {
        /// Those that are offered.
        offered: Vec<ProviderId>,
    },
    /// The way to pay is not for this order.
    ProviderUnsuitable {
        /// Which one.
        provider: ProviderId,
        /// Why.
        why: Unsuitable,
    },
    /// There is no attempt with this id.
    AttemptNotFound,
    /// The provider is asked about this payment; staff do not decide.
    NotByStaff,
    /// The attempt's money is recorded, and what is said now is something else.
    ConfirmedDifferently,
    /// The reference has confirmed another payment.
    ReferenceTaken,
    /// A webhook whose signature proves nothing.
    InvalidSignature,
    /// No stored message with this id.
    WebhookNotFound,
    /// There is no provider that could be asked about this attempt.
    NotAskable,
    /// No review with this id.
    ReviewNotFound,
    /// Somebody has decided already.
    ReviewResolved,
    /// This is not to be done about this review.
    ReviewActionNotAllowed {
        /// What is.
        legal: Vec<&'static str>,
    },
    /// Not all units of the order are there.
    ReviewUnitsGone,
    /// Others have had a promotion of the order as often as it may be had.
    ReviewPromotionUsedUp,
    /// Our books are being compared with the provider's already.
    ReconciliationRunning,
    /// There is no such comparison.
    ReconciliationNotFound,
    /// There is no such difference.
    BreakNotFound,
    /// The difference is closed; that is final.
    BreakClosed {
        /// `repaired` or `resolved`.
        state: String,
    },
    /// A difference that is no amount cannot be booked.
    BreakWithoutAmount,
}

kit::refusal_kinds! {
    NOT_FOUND "payment_not_found" 404 Final "No such payment"
        "No payment was ever started under this tx_ref. Use the tx_ref that starting the payment \
         answered."
    ALREADY_PAID "order_already_paid" 409 Final "The order is paid already"
        "The order has been paid, and nothing more is asked for. Read the order to show it to \
         the buyer."
    NOT_PAYABLE "order_not_payable" 409 Final "The order can no longer be paid"
        "Only an order that waits for payment can be paid, until its expires_at. meta.status \
         says where it stands; place a new order."
    STARTING "payment_starting" 409 @retryable Recoverable "The payment is being started"
        "Another request is opening the checkout page of this order right now. Repeat the \
         request after Retry-After; it answers the same page."
    PROVIDER_REJECTED "payment_provider_rejected" 502 RequiresBuyerInput
        "The payment provider refused"
        "The payment provider does not accept this payment; the detail has its words. The order \
         still waits for payment, so another try is possible."
    PROVIDER_UNREACHABLE "payment_provider_unreachable" 503 @retryable Recoverable
        "The payment provider cannot be reached"
        "The payment provider did not answer. Nothing is lost: repeat the request after \
         Retry-After. A payment that went through is found by the shop itself as well."
    REFUND_NOT_FOUND "refund_not_found" 404 Final "No such refund"
        "There is no refund with this id. List the refunds of the order to find it."
    CAPTURE_NOT_FOUND "capture_not_found" 404 Final "No such money"
        "No money was recorded under this capture_id. Leave it out and send the order_id to give \
         back what paid an order."
    ORDER_NOT_REFUNDABLE "order_not_refundable" 409 Final
        "There is nothing of the order to give back"
        "No money pays this order, or the money named pays none and so has no lines. Money that \
         came for an order and does not pay it is given back by its capture_id, without lines."
    NO_CUSTOMER "refund_needs_customer" 409 RequiresBuyerInput
        "There is no customer to give credit to"
        "A guest placed this order, and store credit belongs to a customer. Give the money back to \
         where it came from."
    REFUND_EXCEEDS_CAPTURED "refund_exceeds_captured" 409 RequiresBuyerInput
        "More than is left of the money"
        "Refunds that are open or done, and money that the provider took back, count against the \
         money that came. meta.refundable says what is left."
    REFUND_LINE_EXCEEDS "refund_line_exceeds" 409 RequiresBuyerInput
        "More than is left of the line"
        "Refunds that are open or done count against the units and the money of a line. \
         meta.refundable_quantity and meta.refundable say what is left of it."
    REFUND_NOT_CONFIRMABLE "refund_not_confirmable" 409 Final
        "It is not for a person to say how this refund ended"
        "Staff confirm refunds that they give by hand, and those of which the provider knows \
         nothing any more. meta.state says where this one stands; ask the provider with a check."
    PROVIDER_NOT_OFFERED "payment_provider_not_offered" 422 RequiresBuyerInput
        "This way to pay is not offered"
        "The shop does not know this provider, or does not offer it. meta.offered names those \
         that it offers; listPaymentProviders tells what they can do."
    PROVIDER_UNSUITABLE "payment_provider_unsuitable" 422 RequiresBuyerInput
        "The order cannot be paid this way"
        "The provider does not take this currency, or not so much: meta.reason is currency or \
         amount, and meta.most is the most that it takes. Choose another one."
    ATTEMPT_NOT_FOUND "payment_attempt_not_found" 404 Final "No such payment attempt"
        "There is no payment attempt with this id. listPaymentAttempts finds it by its order or \
         by the reference that the buyer was given."
    NOT_BY_STAFF "payment_not_confirmed_by_staff" 409 Final
        "The provider is asked about this payment"
        "Staff confirm and reject cash and bank transfers only. What has become of this payment \
         is asked of its provider; verifyPayment does so at once."
    CONFIRMED_DIFFERENTLY "payment_confirmed_differently" 409 Final
        "The payment's money is recorded already"
        "This payment was confirmed before, with another amount or reference, and what is \
         recorded stays. Money that came besides needs an attempt of its own."
    REFERENCE_TAKEN "payment_reference_taken" 409 Final
        "The reference has confirmed another payment"
        "A line of the bank statement, or a receipt, is one payment. Compare its reference and \
         the attempt with the statement; nothing was recorded."
    INVALID_SIGNATURE "webhook_signature_invalid" 401 Final
        "The webhook's signature is not valid"
        "x-chapa-signature must be the lower-case hex HMAC-SHA256 of the exact body with the \
         shop's webhook secret. Nothing was stored."
    WEBHOOK_NOT_FOUND "webhook_not_found" 404 Final "No such webhook"
        "There is no stored webhook with this id; listReceivedWebhooks has them all."
    NOT_ASKABLE "payment_not_askable" 409 Final "Nobody can be asked about this payment"
        "The payment was made in the provider's other mode, or staff say themselves when its \
         money has come: there is no provider to ask."
    REVIEW_NOT_FOUND "review_not_found" 404 Final "No such review"
        "There is no review with this id; listPaymentReviews has them all."
    REVIEW_RESOLVED "review_resolved" 409 Final "The review is resolved"
        "Somebody has decided already, or the shop has settled it itself. Read the review to see \
         how it ended."
    REVIEW_ACTION "review_action_not_allowed" 409 Recoverable
        "This cannot be done about the review"
        "meta.actions lists what can be done about this review as things stand."
    REVIEW_UNITS_GONE "review_units_gone" 409 Recoverable
        "The order's units are not there"
        "An order comes back with all its units or not at all, and somebody else has some of \
         them. Refund the money, or put units on the shelf first."
    REVIEW_PROMOTION_USED_UP "review_promotion_used_up" 409 Recoverable
        "The order's promotion is used up"
        "While the order was gone others have had a promotion of it as often as it may be had. \
         Refund the money, or raise the promotion's limit first."
    RECONCILIATION_RUNNING "reconciliation_running" 409 @retryable Recoverable
        "The books are being compared already"
        "One comparison with a provider goes on at a time. List the comparisons to follow the \
         one that is running, and start another when it has ended."
    RECONCILIATION_NOT_FOUND "reconciliation_not_found" 404 Final "No such comparison"
        "No comparison of the books has this id. List them to find the one you mean."
    BREAK_NOT_FOUND "reconciliation_break_not_found" 404 Final "No such difference"
        "No difference between the books has this id. List them to find the one you mean."
    BREAK_CLOSED "reconciliation_break_closed" 409 Final "The difference is closed"
        "It was repaired or resolved before, and that is final; meta.state says which. Read it \
         to see how, by whom and why."
    BREAK_WITHOUT_AMOUNT "reconciliation_break_has_no_amount" 409 Final
        "The difference cannot be written off"
        "Only a difference that is an amount in one currency can be given up in the books: a \
         charge that one side lacks, or another amount. Settle the matter with the provider, \
         then dismiss it with a note."
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
            Self::RefundNotFound => &REFUND_NOT_FOUND,
            Self::CaptureNotFound => &CAPTURE_NOT_FOUND,
            Self::OrderNotRefundable => &ORDER_NOT_REFUNDABLE,
            Self::NoCustomer => &NO_CUSTOMER,
            Self::RefundExceedsCaptured { .. } => &REFUND_EXCEEDS_CAPTURED,
            Self::RefundLineExceeds { .. } => &REFUND_LINE_EXCEEDS,
            Self::RefundNotConfirmable { .. } => &REFUND_NOT_CONFIRMABLE,
            Self::ProviderNotOffered { .. } => &PROVIDER_NOT_OFFERED,
            Self::ProviderUnsuitable { .. } => &PROVIDER_UNSUITABLE,
            Self::AttemptNotFound => &ATTEMPT_NOT_FOUND,
            Self::NotByStaff => &NOT_BY_STAFF,
            Self::ConfirmedDifferently => &CONFIRMED_DIFFERENTLY,
            Self::ReferenceTaken => &REFERENCE_TAKEN,
            Self::InvalidSignature => &INVALID_SIGNATURE,
            Self::WebhookNotFound => &WEBHOOK_NOT_FOUND,
            Self::NotAskable => &NOT_ASKABLE,
            Self::ReviewNotFound => &REVIEW_NOT_FOUND,
            Self::ReviewResolved => &REVIEW_RESOLVED,
            Self::ReviewActionNotAllowed { .. } => &REVIEW_ACTION,
            Self::ReviewUnitsGone => &REVIEW_UNITS_GONE,
            Self::ReviewPromotionUsedUp => &REVIEW_PROMOTION_USED_UP,
            Self::ReconciliationRunning => &RECONCILIATION_RUNNING,
            Self::ReconciliationNotFound => &RECONCILIATION_NOT_FOUND,
            Self::BreakNotFound => &BREAK_NOT_FOUND,
            Self::BreakClosed { .. } => &BREAK_CLOSED,
            Self::BreakWithoutAmount => &BREAK_WITHOUT_AMOUNT,
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
            Self::RefundExceedsCaptured { refundable } => {
                format!("Of this money {refundable} can still be given back.")
            }
            Self::RefundLineExceeds {
                refundable_quantity,
                refundable,
                ..
            } => format!(
                "Of this line {refundable_quantity} units and {refundable} can still be given back."
            ),
            Self::RefundNotConfirmable { state } => {
                format!(
                    "The refund is {}; ask the provider about it.",
                    state.as_str()
                )
            }
            Self::ProviderRejected { reason } => format!("The payment provider says: {reason}"),
            _ => self.kind().help.to_owned(),
        }
    }

    fn facts(&self) -> Option<Value> {
        match self {
            Self::ReviewActionNotAllowed { legal } => Some(json!({ "actions": legal })),
            Self::NotPayable { status } => Some(json!({ "status": status.as_str() })),
            Self::RefundExceedsCaptured { refundable } => Some(json!({ "refundable": refundable })),
            Self::RefundLineExceeds {
                variant_id,
                refundable_quantity,
                refundable,
            } => Some(json!({
                "variant_id": variant_id,
                "refundable_quantity": refundable_quantity,
                "refundable": refundable,
            })),
            Self::RefundNotConfirmable { state } => Some(json!({ "state": state.as_str() })),
            Self::ProviderNotOffered { offered } => Some(json!({ "offered": offered })),
            Self::ProviderUnsuitable { provider, why } => {
                let (reason, most) = match why {
                    Unsuitable::Currency => ("currency", None),
                    Unsuitable::Amount { most } => ("amount", Some(most)),
                };
                Some(json!({ "provider": provider, "reason": reason, "most": most }))
            }
            Self::BreakClosed { state } => Some(json!({ "state": state })),
            _ => None,
        }
    }

    fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::Starting => Some(1),
            Self::ReconciliationRunning => Some(30),
            Self::ProviderUnreachable {
                retry_after_seconds,
            } => Some(retry_after_seconds.unwrap_or(5)),
            _ => None,
        }
    }
}
