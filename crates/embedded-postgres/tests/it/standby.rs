//! A standby follows, refuses writes, and takes over.

use std::process::Command;

use embedded_postgres::{Cluster, Options};

use crate::world::{Folder, ask, eventually, installation, query, signal};

#[test]
fn a_standby_follows_and_takes_over_when_it_is_promoted() {
    let (first, second) = (Folder::new("primary"), Folder::new("standby"));
    let mut options = Options::new(&first.0);
    options.settings.push(("fsync".into(), "off".into()));
    let primary = Cluster::start(&installation(), &options).unwrap();
    primary.ensure_database("shop").unwrap();
    ask(&primary.url("shop"), "create table bricks (n integer)");
    options.directory.clone_from(&second.0);
    let standby = primary.start_standby(&options).unwrap();
    assert_ne!(standby.port(), primary.port());

    ask(&primary.url("shop"), "insert into bricks values (7)");
    let count = "select coalesce(sum(n), 0) from bricks";
    eventually("the row", || ask(&standby.url("shop"), count) == "7");
    assert_eq!(query(&standby, "select pg_is_in_recovery()"), "t");
    let refused = Command::new(installation().program("psql"))
        .args(["--no-psqlrc", "--command", "insert into bricks values (8)"])
        .arg(standby.url("shop"))
        .output()
        .unwrap();
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(words.contains("read-only transaction"), "{words}");

    signal("KILL", primary.pid());
    drop(primary);
    standby.promote().unwrap();
    ask(&standby.url("shop"), "insert into bricks values (8)");
    assert_eq!(ask(&standby.url("shop"), count), "15");
    let again = standby.promote().unwrap_err().to_string();
    assert!(again.contains("pg_ctl"), "{again}");

    // What was copied is there at the next start, too, and a standby no more.
    standby.stop().unwrap();
    let again = Cluster::start(&installation(), &options).unwrap();
    assert_eq!(ask(&again.url("shop"), count), "15");
    again.stop().unwrap();
}
