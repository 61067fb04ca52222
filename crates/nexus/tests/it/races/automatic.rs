//! Many of the staff open the last promotion that may apply by itself: one of them does.

use serde_json::{Value, json};

use crate::world::{
    Client, Shop,
    race::{Held, at_most, at_once, caught, equal, every_round, patient_shop, rounds, statuses},
};

const PROMOTIONS: &str = "/api/v1/admin/promotions/";
const CLERKS: usize = 10;

/// As many as may be, but one.
const LEAVE_ONE: &str = "
    update promotions set closed_at = created_at, version = version + 1 where closed_at is null;
    insert into promotions (id, name, effect, priority, is_exclusive, minimum_minor, created_at,
        updated_at)
    select gen_random_uuid(), 'One of many', '{\"kind\": \"free_shipping\"}', 0, false, 0, now(),
        now()
    from generate_series(1, 99)";

fn automatic() -> Value {
    json!({ "name": "By itself", "kind": "percentage", "percentage": "1" })
}

async fn open_count(shop: &Shop) -> i64 {
    let sql = "select count(*) from promotions where code is null and closed_at is null";
    shop.number(sql).await
}

async fn last_place(shop: &Shop, clerk: &Client) -> Held {
    shop.db().await.batch(LEAVE_ONE).await.unwrap();
    let opening = (0..CLERKS).map(|_| {
        let clerk = clerk.clone();
        async move { clerk.post(PROMOTIONS, automatic()).await }
    });
    let answers = at_once(opening).await;
    at_most("open promotions", open_count(shop).await, 100)?;
    let expected = &[(201, 1), (409, CLERKS - 1)].into();
    equal("answers", &statuses(&answers), expected)?;
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        equal("code", &answer.body["code"], &"too_many_promotions".into())?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_promotions_apply_by_themselves_than_may() {
    let shop = patient_shop(&[]).await;
    let clerk = shop.staff("clerk", &["terms.edit"]).await;
    every_round(rounds(5), async |_| last_place(&shop, &clerk).await).await;
    // A coupon does not become one more, and does not count until it does.
    let mut coupon = automatic();
    coupon["code"] = json!("COUPON");
    let made = clerk.post(PROMOTIONS, coupon.clone()).await.expect(201);
    let path = format!("{PROMOTIONS}{}/", made.text("/id"));
    let who = clerk.with("if-match", "\"v1\"");
    let before = shop.state().await;
    let refused = who.put(&path, automatic()).await;
    refused.refused(409, "too_many_promotions");
    assert_eq!(shop.state().await, before);
    let end_one = "update promotions set closed_at = now(), version = version + 1
        where id = (select id from promotions where name = 'One of many' and closed_at is null
            limit 1)";
    shop.db().await.batch(end_one).await.unwrap();
    who.put(&path, automatic()).await.expect(200);
    assert_eq!(open_count(&shop).await, 100);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_more_are_opened() {
    let shop = patient_shop(&["automatic promotions lock"]).await;
    let clerk = shop.staff("clerk", &["terms.edit"]).await;
    caught("open promotions", 50, async |_| {
        last_place(&shop, &clerk).await
    })
    .await;
    shop.close_broken().await;
}
