//! Nouns and rules of returns: where one stands, what of it is still to be given back. Pure.

mod refusal;

use chrono::{DateTime, Utc};
use ids::{LocationId, OrderId, ReturnId, StaffId, VariantId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::refusal::{REFUSALS, ReturnRefusal};

/// Where a return stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReturnState {
    /// The buyer asked, and nobody has decided.
    Requested,
    /// The goods may be sent.
    Approved,
    /// The goods may not be sent.
    Rejected,
    /// The goods have come.
    Received,
    /// The goods do not come after all.
    Cancelled,
}

impl ReturnState {
    const ALL: [Self; 5] = [
        Self::Requested,
        Self::Approved,
        Self::Rejected,
        Self::Received,
        Self::Cancelled,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Received => "received",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether a return may go from this state to the other.
    pub(crate) const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Requested => {
                matches!(next, Self::Approved | Self::Rejected | Self::Cancelled)
            }
            Self::Approved => matches!(next, Self::Received | Self::Cancelled),
            Self::Rejected | Self::Received | Self::Cancelled => false,
        }
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$why:meta])* $variant:ident $text:literal)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name {
            $($(#[$why])* $variant),*
        }

        impl $name {
            pub(crate) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),*
                }
            }

            pub(crate) fn parse(text: &str) -> Option<Self> {
                [$(Self::$variant),*]
                    .into_iter()
                    .find(|word| word.as_str() == text)
            }
        }
    };
}

words! {
    /// Why something comes back.
    ReturnReason {
        /// Broken on its way.
        Damaged "damaged"
        /// It does not work.
        Defective "defective"
        /// Something else was sent.
        WrongItem "wrong_item"
        /// It is not what the shop said.
        NotAsDescribed "not_as_described"
        /// The buyer changed their mind.
        NoLongerWanted "no_longer_wanted"
        /// Nobody could be found to take it.
        Undeliverable "undeliverable"
        /// Something else; the note says what.
        Other "other"
    }
}

words! {
    /// What the buyer wants for it.
    Resolution {
        /// Money.
        Refund "refund"
        /// The same again.
        Exchange "exchange"
    }
}

/// A return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Return {
    pub(crate) id: ReturnId,
    pub(crate) order_id: OrderId,
    /// The first return of an order is 1.
    pub(crate) number: i32,
    pub(crate) state: ReturnState,
    pub(crate) note: String,
    /// None when the buyer asked for it.
    pub(crate) opened_by: Option<StaffId>,
    pub(crate) version: i64,
    pub(crate) requested_at: DateTime<Utc>,
    pub(crate) received_at: Option<DateTime<Utc>>,
}

/// Units of a line that come back, and what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReturnLine {
    pub(crate) return_id: ReturnId,
    pub(crate) variant_id: VariantId,
    pub(crate) quantity: i64,
    pub(crate) reason: ReturnReason,
    pub(crate) resolution: Resolution,
    pub(crate) location_id: Option<LocationId>,
    pub(crate) restocked: i64,
    pub(crate) written_off: i64,
    pub(crate) refunded: i64,
    pub(crate) exchanged: i64,
}

impl ReturnLine {
    /// Units that came and for which the buyer got nothing yet.
    pub(crate) const fn unsettled(&self) -> i64 {
        self.restocked + self.written_off - self.refunded - self.exchanged
    }
}

/// A line that is to come back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WantedReturn {
    pub(crate) variant_id: VariantId,
    pub(crate) quantity: i64,
    pub(crate) reason: ReturnReason,
    pub(crate) resolution: Resolution,
}

/// What came of a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrived {
    pub(crate) variant_id: VariantId,
    pub(crate) restocked: i64,
    pub(crate) written_off: i64,
}

/// What is given for units that came: those named, or all that are unsettled and wait for that.
///
/// # Errors
/// For a line that the return does not have, more of one than is unsettled, or nothing at all.
pub(crate) fn settle(
    lines: &[ReturnLine],
    wanted: Option<&[(VariantId, i64)]>,
    how: Resolution,
) -> Result<Vec<(VariantId, i64)>, ReturnRefusal> {
    let units: Vec<(VariantId, i64)> = match wanted {
        Some(wanted) => wanted.to_vec(),
        None => lines
            .iter()
            .filter(|line| line.resolution == how && line.unsettled() > 0)
            .map(|line| (line.variant_id, line.unsettled()))
            .collect(),
    };
    if units.is_empty() {
        return Err(ReturnRefusal::NothingUnsettled);
    }
    for (index, (variant_id, quantity)) in units.iter().enumerate() {
        let line = lines
            .iter()
            .find(|line| line.variant_id == *variant_id)
            .ok_or(ReturnRefusal::UnknownLine { index })?;
        let left = line.unsettled();
        if *quantity > left {
            return Err(ReturnRefusal::ExceedsReceived { index, left });
        }
    }
    Ok(units)
}

/// What came, checked against what was to come.
///
/// # Errors
/// For a line that the return does not have, and more of one than was to come.
pub(crate) fn receive(lines: &[ReturnLine], arrived: &[Arrived]) -> Result<(), ReturnRefusal> {
    for (index, one) in arrived.iter().enumerate() {
        let line = lines
            .iter()
            .find(|line| line.variant_id == one.variant_id)
            .ok_or(ReturnRefusal::UnknownLine { index })?;
        if one.restocked + one.written_off > line.quantity {
            let left = line.quantity;
            return Err(ReturnRefusal::ExceedsExpected { index, left });
        }
    }
    Ok(())
}
