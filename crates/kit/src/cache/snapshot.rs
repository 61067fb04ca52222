//! What a statement of the database saw, and whether a change is part of it. Pure.

use std::fmt;

/// As PostgreSQL writes a snapshot: every transaction below `xmin` had ended, none from `xmax` on
/// had, and between them these were still running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snapshot {
    pub(super) xmin: u64,
    pub(super) xmax: u64,
    running: Vec<u64>,
}

impl Snapshot {
    /// Reads `10:20:10,14`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (xmin, xmax) = (parts.next()?, parts.next()?);
        let running = parts.next()?.split(',').filter(|xid| !xid.is_empty());
        let snapshot = Self {
            xmin: xmin.parse().ok()?,
            xmax: xmax.parse().ok()?,
            running: running.map(str::parse).collect::<Result<_, _>>().ok()?,
        };
        (parts.next().is_none() && snapshot.xmin <= snapshot.xmax).then_some(snapshot)
    }

    /// Whether it shows what a transaction has committed.
    pub(super) fn shows(&self, xid: u64) -> bool {
        xid < self.xmin || xid < self.xmax && !self.running.contains(&xid)
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let running: Vec<String> = self.running.iter().map(ToString::to_string).collect();
        write!(f, "{}:{}:{}", self.xmin, self.xmax, running.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_shows_what_had_ended() {
        let snapshot = Snapshot::parse("10:20:10,14").unwrap();
        let shown: Vec<u64> = (8..22).filter(|xid| snapshot.shows(*xid)).collect();
        assert_eq!(shown, [8, 9, 11, 12, 13, 15, 16, 17, 18, 19]);
        assert_eq!(snapshot.to_string(), "10:20:10,14");
    }

    #[test]
    fn a_quiet_database_has_nothing_running() {
        let snapshot = Snapshot::parse("20:20:").unwrap();
        assert!(snapshot.shows(19) && !snapshot.shows(20));
        assert_eq!(snapshot.to_string(), "20:20:");
    }

    #[test]
    fn what_is_no_snapshot_is_refused() {
        for text in ["", "1", "1:2", "2:1:", "a:2:", "1:2:x", "1:2:3:4", "-1:2:"] {
            assert_eq!(Snapshot::parse(text), None, "{text}");
        }
    }
}
