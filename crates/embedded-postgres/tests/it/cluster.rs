//! The ordinary life of a cluster: created, used, restarted, removed.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::time::{Duration, Instant};

use embedded_postgres::{Cluster, Durability, Installation, Options};

use crate::world::{Folder, accepts, ask, eventually, installation, is_alive, query};

#[test]
fn a_fresh_cluster_speaks_utf8_and_knows_amharic_letters() {
    let folder = Folder::new("fresh");
    let cluster = Cluster::start(&installation(), &Options::for_tests(&folder.0)).unwrap();
    assert_eq!(query(&cluster, "show server_encoding"), "UTF8");
    assert_eq!(query(&cluster, "select lower('ÀÉ')"), "àé");
    assert_eq!(
        query(&cluster, "select to_tsvector('simple', 'ቡና ሻይ')"),
        "'ሻይ':2 'ቡና':1"
    );
    cluster.stop().unwrap();
}

#[test]
fn a_restart_keeps_the_data_and_is_quick() {
    let folder = Folder::new("restart");
    let options = Options::new(&folder.0);
    let first = Cluster::start(&installation(), &options).unwrap();
    query(
        &first,
        "create table kept (n int); insert into kept values (42)",
    );
    let (url, port, pid) = (first.url("postgres"), first.port(), first.pid());
    first.stop().unwrap();
    assert!(!accepts(port));
    assert!(!is_alive(pid));

    let started = Instant::now();
    let second = Cluster::start(&installation(), &options).unwrap();
    let took = started.elapsed();
    assert_eq!(query(&second, "select n from kept"), "42");
    assert!(
        took < Duration::from_millis(1500),
        "a warm start took {took:?}"
    );
    let secret = |url: &str| url.split('@').next().map(ToOwned::to_owned);
    assert_eq!(
        secret(&url),
        secret(&second.url("postgres")),
        "the password stays"
    );
}

#[test]
fn a_dropped_cluster_is_stopped() {
    let folder = Folder::new("dropped");
    let cluster = Cluster::start(&installation(), &Options::for_tests(&folder.0)).unwrap();
    let pid = cluster.pid();
    drop(cluster);
    assert!(!is_alive(pid));
}

#[test]
fn full_durability_is_what_it_says() {
    let folder = Folder::new("durable");
    let mut options = Options::new(&folder.0);
    options.settings = vec![("work_mem".into(), "9MB".into())];
    let cluster = Cluster::start(&installation(), &options).unwrap();
    for (setting, value) in [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("max_connections", "100"),
        ("shared_buffers", "128MB"),
        ("work_mem", "9MB"),
        ("listen_addresses", "127.0.0.1"),
    ] {
        assert_eq!(
            query(&cluster, &format!("show {setting}")),
            value,
            "{setting}"
        );
    }
    drop(cluster);

    options.durability = Durability::NoneForTests;
    let cluster = Cluster::start(&installation(), &options).unwrap();
    assert_eq!(query(&cluster, "show fsync"), "off");
    assert_eq!(query(&cluster, "show max_connections"), "300");
}

#[test]
fn only_the_password_opens_the_port_and_only_the_account_the_socket() {
    let folder = Folder::new("secrets");
    let cluster = Cluster::start(&installation(), &Options::for_tests(&folder.0)).unwrap();
    let port = cluster.port();
    let mut psql = std::process::Command::new(installation().program("psql"));
    psql.args(["--no-password", "--command", "select 1"]);
    let url = format!("postgres://nexus:wrong@127.0.0.1:{port}/postgres");
    let output = psql.arg(url).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("password authentication failed"), "{error}");

    let directory = cluster.directory();
    let mode = |name: &str| {
        let metadata = directory.join(name).metadata().unwrap();
        (metadata.permissions().mode() & 0o777, metadata.uid())
    };
    let (_, owner) = mode("data");
    assert_ne!(owner, 0, "a server never runs as root");
    assert_eq!(mode("password"), (0o600, owner));
    assert_eq!(mode("socket"), (0o700, owner));
    assert_eq!(mode("data"), (0o700, owner));

    if let Some(url) = cluster.socket_url("postgres") {
        assert_eq!(ask(&url, "select current_user"), "nexus");
    }
}

#[test]
fn a_database_is_made_once() {
    let folder = Folder::new("database");
    let cluster = Cluster::start(&installation(), &Options::for_tests(&folder.0)).unwrap();
    cluster.ensure_database("shop_1").unwrap();
    cluster.ensure_database("shop_1").unwrap();
    assert_eq!(
        ask(&cluster.url("shop_1"), "select current_database()"),
        "shop_1"
    );
    let refused = cluster.ensure_database("x\" owner nexus").unwrap_err();
    assert!(
        refused.to_string().contains("only letters, digits and `_`"),
        "{refused}"
    );
}

#[test]
fn two_clusters_run_side_by_side() {
    let (left, right) = (Folder::new("left"), Folder::new("right"));
    let start =
        |folder: &Folder| Cluster::start(&installation(), &Options::for_tests(&folder.0)).unwrap();
    let (one, two) = std::thread::scope(|scope| {
        let one = scope.spawn(|| start(&left));
        let two = scope.spawn(|| start(&right));
        (one.join().unwrap(), two.join().unwrap())
    });
    query(&one, "create database mine");
    assert_eq!(
        query(
            &one,
            "select count(*) from pg_database where datname = 'mine'"
        ),
        "1"
    );
    assert_eq!(
        query(
            &two,
            "select count(*) from pg_database where datname = 'mine'"
        ),
        "0"
    );
}

#[test]
fn removing_takes_the_data_and_nothing_else() {
    let folder = Folder::new("removed");
    let options = Options::for_tests(&folder.0);
    let cluster = Cluster::start(&installation(), &options).unwrap();
    let held = embedded_postgres::remove(&folder.0).unwrap_err();
    assert!(held.to_string().contains("is in use by process"), "{held}");
    let directory = cluster.directory().to_owned();
    drop(cluster);
    let other = folder.0.join("a-file-of-the-user");
    std::fs::write(&other, "mine").unwrap();
    embedded_postgres::remove(&folder.0).unwrap();
    assert!(!directory.join("data").exists());
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "mine");
    std::fs::remove_file(&other).unwrap();
    embedded_postgres::remove(&folder.0).unwrap();
    eventually("the folder is gone", || !folder.0.exists());
}

#[test]
fn the_installation_is_new_enough_and_whole() {
    let found = Installation::find().unwrap();
    assert!(found.major() >= 15);
    assert!(found.program("psql").is_file());
}
