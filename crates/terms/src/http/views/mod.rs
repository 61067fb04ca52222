//! Wire shapes of promotions.

mod checked;

use chrono::{DateTime, Utc};
use ids::{ProductId, PromotionId, VariantId};
use money::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::model::{Effect, MINOR_MAX, Percentage, Promotion, Selection};

/// What a promotion takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PromotionKind {
    /// A `percentage` of what the goods cost.
    Percentage,
    /// An `amount`, shared out among the goods.
    AmountOff,
    /// An `amount` of each unit.
    AmountOffEach,
    /// For `buy_quantity` units of the goods, `get_quantity` others cost `percentage` less.
    BuyGet,
    /// The delivery costs nothing.
    FreeShipping,
}

/// A promotion, as staff set it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Ten per cent for new friends", "code": "SELAM10", "kind": "percentage",
    "percentage": "10", "minimum_subtotal": { "amount": 100_000, "currency": "ETB" },
    "starts_at": "2026-12-01T00:00:00Z", "ends_at": "2027-01-01T00:00:00Z",
    "usage_limit": 500, "customer_limit": 1
}))]
pub(super) struct PromotionBody {
    /// What shoppers are shown.
    #[schema(max_length = 60)]
    name: String,
    /// What a shopper enters, in any letters; without it the promotion applies by itself.
    #[serde(default)]
    #[schema(max_length = 40)]
    code: Option<String>,
    kind: PromotionKind,
    /// From 0 to 100, as decimal text.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "10")]
    percentage: Option<Percentage>,
    #[serde(default)]
    amount: Option<Money>,
    #[serde(default)]
    #[schema(minimum = 1, maximum = 9999)]
    buy_quantity: Option<i64>,
    #[serde(default)]
    #[schema(minimum = 1, maximum = 9999)]
    get_quantity: Option<i64>,
    /// How often `buy_get` counts in one cart; without a bound without it.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 9999)]
    applications_max: Option<i64>,
    /// Which goods it is about; everything when it names neither variants nor products.
    #[serde(default)]
    #[schema(max_items = 500)]
    variant_ids: Vec<VariantId>,
    #[serde(default)]
    #[schema(max_items = 500)]
    product_ids: Vec<ProductId>,
    /// Which goods cost less in `buy_get`; those that are bought when it names none.
    #[serde(default)]
    #[schema(max_items = 500)]
    get_variant_ids: Vec<VariantId>,
    #[serde(default)]
    #[schema(max_items = 500)]
    get_product_ids: Vec<ProductId>,
    /// Of promotions of one kind, the lower comes first.
    #[serde(default)]
    #[schema(minimum = -1000, maximum = 1000)]
    priority: i32,
    /// Whether it goes with no other promotion: it counts when the buyer pays less by it alone.
    #[serde(default)]
    is_exclusive: bool,
    /// What the goods cost at least, before discounts.
    #[serde(default)]
    minimum_subtotal: Option<Money>,
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    starts_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    ends_at: Option<DateTime<Utc>>,
    /// How many orders may have it.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    usage_limit: Option<i64>,
    /// How many orders of one buyer may have it, who is known by the account, by the e-mail
    /// address (whatever stands behind a plus sign in it) and by the telephone.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    customer_limit: Option<i64>,
}

/// A promotion, and how often it was had.
#[derive(Debug, Clone, Serialize)]
pub(super) struct PromotionView {
    pub(super) id: PromotionId,
    #[serde(flatten)]
    body: PromotionBody,
    /// How many orders have it that were not let go.
    used_count: i64,
    /// When staff ended it.
    closed_at: Option<DateTime<Utc>>,
    pub(super) version: i64,
    created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
}

/// What a promotion has beyond what staff set; for the schema alone.
#[derive(ToSchema)]
#[expect(dead_code, reason = "its schema is all that is asked of it")]
struct PromotionFacts {
    id: PromotionId,
    /// How many orders have it that were not let go.
    used_count: i64,
    /// When staff ended it.
    closed_at: Option<DateTime<Utc>>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

// By hand, because what is refused in a request, members that are not known, would forbid the
// members that an answer has beside it.
impl PartialSchema for PromotionView {
    fn schema() -> RefOr<Schema> {
        let (body, facts) = (PromotionBody::schema(), PromotionFacts::schema());
        let (RefOr::T(Schema::Object(mut all)), RefOr::T(Schema::Object(facts))) = (body, facts)
        else {
            return PromotionBody::schema();
        };
        all.additional_properties = None;
        all.description = Some("A promotion, and how often it was had.".to_owned());
        all.example = None;
        all.properties.extend(facts.properties);
        all.required.extend(facts.required);
        RefOr::T(Schema::Object(all))
    }
}

impl ToSchema for PromotionView {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        PromotionBody::schemas(schemas);
        PromotionFacts::schemas(schemas);
    }
}

impl PromotionBody {
    fn effect(&self) -> Effect {
        let of = Selection {
            variant_ids: self.variant_ids.iter().copied().collect(),
            product_ids: self.product_ids.iter().copied().collect(),
        };
        let percentage = self.percentage.unwrap_or(Percentage::ALL);
        let amount = self.amount.unwrap_or(Money::new(MINOR_MAX, Currency::ETB));
        match self.kind {
            PromotionKind::Percentage => Effect::Percentage { percentage, of },
            PromotionKind::AmountOff => Effect::AmountOff { amount, of },
            PromotionKind::AmountOffEach => Effect::AmountOffEach { amount, of },
            PromotionKind::FreeShipping => Effect::FreeShipping,
            PromotionKind::BuyGet => {
                let named = Selection {
                    variant_ids: self.get_variant_ids.iter().copied().collect(),
                    product_ids: self.get_product_ids.iter().copied().collect(),
                };
                Effect::BuyGet {
                    buy_quantity: self.buy_quantity.unwrap_or(1),
                    get_quantity: self.get_quantity.unwrap_or(1),
                    get: if named.is_everything() {
                        of.clone()
                    } else {
                        named
                    },
                    buy: of,
                    percentage,
                    applications_max: self.applications_max,
                }
            }
        }
    }
}

impl From<Promotion> for PromotionView {
    fn from(promotion: Promotion) -> Self {
        let mut body = PromotionBody {
            name: promotion.name,
            code: promotion.code,
            kind: PromotionKind::FreeShipping,
            percentage: None,
            amount: None,
            buy_quantity: None,
            get_quantity: None,
            applications_max: None,
            variant_ids: Vec::new(),
            product_ids: Vec::new(),
            get_variant_ids: Vec::new(),
            get_product_ids: Vec::new(),
            priority: promotion.priority,
            is_exclusive: promotion.is_exclusive,
            minimum_subtotal: (promotion.minimum_minor > 0)
                .then(|| Money::new(promotion.minimum_minor, Currency::ETB)),
            starts_at: promotion.starts_at,
            ends_at: promotion.ends_at,
            usage_limit: promotion.usage_limit,
            customer_limit: promotion.customer_limit,
        };
        body.show(promotion.effect);
        Self {
            id: promotion.id,
            body,
            used_count: promotion.used_count,
            closed_at: promotion.closed_at,
            version: promotion.version,
            created_at: promotion.created_at,
            updated_at: promotion.updated_at,
        }
    }
}

impl PromotionBody {
    fn show(&mut self, effect: Effect) {
        let of = match effect {
            Effect::Percentage { percentage, of } => {
                self.kind = PromotionKind::Percentage;
                self.percentage = Some(percentage);
                of
            }
            Effect::AmountOff { amount, of } => {
                self.kind = PromotionKind::AmountOff;
                self.amount = Some(amount);
                of
            }
            Effect::AmountOffEach { amount, of } => {
                self.kind = PromotionKind::AmountOffEach;
                self.amount = Some(amount);
                of
            }
            Effect::BuyGet {
                buy_quantity,
                buy,
                get_quantity,
                get,
                percentage,
                applications_max,
            } => {
                self.kind = PromotionKind::BuyGet;
                self.percentage = Some(percentage);
                self.buy_quantity = Some(buy_quantity);
                self.get_quantity = Some(get_quantity);
                self.applications_max = applications_max;
                self.get_variant_ids = get.variant_ids.into_iter().collect();
                self.get_product_ids = get.product_ids.into_iter().collect();
                buy
            }
            Effect::FreeShipping => Selection::default(),
        };
        self.variant_ids = of.variant_ids.into_iter().collect();
        self.product_ids = of.product_ids.into_iter().collect();
    }
}
