//! Why the shelf says no.

use kit::{Refusal, RefusalKind, Resolution, error::RefusedPart};
use serde_json::json;

use super::{OverLimit, Shortage};

/// Why the shelf says no.
#[derive(Debug)]
pub enum InventoryRefusal {
    /// Less is available than wanted; nothing was reserved.
    InsufficientStock(Vec<Shortage>),
    /// More than one order or one buyer may have; nothing was reserved.
    LimitExceeded(Vec<OverLimit>),
    /// The buyer, or the address, has too much that is not paid yet.
    TooMuchUnpaid {
        /// `open_orders` or `open_units`.
        kind: &'static str,
        /// What may still be ordered.
        allowed: i64,
    },
    /// Setting the shelf below what is already promised to orders.
    BelowReserved {
        /// Units promised to orders.
        reserved: i64,
    },
    /// Allowing less beyond the stock than is owed to orders.
    BelowWaiting {
        /// Units that orders wait for.
        waiting: i64,
    },
    /// A bundle within a bundle, or one with stock of its own.
    BundleNotPossible {
        /// Whether it is the stock.
        has_stock: bool,
    },
    /// Stock for what has none of its own.
    IsBundle,
    /// No such shelf.
    UnknownVariant,
    /// No such location.
    UnknownLocation,
    /// Another location has this code.
    LocationCodeTaken,
    /// The level is not as it was read.
    LevelChanged {
        /// The version that it has now.
        version: i64,
        /// Units that are there now.
        on_hand: i64,
    },
    /// More units than one shelf may have.
    TooMany,
    /// No such count.
    UnknownCount,
    /// The count is applied or cancelled.
    CountClosed,
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

static LIMIT_EXCEEDED: RefusalKind = RefusalKind {
    code: "limit_exceeded",
    status: 409,
    title: "More than one buyer may have",
    is_retryable: false,
    resolution: Resolution::RequiresBuyerInput,
    help: "The shop limits how many units one order or one buyer may have, and nothing was \
           taken. Each entry of errors names a variant with meta.allowed; lower the quantity or \
           take the line out.",
};

static TOO_MUCH_UNPAID: RefusalKind = RefusalKind {
    code: "too_much_unpaid",
    status: 409,
    title: "Too much is not paid yet",
    is_retryable: false,
    resolution: Resolution::RequiresBuyerInput,
    help: "Orders of this buyer, or to this address, hold units and are not paid. Pay them, or \
           wait until they expire, and order again. meta.kind says whether orders or units are \
           counted, and meta.allowed how many may still be ordered.",
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

static BELOW_WAITING: RefusalKind = RefusalKind {
    code: "backorder_below_waiting",
    status: 409,
    title: "Orders already wait for more than that",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "What may be sold beyond the stock cannot be less than what orders wait for; \
           meta.waiting says how many units that is. With just as many nothing more is sold.",
};

static BUNDLE_NOT_POSSIBLE: RefusalKind = RefusalKind {
    code: "bundle_not_possible",
    status: 409,
    title: "It cannot be a bundle of these",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "A bundle has no stock of its own, no part of it is a bundle, and it is no part of one. \
           meta.has_stock says whether it is the stock: move it away first, and stop selling it \
           beyond it.",
};

static IS_BUNDLE: RefusalKind = RefusalKind {
    code: "bundle_has_no_stock",
    status: 409,
    title: "A bundle has no stock of its own",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "Units come to its parts, which getBundle names, and what is sold beyond the stock is a \
           term of the parts. What a bundle has of earlier times can be moved away.",
};

static UNKNOWN_VARIANT: RefusalKind = RefusalKind {
    code: "unknown_variant",
    status: 404,
    title: "No such variant",
    is_retryable: false,
    resolution: Resolution::Final,
    help: "There is no variant with this id.",
};

static UNKNOWN_LOCATION: RefusalKind = RefusalKind {
    code: "unknown_location",
    status: 404,
    title: "No such location",
    is_retryable: false,
    resolution: Resolution::Final,
    help: "There is no location with this id. GET /api/v1/admin/inventory/locations/ lists them.",
};

static LOCATION_CODE_TAKEN: RefusalKind = RefusalKind {
    code: "location_code_taken",
    status: 409,
    title: "Another location has this code",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "The code of a location is unique. Choose another one.",
};

static LEVEL_CHANGED: RefusalKind = RefusalKind {
    code: "stock_level_changed",
    status: 409,
    title: "The stock level has changed since",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "Something was moved since the level was read. meta.on_hand and meta.version are what \
           it is now; look again and send the movement with that version.",
};

static TOO_MANY_UNITS: RefusalKind = RefusalKind {
    code: "too_many_units",
    status: 409,
    title: "More than one shelf may have",
    is_retryable: false,
    resolution: Resolution::Final,
    help: "A shelf has 1,000,000,000 units at the most.",
};

static UNKNOWN_COUNT: RefusalKind = RefusalKind {
    code: "unknown_stock_count",
    status: 404,
    title: "No such stock count",
    is_retryable: false,
    resolution: Resolution::Final,
    help: "There is no stock count with this id.",
};

static COUNT_CLOSED: RefusalKind = RefusalKind {
    code: "stock_count_closed",
    status: 409,
    title: "The stock count is closed",
    is_retryable: false,
    resolution: Resolution::Final,
    help: "It was applied or cancelled, and a count is applied once. Open a new one.",
};

/// Every refusal of this capability, for the registry.
pub static REFUSALS: &[&RefusalKind] = &[
    &INSUFFICIENT_STOCK,
    &LIMIT_EXCEEDED,
    &TOO_MUCH_UNPAID,
    &BELOW_RESERVED,
    &BELOW_WAITING,
    &BUNDLE_NOT_POSSIBLE,
    &IS_BUNDLE,
    &UNKNOWN_VARIANT,
    &UNKNOWN_LOCATION,
    &LOCATION_CODE_TAKEN,
    &LEVEL_CHANGED,
    &TOO_MANY_UNITS,
    &UNKNOWN_COUNT,
    &COUNT_CLOSED,
];

impl Refusal for InventoryRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::InsufficientStock(_) => &INSUFFICIENT_STOCK,
            Self::LimitExceeded(_) => &LIMIT_EXCEEDED,
            Self::TooMuchUnpaid { .. } => &TOO_MUCH_UNPAID,
            Self::BelowReserved { .. } => &BELOW_RESERVED,
            Self::BelowWaiting { .. } => &BELOW_WAITING,
            Self::BundleNotPossible { .. } => &BUNDLE_NOT_POSSIBLE,
            Self::IsBundle => &IS_BUNDLE,
            Self::UnknownVariant => &UNKNOWN_VARIANT,
            Self::UnknownLocation => &UNKNOWN_LOCATION,
            Self::LocationCodeTaken => &LOCATION_CODE_TAKEN,
            Self::LevelChanged { .. } => &LEVEL_CHANGED,
            Self::TooMany => &TOO_MANY_UNITS,
            Self::UnknownCount => &UNKNOWN_COUNT,
            Self::CountClosed => &COUNT_CLOSED,
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
            Self::LimitExceeded(over) => {
                let line = |one: &OverLimit| format!("{} of {} allowed", one.allowed, one.wanted);
                let lines: Vec<String> = over.iter().map(line).collect();
                format!(
                    "More than one buyer may have: {}. Nothing was taken.",
                    lines.join("; ")
                )
            }
            Self::BelowReserved { reserved } => {
                format!("Open orders hold {reserved} units; the shelf cannot go below that.")
            }
            _ => self.kind().help.to_owned(),
        }
    }

    fn parts(&self) -> Vec<RefusedPart> {
        let shortages = match self {
            Self::InsufficientStock(shortages) => shortages,
            Self::LimitExceeded(over) => return over.iter().map(part_of_limit).collect(),
            _ => return Vec::new(),
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
            Self::TooMuchUnpaid { kind, allowed } => {
                Some(json!({ "kind": kind, "allowed": allowed }))
            }
            Self::BelowReserved { reserved } => Some(json!({ "reserved": reserved })),
            Self::BundleNotPossible { has_stock } => Some(json!({ "has_stock": has_stock })),
            Self::BelowWaiting { waiting } => Some(json!({ "waiting": waiting })),
            Self::LevelChanged { version, on_hand } => {
                Some(json!({ "version": version, "on_hand": on_hand }))
            }
            _ => None,
        }
    }
}

fn part_of_limit(over: &OverLimit) -> RefusedPart {
    RefusedPart {
        pointer: format!("/variants/{}", over.variant_id),
        code: "limit_exceeded",
        message: format!("{} allowed, {} wanted", over.allowed, over.wanted),
        meta: Some(json!({
            "variant_id": over.variant_id,
            "allowed": over.allowed,
            "wanted": over.wanted,
        })),
    }
}
