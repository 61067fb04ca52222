//! The program itself: flags, state file, ends, and who may control it.

use std::process::{Command, Stdio};

use chapa::Observed;
use serde_json::json;

use crate::simulator::{Simulator, command, transaction, within};

#[tokio::test]
async fn a_restart_keeps_the_book() {
    let folder = std::env::temp_dir().join(format!("chapa-simulator-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("state.json");
    let flags = ["--state-file", file.to_str().unwrap()];
    let first = Simulator::start_with(&flags);
    first.paid("ord-1").await;
    within(first.client().initialize(&transaction("ord-2")))
        .await
        .unwrap();
    first.post("clock", json!({"advance_seconds": 60})).await;
    let kept = first.get("transactions/ord-1").await;
    drop(first);

    let second = Simulator::start_with(&flags);
    let again = second.get("transactions/ord-1").await;
    assert_eq!(again["reference"], kept["reference"]);
    assert_eq!(again["token"], kept["token"]);
    assert_eq!(second.get("clock").await["offset_seconds"], 60);
    let client = second.client();
    assert_eq!(
        within(client.verify("ord-1")).await.unwrap().state,
        Observed::Charged
    );
    assert_eq!(
        within(client.verify("ord-2")).await.unwrap().state,
        Observed::Pending
    );
    second.post("reset", json!({})).await;
    assert_eq!(
        within(client.verify("ord-1")).await.unwrap().state,
        Observed::NotFound
    );
    drop(second);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn equal_seeds_give_equal_references() {
    let references = async |seed: &str| {
        let simulator = Simulator::start_with(&["--seed", seed]);
        simulator.paid("ord-1").await;
        let kept = simulator.get("transactions/ord-1").await;
        (kept["reference"].clone(), kept["token"].clone())
    };
    let one = references("7").await;
    assert_eq!(one, references("7").await);
    assert_ne!(one, references("8").await);
}

#[tokio::test]
async fn it_ends_with_its_parent_and_on_signals() {
    let mut simulator = Simulator::start();
    simulator.close_stdin();
    assert!(simulator.wait());
    for signal in ["-TERM", "-INT"] {
        let simulator = Simulator::start();
        // A call that hangs does not keep the program.
        simulator.fault(json!({"kind": "hang"})).await;
        let (client, process_id) = (simulator.client(), simulator.process_id().to_string());
        let hanging = client.verify("ord-1");
        let ending = async {
            while simulator.get("calls").await == json!([]) {}
            Command::new("kill")
                .args([signal, &process_id])
                .status()
                .unwrap();
        };
        let (outcome, ()) = within(async { tokio::join!(hanging, ending) }).await;
        assert!(outcome.is_err());
        assert!(simulator.wait());
    }
}

#[test]
fn live_keys_are_refused_unless_allowed() {
    let refused = Command::new(env!("CARGO_BIN_EXE_chapa-simulator"))
        .args(["--secret-key", "CHASECK-abc"])
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert!(!refused.status.success());
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(
        words.contains("looks like a live one") && !words.contains("CHASECK-abc"),
        "{words}"
    );
}

#[tokio::test]
async fn an_allowed_live_key_plays_live_mode() {
    let simulator = Simulator::start_with(&["--allow-live-key"]);
    assert_eq!(simulator.get("health").await["mode"], "test");
    let mut child = Command::new(env!("CARGO_BIN_EXE_chapa-simulator"));
    child.args([
        "--secret-key",
        "CHASECK-abc",
        "--allow-live-key",
        "--exit-with-stdin",
    ]);
    // Without a parent that holds standard input open it ends at once, and well.
    assert!(
        child
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .unwrap()
            .success()
    );
}

#[tokio::test]
async fn the_control_api_has_its_own_door() {
    let simulator = Simulator::start_with(&["--control-listen", "127.0.0.1:0"]);
    assert_ne!(simulator.address, simulator.control);
    assert_eq!(simulator.get("health").await["status"], "ok");
    let shop_side = format!("http://{}/__sim/health", simulator.address);
    let response = within(simulator.http.get(shop_side).send()).await.unwrap();
    assert_eq!(response.status(), 404);
    let from_a_web_page = simulator
        .http
        .post(format!("http://{}/__sim/reset", simulator.control))
        .header("origin", "https://evil.et");
    assert_eq!(within(from_a_web_page.send()).await.unwrap().status(), 403);
}

#[tokio::test]
async fn wrong_orders_are_refused_with_a_reason() {
    let simulator = Simulator::start();
    for (path, body, status) in [
        ("faults", json!({"kind": "earthquake"}), 400),
        ("faults", json!({"kind": "reset", "call": "nothing"}), 400),
        ("faults", json!({"kind": "reset", "times": 0}), 400),
        ("transactions/none/pay", json!({}), 404),
        ("refunds/none/complete", json!({}), 404),
    ] {
        let (answered, value) = simulator.try_post(path, body).await;
        assert_eq!(answered, status, "{path}");
        assert!(value["error"].is_string(), "{path}: {value}");
    }
    simulator.paid("ord-1").await;
    assert_eq!(
        simulator
            .try_post("transactions/ord-1/pay", json!({}))
            .await
            .0,
        409
    );
    assert_eq!(
        simulator
            .try_post("transactions/ord-1/fly", json!({}))
            .await
            .0,
        404
    );
    assert_eq!(simulator.get("faults").await, json!([]));
}

#[test]
fn help_names_every_flag() {
    let output = command().arg("--help").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for flag in [
        "--listen",
        "--control-listen",
        "--secret-key",
        "--allow-live-key",
        "--webhook-url",
        "--webhook-secret",
        "--public-url",
        "--seed",
        "--state-file",
        "--exit-with-stdin",
    ] {
        assert!(text.contains(flag), "{flag}");
    }
}
