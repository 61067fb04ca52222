//! A folder and three ports for one demo; nothing of it is left in the end.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::Command,
};

use crate::world::{Process, free_ports, program};

/// Where a demo runs, and as whom.
pub(super) struct Trial {
    /// Holds copies of the programs, the data, and a file in the way.
    pub(super) folder: PathBuf,
    pub(super) port: u16,
    /// The program that runs; the others stand beside it.
    pub(super) nexus: PathBuf,
    is_nobody: bool,
}

impl Trial {
    /// As whoever runs the tests.
    pub(super) fn new(name: &str) -> Self {
        // Not below the sources, which other accounts may not be able to enter.
        let folder = std::env::temp_dir().join(format!("nexus-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        Self {
            folder,
            port: free_ports(3),
            nexus: program("nexus"),
            is_nobody: false,
        }
    }

    /// As an ordinary user, also where the tests run as root.
    pub(super) fn of_nobody(name: &str) -> Self {
        let mut trial = Self::new(name);
        if is_root() {
            // `nobody`, who may not be able to go where the programs are built.
            chown(&trial.folder, Some(65_534), Some(65_534)).unwrap();
            trial.nexus = trial.programs(&["nexus", "chapa-simulator", "mail-catcher"]);
            trial.is_nobody = true;
        }
        trial
    }

    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("var")
    }

    /// A copy of the programs in a folder of their own.
    pub(super) fn programs(&self, names: &[&str]) -> PathBuf {
        let folder = self.folder.join("bin");
        fs::create_dir_all(&folder).unwrap();
        for name in names {
            let copy = folder.join(name);
            if !copy.exists() {
                fs::copy(program(name), copy).unwrap();
            }
        }
        folder.join("nexus")
    }

    pub(super) fn demo(&self) -> Process {
        self.demo_with(&self.nexus, &self.data(), self.port, &[])
    }

    /// A demo that has said that it runs.
    pub(super) async fn running_demo(&self) -> Process {
        self.demo().having_said("is running").await
    }

    pub(super) fn demo_with(
        &self,
        nexus: &Path,
        directory: &Path,
        port: u16,
        variables: &[(String, String)],
    ) -> Process {
        let (port, directory) = (port.to_string(), directory.to_str().unwrap());
        let args = ["demo", "--port", &port, "--directory", directory];
        if !self.is_nobody {
            return Process::start(nexus, &args, variables);
        }
        let mut nobody = vec!["--reuid=65534", "--regid=65534", "--clear-groups"];
        nobody.push(nexus.to_str().unwrap());
        nobody.extend(args);
        Process::start(Path::new("/usr/bin/setpriv"), &nobody, variables)
    }

    /// Walks through a purchase; answers what was said about it.
    pub(super) async fn story(&self) -> String {
        let directory = self.data();
        let args = ["story", "--directory", directory.to_str().unwrap()];
        let mut story = Process::nexus(&args, &[]);
        assert!(
            story.ended().await.success(),
            "{}{}",
            story.said(),
            story.complained()
        );
        story.said()
    }

    /// The address of the demo's database, from the note that it leaves.
    pub(super) fn database_url(&self) -> String {
        let note = fs::read_to_string(self.data().join("running.toml")).unwrap();
        let line = note
            .lines()
            .find_map(|line| line.strip_prefix("database_url = \""));
        line.unwrap().trim_end_matches('"').to_owned()
    }

    pub(super) async fn number(&self, sql: &str) -> i64 {
        let client = kit::db::connect_once(&self.database_url()).await.unwrap();
        client.query_one(sql, &[]).await.unwrap().get(0)
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        drop(embedded_postgres::remove(&self.data().join("postgres")));
        drop(fs::remove_dir_all(&self.folder));
    }
}

pub(super) fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout == b"0\n"
}
