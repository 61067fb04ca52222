//! Everything that can go wrong on the way, and what the client makes of it.

use std::time::Duration;

use chapa::{Error, NewRefund, Observed};
use serde_json::json;

use crate::simulator::{Simulator, transaction, within};

/// Plays a fault on `verify` of a paid transaction and on `initialize`.
async fn check(fault: serde_json::Value, on_verify: Error, on_initialize: Error) {
    let simulator = Simulator::start();
    let client = simulator.impatient_client();
    simulator.paid("ord-1").await;
    let on_call = |call: &str| {
        let mut fault = fault.clone();
        fault["call"] = call.into();
        simulator.fault(fault)
    };
    on_call("verify").await;
    assert_eq!(
        within(client.verify("ord-1")).await,
        Err(on_verify),
        "{fault}"
    );
    on_call("initialize").await;
    let refused = within(client.initialize(&transaction("ord-2"))).await;
    assert_eq!(refused, Err(on_initialize.clone()), "{fault}");
    // A call that is said not to have happened has left nothing behind.
    let known = simulator
        .get("transactions")
        .await
        .as_array()
        .unwrap()
        .len();
    if !on_initialize.may_have_happened() {
        assert_eq!(known, 1, "{fault}");
    }
    // The fault is used up.
    assert_eq!(
        within(client.verify("ord-1")).await.unwrap().state,
        Observed::Charged
    );
}

fn rejected(http_status: u16, message: &str) -> Error {
    Error::Rejected {
        http_status,
        message: message.to_owned(),
        fields: Default::default(),
    }
}

fn protocol(message: &str) -> Error {
    Error::Protocol(message.to_owned())
}

#[tokio::test]
async fn a_reset_connection_is_unknown() {
    check(json!({"kind": "reset"}), Error::Unknown, Error::Unknown).await;
}

#[tokio::test]
async fn no_answer_is_unknown() {
    check(json!({"kind": "hang"}), Error::Unknown, Error::Unknown).await;
}

#[tokio::test]
async fn a_byte_at_a_time_is_unknown_after_the_deadline() {
    let slow = json!({"kind": "drip", "interval_ms": 200});
    check(slow, Error::Unknown, Error::Unknown).await;
}

#[tokio::test]
async fn an_error_page_is_unknown() {
    check(
        json!({"kind": "server_error"}),
        Error::Unknown,
        Error::Unknown,
    )
    .await;
    check(
        json!({"kind": "error_after"}),
        Error::Unknown,
        Error::Unknown,
    )
    .await;
}

#[tokio::test]
async fn half_an_answer_is_no_answer() {
    let torn = protocol("HTTP 200: the answer is not a JSON envelope");
    check(json!({"kind": "truncated_json"}), torn, Error::Unknown).await;
    check(
        json!({"kind": "cut_answer"}),
        Error::Unknown,
        Error::Unknown,
    )
    .await;
    check(
        json!({"kind": "lost_answer"}),
        Error::Unknown,
        Error::Unknown,
    )
    .await;
}

#[tokio::test]
async fn a_page_instead_of_json_is_not_understood() {
    let words = "the answer is not a JSON envelope";
    let page = protocol(&format!("HTTP 419: {words}"));
    check(json!({"kind": "page_expired"}), page, rejected(419, words)).await;
    let captive = json!({"kind": "answer", "status": 200, "body": "<html>Welcome</html>",
        "content_type": "text/html"});
    check(
        captive,
        protocol(&format!("HTTP 200: {words}")),
        Error::Unknown,
    )
    .await;
}

#[tokio::test]
async fn slow_down_is_heard() {
    let plain = Error::RateLimited(None);
    check(json!({"kind": "too_many_requests"}), plain.clone(), plain).await;
    let seconds = Error::RateLimited(Some(Duration::from_secs(7)));
    let fault = json!({"kind": "too_many_requests", "retry_after": "7"});
    check(fault, seconds.clone(), seconds).await;
    let day = Error::RateLimited(Some(Duration::from_secs(86_400)));
    let fault = json!({"kind": "too_many_requests", "retry_after": "18446744073709551615"});
    check(fault, day.clone(), day).await;
    let odd = Error::RateLimited(None);
    let fault = json!({"kind": "too_many_requests", "retry_after": "soon"});
    check(fault, odd.clone(), odd).await;
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let redirect = json!({"kind": "redirect", "location": "http://169.254.169.254/latest"});
    let refused = protocol("HTTP 302 where an answer was due; redirects are not followed");
    check(redirect, refused.clone(), refused).await;
}

#[tokio::test]
async fn a_huge_answer_is_not_read_to_its_end() {
    let refused = protocol("the answer is over 262144 bytes");
    check(json!({"kind": "huge_answer"}), refused, Error::Unknown).await;
}

#[tokio::test]
async fn a_closed_door_is_unavailable() {
    let simulator = Simulator::start();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    let client = simulator.client_with(|config| config.base_url = format!("http://{closed}/v1"));
    assert_eq!(
        within(client.verify("ord-1")).await,
        Err(Error::Unavailable)
    );
    assert_eq!(
        within(client.initialize(&transaction("ord-1"))).await,
        Err(Error::Unavailable)
    );
    assert_eq!(
        within(client.cancel("ord-1")).await,
        Err(Error::Unavailable)
    );
}

#[tokio::test]
async fn a_door_is_closed_and_opened() {
    let simulator = Simulator::start_with(&["--control-listen", "127.0.0.1:0"]);
    let client = simulator.client();
    // A connection that is kept is ended too.
    within(client.initialize(&transaction("ord-1")))
        .await
        .unwrap();
    for _ in 0..3 {
        let closed = simulator.post("door", json!({"open": false})).await;
        assert_eq!(closed, json!({"open": false}));
        for _ in 0..3 {
            assert_eq!(
                within(client.verify("ord-1")).await,
                Err(Error::Unavailable)
            );
        }
        simulator.post("door", json!({"open": true})).await;
        let seen = within(client.verify("ord-1")).await.unwrap();
        assert_eq!(seen.state, Observed::Pending);
    }
    assert_eq!(simulator.get("door").await, json!({"open": true}));
}

#[tokio::test]
async fn a_door_opens_by_itself_also_while_a_call_hangs() {
    let simulator = Simulator::start();
    let client = simulator.impatient_client();
    let forever = simulator.try_post("door", json!({"open": false})).await;
    assert_eq!(forever.0, 409);
    simulator
        .fault(json!({"call": "verify", "kind": "hang"}))
        .await;
    let closing = async {
        while simulator.get("calls").await == json!([]) {}
        simulator
            .post("door", json!({"open": false, "ms": 300}))
            .await;
        assert_eq!(
            within(client.cancel("ord-1")).await,
            Err(Error::Unavailable)
        );
    };
    let (hung, ()) = within(async { tokio::join!(client.verify("ord-1"), closing) }).await;
    assert_eq!(hung, Err(Error::Unknown));
    while within(client.verify("ord-1")).await == Err(Error::Unavailable) {}
    within(client.initialize(&transaction("ord-1")))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_call_that_happened_may_hang_for_ever() {
    let simulator = Simulator::start();
    let client = simulator.impatient_client();
    simulator
        .fault(json!({"call": "initialize", "kind": "hang_after"}))
        .await;
    let first = within(client.initialize(&transaction("ord-1"))).await;
    assert_eq!(first, Err(Error::Unknown));
    let second = within(client.initialize(&transaction("ord-1"))).await;
    assert_eq!(second, Err(Error::Duplicate));
}

#[tokio::test]
async fn every_call_can_be_disturbed_by_name() {
    let simulator = Simulator::start();
    let client = simulator.client();
    simulator.paid("ord-1").await;
    let seen = within(client.verify("ord-1")).await.unwrap();
    let refund = NewRefund {
        provider_reference: seen.provider_reference.unwrap(),
        merchant_reference: Some("r-1".to_owned()),
        ..NewRefund::default()
    };
    for call in [
        "initialize",
        "verify",
        "cancel",
        "refund",
        "verify_refund",
        "transactions",
        "timeline",
    ] {
        for kind in [
            "too_many_requests",
            "reset",
            "error_after",
            "lost_answer",
            "truncated_json",
        ] {
            simulator.fault(json!({"call": call, "kind": kind})).await;
            let is_ok = match call {
                "initialize" => within(client.initialize(&transaction(kind))).await.is_ok(),
                "verify" => within(client.verify("ord-1")).await.is_ok(),
                "cancel" => within(client.cancel("ord-1")).await.is_ok(),
                "refund" => within(client.refund(&refund)).await.is_ok(),
                "verify_refund" => within(client.verify_refund("r-1")).await.is_ok(),
                "transactions" => within(client.transactions(1)).await.is_ok(),
                _ => within(client.timeline("ord-1")).await.is_ok(),
            };
            assert!(!is_ok, "{call} {kind}");
            assert_eq!(simulator.get("faults").await, json!([]), "{call} {kind}");
        }
    }
    // Of three refunds that were lost on the way back, one was taken.
    assert_eq!(simulator.get("refunds").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_slow_answer_within_the_deadline_is_an_answer() {
    let simulator = Simulator::start();
    simulator
        .fault(json!({"kind": "slow_answer", "ms": 50}))
        .await;
    within(simulator.client().initialize(&transaction("ord-1")))
        .await
        .unwrap();
    simulator.fault(json!({"kind": "delay", "ms": 50})).await;
    let seen = within(simulator.client().verify("ord-1")).await.unwrap();
    assert_eq!(seen.state, Observed::Pending);
}

#[tokio::test]
async fn success_that_was_not_heard_shows_as_a_duplicate() {
    for fault in [
        json!({"kind": "lost_answer"}),
        json!({"kind": "slow_answer", "ms": 600_000}),
    ] {
        let simulator = Simulator::start();
        let client = simulator.impatient_client();
        simulator.fault(fault.clone()).await;
        let first = within(client.initialize(&transaction("ord-1"))).await;
        assert_eq!(first, Err(Error::Unknown), "{fault}");
        let second = within(client.initialize(&transaction("ord-1"))).await;
        assert_eq!(second, Err(Error::Duplicate), "{fault}");
        assert!(Error::Duplicate.may_have_happened());
        // The way out: look, cancel, and start again under another reference.
        let seen = within(client.verify("ord-1")).await.unwrap();
        assert_eq!(seen.state, Observed::Pending);
        assert_eq!(
            within(client.cancel("ord-1")).await,
            Ok(chapa::CancelOutcome::Cancelled)
        );
        within(client.initialize(&transaction("ord-1b")))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_refund_that_was_not_heard_happened_once() {
    let simulator = Simulator::start();
    let client = simulator.impatient_client();
    simulator.paid("ord-1").await;
    let reference = within(client.verify("ord-1"))
        .await
        .unwrap()
        .provider_reference
        .unwrap();
    let refund = NewRefund {
        provider_reference: reference,
        merchant_reference: Some("r-1".to_owned()),
        ..NewRefund::default()
    };
    simulator
        .fault(json!({"call": "refund", "kind": "error_after"}))
        .await;
    assert_eq!(within(client.refund(&refund)).await, Err(Error::Unknown));
    let calls = simulator.get("calls").await;
    let refund_calls = calls
        .as_array()
        .unwrap()
        .iter()
        .filter(|call| call["name"] == "refund")
        .count();
    assert_eq!(refund_calls, 1);
    assert_eq!(simulator.get("refunds").await.as_array().unwrap().len(), 1);
}
