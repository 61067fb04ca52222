//! `POST /v1/refund/{reference}` and `GET /v1/refund/{ref_id}/verify`.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::validation::amount_minor;
use super::{Caller, Who};
use crate::book::{Account, Refund, RefundState, TransactionState};
use crate::clock::stamp;
use crate::fields::Fields;
use crate::refunds;
use crate::reply::{decimal, envelope, number, refusal};
use crate::simulator::{Simulator, World};
use crate::variants::{RefundLookup, RefundShape, Variants};

pub(super) async fn refund(
    State(simulator): State<Arc<Simulator>>,
    Extension(caller): Who,
    Path(reference): Path<String>,
    body: String,
) -> Response {
    let fields = Fields::parse(&body);
    let (response, ref_id) =
        simulator.with(|world| match accept(world, &caller, &reference, &fields) {
            Ok(refund) => (acceptance(&world.variants, &refund), Some(refund.ref_id)),
            Err((http_status, message)) => (refusal(&world.variants, http_status, message), None),
        });
    if let Some(ref_id) = ref_id {
        refunds::after_acceptance(&simulator, &ref_id).await;
    }
    response
}

/// Takes a refund into the book, or says why not.
pub(crate) fn accept(
    world: &mut World,
    caller: &Caller,
    reference: &str,
    fields: &Fields,
) -> Result<Refund, (u16, &'static str)> {
    let found = world.book.transaction_by_any(&caller.merchant, reference);
    let transaction = found
        .filter(|transaction| caller.sees(transaction))
        .cloned()
        .ok_or((404, "Transaction not found"))?;
    if transaction.state != TransactionState::Charged {
        return Err((400, "Transaction is not refundable"));
    }
    let left = transaction.amount_minor - world.book.refunded_minor(&transaction.reference, false);
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
        .is_some_and(|own| world.book.refund_of(&caller.merchant, own).is_some())
    {
        return Err((400, "Refund reference has been used before"));
    }
    let available = world
        .book
        .ledger()
        .held(&transaction.purse(), Account::Available);
    if world.variants.check_balance && wanted > available {
        return Err((400, "Insufficient balance"));
    }
    let now = world.now();
    let refund = Refund {
        ref_id: world.book.ids().refund_reference(),
        merchant: caller.merchant.clone(),
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
    Extension(caller): Who,
    Path(reference): Path<String>,
) -> Response {
    simulator.with(|world| match find(world, &caller, &reference) {
        Some(refund) => {
            let message = "Refund verified successfully";
            envelope(&world.variants, 200, message, "success", details(refund))
        }
        None => refusal(&world.variants, 404, "Refund not found"),
    })
}

fn find<'a>(world: &'a World, caller: &Caller, reference: &str) -> Option<&'a Refund> {
    let by_chapa = world.book.refund(reference);
    let by_own = match world.variants.refund_lookup {
        RefundLookup::Any => world.book.refund_of(&caller.merchant, reference),
        RefundLookup::RefIdOnly => None,
    };
    by_chapa.or(by_own).filter(|refund| {
        let payment = world.book.transaction(&refund.payment_reference);
        payment.is_some_and(|payment| caller.sees(payment))
    })
}
