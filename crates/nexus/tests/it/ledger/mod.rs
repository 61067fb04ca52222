//! The books: what stands in them at any time, the accountant's file, the chain of hashes, and
//! who tries to change what is booked.

mod append_only;
mod balances;
mod commands;
mod export;
mod naming;
mod sealing;
mod transfers;

use chrono::TimeDelta;
use ids::VariantId;
use kit::Db;
use ledger::{Account, Transfer};
use money::{Currency, Money};
use serde_json::{Value, json};

pub(crate) use self::sealing::SEALING;
use crate::world::{Client, Shop};

/// A guest's order, paid over HTTP.
async fn paid_order(shop: &Shop, variant: VariantId, quantity: i64) -> Value {
    let (guest, order) = shop.guest_order(&[(variant, quantity)]).await;
    let (tx_ref, page) = shop.initiate(&guest, &order).await;
    shop.on_page(&page, "pay").await.expect(302);
    let verify = format!("/api/v1/payment/verify/{tx_ref}/");
    let answer = guest.get(&verify).await.expect(200);
    assert_eq!(answer.body["status"], "paid");
    order
}

/// An amount that is given up: about no order, so that no other rule asks for it.
async fn post(db: &Db, fact: &str, memo: &str, minor: i64, now: chrono::DateTime<chrono::Utc>) {
    let transfer = Transfer {
        debit: Account::WriteOffs,
        credit: Account::Held("chapa".into()),
        amount: Money::new(minor, Currency::ETB),
        order_id: None,
    };
    let tx = db.begin("test_post").await.unwrap();
    ledger::post(&tx, fact, memo, &[transfer], now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// Somebody who may read the books and nothing else, signed in for five minutes from now.
async fn accountant(shop: &Shop) -> Client {
    let name = format!("accountant-{}", shop.now().timestamp());
    shop.staff(&name, &["ledger.read"]).await
}

/// A shop with three paid orders: two on one day, one on the next. Sealed up to the second.
async fn three_orders() -> (Shop, [Value; 3]) {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(10_000, 100)]).await[0];
    // In the middle of a day, whatever the time is.
    let midnight = shop.now().date_naive().and_time(chrono::NaiveTime::MIN);
    let noon = midnight.and_utc() + TimeDelta::hours(36);
    shop.advance(noon - shop.now());
    let first = paid_order(&shop, coffee, 1).await;
    shop.advance(TimeDelta::minutes(1));
    let second = paid_order(&shop, coffee, 2).await;
    shop.seal().await;
    shop.advance(TimeDelta::days(1));
    let third = paid_order(&shop, coffee, 3).await;
    (shop, [first, second, third])
}

fn etb(minor: i64) -> Value {
    json!({ "amount": minor, "currency": "ETB" })
}
