//! A second server that follows a private cluster, and takes its place when it is told to.
//! Never: decides by itself that the first one is gone.

use std::process::{Command, Stdio};

use crate::cluster::last_words;
use crate::data::{SUPERUSER, UNFINISHED};
use crate::home::Home;
use crate::{Cluster, Error, Options};

impl Cluster {
    /// Starts a standby of this cluster in the options' folder and returns once it can be read.
    ///
    /// Missing data are copied from this cluster while it runs. From then on the standby receives
    /// every change by streaming replication, and refuses writes until [`Cluster::promote`]. It
    /// has this cluster's databases, accounts and password, and an address of its own.
    ///
    /// # Errors
    /// As [`Cluster::start`]; [`Error::Failed`] with the words of `pg_basebackup`.
    pub fn start_standby(&self, options: &Options) -> Result<Self, Error> {
        let home = Home::open(&options.directory)?;
        if !home.path.join("data").exists() {
            self.copy_into(&home)?;
        }
        drop(home);
        Self::start(self.installation(), options)
    }

    /// Copied under a name of its own and renamed when it is whole, as new data are made.
    fn copy_into(&self, home: &Home) -> Result<(), Error> {
        home.sweep(UNFINISHED);
        let unfinished = home.private_folder(&format!("{UNFINISHED}{}", std::process::id()))?;
        let program = self.installation().program("pg_basebackup");
        let mut copy = home.account.command(&program);
        copy.env("PGPASSWORD", &self.data.password);
        copy.args(["--checkpoint=fast", "--wal-method=stream"]);
        copy.args(["--write-recovery-conf", "--no-password"]);
        copy.args(["--host=127.0.0.1", "--username", SUPERUSER]);
        copy.args(["--port", &self.port().to_string()]);
        copy.arg("--pgdata").arg(&unfinished);
        self.run("pg_basebackup", copy)?;
        home.write_secret("password", &format!("{}\n", self.data.password))?;
        let data = home.path.join("data");
        std::fs::rename(&unfinished, &data).map_err(Error::unwritable(&home.path))
    }

    /// Makes a standby a server of its own: it takes in what it has received, and then writes.
    ///
    /// # Errors
    /// [`Error::Failed`] with the words of `pg_ctl`, also when it is no standby.
    pub fn promote(&self) -> Result<(), Error> {
        let program = self.installation().program("pg_ctl");
        let mut promote = self.home.account.command(&program);
        promote.args(["promote", "--wait", "--pgdata"]);
        promote.arg(&self.data.path);
        self.run("pg_ctl", promote)
    }

    fn run(&self, program: &'static str, mut command: Command) -> Result<(), Error> {
        let path = self.installation().program(program);
        let output = command.stdin(Stdio::null()).output();
        let output = output.map_err(Error::io("run", &path))?;
        if output.status.success() {
            return Ok(());
        }
        Err(Error::Failed {
            program,
            last_words: last_words(&String::from_utf8_lossy(&output.stderr)),
            log: self.log(),
        })
    }
}
