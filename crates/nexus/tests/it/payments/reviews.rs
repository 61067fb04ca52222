//! What staff decide about money that waits: each decision booked, once, and only where it fits.

use serde_json::json;

use super::{
    differing::squatted,
    late::{assert_kept, expired},
    provider::Pending,
    receipts::mails_to,
};
use crate::world::Shop;

/// Late money whose last unit is gone, under a policy.
async fn surplus(policy: payments::SurplusPolicy) -> (Shop, Pending, ids::VariantId) {
    let none = kit::sabotage::Sabotage::none();
    let shop = Shop::open_with(none, |settings| settings.payments.late_money = policy).await;
    let last = shop.product("last", &[(125_000, 1)]).await[0];
    let late = expired(&shop, last).await;
    shop.pending(last).await;
    shop.at_provider(&late.tx_ref, "pay").await;
    shop.run_jobs().await;
    assert_kept(&shop, &late).await;
    (shop, late, last)
}

async fn review_of(shop: &Shop, staff: &crate::world::Client, kind: &str) -> String {
    let reviews = staff
        .get("/api/v1/admin/payments/reviews/?is_open=true")
        .await
        .expect(200);
    let reviews = reviews.body["data"].as_array().unwrap().clone();
    let review = reviews.iter().find(|review| review["kind"] == kind);
    assert!(shop.number("select count(*) from payment_reviews").await > 0);
    review.unwrap()["id"].as_str().unwrap().to_owned()
}

async fn refunds(shop: &Shop) -> String {
    shop.text("select coalesce(string_agg(cause || ' ' || amount_minor, ';'), '') from refunds")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_that_nobody_needs_goes_back_by_itself_or_waits_as_the_shop_says() {
    let (shop, ..) = surplus(payments::SurplusPolicy::Hold).await;
    assert_eq!(refunds(&shop).await, "");
    shop.settle_and_close().await;
    let (shop, ..) = surplus(payments::SurplusPolicy::Refund).await;
    assert_eq!(refunds(&shop).await, "late_money 125000");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_bring_an_order_back_once_its_units_are_there_again() {
    let (shop, late, last) = surplus(payments::SurplusPolicy::Hold).await;
    let staff = shop
        .staff("payer", &["orders.read", "payments.manage"])
        .await;
    let id = review_of(&shop, &staff, "surplus").await;
    let path = format!("/api/v1/admin/payments/reviews/{id}/");
    let resolve = format!("{path}resolve/");
    let shown = staff.get(&path).await.expect(200);
    assert_eq!(
        shown.body["actions"],
        json!(["refund", "reinstate", "write_off"])
    );
    assert_eq!(shown.body["money"]["amount"], 125_000);
    let decide = |key: &str, action: &str| {
        let body = json!({ "action": action, "note": "they called" });
        let staff = staff.key(key);
        let resolve = resolve.clone();
        async move { staff.post(&resolve, body).await }
    };
    decide("a", "reinstate")
        .await
        .refused(409, "review_units_gone");
    decide("b", "refund")
        .await
        .refused(403, "permission_denied");
    let illegal = decide("c", "dismiss").await;
    let illegal = illegal.refused(409, "review_action_not_allowed");
    assert_eq!(
        illegal.body["meta"]["actions"],
        json!(["refund", "reinstate", "write_off"])
    );
    let level = inventory::find_level(&shop.db().await, last, inventory::MAIN_LOCATION).await;
    let tx = shop.app.kit.db.begin("test_restock").await.unwrap();
    inventory::adjust(
        &tx,
        level.unwrap().unwrap(),
        2,
        (inventory::ReasonCode::Found, ""),
        None,
        shop.now(),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let done = decide("d", "reinstate").await.expect(200);
    assert_eq!(done.body["resolution"], "reinstated");
    assert_eq!(done.body["note"], "they called");
    assert_eq!(done.body["actions"], json!([]));
    assert_eq!(shop.order_status(&late.order_id).await, "paid");
    assert_eq!(shop.told(&late.tx_ref).await, "paid");
    assert_eq!(shop.stock(last).await, (1, 1));
    decide("e", "write_off")
        .await
        .refused(409, "review_resolved");
    // The same request is answered as before.
    assert_eq!(decide("d", "reinstate").await.expect(200).body, done.body);
    let booked = format!(
        "select string_agg(debit_account || ' ' || credit_account, '; ' order by posted_at, id)
        from ledger_transfers where order_id = '{}' and fact like 'review:%'",
        late.order_id
    );
    assert_eq!(shop.text(&booked).await, "surplus orders");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_that_staff_give_back_is_told_as_late() {
    let (shop, late, _) = surplus(payments::SurplusPolicy::Hold).await;
    let rights = ["orders.read", "payments.manage", "payments.refund"];
    let staff = shop.staff("payer", &rights).await;
    let id = review_of(&shop, &staff, "surplus").await;
    let resolve = format!("/api/v1/admin/payments/reviews/{id}/resolve/");
    let body = json!({ "action": "refund", "note": "they want it back" });
    let asked = staff.key("a").post(&resolve, body).await.expect(200);
    assert_eq!(asked.body["resolution"], json!(null));
    assert_eq!(refunds(&shop).await, "late_money 125000");
    shop.run_jobs().await;
    let mails = mails_to(&shop, "abebe@example.com").await;
    assert_eq!(mails.len(), 1);
    let text = mails[0]["text"].as_str().unwrap();
    assert!(text.contains("after the time to pay was over"), "{text}");
    assert_eq!(shop.order_status(&late.order_id).await, "expired");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shop_may_keep_what_nobody_can_be_given() {
    let (shop, late, _) = surplus(payments::SurplusPolicy::Hold).await;
    let rights = ["orders.read", "payments.manage", "payments.refund"];
    let staff = shop.staff("payer", &rights).await;
    let id = review_of(&shop, &staff, "surplus").await;
    let resolve = format!("/api/v1/admin/payments/reviews/{id}/resolve/");
    let body = json!({ "action": "write_off", "note": "the account is closed" });
    let done = staff.key("a").post(&resolve, body).await.expect(200);
    assert_eq!(done.body["resolution"], "written_off");
    let kept = "select written_off_minor from captures where disposition = 'surplus'";
    assert_eq!(shop.number(kept).await, 125_000);
    let capture = shop.text("select id::text from captures").await;
    let body = json!({ "capture_id": capture, "reason": "all the same" });
    staff
        .key("b")
        .post("/api/v1/admin/payments/refunds/", body)
        .await
        .refused(409, "refund_exceeds_captured");
    assert_eq!(shop.order_status(&late.order_id).await, "expired");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_the_provider_took_back_is_accepted_or_borne() {
    for (action, resolution, refunded, told) in [
        ("accept", "accepted", 125_000, "refunded"),
        ("write_off", "written_off", 0, "paid"),
    ] {
        let shop = Shop::open().await;
        let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
        let pending = shop.pending(coffee).await;
        shop.on_page(&pending.page, "pay").await.expect(302);
        shop.run_jobs().await;
        shop.at_provider(&pending.tx_ref, "reverse").await;
        shop.run_jobs().await;
        let held = "select coalesce(sum(amount_minor), 0)::bigint from ledger_transfers
            where debit_account = 'disputed' and credit_account = 'held:chapa'";
        assert_eq!(shop.number(held).await, 125_000);
        let staff = shop
            .staff("payer", &["orders.read", "payments.manage"])
            .await;
        let id = review_of(&shop, &staff, "reversal").await;
        let resolve = format!("/api/v1/admin/payments/reviews/{id}/resolve/");
        assert_eq!(shop.told(&pending.tx_ref).await, "paid");
        let body = json!({ "action": action, "note": "the bank said so" });
        let done = staff.key("a").post(&resolve, body).await.expect(200);
        assert_eq!(done.body["resolution"], resolution);
        assert_eq!(
            shop.number("select refunded_minor from orders").await,
            refunded
        );
        assert_eq!(shop.told(&pending.tx_ref).await, told);
        shop.settle_and_close().await;
    }
}

/// Money of another amount than was asked for, and the path of its review.
async fn mismatch(shop: &Shop, staff: &crate::world::Client) -> (Pending, String) {
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let held = squatted(shop, coffee, "1251.00", "ETB").await;
    shop.run_jobs().await;
    assert_eq!(shop.open_reviews(&held.tx_ref).await, "mismatch");
    let id = review_of(shop, staff, "mismatch").await;
    let path = format!("/api/v1/admin/payments/reviews/{id}/");
    let shown = staff.get(&path).await.expect(200);
    assert_eq!(shown.body["actions"], json!(["refund", "write_off"]));
    (held, path)
}

const RIGHTS: [&str; 3] = ["orders.read", "payments.manage", "payments.refund"];

#[tokio::test(flavor = "multi_thread")]
async fn money_that_differs_goes_back_as_it_came() {
    let shop = Shop::open().await;
    shop.vary(json!({ "refund_progress": "manual" })).await;
    let staff = shop.staff("payer", &RIGHTS).await;
    let (held, path) = mismatch(&shop, &staff).await;
    let resolve = format!("{path}resolve/");
    let body = json!({ "action": "refund", "note": "not what was asked for" });
    let asked = staff
        .key("a")
        .post(&resolve, body.clone())
        .await
        .expect(200);
    assert_eq!(asked.body["resolution"], json!(null));
    assert_eq!(asked.body["actions"], json!([]));
    let again = staff.key("b").post(&resolve, body).await;
    again.refused(409, "review_action_not_allowed");
    assert_eq!(refunds(&shop).await, "mismatch 125100");
    shop.run_jobs().await;
    assert_eq!(shop.open_reviews(&held.tx_ref).await, "mismatch");
    let theirs = shop.provider().get("/__sim/refunds").await.expect(200).body;
    let complete = format!(
        "/__sim/refunds/{}/complete",
        theirs[0]["ref_id"].as_str().unwrap()
    );
    shop.provider().post(&complete, json!({})).await.expect(200);
    assert_eq!(shop.told(&held.tx_ref).await, "review");
    shop.run_jobs().await;
    assert_eq!(shop.open_reviews(&held.tx_ref).await, "");
    assert_eq!(shop.told(&held.tx_ref).await, "refunded");
    let shown = staff.get(&path).await.expect(200);
    assert_eq!(shown.body["resolution"], "refunded");
    assert_eq!(shop.order_status(&held.order_id).await, "pending_payment");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_differs_may_be_kept() {
    let shop = Shop::open().await;
    let staff = shop.staff("payer", &RIGHTS).await;
    let (held, path) = mismatch(&shop, &staff).await;
    let body = json!({ "action": "write_off", "note": "the account is closed" });
    let resolve = format!("{path}resolve/");
    let done = staff.key("a").post(&resolve, body).await.expect(200);
    assert_eq!(done.body["resolution"], "written_off");
    let kept = "select written_off_minor from captures";
    assert_eq!(shop.number(kept).await, 125_100);
    let booked = "select string_agg(debit_account || ' ' || credit_account || ' ' || amount_minor,
            '; ')
        from ledger_transfers where fact like 'review:%'";
    assert_eq!(shop.text(booked).await, "surplus write_offs 125100");
    assert_eq!(refunds(&shop).await, "");
    assert_eq!(shop.order_status(&held.order_id).await, "pending_payment");
    shop.settle_and_close().await;
}
