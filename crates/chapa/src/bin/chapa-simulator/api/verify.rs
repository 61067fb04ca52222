//! `GET /v1/transaction/verify/{tx_ref}`.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Caller, Who};
use crate::book::{Transaction, TransactionState};
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
    let details = |status| details(variants, transaction, status);
    let say =
        |outer: &str, inner| envelope(variants, 200, "Payment details", outer, details(inner));
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

fn details<'a>(variants: &Variants, transaction: &'a Transaction, status: &'a str) -> Details<'a> {
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
        currency: &transaction.currency,
        amount,
        charge,
        mode: &transaction.mode,
        method,
        payment_method,
        kind: &transaction.kind,
        status,
        reference: &transaction.reference,
        tx_ref: &transaction.tx_ref,
        customization: customization(transaction),
        meta: meta(variants, transaction),
        created_at: stamp(transaction.created_at),
        updated_at: stamp(transaction.updated_at),
    }
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
