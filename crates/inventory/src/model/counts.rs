//! Stock counts: what somebody counted, beside what was expected then.

use chrono::{DateTime, Utc};
use ids::{LocationId, StaffId, StockCountId, VariantId};

/// A stock count.
#[derive(Debug, Clone)]
pub(crate) struct Count {
    pub(crate) id: StockCountId,
    pub(crate) location_id: LocationId,
    pub(crate) note: String,
    /// `open`, `applied` or `cancelled`.
    pub(crate) state: String,
    pub(crate) opened_by: Option<StaffId>,
    pub(crate) opened_at: DateTime<Utc>,
    pub(crate) closed_at: Option<DateTime<Utc>>,
}

/// What was counted of one variant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CountLine {
    pub(crate) variant_id: VariantId,
    pub(crate) counted: i64,
    /// What was on hand when it was counted.
    pub(crate) expected: i64,
    pub(crate) counted_at: DateTime<Utc>,
}

impl CountLine {
    /// Units that were found to be more (positive) or less (negative).
    pub(crate) const fn difference(&self) -> i64 {
        self.counted - self.expected
    }
}
