//! `nexus migrate`: once, twice, two at once; what was applied is never changed.

use kit::db::{Migration, connect_once, migrate, pending};
use nexus::migrations::MIGRATIONS;

use crate::world::{Process, empty_database};

const BRICKS: Migration = Migration {
    name: "0001_bricks",
    sql: "create table bricks (id bigint)",
};
const WALLS: Migration = Migration {
    name: "0002_walls",
    sql: "create table walls (id bigint); insert into bricks values (1)",
};
const COLLAPSE: Migration = Migration {
    name: "0003_collapse",
    sql: "insert into walls values (7); select 1 / 0",
};

fn migrating(url: &str) -> Process {
    let variable = ("DATABASE_URL".to_owned(), url.to_owned());
    Process::nexus(&["migrate"], &[variable])
}

async fn number(url: &str, sql: &str) -> i64 {
    connect_once(url)
        .await
        .unwrap()
        .query_one(sql, &[])
        .await
        .unwrap()
        .get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn migrating_twice_is_migrating_once() {
    let url = empty_database().await;
    let mut first = migrating(&url);
    assert!(first.ended().await.success(), "{}", first.complained());
    let applied: String = MIGRATIONS
        .iter()
        .map(|one| format!("applied {}\n", one.name))
        .collect();
    assert_eq!(first.said(), applied);
    let mut second = migrating(&url);
    assert!(second.ended().await.success(), "{}", second.complained());
    assert_eq!(second.said(), "the schema is up to date\n");
    assert!(pending(&url, MIGRATIONS).await.unwrap().pending.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_migrate_at_once_do_it_once() {
    let url = empty_database().await;
    let mut processes = [migrating(&url), migrating(&url), migrating(&url)];
    for process in &mut processes {
        assert!(process.ended().await.success(), "{}", process.complained());
    }
    let mut applied: Vec<String> = processes
        .iter()
        .flat_map(|process| {
            process
                .said()
                .lines()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .filter(|line| line != "the schema is up to date")
        .collect();
    applied.sort();
    let expected: Vec<String> = MIGRATIONS
        .iter()
        .map(|one| format!("applied {}", one.name))
        .collect();
    assert_eq!(applied, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_was_changed_after_it_was_applied_is_refused() {
    let url = empty_database().await;
    assert_eq!(
        migrate(&url, &[BRICKS, WALLS]).await.unwrap(),
        ["0001_bricks", "0002_walls"]
    );
    assert_eq!(migrate(&url, &[BRICKS, WALLS]).await.unwrap(), [""; 0]);
    let changed = Migration {
        sql: "create table bricks (id integer)",
        ..BRICKS
    };
    let error = migrate(&url, &[changed, WALLS])
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("0001_bricks was changed after it had been applied"),
        "{error}"
    );
    assert_eq!(number(&url, "select count(*) from bricks").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_fails_leaves_nothing_and_what_came_before_stays() {
    let url = empty_database().await;
    let error = migrate(&url, &[BRICKS, WALLS, COLLAPSE])
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("migration 0003_collapse failed; nothing of it was kept"),
        "{error}"
    );
    assert!(error.contains("division by zero"), "{error}");
    assert_eq!(number(&url, "select count(*) from walls").await, 0);
    let state = pending(&url, &[BRICKS, WALLS, COLLAPSE]).await.unwrap();
    assert_eq!(state.pending, ["0003_collapse"]);
    assert_eq!(
        pending(&url, &[BRICKS]).await.unwrap().unknown,
        ["0002_walls"]
    );
}
