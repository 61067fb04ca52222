//! Whole, in part, by line: what is promised, what is refused, what the books say at each step.

use serde_json::json;

use super::staff::{Paid, TOTAL, etb};

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_goes_back_when_nothing_else_is_said() {
    let paid = Paid::new().await;
    let answer = paid.ask(json!({})).await.expect(201);
    assert_eq!(answer.body["amount"], etb(TOTAL));
    assert_eq!(answer.body["state"], "requested");
    assert_eq!(answer.body["cause"], "staff");
    assert_eq!(paid.books().await, (TOTAL, 0, 0, "paid".to_owned()));
    let id = answer.text("/id");
    paid.run().await;
    assert_eq!(paid.state(&id).await, "processing");
    let at_provider = paid.at_providers().await;
    assert_eq!(at_provider.len(), 1);
    assert_eq!(
        at_provider[0]["merchant_reference"],
        answer.body["reference"]
    );
    assert_eq!(at_provider[0]["amount_minor"], TOTAL);
    assert_eq!(at_provider[0]["reason"], "one cup was broken");
    paid.let_provider(&id, "complete").await;
    paid.run().await;
    assert_eq!(paid.state(&id).await, "succeeded");
    assert_eq!(paid.books().await, (0, TOTAL, TOTAL, "refunded".to_owned()));
    assert_eq!(paid.reviews().await, "");
    let refused = paid
        .ask(json!({}))
        .await
        .refused(409, "refund_exceeds_captured");
    assert_eq!(refused.body["meta"]["refundable"], etb(0));
    paid.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_add_up_to_the_whole_and_not_a_santim_more() {
    let paid = Paid::new().await;
    let parts = [paid.ask_for(15_000).await, paid.ask_for(24_999).await];
    assert_eq!(paid.books().await, (39_999, 0, 0, "paid".to_owned()));
    paid.run().await;
    paid.let_provider(&parts[0], "complete").await;
    paid.run().await;
    let status = "partially_refunded".to_owned();
    assert_eq!(paid.books().await, (24_999, 15_000, 15_000, status));
    let before = paid.shop.state().await;
    for (minor, code, status) in [
        (2, "refund_exceeds_captured", 409),
        (TOTAL, "refund_exceeds_captured", 409),
        (i64::MAX, "refund_exceeds_captured", 409),
        (0, "invalid_body", 422),
        (-1, "invalid_body", 422),
        (i64::MIN, "invalid_body", 422),
    ] {
        let refused = paid.ask(json!({ "amount": etb(minor) })).await;
        let refused = refused.refused(status, code);
        if status == 409 {
            assert_eq!(refused.body["meta"]["refundable"], etb(1));
        }
    }
    let dollars = json!({ "amount": 1, "currency": "USD" });
    paid.ask(json!({ "amount": dollars }))
        .await
        .refused(422, "invalid_body");
    assert_eq!(paid.shop.state().await, before);
    // What is left goes back when nothing else is said; the reversed part can go again.
    let last = paid.ask(json!({})).await.expect(201);
    assert_eq!(last.body["amount"], etb(1));
    paid.run().await;
    paid.let_provider(&parts[1], "reverse").await;
    paid.run().await;
    assert_eq!(paid.state(&parts[1]).await, "reversed");
    let again = paid.ask(json!({})).await.expect(201);
    assert_eq!(again.body["amount"], etb(24_999));
    paid.run().await;
    for id in [last.text("/id"), again.text("/id")] {
        paid.let_provider(&id, "complete").await;
    }
    paid.run().await;
    assert_eq!(paid.books().await, (0, TOTAL, TOTAL, "refunded".to_owned()));
    assert_eq!(paid.reviews().await, "refund_failed");
    paid.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_goes_back_by_its_units_and_its_price() {
    let paid = Paid::new().await;
    let [dear, cheap] = [paid.variants[0], paid.variants[1]];
    let line = |variant, quantity| json!({ "variant_id": variant, "quantity": quantity });
    let both = paid
        .ask(json!({ "lines": [line(dear, 2), line(cheap, 1)] }))
        .await
        .expect(201);
    assert_eq!(both.body["amount"], etb(25_000));
    assert_eq!(both.body["lines"].as_array().unwrap().len(), 2);
    let before = paid.shop.state().await;
    let refused = paid.ask(json!({ "lines": [line(dear, 2)] })).await;
    let meta = refused.refused(409, "refund_line_exceeds").body["meta"].clone();
    let left = json!({
        "variant_id": dear, "refundable_quantity": 1, "refundable": etb(10_000),
    });
    assert_eq!(meta, left);
    let priced = |variant, quantity, minor| json!({ "variant_id": variant, "quantity": quantity, "amount": etb(minor) });
    for (lines, status, code) in [
        (json!([priced(dear, 1, 10_001)]), 409, "refund_line_exceeds"),
        (json!([priced(dear, 1, 0)]), 422, "invalid_body"),
        (json!([line(dear, 0)]), 422, "invalid_body"),
        (json!([line(dear, -1)]), 422, "invalid_body"),
        (json!([line(dear, 1), line(dear, 1)]), 422, "invalid_body"),
        (
            json!([line(ids::VariantId::generate(paid.shop.now()), 1)]),
            422,
            "invalid_body",
        ),
    ] {
        paid.ask(json!({ "lines": lines }))
            .await
            .refused(status, code);
    }
    let amount_too = json!({ "lines": [line(dear, 1)], "amount": etb(1) });
    paid.ask(amount_too).await.refused(422, "invalid_body");
    assert_eq!(paid.shop.state().await, before);
    // A lower price first, then the unit for what is left of it.
    let reduced = paid.ask(json!({ "lines": [priced(dear, 0, 3_000)] })).await;
    assert_eq!(reduced.expect(201).body["amount"], etb(3_000));
    let rest = paid
        .ask(json!({ "lines": [line(dear, 1), line(cheap, 1)] }))
        .await;
    assert_eq!(rest.expect(201).body["amount"], etb(12_000));
    assert_eq!(paid.books().await, (TOTAL, 0, 0, "paid".to_owned()));
    // A refund that fails sets its lines free again.
    paid.run().await;
    paid.let_provider(&both.text("/id"), "reverse").await;
    paid.run().await;
    let again = paid.ask(json!({ "lines": [line(dear, 2)] })).await;
    assert_eq!(again.expect(201).body["amount"], etb(20_000));
    paid.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_come_does_not_go_back() {
    let paid = Paid::new().await;
    let (_, unpaid) = paid.shop.guest_order(&[(paid.variants[0], 1)]).await;
    let before = paid.shop.state().await;
    let nobody = "019aab00-0000-7000-8000-000000000001";
    for (body, status, code) in [
        (
            json!({ "order_id": unpaid["id"] }),
            409,
            "order_not_refundable",
        ),
        (json!({ "order_id": nobody }), 404, "order_not_found"),
        (json!({ "capture_id": nobody }), 404, "capture_not_found"),
        (
            json!({ "order_id": nobody, "capture_id": nobody }),
            422,
            "invalid_body",
        ),
        (
            json!({ "order_id": paid.order, "reason": " " }),
            422,
            "invalid_body",
        ),
        (
            json!({ "order_id": paid.order, "reason": "ቡ".repeat(501) }),
            422,
            "invalid_body",
        ),
    ] {
        paid.ask(body).await.refused(status, code);
    }
    let body = json!({ "order_id": paid.order, "reason": "no key" });
    paid.owner
        .post("/api/v1/admin/payments/refunds/", body)
        .await
        .refused(400, "idempotency_key_required");
    assert_eq!(paid.shop.state().await, before);
    paid.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_wish_twice_is_one_refund() {
    let paid = Paid::new().await;
    let owner = paid.owner.key("once");
    let path = "/api/v1/admin/payments/refunds/";
    let body = json!({ "order_id": paid.order, "amount": etb(100), "reason": "ቡናው ተሰብሯል" });
    let first = owner.post(path, body.clone()).await.expect(201);
    let second = owner.post(path, body).await.expect(201);
    assert_eq!(first.body, second.body);
    assert_eq!(second.headers["idempotent-replayed"], "true");
    let other = json!({ "order_id": paid.order, "amount": etb(101), "reason": "x" });
    owner
        .post(path, other)
        .await
        .refused(422, "idempotency_conflict");
    assert_eq!(paid.shop.count("refunds").await, 1);
    let listed = paid
        .owner
        .get(&format!("{path}?order_id={}", paid.order))
        .await;
    assert_eq!(listed.expect(200).body["data"], json!([first.body]));
    for query in ["state=gone", "limit=0", "order_id=1"] {
        paid.owner
            .get(&format!("{path}?{query}"))
            .await
            .refused(400, "invalid_query");
    }
    paid.close().await;
}
