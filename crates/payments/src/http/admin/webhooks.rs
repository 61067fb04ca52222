//! The messages of providers, as they came: what they claim, and what has become of them.

use std::sync::Arc;

use axum::{Extension, Json, extract::State};
use chrono::{DateTime, Utc};
use ids::{AttemptId, WebhookId};
use kit::{
    Kit, Result,
    http::{Page, PageQuery, PathId, ProblemResponses, Query, body::invalid_parameter},
};
use serde::{Deserialize, Serialize};
use staff::{CanManagePayments, CanReadOrders, Staff};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    jobs::{Gateway, Processed, process_webhook},
    model::{
        Attempt, Authenticity, IdCursor, PaymentRefusal, Proof, ProviderId, RawRequest, Webhook,
        WebhookFilter, WebhookOutcome, differences, shown_word,
    },
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_webhooks))
        .routes(routes!(get_webhook))
        .routes(routes!(process_webhook_again))
}

/// A message of a provider. Nothing that it claims is believed.
#[derive(Serialize, ToSchema)]
pub(super) struct WebhookView {
    id: WebhookId,
    provider: ProviderId,
    /// `signed`: written by a holder of the secret; `static_token`: by anybody who knows a
    /// constant.
    #[schema(example = "signed")]
    authenticity: String,
    /// Null where it has none, or none that may be shown.
    #[schema(example = "charge.success")]
    event: Option<String>,
    tx_ref: Option<String>,
    /// What it says; names, numbers and addresses are left out.
    claims: ClaimsView,
    /// Which of `amount`, `currency` and `mode` differ from what was asked for.
    differs: Vec<String>,
    received_at: DateTime<Utc>,
    /// How often the same bytes came.
    received_count: i64,
    /// `settled`, `closed`, `review`, `no_news`, `refund_checked`, `unanswered`,
    /// `unknown_reference`, `no_reference`, `other_mode`, `payout`, `unknown_event` or
    /// `unreadable`; null while it waits.
    #[schema(example = "settled")]
    outcome: Option<String>,
    processed_at: Option<DateTime<Utc>>,
    /// The payment that it names, if it is one of ours.
    attempt_id: Option<AttemptId>,
}

/// What a message says about a payment.
#[derive(Serialize, ToSchema)]
struct ClaimsView {
    #[schema(example = "success")]
    status: Option<String>,
    /// In minor units.
    #[schema(example = 125_000)]
    amount: Option<i64>,
    #[schema(example = "ETB")]
    currency: Option<String>,
    /// `test` or `live`.
    #[schema(example = "live")]
    mode: Option<String>,
}

impl WebhookView {
    /// The message, beside the attempt that it names.
    pub(super) fn of(gateway: &Gateway, webhook: Webhook, attempt: Option<&Attempt>) -> Self {
        let request = RawRequest {
            proof: Proof::Before(webhook.authenticity),
            body: &webhook.body,
        };
        let notice = gateway.parse_webhook(webhook.provider, &request).ok();
        let claims = notice.map(|notice| notice.claims).unwrap_or_default();
        let differs = attempt.map_or_else(Vec::new, |attempt| differences(attempt, &claims));
        let is_code =
            |code: &String| code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase());
        Self {
            id: webhook.id,
            provider: webhook.provider,
            authenticity: webhook.authenticity.as_str().to_owned(),
            event: webhook.event.as_deref().and_then(shown_word),
            tx_ref: webhook.tx_ref,
            claims: ClaimsView {
                status: claims.status.as_deref().and_then(shown_word),
                amount: claims.amount_minor,
                currency: claims.currency.filter(is_code),
                mode: claims.mode.map(|mode| mode.as_str().to_owned()),
            },
            differs: differs.into_iter().map(str::to_owned).collect(),
            received_at: webhook.received_at,
            received_count: webhook.received_count,
            outcome: webhook.outcome.map(|outcome| outcome.as_str().to_owned()),
            processed_at: webhook.processed_at,
            attempt_id: webhook.attempt_id,
        }
    }
}

/// Which messages; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListWebhooks {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
    /// Only those with this outcome, or `waiting` for those that have none yet.
    #[param(max_length = 20)]
    outcome: Option<String>,
    /// Only `signed` or only `static_token`.
    #[param(max_length = 20)]
    authenticity: Option<String>,
    /// Only those that name this reference.
    #[param(max_length = 100)]
    tx_ref: Option<String>,
    /// Only those that came at this instant or later.
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    received_from: Option<DateTime<Utc>>,
    /// Only those that came before this instant.
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    received_to: Option<DateTime<Utc>>,
}

impl ListWebhooks {
    fn filter(&self) -> Result<WebhookFilter> {
        let word = self.outcome.as_deref();
        let outcome = word.filter(|word| *word != "waiting").map(|word| {
            WebhookOutcome::parse(word)
                .ok_or_else(|| invalid_parameter("outcome", "it is no outcome of messages"))
        });
        let authenticity = self.authenticity.as_deref().map(|word| {
            Authenticity::parse(word).ok_or_else(|| {
                invalid_parameter("authenticity", "it is neither signed nor static_token")
            })
        });
        Ok(WebhookFilter {
            outcome: outcome.transpose()?,
            is_waiting: word == Some("waiting"),
            authenticity: authenticity.transpose()?,
            tx_ref: self.tx_ref.clone(),
            received_from: self.received_from,
            received_to: self.received_to,
        })
    }
}

/// List the messages of payment providers, newest first
///
/// What they claim is compared with what was asked for; `differs` names what is not equal.
#[utoipa::path(
    get, path = "/api/v1/admin/payments/webhooks/", operation_id = "listReceivedWebhooks",
    tag = "Admin: payments", params(ListWebhooks),
    responses((status = 200, body = Page<WebhookView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_webhooks(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    Extension(gateway): Extension<Arc<Gateway>>,
    Query(query): Query<ListWebhooks>,
) -> Result<Page<WebhookView>> {
    let filter = query.filter()?;
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after = paging.cursor::<IdCursor>()?.map(|cursor| cursor.id);
    let conn = kit.db.read().await?;
    let webhooks = store::list_webhooks(&conn, &filter, after, limit + 1).await?;
    let named: Vec<AttemptId> = webhooks
        .iter()
        .filter_map(|webhook| webhook.attempt_id)
        .collect();
    let attempts = store::list_attempts_by_id(&conn, &named).await?;
    let page = Page::cut(webhooks, limit, |webhook| IdCursor {
        id: webhook.id.uuid(),
    })?;
    Ok(page.map(|webhook| {
        let named = attempts
            .iter()
            .find(|attempt| Some(attempt.id) == webhook.attempt_id);
        WebhookView::of(&gateway, webhook, named)
    }))
}

async fn view(kit: &Kit, gateway: &Gateway, webhook_id: WebhookId) -> Result<WebhookView> {
    let conn = kit.db.read().await?;
    let webhook = store::find_webhook(&conn, webhook_id).await?;
    let webhook = webhook.ok_or(PaymentRefusal::WebhookNotFound)?;
    let named: Vec<AttemptId> = webhook.attempt_id.into_iter().collect();
    let attempts = store::list_attempts_by_id(&conn, &named).await?;
    Ok(WebhookView::of(gateway, webhook, attempts.first()))
}

/// Show a message of a payment provider
#[utoipa::path(
    get, path = "/api/v1/admin/payments/webhooks/{webhook_id}/",
    operation_id = "getReceivedWebhook", tag = "Admin: payments",
    params(("webhook_id" = WebhookId, Path)),
    responses((status = 200, body = WebhookView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_webhook(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    Extension(gateway): Extension<Arc<Gateway>>,
    PathId(webhook_id): PathId<WebhookId>,
) -> Result<Json<WebhookView>> {
    Ok(Json(view(&kit, &gateway, webhook_id).await?))
}

/// Look at a message of a payment provider again
///
/// Asks the provider about what it names, as when it came. Safe to repeat.
#[utoipa::path(
    post, path = "/api/v1/admin/payments/webhooks/{webhook_id}/process/",
    operation_id = "processReceivedWebhook", tag = "Admin: payments",
    params(("webhook_id" = WebhookId, Path)),
    responses((status = 200, body = WebhookView), ProblemResponses),
    security(("bearer" = []))
)]
async fn process_webhook_again(
    _staff: Staff<CanManagePayments>,
    State(kit): State<Kit>,
    Extension(gateway): Extension<Arc<Gateway>>,
    PathId(webhook_id): PathId<WebhookId>,
) -> Result<Json<WebhookView>> {
    let webhook = store::find_webhook(&kit.db.read().await?, webhook_id).await?;
    let webhook = webhook.ok_or(PaymentRefusal::WebhookNotFound)?;
    match process_webhook(&kit, &gateway, &webhook).await? {
        Processed::Done => Ok(Json(view(&kit, &gateway, webhook_id).await?)),
        Processed::Silent {
            retry_after_seconds,
        } => Err(PaymentRefusal::ProviderUnreachable {
            retry_after_seconds,
        }
        .into()),
    }
}
