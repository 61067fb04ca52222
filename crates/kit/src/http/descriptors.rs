//! How many files the system lets this process open: each connection is one. Never opens any.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What is not for clients: the database, Redis, the payment provider, mails, logs.
const OURS: u64 = 128;

/// As many connections as wanted, or as there is room for: a server that has used up its files for
/// clients could not reach its own database. Takes what the system offers first.
pub(super) fn connections_within(wanted: usize) -> usize {
    let most = room(raise_limit(), wanted);
    if most < wanted {
        tracing::warn!(
            most,
            wanted,
            "fewer connections: the limit on open files is low"
        );
    }
    most
}

fn room(files: Option<u64>, wanted: usize) -> usize {
    let for_clients = |files: u64| (files.saturating_sub(OURS)).max(files / 2).max(1);
    let room = files.map_or(u64::MAX, for_clients);
    wanted.min(usize::try_from(room).unwrap_or(usize::MAX))
}

/// Raises the soft limit to the hard one, which is what that is for; `None` without a limit.
fn raise_limit() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = Rlimit {
        current: maximum,
        maximum,
    };
    match setrlimit(Resource::Nofile, wanted) {
        Ok(()) => maximum,
        Err(_) => current,
    }
}

#[cfg(test)]
mod tests {
    use super::room;

    #[test]
    fn our_own_files_are_left_to_us() {
        assert_eq!(room(None, 10_000), 10_000);
        assert_eq!(room(Some(65_536), 10_000), 10_000);
        assert_eq!(room(Some(1_024), 10_000), 896);
        assert_eq!(room(Some(160), 10_000), 80);
        assert_eq!(room(Some(0), 10_000), 1);
        assert_eq!(room(Some(1_024), 3), 3);
    }
}
