//! What follows when a buyer pays, fails or cancels: state and timeline first, then webhook,
//! callback and redirect in the chosen order.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::book::{Transaction, TransactionState};
use crate::delivery;
use crate::simulator::{Simulator, World};
use crate::variants::{CallbackForm, Step};

/// What happened to a payment.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    Pay {
        method: String,
        mobile: Option<String>,
    },
    Fail,
    Cancel,
    /// Money that was there is taken back.
    Reverse,
}

impl Outcome {
    fn event(&self) -> &'static str {
        match self {
            Self::Pay { .. } => "charge.success",
            Self::Fail | Self::Cancel => "charge.failed/cancelled",
            Self::Reverse => "charge.reversed",
        }
    }

    /// The word in webhook and callback.
    fn status(&self) -> &'static str {
        match self {
            Self::Pay { .. } => "success",
            Self::Fail | Self::Cancel => "failed/cancelled",
            Self::Reverse => "reversed",
        }
    }

    fn write_down(&self, transaction: &mut Transaction, now: chrono::DateTime<chrono::Utc>) {
        match self {
            Self::Pay { method, mobile } => {
                transaction.method = Some(method.clone());
                if mobile.is_some() {
                    transaction.phone_number.clone_from(mobile);
                }
                transaction.attempt_count += 1;
                transaction.note(format!("Paid with {method}"), false, now);
            }
            Self::Fail => {
                transaction.state = TransactionState::Failed;
                transaction.attempt_count += 1;
                transaction.note("Attempt to pay failed", true, now);
            }
            Self::Cancel => {
                transaction.state = TransactionState::Cancelled;
                transaction.note("Cancelled by the buyer", false, now);
            }
            Self::Reverse => {
                transaction.note("Payment reversed", true, now);
            }
        }
    }
}

/// Applies an outcome, unless the money has moved already: it is charged and reversed once. Closed
/// pages are paid too; the caller decides whether that may happen.
/// Steps before the redirect are done when this returns, later ones go on by themselves.
/// Returns where the browser goes, if anywhere.
pub(crate) async fn apply(
    simulator: &Arc<Simulator>,
    reference: &str,
    outcome: Outcome,
) -> Option<String> {
    let (transaction, steps) = simulator.with(|world| {
        let now = world.now();
        let transaction = world.book.transaction_mut(reference)?;
        let may_happen = match outcome {
            Outcome::Reverse => transaction.state == TransactionState::Charged,
            Outcome::Pay { .. } | Outcome::Fail | Outcome::Cancel => !transaction.is_settled(),
        };
        if !may_happen {
            return None;
        }
        outcome.write_down(transaction, now);
        match outcome {
            Outcome::Pay { .. } => world.book.charge(reference, world.variants.fee_bearer, now),
            Outcome::Reverse => world.book.reverse(reference, now),
            Outcome::Fail | Outcome::Cancel => {}
        }
        let transaction = world.book.transaction(reference)?.clone();
        world.touch();
        Some((transaction, world.variants.result_order.clone()))
    })?;
    let mut before = steps;
    let redirect_at = before.iter().position(|step| *step == Step::Redirect);
    let after = redirect_at
        .map(|index| before.split_off(index))
        .unwrap_or_default();
    for step in before {
        follow(simulator, &transaction, &outcome, step).await;
    }
    let wait_ms = simulator.with(|world| world.variants.redirect_delay_ms);
    tokio::time::sleep(Duration::from_millis(wait_ms)).await;
    let target = simulator.with(|world| redirect_target(world, &transaction, &outcome));
    if !after.is_empty() {
        let in_background = Arc::clone(simulator);
        simulator.later(async move {
            for step in after {
                follow(&in_background, &transaction, &outcome, step).await;
            }
        });
    }
    target
}

async fn follow(
    simulator: &Arc<Simulator>,
    transaction: &Transaction,
    outcome: &Outcome,
    step: Step,
) {
    let (webhook_ms, callback_ms) = simulator.with(|world| {
        (
            world.variants.webhook_delay_ms,
            world.variants.callback_delay_ms,
        )
    });
    match step {
        Step::Webhook => {
            tokio::time::sleep(Duration::from_millis(webhook_ms)).await;
            let news = delivery::News {
                event: outcome.event(),
                short_event: match outcome {
                    Outcome::Pay { .. } => "charge.success",
                    Outcome::Fail => "charge.failed",
                    Outcome::Cancel => "charge.cancelled",
                    Outcome::Reverse => "charge.reversed",
                },
                status: outcome.status(),
                transaction,
                refund: None,
                claims: None,
            };
            delivery::announce(simulator, &news).await;
        }
        Step::Callback if !matches!(outcome, Outcome::Reverse) => {
            tokio::time::sleep(Duration::from_millis(callback_ms)).await;
            call_back(simulator, transaction, outcome.status()).await;
        }
        Step::Callback | Step::Redirect => {}
    }
}

/// An unsigned request that the shop may take as a hint; its answer changes nothing.
async fn call_back(simulator: &Arc<Simulator>, transaction: &Transaction, status: &str) {
    let Some(address) = &transaction.callback_url else {
        return;
    };
    let form = simulator.with(|world| world.variants.callback_form);
    let body = json!({
        "trx_ref": transaction.tx_ref, "ref_id": transaction.reference, "status": status,
    });
    let request = match form {
        CallbackForm::Query => {
            let with_parameters = with_result(address, transaction, status);
            simulator
                .http
                .get(with_parameters.unwrap_or_else(|| address.clone()))
        }
        CallbackForm::JsonGet => simulator.http.get(address).json(&body),
        CallbackForm::JsonPost => simulator.http.post(address).json(&body),
    };
    let note = match request.send().await {
        Ok(response) => format!("Callback answered {}", response.status().as_u16()),
        Err(error) => format!("Callback not answered: {}", error.without_url()),
    };
    simulator.with(|world| {
        let now = world.now();
        if let Some(transaction) = world.book.transaction_mut(&transaction.reference) {
            transaction.timeline.push(crate::book::TimelineRow {
                message: note,
                is_error: false,
                at: now,
            });
        }
        world.touch();
    });
}

fn redirect_target(world: &World, transaction: &Transaction, outcome: &Outcome) -> Option<String> {
    let goes_back = match outcome {
        Outcome::Pay { .. } => true,
        Outcome::Cancel => world.variants.return_after_cancel,
        Outcome::Fail | Outcome::Reverse => false,
    };
    let address = transaction.return_url.as_ref().filter(|_| goes_back)?;
    if world.variants.return_parameters {
        return with_result(address, transaction, outcome.status());
    }
    Some(address.clone())
}

fn with_result(address: &str, transaction: &Transaction, status: &str) -> Option<String> {
    let mut url = reqwest::Url::parse(address).ok()?;
    url.query_pairs_mut()
        .append_pair("trx_ref", &transaction.tx_ref)
        .append_pair("ref_id", &transaction.reference)
        .append_pair("status", status);
    Some(url.into())
}
