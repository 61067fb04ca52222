//! Switches for proving the tests: take one guard away, or kill the process at a named point.
//!
//! Compiled in only with the cargo feature `sabotage`; without it every question is answered
//! "no" at compile time, so the shipped binary holds none of this.

use std::collections::BTreeSet;

/// The guards that are switched off for one database handle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sabotage(BTreeSet<String>);

impl Sabotage {
    /// Nothing is switched off.
    #[must_use]
    pub const fn none() -> Self {
        Self(BTreeSet::new())
    }

    /// Switches the named guards off.
    #[must_use]
    pub fn of(guards: &[&str]) -> Self {
        Self(guards.iter().map(ToString::to_string).collect())
    }

    /// The guards that `NEXUS_WITHOUT` names, separated by commas (`sabotage` builds only).
    #[must_use]
    pub fn of_environment() -> Self {
        let named = if cfg!(feature = "sabotage") {
            std::env::var("NEXUS_WITHOUT").unwrap_or_default()
        } else {
            String::new()
        };
        let guards = named.split(',').filter(|guard| !guard.is_empty());
        Self(guards.map(ToOwned::to_owned).collect())
    }

    /// Whether the guard has been taken away.
    #[must_use]
    pub fn has_removed(&self, guard: &str) -> bool {
        cfg!(feature = "sabotage") && self.0.contains(guard)
    }
}

/// Dies here by SIGKILL when `NEXUS_CRASH_AT` names this point (`sabotage` builds only).
pub fn crash_point(name: &str) {
    #[cfg(feature = "sabotage")]
    if std::env::var("NEXUS_CRASH_AT").is_ok_and(|wanted| wanted == name) {
        let pid = std::process::id().to_string();
        let _ = std::process::Command::new("kill")
            .args(["-9", &pid])
            .status();
    }
    #[cfg(not(feature = "sabotage"))]
    let _ = name;
}
