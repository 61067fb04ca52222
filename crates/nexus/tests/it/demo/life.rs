//! A demo from its first start to its end, stopped, killed and started again.

use std::time::Instant;

use super::trial::Trial;
use crate::world::{Client, Process, is_alive, until};

/// The promise is three seconds; a machine under load and a build for tests get more.
const START_SECONDS_MAX: u64 = 10;

const ORDERS: &str = "select count(*) from orders where status = 'paid'";
const PRODUCTS: &str = "select count(*) from products";

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_starts_sells_stops_and_goes_on() {
    live(&Trial::new("demo-life")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_user_has_a_demo_too() {
    live(&Trial::of_nobody("demo-nobody")).await;
}

async fn live(trial: &Trial) {
    let first = trial.running_demo().await;
    let told = trial.story().await;
    assert!(told.contains("is paid"), "{told}");
    // After each of its nine steps, and in the end.
    assert_eq!(told.matches("invariants hold").count(), 10, "{told}");
    assert_eq!(trial.number(ORDERS).await, 1);
    let products = trial.number(PRODUCTS).await;
    stop(first, trial).await;

    let started_at = Instant::now();
    let mut second = trial.running_demo().await;
    let elapsed = started_at.elapsed();
    assert!(
        elapsed.as_secs() < START_SECONDS_MAX,
        "the second start took {elapsed:?}"
    );
    assert_eq!(trial.number(ORDERS).await, 1);
    assert_eq!(trial.number(PRODUCTS).await, products);
    trial.story().await;
    let mails = Client::new(&format!("http://127.0.0.1:{}", trial.port + 2));
    let list = mails.get("/api/messages").await.expect(200);
    let mails = list.body["messages"].as_array().unwrap().iter();
    let is_receipt = |mail: &&serde_json::Value| mail["subject"].as_str().unwrap().contains("ደረሰኝ");
    assert_eq!(mails.filter(is_receipt).count(), 2);

    // Nobody waits until everything that it started has noticed.
    let started = second.descendants();
    second.kill().await;
    let third = trial.running_demo().await;
    until_all_end(started).await;
    assert_eq!(trial.number(ORDERS).await, 2);
    trial.story().await;
    assert_eq!(trial.number(ORDERS).await, 3);
    stop(third, trial).await;
}

/// Ctrl-C: everything that it started ends, its ports are free, and it says so.
async fn stop(mut demo: Process, trial: &Trial) {
    let started = demo.descendants();
    assert!(
        started.len() >= 4,
        "simulator, mailbox, PostgreSQL and its watchdog: {started:?}"
    );
    demo.signal("INT");
    assert!(demo.ended().await.success(), "{}", demo.complained());
    assert!(
        demo.said().contains("Stopped. The data are kept"),
        "{}",
        demo.said()
    );
    // A warning may come from a busy machine; nothing else is worth a line.
    for word in ["ERROR", "INFO", "panicked", "\u{1b}"] {
        assert!(!demo.complained().contains(word), "{}", demo.complained());
    }
    assert!(
        !trial.data().join("running.toml").exists(),
        "the note stays"
    );
    let left: Vec<_> = started.into_iter().filter(|pid| is_alive(*pid)).collect();
    assert!(left.is_empty(), "still running: {left:?}");
    for port in trial.port..trial.port + 3 {
        std::net::TcpListener::bind(("0.0.0.0", port)).expect("the port is free");
    }
}

/// Waits until none of these processes runs.
async fn until_all_end(pids: Vec<u32>) {
    until("they end", async || {
        (!pids.iter().any(|pid| is_alive(*pid))).then_some(())
    })
    .await;
}

/// Random secrets may begin like a flag.
const SECRETS: &str = "
    auth = '-r6c5e1a7b9d3f4e2a8b0c1d2e3f405162738495a6'
    webhook = '--v3f786850e387550fdab836ed7e6dc881de23001b'
    chapa_key = 'CHASECK_TEST-0a4d55a8d778e5022fab701977c5d840'
    staff_password = 'e387550fdab836ed'";

#[tokio::test(flavor = "multi_thread")]
async fn secrets_may_look_like_flags_and_stand_on_no_command_line() {
    let trial = Trial::new("demo-flags");
    std::fs::create_dir_all(trial.data()).unwrap();
    std::fs::write(trial.data().join("secrets.toml"), SECRETS).unwrap();
    let demo = trial.running_demo().await;
    trial.story().await;
    for pid in demo.descendants() {
        // PostgreSQL's own workers come and go between the list and this look.
        let Ok(line) = std::fs::read(format!("/proc/{pid}/cmdline")) else {
            continue;
        };
        let line = String::from_utf8_lossy(&line).into_owned();
        for secret in ["6c5e1a7b", "3f786850", "0a4d55a8", "e387550f"] {
            assert!(!line.contains(secret), "{line}");
        }
    }
    stop(demo, &trial).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_that_is_interrupted_is_finished_by_the_next() {
    let trial = Trial::new("demo-interrupted");
    for point in [
        "before commit of plant_shop",
        "after commit of plant_shop",
        "before commit of create_demo_staff",
    ] {
        let crash_at = ("NEXUS_CRASH_AT".to_owned(), point.to_owned());
        let mut demo = trial.demo_with(&trial.nexus, &trial.data(), trial.port, &[crash_at]);
        demo.crashed(point).await;
    }
    let demo = trial.running_demo().await;
    let goods = seed::parse().unwrap();
    assert_eq!(
        trial.number(PRODUCTS).await,
        i64::try_from(goods.products.len()).unwrap()
    );
    trial.story().await;
    stop(demo, &trial).await;
}
