//! What of an order is still to leave: lines count units as they were bought, shares count what
//! leaves shelves for them. Pure.

use std::collections::BTreeMap;

use ids::{LocationId, VariantId};
use inventory::{Pick, Want};

use super::FulfilmentRefusal;

/// What became of the units of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LineUnits {
    pub(crate) variant_id: VariantId,
    /// What leaves shelves for one unit of it; nothing: itself.
    pub(crate) parts: Vec<Want>,
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

    /// What leaves shelves for one unit of it.
    fn made_of(&self) -> Vec<Want> {
        let itself = Want {
            variant_id: self.variant_id,
            quantity: 1,
        };
        match self.parts.is_empty() {
            true => vec![itself],
            false => self.parts.clone(),
        }
    }
}

/// Units of one variant that an order has at a location, or waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) variant_id: VariantId,
    /// Where; nowhere yet, if the order waits for them.
    pub(crate) claimed_at: Option<LocationId>,
    pub(crate) quantity: i64,
}

impl Share {
    /// Units that stand at a location.
    pub(crate) const fn at(pick: &Pick) -> Self {
        Self {
            variant_id: pick.variant_id,
            claimed_at: Some(pick.location_id),
            quantity: pick.quantity,
        }
    }

    const fn awaited(want: &Want) -> Self {
        Self {
            variant_id: want.variant_id,
            claimed_at: None,
            quantity: want.quantity,
        }
    }
}

/// Units of a line, with what leaves shelves for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) variant_id: VariantId,
    pub(crate) quantity: i64,
    pub(crate) is_bundle: bool,
    pub(crate) shares: Vec<Share>,
}

impl Taken {
    /// Whole units of the line, by the locations that have all of them.
    pub(crate) fn whole_at(&self) -> Vec<(LocationId, i64)> {
        let mut sums: BTreeMap<VariantId, BTreeMap<LocationId, i64>> = BTreeMap::new();
        let mut needs: BTreeMap<VariantId, i64> = BTreeMap::new();
        for share in &self.shares {
            *needs.entry(share.variant_id).or_default() += share.quantity;
            if let Some(at) = share.claimed_at {
                let own = sums.entry(share.variant_id).or_default();
                *own.entry(at).or_default() += share.quantity;
            }
        }
        let units = self.quantity.max(1);
        let Some(places) = sums.values().next() else {
            return Vec::new();
        };
        let whole = |at: &LocationId| {
            let of = |(id, all): (&VariantId, &i64)| {
                let there = sums.get(id).and_then(|own| own.get(at));
                there.copied().unwrap_or(0) / (all / units).max(1)
            };
            needs.iter().map(of).min().unwrap_or(0)
        };
        let whole = places.keys().map(|at| (*at, whole(at)));
        whole.filter(|(_, units)| *units > 0).collect()
    }
}

/// What of an order is still to leave.
#[derive(Debug, Clone)]
pub(crate) struct Units {
    pub(crate) lines: Vec<LineUnits>,
    /// What the order has taken and where, less what left or was called off.
    left: Vec<Share>,
    /// What it waits for.
    awaited: Vec<Share>,
}

impl Units {
    /// Of what an order has taken, and waits for, what is left of it.
    pub(crate) fn new(
        lines: Vec<LineUnits>,
        taken: Vec<Pick>,
        used: &[Pick],
        awaited: &[Want],
    ) -> Self {
        let is_same = |one: &Pick, other: &Pick| {
            (one.variant_id, one.location_id) == (other.variant_id, other.location_id)
        };
        let less = |pick: Pick| {
            let gone: i64 = used
                .iter()
                .filter(|used| is_same(used, &pick))
                .map(|used| used.quantity)
                .sum();
            Share {
                quantity: pick.quantity - gone,
                ..Share::at(&pick)
            }
        };
        let left = taken.into_iter().map(less);
        Self {
            lines,
            left: left.filter(|share| share.quantity > 0).collect(),
            awaited: awaited.iter().map(Share::awaited).collect(),
        }
    }

    /// All that can leave now, what stands at a location first: lines that share a variant have
    /// their turn in their order.
    pub(crate) fn everything(&self, at: Option<LocationId>) -> Vec<Taken> {
        self.all_of(self.left.clone(), |share| {
            (share.claimed_at != at, share.claimed_at)
        })
    }

    /// All that can be called off, which is also what is waited for.
    pub(crate) fn everything_uncalled(&self) -> Vec<Taken> {
        self.all_of(self.with_awaited(), |share| (true, share.claimed_at))
    }

    fn with_awaited(&self) -> Vec<Share> {
        self.awaited.iter().chain(&self.left).copied().collect()
    }

    fn all_of<R: Ord>(&self, mut pool: Vec<Share>, rank: impl Fn(&Share) -> R) -> Vec<Taken> {
        let mut all = Vec::new();
        for line in &self.lines {
            let quantity = most_of(line, &pool);
            if quantity > 0 {
                all.push(draw(line, quantity, &mut pool, &rank));
            }
        }
        all
    }

    /// Takes units of lines, those that stand at a location first. Each line once.
    ///
    /// # Errors
    /// For a line that the order does not have, and for more of one than is still to leave.
    pub(crate) fn take(
        &self,
        wants: &[Want],
        at: Option<LocationId>,
    ) -> Result<Vec<Taken>, FulfilmentRefusal> {
        let rank = |share: &Share| (share.claimed_at != at, share.claimed_at);
        self.some_of(wants, self.left.clone(), rank)
    }

    /// As [`Units::take`], for units that will never leave: first what is waited for.
    ///
    /// # Errors
    /// As [`Units::take`].
    pub(crate) fn call_off(&self, wants: &[Want]) -> Result<Vec<Taken>, FulfilmentRefusal> {
        self.some_of(wants, self.with_awaited(), |share| (true, share.claimed_at))
    }

    fn some_of<R: Ord>(
        &self,
        wants: &[Want],
        mut pool: Vec<Share>,
        rank: impl Fn(&Share) -> R,
    ) -> Result<Vec<Taken>, FulfilmentRefusal> {
        let mut taken = Vec::new();
        for (index, want) in wants.iter().enumerate() {
            let mut lines = self.lines.iter();
            let line = lines.find(|line| line.variant_id == want.variant_id);
            let line = line.ok_or(FulfilmentRefusal::UnknownLine { index })?;
            let open = most_of(line, &pool);
            if want.quantity > open {
                return Err(FulfilmentRefusal::ExceedsOpen { index, open });
            }
            taken.push(draw(line, want.quantity, &mut pool, &rank));
        }
        Ok(taken)
    }

    /// The lines with these units added to what was shipped (`true`) or called off.
    pub(crate) fn with(&self, taken: &[Taken], is_shipped: bool) -> Vec<LineUnits> {
        let mut lines = self.lines.clone();
        for line in &mut lines {
            let own = taken.iter().filter(|one| one.variant_id == line.variant_id);
            let units: i64 = own.map(|one| one.quantity).sum();
            if is_shipped {
                line.shipped += units;
            } else {
                line.cancelled += units;
            }
        }
        lines
    }
}

/// The most units of a line that a pool makes.
fn most_of(line: &LineUnits, pool: &[Share]) -> i64 {
    let made = |part: &Want| {
        let own = pool
            .iter()
            .filter(|share| share.variant_id == part.variant_id);
        own.map(|share| share.quantity).sum::<i64>() / part.quantity.max(1)
    };
    let made = line.made_of().iter().map(made).min().unwrap_or(0);
    line.open().min(made)
}

/// Draws what units of a line are made of from a pool that has them, by rank.
fn draw<R: Ord>(
    line: &LineUnits,
    quantity: i64,
    pool: &mut [Share],
    rank: &impl Fn(&Share) -> R,
) -> Taken {
    pool.sort_by_key(rank);
    let mut shares = Vec::new();
    for part in line.made_of() {
        let mut wanted = part.quantity * quantity;
        let is_own = |share: &&mut Share| share.variant_id == part.variant_id;
        for share in pool.iter_mut().filter(is_own) {
            let units = share.quantity.min(wanted);
            if units > 0 {
                shares.push(Share {
                    quantity: units,
                    ..*share
                });
                share.quantity -= units;
                wanted -= units;
            }
        }
    }
    Taken {
        variant_id: line.variant_id,
        quantity,
        is_bundle: !line.parts.is_empty(),
        shares,
    }
}

/// Units by line.
pub(crate) fn by_line(taken: &[Taken]) -> Vec<(VariantId, i64)> {
    let line = |one: &Taken| (one.variant_id, one.quantity);
    taken.iter().map(line).collect()
}

/// What stands somewhere: one entry for each variant and location, in the order of ids.
pub(crate) fn picks_of(taken: &[Taken]) -> Vec<Pick> {
    let mut sums: BTreeMap<(VariantId, LocationId), i64> = BTreeMap::new();
    for share in taken.iter().flat_map(|one| &one.shares) {
        if let Some(location_id) = share.claimed_at {
            *sums.entry((share.variant_id, location_id)).or_default() += share.quantity;
        }
    }
    let pick = |((variant_id, location_id), quantity)| Pick {
        variant_id,
        location_id,
        quantity,
    };
    sums.into_iter().map(pick).collect()
}

/// What is waited for: one entry for each variant, in the order of ids.
pub(crate) fn waiting_of(taken: &[Taken]) -> Vec<Want> {
    let mut sums: BTreeMap<VariantId, i64> = BTreeMap::new();
    let shares = taken.iter().flat_map(|one| &one.shares);
    for share in shares.filter(|share| share.claimed_at.is_none()) {
        *sums.entry(share.variant_id).or_default() += share.quantity;
    }
    let want = |(variant_id, quantity)| Want {
        variant_id,
        quantity,
    };
    sums.into_iter().map(want).collect()
}

/// The location that all of some units stand at.
pub(crate) fn common_location(picks: &[Pick]) -> Option<LocationId> {
    let first = picks.first()?.location_id;
    let is_there = |pick: &Pick| pick.location_id == first;
    picks.iter().all(is_there).then_some(first)
}
