//! Who a server runs as: the caller, or an unprivileged account when the caller is root.
//! Never: where its files are.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Error;

/// The account that a server's processes and files belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    /// The caller's own, an ordinary user.
    Own,
    /// Another, unprivileged one; the caller is root.
    Other { uid: u32, gid: u32 },
}

impl Account {
    /// The caller's own account, or for root: the owner of `existing` data (so that a cluster
    /// which an ordinary user created stays theirs), else `postgres`, else `nobody`.
    pub(crate) fn choose(existing: &Path) -> Result<Self, Error> {
        if id(&["-u"]) != Some(0) {
            return Ok(Self::Own);
        }
        if let Ok(found) = existing.metadata()
            && found.uid() != 0
        {
            return Ok(Self::Other {
                uid: found.uid(),
                gid: found.gid(),
            });
        }
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| {
                Some(Self::Other {
                    uid: id(&["-u", name])?,
                    gid: id(&["-g", name])?,
                })
            })
            .ok_or(Error::NoAccount)
    }

    /// A command that will run as this account, from a folder that every account can enter.
    pub(crate) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        // The caller's PG* variables and language must not steer a private server.
        let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into());
        command
            .env_clear()
            .env("PATH", path)
            .env("LC_ALL", "C")
            .current_dir("/");
        if let Self::Other { uid, gid } = self {
            // Setting the uid as root also drops the caller's supplementary groups.
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Whether this account can enter the folder.
    pub(crate) fn can_enter(self, folder: &Path) -> bool {
        let mut command = self.command(Path::new("/bin/sh"));
        command.args(["-c", "cd \"$1\"", "sh"]).arg(folder);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// Gives a file or folder to this account.
    pub(crate) fn own(self, path: &Path) -> Result<(), Error> {
        match self {
            Self::Own => Ok(()),
            Self::Other { uid, gid } => {
                chown(path, Some(uid), Some(gid)).map_err(Error::io("change the owner of", path))
            }
        }
    }
}

/// What the `id` program answers; `None` also for an unknown user. Asked by program because the
/// standard library has no safe way to ask, and because it knows accounts outside /etc/passwd.
fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id")
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
