//! Price lists that begin at once and name the same goods, and orders that are placed meanwhile.

use ids::VariantId;
use serde_json::json;

use crate::{
    prices::{LISTS, list},
    world::{
        Client, Shop, place_body,
        race::{
            Held, Racers, after_turns, at_once, caught, equal, every_round, holds, patient_shop,
            rounds,
        },
    },
};

async fn staff_on(shop: &Shop, count: usize) -> Vec<Client> {
    let token = shop.staff_token("pricing", &["catalogue.edit"]).await;
    let racers = Racers::open(shop, count).await;
    racers.lines().map(|line| line.bearer(&token)).collect()
}

/// Two lists, the one with the lower price now first and now last, begin at once; then both end.
async fn two_lists(shop: &Shop, staff: &[Client], n: usize) -> Held {
    let goods = shop.product(&format!("cup-{n}"), &[(10_000, 1); 8]).await;
    let make = staff.iter().zip([9_000, 8_000]).map(|(clerk, minor)| {
        let (clerk, mut goods) = (clerk.clone(), goods.clone());
        if minor == 9_000 {
            goods.reverse();
        }
        let prices: Vec<_> = goods.iter().map(|variant| (*variant, 1, minor)).collect();
        after_turns(n % 7, async move {
            clerk.post(LISTS, list(&prices, json!({}))).await
        })
    });
    let made = at_once(make).await;
    let has_begun = made.iter().all(|answer| answer.status == 201);
    holds("begun", has_begun, &made)?;
    equal("prices", &prices_of(shop, &goods).await, &"8000".into())?;
    let end = staff.iter().zip(&made).map(|(clerk, list)| {
        let path = format!("{LISTS}{}/", list.text("/id"));
        let clerk = clerk.with("if-match", "\"v1\"");
        async move { clerk.delete(&path).await }
    });
    let ended = at_once(end).await;
    holds("ended", ended.iter().all(|one| one.status == 204), &ended)?;
    equal("prices", &prices_of(shop, &goods).await, &"10000".into())
}

/// The different prices of some goods, of their product, and of the search.
async fn prices_of(shop: &Shop, goods: &[VariantId]) -> String {
    let sql = "
        select string_agg(distinct minor::text, ' ')
        from (
            select price_minor as minor from variants where id = any($1)
            union all
            select price_from_minor from products
            where id in (select product_id from variants where id = any($1))
            union all
            select price_from_minor from product_search
            where product_id in (select product_id from variants where id = any($1))
        ) as prices";
    let row = shop.db().await.query_one(sql, &[&goods]).await.unwrap();
    row.get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_begin_at_once_make_the_lowest_price() {
    let shop = patient_shop(&[]).await;
    let staff = staff_on(&shop, 2).await;
    every_round(rounds(20), async |n| two_lists(&shop, &staff, n).await).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_a_list_does_not_see_the_other() {
    let shop = patient_shop(&["price lock"]).await;
    let staff = staff_on(&shop, 2).await;
    caught("prices", 100, async |n| two_lists(&shop, &staff, n).await).await;
    shop.close_broken().await;
}

/// A cart is ordered while a sale begins and ends: at the price that was shown, or not at all.
async fn ordered_meanwhile(
    shop: &Shop,
    (racers, staff): (&Racers, &Client),
    variant: VariantId,
    n: usize,
) -> Held {
    let is_strict = n.is_multiple_of(2);
    let cart = racers.cart(shop, &[(variant, 3)]).await;
    let mut body = place_body(&cart);
    if is_strict {
        body["expected_total"] = json!({ "amount": 30_000, "currency": "ETB" });
    }
    let buyer = racers.guest(0);
    let placing = after_turns(
        n % 20,
        async move { buyer.post("/api/v1/orders/", body).await },
    );
    let clerk = staff.clone();
    let beginning = async move {
        let sale = list(&[(variant, 1, 8_000)], json!({}));
        clerk.post(LISTS, sale).await
    };
    let works: [futures_util::future::BoxFuture<'static, _>; 2] =
        [Box::pin(placing), Box::pin(beginning)];
    let answers = at_once(works).await;
    let (placed, begun) = (&answers[0], &answers[1]);
    equal("begun", &begun.status.as_u16(), &201)?;
    let path = format!("{LISTS}{}/", begun.text("/id"));
    let ended = staff.with("if-match", "\"v1\"").delete(&path).await;
    equal("ended", &ended.status.as_u16(), &204)?;
    if is_strict && placed.status == 409 {
        equal("refusal", &placed.body["code"], &"cart_changed".into())?;
        return equal(
            "total",
            &placed.body["meta"]["total"]["amount"],
            &json!(24_000),
        );
    }
    equal("placed", &placed.status.as_u16(), &201)?;
    let total = placed.body["total"]["amount"].as_i64().unwrap();
    let unit = placed.body["lines"][0]["unit_price"]["amount"].as_i64();
    equal("unit", &unit.map(|unit| 3 * unit), &Some(total))?;
    let is_one = total == 30_000 || (!is_strict && total == 24_000);
    holds("total", is_one, total)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_placed_at_the_price_that_was_shown() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, 1).await;
    let staff = staff_on(&shop, 1).await;
    let variant = shop.product("moving", &[(10_000, 1_000_000)]).await[0];
    every_round(rounds(30), async |n| {
        ordered_meanwhile(&shop, (&racers, &staff[0]), variant, n).await
    })
    .await;
    shop.close().await;
}
