//! Who waits to be placed, and where.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

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
    /// Orders that need what somebody else has locked for long, by what it is. A lane is there
    /// as long as somebody works on it.
    pub(super) lanes: BTreeMap<Stuck, VecDeque<Waiting>>,
}

pub(super) struct Waiting {
    pub(super) wish: Wish,
    pub(super) answer: oneshot::Sender<Result<Answer>>,
}

impl Waiting {
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
    pub(super) fn next_of_lane(&mut self, stuck: Stuck, most: usize) -> Option<Vec<Waiting>> {
        let lane = self.lanes.get_mut(&stuck)?;
        let count = lane.len().min(most.max(1));
        let orders: Vec<Waiting> = lane.drain(..count).collect();
        if orders.is_empty() {
            self.lanes.remove(&stuck);
            return None;
        }
        Some(orders)
    }

    /// Answers whether one more committer is needed, and counts it.
    pub(super) fn push(&mut self, waiting: Waiting, settings: &CheckoutSettings) -> bool {
        self.waiting.push_back(waiting);
        let is_needed = self.committers < settings.committers.max(1);
        self.committers += usize::from(is_needed);
        is_needed
    }

    pub(super) fn waiting(&self) -> usize {
        self.desk.len() + self.waiting.len() + self.lanes.values().map(VecDeque::len).sum::<usize>()
    }

    pub(super) fn stuck_variants(&self) -> BTreeSet<VariantId> {
        let variant = |stuck: &Stuck| match stuck {
            Stuck::Variant(id) => Some(*id),
            _ => None,
        };
        self.lanes.keys().filter_map(variant).collect()
    }
}
