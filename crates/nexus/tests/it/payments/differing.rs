//! The provider itself reports another charge than the one asked for: it is kept, shown to a
//! person, and pays nothing.

use serde_json::json;

use super::provider::Pending;
use crate::world::{Shop, race::rounds};

/// An order whose reference somebody else used at the provider before the shop could: for
/// another amount, which they then paid.
pub(super) async fn squatted(
    shop: &Shop,
    variant: ids::VariantId,
    amount: &str,
    currency: &str,
) -> Pending {
    let (guest, order) = shop.guest_order(&[(variant, 1)]).await;
    shop.play(json!({ "call": "initialize", "kind": "server_error" }))
        .await;
    let order_id = order["id"].as_str().unwrap().to_owned();
    let initiate = format!("/api/v1/payment/initiate/{order_id}/");
    guest
        .post(&initiate, json!({}))
        .await
        .refused(503, "payment_provider_unreachable");
    let newest = format!("select tx_ref from payment_attempts where order_id = '{order_id}'");
    let tx_ref = shop.text(&newest).await;
    shop.open_at_provider(&tx_ref, amount, currency).await;
    shop.at_provider(&tx_ref, "pay").await;
    Pending {
        guest,
        order,
        order_id,
        tx_ref,
        page: String::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_differs_is_kept_for_a_person_and_the_order_can_still_be_paid() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 1_000)]).await[0];
    let cases = [
        ("1249.99", "ETB", "amount 1249.99 instead of 1250.00"),
        ("12.50", "ETB", "amount 12.50 instead of 1250.00"),
        ("1.00", "ETB", "amount 1.00 instead of 1250.00"),
        ("1251.00", "ETB", "amount 1251.00 instead of 1250.00"),
        ("1250.00", "USD", "currency USD instead of ETB"),
        (
            "0.01",
            "USD",
            "amount 0.01 instead of 1250.00, currency USD instead of ETB",
        ),
    ];
    let rounds = rounds(1);
    for (amount, currency, difference) in cases.repeat(rounds) {
        let held = squatted(&shop, coffee, amount, currency).await;
        shop.run_jobs().await;
        assert_eq!(shop.told(&held.tx_ref).await, "review");
        assert_eq!(shop.order_status(&held.order_id).await, "pending_payment");
        assert_eq!(shop.open_reviews(&held.tx_ref).await, "mismatch");
        let detail = format!(
            "select detail from payment_reviews join payment_attempts on payment_attempts.id =
            attempt_id where tx_ref = '{}'",
            held.tx_ref
        );
        assert_eq!(
            shop.text(&detail).await,
            format!("The provider reports a charge with {difference}.")
        );
        let kept = shop.captures().await;
        assert!(
            kept.iter()
                .any(|kept| kept.0 == held.tx_ref && kept.4 == "surplus")
        );

        let (tx_ref, page) = shop.initiate(&held.guest, &held.order).await;
        assert_ne!(tx_ref, held.tx_ref);
        shop.on_page(&page, "pay").await.expect(302);
        shop.run_jobs().await;
        assert_eq!(shop.order_status(&held.order_id).await, "paid");
        assert_eq!(shop.open_reviews(&held.tx_ref).await, "mismatch");
    }
    let events = "select count(*) from events where name = 'payment.mismatched'";
    let count = i64::try_from(6 * rounds).unwrap();
    assert_eq!(shop.number(events).await, count);
    assert_eq!(shop.stock(coffee).await, (1_000 - count, 0));
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fee_on_top_is_a_difference_too_and_the_review_says_so() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    shop.vary(json!({ "fee_bearer": "customer" })).await;
    let pending = shop.pending(coffee).await;
    shop.on_page(&pending.page, "pay").await.expect(302);
    shop.run_jobs().await;
    assert_eq!(shop.told(&pending.tx_ref).await, "review");
    assert_eq!(
        shop.text("select detail from payment_reviews").await,
        "The provider reports a charge with amount 1287.50 instead of 1250.00 (differs by the \
         provider's fee)."
    );
    let reference = shop.transaction(&pending.tx_ref).await["reference"]
        .as_str()
        .unwrap()
        .to_owned();
    let kept = (
        pending.tx_ref,
        reference,
        128_750,
        "ETB".to_owned(),
        "surplus".to_owned(),
    );
    assert_eq!(shop.captures().await, [kept]);
    shop.assert_nothing_private().await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_payments_answer_is_no_money_of_this_one_and_the_truth_repairs_it() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    shop.lose_all_messages().await;
    let other = shop.pending(coffee).await;
    shop.at_provider(&other.tx_ref, "pay").await;
    assert_eq!(shop.told(&other.tx_ref).await, "paid");
    let used = shop.transaction(&other.tx_ref).await["reference"]
        .as_str()
        .unwrap()
        .to_owned();
    let own = "own-reference".to_owned();
    for (tx_ref, reference, mode) in [
        (Some(&other.tx_ref), &used, "test"),
        (None, &used, "test"),
        (None, &own, "live"),
    ] {
        let pending = shop.pending(coffee).await;
        let data = json!({
            "status": "success", "tx_ref": tx_ref.unwrap_or(&pending.tx_ref), "mode": mode,
            "reference": reference, "amount": "1250.00", "currency": "ETB", "charge": "37.50",
        });
        let answer = json!({ "message": "Payment details", "status": "success", "data": data });
        shop.play(json!({
            "call": "verify", "kind": "answer", "status": 200, "body": answer.to_string(),
        }))
        .await;
        assert_eq!(shop.told(&pending.tx_ref).await, "review");
        assert_eq!(shop.open_reviews(&pending.tx_ref).await, "mismatch");
        assert_eq!(
            shop.order_status(&pending.order_id).await,
            "pending_payment"
        );
        assert_eq!(
            shop.number("select count(*) from captures where disposition = 'surplus'")
                .await,
            0
        );

        shop.at_provider(&pending.tx_ref, "pay").await;
        assert_eq!(shop.told(&pending.tx_ref).await, "paid");
        assert_eq!(shop.open_reviews(&pending.tx_ref).await, "");
    }
    shop.settle_and_close().await;
}

/// Without the comparison a birr would buy the coffee, and the audit would say so.
#[tokio::test(flavor = "multi_thread")]
async fn control_without_the_comparison_any_money_pays() {
    let shop = Shop::sabotaged(&["settlement match"]).await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let held = squatted(&shop, coffee, "1.00", "ETB").await;
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&held.order_id).await, "paid");
    let audit = nexus::audit::audit_at(&shop.app.kit.db, shop.now());
    let report = audit.await.unwrap();
    let mut broken = report.checks.iter().filter(|check| !check.holds());
    assert!(broken.any(|check| check.id == "I11"), "{report:#?}");
    shop.close_broken().await;
}
