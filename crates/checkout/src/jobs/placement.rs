//! Group placement: orders queue in the order of their arrival and are placed together, as many
//! as are waiting, in one transaction; each gets its own answer. Alone, an order does not wait.

use std::{
    collections::BTreeSet,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use ids::OrderId;
use inventory::{StockBoard, Wait};
use kit::{
    Error, Kit, Result,
    http::problem::{BUSY, OVERLOADED, Refused},
    idempotency::IdempotencyKey,
    sabotage::crash_point,
    tasks::Tasks,
};
use tokio::sync::{Semaphore, oneshot};

use super::{
    batch::{Batch, Way},
    desk::CROWD,
    lanes::LANES_AT_ONCE,
    queue::{Lane, Queue, Waiting},
};
use crate::{
    actions::{self, Answer, Outcome, Progress, Turn},
    model::{ATTEMPTS_MAX, CheckoutSettings, Failure, Next, PlaceOrder, Wish, after},
};

/// For how long a batch waits for somebody else's lock before it goes on without the orders that
/// need it: longer than another server's commit takes, shorter than anybody notices.
const PATIENCE: Duration = Duration::from_millis(100);
const PATIENCE_MAX: Duration = Duration::from_millis(500);

/// Where orders wait to be placed. Each process has one; several processes may work on the same
/// shelf at once, because what must not happen is guarded by PostgreSQL and not here.
pub struct Placement {
    pub(super) settings: CheckoutSettings,
    tasks: Tasks,
    queue: Mutex<Queue>,
    pub(super) lanes_at_once: Semaphore,
    /// What a transaction has taken lately, in microseconds.
    pace_us: AtomicU64,
    /// Which shelves are empty.
    pub(super) board: Arc<StockBoard>,
}

/// What whoever has come is to see to.
enum Task {
    None,
    /// The next transaction.
    Commit,
    /// The desk.
    Attend,
}

/// Why a transaction has kept nothing, and whether it only waited for others who were at work.
struct Failed {
    error: Error,
    is_moving: bool,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        let is_moving = false;
        Self { error, is_moving }
    }
}

impl Placement {
    /// An empty queue. `tasks` are what a graceful stop waits for: it ends when all is placed.
    #[must_use]
    pub fn new(settings: CheckoutSettings, tasks: Tasks, board: Arc<StockBoard>) -> Self {
        Self {
            settings,
            tasks,
            queue: Mutex::default(),
            lanes_at_once: Semaphore::new(LANES_AT_ONCE),
            pace_us: AtomicU64::new(0),
            board,
        }
    }

    /// Places an order, together with whoever else is waiting, and answers when it is committed
    /// or refused. To be called in a task that a hang-up does not cancel: whoever comes first
    /// works for the others too.
    ///
    /// # Errors
    /// `overloaded` at once when too many are waiting; why the order is refused; faults.
    pub(crate) async fn place(
        self: &Arc<Self>,
        kit: &Kit,
        command: PlaceOrder,
        key: Option<IdempotencyKey>,
    ) -> Result<Answer> {
        let order_id = OrderId::generate(kit.clock.now());
        let wish = Wish {
            order_id,
            command,
            key,
        };
        let (answer, answered) = oneshot::channel();
        match self.enter(Waiting::new(wish, answer))? {
            Task::None => {}
            Task::Commit => {
                // The first one needs nobody else's hands; those who come meanwhile get a task.
                if self.round(kit).await {
                    self.go_on(kit);
                }
            }
            Task::Attend => drop(self.tasks.spawn(Arc::clone(self).attend(kit.clone()))),
        }
        let answer = answered.await;
        answer.map_err(|_| Error::fault("the placement of an order broke off"))?
    }

    /// How many orders wait for a transaction, for metrics and tests.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue().waiting()
    }

    /// How many lanes are open beside the queue, for metrics and tests.
    #[must_use]
    pub fn lanes(&self) -> usize {
        self.queue().lanes.len()
    }

    pub(super) fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) const fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    fn go_on(self: &Arc<Self>, kit: &Kit) {
        let (placement, kit) = (Arc::clone(self), kit.clone());
        drop(
            self.tasks
                .spawn(async move { while placement.round(&kit).await {} }),
        );
    }

    /// Takes a place in the queue, or at the desk; answers what the caller is to see to.
    fn enter(&self, waiting: Waiting) -> Result<Task> {
        let mut queue = self.queue();
        if queue.waiting() >= self.settings.waiting_max {
            return Err(Refused::new(&OVERLOADED, OVERLOADED.help).into());
        }
        metrics::histogram!("placement_waiting_orders").record(as_metric(queue.waiting() + 1));
        // Nobody overtakes those who are at the desk.
        let is_crowded = queue.is_attended || queue.waiting.len() >= CROWD;
        if is_crowded || self.board.has_empty() {
            queue.desk.push_back(waiting);
            let is_first = !std::mem::replace(&mut queue.is_attended, true);
            return Ok(if is_first { Task::Attend } else { Task::None });
        }
        let is_needed = queue.push(waiting, &self.settings);
        Ok(if is_needed { Task::Commit } else { Task::None })
    }

    /// Puts an order into the queue from a task of its own.
    pub(super) fn queue_up(self: &Arc<Self>, kit: &Kit, waiting: Waiting) {
        let is_needed = self.queue().push(waiting, &self.settings);
        if is_needed {
            self.go_on(kit);
        }
    }

    /// Places whoever is waiting; answers whether there are more now. If not, the committer's
    /// place is free again.
    async fn round(self: &Arc<Self>, kit: &Kit) -> bool {
        let orders = {
            let mut queue = self.queue();
            let count = queue.waiting.len().min(self.settings.batch_max.max(1));
            queue.waiting.drain(..count).collect()
        };
        let mut seat = Seat(Some(self));
        self.settle(kit, orders, Way::Patient).await;
        let mut queue = self.queue();
        seat.0 = None;
        let goes_on = !queue.waiting.is_empty();
        queue.committers -= usize::from(!goes_on);
        goes_on
    }

    /// Tries until each has an answer or a lane. Whoever a panic meets is answered a fault.
    pub(super) async fn settle(self: &Arc<Self>, kit: &Kit, orders: Vec<Waiting>, way: Way) {
        let attempt = 1;
        let mut batches = vec![Batch {
            orders,
            way,
            attempt,
        }];
        while let Some(batch) = batches.pop() {
            if batch.orders.is_empty() {
                continue;
            }
            let work = AssertUnwindSafe(self.attempt(kit, &batch)).catch_unwind();
            match work.await {
                Ok(Ok(Some(outcomes))) => self.deliver(kit, batch, outcomes),
                Ok(Ok(None)) if batch.attempt < ATTEMPTS_MAX => batches.push(batch.again()),
                Ok(Ok(None)) => batch.answer(Refused::new(&BUSY, BUSY.help).into()),
                Ok(Err(failed)) => self.fail(batch, failed, &mut batches),
                Err(_) => batch.answer(Error::fault("the placement of orders panicked")),
            }
        }
    }

    /// One transaction. `None`: somebody was quicker with a key; nothing was kept.
    async fn attempt(
        &self,
        kit: &Kit,
        batch: &Batch,
    ) -> std::result::Result<Option<Vec<Outcome>>, Failed> {
        crash_point("before orders are placed");
        let begun_at = Instant::now();
        let wishes: Vec<&Wish> = batch.orders.iter().map(|waiting| &waiting.wish).collect();
        metrics::histogram!("placement_batch_orders").record(as_metric(wishes.len()));
        let turn = self.turn(batch);
        let is_quick = self.is_quick(batch);
        let seen = match is_quick {
            true => String::new(),
            false => self.version_of(kit, &batch.way).await?,
        };
        if !is_quick && let Err(error) = self.await_shelves(kit, &batch.way).await {
            let is_moving = self.is_moving(kit, batch, begun_at, &seen).await;
            return Err(Failed { error, is_moving });
        }
        let tx = match &batch.way {
            Way::Patient => kit.db.begin_patient("place_order", self.patience()).await?,
            Way::Lane(lane) if lane.holds_several() => {
                kit.db.begin_patient("place_order", self.patience()).await?
            }
            _ => kit.db.begin_planned("place_order").await?,
        };
        let now = kit.clock.now();
        let mut progress = Progress::default();
        let placed = actions::place(&tx, &wishes, &turn, &self.settings, now, &mut progress);
        let placed = Box::pin(placed).await;
        let placed = match placed {
            Ok(Some(outcomes)) => outcomes,
            other => {
                // Before the next attempt, which would find the carts locked by this one
                // otherwise. A rollback that fails has lost its connection, and its locks with it.
                drop(tx.rollback().await);
                let Err(error) = other else { return Ok(None) };
                self.note_ease(&batch.way, false);
                let is_moving = is_quick
                    || progress.has_shelf
                    || self.is_moving(kit, batch, begun_at, &seen).await;
                return Err(Failed { error, is_moving });
            }
        };
        // Until then nobody else can have put anything on the shelves that this one has locked.
        let decided_at = Instant::now();
        tx.commit().await?;
        self.board
            .note_empty(&kit.db, &progress.sold_out, decided_at);
        self.note_pace(begun_at.elapsed());
        self.note_ease(&batch.way, true);
        crash_point("before orders are answered");
        Ok(Some(placed))
    }

    /// For how long somebody else's lock is waited for: three of our own transactions.
    pub(super) fn patience(&self) -> Duration {
        let pace = Duration::from_micros(self.pace_us.load(Ordering::Relaxed));
        (pace * 3).clamp(PATIENCE, PATIENCE_MAX)
    }

    /// Ten of our own transactions. On a slow machine that is longer than `lock_timeout_ms`, and
    /// whoever has the lock may only be as slow as we are.
    pub(super) fn long_wait(&self) -> Duration {
        Duration::from_micros(self.pace_us.load(Ordering::Relaxed)) * 10
    }

    fn note_pace(&self, took: Duration) {
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX / 8);
        let before = self.pace_us.load(Ordering::Relaxed);
        let pace = (before.saturating_mul(7).saturating_add(took)) / 8;
        self.pace_us.store(pace, Ordering::Relaxed);
    }

    fn turn(&self, batch: &Batch) -> Turn {
        let (cart, shelf) = match &batch.way {
            Way::Patient => (None, Wait::InOrder),
            Way::LeavingOut => (None, Wait::Never),
            Way::Lane(Lane::Cart(id)) => (Some(*id), Wait::Never),
            Way::Lane(Lane::Shelves(ids)) => (None, Wait::For(ids.clone())),
        };
        let avoid = match batch.way {
            Way::Lane(_) => BTreeSet::new(),
            _ => self.queue().stuck_variants(),
        };
        Turn { cart, shelf, avoid }
    }

    fn deliver(self: &Arc<Self>, kit: &Kit, batch: Batch, outcomes: Vec<Outcome>) {
        for (waiting, outcome) in batch.orders.into_iter().zip(outcomes) {
            match outcome {
                // Nobody may be listening any more; what was done stays done.
                Outcome::Answered(answer) => drop(waiting.answer.send(answer)),
                Outcome::Held(stuck) => self.park(kit, stuck, waiting),
            }
        }
    }

    /// Goes on after a failure: together, in halves, or with an answer.
    fn fail(&self, batch: Batch, failed: Failed, batches: &mut Vec<Batch>) {
        let Failed { error, is_moving } = failed;
        let is_patient = batch.way == Way::Patient;
        let failure = match Failure::of(&error) {
            Failure::Locked if is_moving => Failure::Moving,
            failure => failure,
        };
        let (orders, attempt) = (batch.orders.len(), batch.attempt);
        tracing::warn!(%error, ?failure, orders, attempt, "orders were not placed");
        match after(failure, attempt, orders, is_patient) {
            Next::Again => batches.push(batch.again()),
            Next::LeaveOut => {
                let way = Way::LeavingOut;
                batches.push(Batch { way, ..batch });
            }
            Next::Split => batches.extend(batch.split()),
            Next::Answer => {
                if let (Failure::Locked, Way::Lane(lane)) = (failure, &batch.way) {
                    self.refuse_lane(lane);
                }
                batch.answer(error);
            }
        }
    }
}

/// A committer's place, which is free again also when the committer is cancelled.
struct Seat<'a>(Option<&'a Placement>);

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        if let Some(placement) = self.0 {
            placement.queue().committers -= 1;
        }
    }
}

fn as_metric(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
