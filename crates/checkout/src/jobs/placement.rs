//! Group placement: orders queue in the order of their arrival and are placed together, as many
//! as are waiting, in one transaction; each gets its own answer. Alone, an order does not wait.

use std::{
    collections::BTreeSet,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use ids::{CartId, OrderId};
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
    desk::CROWD,
    queue::{Queue, Waiting},
};
use crate::{
    actions::{self, Answer, Outcome, Turn},
    model::{ATTEMPTS_MAX, CheckoutSettings, Failure, Next, PlaceOrder, Stuck, Wish, after},
};

/// For how long a batch waits for somebody else's lock before it goes on without the orders that
/// need it: longer than another server's commit takes, shorter than anybody notices.
const PATIENCE: Duration = Duration::from_millis(100);

/// How many lanes wait for somebody else's locks at once, each on a connection of its own.
const LANES_AT_ONCE: usize = 4;

/// How many orders a lane places at once, so that those beside it do not wait for long for what
/// all orders share.
const LANE_BATCH_MAX: usize = 64;

/// How long a lane waits for its turn.
const LANE_PATIENCE: Duration = Duration::from_secs(3);

/// Where orders wait to be placed. Each process has one; several processes may work on the same
/// shelf at once, because what must not happen is guarded by PostgreSQL and not here.
pub struct Placement {
    pub(super) settings: CheckoutSettings,
    tasks: Tasks,
    queue: Mutex<Queue>,
    lanes_at_once: Semaphore,
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

/// How a transaction treats other people's locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Waits a little, in the order of ids.
    Patient,
    /// Waits for nothing and leaves out what is locked.
    LeavingOut,
    /// Waits for that, and leaves out everything else that is locked.
    Lane(Stuck),
}

/// Orders that are tried together.
struct Batch {
    orders: Vec<Waiting>,
    way: Way,
    attempt: u32,
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
        match self.enter(Waiting { wish, answer })? {
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

    pub(super) fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
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
    async fn settle(self: &Arc<Self>, kit: &Kit, orders: Vec<Waiting>, way: Way) {
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
                Ok(Err(error)) => batch.fail(error, &mut batches),
                Err(_) => batch.answer(Error::fault("the placement of orders panicked")),
            }
        }
    }

    /// One transaction. `None`: somebody was quicker with a key; nothing was kept.
    async fn attempt(&self, kit: &Kit, batch: &Batch) -> Result<Option<Vec<Outcome>>> {
        crash_point("before orders are placed");
        let wishes: Vec<&Wish> = batch.orders.iter().map(|waiting| &waiting.wish).collect();
        metrics::histogram!("placement_batch_orders").record(as_metric(wishes.len()));
        let turn = self.turn(batch);
        let tx = match batch.way {
            Way::Patient => kit.db.begin_patient("place_order", PATIENCE).await?,
            _ => kit.db.begin("place_order").await?,
        };
        let now = kit.clock.now();
        let mut sold_out = Vec::new();
        let placed = actions::place(&tx, &wishes, &turn, &self.settings, now, &mut sold_out).await;
        let Ok(Some(outcomes)) = placed else {
            // Before the next attempt, which would find the carts locked by this one otherwise.
            // A rollback that fails has lost its connection, and its locks with it.
            drop(tx.rollback().await);
            return placed;
        };
        // Until then nobody else can have put anything on the shelves that this one has locked.
        let decided_at = Instant::now();
        tx.commit().await?;
        self.board.note_empty(&kit.db, &sold_out, decided_at);
        crash_point("before orders are answered");
        Ok(Some(outcomes))
    }

    fn turn(&self, batch: &Batch) -> Turn {
        let cart_of = |id| {
            let of_id = |waiting: &&Waiting| waiting.wish.order_id == id;
            let found = batch.orders.iter().find(of_id);
            found.map(|waiting| waiting.wish.command.cart_id)
        };
        let (cart, shelf): (Option<CartId>, Wait) = match batch.way {
            Way::Patient => (None, Wait::InOrder),
            Way::LeavingOut => (None, Wait::Never),
            Way::Lane(Stuck::Cart(id)) => (Some(id), Wait::Never),
            Way::Lane(Stuck::Variant(id)) => (None, Wait::For(id)),
            // Whoever is stuck twice waits for everything.
            Way::Lane(Stuck::Order(id)) => (cart_of(id), Wait::InOrder),
        };
        let avoid = match batch.way {
            Way::Lane(_) => BTreeSet::new(),
            _ => self.queue().stuck_variants(),
        };
        Turn { cart, shelf, avoid }
    }

    fn deliver(self: &Arc<Self>, kit: &Kit, batch: Batch, outcomes: Vec<Outcome>) {
        for (waiting, outcome) in batch.orders.into_iter().zip(outcomes) {
            match (outcome, batch.way) {
                // Nobody may be listening any more; what was done stays done.
                (Outcome::Answered(answer), _) => drop(waiting.answer.send(answer)),
                (Outcome::Held(_), Way::Lane(Stuck::Order(_))) => {
                    drop(
                        waiting
                            .answer
                            .send(Err(Refused::new(&BUSY, BUSY.help).into())),
                    );
                }
                (Outcome::Held(_), Way::Lane(_)) => {
                    let stuck = Stuck::Order(waiting.wish.order_id);
                    self.park(kit, stuck, waiting);
                }
                (Outcome::Held(stuck), _) => self.park(kit, stuck, waiting),
            }
        }
    }

    /// Puts an order into the lane of what it needs; the first one opens the lane.
    pub(super) fn park(self: &Arc<Self>, kit: &Kit, stuck: Stuck, waiting: Waiting) {
        let mut queue = self.queue();
        let is_new = !queue.lanes.contains_key(&stuck);
        queue.lanes.entry(stuck).or_default().push_back(waiting);
        drop(queue);
        if is_new {
            let (placement, kit) = (Arc::clone(self), kit.clone());
            drop(self.tasks.spawn(async move {
                let most = placement.settings.batch_max.min(LANE_BATCH_MAX);
                loop {
                    let orders = placement.queue().next_of_lane(stuck, most);
                    let Some(orders) = orders else { return };
                    placement.settle_lane(&kit, orders, stuck).await;
                }
            }));
        }
    }

    async fn settle_lane(self: &Arc<Self>, kit: &Kit, orders: Vec<Waiting>, stuck: Stuck) {
        let way = Way::Lane(stuck);
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
        self.settle(kit, orders, way).await;
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

impl Batch {
    fn again(self) -> Self {
        let attempt = self.attempt + 1;
        Self { attempt, ..self }
    }

    /// Goes on after a failure: together, in halves, or with an answer.
    fn fail(mut self, error: Error, batches: &mut Vec<Self>) {
        let is_patient = self.way == Way::Patient;
        let failure = Failure::of(&error);
        let (orders, attempt) = (self.orders.len(), self.attempt);
        tracing::warn!(%error, ?failure, orders, attempt, "orders were not placed");
        match after(failure, attempt, orders, is_patient) {
            Next::Again => batches.push(self.again()),
            Next::LeaveOut => {
                let way = Way::LeavingOut;
                batches.push(Self { way, ..self });
            }
            Next::Split => {
                let second = self.orders.split_off(orders / 2);
                // The last one in is the first one out.
                for orders in [second, self.orders] {
                    batches.push(Self { orders, ..self });
                }
            }
            Next::Answer => self.answer(error),
        }
    }

    /// Answers everybody the same.
    fn answer(self, error: Error) {
        let kind = match Failure::of(&error) {
            Failure::OutOfReach => &OVERLOADED,
            _ => &BUSY,
        };
        let mut error = Some(error);
        for waiting in self.orders {
            let other = || Refused::new(kind, kind.help).into();
            let error = error.take().unwrap_or_else(other);
            drop(waiting.answer.send(Err(error)));
        }
    }
}

fn as_metric(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
