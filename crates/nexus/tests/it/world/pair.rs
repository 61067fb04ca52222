//! Two PostgreSQL servers that belong to one test: a primary that may be killed, and a standby
//! that takes its place.

use std::sync::{
    Mutex,
    atomic::{AtomicU32, Ordering},
};

use embedded_postgres::{Cluster, Installation, Options};
use nexus::migrations::MIGRATIONS;
use tokio::task::spawn_blocking;

use super::{
    servers::{pair_folder, scratch},
    wait::until,
};

/// A primary with one migrated database, and a standby that follows it.
pub(crate) struct Pair {
    primary: Mutex<Option<Cluster>>,
    standby: Cluster,
    /// Names both, the primary first.
    pub(crate) url: String,
    number: u32,
}

impl Pair {
    pub(crate) async fn start() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let primary = spawn_blocking(move || {
            let installation = Installation::find().expect("PostgreSQL is installed");
            let primary = Cluster::start(&installation, &options("primary", number)).unwrap();
            primary.ensure_database("shop").unwrap();
            primary
        });
        let primary = primary.await.unwrap();
        kit::db::migrate(&primary.url("shop"), MIGRATIONS)
            .await
            .unwrap();
        let both = spawn_blocking(move || {
            let standby = primary.start_standby(&options("standby", number)).unwrap();
            (primary, standby)
        });
        let (primary, standby) = both.await.unwrap();
        let hosts = format!(
            "@127.0.0.1:{},127.0.0.1:{}/",
            primary.port(),
            standby.port()
        );
        let alone = format!("@127.0.0.1:{}/", primary.port());
        Self {
            url: primary.url("shop").replace(&alone, &hosts),
            primary: Mutex::new(Some(primary)),
            standby,
            number,
        }
    }

    /// From now on a commit is answered when the standby has it on disk, too.
    pub(crate) async fn make_synchronous(&self) {
        let sql = "alter system set synchronous_standby_names = '*'";
        self.on_primary(sql).await;
        self.on_primary("select pg_reload_conf()").await;
        let waited_for = "select count(*) from pg_stat_replication where sync_state = 'sync'";
        until("a synchronous standby", async || {
            (self.number_on_primary(waited_for).await == 1).then_some(())
        })
        .await;
    }

    /// The standby hears nothing more from the primary.
    pub(crate) async fn cut_off_standby(&self) {
        let standby = connect(&self.standby_url()).await;
        for sql in [
            "alter system set primary_conninfo = ''",
            "select pg_reload_conf()",
        ] {
            standby.batch_execute(sql).await.unwrap();
        }
        let listening = "select count(*) from pg_stat_replication";
        until("a standby that is alone", async || {
            (self.number_on_primary(listening).await == 0).then_some(())
        })
        .await;
    }

    /// Waits until the standby has taken in everything that the primary has written so far.
    pub(crate) async fn until_standby_has_followed(&self) {
        let sql = "select (pg_current_wal_lsn() - '0/0')::bigint";
        let written = self.number_on_primary(sql).await;
        let standby = connect(&self.standby_url()).await;
        let sql = "select (pg_last_wal_replay_lsn() - '0/0')::bigint";
        until("the standby", async || {
            let replayed: i64 = standby.query_one(sql, &[]).await.unwrap().get(0);
            (replayed >= written).then_some(())
        })
        .await;
    }

    /// `kill -9` of the primary, with every transaction that is on its way. It stays away.
    pub(crate) async fn kill_primary(&self) {
        let primary = self.primary.lock().unwrap().take().unwrap();
        let killed = spawn_blocking(move || {
            let pid = primary.pid().to_string();
            let kill = std::process::Command::new("kill")
                .args(["-9", &pid])
                .status();
            assert!(kill.unwrap().success(), "the primary is not there");
            drop(primary);
        });
        killed.await.unwrap();
    }

    /// Makes the standby take writes.
    pub(crate) fn promote(&self) {
        tokio::task::block_in_place(|| self.standby.promote().unwrap());
    }

    pub(crate) fn standby_url(&self) -> String {
        self.standby.url("shop")
    }

    /// The same two, the standby first.
    pub(crate) fn url_with_standby_first(&self) -> String {
        let (before, hosts) = self.url.split_once('@').unwrap();
        let (hosts, after) = hosts.split_once('/').unwrap();
        let (primary, standby) = hosts.split_once(',').unwrap();
        format!("{before}@{standby},{primary}/{after}")
    }

    /// One number from the primary, past the shop.
    pub(crate) async fn number_on_primary(&self, sql: &str) -> i64 {
        let row = connect(&self.primary_url()).await.query_one(sql, &[]).await;
        row.unwrap().get(0)
    }

    async fn on_primary(&self, sql: &str) {
        let primary = connect(&self.primary_url()).await;
        primary.batch_execute(sql).await.unwrap();
    }

    fn primary_url(&self) -> String {
        let primary = self.primary.lock().unwrap();
        primary.as_ref().expect("it was killed").url("shop")
    }

    /// Stops what still runs and removes the data.
    pub(crate) async fn remove(self) {
        let removed = spawn_blocking(move || {
            drop(self.primary);
            self.standby.stop().unwrap();
            for name in ["primary", "standby"] {
                embedded_postgres::remove(&pair_folder(&scratch(), name, self.number)).unwrap();
            }
        });
        removed.await.unwrap();
    }
}

async fn connect(url: &str) -> tokio_postgres::Client {
    kit::db::connect_once(url).await.unwrap()
}

/// What it has acknowledged outlives its processes; only the machine may not fail.
fn options(name: &str, number: u32) -> Options {
    let mut options = Options::new(pair_folder(&scratch(), name, number));
    options.settings = vec![("fsync".to_owned(), "off".to_owned())];
    options
}
