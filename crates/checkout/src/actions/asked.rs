//! What a batch asks terms for: its variants, its codes, its buyers.

use std::collections::{BTreeMap, BTreeSet};

use cart::CartInHand;
use ids::{CartId, VariantId};

use crate::model::Wish;

/// What the carts of a batch are priced by.
pub(super) struct Asked {
    pub(super) variants: Vec<VariantId>,
    pub(super) codes: Vec<String>,
    pub(super) buyers: Vec<String>,
}

impl Asked {
    pub(super) fn by(
        wishes: &[&Wish],
        carts: &BTreeMap<CartId, CartInHand>,
        variants: Vec<VariantId>,
    ) -> Self {
        let codes = carts.values().flat_map(|in_hand| match in_hand {
            CartInHand::Locked(cart, _) => cart.coupons.as_slice(),
            CartInHand::Held => &[],
        });
        let codes: BTreeSet<&String> = codes.collect();
        Self {
            variants,
            codes: codes.into_iter().cloned().collect(),
            buyers: wishes
                .iter()
                .flat_map(|wish| wish.command.redeemers())
                .collect(),
        }
    }
}
