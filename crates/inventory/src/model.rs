//! Nouns and refusals of stock.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use ids::{OrderId, VariantId};
use kit::{Refusal, RefusalKind, Resolution, error::RefusedPart};
use serde_json::json;

/// What is on the shelf of one variant, in units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Whose shelf.
    pub variant_id: VariantId,
    /// Units that are there.
    pub on_hand: i64,
    /// Units set aside for orders that are not paid yet.
    pub reserved: i64,
    /// Rises with each change of what is on hand.
    pub version: i64,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Level {
    /// Units that can still be sold.
    #[must_use]
    pub const fn available(&self) -> i64 {
        self.on_hand - self.reserved
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

/// The first stock of a new variant.
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

/// The wants of one order.
#[derive(Debug, Clone)]
pub struct Hold {
    /// Which order.
    pub order_id: OrderId,
    /// One entry per variant.
    pub wants: Vec<Want>,
}

/// Levels that a transaction has locked, and what the orders that it decides on have taken of
/// them so far. In memory: nothing is set aside before [`crate::reserve`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shelf {
    levels: BTreeMap<VariantId, Level>,
    held: BTreeSet<VariantId>,
}

impl Shelf {
    /// Of locked levels; `held` are those that somebody else has locked.
    #[must_use]
    pub fn new(levels: Vec<Level>, held: BTreeSet<VariantId>) -> Self {
        let levels = levels.into_iter().map(|level| (level.variant_id, level));
        Self {
            levels: levels.collect(),
            held,
        }
    }

    /// The same shelf, about whose levels of these variants nothing can be said.
    #[must_use]
    pub fn without(mut self, held: &BTreeSet<VariantId>) -> Self {
        self.held.extend(held);
        self
    }

    /// The first of the wants about which nothing can be said, because somebody else has its
    /// level.
    #[must_use]
    pub fn held_of(&self, wants: &[Want]) -> Option<VariantId> {
        let wanted = wants.iter().map(|want| want.variant_id);
        wanted.filter(|id| self.held.contains(id)).min()
    }

    /// Takes the units of one order, all or nothing. A variant without a shelf has none.
    ///
    /// # Errors
    /// `insufficient_stock` with every want that is short.
    pub fn take(&mut self, wants: &[Want]) -> Result<(), InventoryRefusal> {
        let shortage = |want: &Want| Shortage {
            variant_id: want.variant_id,
            wanted: want.quantity,
            available: self
                .levels
                .get(&want.variant_id)
                .map_or(0, Level::available),
        };
        let short: Vec<Shortage> = wants
            .iter()
            .map(shortage)
            .filter(|shortage| shortage.available < shortage.wanted)
            .collect();
        if !short.is_empty() {
            return Err(InventoryRefusal::InsufficientStock(short));
        }
        for want in wants {
            if let Some(level) = self.levels.get_mut(&want.variant_id) {
                level.reserved += want.quantity;
            }
        }
        Ok(())
    }

    /// The levels as they are after what was taken.
    pub(crate) fn levels(&self) -> impl Iterator<Item = &Level> {
        self.levels.values()
    }
}

/// What to do about a level that somebody else has locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Wait for it, one after the other in the order of ids.
    InOrder,
    /// Wait for this one alone; leave out others that are not free.
    For(VariantId),
    /// Leave it out.
    Never,
}

/// Why the shelf says no.
#[derive(Debug)]
pub enum InventoryRefusal {
    /// Less is available than wanted; nothing was reserved.
    InsufficientStock(Vec<Shortage>),
    /// Setting the shelf below what is already promised to orders.
    BelowReserved {
        /// Units promised to orders.
        reserved: i64,
    },
    /// No such shelf.
    UnknownVariant,
}

static INSUFFICIENT_STOCK: RefusalKind = RefusalKind {
    code: "insufficient_stock",
    status: 409,
    title: "Not enough in stock",
    is_retryable: false,
    resolution: Resolution::RequiresBuyerInput,
    help: "Less is available than was asked for, and nothing was taken. Each entry of errors \
           names a variant with meta.available; lower the quantity or take the line out.",
};

static BELOW_RESERVED: RefusalKind = RefusalKind {
    code: "stock_below_reserved",
    status: 409,
    title: "Orders already hold more than that",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "The shelf cannot be set below the units that open orders hold. meta.reserved says \
           how many; cancel orders first, or wait until they are paid or expire.",
};

static UNKNOWN_VARIANT: RefusalKind = RefusalKind {
    code: "unknown_variant",
    status: 404,
    title: "No such variant",
    is_retryable: false,
    resolution: Resolution::Final,
    help: "There is no variant with this id.",
};

/// Every refusal of this capability, for the registry.
pub static REFUSALS: &[&RefusalKind] = &[&INSUFFICIENT_STOCK, &BELOW_RESERVED, &UNKNOWN_VARIANT];

impl Refusal for InventoryRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::InsufficientStock(_) => &INSUFFICIENT_STOCK,
            Self::BelowReserved { .. } => &BELOW_RESERVED,
            Self::UnknownVariant => &UNKNOWN_VARIANT,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::InsufficientStock(shortages) => {
                let lines: Vec<String> = shortages
                    .iter()
                    .map(|s| format!("{} of {} available", s.available, s.wanted))
                    .collect();
                format!(
                    "Not enough in stock: {}. Nothing was taken.",
                    lines.join("; ")
                )
            }
            Self::BelowReserved { reserved } => {
                format!("Open orders hold {reserved} units; the shelf cannot go below that.")
            }
            Self::UnknownVariant => UNKNOWN_VARIANT.help.to_owned(),
        }
    }

    fn parts(&self) -> Vec<RefusedPart> {
        let Self::InsufficientStock(shortages) = self else {
            return Vec::new();
        };
        shortages
            .iter()
            .map(|shortage| RefusedPart {
                pointer: format!("/variants/{}", shortage.variant_id),
                code: "insufficient_stock",
                message: format!(
                    "{} available, {} wanted",
                    shortage.available, shortage.wanted
                ),
                meta: Some(json!({
                    "variant_id": shortage.variant_id,
                    "available": shortage.available,
                    "wanted": shortage.wanted,
                })),
            })
            .collect()
    }

    fn facts(&self) -> Option<serde_json::Value> {
        match self {
            Self::BelowReserved { reserved } => Some(json!({ "reserved": reserved })),
            _ => None,
        }
    }
}
