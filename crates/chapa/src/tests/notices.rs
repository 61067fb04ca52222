//! Webhook bodies are read in every known form, and claim without deciding.

use crate::Mode;
use crate::webhook::{NoticeError, NoticeKind, parse};

#[test]
fn a_flat_body_is_read() {
    let body = r#"{"event":"charge.success","first_name":"\u12a0\u1260\u1260","amount":"400.00",
        "currency":"ETB","status":"success","mode":"live","reference":"AP634JFwEbxd",
        "tx_ref":"ord-1","meta":{"a":[1]}}"#;
    let notice = parse(body.as_bytes()).unwrap();
    assert_eq!(notice.event, "charge.success");
    assert_eq!(notice.kind, NoticeKind::Charge);
    assert_eq!(notice.tx_ref.as_deref(), Some("ord-1"));
    assert_eq!(notice.provider_reference.as_deref(), Some("AP634JFwEbxd"));
    assert_eq!(notice.claimed_status.as_deref(), Some("success"));
    assert_eq!(notice.claimed_amount_minor, Some(40_000));
    assert_eq!(notice.claimed_currency.as_deref(), Some("ETB"));
    assert_eq!(notice.claimed_mode, Some(Mode::Live));
}

#[test]
fn a_nested_body_is_read() {
    let body =
        r#"{"event":"charge.success","data":{"trx_ref":"ord-1","amount":400,"status":"success"}}"#;
    let notice = parse(body.as_bytes()).unwrap();
    assert_eq!(notice.tx_ref.as_deref(), Some("ord-1"));
    assert_eq!(notice.claimed_amount_minor, Some(40_000));
    let flat = parse(br#"{"event":"charge.success","tx_ref":"ord-1","data":null}"#).unwrap();
    assert_eq!(flat.tx_ref.as_deref(), Some("ord-1"));
}

#[test]
fn every_event_has_a_kind() {
    for (event, kind) in [
        ("charge.success", NoticeKind::Charge),
        ("charge.failed/cancelled", NoticeKind::Charge),
        ("charge.failed", NoticeKind::Charge),
        ("charge.cancelled", NoticeKind::Charge),
        ("charge.refunded", NoticeKind::Refund),
        ("charge.reversed", NoticeKind::Refund),
        ("refund.success", NoticeKind::Refund),
        ("refund.reversed", NoticeKind::Refund),
        ("payout.success", NoticeKind::Payout),
        ("payout.failed/cancelled", NoticeKind::Payout),
        ("subscription.created", NoticeKind::Other),
        ("", NoticeKind::Other),
    ] {
        let body = serde_json::json!({ "event": event, "tx_ref": "ord-1" }).to_string();
        let notice = parse(body.as_bytes()).unwrap();
        assert_eq!((notice.event.as_str(), notice.kind), (event, kind));
        assert_eq!(notice.tx_ref.as_deref(), Some("ord-1"));
    }
}

#[test]
fn references_of_refunds_and_payouts_are_told_apart() {
    let body = br#"{"event":"refund.success","ref_id":"M1","payment_reference":"AP1",
        "merchant_reference":"r-1"}"#;
    let refund = parse(body).unwrap();
    assert_eq!(refund.refund_reference.as_deref(), Some("M1"));
    assert_eq!(refund.provider_reference.as_deref(), Some("AP1"));
    assert_eq!(refund.merchant_reference.as_deref(), Some("r-1"));
    let body = br#"{"event":"payout.success","reference":"p-1","chapa_reference":"CP1"}"#;
    let payout = parse(body).unwrap();
    assert_eq!(payout.provider_reference.as_deref(), Some("CP1"));
    assert_eq!(payout.merchant_reference.as_deref(), Some("p-1"));
    assert_eq!(payout.tx_ref, None);
}

#[test]
fn strange_values_are_absent_not_fatal() {
    let body = br#"{"event":7,"tx_ref":{"a":1},"amount":"1e2","mode":"maybe","status":null}"#;
    let notice = parse(body).unwrap();
    assert_eq!(notice.event, "7");
    assert_eq!(notice.tx_ref, None);
    assert_eq!(notice.claimed_amount_minor, None);
    assert_eq!(notice.claimed_mode, None);
    assert_eq!(notice.claimed_status, None);
}

#[test]
fn what_is_no_object_is_refused() {
    let deep = "[".repeat(100_000);
    let bodies: [&[u8]; 9] = [
        b"",
        b"null",
        b"[]",
        b"\"text\"",
        b"{\"event\":",
        b"<html></html>",
        &[0xff, 0xfe],
        br#"{"tx_ref":"a","tx_ref":"b"}"#,
        deep.as_bytes(),
    ];
    for body in bodies {
        assert_eq!(parse(body), Err(NoticeError::Malformed));
    }
}

#[test]
fn equal_bytes_have_equal_digests() {
    let one = parse(br#"{"event":"a"}"#).unwrap().dedupe;
    assert_eq!(one, parse(br#"{"event":"a"}"#).unwrap().dedupe);
    assert_ne!(one, parse(br#"{"event":"a" }"#).unwrap().dedupe);
    assert_eq!(
        hex::encode(parse(b"{}").unwrap().dedupe),
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    );
}
