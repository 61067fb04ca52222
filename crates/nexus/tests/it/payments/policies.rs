//! Late money under each policy, at each moment, with each shelf: one end for each, and the way of
//! a late refund to its end.

use chrono::TimeDelta;
use ids::VariantId;
use payments::SurplusPolicy;
use serde_json::json;

use super::{
    late::{assert_kept, expired},
    provider::Pending,
};
use crate::world::Shop;

/// What others have taken of the second of the late order's goods when its money comes.
const SHELVES: [(&str, i64); 3] = [("free", 0), ("gone", 3), ("partly gone", 2)];

async fn open(policy: SurplusPolicy) -> Shop {
    let none = kit::sabotage::Sabotage::none();
    Shop::open_with(none, |settings| settings.payments.late_money = policy).await
}

/// An order of one unit of the first goods and two of the second, which was not paid in time.
async fn late_order(shop: &Shop, goods: &[VariantId]) -> Pending {
    let (guest, order) = shop.guest_order(&[(goods[0], 1), (goods[1], 2)]).await;
    let (tx_ref, page) = shop.initiate(&guest, &order).await;
    let order_id = order["id"].as_str().unwrap().to_owned();
    shop.advance(TimeDelta::minutes(60));
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&order_id).await, "expired");
    Pending {
        guest,
        order,
        order_id,
        tx_ref,
        page,
    }
}

async fn refunds_of(shop: &Shop, order_id: &str) -> String {
    let sql = format!(
        "select coalesce(string_agg(cause || ' ' || amount_minor, '; '), '') from refunds
        where order_id = '{order_id}'"
    );
    shop.text(&sql).await
}

/// The ends: order, what the buyer is told, open reviews, refunds, and both shelves.
type End = (String, String, String, String, (i64, i64), (i64, i64));

async fn end(shop: &Shop, late: &Pending, goods: &[VariantId]) -> End {
    (
        shop.order_status(&late.order_id).await,
        shop.told(&late.tx_ref).await,
        shop.open_reviews(&late.tx_ref).await,
        refunds_of(shop, &late.order_id).await,
        shop.stock(goods[0]).await,
        shop.stock(goods[1]).await,
    )
}

fn expected(taken: i64, refund: &str) -> End {
    let text = str::to_owned;
    if taken == 0 {
        let none = String::new();
        return (
            text("paid"),
            text("paid"),
            none.clone(),
            none,
            (1, 0),
            (1, 0),
        );
    }
    let (expired, review, kind) = (text("expired"), text("review"), text("surplus"));
    (expired, review, kind, text(refund), (2, 0), (3, taken))
}

async fn every_cell(policy: SurplusPolicy, refund: &str) -> Shop {
    let shop = open(policy).await;
    let moments = [
        TimeDelta::seconds(1),
        TimeDelta::hours(1),
        TimeDelta::days(30),
    ];
    for (row, after) in moments.into_iter().enumerate() {
        for (column, (shelf, taken)) in SHELVES.into_iter().enumerate() {
            let slug = format!("goods-{row}-{column}");
            let goods = shop.product(&slug, &[(25_000, 2), (50_000, 3)]).await;
            let late = late_order(&shop, &goods).await;
            shop.advance(after);
            if taken > 0 {
                shop.guest_order(&[(goods[1], taken)]).await;
            }
            shop.at_provider(&late.tx_ref, "pay").await;
            shop.run_jobs().await;
            let found = end(&shop, &late, &goods).await;
            assert_eq!(found, expected(taken, refund), "{shelf} after {after}");
            assert_eq!(shop.attempt_state(&late.tx_ref).await, "charged_late");
        }
    }
    shop
}

async fn mailed(shop: &Shop, kind: &str) -> i64 {
    let sql = format!("select count(*) from mails where kind = '{kind}' and state = 'sent'");
    shop.number(&sql).await
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_goes_back_by_itself_unless_its_order_comes_back() {
    let shop = every_cell(SurplusPolicy::Refund, "late_money 125000").await;
    assert_eq!(mailed(&shop, "receipt").await, 3);
    assert_eq!(mailed(&shop, "refund_promised").await, 6);
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_waits_for_staff_unless_its_order_comes_back() {
    let shop = every_cell(SurplusPolicy::Hold, "").await;
    assert_eq!(mailed(&shop, "receipt").await, 3);
    assert_eq!(mailed(&shop, "refund_promised").await, 0);
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_review_of_late_money_ends_when_the_buyer_has_it_back() {
    let shop = open(SurplusPolicy::Refund).await;
    shop.vary(json!({ "refund_progress": "manual" })).await;
    let last = shop.product("last", &[(125_000, 1)]).await[0];
    let late = expired(&shop, last).await;
    shop.pending(last).await;
    shop.at_provider(&late.tx_ref, "pay").await;
    shop.run_jobs().await;
    assert_kept(&shop, &late).await;
    let theirs = shop.provider().get("/__sim/refunds").await.expect(200).body;
    assert_eq!(theirs.as_array().unwrap().len(), 1);
    let ref_id = theirs[0]["ref_id"].as_str().unwrap();
    for (step, is_done) in [("process", false), ("complete", true)] {
        let path = format!("/__sim/refunds/{ref_id}/{step}");
        shop.provider().post(&path, json!({})).await.expect(200);
        shop.run_jobs().await;
        let open = if is_done { "" } else { "surplus" };
        assert_eq!(shop.open_reviews(&late.tx_ref).await, open, "{step}");
        let told = i64::from(is_done);
        assert_eq!(mailed(&shop, "refund_succeeded").await, told, "{step}");
        let told = if is_done { "refunded" } else { "review" };
        assert_eq!(shop.told(&late.tx_ref).await, told, "{step}");
    }
    assert_eq!(mailed(&shop, "refund_promised").await, 1);
    let ended = "select resolution || ' ' || (resolved_by is null) from payment_reviews";
    assert_eq!(shop.text(ended).await, "refunded true");
    let state = "select state || ' ' || amount_minor from refunds";
    assert_eq!(shop.text(state).await, "succeeded 125000");
    assert_eq!(shop.order_status(&late.order_id).await, "expired");
    assert_eq!(shop.stock(last).await, (1, 1));
    shop.settle_and_close().await;
}
