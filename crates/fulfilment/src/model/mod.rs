//! Nouns and rules of parcels: what of an order is still to leave, and from where. Pure.

mod refusal;

use chrono::{DateTime, Utc};
use ids::{CancellationId, FulfilmentId, LocationId, OrderId, RefundId, StaffId, VariantId};
use inventory::{Pick, Want};
use orders::FulfilmentStatus;

pub use self::refusal::{FulfilmentRefusal, REFUSALS};

/// What became of the units of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineUnits {
    pub(crate) variant_id: VariantId,
    pub(crate) ordered: i64,
    pub(crate) cancelled: i64,
    pub(crate) shipped: i64,
    pub(crate) delivered: i64,
    /// Units that are to come back.
    pub(crate) returning: i64,
    /// Units that came back.
    pub(crate) returned: i64,
}

impl LineUnits {
    /// Units that left, and neither are back nor are to come back.
    pub(crate) const fn out(&self) -> i64 {
        self.shipped - self.returning - self.returned
    }

    /// Units that are neither shipped nor called off.
    pub(crate) const fn open(&self) -> i64 {
        self.ordered - self.cancelled - self.shipped
    }
}

/// What of an order is still to leave.
#[derive(Debug, Clone)]
pub(crate) struct Units {
    pub(crate) lines: Vec<LineUnits>,
    /// What the order has taken and where, less what left or was called off.
    pub(crate) left: Vec<Pick>,
}

impl Units {
    /// Of what an order has taken, what is left of it.
    pub(crate) fn new(lines: Vec<LineUnits>, taken: Vec<Pick>, used: &[Pick]) -> Self {
        let is_same = |one: &Pick, other: &Pick| {
            (one.variant_id, one.location_id) == (other.variant_id, other.location_id)
        };
        let less = |pick: Pick| {
            let gone: i64 = used
                .iter()
                .filter(|used| is_same(used, &pick))
                .map(|used| used.quantity)
                .sum();
            Pick {
                quantity: pick.quantity - gone,
                ..pick
            }
        };
        let left = taken.into_iter().map(less);
        Self {
            lines,
            left: left.filter(|pick| pick.quantity > 0).collect(),
        }
    }

    /// All that can leave now.
    pub(crate) fn everything(&self) -> Vec<Want> {
        let want = |line: &LineUnits| Want {
            variant_id: line.variant_id,
            quantity: line.open().min(self.left_of(line.variant_id)),
        };
        let wants = self.lines.iter().map(want);
        wants.filter(|want| want.quantity > 0).collect()
    }

    fn left_of(&self, variant_id: VariantId) -> i64 {
        let own = self
            .left
            .iter()
            .filter(|pick| pick.variant_id == variant_id);
        own.map(|pick| pick.quantity).sum()
    }

    /// Takes units of lines, those that stand at a location first. Each line once.
    ///
    /// # Errors
    /// For a line that the order does not have, and for more of one than is still to leave.
    pub(crate) fn take(
        &self,
        wants: &[Want],
        at: Option<LocationId>,
    ) -> Result<Vec<Pick>, FulfilmentRefusal> {
        let mut picks = Vec::new();
        for (index, want) in wants.iter().enumerate() {
            let line = self
                .lines
                .iter()
                .find(|line| line.variant_id == want.variant_id)
                .ok_or(FulfilmentRefusal::UnknownLine { index })?;
            let open = line.open().min(self.left_of(want.variant_id));
            if want.quantity > open {
                return Err(FulfilmentRefusal::ExceedsOpen { index, open });
            }
            picks.extend(self.take_of(want, at));
        }
        Ok(picks)
    }

    fn take_of(&self, want: &Want, at: Option<LocationId>) -> Vec<Pick> {
        let mut own: Vec<Pick> = self
            .left
            .iter()
            .copied()
            .filter(|pick| pick.variant_id == want.variant_id)
            .collect();
        own.sort_by_key(|pick| (Some(pick.location_id) != at, pick.location_id));
        let mut wanted = want.quantity;
        for pick in &mut own {
            pick.quantity = pick.quantity.min(wanted);
            wanted -= pick.quantity;
        }
        own.retain(|pick| pick.quantity > 0);
        own
    }

    /// The lines with these units added to what was shipped (`true`) or called off.
    pub(crate) fn with(&self, picks: &[Pick], is_shipped: bool) -> Vec<LineUnits> {
        let mut lines = self.lines.clone();
        for line in &mut lines {
            let own = picks
                .iter()
                .filter(|pick| pick.variant_id == line.variant_id);
            let units: i64 = own.map(|pick| pick.quantity).sum();
            if is_shipped {
                line.shipped += units;
            } else {
                line.cancelled += units;
            }
        }
        lines
    }
}

/// How far an order is, by what became of its units.
pub(crate) fn status_of(lines: &[LineUnits]) -> FulfilmentStatus {
    let sum = |units: fn(&LineUnits) -> i64| lines.iter().map(units).sum::<i64>();
    let open = sum(LineUnits::open);
    match (sum(|line| line.shipped), sum(|line| line.delivered)) {
        (0, _) if open == 0 => FulfilmentStatus::Cancelled,
        (0, _) => FulfilmentStatus::Unfulfilled,
        _ if open > 0 => FulfilmentStatus::PartiallyShipped,
        (_, 0) => FulfilmentStatus::Shipped,
        (shipped, delivered) if delivered < shipped => FulfilmentStatus::PartiallyDelivered,
        _ => FulfilmentStatus::Delivered,
    }
}

/// Units by line, each line once.
pub(crate) fn by_line(picks: &[Pick]) -> Vec<(VariantId, i64)> {
    let mut lines: Vec<(VariantId, i64)> = Vec::new();
    for pick in picks {
        match lines.iter_mut().find(|line| line.0 == pick.variant_id) {
            Some(line) => line.1 += pick.quantity,
            None => lines.push((pick.variant_id, pick.quantity)),
        }
    }
    lines
}

/// The location that all of some units stand at.
pub(crate) fn common_location(picks: &[Pick]) -> Option<LocationId> {
    let first = picks.first()?.location_id;
    let is_there = |pick: &Pick| pick.location_id == first;
    picks.iter().all(is_there).then_some(first)
}

/// Where a parcel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParcelState {
    /// On its way.
    Shipped,
    /// With the buyer.
    Delivered,
}

impl ParcelState {
    /// The word that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Shipped, Self::Delivered]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// How a parcel can be followed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tracking {
    /// Who carries it; empty when nobody said.
    pub carrier: String,
    /// The carrier's number of it; empty when there is none.
    pub number: String,
    /// Where a buyer can follow it.
    pub url: Option<String>,
}

/// A parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fulfilment {
    /// Its id.
    pub id: FulfilmentId,
    /// Of which order.
    pub order_id: OrderId,
    /// The first parcel of an order is 1.
    pub number: i32,
    /// Where it left.
    pub location_id: LocationId,
    /// How it can be followed.
    pub tracking: Tracking,
    /// Where it is.
    pub state: ParcelState,
    /// Rises with each change.
    pub version: i64,
    /// Who packed it.
    pub shipped_by: StaffId,
    /// When it left.
    pub shipped_at: DateTime<Utc>,
    /// When it arrived.
    pub delivered_at: Option<DateTime<Utc>>,
}

/// Units that will not be shipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cancellation {
    pub(crate) id: CancellationId,
    pub(crate) order_id: OrderId,
    pub(crate) reason: String,
    pub(crate) refund_id: Option<RefundId>,
    pub(crate) staff_id: Option<StaffId>,
    pub(crate) is_restocked: bool,
    pub(crate) cancelled_at: DateTime<Utc>,
}
