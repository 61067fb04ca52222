//! One PostgreSQL and one Redis for the whole test process; each test has a database of its
//! own, cloned from a migrated template.

use std::{
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use embedded_postgres::{
    Cluster, Installation, Options, Port,
    redis::{RedisOptions, RedisServer},
};
use nexus::migrations::MIGRATIONS;

pub(crate) struct Servers {
    pub(crate) cluster: Cluster,
    /// `None` when the suite is run without Redis (`NEXUS_TEST_REDIS=off`).
    pub(crate) redis: Option<RedisServer>,
}

static SERVERS: OnceLock<Servers> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);
const TEMPLATE: &str = "nexus_template";

/// Scratch space of this test process, below cargo's target folder.
pub(crate) fn scratch() -> PathBuf {
    let name = format!("it-{}", std::process::id());
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Where the PostgreSQL of a single test lives, below the scratch space.
pub(crate) fn own_folder(scratch: &Path) -> PathBuf {
    scratch.join("own-postgres")
}

/// Where one of a test's two PostgreSQL servers lives, below the scratch space.
pub(crate) fn pair_folder(scratch: &Path, name: &str, number: u32) -> PathBuf {
    scratch.join(format!("{name}-postgres-{number}"))
}

/// Starts the servers at the first call. Its watchdog ends PostgreSQL with this process.
pub(crate) fn servers() -> &'static Servers {
    SERVERS.get_or_init(|| {
        sweep();
        let installation = Installation::find().expect("PostgreSQL is installed");
        let mut options = Options::for_tests(scratch().join("postgres"));
        options
            .settings
            .push(("deadlock_timeout".to_owned(), "100ms".to_owned()));
        let cluster = Cluster::start(&installation, &options).expect("PostgreSQL starts");
        cluster.ensure_database(TEMPLATE).expect("a template");
        let url = cluster.url(TEMPLATE);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime
            .block_on(kit::db::migrate(&url, MIGRATIONS))
            .expect("the migrations apply");
        Servers {
            cluster,
            redis: start_redis(),
        }
    })
}

/// Removes what test processes that have ended left behind; a folder in use is left alone.
fn sweep() {
    let folders = std::fs::read_dir(env!("CARGO_TARGET_TMPDIR")).unwrap();
    for folder in folders.map(|entry| entry.unwrap().path()) {
        let is_ours = folder.to_string_lossy().contains("/it-");
        if !is_ours {
            continue;
        }
        let inside = std::fs::read_dir(&folder).into_iter().flatten();
        let mut data = inside
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.to_string_lossy().contains("postgres"));
        if data.all(|data| embedded_postgres::remove(&data).is_ok()) {
            drop(std::fs::remove_dir_all(&folder));
        }
    }
}

/// Drops a test's database; the disk would not hold those of many runs.
pub(crate) async fn drop_database(url: &str) {
    let name = url.rsplit('/').next().unwrap();
    let admin = kit::db::connect_once(&servers().cluster.url("postgres"))
        .await
        .unwrap();
    let sql = format!("drop database {name} with (force)");
    admin.batch_execute(&sql).await.unwrap();
}

/// Everything must hold with Redis and without it; `make test` runs it both ways.
fn start_redis() -> Option<RedisServer> {
    if std::env::var("NEXUS_TEST_REDIS").is_ok_and(|wish| wish == "off") {
        return None;
    }
    let directory = scratch().join("redis");
    let port = Port::Any;
    Some(RedisServer::start(&RedisOptions { directory, port }).expect("Redis starts"))
}

/// A fresh, migrated database; answers its URL.
pub(crate) async fn new_database() -> String {
    clone_of(TEMPLATE).await
}

/// A fresh database without any table; answers its URL.
pub(crate) async fn empty_database() -> String {
    clone_of("template0").await
}

async fn clone_of(template: &str) -> String {
    let servers = tokio::task::spawn_blocking(servers).await.unwrap();
    let name = format!("shop_{}", DATABASES.fetch_add(1, Ordering::SeqCst));
    let admin = kit::db::connect_once(&servers.cluster.url("postgres"))
        .await
        .unwrap();
    let sql = format!("create database {name} template {template} strategy wal_log");
    admin
        .batch_execute(&sql)
        .await
        .expect("the template is cloned");
    servers.cluster.url(&name)
}
