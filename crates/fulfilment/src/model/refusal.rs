//! Why parcels and cancellations are refused.

use kit::{Refusal, RefusalKind, error::RefusedPart};
use orders::OrderStatus;
use serde_json::{Value, json};

/// Why a parcel does not leave, or units are not called off.
#[derive(Debug)]
pub enum FulfilmentRefusal {
    /// No such parcel.
    NotFound,
    /// The order is not paid, or gone.
    NotShippable {
        /// Where it stands.
        status: OrderStatus,
    },
    /// The order has no such line.
    UnknownLine {
        /// Which of the request's lines.
        index: usize,
    },
    /// More of a line than is still to leave.
    ExceedsOpen {
        /// Which of the request's lines.
        index: usize,
        /// Units that are still to leave.
        open: i64,
    },
    /// More of a line is to come back than left.
    ExceedsShipped {
        /// Which of the request's lines.
        index: usize,
        /// Units that left, and neither are back nor are to come.
        left: i64,
    },
    /// Nothing is left to be shipped or called off.
    NothingOpen,
    /// The units stand at several locations.
    LocationNeeded,
    /// A part of an order that nobody has paid.
    PartOfUnpaid,
    /// Buyers call off what they have not paid.
    PaidAlready,
}

kit::refusal_kinds! {
    NOT_FOUND "fulfilment_not_found" 404 Final "No such parcel"
        "There is no parcel with this id."
    NOT_SHIPPABLE "order_not_shippable" 409 Final "The order is not to be shipped"
        "Only a paid order is shipped, and one that was called off is not. meta.status says where \
         it stands."
    UNKNOWN_LINE "order_line_not_found" 422 Recoverable "The order has no such line"
        "Each line is named by its variant_id, as the order has it. errors names the one that it \
         does not have."
    EXCEEDS_OPEN "exceeds_open_quantity" 409 Recoverable "Not so many are left to leave"
        "No more of a line is shipped and called off than was ordered. Each entry of errors has \
         meta.open, the units that are neither; read the order's fulfilment again."
    EXCEEDS_SHIPPED "exceeds_shipped_quantity" 409 Recoverable "Not so many have left"
        "No more of a line comes back than was shipped. Each entry of errors has meta.left, the \
         units that left and neither are back nor are to come back."
    NOTHING_OPEN "nothing_to_ship" 409 Final "Nothing is left to leave"
        "All units of this order are shipped, called off, or not there yet. Read the order's \
         fulfilment to see which."
    LOCATION_NEEDED "location_needed" 422 Recoverable "The units stand at several locations"
        "The units of this parcel were taken at more than one location. Say in location_id which \
         one it leaves from, or send a parcel from each."
    PART_OF_UNPAID "order_not_paid" 409 Recoverable "The order is not paid"
        "Of an order that nobody has paid, no single lines are called off. Call it off as a whole, \
         or wait until it is paid."
    PAID_ALREADY "order_already_processed" 409 RequiresBuyerInput "The order is paid"
        "An order that is paid is called off by the shop, not by its buyer. Ask the shop, or send \
         the goods back once they have arrived."
}

impl Refusal for FulfilmentRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::NotFound => &NOT_FOUND,
            Self::NotShippable { .. } => &NOT_SHIPPABLE,
            Self::UnknownLine { .. } => &UNKNOWN_LINE,
            Self::ExceedsOpen { .. } => &EXCEEDS_OPEN,
            Self::ExceedsShipped { .. } => &EXCEEDS_SHIPPED,
            Self::NothingOpen => &NOTHING_OPEN,
            Self::LocationNeeded => &LOCATION_NEEDED,
            Self::PartOfUnpaid => &PART_OF_UNPAID,
            Self::PaidAlready => &PAID_ALREADY,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::ExceedsOpen { open, .. } => {
                format!("Only {open} of this line are neither shipped nor called off.")
            }
            Self::ExceedsShipped { left, .. } => {
                format!("Only {left} of this line have left and can come back.")
            }
            Self::NotShippable { status } => {
                format!(
                    "The order is {}; only a paid one is shipped.",
                    status.as_str()
                )
            }
            _ => self.kind().help.to_owned(),
        }
    }

    fn parts(&self) -> Vec<RefusedPart> {
        let part = |index: usize, member: &str, message: &str, meta| RefusedPart {
            pointer: format!("/lines/{index}/{member}"),
            code: self.kind().code,
            message: message.to_owned(),
            meta,
        };
        match self {
            Self::UnknownLine { index } => {
                vec![part(
                    *index,
                    "variant_id",
                    "the order has no such line",
                    None,
                )]
            }
            Self::ExceedsOpen { index, open } => {
                let meta = Some(json!({ "open": open }));
                vec![part(
                    *index,
                    "quantity",
                    "it is more than is left to leave",
                    meta,
                )]
            }
            Self::ExceedsShipped { index, left } => {
                let meta = Some(json!({ "left": left }));
                vec![part(*index, "quantity", "it is more than has left", meta)]
            }
            _ => Vec::new(),
        }
    }

    fn facts(&self) -> Option<Value> {
        match self {
            Self::NotShippable { status } => Some(json!({ "status": status.as_str() })),
            _ => None,
        }
    }
}
