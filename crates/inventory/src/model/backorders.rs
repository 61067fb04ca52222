//! What is sold beyond the shelf: how much may be owed, and who gets what comes. Pure.

use chrono::{DateTime, Utc};
use ids::{BackorderId, LocationId, OrderId, VariantId};
use kit::{Result, http::body::invalid_member};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Level, UNITS_MAX};

/// Why something may be ordered that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BackorderKind {
    /// It is out of stock and will come again.
    Backorder,
    /// It has not come out yet.
    Preorder,
}

impl BackorderKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Backorder => "backorder",
            Self::Preorder => "preorder",
        }
    }

    /// By its name in the database.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "backorder" => Some(Self::Backorder),
            "preorder" => Some(Self::Preorder),
            _ => None,
        }
    }
}

/// What may be sold of a variant beyond its stock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Beyond {
    /// Why; `None`: nothing is.
    pub kind: Option<BackorderKind>,
    /// Units that may be owed at once.
    pub max: i64,
    /// Units that are owed to orders.
    pub waiting: i64,
    /// When they are expected.
    pub expected_at: Option<DateTime<Utc>>,
}

impl Beyond {
    /// Units that may still be sold beyond the stock.
    #[must_use]
    pub fn left(&self) -> i64 {
        match self.kind {
            Some(_) => (self.max - self.waiting).max(0),
            None => 0,
        }
    }

    /// Whether staff may set this.
    pub(crate) fn check(&self) -> Result<()> {
        if self.kind.is_some() && !(1..=UNITS_MAX).contains(&self.max) {
            let bounds = "it must be from 1 to 1,000,000,000";
            return Err(invalid_member("/backorder/max", bounds));
        }
        if self.kind == Some(BackorderKind::Preorder) && self.expected_at.is_none() {
            let date = "a preorder needs a date";
            return Err(invalid_member("/backorder/expected_at", date));
        }
        Ok(())
    }
}

/// Units that an order waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Backorder {
    pub(crate) id: BackorderId,
    /// Smaller came first.
    pub(crate) sequence: i64,
    pub(crate) order_id: OrderId,
    pub(crate) variant_id: VariantId,
    /// Units that were not there when it was placed.
    pub(crate) quantity: i64,
    /// Of these, units that have not come yet.
    pub(crate) waiting: i64,
    /// How often units have come for it.
    pub(crate) fills: i32,
    pub(crate) is_paid: bool,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) created_at: DateTime<Utc>,
}

/// Units of a level that an order has waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fill {
    pub(crate) backorder: Backorder,
    pub(crate) location_id: LocationId,
    pub(crate) quantity: i64,
}

/// Gives what is available at some levels to those who wait, in the order of their arrival.
pub(crate) fn fill(waiting: &[Backorder], levels: &[Level]) -> Vec<Fill> {
    let mut levels = levels.to_vec();
    let mut fills = Vec::new();
    for backorder in waiting {
        let mut missing = backorder.waiting;
        let own = levels.iter_mut();
        for level in own.filter(|level| level.variant_id == backorder.variant_id) {
            let quantity = missing.min(level.available());
            if quantity > 0 {
                level.reserved += quantity;
                missing -= quantity;
                fills.push(Fill {
                    backorder: *backorder,
                    location_id: level.location_id,
                    quantity,
                });
            }
        }
    }
    fills
}
