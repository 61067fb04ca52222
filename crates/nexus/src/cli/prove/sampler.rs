//! Looks at the shelf all the time while it is attacked: nothing is negative, nothing is reserved
//! that no order holds, no unit is lost, at any instant that was looked at.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use ids::VariantId;
use kit::Db;

use super::store::{self, ShelfAt};

/// Violations that are named; more are only counted.
const NAMED: usize = 10;
const PAUSE: Duration = Duration::from_millis(15);

/// What was seen.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) samples: usize,
    pub(super) violation_count: usize,
    pub(super) violations: Vec<String>,
    /// Circles of waits, over all lives of the database.
    pub(super) deadlocks: i64,
}

/// The shelf under attack and what was put on it.
pub(super) struct Watched {
    pub(super) db: Db,
    pub(super) shelf: Vec<(VariantId, i64)>,
}

/// Looks until it is over.
pub(super) async fn watch(watched: &Watched, is_over: &AtomicBool) -> Seen {
    let mut seen = Seen::default();
    let (mut before, mut last) = (0, 0);
    let variants: Vec<VariantId> = watched.shelf.iter().map(|(id, _)| *id).collect();
    while !is_over.load(Ordering::SeqCst) {
        // While PostgreSQL is dead there is nothing to see.
        if let Ok(conn) = watched.db.read().await
            && let (Ok(shelves), Ok(deadlocks)) = (
                store::list_shelves(&conn, &variants).await,
                store::find_deadlocks(&conn).await,
            )
        {
            seen.samples += 1;
            if deadlocks < last {
                before += last;
            }
            last = deadlocks;
            seen.deadlocks = before + last;
            for shelf in &shelves {
                seen.hold(shelf, &watched.shelf);
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    seen
}

impl Seen {
    fn hold(&mut self, shelf: &ShelfAt, stock: &[(VariantId, i64)]) {
        let ShelfAt {
            variant_id,
            on_hand,
            reserved,
            held,
            sold,
        } = shelf;
        let stock = stock.iter().find(|(id, _)| id == variant_id);
        let stock = stock.map_or(0, |(_, stock)| *stock);
        let is_sound = *on_hand >= 0
            && *reserved >= 0
            && reserved <= on_hand
            && reserved == held
            && on_hand + sold == stock;
        if is_sound {
            return;
        }
        self.violation_count += 1;
        if self.violations.len() < NAMED {
            self.violations.push(format!(
                "variant {variant_id}: of {stock} units {on_hand} are on hand, {sold} sold, \
                 {reserved} reserved, and orders hold {held}"
            ));
        }
    }
}
