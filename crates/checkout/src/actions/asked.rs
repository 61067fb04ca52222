//! What a batch asks prices and terms for: its variants, its groups of customers, its codes, its
//! buyers.

use std::collections::{BTreeMap, BTreeSet};

use cart::CartInHand;
use ids::{CartId, CustomerGroupId, VariantId};

use crate::model::Wish;

/// What the carts of a batch are priced by.
pub(super) struct Asked {
    pub(super) variants: Vec<VariantId>,
    pub(super) groups: Vec<CustomerGroupId>,
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
            groups: groups_of(carts),
            codes: codes.into_iter().cloned().collect(),
            buyers: wishes
                .iter()
                .flat_map(|wish| wish.command.redeemers())
                .collect(),
        }
    }
}

/// The groups as which the customers of some carts are priced, each once.
pub(super) fn groups_of(carts: &BTreeMap<CartId, CartInHand>) -> Vec<CustomerGroupId> {
    let groups = carts.values().filter_map(|in_hand| match in_hand {
        CartInHand::Locked(cart, _) => cart.group_id,
        CartInHand::Held => None,
    });
    let groups: BTreeSet<CustomerGroupId> = groups.collect();
    groups.into_iter().collect()
}
