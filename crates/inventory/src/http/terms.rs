//! The terms by which a variant is sold: limits, when its stock is low, what may be sold beyond it.

use axum::extract::State;
use chrono::{DateTime, Utc};
use ids::VariantId;
use kit::{
    Kit, Result,
    http::{Body, IfMatch, PathId, ProblemResponses, Versioned, merge::Member},
};
use serde::{Deserialize, Serialize};
use staff::{CanEditStock, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions,
    model::{BackorderKind, Beyond, Limits, StockTerms},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(get_stock_terms, update_stock_terms))
}

/// By which terms a variant is sold.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "variant_id": "01890a5d-ac96-774b-bcce-b302099a8057", "per_order_max": 2,
    "per_customer_max": 4, "per_customer_days": 30, "counted_since": "2026-01-05T09:00:00Z",
    "low_stock_threshold": 10, "updated_at": "2026-01-05T09:00:00Z",
    "backorder": {
        "kind": "backorder", "max": 50, "waiting": 3, "expected_at": "2026-02-01T00:00:00Z"
    }
}))]
struct StockTermsView {
    variant_id: VariantId,
    /// The most units of one order; `null`: as many as there are.
    per_order_max: Option<i64>,
    /// The most units of one buyer. A buyer is known by the account, the e-mail address and the
    /// telephone; orders that expire or are cancelled do not count.
    per_customer_max: Option<i64>,
    /// After so many days the count begins anew; `null`: never.
    per_customer_days: Option<i32>,
    /// When the first of these periods began.
    counted_since: DateTime<Utc>,
    /// As few available units as this are low; `null`: as the settings say.
    low_stock_threshold: Option<i64>,
    /// What may be sold beyond the stock; `null`: nothing is, and nothing is owed.
    backorder: Option<BackorderTermsView>,
    updated_at: DateTime<Utc>,
}

/// What may be sold of a variant beyond its stock.
#[derive(Serialize, ToSchema)]
struct BackorderTermsView {
    /// `null`: nothing more is sold, and orders still wait.
    kind: Option<BackorderKind>,
    /// Units that may be owed at once.
    max: i64,
    /// Units that orders wait for.
    waiting: i64,
    /// When they are expected.
    expected_at: Option<DateTime<Utc>>,
}

impl BackorderTermsView {
    fn of(beyond: &Beyond) -> Option<Self> {
        let is_any = beyond.kind.is_some() || beyond.waiting > 0;
        is_any.then_some(Self {
            kind: beyond.kind,
            max: beyond.max,
            waiting: beyond.waiting,
            expected_at: beyond.expected_at,
        })
    }
}

impl From<StockTerms> for StockTermsView {
    fn from(terms: StockTerms) -> Self {
        let StockTerms {
            variant_id,
            limits,
            low_stock_threshold,
            beyond,
            updated_at,
            ..
        } = terms;
        Self {
            variant_id,
            per_order_max: limits.per_order_max,
            per_customer_max: limits.per_customer_max,
            per_customer_days: limits.per_customer_days,
            counted_since: limits.counted_since,
            low_stock_threshold,
            backorder: BackorderTermsView::of(&beyond),
            updated_at,
        }
    }
}

/// What changes of the terms; what is absent stays, `null` takes a term away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "per_order_max": 2, "per_customer_max": 4, "per_customer_days": 30,
    "backorder": {"kind": "preorder", "max": 50, "expected_at": "2026-02-01T00:00:00Z"}
}))]
struct UpdateStockTerms {
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1_000_000_000)]
    per_order_max: Member<i64>,
    /// Orders count from the moment when the limit is set.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1_000_000_000)]
    per_customer_max: Member<i64>,
    /// Needs `per_customer_max`.
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 3_660)]
    per_customer_days: Member<i32>,
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000)]
    low_stock_threshold: Member<i64>,
    /// Replaced as a whole; `null`: nothing more is sold beyond the stock.
    #[serde(default)]
    #[schema(value_type = Option<BackorderTerms>)]
    backorder: Member<BackorderTerms>,
}

/// What may be sold of a variant beyond its stock.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BackorderTerms {
    kind: BackorderKind,
    /// Units that may be owed at once; not less than orders wait for.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    max: i64,
    /// When they are expected; a preorder needs it.
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    expected_at: Option<DateTime<Utc>>,
}

impl BackorderTerms {
    const fn of(self, waiting: i64) -> Beyond {
        Beyond {
            kind: Some(self.kind),
            max: self.max,
            waiting,
            expected_at: self.expected_at,
        }
    }
}

impl UpdateStockTerms {
    fn apply(self, terms: StockTerms) -> StockTerms {
        let limits = terms.limits;
        let waiting = terms.beyond.waiting;
        StockTerms {
            limits: Limits {
                per_order_max: self.per_order_max.apply(limits.per_order_max),
                per_customer_max: self.per_customer_max.apply(limits.per_customer_max),
                per_customer_days: self.per_customer_days.apply(limits.per_customer_days),
                ..limits
            },
            low_stock_threshold: self.low_stock_threshold.apply(terms.low_stock_threshold),
            beyond: match self.backorder {
                Member::Keep => terms.beyond,
                Member::Clear => Beyond {
                    kind: None,
                    ..terms.beyond
                },
                Member::Set(wish) => wish.of(waiting),
            },
            ..terms
        }
    }
}

/// Read the terms by which a variant is sold
#[utoipa::path(
    get, path = "/api/v1/admin/inventory/terms/{variant_id}/", operation_id = "getStockTerms",
    tag = "Admin: inventory", params(("variant_id" = VariantId, Path)),
    responses((status = 200, body = StockTermsView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_stock_terms(
    _staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    PathId(variant_id): PathId<VariantId>,
) -> Result<Versioned<StockTermsView>> {
    let terms = actions::get_terms(&kit.db.read().await?, variant_id).await?;
    Ok(Versioned::ok(terms.version, terms.into()))
}

/// Change the terms by which a variant is sold
///
/// From the answer on no order is placed by the old terms. What buyers have ordered before a limit
/// was set does not count, and a limit that is lowered leaves placed orders as they are.
#[utoipa::path(
    patch, path = "/api/v1/admin/inventory/terms/{variant_id}/",
    operation_id = "updateStockTerms", tag = "Admin: inventory",
    params(("variant_id" = VariantId, Path), ("If-Match" = String, Header)),
    request_body = UpdateStockTerms,
    responses((status = 200, body = StockTermsView), ProblemResponses),
    security(("bearer" = []))
)]
async fn update_stock_terms(
    staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    PathId(variant_id): PathId<VariantId>,
    if_match: IfMatch,
    body: Body<UpdateStockTerms>,
) -> Result<Versioned<StockTermsView>> {
    let tx = kit.db.begin("update_stock_terms").await?;
    let before = actions::lock_terms(&tx, variant_id).await?;
    let shown = StockTermsView::from(before);
    if_match.check(before.version, &shown)?;
    // The clock is read once nobody can order by the old terms.
    let now = kit.clock.now();
    let after = actions::change_terms(&tx, &before, body.value.apply(before), now).await?;
    let view = StockTermsView::from(after);
    let what = ("stock.terms", "variant", variant_id.uuid());
    staff
        .record(&tx, what, Some(&shown), Some(&view), now)
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(after.version, view))
}
