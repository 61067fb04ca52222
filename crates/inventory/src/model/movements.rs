//! Movements: the only reason for which what is on hand changes.

use chrono::{DateTime, Utc};
use ids::{LocationId, MovementId, OrderId, StaffId, StockCountId, StockTransferId, VariantId};

use super::{InventoryRefusal, Level, Pick, UNITS_MAX, Want};

/// Why units come or go; each kind is a movement between the shelf and one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MovementKind {
    /// From suppliers.
    Receipt,
    /// To customers.
    Sale,
    /// Back from customers.
    Return,
    /// To or from what was written down wrongly, found or lost.
    Adjustment,
    /// To what nobody can sell any more.
    Damage,
    /// To or from another location.
    Transfer,
    /// To customers, in the place of what came back.
    Replacement,
}

impl MovementKind {
    /// Its name in the database and on the wire.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Sale => "sale",
            Self::Return => "return",
            Self::Adjustment => "adjustment",
            Self::Damage => "damage",
            Self::Transfer => "transfer",
            Self::Replacement => "replacement",
        }
    }
}

/// Why something was adjusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(utoipa::ToSchema)]
pub enum ReasonCode {
    /// Counted.
    Count,
    /// A mistake is put right.
    Correction,
    /// Found.
    Found,
    /// Lost.
    Lost,
    /// Stolen.
    Stolen,
    /// Past its date.
    Expired,
    /// Used by the shop itself: a sample, a gift.
    Used,
    /// Something else; the words say what.
    Other,
}

impl ReasonCode {
    /// Its name in the database and on the wire.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Correction => "correction",
            Self::Found => "found",
            Self::Lost => "lost",
            Self::Stolen => "stolen",
            Self::Expired => "expired",
            Self::Used => "used",
            Self::Other => "other",
        }
    }
}

/// A movement that is about to be written.
#[derive(Debug, Clone)]
pub(crate) struct NewMovement {
    /// Of which variant.
    pub(crate) variant_id: VariantId,
    /// At which location.
    pub(crate) location_id: LocationId,
    /// Why.
    pub(crate) kind: MovementKind,
    /// Units in (positive) or out (negative), never 0.
    pub(crate) quantity: i64,
    /// Why, in words.
    pub(crate) reason: String,
    /// Of an adjustment: why.
    pub(crate) reason_code: Option<ReasonCode>,
    /// Of a sale or a return: which order.
    pub(crate) order_id: Option<OrderId>,
    /// Of a transfer: which one; its movements add up to nothing.
    pub(crate) transfer_id: Option<StockTransferId>,
    /// Of an adjustment: the count that found it.
    pub(crate) count_id: Option<StockCountId>,
    /// Of a sale: the how-manieth time that units came for an order that waited; 0: at its payment.
    pub(crate) fill: i32,
}

impl NewMovement {
    /// So many units that come or go for one reason.
    pub(crate) const fn new(kind: MovementKind, pick: Pick) -> Self {
        Self {
            variant_id: pick.variant_id,
            location_id: pick.location_id,
            kind,
            quantity: pick.quantity,
            reason: String::new(),
            reason_code: None,
            order_id: None,
            transfer_id: None,
            count_id: None,
            fill: 0,
        }
    }

    /// Units that leave a location for an order.
    pub(crate) fn sale(order_id: OrderId, pick: Pick) -> Self {
        let sold = Pick {
            quantity: -pick.quantity,
            ..pick
        };
        Self {
            order_id: Some(order_id),
            ..Self::new(MovementKind::Sale, sold)
        }
    }

    /// How it changes its level.
    pub(crate) const fn change(&self) -> Pick {
        Pick {
            variant_id: self.variant_id,
            location_id: self.location_id,
            quantity: self.quantity,
        }
    }
}

/// A movement that staff ask for.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) movement: NewMovement,
    /// The level's version that was read; another one is refused.
    pub(crate) version: Option<i64>,
}

/// The level after a movement, or why it may not be.
pub(crate) fn weigh(level: &Level, wish: &Wish) -> Result<Level, InventoryRefusal> {
    if wish.version.is_some_and(|version| version != level.version) {
        return Err(InventoryRefusal::LevelChanged {
            version: level.version,
            on_hand: level.on_hand,
        });
    }
    let on_hand = level.on_hand + wish.movement.quantity;
    if on_hand < level.reserved {
        let reserved = level.reserved;
        return Err(InventoryRefusal::BelowReserved { reserved });
    }
    if on_hand > UNITS_MAX {
        return Err(InventoryRefusal::TooMany);
    }
    Ok(Level {
        on_hand,
        version: level.version + 1,
        ..*level
    })
}

/// Units that are to go from one location to another.
#[derive(Debug, Clone)]
pub struct TransferOrder {
    /// Its id; all its movements bear it.
    pub id: StockTransferId,
    /// Where they are.
    pub from: LocationId,
    /// Where they go.
    pub to: LocationId,
    /// One entry per variant.
    pub lines: Vec<Want>,
    /// Why, in words.
    pub reason: String,
}

/// Units of an order that come back to a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenBack {
    /// Which variant.
    pub variant_id: VariantId,
    /// Where they come to.
    pub location_id: LocationId,
    /// Units that can be sold again, 0 or more.
    pub restocked: i64,
    /// Units that cannot, 0 or more.
    pub written_off: i64,
}

/// A movement as it was written.
#[derive(Debug, Clone)]
pub(crate) struct Movement {
    pub(crate) id: MovementId,
    pub(crate) kind: String,
    pub(crate) account: String,
    pub(crate) variant_id: VariantId,
    pub(crate) location_id: LocationId,
    pub(crate) quantity: i64,
    pub(crate) reason: String,
    pub(crate) reason_code: Option<String>,
    pub(crate) order_id: Option<OrderId>,
    pub(crate) transfer_id: Option<StockTransferId>,
    pub(crate) staff_id: Option<StaffId>,
    pub(crate) occurred_at: DateTime<Utc>,
}

/// Which movements.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct MovementFilter {
    pub(crate) variant_id: Option<VariantId>,
    pub(crate) location_id: Option<LocationId>,
    /// Older than this one.
    pub(crate) before: Option<(DateTime<Utc>, MovementId)>,
}

/// What one account, or the shelf of one location, has at a time.
#[derive(Debug, Clone)]
pub(crate) struct AccountUnits {
    pub(crate) account: String,
    pub(crate) location_id: Option<LocationId>,
    pub(crate) units: i64,
}
