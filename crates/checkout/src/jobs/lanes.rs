//! Lanes: orders that need what somebody else has locked, or what many want, wait by themselves,
//! together, and are placed together. A lane waits for its turn as long as others have one after
//! the other; what nobody moves is answered.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use ids::VariantId;
use inventory::Wait;
use kit::{
    Kit, Result,
    http::problem::{BUSY, Refused},
};

use super::{
    batch::{Batch, Way},
    placement::Placement,
    queue::{Lane, Waiting},
};
use crate::model::Stuck;

/// How many lanes wait for somebody else's locks at once, each on a connection of its own.
pub(super) const LANES_AT_ONCE: usize = 4;

/// How many orders a lane places at once, so that those beside it do not wait for long for what
/// all orders share.
const LANE_BATCH_MAX: usize = 64;

/// How long a lane waits for a connection of its own.
const LANE_PATIENCE: Duration = Duration::from_secs(5);

/// How often an order goes from lane to lane.
const MOVES_MAX: u32 = 8;

impl Lane {
    pub(super) fn holds_several(&self) -> bool {
        matches!(self, Self::Shelves(ids) if ids.len() > 1)
    }

    fn variants(&self) -> Vec<VariantId> {
        match self {
            Self::Cart(_) => Vec::new(),
            Self::Shelves(ids) => ids.iter().copied().collect(),
        }
    }
}

impl Placement {
    /// Puts an order into the lane of what it needs; the first one opens the lane.
    pub(super) fn park(self: &Arc<Self>, kit: &Kit, stuck: Stuck, waiting: Waiting) {
        if waiting.moves >= MOVES_MAX {
            waiting.refuse(Refused::new(&BUSY, BUSY.help).into());
            return;
        }
        let lane = self.queue().park(waiting, stuck, self.patience());
        self.open(kit, lane);
    }

    /// Puts an order into the lane of several shelves that many want together.
    pub(super) fn join(self: &Arc<Self>, kit: &Kit, ids: BTreeSet<VariantId>, waiting: Waiting) {
        let lane = self.queue().join(waiting, ids);
        self.open(kit, lane);
    }

    fn open(self: &Arc<Self>, kit: &Kit, lane: Option<Lane>) {
        let Some(lane) = lane else { return };
        let (placement, kit) = (Arc::clone(self), kit.clone());
        drop(self.tasks().spawn(async move {
            let most = placement.settings.batch_max.min(LANE_BATCH_MAX);
            loop {
                let orders = placement.queue().next_of_lane(&lane, most);
                let Some(orders) = orders else { return };
                placement.settle_lane(&kit, orders, &lane).await;
            }
        }));
    }

    async fn settle_lane(self: &Arc<Self>, kit: &Kit, orders: Vec<Waiting>, lane: &Lane) {
        let way = Way::Lane(lane.clone());
        let turn = tokio::time::timeout(LANE_PATIENCE, self.lanes_at_once.acquire());
        let Ok(Ok(_turn)) = turn.await else {
            let attempt = 1;
            let batch = Batch {
                orders,
                way,
                attempt,
            };
            batch.answer(Refused::new(&BUSY, BUSY.help).into());
            return;
        };
        self.note_wait(lane, Some(Instant::now()));
        self.settle(kit, orders, way).await;
        self.note_wait(lane, None);
    }

    fn note_wait(&self, lane: &Lane, since: Option<Instant>) {
        if let Some(lane) = self.queue().lanes.get_mut(lane) {
            lane.waits_since = since;
        }
    }

    /// Whether a batch of a lane locks several shelves together at once: the batch before it could.
    pub(super) fn is_quick(&self, batch: &Batch) -> bool {
        let Way::Lane(lane) = &batch.way else {
            return false;
        };
        let queue = self.queue();
        let is_slow = queue.lanes.get(lane).is_some_and(|lane| lane.is_slow);
        lane.holds_several() && batch.attempt == 1 && !is_slow
    }

    pub(super) fn note_ease(&self, way: &Way, is_easy: bool) {
        if let Way::Lane(lane) = way
            && let Some(lane) = self.queue().lanes.get_mut(lane)
        {
            lane.is_slow = !is_easy;
        }
    }

    /// Who waits for several shelves waits for each of them with nothing in hand, so that a shelf
    /// that is stuck keeps nobody from the others; they are locked together afterwards, quickly.
    pub(super) async fn await_shelves(&self, kit: &Kit, way: &Way) -> Result<()> {
        let Way::Lane(lane) = way else { return Ok(()) };
        if lane.holds_several() {
            for variant_id in lane.variants() {
                let tx = kit.db.begin("await_shelf").await?;
                inventory::lock_shelf(&tx, &[variant_id], Wait::InOrder).await?;
                tx.rollback().await?;
            }
        }
        Ok(())
    }

    /// How the shelves of a lane stand: another text once somebody has changed them.
    pub(super) async fn version_of(&self, kit: &Kit, way: &Way) -> Result<String> {
        let Way::Lane(lane) = way else {
            return Ok(String::new());
        };
        let variants = lane.variants();
        if variants.is_empty() {
            return Ok(String::new());
        }
        inventory::find_level_versions(&kit.db.read().await?, &variants).await
    }

    /// Whether a lane that has waited in vain only has to wait longer: others have changed its
    /// shelves since, or it has not waited for long, as this machine goes.
    pub(super) async fn is_moving(
        &self,
        kit: &Kit,
        batch: &Batch,
        begun_at: Instant,
        seen: &str,
    ) -> bool {
        if begun_at.elapsed() * batch.attempt < self.long_wait() {
            return true;
        }
        let now = self.version_of(kit, &batch.way).await;
        now.is_ok_and(|now| now != seen)
    }

    /// What a lane waits for does not move: all who wait for it are told to come again.
    pub(super) fn refuse_lane(&self, lane: &Lane) {
        let orders = self.queue().all_of_lane(lane);
        for waiting in orders {
            waiting.refuse(Refused::new(&BUSY, BUSY.help).into());
        }
    }
}
