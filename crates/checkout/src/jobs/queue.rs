//! Who waits to be placed, and where.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use customers::Shopper;
use ids::{CartId, VariantId};
use kit::{Error, Result};
use tokio::sync::oneshot;

use crate::{
    actions::Answer,
    model::{CheckoutSettings, Stuck, Wish},
};

#[derive(Default)]
pub(super) struct Queue {
    /// Who is at the desk, and whether somebody attends to them.
    pub(super) desk: VecDeque<Waiting>,
    pub(super) is_attended: bool,
    pub(super) waiting: VecDeque<Waiting>,
    /// How many transactions are under way; each takes the next orders when it has ended.
    pub(super) committers: usize,
    /// Orders that need what somebody else has locked, by what it is. A lane is there as long as
    /// somebody works on it.
    pub(super) lanes: BTreeMap<Lane, InLane>,
}

/// What the orders of a lane wait for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    Cart(CartId),
    /// One shelf, or all those that an order was held up by, one after the other.
    Shelves(BTreeSet<VariantId>),
}

impl Lane {
    fn of(variant_id: VariantId) -> Self {
        Self::Shelves(BTreeSet::from([variant_id]))
    }
}

/// Those who wait in a lane.
#[derive(Default)]
pub(super) struct InLane {
    orders: VecDeque<Waiting>,
    /// Since when its transaction waits for the lock.
    pub(super) waits_since: Option<Instant>,
    /// Whether its last transaction has not got what it needs.
    pub(super) is_slow: bool,
}

pub(super) struct Waiting {
    pub(super) wish: Wish,
    pub(super) answer: oneshot::Sender<Result<Answer>>,
    /// What it was held up by so far.
    pub(super) held_by: BTreeSet<VariantId>,
    /// How often it was put into a lane.
    pub(super) moves: u32,
}

impl Waiting {
    pub(super) fn new(wish: Wish, answer: oneshot::Sender<Result<Answer>>) -> Self {
        Self {
            wish,
            answer,
            held_by: BTreeSet::new(),
            moves: 0,
        }
    }

    pub(super) const fn cart_id(&self) -> CartId {
        self.wish.command.cart_id
    }

    pub(super) const fn shopper(&self) -> &Shopper {
        &self.wish.command.shopper
    }

    pub(super) fn refuse(self, refusal: Error) {
        drop(self.answer.send(Err(refusal)));
    }
}

impl Queue {
    /// Who is at the desk; `None` closes it.
    pub(super) fn next_at_desk(&mut self, most: usize) -> Option<Vec<Waiting>> {
        let count = self.desk.len().min(most.max(1));
        let waiting: Vec<Waiting> = self.desk.drain(..count).collect();
        self.is_attended = !waiting.is_empty();
        self.is_attended.then_some(waiting)
    }

    /// Who waits in a lane; `None` closes it.
    pub(super) fn next_of_lane(&mut self, lane: &Lane, most: usize) -> Option<Vec<Waiting>> {
        let waiting = &mut self.lanes.get_mut(lane)?.orders;
        let count = waiting.len().min(most.max(1));
        let orders: Vec<Waiting> = waiting.drain(..count).collect();
        if orders.is_empty() {
            self.lanes.remove(lane);
            return None;
        }
        Some(orders)
    }

    /// Everybody in a lane, which stays open.
    pub(super) fn all_of_lane(&mut self, lane: &Lane) -> Vec<Waiting> {
        let found = self.lanes.get_mut(lane);
        found.map_or_else(Vec::new, |found| found.orders.drain(..).collect())
    }

    /// Puts an order where it waits for what has held it up; answers the lane if it is new. Where
    /// a shelf is known to be stuck, it waits for that alone: who waits for several has none of
    /// them meanwhile, but they are locked together in the end.
    pub(super) fn park(
        &mut self,
        mut waiting: Waiting,
        stuck: Stuck,
        patience: Duration,
    ) -> Option<Lane> {
        let lane = match stuck {
            Stuck::Cart(id) => Lane::Cart(id),
            Stuck::Variant(id) if self.is_stuck(id, patience) => Lane::of(id),
            Stuck::Variant(id) => {
                waiting.held_by.insert(id);
                Lane::Shelves(waiting.held_by.clone())
            }
        };
        self.put(waiting, lane)
    }

    /// Puts an order where it waits with all who want these shelves; answers the lane if it is new.
    pub(super) fn join(&mut self, mut waiting: Waiting, ids: BTreeSet<VariantId>) -> Option<Lane> {
        waiting.held_by.extend(ids);
        let lane = Lane::Shelves(waiting.held_by.clone());
        self.put(waiting, lane)
    }

    fn put(&mut self, mut waiting: Waiting, lane: Lane) -> Option<Lane> {
        waiting.moves += 1;
        let is_new = !self.lanes.contains_key(&lane);
        let in_lane = self.lanes.entry(lane.clone()).or_default();
        in_lane.orders.push_back(waiting);
        is_new.then_some(lane)
    }

    /// Whether somebody waits for a shelf for longer than a batch would.
    fn is_stuck(&self, id: VariantId, patience: Duration) -> bool {
        let lane = self.lanes.get(&Lane::of(id));
        let since = lane.and_then(|lane| lane.waits_since);
        since.is_some_and(|since| since.elapsed() > patience)
    }

    /// Answers whether one more committer is needed, and counts it.
    pub(super) fn push(&mut self, waiting: Waiting, settings: &CheckoutSettings) -> bool {
        self.waiting.push_back(waiting);
        let is_needed = self.committers < settings.committers.max(1);
        self.committers += usize::from(is_needed);
        is_needed
    }

    pub(super) fn waiting(&self) -> usize {
        let in_lanes = self.lanes.values().map(|lane| lane.orders.len());
        self.desk.len() + self.waiting.len() + in_lanes.sum::<usize>()
    }

    /// The several shelves that have a lane together.
    pub(super) fn stuck_sets(&self) -> Vec<BTreeSet<VariantId>> {
        let several = |lane: &Lane| match lane {
            Lane::Shelves(ids) if ids.len() > 1 => Some(ids.clone()),
            _ => None,
        };
        self.lanes.keys().filter_map(several).collect()
    }

    /// The shelves that have a lane of their own.
    pub(super) fn stuck_variants(&self) -> BTreeSet<VariantId> {
        let alone = |lane: &Lane| match lane {
            Lane::Shelves(ids) if ids.len() == 1 => ids.first().copied(),
            _ => None,
        };
        self.lanes.keys().filter_map(alone).collect()
    }
}
