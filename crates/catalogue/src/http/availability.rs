//! Whether a variant is there, as shoppers are told.

use inventory::BackorderKind;
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::VariantRow;

/// What an order of a variant means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Availability {
    /// It is there.
    InStock,
    /// It will come again.
    Backorder,
    /// It has not come out yet.
    Preorder,
    /// It cannot be ordered.
    OutOfStock,
}

impl Availability {
    pub(super) const fn of(variant: &VariantRow) -> Self {
        if variant.in_stock > 0 {
            return Self::InStock;
        }
        match variant.beyond.kind {
            Some(BackorderKind::Backorder) if variant.available > 0 => Self::Backorder,
            Some(BackorderKind::Preorder) if variant.available > 0 => Self::Preorder,
            _ => Self::OutOfStock,
        }
    }
}
