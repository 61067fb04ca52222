//! Stock counts while others sell and apply: a sale stands, and a difference is moved once.

use futures_util::FutureExt;
use ids::VariantId;
use serde_json::json;

use crate::world::{
    Client, Shop, place_body,
    race::{
        Held, Racers, after_turns, at_most, at_once, caught, equal, every_round, patient_shop,
        rounds, statuses, successes,
    },
};

const ROUNDS: usize = 8;
const ALL: &str = "/api/v1/admin/inventory/counts/";

/// A count in which so many units were found; answers its address.
async fn counted(clerk: &Client, variant: VariantId, units: i64) -> String {
    let made = clerk.post(ALL, json!({})).await.expect(201);
    let count = format!("{ALL}{}/", made.text("/id"));
    let lines = json!({ "lines": [{ "variant_id": variant, "counted": units }] });
    let entered = clerk.put(&format!("{count}lines/"), lines).await;
    entered.expect(200);
    count
}

/// Two of ten units leave while a count that found eleven is applied.
async fn sold_meanwhile(shop: &Shop, racers: &Racers, clerk: &Client, n: usize) -> Held {
    let variant = shop.product(&format!("sold-{n}"), &[(10_000, 10)]).await[0];
    let (cart, buyer) = (racers.cart(shop, &[(variant, 2)]).await, racers.guest(0));
    let order = buyer.post("/api/v1/orders/", place_body(&cart)).await;
    let (tx_ref, _) = shop.initiate(&buyer, &order.expect(201).body).await;
    let count = counted(clerk, variant, 11).await;
    let page = format!("/__sim/transactions/{tx_ref}/pay");
    shop.provider().post(&page, json!({})).await.expect(200);
    let verify = format!("/api/v1/payment/verify/{tx_ref}/");
    let sell = async move { buyer.get(&verify).await };
    let (clerk, apply) = (clerk.clone(), format!("{count}apply/"));
    let turns = (n % 8) * (n % 8) * 40;
    let apply = after_turns(turns, async move { clerk.post(&apply, json!({})).await });
    // Every eighth round the sale is over before.
    let answers = match n % 8 {
        7 => vec![sell.await, apply.await],
        _ => at_once([sell.boxed(), apply.boxed()]).await,
    };
    shop.run_jobs().await;
    equal("answers", &statuses(&answers), &[(200, 2)].into())?;
    equal("stock", &shop.stock(variant).await, &(9, 0))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sold_while_a_count_is_applied_stays_sold() {
    let shop = patient_shop(&[]).await;
    let (racers, clerk) = (Racers::open(&shop, 1).await, shop.superuser().await);
    every_round(rounds(ROUNDS), async |n| {
        sold_meanwhile(&shop, &racers, &clerk, n).await
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_that_writes_what_was_counted_undoes_a_sale() {
    let shop = patient_shop(&["count differences"]).await;
    let (racers, clerk) = (Racers::open(&shop, 1).await, shop.superuser().await);
    caught("stock", 60, async |n| {
        sold_meanwhile(&shop, &racers, &clerk, n).await
    })
    .await;
    shop.close_broken().await;
}

/// Everybody applies the same count.
async fn applied_by_all(shop: &Shop, staff: &[Client], round: usize) -> Held {
    let variant = shop
        .product(&format!("once-{round}"), &[(10_000, 10)])
        .await[0];
    let count = counted(&staff[0], variant, 11).await;
    let requests = staff.iter().cloned().map(|clerk| {
        let apply = format!("{count}apply/");
        async move { clerk.post(&apply, json!({})).await }
    });
    let answers = at_once(requests).await;
    at_most("applied", successes(&answers), 1)?;
    let expected = [(200, 1), (409, staff.len() - 1)].into();
    equal("answers", &statuses(&answers), &expected)?;
    equal("stock", &shop.stock(variant).await, &(11, 0))
}

async fn staff_of(shop: &Shop) -> Vec<Client> {
    let token = shop.staff_token("counter", &["stock.edit"]).await;
    let racers = Racers::open(shop, 8).await;
    racers.lines().map(|line| line.bearer(&token)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_is_applied_once() {
    let shop = patient_shop(&[]).await;
    let staff = staff_of(&shop).await;
    every_round(rounds(ROUNDS), async |n| {
        applied_by_all(&shop, &staff, n).await
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_lock_a_count_is_applied_many_times() {
    let shop = patient_shop(&["count lock"]).await;
    shop.drop_index("stock_movements_count_once").await;
    let staff = staff_of(&shop).await;
    caught("applied", 30, async |n| {
        applied_by_all(&shop, &staff, n).await
    })
    .await;
    shop.close_broken().await;
}
