//! What a buyer is told of money that goes back: each piece of news once, in the order's language.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::super::receipts::mails_to;
use crate::world::Shop;

/// What the mails of a language say.
struct Words {
    address: &'static str,
    language: &'static str,
    promised: &'static str,
    why: &'static str,
    succeeded: &'static str,
}

const LANGUAGES: [Words; 2] = [
    Words {
        address: "en@example.com",
        language: "en",
        promised: "is on its way back",
        why: "This order was paid already",
        succeeded: "has been given back",
    },
    Words {
        address: "am@example.com",
        language: "am",
        promised: "ገንዘብዎ እየተመለሰ ነው",
        why: "ይህ ትዕዛዝ አስቀድሞ የተከፈለ ስለሆነ",
        succeeded: "ገንዘብዎ ተመልሷል",
    },
];

/// Asserts that one mail has this subject, and names the order and the money in both its forms.
fn assert_told<'a>(mails: &'a [Value], subject: &str, number: &str) -> &'a str {
    let is_it = |mail: &&Value| mail["subject"].as_str().unwrap().contains(subject);
    let told: Vec<&Value> = mails.iter().filter(is_it).collect();
    assert_eq!(told.len(), 1, "{subject}: {mails:#?}");
    assert!(told[0]["subject"].as_str().unwrap().contains(number));
    for part in ["text", "html"] {
        let text = told[0][part].as_str().unwrap();
        assert!(text.contains("1,250.00") && text.contains(number), "{text}");
    }
    told[0]["text"].as_str().unwrap()
}

/// Pays an order twice; the second payment goes back by itself, and the buyer is told.
async fn pay_twice(shop: &Shop, coffee: ids::VariantId, words: &Words) {
    let (guest, order) = shop
        .order_with(coffee, |body| {
            body["email"] = json!(words.address);
            body["language"] = json!(words.language);
        })
        .await;
    let number = order["number"].to_string();
    let (first, page) = shop.initiate(&guest, &order).await;
    shop.on_page(&page, "cancel").await.expect(302);
    shop.run_jobs().await;
    let (second, _) = shop.initiate(&guest, &order).await;
    shop.at_provider(&first, "pay").await;
    shop.run_jobs().await;
    assert_eq!(mails_to(shop, words.address).await.len(), 1, "the receipt");
    shop.at_provider(&second, "pay").await;
    shop.run_jobs().await;
    let mails = mails_to(shop, words.address).await;
    assert_eq!(mails.len(), 2);
    let text = assert_told(&mails, words.promised, &number);
    assert!(text.contains(words.why), "{text}");

    let id = order["id"].as_str().unwrap();
    let reference = format!("select reference from refunds where order_id = '{id}'");
    let reference = shop.text(&reference).await;
    let complete = format!("/__sim/refunds/{reference}/complete");
    let provider = shop.provider();
    provider.post(&complete, json!({})).await.expect(200);
    shop.run_jobs().await;
    let mails = mails_to(shop, words.address).await;
    assert_eq!(mails.len(), 3);
    assert_told(&mails, words.succeeded, &number);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_payment_is_told_when_it_is_promised_and_when_it_is_back() {
    let shop = Shop::open().await;
    shop.vary(json!({ "refund_progress": "manual" })).await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    for words in LANGUAGES {
        pay_twice(&shop, coffee, &words).await;
    }
    // The same news again is told to nobody.
    let webhooks = shop.provider().get("/__sim/webhooks").await.expect(200);
    for webhook in webhooks.body.as_array().unwrap() {
        let body = webhook["body"].as_str().unwrap();
        shop.post_signed(body.as_bytes()).await.expect(200);
    }
    shop.run_jobs().await;
    shop.advance(TimeDelta::days(30));
    shop.run_jobs().await;
    for words in LANGUAGES {
        assert_eq!(mails_to(&shop, words.address).await.len(), 3);
    }
    let kinds = "select string_agg(kind || ' ' || times, ', ' order by kind)
        from (select kind, count(*)::text as times from mails where state = 'sent'
            group by kind) as told";
    assert_eq!(
        shop.text(kinds).await,
        "receipt 2, refund_promised 2, refund_succeeded 2"
    );
    shop.settle_and_close().await;
}
