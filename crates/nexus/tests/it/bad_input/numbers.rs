//! Every number of every write: below, above, between, as text, as nothing.

use serde_json::Value;

use super::{pointers, writes};
use crate::world::Shop;

const VALUES: [&str; 19] = [
    "-1",
    "0",
    "-0.0",
    "0.5",
    "1.0",
    "1e3",
    "\"1\"",
    "2147483648",
    "9223372036854775808",
    "-9223372036854775809",
    "1e400",
    "NaN",
    "Infinity",
    "0x10",
    "01",
    "null",
    "true",
    "[]",
    "{}",
];

/// What is a good value after all.
const ACCEPTED: [(&str, &str, &str); 51] = [
    ("useCredit", "/amount/amount", "2147483648"),
    ("createCollection", "/rule/price_min", "0"),
    ("createCollection", "/rule/price_min", "null"),
    ("createCollection", "/rule/price_max", "null"),
    ("createCollection", "/rule/price_max", "2147483648"),
    ("updateCollection", "/rule/price_min", "0"),
    ("updateCollection", "/rule/price_min", "null"),
    ("updateCollection", "/rule/price_max", "null"),
    ("updateCollection", "/rule/price_max", "2147483648"),
    ("redeliverWebhooks", "/last_sequence", "2147483648"),
    ("requestRefund", "/lines/0/quantity", "0"),
    ("createCategory", "/position", "-1"),
    ("createCategory", "/position", "0"),
    ("updateCategory", "/position", "-1"),
    ("updateCategory", "/position", "0"),
    ("createProduct", "/variants/0/on_hand", "0"),
    ("createProduct", "/variants/0/option_values/0", "0"),
    (
        "createProduct",
        "/variants/0/compare_at_price/amount",
        "2147483648",
    ),
    ("updateVariant", "/compare_at_price/amount", "2147483648"),
    ("confirmPaymentAttempt", "/amount/amount", "2147483648"),
    ("updateStockTerms", "/low_stock_threshold", "0"),
    ("updateStockTerms", "/low_stock_threshold", "null"),
    ("updateStockTerms", "/per_order_max", "null"),
    ("updateStockTerms", "/per_customer_days", "null"),
    ("setStockLevel", "/on_hand", "0"),
    ("setStockLevel", "/safety_stock", "0"),
    ("enterStockCount", "/lines/0/counted", "0"),
    ("createStockLocation", "/priority", "-1"),
    ("createStockLocation", "/priority", "0"),
    ("updateStockLocation", "/priority", "-1"),
    ("updateStockLocation", "/priority", "0"),
    ("recordStockMovements", "/movements/0/quantity", "-1"),
    ("recordStockMovements", "/movements/0/version", "0"),
    ("recordStockMovements", "/movements/0/version", "2147483648"),
    ("replaceShipping", "/zones/0/methods/0/price/amount", "0"),
    (
        "replaceShipping",
        "/zones/0/methods/0/free_above/amount",
        "0",
    ),
    (
        "replaceShipping",
        "/zones/0/methods/1/steps/0/price/amount",
        "0",
    ),
    (
        "replaceShipping",
        "/zones/0/methods/2/steps/0/price/amount",
        "0",
    ),
    (
        "replaceShipping",
        "/zones/0/methods/2/steps/0/from/amount",
        "0",
    ),
    ("replaceVariantTerms", "/weight_grams", "0"),
    ("createPromotion", "/priority", "-1"),
    ("createPromotion", "/priority", "0"),
    ("createPromotion", "/minimum_subtotal/amount", "0"),
    ("createPromotion", "/applications_max", "null"),
    ("createPromotion", "/usage_limit", "null"),
    ("createPromotion", "/customer_limit", "null"),
    ("replacePromotion", "/priority", "-1"),
    ("replacePromotion", "/priority", "0"),
    ("replacePromotion", "/minimum_subtotal/amount", "0"),
    ("replacePromotion", "/usage_limit", "null"),
    ("replacePromotion", "/customer_limit", "null"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_none_changes_nothing() {
    let shop = Shop::open().await;
    let mut count = 0;
    for write in writes(&shop).await {
        let write = write.at_version(1);
        let before = shop.state().await;
        for pointer in pointers(&write.body, Value::is_number) {
            count += 1;
            for raw in VALUES {
                if ACCEPTED.contains(&(write.name, &*pointer, raw)) {
                    continue;
                }
                let answer = write.with(&pointer, raw).await;
                let code = answer.body["code"].as_str().unwrap_or_default();
                let what = format!("{} {pointer} {raw}: {} {code}", write.name, answer.status);
                let codes = [
                    "malformed_body",
                    "invalid_body",
                    "invalid_product",
                    "invalid_collection",
                    "invalid_price_list",
                    "cart_changed",
                    "refund_line_exceeds",
                    "return_state_conflict",
                ];
                assert!(codes.contains(&code), "{what}");
            }
        }
        assert_eq!(shop.state().await, before, "{}", write.name);
    }
    assert_eq!(count, 72, "the numbers that were tried");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_at_the_edge_is_taken() {
    let shop = Shop::open().await;
    let writes = writes(&shop).await;
    let mut versions = std::collections::BTreeMap::new();
    for (round, (name, pointer, raw)) in ACCEPTED.into_iter().enumerate() {
        let write = writes.iter().find(|write| write.name == name).unwrap();
        let version = versions.entry(name).or_insert(0);
        *version += 1;
        let mut write = write.at_version(*version);
        // Slugs, codes and SKUs name one thing each.
        for unique in ["slug", "code"] {
            if name.starts_with("create") && write.body.get(unique).is_some() {
                write.body[unique] = format!("edge-{round}").into();
            }
        }
        if name == "createProduct" {
            write.body["variants"][0]["sku"] = format!("EDGE-{round}").into();
        }
        let answer = write.with(pointer, raw).await;
        assert!(
            answer.status.is_success(),
            "{name} {pointer} {raw}: {}",
            answer.body
        );
    }
    shop.close().await;
}
