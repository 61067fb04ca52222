//! The receipt of a paid order: one, to the right person, in their language, and stubborn.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::world::{Client, Shop};

async fn paid(shop: &Shop, guest: &Client, order: &Value) {
    let (_, page) = shop.initiate(guest, order).await;
    shop.on_page(&page, "pay").await.expect(302);
    shop.run_jobs().await;
}

pub(super) async fn mails_to(shop: &Shop, address: &str) -> Vec<Value> {
    let list = shop
        .mails()
        .get(&format!("/api/messages?to={address}"))
        .await
        .expect(200);
    let mut mails = Vec::new();
    for summary in list.body["messages"].as_array().unwrap() {
        let path = format!("/api/messages/{}", summary["id"]);
        mails.push(shop.mails().get(&path).await.expect(200).body);
    }
    mails
}

#[tokio::test(flavor = "multi_thread")]
async fn each_paid_order_has_one_receipt_at_its_own_address_in_its_own_language() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let cases = [
        (
            "en@example.com",
            "en",
            "Your receipt for order",
            "The coffee",
        ),
        ("am@example.com", "am", "የትዕዛዝ ቁጥር", "ዕቃ coffee"),
    ];
    for (address, language, subject, title) in cases {
        let (guest, order) = shop
            .order_with(coffee, |body| {
                body["email"] = json!(address);
                body["language"] = json!(language);
            })
            .await;
        paid(&shop, &guest, &order).await;
        let mails = mails_to(&shop, address).await;
        assert_eq!(mails.len(), 1, "{address}");
        let number = order["number"].to_string();
        let told = mails[0]["subject"].as_str().unwrap();
        assert!(told.contains(subject) && told.contains(&number), "{told}");
        for part in ["text", "html"] {
            let text = mails[0][part].as_str().unwrap();
            assert!(
                text.contains(title) && text.contains("1,250.00") && text.contains(&number),
                "{text}"
            );
        }
    }
    let unpaid = shop
        .order_with(coffee, |body| body["email"] = json!("unpaid@example.com"))
        .await;
    shop.initiate(&unpaid.0, &unpaid.1).await;
    shop.advance(TimeDelta::days(4));
    shop.run_jobs().await;
    let all = shop.mails().get("/api/messages").await.expect(200);
    assert_eq!(all.body["messages"].as_array().unwrap().len(), 2);
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_buyer_wrote_is_shown_and_never_run() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let hostile = "<script>alert('x')</script> & \"Bikila\"";
    let (guest, order) = shop
        .order_with(coffee, |body| {
            body["shipping_address"]["name"] = json!(hostile);
            body["shipping_address"]["landmark"] = json!("<img src=https://evil.example/x>");
        })
        .await;
    paid(&shop, &guest, &order).await;
    let mails = mails_to(&shop, "abebe@example.com").await;
    assert_eq!(mails.len(), 1);
    let html = mails[0]["html"].as_str().unwrap();
    for raw in ["<script", "<img", "\"Bikila\""] {
        assert!(!html.contains(raw), "{html}");
    }
    assert!(
        html.contains("&#60;script&#62;") || html.contains("&lt;script&gt;"),
        "{html}"
    );
    assert!(mails[0]["text"].as_str().unwrap().contains(hostile));
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_busy_is_tried_again_until_it_takes_the_receipt() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let busy = json!({ "next": 3, "behaviour": "refuse_451" });
    shop.mails().post("/api/faults", busy).await.expect(200);
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    paid(&shop, &guest, &order).await;
    // 5, 10 and 20 seconds, spread by a fifth.
    for pause in [6, 12, 24] {
        assert_eq!(mails_to(&shop, "abebe@example.com").await.len(), 0);
        shop.advance(TimeDelta::seconds(pause));
        shop.run_jobs().await;
    }
    let mails = mails_to(&shop, "abebe@example.com").await;
    assert_eq!(mails.len(), 1);
    assert_eq!(
        shop.text("select state || attempts from mails").await,
        "sent4"
    );
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_sends_the_same_mail_again() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let lost = json!({ "next": 1, "behaviour": "drop_after_data_before_reply" });
    shop.mails().post("/api/faults", lost).await.expect(200);
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    paid(&shop, &guest, &order).await;
    shop.advance(TimeDelta::seconds(6));
    shop.run_jobs().await;
    let mails = mails_to(&shop, "abebe@example.com").await;
    assert_eq!(mails.len(), 2);
    assert_eq!(
        mails[0]["message_id"], mails[1]["message_id"],
        "one in the mailbox"
    );
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_is_refused_for_good_is_buried_with_the_servers_words() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let never = json!({ "next": 1, "behaviour": "refuse_550" });
    shop.mails().post("/api/faults", never).await.expect(200);
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    paid(&shop, &guest, &order).await;
    shop.advance(TimeDelta::days(2));
    shop.run_jobs().await;
    let reason = shop
        .text("select last_error from jobs where kind = 'send_receipt' and state = 'dead'")
        .await;
    assert!(
        reason.starts_with("the mail is refused for good") && reason.contains("550"),
        "{reason}"
    );
    assert_eq!(
        shop.text("select refusal from mails where state = 'refused'")
            .await,
        reason
    );
    assert_eq!(mails_to(&shop, "abebe@example.com").await.len(), 0);
    assert_eq!(
        shop.order_status(order["id"].as_str().unwrap()).await,
        "paid"
    );
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_paid_also_without_any_mail_server() {
    let nowhere = |settings: &mut nexus::config::Settings| {
        settings.mail.smtp_url = "smtp://127.0.0.1:9".to_owned();
    };
    let shop = Shop::open_with(kit::sabotage::Sabotage::none(), nowhere).await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    paid(&shop, &guest, &order).await;
    assert_eq!(
        shop.order_status(order["id"].as_str().unwrap()).await,
        "paid"
    );
    assert_eq!(
        shop.text("select state from jobs where kind = 'send_receipt'")
            .await,
        "ready"
    );
    shop.settle_and_close().await;
}
