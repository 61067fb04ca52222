//! What goes on beside requests: looks at queues, as long as anybody waits in them. Each look is
//! also a turn: whoever looks first calls the next ones.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ids::SaleId;
use kit::{Error, Kit, Result, tasks::Tasks};
use tokio::sync::{Mutex as TurnMutex, watch};

use crate::{
    actions,
    model::{Admission, Place, Seal, Seen, Ticket},
    store,
};

/// How old a look may be that a request is answered from, and how often streams are told.
const LOOK: Duration = Duration::from_millis(250);

/// How many queues are remembered.
const LINES_MAX: usize = 1_000;

/// What a process remembers of queues, and the key of its tokens. Everything in it may be lost.
pub struct Gate {
    tasks: Tasks,
    seal: Seal,
    lines: Mutex<BTreeMap<SaleId, Arc<Line>>>,
}

/// A queue, as it was seen last.
struct Line {
    /// One look at a time.
    turn: TurnMutex<Option<(Instant, Arc<Seen>)>>,
    told: watch::Sender<Option<Arc<Seen>>>,
    is_watched: Mutex<bool>,
}

impl Gate {
    /// Knows nothing yet. `secret` is the shop's; looks end when `tasks` stop.
    #[must_use]
    pub fn new(tasks: Tasks, secret: &str) -> Self {
        Self {
            tasks,
            seal: Seal::new(secret),
            lines: Mutex::default(),
        }
    }

    /// Reads a token as it came with an order.
    #[must_use]
    pub fn read(&self, token: &str) -> Ticket {
        self.seal.read(token)
    }

    pub(crate) fn sign(&self, admission: &Admission) -> String {
        self.seal.sign(admission)
    }

    pub(crate) const fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    fn lines(&self) -> MutexGuard<'_, BTreeMap<SaleId, Arc<Line>>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&self, id: SaleId) -> Arc<Line> {
        let mut lines = self.lines();
        if lines.len() >= LINES_MAX {
            // Whoever still uses one keeps it.
            lines.clear();
        }
        let line = lines.entry(id).or_insert_with(|| {
            Arc::new(Line {
                turn: TurnMutex::default(),
                told: watch::Sender::default(),
                is_watched: Mutex::default(),
            })
        });
        Arc::clone(line)
    }

    /// What the queue is like, as of a quarter of a second ago at the most.
    pub(crate) async fn see(&self, kit: &Kit, id: SaleId) -> Result<Arc<Seen>> {
        let line = self.line(id);
        let mut last = line.turn.lock().await;
        if let Some((at, seen)) = last.as_ref()
            && at.elapsed() < LOOK
        {
            return Ok(Arc::clone(seen));
        }
        let at = Instant::now();
        let tx = kit.db.begin("call_queue").await?;
        let seen = match actions::turn(&tx, id, kit.clock.now()).await {
            Ok(seen) => Arc::new(seen),
            Err(error) => {
                if matches!(error, Error::Refused(_)) {
                    // Nobody waits any more for what is not there.
                    line.told.send_replace(None);
                    self.lines().remove(&id);
                }
                return Err(error);
            }
        };
        tx.commit().await?;
        *last = Some((at, Arc::clone(&seen)));
        line.told.send_if_modified(|told| {
            let is_news = told.as_ref() != Some(&seen);
            *told = Some(Arc::clone(&seen));
            is_news
        });
        Ok(seen)
    }

    /// A place with its number, if its sale has started.
    pub(crate) async fn numbered(&self, kit: &Kit, place: Place) -> Result<Place> {
        let line = self.line(place.sale_id);
        // Whoever waits here is given a number by whoever is before them.
        let _turn = line.turn.lock().await;
        let found = store::find_place(&kit.db.read().await?, place.sale_id, place.cart_id).await?;
        let place = found.unwrap_or(place);
        if place.number.is_some() {
            return Ok(place);
        }
        let tx = kit.db.begin("number_queue").await?;
        actions::give_numbers(&tx, place.sale_id, kit.clock.now()).await?;
        let found = store::find_place(&tx, place.sale_id, place.cart_id).await?;
        tx.commit().await?;
        Ok(found.unwrap_or(place))
    }

    /// Follows a queue: told at once, and whenever it has changed.
    pub(crate) async fn follow(
        self: &Arc<Self>,
        kit: &Kit,
        id: SaleId,
    ) -> Result<watch::Receiver<Option<Arc<Seen>>>> {
        let line = self.line(id);
        let told = line.told.subscribe();
        self.see(kit, id).await?;
        let mut is_watched = line
            .is_watched
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut *is_watched, true) {
            let (gate, kit, line) = (Arc::clone(self), kit.clone(), Arc::clone(&line));
            drop(self.tasks.spawn(async move {
                gate.watch(&kit, id, &line).await;
            }));
        }
        drop(is_watched);
        Ok(told)
    }

    /// Looks as long as anybody follows.
    async fn watch(&self, kit: &Kit, id: SaleId, line: &Line) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = self.tasks.stopping() => return,
            }
            let mut is_watched = line
                .is_watched
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if line.told.receiver_count() == 0 {
                *is_watched = false;
                return;
            }
            drop(is_watched);
            match self.see(kit, id).await {
                Ok(_) => {}
                // Those who follow were told, and nobody follows this line any more.
                Err(Error::Refused(_)) => {
                    line.told.send_replace(None);
                    return;
                }
                // While the database is away nobody is told anything.
                Err(error) => tracing::debug!(%error, %id, "a queue was not seen"),
            }
        }
    }
}
