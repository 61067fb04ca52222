//! The hosted checkout page: plain HTML without scripts or outside resources.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use crate::book::{Transaction, TransactionState};
use crate::outcome::{self, Outcome};
use crate::reply::decimal;
use crate::simulator::{Simulator, World};

/// Wallets of Chapa's own test table; every other number fails.
const TEST_NUMBERS: [&str; 3] = ["0900123456", "0900112233", "0900881111"];
const TEST_CODE: &str = "12345";
const MPESA_TEST_NUMBERS: [&str; 3] = ["0700123456", "0700112233", "0700881111"];
const TEST_CARDS: [&str; 3] = ["4200000000000000", "5400000000000000", "3700000000000000"];

/// What the page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    Paid,
    Cancelled,
    Expired,
    Missing,
}

#[derive(Template)]
#[template(path = "checkout.html")]
struct Page<'a> {
    stage: Stage,
    shop: &'a str,
    description: &'a str,
    currency: &'a str,
    amount: String,
    tx_ref: &'a str,
    reference: &'a str,
    /// Test numbers to begin with: the buyer's own number would fail.
    phone: &'a str,
    mpesa_phone: &'a str,
    return_url: Option<&'a str>,
    notice: &'a str,
    attempts_left: u32,
    mode: &'a str,
}

/// The page's routes.
pub(crate) fn routes() -> Router<Arc<Simulator>> {
    Router::new().route("/checkout/payment/{token}", get(show).post(choose))
}

async fn show(State(simulator): State<Arc<Simulator>>, Path(token): Path<String>) -> Response {
    simulator.with(|world| render(world, &token, ""))
}

#[derive(Debug, Default, Deserialize)]
struct Choice {
    #[serde(default)]
    result: String,
    #[serde(default)]
    method: String,
    #[serde(default)]
    phone: String,
    /// The page has a field of its own for M-Pesa, whose test numbers are others.
    #[serde(default)]
    mpesa_phone: String,
    #[serde(default)]
    card: String,
    /// The code that some wallets ask for.
    #[serde(default)]
    otp: String,
}

impl Choice {
    fn number(&self) -> &str {
        let own_field = self.method == "mpesa" && !self.mpesa_phone.is_empty();
        if own_field {
            &self.mpesa_phone
        } else {
            &self.phone
        }
    }

    fn outcome(&self) -> Outcome {
        match self.result.as_str() {
            "pay" if self.is_test_account() => Outcome::Pay {
                method: self.method.clone(),
                mobile: (self.method != "card").then(|| self.number().trim().to_owned()),
            },
            "cancel" => Outcome::Cancel,
            _ => Outcome::Fail,
        }
    }

    fn is_test_account(&self) -> bool {
        let digits = |text: &str| {
            text.chars()
                .filter(char::is_ascii_digit)
                .collect::<String>()
        };
        match self.method.as_str() {
            "awash" | "amole" if self.otp.trim() != TEST_CODE => false,
            "telebirr" | "cbebirr" | "ebirr" | "awash" | "amole" => {
                TEST_NUMBERS.contains(&digits(self.number()).as_str())
            }
            "mpesa" => MPESA_TEST_NUMBERS.contains(&digits(self.number()).as_str()),
            "card" => TEST_CARDS.contains(&digits(&self.card).as_str()),
            _ => false,
        }
    }
}

async fn choose(
    State(simulator): State<Arc<Simulator>>,
    Path(token): Path<String>,
    Form(choice): Form<Choice>,
) -> Response {
    let open = simulator.with(|world| {
        let transaction = world.book.transaction_by_token(&token)?;
        let is_open = transaction.is_open(world.now(), world.variants.max_attempts);
        is_open.then(|| transaction.reference.clone())
    });
    // A second click on a page that is settled shows what became of it.
    let Some(reference) = open else {
        return simulator.with(|world| render(world, &token, ""));
    };
    let outcome = choice.outcome();
    let refused = choice.result == "pay" && matches!(outcome, Outcome::Fail);
    match outcome::apply(&simulator, &reference, outcome).await {
        Some(address) => redirect(&address),
        None => {
            let notice = if refused {
                "This account is not one of the test accounts, so the payment failed. \
                 Nothing was charged."
            } else {
                "The payment failed. Nothing was charged."
            };
            simulator.with(|world| render(world, &token, notice))
        }
    }
}

fn redirect(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(location) => (StatusCode::FOUND, [(LOCATION, location)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

fn stage_of(world: &World, transaction: &Transaction) -> Stage {
    match transaction.state {
        TransactionState::Charged | TransactionState::Reversed => Stage::Paid,
        TransactionState::Cancelled => Stage::Cancelled,
        _ if transaction.is_open(world.now(), world.variants.max_attempts) => Stage::Open,
        _ => Stage::Expired,
    }
}

fn render(world: &World, token: &str, notice: &str) -> Response {
    let Some(transaction) = world.book.transaction_by_token(token) else {
        return respond(StatusCode::NOT_FOUND, &missing());
    };
    let stage = stage_of(world, transaction);
    let page = Page {
        stage,
        shop: transaction.title.as_deref().unwrap_or("Your shop"),
        description: transaction.description.as_deref().unwrap_or_default(),
        currency: &transaction.currency,
        amount: grouped(&decimal(transaction.amount_minor)),
        tx_ref: &transaction.tx_ref,
        reference: &transaction.reference,
        phone: chosen(transaction, &TEST_NUMBERS),
        mpesa_phone: chosen(transaction, &MPESA_TEST_NUMBERS),
        return_url: transaction.return_url.as_deref(),
        notice: if stage == Stage::Open { notice } else { "" },
        attempts_left: world
            .variants
            .max_attempts
            .saturating_sub(transaction.attempt_count),
        mode: &transaction.mode,
    };
    let status = if stage == Stage::Expired {
        StatusCode::GONE
    } else {
        StatusCode::OK
    };
    respond(status, &page)
}

/// The buyer's number when it is one of these test numbers, else the first of them.
fn chosen<'a>(transaction: &'a Transaction, numbers: &[&'a str; 3]) -> &'a str {
    let own = transaction.phone_number.as_deref();
    own.filter(|own| numbers.contains(own))
        .unwrap_or(numbers[0])
}

fn missing() -> Page<'static> {
    Page {
        stage: Stage::Missing,
        shop: "",
        description: "",
        currency: "",
        amount: String::new(),
        tx_ref: "",
        reference: "",
        phone: "",
        mpesa_phone: "",
        return_url: None,
        notice: "",
        attempts_left: 0,
        mode: "test",
    }
}

fn respond(status: StatusCode, page: &Page<'_>) -> Response {
    let Ok(html) = page.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    // No form-action: browsers apply it to the redirect that follows, which leads to the shop.
    let headers = [
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
        ),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    (status, headers, Html(html)).into_response()
}

/// `1234567.50` as `1,234,567.50`.
fn grouped(amount: &str) -> String {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, "00"));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped}.{fraction}")
}
