//! What is low.

use chrono::{DateTime, Utc};
use ids::VariantId;
use serde::Deserialize;

/// The section `[inventory]` of the settings.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InventorySettings {
    /// As few available units as this are low, where staff have set nothing else for a variant.
    pub low_stock_threshold: u32,
}

/// A variant of which there is little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LowStock {
    pub(crate) variant_id: VariantId,
    /// Units that are there for sale.
    pub(crate) in_stock: i64,
    /// As few as this are low.
    pub(crate) threshold: i64,
    /// Since when that is known.
    pub(crate) since: Option<DateTime<Utc>>,
}
