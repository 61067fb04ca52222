//! What no rule repairs: it is told, once, and stays open until it is gone or a person decides.

use chrono::TimeDelta;
use serde_json::json;

use super::{BREAKS, breaks, told};
use crate::world::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_of_nobody_is_one_open_difference_until_it_is_written_off() {
    let mut shop = Shop::open().await;
    shop.provider_lies = true;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    let staff = shop.bookkeeper().await;
    shop.paid(coffee).await;
    let reference = shop.foreign_charge("250.00").await;
    for _ in 0..2 {
        assert_eq!(shop.reconciled(&staff).await, (1, 0));
    }
    let found = breaks(&staff, "").await;
    assert_eq!(told(&found), ["missing_here open"]);
    let one = &found[0];
    assert_eq!(one["provider_reference"], reference);
    assert_eq!((&one["order_id"], &one["ours"]), (&json!(null), &json!({})));
    assert_eq!(one["theirs"]["amount_minor"], 25_000);
    assert_ne!(one["first_seen"], one["last_seen"]);
    let fee = one["theirs"]["fee_minor"].as_i64().unwrap();
    assert_eq!(shop.held().await + 25_000 - fee, shop.held_there().await);
    let path = format!("{BREAKS}{}/resolve/", one["id"].as_str().unwrap());
    let body = json!({ "action": "write_off", "note": "Paid by a link; nobody knows for what" });
    let done = staff.key("k1").post(&path, body.clone()).await.expect(200);
    assert_eq!(
        (done.text("/state"), done.text("/resolution")),
        ("resolved".to_owned(), "written_off".to_owned())
    );
    assert_eq!(shop.held().await, shop.held_there().await);
    let again = staff.key("k1").post(&path, body.clone()).await.expect(200);
    assert_eq!(again.body, done.body);
    staff
        .key("k2")
        .post(&path, body)
        .await
        .refused(409, "reconciliation_break_closed");
    assert_eq!(shop.reconciled(&staff).await, (0, 0), "it is known");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_list_tells_otherwise_is_told_and_nothing_is_changed() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    let staff = shop.bookkeeper().await;
    let lies = [
        (json!({ "amount": "1249.99" }), "amount_differs"),
        (json!({ "currency": "USD" }), "currency_differs"),
        (json!({ "status": "failed" }), "status_differs"),
        (json!({ "status": "reversed" }), "status_differs"),
        (json!({ "duplicates": 1 }), "duplicate_there"),
    ];
    let mut open = Vec::new();
    for (lie, class) in &lies {
        let tx_ref = shop.paid(coffee).await;
        shop.list_says(&tx_ref, lie.clone()).await;
        open.push((shop.reference(&tx_ref).await, *class));
    }
    let books = "select md5(string_agg(t::text, '' order by t::text)) from ledger_transfers t";
    let captures = "select md5(string_agg(t::text, '' order by t::text)) from captures t";
    let before = (shop.text(books).await, shop.text(captures).await);
    assert_eq!(shop.reconciled(&staff).await, (5, 0));
    assert_eq!((shop.text(books).await, shop.text(captures).await), before);
    let found = breaks(&staff, "&state=open").await;
    assert_eq!(found.len(), 5);
    for (reference, class) in &open {
        let one = found
            .iter()
            .find(|one| one["provider_reference"] == **reference);
        assert_eq!(one.unwrap()["class"], *class);
        assert_eq!(one.unwrap()["ours"]["amount_minor"], 125_000);
    }
    shop.list_is_true().await;
    assert_eq!(shop.reconciled(&staff).await, (0, 0));
    let closed = breaks(&staff, "&state=resolved").await;
    assert_eq!(closed.len(), 5);
    for one in &closed {
        assert_eq!(one["resolution"], "gone");
        assert_eq!(one["resolved_by"], json!(null));
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fee_that_is_more_than_its_charge_is_told_and_not_booked() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    let staff = shop.bookkeeper().await;
    let tx_ref = shop.paid(coffee).await;
    shop.list_says(&tx_ref, json!({ "charge": "1250.01" }))
        .await;
    let (held, entries) = (shop.held().await, shop.count("ledger_transfers").await);
    for _ in 0..2 {
        assert_eq!(shop.reconciled(&staff).await, (1, 0));
    }
    let found = breaks(&staff, "").await;
    assert_eq!(told(&found), ["fee_differs open"]);
    assert_eq!(
        found[0]["provider_reference"],
        shop.reference(&tx_ref).await
    );
    assert_eq!(found[0]["ours"]["fee_minor"], 3_750);
    assert_eq!(found[0]["theirs"]["fee_minor"], 125_001);
    assert_eq!(shop.held().await, held);
    assert_eq!(shop.count("ledger_transfers").await, entries);
    shop.list_is_true().await;
    assert_eq!(shop.reconciled(&staff).await, (0, 0), "it is gone");

    shop.list_says(&tx_ref, json!({ "charge": "1250.01" }))
        .await;
    assert_eq!(shop.reconciled(&staff).await, (1, 0));
    let found = breaks(&staff, "&state=open").await;
    let path = format!("{BREAKS}{}/resolve/", found[0]["id"].as_str().unwrap());
    let body = json!({ "action": "write_off", "note": "They kept all of it and more" });
    staff.key("k1").post(&path, body).await.expect(200);
    assert_eq!(shop.held().await, held - 121_251);
    assert_eq!(shop.reconciled(&staff).await, (0, 0), "it is known");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_that_the_list_hides_is_asked_about() {
    let mut shop = Shop::open().await;
    shop.provider_lies = true;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    let staff = shop.bookkeeper().await;
    let tx_ref = shop.paid(coffee).await;
    shop.paid(coffee).await;
    shop.list_says(&tx_ref, json!({ "hidden": true })).await;
    assert_eq!(
        shop.reconciled(&staff).await,
        (0, 0),
        "it is there all the same"
    );
    shop.advance(TimeDelta::seconds(1));
    shop.provider()
        .send(http::Method::POST, "/__sim/reset", None)
        .await;
    assert_eq!(shop.reconciled(&staff).await, (2, 0), "they are gone there");
    let found = breaks(&staff, "").await;
    assert_eq!(told(&found), vec!["missing_there open"; 2]);
    for one in &found {
        assert_eq!(one["theirs"], json!({ "status": "not_found" }));
        let path = format!("{BREAKS}{}/resolve/", one["id"].as_str().unwrap());
        let body = json!({ "action": "write_off", "note": "The provider lost it" });
        let key = one["id"].as_str().unwrap();
        staff.key(key).post(&path, body).await.expect(200);
    }
    assert_eq!(shop.held().await, 0);
    assert_eq!(shop.reconciled(&staff).await, (0, 0));
    shop.close().await;
}
