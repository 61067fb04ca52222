//! Nouns of stock: levels, locations, what orders want and where it is taken.

mod allowances;
mod backorders;
mod bundles;
mod counts;
mod low;
mod movements;
mod refusal;
mod shelf;
mod terms;

use chrono::{DateTime, Utc};
use ids::{LocationId, OrderId, VariantId};

pub(crate) use self::allowances::Key;
pub(crate) use self::backorders::{Backorder, Fill, fill};
pub(crate) use self::bundles::Bundle;
pub(crate) use self::counts::{Count, CountLine};
pub(crate) use self::low::LowStock;
pub(crate) use self::movements::{
    AccountUnits, Movement, MovementFilter, MovementKind, NewMovement, Wish, weigh,
};
pub(crate) use self::terms::StockTerms;
pub use self::{
    allowances::{Allowances, Buyer, LimitedLine, UnpaidCaps, Use, uses_of, uses_of_account},
    backorders::{BackorderKind, Beyond},
    low::InventorySettings,
    movements::{ReasonCode, TakenBack, TransferOrder},
    refusal::{InventoryRefusal, REFUSALS},
    shelf::{Given, Shelf, Wait},
    terms::Limits,
};

/// The most units that one shelf may have, and that one movement may move.
pub(crate) const UNITS_MAX: i64 = 1_000_000_000;

/// The location that every shop has: where new variants get their first stock.
pub const MAIN_LOCATION: LocationId =
    LocationId::from_uuid(uuid::uuid!("01900000-0000-7000-8000-000000000001"));

/// Where units are: a warehouse, a shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Which one.
    pub id: LocationId,
    /// Its short name, unique.
    pub code: String,
    /// Its name for people.
    pub name: String,
    /// The smaller one gives first.
    pub priority: i32,
    /// The regions that it is near to, in lower case.
    pub regions: Vec<String>,
    /// Whether what it has is for sale.
    pub is_active: bool,
    /// Rises with each change.
    pub version: i64,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A region as locations and addresses are compared by: however somebody writes it.
pub(crate) fn region_key(region: &str) -> String {
    let words: Vec<&str> = region.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// What is on the shelf of one variant at one location, in units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Whose shelf.
    pub variant_id: VariantId,
    /// Where.
    pub location_id: LocationId,
    /// Units that are there.
    pub on_hand: i64,
    /// Units set aside for orders that are not paid yet.
    pub reserved: i64,
    /// Units that are never offered.
    pub safety_stock: i64,
    /// Rises with each change of what is on hand.
    pub version: i64,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Level {
    /// Units that can still be sold; never negative.
    #[must_use]
    pub fn available(&self) -> i64 {
        (self.on_hand - self.reserved - self.safety_stock).max(0)
    }
}

/// So many units of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want {
    /// Which variant.
    pub variant_id: VariantId,
    /// Units, at least 1.
    pub quantity: i64,
}

/// So many units of a variant at one location.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pick {
    /// Which variant.
    pub variant_id: VariantId,
    /// Where they are.
    pub location_id: LocationId,
    /// Units, at least 1.
    pub quantity: i64,
}

/// The first stock of a new variant, at the main location.
#[derive(Debug, Clone, Copy)]
pub struct StockOpening {
    /// Which variant.
    pub variant_id: VariantId,
    /// Units on hand from the start, 0 or more.
    pub on_hand: i64,
}

/// A variant of which there is not enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// Which variant.
    pub variant_id: VariantId,
    /// Units asked for.
    pub wanted: i64,
    /// Units that can be had.
    pub available: i64,
}

/// A variant of which somebody wants more than they may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverLimit {
    /// Which variant.
    pub variant_id: VariantId,
    /// Units asked for.
    pub wanted: i64,
    /// Units that this buyer may still order.
    pub allowed: i64,
}

/// What one order takes.
#[derive(Debug, Clone)]
pub struct Hold {
    /// Which order.
    pub order_id: OrderId,
    /// One entry per variant and location.
    pub picks: Vec<Pick>,
    /// What it is owed, because it was not there: one entry per variant.
    pub beyond: Vec<Want>,
    /// What it uses of limits.
    pub uses: Vec<Use>,
}
