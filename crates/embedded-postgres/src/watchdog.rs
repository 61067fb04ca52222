//! Runs a server so that it cannot outlive this process. Never: which server, or when it is ready.
//!
//! The server is the child of a small shell script, and the script's standard input is a pipe
//! whose other end only this process holds. However this process ends, the system closes that
//! end, the script reads the end of the file, and it shuts the server down.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::account::Account;

/// Arguments: the signal that means an orderly shutdown, then the server's command line.
///
/// The signal is repeated because a server that has not installed its handlers yet misses it;
/// SIGTERM and SIGINT are ignored because only the pipe may end the watch (a terminal or a
/// service manager signals whole groups, and the program wants its database until it is done).
const SCRIPT: &str = r#"
trap '' TERM INT HUP
signal=$1
shift
exec 3<&0 </dev/null
"$@" 3<&- >&2 &
server=$!
echo "$server"
exec >/dev/null
(
    read -r line <&3
    while kill -s "$signal" "$server"; do sleep 1; done
) 2>/dev/null &
reader=$!
exec 3<&-
wait "$server"
status=$?
kill -s KILL "$reader"
exit "$status"
"#;

/// How often a state is looked at while waiting for it.
const POLL: Duration = Duration::from_millis(4);

/// A server under watch; dropping it begins an orderly shutdown and waits for its end.
#[derive(Debug)]
pub(crate) struct Watched {
    script: Child,
    server: u32,
    stop_within: Duration,
}

impl Watched {
    /// Starts the server's command line under watch; its messages go to `log`.
    pub(crate) fn start(
        account: Account,
        signal: &str,
        server: &Command,
        log: File,
        stop_within: Duration,
    ) -> io::Result<Self> {
        let mut command = account.command(Path::new("/bin/sh"));
        command.args(["-c", SCRIPT, "watchdog", signal]);
        command.arg(server.get_program()).args(server.get_args());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log);
        // Its own group, so that Ctrl-C in a terminal reaches this process first.
        command.process_group(0);
        let mut script = command.spawn()?;
        let mut line = String::new();
        if let Some(stdout) = script.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let server = line.trim().parse().map_err(io::Error::other)?;
        Ok(Self {
            script,
            server,
            stop_within,
        })
    }

    /// The server's process id.
    pub(crate) fn pid(&self) -> u32 {
        self.server
    }

    /// Whether the server has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.script.try_wait(), Ok(None))
    }

    /// Shuts the server down in an orderly way and waits; `false` when it took too long.
    pub(crate) fn stop(&mut self) -> bool {
        drop(self.script.stdin.take());
        let within = self.stop_within;
        wait_until(within, || self.has_ended())
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Looks at a state in short intervals until it holds; `false` when it did not within the time.
pub(crate) fn wait_until(within: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    while !holds() {
        if started.elapsed() > within {
            return false;
        }
        thread::sleep(POLL);
    }
    true
}
