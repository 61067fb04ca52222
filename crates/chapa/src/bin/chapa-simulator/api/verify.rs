//! `GET /v1/transaction/verify/{tx_ref}`.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Caller, Who};
use crate::book::{Claims, Transaction, TransactionState};
use crate::clock::stamp;
use crate::reply::{decimal, envelope, number, number_with_decimals, quoted, refusal};
use crate::simulator::{Simulator, World};
use crate::variants::{
    AfterCancel, AfterFailure, AfterRefund, Amounts, FeeBearer, Meta, Unpaid, Variants,
};

/// The transaction as `verify` writes it, in Chapa's order.
#[derive(Serialize)]
struct Details<'a> {
    first_name: &'a Option<String>,
    last_name: &'a Option<String>,
    email: &'a Option<String>,
    currency: &'a str,
    amount: Box<RawValue>,
    charge: Box<RawValue>,
    mode: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_method: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'a str,
    status: &'a str,
    reference: &'a str,
    tx_ref: &'a str,
    customization: Value,
    meta: Value,
    created_at: String,
    updated_at: String,
}

pub(super) async fn verify(
    State(simulator): State<Arc<Simulator>>,
    Extension(caller): Who,
    Path(tx_ref): Path<String>,
) -> Response {
    simulator.with(|world| answer(world, &caller, &tx_ref))
}

fn answer(world: &World, caller: &Caller, tx_ref: &str) -> Response {
    let variants = &world.variants;
    let found = world.book.transaction_of(&caller.merchant, tx_ref);
    if variants.cross_mode || found.is_some_and(|transaction| !caller.sees(transaction)) {
        let (key, transaction) = match caller.mode {
            "live" => ("Live", "test"),
            _ => ("Test", "live"),
        };
        let message =
            format!("{key} secret keys can't be used to verify a {transaction} transaction");
        return refusal(variants, 401, &message);
    }
    let missing = || {
        refusal(
            variants,
            404,
            "Invalid transaction or Transaction not found",
        )
    };
    let not_paid =
        |status: Value| envelope(variants, 404, "Payment not paid yet", status, Value::Null);
    let Some(transaction) = found else {
        return missing();
    };
    let claims = world.book.claims.get(&transaction.reference);
    let details = |status| details(variants, transaction, (status, claims));
    let say =
        |outer: &str, inner| envelope(variants, 200, "Payment details", outer, details(inner));
    if let Some(status) = claims.and_then(|claims| claims.status.as_deref()) {
        return say("success", status);
    }
    match transaction.state {
        TransactionState::Pending => match variants.unpaid {
            Unpaid::NotFoundNull => not_paid(Value::Null),
            Unpaid::NotFoundTextNull => not_paid("null".into()),
            Unpaid::Pending => say("success", "pending"),
        },
        TransactionState::Failed => match variants.failed {
            AfterFailure::Mirrored => say("failed", "failed"),
            AfterFailure::SuccessEnvelope => say("success", "failed"),
            AfterFailure::FailedCancelled => say("failed/cancelled", "failed/cancelled"),
            AfterFailure::NotPaid => not_paid(Value::Null),
        },
        TransactionState::Cancelled => match variants.cancelled {
            AfterCancel::Cancelled => say("cancelled", "cancelled"),
            AfterCancel::NotFound => missing(),
        },
        TransactionState::Charged => {
            if is_seen_as_refunded(world, transaction) {
                say("success", "refunded")
            } else {
                say("success", "success")
            }
        }
        TransactionState::Reversed => say("success", "reversed"),
    }
}

fn details<'a>(
    variants: &Variants,
    transaction: &'a Transaction,
    (status, claims): (&'a str, Option<&'a Claims>),
) -> Details<'a> {
    let claimed = |field: fn(&Claims) -> &Option<String>| claims.and_then(|c| field(c).as_deref());
    let amount_minor = match variants.fee_bearer {
        FeeBearer::Merchant => transaction.amount_minor,
        FeeBearer::Customer => transaction.amount_minor + transaction.charge_minor,
    };
    let (amount, charge) = match variants.amounts {
        Amounts::Numbers => (
            number(amount_minor),
            number_with_decimals(transaction.charge_minor),
        ),
        Amounts::Strings => (quoted(amount_minor), quoted(transaction.charge_minor)),
    };
    let as_written = |text: &str| stated(text, variants.amounts);
    let amount = claimed(|c| &c.amount).map_or(amount, as_written);
    let charge = claimed(|c| &c.charge).map_or(charge, as_written);
    let method = transaction.method.as_deref();
    let (method, payment_method) = if variants.payment_method_field {
        (None, method)
    } else {
        (method, None)
    };
    Details {
        first_name: &transaction.first_name,
        last_name: &transaction.last_name,
        email: &transaction.email,
        currency: claimed(|c| &c.currency).unwrap_or(&transaction.currency),
        amount,
        charge,
        mode: claimed(|c| &c.mode).unwrap_or(&transaction.mode),
        method,
        payment_method,
        kind: &transaction.kind,
        status,
        reference: claimed(|c| &c.reference).unwrap_or(&transaction.reference),
        tx_ref: claimed(|c| &c.tx_ref).unwrap_or(&transaction.tx_ref),
        customization: customization(transaction),
        meta: meta(variants, transaction),
        created_at: stamp(transaction.created_at),
        updated_at: stamp(transaction.updated_at),
    }
}

/// An amount in somebody's own writing.
fn stated(text: &str, style: Amounts) -> Box<RawValue> {
    let is_number = serde_json::from_str::<serde_json::Number>(text).is_ok();
    let raw = match style {
        Amounts::Numbers if is_number => text.to_owned(),
        _ => json!(text).to_string(),
    };
    RawValue::from_string(raw).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// Whether everything went back, and Chapa is to say so.
pub(super) fn is_seen_as_refunded(world: &World, transaction: &Transaction) -> bool {
    let refunded_minor = world.book.refunded_minor(&transaction.reference, true);
    refunded_minor >= transaction.amount_minor && world.variants.refunded == AfterRefund::Refunded
}

/// What the page was given to show.
pub(crate) fn customization(transaction: &Transaction) -> Value {
    json!({
        "title": transaction.title,
        "description": transaction.description,
        "logo": transaction.logo,
    })
}

/// `meta` in the chosen form.
pub(crate) fn meta(variants: &Variants, transaction: &Transaction) -> Value {
    match variants.meta {
        Meta::Object => transaction.meta.clone(),
        Meta::Null => Value::Null,
        Meta::Text => Value::String(transaction.meta.to_string()),
    }
}

/// The amount that a webhook names: text with two decimals.
pub(crate) fn webhook_amount(variants: &Variants, transaction: &Transaction) -> String {
    match variants.fee_bearer {
        FeeBearer::Merchant => decimal(transaction.amount_minor),
        FeeBearer::Customer => decimal(transaction.amount_minor + transaction.charge_minor),
    }
}
