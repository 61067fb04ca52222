//! `nexus pay simulate`, as somebody meets it who builds a shop against Chapa.

use serde_json::json;

use crate::world::{Client, Process, free_ports, is_alive, until};

/// What stands behind `key = ` in what was said.
fn told(said: &str, key: &str) -> String {
    let start = format!("{key} = ");
    let line = said
        .lines()
        .find_map(|line| line.trim().strip_prefix(&start));
    let value = line.unwrap_or_else(|| panic!("{key}: {said}"));
    value.trim_matches(['[', ']', '"']).to_owned()
}

async fn running(args: &[&str]) -> Process {
    let all = [&["pay", "simulate"], args].concat();
    Process::nexus(&all, &[]).having_said("Ctrl-C").await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_prints_is_what_a_shop_needs() {
    for signal in ["INT", "TERM"] {
        let listen = format!("127.0.0.1:{}", free_ports(1));
        let mut simulator = running(&["--listen", &listen]).await;
        let said = simulator.said();
        assert_eq!(told(&said, "base_url"), format!("http://{listen}/v1"));
        assert_eq!(told(&said, "checkout_hosts"), listen);
        assert_eq!(told(&said, "mode"), "test");
        assert!(!told(&said, "webhook_secrets").is_empty());
        assert!(said.contains("webhooks  http://127.0.0.1:8000/api/v1/payment/webhook/chapa/"));
        let shop = Client::new(&format!("http://{listen}")).bearer(&told(&said, "secret_key"));
        let body = json!({"tx_ref": "ord-1", "amount": "400.00", "currency": "ETB"});
        let opened = shop
            .post("/v1/transaction/initialize", body)
            .await
            .expect(200);
        let page = opened.text("/data/checkout_url");
        assert!(
            page.starts_with(&format!("http://{listen}/checkout/payment/")),
            "{page}"
        );
        let children = simulator.descendants();
        assert_eq!(children.len(), 1);
        simulator.signal(signal);
        assert!(simulator.ended().await.success());
        assert!(
            simulator.said().ends_with("Stopped.\n"),
            "{}",
            simulator.said()
        );
        assert!(!is_alive(children[0]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_options_go_to_the_simulator() {
    let args = [
        "--listen",
        "127.0.0.1:0",
        "--webhook-url",
        "http://127.0.0.1:9/hook",
        "--control-listen",
        "127.0.0.1:0",
        "--seed",
        "7",
        "--start-at",
        "2026-01-05T09:00:00Z",
    ];
    let mut simulator = running(&args).await;
    let said = simulator.said();
    let control = said
        .lines()
        .find_map(|line| line.trim().strip_prefix("control   "))
        .unwrap();
    assert_ne!(control.replace("/__sim", "/v1"), told(&said, "base_url"));
    let control = Client::new(control.trim_end_matches("/__sim"));
    let clock = control.get("/__sim/clock").await.expect(200);
    assert_eq!(clock.text("/now"), "2026-01-05T09:00:00.000000Z");
    let health = control.get("/__sim/health").await.expect(200);
    assert_eq!(health.text("/webhook_url"), "http://127.0.0.1:9/hook");
    let children = simulator.descendants();
    simulator.kill().await;
    until("the simulator notices", async || {
        (!is_alive(children[0])).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_simulator_refuses_is_told() {
    let refused = Process::nexus(&["pay", "simulate", "--secret-key", "CHASECK-real"], &[]);
    let (code, complaint) = refused.left().await;
    assert_eq!(code, 1);
    assert!(complaint.contains("looks like a live one"), "{complaint}");
    let mut help = Process::nexus(&["pay", "simulate", "--", "--help"], &[]);
    assert!(help.ended().await.success());
    assert!(help.said().contains("--state-file"), "{}", help.said());
}
