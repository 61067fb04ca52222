//! Locked levels, and which location gives the units of an order. Pure.

use std::collections::{BTreeMap, BTreeSet};

use ids::{LocationId, VariantId};

use super::{Beyond, InventoryRefusal, Level, Location, Pick, Shortage, Want, region_key};

/// Levels that a transaction has locked, and what the orders that it decides on have taken of
/// them so far. In memory: nothing is set aside before [`crate::reserve`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shelf {
    levels: BTreeMap<(VariantId, LocationId), Level>,
    locations: Vec<Location>,
    held: BTreeSet<VariantId>,
    beyond: BTreeMap<VariantId, Beyond>,
}

/// What an order takes of a shelf.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// What is there, one entry per variant and location.
    pub picks: Vec<Pick>,
    /// What is owed, one entry per variant.
    pub beyond: Vec<Want>,
}

/// What to do about a level that somebody else has locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wait {
    /// Wait for it, one after the other in the order of ids.
    InOrder,
    /// Wait for these alone, in the order of ids; leave out others that are not free.
    For(BTreeSet<VariantId>),
    /// Leave it out.
    Never,
}

impl Shelf {
    /// Of locked levels; `locations` are those that sell, and `held` are the variants of which
    /// somebody else has a level locked.
    #[must_use]
    pub fn new(levels: Vec<Level>, locations: Vec<Location>, held: BTreeSet<VariantId>) -> Self {
        let key = |level: Level| ((level.variant_id, level.location_id), level);
        Self {
            levels: levels.into_iter().map(key).collect(),
            locations,
            held,
            beyond: BTreeMap::new(),
        }
    }

    /// The same shelf, of which something may be sold beyond the stock.
    #[must_use]
    pub fn with_beyond(mut self, beyond: impl IntoIterator<Item = (VariantId, Beyond)>) -> Self {
        self.beyond.extend(beyond);
        self
    }

    /// The same shelf, about whose levels of these variants nothing can be said.
    #[must_use]
    pub fn without(mut self, held: &BTreeSet<VariantId>) -> Self {
        self.held.extend(held);
        self
    }

    /// The first of the wants about which nothing can be said, because somebody else has its
    /// level.
    #[must_use]
    pub fn held_of(&self, wants: &[Want]) -> Option<VariantId> {
        let wanted = wants.iter().map(|want| want.variant_id);
        wanted.filter(|id| self.held.contains(id)).min()
    }

    /// Takes the units of one order, one entry per variant, all or nothing. A variant without a
    /// shelf has none.
    ///
    /// Locations have their turn by rule: those near the `region` of the delivery first, then by
    /// priority, then by id. The first that has everything gives everything, so that one parcel
    /// goes out; where none has, each variant is taken from one location after the other. What is
    /// not there is owed, as far as the variant may be sold beyond its stock; what is there and
    /// owed to others is not given.
    ///
    /// # Errors
    /// `insufficient_stock` with every want that is short.
    pub fn take(&mut self, wants: &[Want], region: &str) -> Result<Given, InventoryRefusal> {
        let turns = self.turns(region);
        let short = self.shortages(wants, &turns);
        if !short.is_empty() {
            return Err(InventoryRefusal::InsufficientStock(short));
        }
        let (mut there, mut beyond) = (Vec::new(), Vec::new());
        for want in wants {
            let quantity = want.quantity.min(self.free(want.variant_id, &turns));
            let missing = want.quantity - quantity;
            for (part, quantity) in [(&mut there, quantity), (&mut beyond, missing)] {
                if quantity > 0 {
                    part.push(Want { quantity, ..*want });
                }
            }
        }
        let picks = match self.whole(&there, &turns) {
            Some(location_id) => there.iter().map(|want| want.at(location_id)).collect(),
            None => self.split(&there, &turns),
        };
        self.set_aside(&picks);
        for want in &beyond {
            self.beyond.entry(want.variant_id).or_default().waiting += want.quantity;
        }
        Ok(Given { picks, beyond })
    }

    /// Takes what an order once held and was owed: where it was, or else as [`Shelf::take`] finds
    /// it.
    ///
    /// # Errors
    /// As [`Shelf::take`].
    pub fn take_again(&mut self, held: &[Pick], owed: &[Want]) -> Result<Given, InventoryRefusal> {
        let sells = |pick: &Pick| self.locations.iter().any(|at| at.id == pick.location_id);
        let is_there = |pick: &Pick| self.at(pick.variant_id, pick.location_id) >= pick.quantity;
        let mut wants: BTreeMap<VariantId, i64> = BTreeMap::new();
        for pick in held {
            *wants.entry(pick.variant_id).or_default() += pick.quantity;
        }
        let turns = self.turns("");
        let mut sums = wants.iter();
        let is_free = sums.all(|(id, units)| self.free(*id, &turns) >= *units);
        let is_as_before = held.iter().all(|pick| sells(pick) && is_there(pick));
        if owed.is_empty() && is_free && is_as_before {
            self.set_aside(held);
            let (picks, beyond) = (held.to_vec(), Vec::new());
            return Ok(Given { picks, beyond });
        }
        for want in owed {
            *wants.entry(want.variant_id).or_default() += want.quantity;
        }
        let want = |(variant_id, quantity)| Want {
            variant_id,
            quantity,
        };
        let wants: Vec<Want> = wants.into_iter().map(want).collect();
        self.take(&wants, "")
    }

    /// Units of a variant that can be had, of the stock and beyond it.
    #[must_use]
    pub fn available(&self, variant_id: VariantId) -> i64 {
        let places: Vec<LocationId> = self.locations.iter().map(|location| location.id).collect();
        self.left(variant_id, &places)
    }

    fn turns(&self, region: &str) -> Vec<LocationId> {
        let region = region_key(region);
        let rank = |at: &&Location| (!at.regions.contains(&region), at.priority, at.id);
        let mut locations: Vec<&Location> = self.locations.iter().collect();
        locations.sort_by_key(rank);
        locations.into_iter().map(|at| at.id).collect()
    }

    fn at(&self, variant_id: VariantId, location_id: LocationId) -> i64 {
        let level = self.levels.get(&(variant_id, location_id));
        level.map_or(0, Level::available)
    }

    /// Units that are there and owed to nobody.
    fn free(&self, variant_id: VariantId, turns: &[LocationId]) -> i64 {
        let there: i64 = turns.iter().map(|id| self.at(variant_id, *id)).sum();
        let owed = self
            .beyond
            .get(&variant_id)
            .map_or(0, |beyond| beyond.waiting);
        (there - owed).max(0)
    }

    /// Units that can be had, of the stock and beyond it.
    fn left(&self, variant_id: VariantId, turns: &[LocationId]) -> i64 {
        let beyond = self.beyond.get(&variant_id).map_or(0, Beyond::left);
        self.free(variant_id, turns) + beyond
    }

    fn shortages(&self, wants: &[Want], turns: &[LocationId]) -> Vec<Shortage> {
        let shortage = |want: &Want| Shortage {
            variant_id: want.variant_id,
            wanted: want.quantity,
            available: self.left(want.variant_id, turns),
        };
        let all = wants.iter().map(shortage);
        all.filter(|one| one.available < one.wanted).collect()
    }

    fn whole(&self, wants: &[Want], turns: &[LocationId]) -> Option<LocationId> {
        let has_all = |id: &LocationId| {
            wants
                .iter()
                .all(|want| self.at(want.variant_id, *id) >= want.quantity)
        };
        turns.iter().copied().find(has_all)
    }

    fn split(&self, wants: &[Want], turns: &[LocationId]) -> Vec<Pick> {
        let mut picks = Vec::new();
        for want in wants {
            let mut missing = want.quantity;
            for location_id in turns {
                let quantity = missing.min(self.at(want.variant_id, *location_id));
                if quantity > 0 {
                    let part = Want { quantity, ..*want };
                    picks.push(part.at(*location_id));
                    missing -= quantity;
                }
            }
        }
        picks
    }

    fn set_aside(&mut self, picks: &[Pick]) {
        for pick in picks {
            let place = (pick.variant_id, pick.location_id);
            if let Some(level) = self.levels.get_mut(&place) {
                level.reserved += pick.quantity;
            }
        }
    }

    /// The locked variants of which nothing can be had any more after what was taken.
    #[must_use]
    pub fn empty(&self) -> Vec<VariantId> {
        let variants: BTreeSet<VariantId> = self.levels.keys().map(|(id, _)| *id).collect();
        let places: Vec<LocationId> = self.locations.iter().map(|location| location.id).collect();
        let is_empty = |id: &VariantId| self.left(*id, &places) <= 0;
        variants.into_iter().filter(is_empty).collect()
    }

    /// What is owed to orders after what was taken.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = (VariantId, i64)> {
        self.beyond.iter().map(|(id, beyond)| (*id, beyond.waiting))
    }

    /// The levels as they are after what was taken.
    pub(crate) fn levels(&self) -> impl Iterator<Item = &Level> {
        self.levels.values()
    }
}

impl Want {
    const fn at(self, location_id: LocationId) -> Pick {
        Pick {
            variant_id: self.variant_id,
            location_id,
            quantity: self.quantity,
        }
    }
}
