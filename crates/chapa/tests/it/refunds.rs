//! Money on its way back.

use chapa::webhook::{NoticeKind, parse};
use chapa::{Error, NewRefund, Observed, RefundObservation, RefundState};
use serde_json::json;

use crate::shop::Shop;
use crate::simulator::{Simulator, within};

async fn refund(
    simulator: &Simulator,
    amount_minor: Option<i64>,
    merchant_reference: &str,
) -> Result<RefundObservation, Error> {
    let client = simulator.client();
    let seen = within(client.verify("ord-1")).await.unwrap();
    let refund = NewRefund {
        provider_reference: seen.provider_reference.unwrap(),
        amount_minor,
        reason: Some("ትንሽ & wrong size".to_owned()),
        merchant_reference: Some(merchant_reference.to_owned()),
    };
    within(client.refund(&refund)).await
}

#[tokio::test]
async fn a_refund_goes_its_way_and_is_announced() {
    let mut shop = Shop::open().await;
    let webhook_url = format!("{}/webhook", shop.url);
    let simulator = Simulator::start_with(&["--webhook-url", &webhook_url]);
    simulator.paid("ord-1").await;
    shop.next().await;
    let client = simulator.client();
    let asked = refund(&simulator, None, "r-1").await.unwrap();
    assert_eq!(asked.state, RefundState::Initiated);
    assert_eq!(asked.amount_minor, Some(40_000));
    assert_eq!(asked.merchant_reference.as_deref(), Some("r-1"));
    let ref_id = asked.refund_reference.unwrap();
    let kept = simulator.get("refunds").await;
    assert_eq!(kept[0]["reason"], "ትንሽ & wrong size");

    let state = async || within(client.verify_refund(&ref_id)).await.unwrap().state;
    simulator
        .post("clock", json!({"advance_seconds": 30}))
        .await;
    assert_eq!(state().await, RefundState::Processing);
    assert_eq!(
        within(client.verify("ord-1")).await.unwrap().state,
        Observed::Charged
    );
    simulator
        .post("clock", json!({"advance_seconds": 30}))
        .await;
    assert_eq!(state().await, RefundState::Refunded);
    assert_eq!(
        within(client.verify("ord-1")).await.unwrap().state,
        Observed::Refunded
    );
    let notice = parse(&shop.next().await.body).unwrap();
    assert_eq!(
        (notice.event.as_str(), notice.kind),
        ("charge.refunded", NoticeKind::Refund)
    );
    assert_eq!(notice.refund_reference.as_deref(), Some(ref_id.as_str()));
    assert_eq!(notice.merchant_reference.as_deref(), Some("r-1"));
    simulator
        .patch("variants", json!({"refunded": "success"}))
        .await;
    assert_eq!(
        within(client.verify("ord-1")).await.unwrap().state,
        Observed::Charged
    );
    let missing = within(client.verify_refund("Mnothing")).await.unwrap();
    assert_eq!(missing.state, RefundState::NotFound);
}

#[tokio::test]
async fn no_more_goes_back_than_came_in() {
    let simulator = Simulator::start();
    simulator.paid("ord-1").await;
    refund(&simulator, Some(30_000), "r-1").await.unwrap();
    for amount_minor in [10_001, 40_000] {
        let error = refund(&simulator, Some(amount_minor), "r-2")
            .await
            .unwrap_err();
        assert!(
            matches!(
                error,
                Error::Rejected {
                    http_status: 400,
                    ..
                }
            ),
            "{error:?}"
        );
        assert!(!error.may_have_happened());
    }
    assert_eq!(
        refund(&simulator, Some(5_000), "r-1").await,
        Err(Error::Duplicate)
    );
    refund(&simulator, None, "r-2").await.unwrap();
    let error = refund(&simulator, Some(1), "r-3").await.unwrap_err();
    assert!(
        error.to_string().contains("already been refunded"),
        "{error}"
    );
    let kept = simulator.get("transactions/ord-1").await;
    assert_eq!(kept["refunding_minor"], 40_000);
}

#[tokio::test]
async fn every_shape_of_acceptance_is_read() {
    for (shape, has_reference) in [
        ("current", true),
        ("qa", true),
        ("no_reference", false),
        ("no_data", false),
    ] {
        let simulator = Simulator::start();
        simulator.paid("ord-1").await;
        simulator
            .patch("variants", json!({"refund_shape": shape}))
            .await;
        let asked = refund(&simulator, Some(10_050), "r-1").await.unwrap();
        assert_eq!(asked.state, RefundState::Initiated, "{shape}");
        assert_eq!(asked.refund_reference.is_some(), has_reference, "{shape}");
    }
}

#[tokio::test]
async fn a_refund_may_come_back() {
    let mut shop = Shop::open().await;
    let webhook_url = format!("{}/webhook", shop.url);
    let simulator = Simulator::start_with(&["--webhook-url", &webhook_url]);
    simulator
        .patch("variants", json!({"refund_progress": "manual"}))
        .await;
    simulator.paid("ord-1").await;
    shop.next().await;
    let ref_id = refund(&simulator, None, "r-1")
        .await
        .unwrap()
        .refund_reference
        .unwrap();
    simulator
        .post("clock", json!({"advance_seconds": 864_000}))
        .await;
    let client = simulator.client();
    let state = async || within(client.verify_refund(&ref_id)).await.unwrap().state;
    assert_eq!(state().await, RefundState::Initiated);
    simulator
        .post(&format!("refunds/{ref_id}/reverse"), json!({}))
        .await;
    assert_eq!(state().await, RefundState::Reversed);
    assert_eq!(
        parse(&shop.next().await.body).unwrap().event,
        "refund.reversed"
    );
    // The money is the merchant's again, and may be given back again.
    refund(&simulator, None, "r-2").await.unwrap();
}

#[tokio::test]
async fn a_refund_is_found_by_either_reference_or_by_one() {
    let simulator = Simulator::start();
    let client = simulator.client();
    simulator.paid("ord-1").await;
    let ref_id = refund(&simulator, None, "r-1")
        .await
        .unwrap()
        .refund_reference
        .unwrap();
    let own = within(client.verify_refund("r-1")).await.unwrap();
    assert_eq!(own.refund_reference, Some(ref_id.clone()));
    simulator
        .patch("variants", json!({"refund_lookup": "ref_id_only"}))
        .await;
    let own = within(client.verify_refund("r-1")).await.unwrap();
    assert_eq!(own.state, RefundState::NotFound);
    let own = within(client.verify_refund(&ref_id)).await.unwrap();
    assert_eq!(own.state, RefundState::Initiated);
}

#[tokio::test]
async fn a_refund_is_announced_under_every_name_at_either_end() {
    let mut shop = Shop::open().await;
    let webhook_url = format!("{}/webhook", shop.url);
    let simulator = Simulator::start_with(&["--webhook-url", &webhook_url]);
    for (notice, names, end, events) in [
        ("end", "charge", "complete", &["charge.refunded"][..]),
        ("end", "charge", "fail", &["refund.failed"]),
        ("end", "refund", "complete", &["refund.success"]),
        ("end", "refund", "reverse", &["refund.reversed"]),
        ("start", "charge", "complete", &["charge.refunded"]),
        (
            "both",
            "refund",
            "fail",
            &["refund.success", "refund.failed"],
        ),
    ] {
        simulator.post("reset", json!({})).await;
        let variants = json!({"refund_progress": "manual", "refund_notice": notice,
            "refund_names": names});
        simulator.patch("variants", variants).await;
        simulator.paid("ord-1").await;
        shop.next().await;
        refund(&simulator, None, "r-1").await.unwrap();
        simulator
            .post(&format!("refunds/r-1/{end}"), json!({}))
            .await;
        for event in events {
            assert_eq!(parse(&shop.next().await.body).unwrap().event, *event);
        }
        assert_eq!(shop.waiting(), 0, "{notice} {names} {end}");
    }
}
