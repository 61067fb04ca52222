//! A webhook as bytes and headers: the body in each known form, signed as Chapa signs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chapa::Secret;
use chapa::webhook::{BODY_SIGNATURE_HEADER, STATIC_SIGNATURE_HEADER, signature, static_token};
use chrono::TimeDelta;
use serde::Serialize;
use serde_json::{Value, json};

use crate::api::{customization, meta, webhook_amount};
use crate::book::{Merchant, Webhook, WebhookState};
use crate::clock::stamp;
use crate::delivery::News;
use crate::reply::{decimal, escape};
use crate::simulator::World;
use crate::variants::{Headers, WebhookBehaviour, WebhookBody};

/// The flat body, in Chapa's order.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a str>,
    first_name: &'a str,
    last_name: &'a str,
    email: &'a Option<String>,
    mobile: Option<String>,
    currency: &'a str,
    amount: String,
    charge: String,
    status: &'a str,
    mode: &'a str,
    reference: &'a str,
    created_at: String,
    updated_at: String,
    #[serde(rename = "type")]
    kind: &'a str,
    tx_ref: &'a str,
    payment_method: &'a Option<String>,
    customization: Value,
    meta: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    ref_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_reference: Option<&'a str>,
}

/// Writes and signs a webhook as the current behaviour wants it.
pub(crate) fn webhook(world: &World, news: &News<'_>, merchant: &Merchant, url: &str) -> Webhook {
    let behaviour = &world.webhook;
    let event = match behaviour.body {
        WebhookBody::ShortNames => news.short_event,
        WebhookBody::UnknownEvent => "charge.astonished",
        _ => news.event,
    };
    let genuine = body(world, news, event);
    let sent = match behaviour.body {
        // Signed over the genuine bytes: only the static header still fits what is sent.
        WebhookBody::TamperedAmount => tampered(world, news, event),
        _ => genuine.clone(),
    };
    let now = world.now();
    let later = match behaviour {
        WebhookBehaviour { delay_ms: 1.., .. } => Some(now + TimeDelta::minutes(10)),
        WebhookBehaviour { delay_seconds, .. } if *delay_seconds > 0 => {
            Some(now + TimeDelta::seconds(i64::from(*delay_seconds)))
        }
        _ => None,
    };
    Webhook {
        id: 0,
        merchant: merchant.name.clone(),
        tx_ref: news.transaction.tx_ref.clone(),
        event: event.to_owned(),
        url: url.to_owned(),
        headers: headers(behaviour, merchant, &genuine),
        body: sent,
        copies: behaviour.duplicates.saturating_add(1).min(100),
        delay_ms: behaviour.delay_ms,
        state: if behaviour.drop {
            WebhookState::Dropped
        } else if behaviour.reorder > 1 {
            WebhookState::Held
        } else {
            WebhookState::Pending
        },
        next_attempt_at: later,
        deliveries: Vec::new(),
    }
}

fn flat<'a>(world: &World, news: &'a News<'_>, event: &'a str) -> Body<'a> {
    let transaction = news.transaction;
    let claimed = |name| news.claims.and_then(|claims| claims.get(name));
    let amount = match (claimed("amount"), news.refund) {
        (Some(amount), _) => amount.to_owned(),
        (None, Some(refund)) => decimal(refund.amount_minor),
        (None, None) => webhook_amount(&world.variants, transaction),
    };
    Body {
        event: Some(event),
        first_name: transaction.first_name.as_deref().unwrap_or_default(),
        last_name: transaction.last_name.as_deref().unwrap_or_default(),
        email: &transaction.email,
        mobile: transaction.phone_number.as_deref().map(international),
        currency: claimed("currency").unwrap_or(&transaction.currency),
        amount,
        charge: decimal(transaction.charge_minor),
        status: news.status,
        mode: match world.webhook.body {
            WebhookBody::WrongMode if transaction.mode == "test" => "live",
            WebhookBody::WrongMode => "test",
            _ => claimed("mode").unwrap_or(&transaction.mode),
        },
        reference: claimed("reference").unwrap_or(&transaction.reference),
        created_at: stamp(transaction.created_at),
        updated_at: stamp(transaction.updated_at),
        kind: &transaction.kind,
        tx_ref: claimed("tx_ref").unwrap_or(&transaction.tx_ref),
        payment_method: &transaction.method,
        customization: customization(transaction),
        meta: meta(&world.variants, transaction),
        ref_id: news.refund.map(|refund| refund.ref_id.as_str()),
        merchant_reference: news
            .refund
            .and_then(|refund| refund.merchant_reference.as_deref()),
    }
}

fn body(world: &World, news: &News<'_>, event: &str) -> String {
    let mut fields = flat(world, news, event);
    let text = match world.webhook.body {
        WebhookBody::Nested => {
            fields.event = None;
            // Two steps keep Chapa's order, which a map would not.
            format!("{{\"event\":{},\"data\":{}}}", json!(event), text(&fields))
        }
        WebhookBody::Huge => {
            fields.meta = Value::String("x".repeat(2 * 1024 * 1024));
            text(&fields)
        }
        WebhookBody::InvalidJson => {
            let whole = text(&fields);
            whole.chars().take(whole.chars().count() / 2).collect()
        }
        _ => text(&fields),
    };
    escape(&text, world.variants.json_text)
}

fn tampered(world: &World, news: &News<'_>, event: &str) -> String {
    let fields = Body {
        amount: "1.00".to_owned(),
        ..flat(world, news, event)
    };
    escape(&text(&fields), world.variants.json_text)
}

fn text(fields: &Body<'_>) -> String {
    serde_json::to_string(fields).unwrap_or_default()
}

/// `0911…` is `251911…` in webhooks.
fn international(phone: &str) -> String {
    phone
        .strip_prefix('0')
        .map_or_else(|| phone.to_owned(), |rest| format!("251{rest}"))
}

fn headers(behaviour: &WebhookBehaviour, merchant: &Merchant, body: &str) -> Vec<(String, String)> {
    let secret = &merchant.webhook_secret;
    let secret = if behaviour.bad_signature {
        Secret::new(format!("not-{secret}"))
    } else {
        Secret::new(secret.clone())
    };
    let over_body = signature(&secret, body.as_bytes());
    let constant = static_token(&secret);
    let pairs = match merchant.webhook_headers.unwrap_or(behaviour.headers) {
        Headers::Both => {
            vec![
                (STATIC_SIGNATURE_HEADER, constant),
                (BODY_SIGNATURE_HEADER, over_body),
            ]
        }
        Headers::XOnly => vec![(BODY_SIGNATURE_HEADER, over_body)],
        Headers::StaticOnly => vec![(STATIC_SIGNATURE_HEADER, constant)],
        Headers::StaticOverBody => vec![(STATIC_SIGNATURE_HEADER, over_body)],
        Headers::None => Vec::new(),
        Headers::Basic => {
            let pair = format!("{}:{}", behaviour.basic_user, behaviour.basic_password);
            vec![("authorization", format!("Basic {}", STANDARD.encode(pair)))]
        }
    };
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    headers.extend(
        pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    headers
}
