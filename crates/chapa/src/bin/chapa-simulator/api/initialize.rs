//! `POST /v1/transaction/initialize`: checks in Chapa's order, then a checkout page.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Caller, Who, validation};
use crate::book::{Transaction, TransactionState};
use crate::fields::Fields;
use crate::outcome::{self, Outcome};
use crate::reply::{envelope, with_tab};
use crate::simulator::{Simulator, World};
use crate::variants::{ContentType, InstantResult, Subaccounts, Variants};

pub(super) async fn initialize(
    State(simulator): State<Arc<Simulator>>,
    Extension(caller): Who,
    headers: HeaderMap,
    body: String,
) -> Response {
    let opened = simulator.with(|world| open(&simulator, world, &caller, (&headers, &body)));
    let (reference, response) = match opened {
        Ok(opened) => opened,
        Err(refused) => {
            return simulator.with(|world| {
                let Refused {
                    http_status,
                    message,
                } = refused;
                envelope(&world.variants, http_status, message, "failed", Value::Null)
            });
        }
    };
    let instant = simulator.with(|world| world.variants.instant_result);
    let outcome = match instant {
        InstantResult::None => return response,
        InstantResult::Success => Outcome::Pay {
            method: "test".to_owned(),
            mobile: None,
        },
        InstantResult::Failed => Outcome::Fail,
    };
    // The result, webhook and callback race ahead of this answer, as they may in real life.
    outcome::apply(&simulator, &reference, outcome).await;
    response
}

/// Why no page is opened.
struct Refused {
    http_status: u16,
    message: Value,
}

impl Refused {
    fn text(variants: &Variants, http_status: u16, message: &str) -> Self {
        Self {
            http_status,
            message: with_tab(variants, message).into(),
        }
    }
}

fn open(
    simulator: &Simulator,
    world: &mut World,
    caller: &Caller,
    (headers, body): (&HeaderMap, &str),
) -> Result<(String, Response), Refused> {
    let fields = Fields::parse(body);
    check(world, caller, headers, &fields)?;
    let transaction = new_transaction(world, caller, &fields);
    let reference = transaction.reference.clone();
    let address = format!(
        "{}/checkout/payment/{}",
        simulator.public_url, transaction.token
    );
    world.book.add_transaction(transaction);
    world.touch();
    let data = json!({ "checkout_url": address });
    Ok((
        reference,
        envelope(&world.variants, 200, "Hosted Link", "success", data),
    ))
}

fn check(
    world: &World,
    caller: &Caller,
    headers: &HeaderMap,
    fields: &Fields,
) -> Result<(), Refused> {
    let variants = &world.variants;
    let refuse = |message: &str| Err(Refused::text(variants, 400, message));
    let is_json = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/json"));
    if variants.content_type == ContentType::Strict && !is_json {
        return refuse(
            "Incorrect header settings Please check if content-type is present and set to \
             application/json",
        );
    }
    if variants.api_disabled {
        let message = "Payments through API is disabled, please contact us";
        return Err(Refused::text(variants, 404, message));
    }
    for complaint in [
        validation::required(fields),
        validation::forms(fields, variants),
    ] {
        if !complaint.is_empty() {
            let message = complaint.message(variants.complaints);
            return Err(Refused {
                http_status: 400,
                message,
            });
        }
    }
    let currency = fields.get("currency").unwrap_or_default();
    if currency != "ETB" && !(currency == "USD" && variants.usd_enabled) {
        return refuse(&format!("Invalid currency, {currency} is not supported"));
    }
    if fields.has_any_under("subaccounts")
        && let Some(message) = about_split(variants.subaccounts)
    {
        return refuse(message);
    }
    if variants.merchant_blocked {
        return refuse("User can't receive payments");
    }
    let tx_ref = fields.get("tx_ref").unwrap_or_default();
    if world
        .book
        .transaction_of(&caller.merchant, tx_ref)
        .is_some()
    {
        return refuse("Transaction reference has been used before");
    }
    Ok(())
}

/// Why a checkout is not split.
fn about_split(subaccounts: Subaccounts) -> Option<&'static str> {
    match subaccounts {
        Subaccounts::Unknown => Some(
            "The subaccount id you provided isn't associated with this account. Please make sure \
             the id is correct or to create a subaccount before proceeding",
        ),
        Subaccounts::ShareTooSmall => {
            Some("Merchant's share of payment is not enough to cover transaction fee.")
        }
        Subaccounts::FlatTooSmall => Some("Merchant fee is greater than split flat amount."),
        Subaccounts::Accepted => None,
    }
}

/// A payment that waits for its buyer.
pub(crate) fn new_transaction(world: &mut World, caller: &Caller, fields: &Fields) -> Transaction {
    let now = world.now();
    let amount_minor = fields
        .get("amount")
        .and_then(validation::amount_minor)
        .unwrap_or(0);
    let fee = amount_minor * world.variants.fee_basis_points;
    let mut transaction = Transaction {
        number: world.book.transaction_count() + 1,
        merchant: caller.merchant.clone(),
        tx_ref: fields.owned("tx_ref").unwrap_or_default(),
        reference: world.book.ids().payment_reference(),
        token: world.book.ids().checkout_token(),
        amount_minor,
        charge_minor: (fee + 5_000) / 10_000,
        currency: fields.owned("currency").unwrap_or_default(),
        mode: caller.mode.to_owned(),
        kind: "API".to_owned(),
        state: TransactionState::Pending,
        method: None,
        email: fields.owned("email"),
        first_name: fields.owned("first_name"),
        last_name: fields.owned("last_name"),
        phone_number: fields.owned("phone_number"),
        callback_url: fields.owned("callback_url"),
        return_url: fields.owned("return_url"),
        title: fields.owned("customization.title"),
        description: fields.owned("customization.description"),
        logo: fields.owned("customization.logo"),
        meta: fields.meta.clone(),
        attempt_count: 0,
        created_at: now,
        updated_at: now,
        expires_at: now + TimeDelta::minutes(world.variants.window_minutes),
        timeline: Vec::new(),
    };
    transaction.note("Checkout page opened", false, now);
    transaction
}
