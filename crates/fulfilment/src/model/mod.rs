//! Nouns and rules of parcels: what of an order is still to leave, and from where. Pure.

mod refusal;
mod units;

use chrono::{DateTime, Utc};
use ids::{CancellationId, FulfilmentId, LocationId, OrderId, RefundId, StaffId};
use orders::FulfilmentStatus;

pub use self::refusal::{FulfilmentRefusal, REFUSALS};
pub(crate) use self::units::{
    LineUnits, Share, Taken, Units, by_line, common_location, picks_of, waiting_of,
};

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
