//! Balances: before, between and after; sealed or not; and always what the rows add up to.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{accountant, etb, post, three_orders};
use crate::world::{Answer, Client, Shop};

async fn balances(who: &Client, as_of: DateTime<Utc>) -> Answer {
    let as_of = as_of.to_rfc3339_opts(SecondsFormat::Micros, true);
    let path = format!("/api/v1/admin/ledger/balances/?as_of={as_of}");
    who.get(&path).await.expect(200)
}

/// The balance of an account in the only currency.
fn of(answer: &Answer, account: &str) -> Value {
    let accounts = answer.body["currencies"][0]["accounts"].as_array().unwrap();
    let found = accounts.iter().find(|found| found["account"] == account);
    found.unwrap()["balance"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_books_can_be_read_as_of_any_time() {
    let (shop, orders) = three_orders().await;
    let fee = |n: i64| shop.number_of_fees(n);
    let third = shop.now();
    let second = third - TimeDelta::days(1);
    let first = second - TimeDelta::minutes(1);
    let just = TimeDelta::microseconds(1);
    let totals: Vec<i64> = orders
        .iter()
        .map(|order| order["total"]["amount"].as_i64().unwrap())
        .collect();
    assert_eq!(totals, [10_000, 20_000, 30_000]);
    let fees = [fee(1).await, fee(2).await, fee(3).await];
    let moments = [
        (first - just, 0),
        (first, 1),
        (second - just, 1),
        (second, 2),
        (third - just, 2),
        (third, 3),
        (third + TimeDelta::days(400), 3),
    ];
    let mut before = Vec::new();
    for step in ["two sealed", "all sealed", "days closed"] {
        let who = accountant(&shop).await;
        for (at, count) in moments {
            let answer = balances(&who, at).await;
            if count == 0 {
                assert_eq!(answer.body["currencies"], json!([]), "{step} {at}");
                continue;
            }
            let earned: i64 = totals[..count].iter().sum();
            let spent: i64 = fees[..count].iter().sum();
            let books = &answer.body["currencies"][0];
            assert_eq!(books["currency"], "ETB", "{step} {at}");
            assert_eq!(books["earned"], etb(earned), "{step} {at}");
            assert_eq!(books["spent"], etb(spent), "{step} {at}");
            assert_eq!(books["is_owed"], etb(earned - spent), "{step} {at}");
            assert_eq!(books["owes"], etb(0), "{step} {at}");
            assert_eq!(of(&answer, "orders"), etb(earned), "{step} {at}");
            assert_eq!(
                of(&answer, "held:chapa"),
                etb(earned - spent),
                "{step} {at}"
            );
            assert_eq!(of(&answer, "surplus"), etb(0), "{step} {at}");
            before.push(books.clone());
        }
        match step {
            "two sealed" => {
                assert_eq!(shop.seal().await, 2);
                shop.advance(TimeDelta::seconds(1));
            }
            _ => {
                shop.advance(TimeDelta::days(1));
                assert_eq!(shop.seal().await, 0);
            }
        }
    }
    let (round, rest) = before.split_at(moments.len() - 1);
    assert_eq!(round, &rest[..round.len()]);
    assert_eq!(round, &rest[round.len()..]);
    shop.close().await;
}

impl Shop {
    /// The fee of the n-th charge.
    async fn number_of_fees(&self, n: i64) -> i64 {
        let sql = format!(
            "select fee_minor from captures order by captured_at offset {} limit 1",
            n - 1
        );
        self.number(&sql).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_currency_is_shown_when_it_is_asked_for() {
    let shop = Shop::open().await;
    let who = accountant(&shop).await;
    let path = "/api/v1/admin/ledger/balances/";
    let answer = who.get(path).await.expect(200);
    assert_eq!(answer.body["currencies"], json!([]));
    let answer = who.get(&format!("{path}?currency=USD")).await.expect(200);
    assert_eq!(answer.body["currencies"][0]["currency"], "USD");
    let accounts = answer.body["currencies"][0]["accounts"].as_array().unwrap();
    let chart = shop.count("ledger_accounts").await;
    assert_eq!(i64::try_from(accounts.len()).unwrap(), chart);
    for query in [
        "currency=EUR",
        "currency=etb",
        "as_of=yesterday",
        "as_of=2026-01-01",
        "as_of=-262143-01-01T00:00:00Z",
        "as_of=2026-01-01T00:00:00Z&as_of=2026-01-01T00:00:00Z",
        "at=2026-01-01T00:00:00Z",
    ] {
        let refused = who.get(&format!("{path}?{query}")).await;
        refused.refused(400, "invalid_query");
    }
    shop.close().await;
}

/// A generator of numbers, the same at each run (Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % bound).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sums_are_always_what_the_rows_add_up_to() {
    const SECONDS: u64 = 5 * 86_400;
    let shop = Shop::open().await;
    let begun = shop.now();
    for seed in 1..=4 {
        let mut numbers = Numbers(seed);
        for n in 0..60 {
            let at = begun + TimeDelta::seconds(numbers.below(SECONDS));
            let (fact, minor) = (format!("test:{seed}-{n}"), 1 + numbers.below(1_000_000));
            post(&shop.app.kit.db, &fact, "", minor, at).await;
            // Also what was booked long ago may be sealed late.
            if numbers.below(9) == 0 {
                shop.seal().await;
            }
        }
        for _ in 0..40 {
            let at = begun + TimeDelta::seconds(numbers.below(SECONDS));
            let conn = shop.db().await;
            let sum = "select coalesce(sum(amount_minor), 0)::bigint from ledger_transfers
                       where posted_at <= $1";
            let expected: i64 = conn.query_one(sum, &[&at]).await.unwrap().get(0);
            let books = ledger::balances(&conn, at, Some(money::Currency::ETB)).await;
            let books = &books.unwrap()[0];
            assert_eq!(books.spent.minor(), expected, "seed {seed}, {at}");
            assert_eq!(books.is_owed.minor(), -expected, "seed {seed}, {at}");
        }
    }
    shop.close().await;
}
