//! Variants that are made of others. Pure.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ids::VariantId;
use kit::{Result, http::body::invalid_member};

use super::Want;

/// The most parts of a bundle.
const PARTS_MAX: usize = 50;

/// The most units of a part in one unit of a bundle.
const QUANTITY_MAX: i64 = 1_000;

/// What a variant is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bundle {
    pub(crate) variant_id: VariantId,
    /// For one unit of it; nothing: it is no bundle.
    pub(crate) parts: Vec<Want>,
    /// Rises with each change; 1 where nothing was ever set.
    pub(crate) version: i64,
    pub(crate) updated_at: DateTime<Utc>,
}

impl Bundle {
    /// Whether staff may set this.
    pub(crate) fn check(&self) -> Result<()> {
        let ids: BTreeSet<VariantId> = self.parts.iter().map(|part| part.variant_id).collect();
        let is_itself = ids.contains(&self.variant_id);
        if self.parts.len() > PARTS_MAX || ids.len() < self.parts.len() || is_itself {
            let several = "it must name at most 50 variants, each once, and not the bundle";
            return Err(invalid_member("/parts", several));
        }
        let is_bounded = |part: &Want| (1..=QUANTITY_MAX).contains(&part.quantity);
        match self.parts.iter().position(|part| !is_bounded(part)) {
            Some(place) => {
                let pointer = format!("/parts/{place}/quantity");
                Err(invalid_member(pointer, "it must be from 1 to 1,000"))
            }
            None => Ok(()),
        }
    }
}
