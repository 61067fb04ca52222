//! Every shape of an answer to `initialize`, `refund` and `cancel` that is known or imaginable.

use super::{read, write};
use crate::client::answers::{cancelled, refund_accepted, refund_observation};
use crate::client::transport::Answer;
use crate::{CancelOutcome, Error, Initialized, RefundState};

fn initialized(answer: &Answer) -> Result<Initialized, Error> {
    crate::client::answers::initialized(answer, &["checkout.chapa.co".to_owned()], true)
}

#[test]
fn refusals_keep_their_words_and_fields() {
    let refused = |body: &str| initialized(&write(400, body)).unwrap_err();
    for body in [
        r#"{"message":"Transaction reference has been used before","status":"failed","data":null}"#,
        r#"{"message":"Transaction reference has been used before\t","status":null}"#,
        r#"{"message":{"tx_ref":["validation.unique"]},"status":"failed","data":null}"#,
        r#"{"message":{"tx_ref":["The tx ref has already been taken."]}}"#,
    ] {
        assert_eq!(refused(body), Error::Duplicate, "{body}");
    }
    let Error::Rejected {
        http_status,
        message,
        fields,
    } = refused(
        r#"{"message":{"email":["validation.email"],"customization.title":["too long","ugly"],
        "x":"text","y":1},"status":"failed","data":null}"#,
    )
    else {
        panic!("not a refusal")
    };
    assert_eq!(http_status, 400);
    assert_eq!(
        message,
        "customization.title: too long, ugly; email: validation.email; x: text; y: 1"
    );
    assert_eq!(fields["email"], ["validation.email"]);
    assert_eq!(fields["customization.title"], ["too long", "ugly"]);
    assert_eq!(fields["y"], ["1"]);
    for (body, words) in [
        (
            r#"{"message":"Invalid currency, XYZ is not supported \t","status":"failed"}"#,
            "Invalid currency, XYZ is not supported",
        ),
        (r#"{"message":["a","b"],"status":"failed"}"#, "a; b"),
        (r#"{"message":null,"status":"failed"}"#, "no reason given"),
        (r#"{}"#, "no reason given"),
        ("<html>", "the answer is not a JSON envelope"),
    ] {
        assert!(
            matches!(refused(body), Error::Rejected { message, .. } if message == words),
            "{body}"
        );
    }
}

#[test]
fn only_an_allowed_checkout_host_is_passed_on() {
    let open = |address: &str| {
        let body = serde_json::json!({"message": "Hosted Link", "status": "success",
            "data": {"checkout_url": address}});
        initialized(&write(200, &body.to_string()))
    };
    let good = "https://checkout.chapa.co/checkout/payment/abc";
    assert_eq!(open(good).unwrap().checkout_url, good);
    assert!(open("https://CHECKOUT.chapa.co/x").is_ok());
    for address in [
        "http://checkout.chapa.co/x",
        "https://checkout.chapa.co.evil.et/x",
        "https://evil.et/checkout.chapa.co",
        "https://checkout.chapa.co@evil.et/x",
        "https://u:p@checkout.chapa.co/x",
        "https://checkout.chapa.co:8443/x",
        "javascript:alert(1)",
        "//checkout.chapa.co/x",
        "/checkout",
        "",
        "https://checkout.chapa.co\\@evil.et/",
        "https://checkout.chapa.co/\t",
        "https://checkout.chapa.co/ሀ",
    ] {
        // A trailing tab is trimmed like in every other text.
        let expected_ok = address.ends_with('\t');
        assert_eq!(open(address).is_ok(), expected_ok, "{address}");
    }
    for body in [
        r#"{"status":"success","data":null}"#,
        r#"{"status":"success","data":{"checkout_url":null}}"#,
    ] {
        let result = initialized(&write(200, body));
        assert!(matches!(result, Err(Error::Protocol(_))), "{result:?}");
    }
    let failed = initialized(&write(
        200,
        r#"{"message":"no","status":"failed","data":null}"#,
    ));
    assert!(
        matches!(
            failed,
            Err(Error::Rejected {
                http_status: 200,
                ..
            })
        ),
        "{failed:?}"
    );
    let cut = initialized(&write(200, r#"{"message":"Hosted Link","sta"#));
    assert_eq!(cut, Err(Error::Unknown));
}

#[test]
fn refunds_are_read_in_both_shapes_and_in_none() {
    let accepted = |body: &str| refund_accepted(write(200, body)).unwrap();
    let newest = accepted(
        r#"{"message":"ok","status":"success","data":{
        "ref_id":"M1","status":"initiated","amount":100,
        "currency":"ETB","payment_reference":"AP1",
        "merchant_reference":"r-1"}}"#,
    );
    assert_eq!(newest.state, RefundState::Initiated);
    assert_eq!(newest.refund_reference.as_deref(), Some("M1"));
    assert_eq!(newest.provider_reference.as_deref(), Some("AP1"));
    assert_eq!(newest.merchant_reference.as_deref(), Some("r-1"));
    assert_eq!(newest.amount_minor, Some(10_000));
    let other = accepted(
        r#"{"message":"Refund initiated successfully.","status":"success","data":{
        "id":730,"chapa_reference":"AP1","amount":"1.00","ref":"MERC-1",
        "currency":"ETB","status":"Refund Initiated","reason":null,
        "merchant_reference":null}}"#,
    );
    assert_eq!(other.state, RefundState::Initiated);
    assert_eq!(other.refund_reference.as_deref(), Some("MERC-1"));
    assert_eq!(other.amount_minor, Some(100));
    let silent = accepted(r#"{"message":"ok","status":"success","data":null}"#);
    assert_eq!(
        (silent.state, silent.refund_reference),
        (RefundState::Initiated, None)
    );
    let vague = refund_accepted(write(200, r#"{"message":"?"}"#));
    assert_eq!(vague, Err(Error::Unknown));
    for (status, state) in [
        ("initiated", RefundState::Initiated),
        ("processing", RefundState::Processing),
        ("Refund Processing", RefundState::Processing),
        ("refunded", RefundState::Refunded),
        ("reversed", RefundState::Reversed),
        ("odd", RefundState::Unknown("odd".to_owned())),
    ] {
        let body = format!(r#"{{"status":"success","data":{{"status":"{status}"}}}}"#);
        let observation = refund_observation(read(200, &body)).unwrap();
        assert_eq!(observation.state, state);
    }
    let missing = refund_observation(read(404, r#"{"message":"Refund not found"}"#));
    assert_eq!(missing.unwrap().state, RefundState::NotFound);
}

#[test]
fn cancelling_has_three_outcomes() {
    let outcome = |status, body| cancelled(&write(status, body));
    let done = r#"{"message":"Checkout link expired successfully","status":"success",
        "data":{"tx_ref":"ord-1"}}"#;
    assert_eq!(outcome(200, done), Ok(CancelOutcome::Cancelled));
    let closed = r#"{"message":"Payment link already expired","status":"failed","data":null}"#;
    for status in [200, 400, 404, 422] {
        assert_eq!(outcome(status, closed), Ok(CancelOutcome::AlreadyClosed));
    }
    let missing = r#"{"message":"Transaction not found","status":"failed","data":null}"#;
    assert_eq!(outcome(404, missing), Ok(CancelOutcome::NotFound));
    assert!(matches!(
        outcome(400, r#"{"message":"no"}"#),
        Err(Error::Rejected { .. })
    ));
    assert_eq!(outcome(200, "{"), Err(Error::Unknown));
}
