//! By which terms a variant is sold: what one order and one buyer may have of it. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use ids::VariantId;
use kit::{Result, http::body::invalid_member};

use super::Beyond;

/// The longest period of a limit, in days.
const DAYS_MAX: i32 = 3_660;

/// The largest limit.
const LIMIT_MAX: i64 = 1_000_000_000;

/// What one order and one buyer may have of a variant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// The most units of one order.
    pub per_order_max: Option<i64>,
    /// The most units of one buyer, in a period if there is one, else ever.
    pub per_customer_max: Option<i64>,
    /// How many days a period has.
    pub per_customer_days: Option<i32>,
    /// When the first period began.
    pub counted_since: DateTime<Utc>,
}

impl Limits {
    /// When the period began in which an instant lies; `None` without periods.
    pub(crate) fn period_began_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let days = i64::from(self.per_customer_days?.max(1));
        let passed = (now - self.counted_since).num_seconds();
        let period = TimeDelta::days(days).num_seconds();
        let whole = passed.div_euclid(period).saturating_mul(period);
        self.counted_since
            .checked_add_signed(TimeDelta::try_seconds(whole)?)
    }
}

/// The terms of a variant, as staff set them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StockTerms {
    pub(crate) variant_id: VariantId,
    pub(crate) limits: Limits,
    /// As few available units as this are low; `None`: as the settings say.
    pub(crate) low_stock_threshold: Option<i64>,
    /// What may be sold beyond the stock.
    pub(crate) beyond: Beyond,
    /// Rises with each change; 1 where nothing was ever set.
    pub(crate) version: i64,
    pub(crate) updated_at: DateTime<Utc>,
}

impl StockTerms {
    /// The terms of a variant for which nothing was ever set.
    pub(crate) fn none(variant_id: VariantId) -> Self {
        Self {
            variant_id,
            limits: Limits::default(),
            low_stock_threshold: None,
            beyond: Beyond::default(),
            version: 1,
            updated_at: DateTime::default(),
        }
    }

    /// Whether staff may set this.
    pub(crate) fn check(&self) -> Result<()> {
        self.beyond.check()?;
        let limit = |limit: Option<i64>| limit.is_none_or(|max| (1..=LIMIT_MAX).contains(&max));
        for (pointer, value) in [
            ("/per_order_max", self.limits.per_order_max),
            ("/per_customer_max", self.limits.per_customer_max),
        ] {
            if !limit(value) {
                return Err(invalid_member(
                    pointer,
                    "it must be from 1 to 1,000,000,000",
                ));
            }
        }
        let days = self.limits.per_customer_days;
        if !days.is_none_or(|days| (1..=DAYS_MAX).contains(&days)) {
            return Err(invalid_member(
                "/per_customer_days",
                "it must be from 1 to 3,660",
            ));
        }
        if days.is_some() && self.limits.per_customer_max.is_none() {
            return Err(invalid_member(
                "/per_customer_days",
                "it needs per_customer_max",
            ));
        }
        let threshold = self.low_stock_threshold;
        if !threshold.is_none_or(|units| (0..=LIMIT_MAX).contains(&units)) {
            return Err(invalid_member(
                "/low_stock_threshold",
                "it must be from 0 to 1,000,000,000",
            ));
        }
        Ok(())
    }
}
