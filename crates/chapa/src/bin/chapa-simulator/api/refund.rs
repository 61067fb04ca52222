//! `POST /v1/refund/{reference}` and `GET /v1/refund/{ref_id}/verify`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::validation::amount_minor;
use crate::book::{Refund, RefundState, TransactionState};
use crate::clock::stamp;
use crate::delivery;
use crate::fields::Fields;
use crate::reply::{decimal, envelope, number, refusal};
use crate::simulator::{Simulator, World};
use crate::variants::{RefundProgress, RefundShape, Variants};

pub(super) async fn refund(
    State(simulator): State<Arc<Simulator>>,
    Path(reference): Path<String>,
    body: String,
) -> Response {
    let fields = Fields::parse(&body);
    let response = simulator.with(|world| match accept(world, &reference, &fields) {
        Ok(refund) => acceptance(&world.variants, &refund),
        Err((http_status, message)) => refusal(&world.variants, http_status, message),
    });
    let instant = simulator.with(|world| {
        matches!(
            world.variants.refund_progress,
            RefundProgress::Instant | RefundProgress::Reversed
        )
    });
    if instant {
        delivery::advance_refunds(&simulator).await;
    }
    response
}

/// Takes a refund into the book, or says why not.
pub(crate) fn accept(
    world: &mut World,
    reference: &str,
    fields: &Fields,
) -> Result<Refund, (u16, &'static str)> {
    let transaction = world.book.transaction_by_any(reference).cloned();
    let transaction = transaction.ok_or((404, "Transaction not found"))?;
    if transaction.state != TransactionState::Charged {
        return Err((400, "Transaction is not refundable"));
    }
    let left = transaction.amount_minor - world.book.refunded_minor(&transaction.tx_ref, false);
    if left <= 0 {
        return Err((400, "Transaction has already been refunded"));
    }
    let wanted = match fields.get("amount") {
        Some(text) => amount_minor(text).ok_or((400, "The amount is invalid"))?,
        None => left,
    };
    if wanted > left {
        return Err((400, "Refund amount is greater than the transaction amount"));
    }
    if wanted != transaction.amount_minor && !world.variants.partial_refunds {
        return Err((
            400,
            "The amount must equal the transaction amount or be empty",
        ));
    }
    let merchant_reference = fields.owned("reference");
    if merchant_reference
        .as_deref()
        .is_some_and(|own| world.book.refund(own).is_some())
    {
        return Err((400, "Refund reference has been used before"));
    }
    let now = world.now();
    let refund = Refund {
        ref_id: world.book.ids().refund_reference(),
        tx_ref: transaction.tx_ref,
        payment_reference: transaction.reference,
        merchant_reference,
        amount_minor: wanted,
        currency: transaction.currency,
        reason: fields.owned("reason"),
        state: RefundState::Initiated,
        created_at: now,
        updated_at: now,
    };
    world.book.add_refund(refund.clone());
    world.touch();
    Ok(refund)
}

fn acceptance(variants: &Variants, refund: &Refund) -> Response {
    let mut current = details(refund);
    let message = "Refund initiated successfully. Processing time: 1-3 business days";
    let data = match variants.refund_shape {
        RefundShape::Current => current,
        RefundShape::NoReference => {
            if let Some(object) = current.as_object_mut() {
                object.remove("ref_id");
            }
            current
        }
        RefundShape::Qa => json!({
            "id": 730,
            "chapa_reference": refund.payment_reference,
            "bank_reference": "BLC0000000",
            "amount": decimal(refund.amount_minor),
            "ref": refund.ref_id,
            "currency": refund.currency,
            "status": "Refund Initiated",
            "reason": refund.reason,
            "merchant_reference": refund.merchant_reference,
            "created_at": stamp(refund.created_at),
            "updated_at": stamp(refund.updated_at),
        }),
        RefundShape::NoData => Value::Null,
    };
    envelope(variants, 200, message, "success", data)
}

fn details(refund: &Refund) -> Value {
    json!({
        "ref_id": refund.ref_id,
        "status": refund.state.as_str(),
        "amount": number(refund.amount_minor),
        "currency": refund.currency,
        "payment_reference": refund.payment_reference,
        "merchant_reference": refund.merchant_reference,
        "created_at": stamp(refund.created_at),
        "updated_at": stamp(refund.updated_at),
    })
}

pub(super) async fn verify(
    State(simulator): State<Arc<Simulator>>,
    Path(reference): Path<String>,
) -> Response {
    simulator.with(|world| match world.book.refund(&reference) {
        Some(refund) => {
            let message = "Refund verified successfully";
            envelope(&world.variants, 200, message, "success", details(refund))
        }
        None => refusal(&world.variants, 404, "Refund not found"),
    })
}
