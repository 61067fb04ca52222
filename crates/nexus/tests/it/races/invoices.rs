//! Many orders get their invoices at once: one each, numbered without a gap.

use futures_util::{FutureExt, future::BoxFuture};
use serde_json::json;

use crate::world::{
    Shop,
    race::{Held, Racers, at_once, caught, equal, every_round, holds, patient_shop, rounds},
};

const ROUNDS: usize = 4;
const ORDERS: usize = 4;

struct Field {
    shop: Shop,
    racers: Racers,
    variant: ids::VariantId,
    staff: String,
}

async fn open(guards: &[&str]) -> Field {
    let shop = patient_shop(guards).await;
    let racers = Racers::open(&shop, 2 * ORDERS).await;
    let variant = shop.product("boots", &[(100, 1_000_000)]).await[0];
    let staff = shop.staff_token("clerk", &["orders.manage"]).await;
    Field {
        shop,
        racers,
        variant,
        staff,
    }
}

/// Paid orders whose invoices are asked for twice each, at once.
async fn contest(field: &Field) -> Held {
    let mut orders = Vec::new();
    for _ in 0..ORDERS {
        let (guest, order) = field.shop.guest_order(&[(field.variant, 1)]).await;
        let (tx_ref, page) = field.shop.initiate(&guest, &order).await;
        field.shop.on_page(&page, "pay").await.expect(302);
        let verify = format!("/api/v1/payment/verify/{tx_ref}/");
        guest.get(&verify).await.expect(200);
        orders.push(order["id"].as_str().unwrap().to_owned());
    }
    let before = field.shop.count("invoices").await;
    let ask = field.racers.lines().enumerate().map(|(n, line)| {
        let who = line.bearer(&field.staff);
        let path = format!("/api/v1/admin/orders/{}/invoice/", orders[n % ORDERS]);
        let asked: BoxFuture<'static, _> =
            async move { who.post(&path, json!({})).await.status.as_u16() }.boxed();
        asked
    });
    let ask: Vec<_> = ask.collect();
    let answers = at_once(ask).await;
    let sql = "select count(*) - count(distinct number) from invoices where kind = 'invoice'";
    equal("numbers", &field.shop.number(sql).await, &0)?;
    let made = field.shop.count("invoices").await - before;
    equal("invoices", &made, &i64::try_from(ORDERS).unwrap())?;
    let sql = "select max(number) - count(*) from invoices where kind = 'invoice'";
    equal("gaps", &field.shop.number(sql).await, &0)?;
    holds(
        "answers",
        answers.iter().all(|status| *status == 200),
        &answers,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn invoices_at_once_are_numbered_without_a_gap() {
    let field = open(&[]).await;
    every_round(rounds(ROUNDS), async |_| contest(&field).await).await;
    field.shop.run_jobs().await;
    field.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_a_number_is_given_twice() {
    let field = open(&["invoice numbers"]).await;
    field
        .shop
        .drop_constraint("invoices", "invoices_number_key")
        .await;
    caught("numbers", 50, async |_| contest(&field).await).await;
    field.shop.close_broken().await;
}
