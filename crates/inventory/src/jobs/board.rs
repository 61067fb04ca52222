//! What this process remembers of shelves: which are empty, and what those who follow them see.
//! Never the guard of stock: whoever is not refused here is judged by the shelf itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ids::VariantId;
use kit::{Db, Result, tasks::Tasks};
use tokio::sync::watch;

use crate::store;

/// How often the shelves that matter are looked at.
const LOOK: Duration = Duration::from_millis(250);

/// An empty shelf counts as empty for this long after it was seen so, and no longer.
const BELIEVED_FOR: Duration = Duration::from_secs(2);

/// An empty shelf that nobody has asked for is forgotten after this.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// How many shelves are remembered.
const SHELVES_MAX: usize = 20_000;

/// Units of a variant that can still be sold.
pub type Units = watch::Receiver<i64>;

/// The shelves of which this process knows. One look for all of them, four times a second, as long
/// as one is empty or followed; nothing otherwise.
pub struct StockBoard {
    tasks: Tasks,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    shelves: BTreeMap<VariantId, Seen>,
    is_looking: bool,
}

/// A shelf, as it was.
struct Seen {
    units: watch::Sender<i64>,
    at: Instant,
    asked_at: Instant,
    /// Whether it is a bundle, of which nobody hears when its parts come.
    is_bundle: bool,
}

impl Seen {
    fn new(units: i64, at: Instant) -> Self {
        Self {
            units: watch::Sender::new(units.max(0)),
            at,
            asked_at: at,
            is_bundle: false,
        }
    }

    fn update(&mut self, units: i64, is_bundle: bool, at: Instant) {
        if at < self.at {
            return;
        }
        self.at = at;
        self.is_bundle = is_bundle;
        self.units.send_if_modified(|known| {
            let has_changed = *known != units.max(0);
            *known = units.max(0);
            has_changed
        });
    }

    fn is_empty(&self, db: &Db, variant_id: VariantId) -> bool {
        let is_fresh = self.at.elapsed() < BELIEVED_FOR;
        let is_believed = db.sabotage().has_removed("bound of memory")
            || is_fresh && !db.changes().since(variant_id.uuid(), self.at);
        *self.units.borrow() == 0 && !self.is_bundle && is_believed
    }

    fn matters(&self) -> bool {
        let is_empty = *self.units.borrow() == 0;
        self.units.receiver_count() > 0 || is_empty && self.asked_at.elapsed() < KEPT_FOR
    }
}

impl StockBoard {
    /// A board that knows nothing yet. Its looks end when `tasks` stop.
    #[must_use]
    pub fn new(tasks: Tasks) -> Self {
        Self {
            tasks,
            state: Mutex::default(),
        }
    }

    /// Whether any shelf is remembered as empty, at the cost of a look into memory.
    #[must_use]
    pub fn has_empty(&self) -> bool {
        let state = self.state();
        state.shelves.values().any(|seen| *seen.units.borrow() == 0)
    }

    /// Whether a shelf was seen empty within the last two seconds, and this process has put nothing
    /// on it since.
    #[must_use]
    pub fn is_empty(&self, db: &Db, variant_id: VariantId) -> bool {
        let mut state = self.state();
        let Some(seen) = state.shelves.get_mut(&variant_id) else {
            return false;
        };
        seen.asked_at = Instant::now();
        seen.is_empty(db, variant_id)
    }

    /// Every shelf that [`Self::is_empty`]. Whoever looks into a cart after this, and finds it no
    /// order, knows that none of these was emptied by it.
    #[must_use]
    pub fn list_empty(&self, db: &Db) -> BTreeSet<VariantId> {
        let state = self.state();
        let empty = state.shelves.iter();
        let empty = empty.filter(|(variant_id, seen)| seen.is_empty(db, **variant_id));
        empty.map(|(variant_id, _)| *variant_id).collect()
    }

    /// Remembers shelves that were empty at that moment and could not be filled before it.
    pub fn note_empty(self: &Arc<Self>, db: &Db, variants: &[VariantId], at: Instant) {
        if variants.is_empty() {
            return;
        }
        let mut state = self.state();
        for variant_id in variants {
            if state.shelves.len() < SHELVES_MAX || state.shelves.contains_key(variant_id) {
                let seen = state.shelves.entry(*variant_id);
                seen.or_insert_with(|| Seen::new(0, at))
                    .update(0, false, at);
            }
        }
        self.keep_looking(&mut state, db);
    }

    /// Follows some shelves; those that do not exist are left out. Reads the database where it
    /// knows nothing.
    ///
    /// # Errors
    /// Faults of the database.
    pub async fn follow(
        self: &Arc<Self>,
        db: &Db,
        variants: &[VariantId],
    ) -> Result<Vec<(VariantId, Units)>> {
        let is_unknown = |id: &VariantId| !self.state().shelves.contains_key(id);
        let unknown: Vec<VariantId> = variants.iter().copied().filter(is_unknown).collect();
        let at = Instant::now();
        let found = if unknown.is_empty() {
            Vec::new()
        } else {
            store::list_seen(&db.read().await?, &unknown).await?
        };
        let mut state = self.state();
        for (variant_id, units, is_bundle) in found {
            let seen = state.shelves.entry(variant_id);
            seen.or_insert_with(|| Seen::new(units, at))
                .update(units, is_bundle, at);
        }
        let followed = variants.iter().filter_map(|id| {
            let seen = state.shelves.get(id)?;
            Some((*id, seen.units.subscribe()))
        });
        let followed = followed.collect();
        self.keep_looking(&mut state, db);
        Ok(followed)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep_looking(self: &Arc<Self>, state: &mut State, db: &Db) {
        if state.is_looking || state.shelves.is_empty() {
            return;
        }
        state.is_looking = true;
        let (board, db) = (Arc::clone(self), db.clone());
        drop(self.tasks.spawn(async move { board.look_on(&db).await }));
    }

    async fn look_on(&self, db: &Db) {
        while let Some(variants) = self.next_look() {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = self.tasks.stopping() => return,
            }
            if db.sabotage().has_removed("bound of memory") {
                continue;
            }
            let at = Instant::now();
            // While the database is away nothing is believed for longer than it may be.
            let Ok(conn) = db.read().await else { continue };
            if let Ok(found) = store::list_seen(&conn, &variants).await {
                let mut state = self.state();
                for (variant_id, units, is_bundle) in found {
                    if let Some(seen) = state.shelves.get_mut(&variant_id) {
                        seen.update(units, is_bundle, at);
                    }
                }
            }
        }
    }

    /// The shelves that matter; forgets the others. `None` when none does: whoever comes then
    /// starts the looks again.
    fn next_look(&self) -> Option<Vec<VariantId>> {
        let mut state = self.state();
        state.shelves.retain(|_, seen| seen.matters());
        if state.shelves.is_empty() {
            state.is_looking = false;
            return None;
        }
        Some(state.shelves.keys().copied().collect())
    }
}
