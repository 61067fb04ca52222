//! The oracle itself: it is silent where the provider and the shop agree, allows what is still
//! open, and names each thing that is not so.

use serde_json::json;

use super::provider::Pending;
use crate::world::Shop;

async fn paid(shop: &Shop, variant: ids::VariantId) -> Pending {
    let pending = shop.pending(variant).await;
    shop.at_provider(&pending.tx_ref, "pay").await;
    assert_eq!(shop.told(&pending.tx_ref).await, "paid");
    pending
}

/// It names exactly this, in so many words.
async fn names(shop: &Shop, words: &[&str]) {
    let found = shop.provider_disagreements().await;
    for wanted in words {
        assert!(
            found.iter().any(|line| line.contains(wanted)),
            "{wanted}: {found:#?}"
        );
    }
    assert_eq!(found.len(), words.len(), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_without_news_is_allowed_while_somebody_will_ask() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    shop.lose_all_messages().await;
    let pending = shop.pending(coffee).await;
    shop.at_provider(&pending.tx_ref, "pay").await;
    names(&shop, &[]).await;
    let forget = "delete from jobs where kind = 'check_payment'";
    shop.db().await.batch(forget).await.unwrap();
    names(
        &shop,
        &["it was paid, is pending here, and nobody will ask"],
    )
    .await;
    assert_eq!(shop.told(&pending.tx_ref).await, "paid");
    names(&shop, &[]).await;
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_disagreement_is_named() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    shop.lose_all_messages().await;
    let pending = paid(&shop, coffee).await;
    let other = paid(&shop, coffee).await;
    names(&shop, &[]).await;

    let fee = |change: &str| {
        let tx_ref = &pending.tx_ref;
        format!(
            "update captures set fee_minor = fee_minor {change} where attempt_id =
                 (select id from payment_attempts where tx_ref = '{tx_ref}')"
        )
    };
    shop.db().await.batch(&fee("+ 1")).await.unwrap();
    names(&shop, &["we recorded"]).await;
    shop.db().await.batch(&fee("- 1")).await.unwrap();

    let mode = |mode: &str| format!("update payment_attempts set mode = '{mode}'");
    shop.db().await.batch(&mode("live")).await.unwrap();
    names(
        &shop,
        &["test money in mode live", "test money in mode live"],
    )
    .await;
    shop.db().await.batch(&mode("test")).await.unwrap();

    let renamed = |from: &str, to: &str| {
        format!("update payment_attempts set tx_ref = '{to}' where tx_ref = '{from}'")
    };
    shop.db()
        .await
        .batch(&renamed(&other.tx_ref, "nx-x"))
        .await
        .unwrap();
    let words = [
        "nx-x: money that the provider does not know",
        "that the shop never asked for",
    ];
    names(&shop, &words).await;
    shop.db()
        .await
        .batch(&renamed("nx-x", &other.tx_ref))
        .await
        .unwrap();

    let instant = json!({ "refund_progress": "instant" });
    shop.vary(instant).await;
    shop.at_provider(&other.tx_ref, "refund").await;
    names(&shop, &["took back 125000, we know of 0"]).await;
    shop.open_at_provider("till-1", "10.00", "ETB").await;
    shop.at_provider("till-1", "pay").await;
    let words = [
        "took back 125000, we know of 0",
        "till-1: a charge that the shop never asked for",
        "in the books",
    ];
    names(&shop, &words).await;
    shop.close_broken().await;
}
