//! Reading the provider's answers: only the exact one pays; the order waits through all others,
//! and is paid by the truth in the end.

use serde_json::{Value, json};

use super::provider::Pending;
use crate::world::Shop;

/// `{{…}}` of an answer that pays, with one part of it replaced.
fn answer(from: &str, to: &str) -> String {
    let right = concat!(
        r#"{"message":"Payment details","status":"success","data":{"first_name":"Abebe","#,
        r#""last_name":"Bikila","email":"abebe@example.com","currency":"ETB","amount":1250,"#,
        r#""charge":37.5,"mode":"test","method":"telebirr","type":"API","status":"success","#,
        r#""reference":"REFERENCE","tx_ref":"TX_REF","customization":null,"meta":null}}"#
    );
    assert!(right.contains(from), "{from}");
    right.replacen(from, to, 1)
}

const STATUS: &str = r#""type":"API","status":"success""#;

/// A status of `data`, as it stands in the JSON.
fn status(raw: &str) -> String {
    answer(STATUS, &format!(r#""type":"API","status":{raw}"#))
}

fn amount(raw: &str) -> String {
    answer(r#""amount":1250,"#, &format!(r#""amount":{raw},"#))
}

/// Asked once with this answer while the money is really there, then with the truth.
async fn asked(shop: &Shop, pending: &Pending, fault: Value) -> crate::world::Answer {
    let transaction = shop.at_provider(&pending.tx_ref, "pay").await;
    let reference = transaction["reference"].as_str().unwrap();
    let fault = fault
        .to_string()
        .replace("TX_REF", &pending.tx_ref)
        .replace("REFERENCE", reference);
    shop.play(serde_json::from_str(&fault).unwrap()).await;
    shop.verify(&pending.tx_ref).await
}

fn body(status: u16, body: &str) -> Value {
    json!({ "call": "verify", "kind": "answer", "status": status, "body": body })
}

/// The answer does not pay: it is told so, nothing is captured; and the truth pays afterwards.
async fn does_not_pay(shop: &Shop, variant: ids::VariantId, fault: Value, told: Option<&str>) {
    let pending = shop.pending(variant).await;
    let captured = shop.number("select count(*) from captures").await;
    let answer = asked(shop, &pending, fault.clone()).await;
    match told {
        Some(told) => assert_eq!(answer.expect(200).body["status"], told, "{fault}"),
        None => {
            assert_eq!(answer.status, 503, "{fault}: {}", answer.body);
            assert_eq!(
                answer.refused(503, "payment_provider_unreachable").headers["retry-after"],
                "5"
            );
        }
    }
    assert_eq!(
        shop.attempt_state(&pending.tx_ref).await,
        told.unwrap_or("pending"),
        "{fault}"
    );
    assert_eq!(
        shop.order_status(&pending.order_id).await,
        "pending_payment",
        "{fault}"
    );
    assert_eq!(
        shop.number("select count(*) from captures").await,
        captured,
        "{fault}"
    );
    shop.mend().await;
    assert_eq!(shop.told(&pending.tx_ref).await, "paid", "{fault}");
    assert_eq!(shop.open_reviews(&pending.tx_ref).await, "", "{fault}");
}

async fn quiet_shop() -> (Shop, ids::VariantId) {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    shop.lose_all_messages().await;
    (shop, coffee)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_status_of_the_payment_itself_counts_and_only_the_word_success() {
    let (shop, coffee) = quiet_shop().await;
    let words = [
        "\"pending\"",
        "\"failed\"",
        "\"refunded\"",
        "\"reversed\"",
        "\"failed/cancelled\"",
        "\"Success\"",
        "\"SUCCESS\"",
        "\" success\"",
        "\"success\\u0000\"",
        "\"successful\"",
        "\"paid\"",
        "\"\"",
        "null",
        "1",
        "true",
        "[\"success\"]",
        "{\"success\":true}",
    ];
    for word in words {
        // What was paid and has gone back cannot be paid any more: the attempt is closed.
        let has_gone = ["\"refunded\"", "\"reversed\""].contains(&word);
        let told = if has_gone { "failed" } else { "pending" };
        does_not_pay(&shop, coffee, body(200, &status(word)), Some(told)).await;
    }
    let without = answer(r#""type":"API","status":"success","#, r#""type":"API","#);
    does_not_pay(&shop, coffee, body(200, &without), Some("pending")).await;
    for http_status in [201, 202, 206] {
        let right = answer("TX_REF", "TX_REF");
        does_not_pay(&shop, coffee, body(http_status, &right), Some("pending")).await;
    }
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_exact_way_to_write_the_amount_pays_and_no_other() {
    let (shop, coffee) = quiet_shop().await;
    for exact in ["1250", "1250.0", "1250.00", "\"1250\"", "\"1250.00\""] {
        let pending = shop.pending(coffee).await;
        let answer = asked(&shop, &pending, body(200, &amount(exact))).await;
        assert_eq!(answer.expect(200).body["status"], "paid", "{exact}");
        assert_eq!(
            shop.order_status(&pending.order_id).await,
            "paid",
            "{exact}"
        );
    }
    let unreadable = [
        "\"1250,00\"",
        "\"1,250.00\"",
        "1.25e3",
        "\"1.25e3\"",
        "12.5e2",
        "-1250",
        "\"-1250.00\"",
        "\"+1250\"",
        "\"1250.001\"",
        "1250.000001",
        "1e30",
        "1000000000000000000000000000000",
        "\"ETB 1250\"",
        "\" 1250\"",
        "\"NaN\"",
        "\"\"",
        "null",
        "true",
        "[1250]",
        "\"0x4e2\"",
        "\"፲፪፻፶\"",
        "0",
    ];
    for unreadable in unreadable {
        does_not_pay(
            &shop,
            coffee,
            body(200, &amount(unreadable)),
            Some("review"),
        )
        .await;
    }
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reference_currency_and_mode_must_be_equal_to_the_letter() {
    let (shop, coffee) = quiet_shop().await;
    let others = [
        answer(r#""tx_ref":"TX_REF""#, r#""tx_ref":"nx-another""#),
        answer(r#""tx_ref":"TX_REF""#, r#""tx_ref":" TX_REF""#),
        answer(r#""tx_ref":"TX_REF""#, r#""tx_ref":"TX_REF\u0000""#),
        answer(r#""tx_ref":"TX_REF""#, r#""tx_ref":null"#),
        answer(r#""tx_ref":"TX_REF","#, ""),
        answer(r#""mode":"test""#, r#""mode":"live""#),
        answer(r#""mode":"test","#, ""),
        answer(r#""currency":"ETB""#, r#""currency":"etb""#),
        answer(r#""currency":"ETB""#, r#""currency":"ETB\u0000""#),
        answer(r#""currency":"ETB""#, r#""currency":null"#),
    ];
    for other in others {
        does_not_pay(&shop, coffee, body(200, &other), Some("review")).await;
    }
    let twice = [
        (r#""amount":1250,"#, r#""amount":1250,"amount":1,"#),
        (
            r#""tx_ref":"TX_REF""#,
            r#""tx_ref":"TX_REF","tx_ref":"TX_REF""#,
        ),
        (
            STATUS,
            r#""type":"API","status":"pending","status":"success""#,
        ),
        (r#""data":{"#, r#""data":null,"data":{"#),
    ];
    for (from, to) in twice {
        does_not_pay(&shop, coffee, body(200, &answer(from, to)), None).await;
    }
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_none_changes_nothing() {
    let (shop, coffee) = quiet_shop().await;
    let not_paid =
        |status| format!(r#"{{"message":"Payment not paid yet","status":{status},"data":null}}"#);
    for quoted in ["null", "\"null\"", "\"failed\"", "\"success\""] {
        does_not_pay(&shop, coffee, body(404, &not_paid(quoted)), Some("pending")).await;
        does_not_pay(&shop, coffee, body(200, &not_paid(quoted)), Some("pending")).await;
    }
    let unknown =
        r#"{"message":"Invalid transaction or Transaction not found\t","status":"failed"}"#;
    does_not_pay(&shop, coffee, body(404, unknown), Some("pending")).await;
    let nothing = [
        (
            200,
            r#"{"message":"Payment details","status":"success","data":null}"#,
        ),
        (200, r#"{"message":"Payment details","status":"success"}"#),
        (
            200,
            r#"{"message":"Payment details","status":"success","data":[]}"#,
        ),
        (
            200,
            r#"{"message":"Payment details","status":"success","data":"success"}"#,
        ),
        (200, "success"),
        (200, "[]"),
        (200, "null"),
        (200, ""),
        (204, ""),
        (200, "<html><body>success</body></html>"),
        (404, "<html>Not Found</html>"),
        (400, r#"{"message":"x","status":"failed","data":null}"#),
        (401, "{}"),
        (418, "{}"),
    ];
    for (status, text) in nothing {
        does_not_pay(&shop, coffee, body(status, text), None).await;
    }
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_provider_costs_neither_time_nor_memory_nor_money() {
    let short = |settings: &mut nexus::config::Settings| settings.payments.total_timeout_ms = 400;
    let shop = Shop::open_with(kit::sabotage::Sabotage::none(), short).await;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    shop.lose_all_messages().await;
    let kinds = [
        json!({ "kind": "server_error" }),
        json!({ "kind": "page_expired" }),
        json!({ "kind": "huge_answer" }),
        json!({ "kind": "truncated_json" }),
        json!({ "kind": "cut_answer" }),
        json!({ "kind": "lost_answer" }),
        json!({ "kind": "reset" }),
        json!({ "kind": "hang" }),
        json!({ "kind": "hang_after" }),
        json!({ "kind": "error_after" }),
        json!({ "kind": "answer", "status": 504, "body": "<html>Gateway Timeout</html>" }),
        json!({ "kind": "slow_answer", "ms": 2_000 }),
        json!({ "kind": "drip", "interval_ms": 50 }),
        json!({ "kind": "redirect", "location": "/v1/transaction/verify/TX_REF" }),
        json!({ "kind": "redirect", "location": "http://169.254.169.254/latest/meta-data" }),
    ];
    for mut kind in kinds {
        kind["call"] = json!("verify");
        does_not_pay(&shop, coffee, kind, None).await;
    }
    let pending = shop.pending(coffee).await;
    let wait = json!({ "call": "verify", "kind": "too_many_requests", "retry_after": "17" });
    let answer = asked(&shop, &pending, wait)
        .await
        .refused(503, "payment_provider_unreachable");
    assert_eq!(answer.headers["retry-after"], "17");
    assert_eq!(shop.told(&pending.tx_ref).await, "paid");
    shop.settle_and_close().await;
}
