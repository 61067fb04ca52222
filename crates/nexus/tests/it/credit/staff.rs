//! Staff issue cards and credit, look at them, and end them.

use serde_json::{Value, json};

use super::etb;
use crate::world::Shop;

const ACCOUNTS: &str = "/api/v1/admin/credit/accounts/";

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_issued_listed_and_ended_and_its_code_is_nowhere() {
    let shop = Shop::open().await;
    let issuer = shop.staff("issuer", &["credit.edit"]).await;
    let body = json!({ "amount": etb(7_000), "reason": "sold", "note": "at the counter" });
    let issue = "/api/v1/admin/credit/gift-cards/";
    let issued = issuer.post(issue, body).await.expect(201).body;
    let code = issued["code"].as_str().unwrap();
    assert_eq!((code.len(), code.matches('-').count()), (39, 7));
    assert!(code.ends_with(issued["account"]["code_end"].as_str().unwrap()));
    let plain = code.replace('-', "");
    for table in [
        "credit_accounts",
        "credit_entries",
        "idempotency_keys",
        "staff_audit",
        "events",
    ] {
        let sql = format!(
            "select count(*) from {table} as found
             where replace(to_jsonb(found)::text, '-', '') like '%{plain}%'"
        );
        assert_eq!(shop.number(&sql).await, 0, "{table}");
    }
    let id = issued["account"]["id"].as_str().unwrap();
    let one = format!("{ACCOUNTS}{id}/");
    let read = issuer.get(&one).await.expect(200);
    assert_eq!(read.body, issued["account"]);
    let list = issuer.get(&format!("{ACCOUNTS}?kind=gift_card")).await;
    assert_eq!(list.expect(200).body["data"], json!([read.body]));
    let none = issuer.get(&format!("{ACCOUNTS}?kind=store_credit")).await;
    assert_eq!(none.expect(200).body["data"], json!([]));
    assert_eq!(shop.balance(code).await, 7_000);

    let stale = issuer.with("if-match", "\"v9\"").delete(&one).await;
    stale.refused(412, "precondition_failed");
    let fresh = issuer.with("if-match", &read.etag());
    fresh.delete(&one).await.expect(204);
    let ended = issuer.get(&one).await.expect(200);
    assert_eq!(ended.body["balance"], etb(0));
    assert!(ended.body["closed_at"].is_string());
    let again = issuer.with("if-match", &ended.etag()).delete(&one).await;
    again.refused(409, "credit_closed");
    let entries = issuer.get(&format!("{one}entries/")).await.expect(200).body;
    let told =
        |n: usize| [&entries["data"][n]["cause"], &entries["data"][n]["amount"]].map(Value::clone);
    assert_eq!(told(0), [json!("withdrawn"), etb(-7_000)]);
    assert_eq!(told(1), [json!("sold"), etb(7_000)]);
    let balance = "/api/v1/gift-cards/balance/";
    let found = shop.client().post(balance, json!({ "code": code })).await;
    assert_eq!(found.expect(200).body["is_usable"], false);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customers_credit_is_emptied_and_goes_on() {
    let shop = Shop::open().await;
    let abebe = shop.customer("abebe@example.com").await;
    let me = abebe.get("/auth/users/me/").await.expect(200).text("/id");
    let issuer = shop.staff("issuer", &["credit.edit"]).await;
    let grant = "/api/v1/admin/credit/store-credit/";
    let given = json!({ "customer_id": me, "amount": etb(900), "reason": "given" });
    let made = issuer.key("a").post(grant, given.clone()).await.expect(201);
    let one = format!("{ACCOUNTS}{}/", made.text("/id"));
    let read = issuer.get(&one).await.expect(200);
    let fresh = issuer.with("if-match", &read.etag());
    fresh.delete(&one).await.expect(204);
    let read = issuer.get(&one).await.expect(200);
    assert_eq!(
        (&read.body["balance"], &read.body["closed_at"]),
        (&etb(0), &Value::Null)
    );
    let empty = issuer.with("if-match", &read.etag()).delete(&one).await;
    empty.refused(409, "credit_empty");
    let more = issuer.key("b").post(grant, given).await.expect(201);
    assert_eq!(
        (more.text("/id"), &more.body["balance"]),
        (made.text("/id"), &etb(900))
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_staff_cannot_issue_is_refused_and_nothing_changes() {
    let shop = Shop::open().await;
    let abebe = shop.customer("abebe@example.com").await;
    let me = abebe.get("/auth/users/me/").await.expect(200).text("/id");
    let issuer = shop.staff("issuer", &["credit.edit"]).await;
    let issue = "/api/v1/admin/credit/gift-cards/";
    let grant = "/api/v1/admin/credit/store-credit/";
    let most = json!({ "customer_id": me, "amount": etb(999_999_999), "reason": "given" });
    issuer
        .key("most")
        .post(grant, most.clone())
        .await
        .expect(201);
    let before = shop.state().await;
    for minor in [0, -1, 1_000_000_000] {
        let body = json!({ "amount": etb(minor), "reason": "given" });
        issuer.post(issue, body).await.refused(422, "invalid_body");
    }
    let past = json!({ "amount": etb(5), "reason": "given", "expires_at": shop.now() });
    issuer.post(issue, past).await.refused(422, "invalid_body");
    let more = issuer.key("more").post(grant, most).await;
    more.refused(409, "credit_too_much");
    let nobody = json!({
        "customer_id": ids::CustomerId::generate(shop.now()), "amount": etb(5), "reason": "given",
    });
    let nobody = issuer.key("nobody").post(grant, nobody).await;
    nobody.refused(404, "credit_customer_not_found");
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_cannot_be_tried_out() {
    let shop = Shop::open().await;
    let balance = "/api/v1/gift-cards/balance/";
    let body = json!({ "code": "0000-0000-0000-0000-0000-0000-0000-0000" });
    let nosy = shop.client();
    let mut tries = 0;
    // Slower machines are let in again now and then.
    let refused = loop {
        let answer = nosy.post(balance, body.clone()).await;
        if answer.status.as_u16() == 429 {
            break answer;
        }
        answer.refused(404, "gift_card_not_found");
        tries += 1;
        assert!(tries < 600, "nobody stops it");
    };
    refused.refused(429, "too_many_requests");
    assert!(tries >= 60, "{tries}");
    shop.close().await;
}
