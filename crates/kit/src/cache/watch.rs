//! What this process knows of changes, and when it looked: no answer is believed on less.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::{Duration, Instant},
};

use uuid::Uuid;

use super::{Kept, LIFE, snapshot::Snapshot};
use crate::{
    db::{Conn, Db, is_out_of_reach},
    error::{Error, Result},
};

/// After so long without a look what was remembered is not worth a look: everything is forgotten.
const IDLE_MAX: Duration = Duration::from_secs(10);

/// A look that finds more changes than this takes it that everything has changed.
const CHANGES_MAX: usize = 10_000;

/// The things of which changes are remembered one by one, at the most.
const THINGS_MAX: usize = 50_000;

/// The changes of a database, looked at when somebody asks.
pub(super) struct Watch {
    known: RwLock<Known>,
    looking: tokio::sync::Mutex<()>,
    /// How old the last look may be.
    trust: Duration,
}

#[derive(Default)]
struct Known {
    /// When the last look began, and what it saw.
    last: Option<(Instant, Snapshot)>,
    /// Of every transaction from here on it is known what it changed.
    since: u64,
    /// Which transaction changed a thing last, and when that was found.
    changes: HashMap<Uuid, (u64, Instant)>,
    /// Rises whenever everything is forgotten.
    era: u64,
    /// Until then nothing is believed that another process has loaded.
    alone_until: Option<Instant>,
}

/// From when on an answer is loaded, and in which era.
pub(super) struct Moment {
    pub(super) snapshot: Snapshot,
    pub(super) era: u64,
}

impl Watch {
    pub(super) fn new(trust: Duration) -> Self {
        Self {
            known: RwLock::default(),
            looking: tokio::sync::Mutex::default(),
            trust,
        }
    }

    /// Has everything known that was committed `trust` ago. One look serves whoever asks
    /// meanwhile; before the last one is too old, one of them looks and the others go on.
    pub(super) async fn look(&self, db: &Db) -> Result<()> {
        let asked_at = Instant::now();
        let looked_at = self.known().last.as_ref().map(|(moment, _)| *moment);
        let age = looked_at.map(|moment| asked_at.duration_since(moment));
        if age.is_some_and(|age| age <= self.trust / 4) || db.sabotage().has_removed("cache look") {
            return Ok(());
        }
        if age.is_some_and(|age| age < self.trust) {
            // Should it fail, the look before it still holds.
            if let Ok(_turn) = self.looking.try_lock() {
                drop(self.look_now(db).await);
            }
            return Ok(());
        }
        let _turn = self.looking.lock().await;
        let looked_at = self.known().last.as_ref().map(|(moment, _)| *moment);
        // Somebody has looked while this one waited.
        if looked_at.is_some_and(|at| asked_at.saturating_duration_since(at) <= self.trust) {
            return Ok(());
        }
        self.look_now(db).await
    }

    async fn look_now(&self, db: &Db) -> Result<()> {
        let started_at = Instant::now();
        let from = self.from(started_at);
        let looked = match db.read().await {
            Ok(conn) => list_changes(&conn, from).await,
            Err(error) => Err(error),
        };
        metrics::counter!("cache_looks_total").increment(1);
        let mut known = self.known_mut();
        match looked {
            Ok((seen, changes)) => known.learn(started_at, from, seen, &changes),
            // A connection that was lost may have led to a server that is gone, with what it knew.
            Err(error) => {
                if !is_out_of_reach(&error) {
                    known.forget(started_at);
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// The first transaction that a look asks for; none when it is the first of an era.
    fn from(&self, now: Instant) -> Option<u64> {
        let known = self.known();
        let (looked_at, seen) = known.last.as_ref()?;
        (now.duration_since(*looked_at) < IDLE_MAX).then_some(seen.xmin)
    }

    /// What is read on `conn` from now on shows at least this.
    pub(super) async fn moment(&self, conn: &Conn) -> Result<Moment> {
        let era = self.known().era;
        let snapshot = find_snapshot(conn).await?;
        Ok(Moment { snapshot, era })
    }

    /// Whether nothing is known to have changed since an answer was loaded by this process.
    pub(super) fn believes(&self, kept: &Kept) -> bool {
        let known = self.known();
        kept.era == known.era && known.shown_by(kept)
    }

    /// The era to which an answer that another process has loaded may belong: only if everything
    /// that came after it is known.
    pub(super) fn adopts(&self, kept: &Kept) -> Option<u64> {
        let known = self.known();
        let is_alone = known.alone_until.is_some_and(|end| Instant::now() < end);
        let is_followed = known.last.is_some() && kept.snapshot.xmin >= known.since;
        (!is_alone && is_followed && known.shown_by(kept)).then_some(known.era)
    }

    fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn known_mut(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn shown_by(&self, kept: &Kept) -> bool {
        kept.tags.iter().all(|tag| {
            let change = self.changes.get(tag);
            change.is_none_or(|(xid, _)| kept.snapshot.shows(*xid))
        })
    }

    fn learn(&mut self, at: Instant, from: Option<u64>, seen: Snapshot, changes: &[(Uuid, u64)]) {
        let went_back = self
            .last
            .as_ref()
            .is_some_and(|(_, last)| seen.xmin < last.xmin);
        if went_back {
            self.forget(at);
        } else if from.is_none() || changes.len() > CHANGES_MAX || self.changes.len() > THINGS_MAX {
            self.begin_anew();
        }
        if self.last.is_none() {
            self.since = seen.xmax;
        }
        // An answer that is older than any that is kept concerns nobody.
        self.changes
            .retain(|_, (_, found_at)| at.duration_since(*found_at) < 3 * LIFE);
        for (tag, xid) in changes {
            let change = self.changes.entry(*tag).or_insert((*xid, at));
            *change = (change.0.max(*xid), at);
        }
        self.last = Some((at, seen));
    }

    fn begin_anew(&mut self) {
        self.era += 1;
        self.last = None;
        self.changes.clear();
    }

    /// The database may not be the one it was: numbers of transactions may come again.
    fn forget(&mut self, now: Instant) {
        self.begin_anew();
        self.alone_until = Some(now + 2 * LIFE);
    }
}

const FIND_SNAPSHOT: &str = "select pg_current_snapshot()::text as seen";

async fn find_snapshot(conn: &Conn) -> Result<Snapshot> {
    snapshot_of(conn.query_one(FIND_SNAPSHOT, &[]).await?.get("seen"))
}

// One statement, so that the changes are those of the very snapshot. Transactions that ran during
// the last look may have ended since: they are asked for again.
const LIST_CHANGES: &str = "
    select pg_current_snapshot()::text as seen,
        coalesce(array_agg(tag), '{}') as tags, coalesce(array_agg(xid), '{}') as xids
    from (
        select tag, xid::text::bigint as xid
        from cache_changes
        where cache_changes.xid >= $1::text::xid8
        limit $2
    ) as changes";

/// What changed from a transaction on, and what the look saw; nothing but that without one.
async fn list_changes(conn: &Conn, from: Option<u64>) -> Result<(Snapshot, Vec<(Uuid, u64)>)> {
    let Some(from) = from else {
        return Ok((find_snapshot(conn).await?, Vec::new()));
    };
    let limit = i64::try_from(CHANGES_MAX + 1).map_err(Error::fault)?;
    let row = conn
        .query_one(LIST_CHANGES, &[&from.to_string(), &limit])
        .await?;
    let (tags, xids): (Vec<Uuid>, Vec<i64>) = (row.get("tags"), row.get("xids"));
    let xids = xids.into_iter().map(i64::unsigned_abs);
    Ok((
        snapshot_of(row.get("seen"))?,
        tags.into_iter().zip(xids).collect(),
    ))
}

fn snapshot_of(text: &str) -> Result<Snapshot> {
    Snapshot::parse(text).ok_or_else(|| Error::fault(format_args!("{text:?} is no snapshot")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAMP: Uuid = Uuid::from_u128(7);

    fn seen(text: &str) -> Snapshot {
        Snapshot::parse(text).unwrap()
    }

    fn kept(era: u64, snapshot: &str) -> Kept {
        Kept {
            document: None,
            tags: vec![Uuid::from_u128(1), LAMP],
            snapshot: seen(snapshot),
            era,
        }
    }

    /// One that has looked once, at a quiet database.
    fn watch() -> Watch {
        let watch = Watch::new(Duration::from_secs(1));
        watch
            .known_mut()
            .learn(Instant::now(), None, seen("20:20:"), &[]);
        watch
    }

    fn look(watch: &Watch, snapshot: &str, changes: &[(Uuid, u64)]) {
        let from = watch.from(Instant::now());
        watch
            .known_mut()
            .learn(Instant::now(), from, seen(snapshot), changes);
    }

    #[test]
    fn what_a_change_has_made_another_one_is_not_believed() {
        let watch = watch();
        assert!(watch.believes(&kept(1, "20:20:")));
        look(&watch, "24:24:", &[(LAMP, 22), (Uuid::from_u128(9), 23)]);
        assert!(!watch.believes(&kept(1, "20:20:")));
        // Loaded while the change was under way, and after its end.
        assert!(!watch.believes(&kept(1, "22:24:22")));
        assert!(watch.believes(&kept(1, "21:24:21")));
        assert!(watch.believes(&kept(1, "24:24:")));
    }

    #[test]
    fn an_older_look_takes_nothing_back() {
        let watch = watch();
        look(&watch, "24:24:", &[(LAMP, 22)]);
        look(&watch, "25:25:", &[(LAMP, 21)]);
        assert!(!watch.believes(&kept(1, "22:22:")));
        assert!(watch.believes(&kept(1, "23:23:")));
    }

    #[test]
    fn of_others_only_what_is_followed_is_adopted() {
        let unlooked = Watch::new(Duration::from_secs(1));
        assert_eq!(unlooked.adopts(&kept(0, "20:20:")), None);
        let watch = Watch::new(Duration::from_secs(1));
        watch
            .known_mut()
            .learn(Instant::now(), None, seen("18:21:18"), &[]);
        // What 19 and 20 have changed before the first look nobody has told.
        assert_eq!(watch.adopts(&kept(0, "19:20:19")), None);
        assert_eq!(watch.adopts(&kept(0, "18:22:18")), None);
        assert_eq!(watch.adopts(&kept(0, "21:22:")), Some(1));
        look(&watch, "30:30:", &[(LAMP, 25)]);
        assert_eq!(watch.adopts(&kept(0, "21:22:")), None);
        assert_eq!(watch.adopts(&kept(0, "26:26:")), Some(1));
    }

    #[test]
    fn an_older_database_is_another_one() {
        let watch = watch();
        look(&watch, "15:15:", &[]);
        assert!(!watch.believes(&kept(1, "20:20:")));
        assert!(!watch.believes(&kept(1, "15:15:")));
        assert_eq!(watch.adopts(&kept(0, "15:15:")), None);
        assert!(watch.believes(&kept(2, "15:15:")));
    }

    #[test]
    fn too_many_changes_are_a_change_of_everything() {
        let watch = watch();
        let many: Vec<_> = (0..=CHANGES_MAX as u128)
            .map(|n| (Uuid::from_u128(1_000 + n), 21))
            .collect();
        look(&watch, "30:30:", &many);
        assert!(!watch.believes(&kept(1, "29:29:")));
        assert!(watch.believes(&kept(2, "30:30:")));
    }
}
