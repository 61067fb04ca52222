//! The list of transfers and the list of days.

use chrono::{SecondsFormat, TimeDelta};
use serde_json::{Value, json};

use super::{accountant, etb, post, three_orders};
use crate::world::{Client, Shop};

const TRANSFERS: &str = "/api/v1/admin/ledger/transfers/";
const DAYS: &str = "/api/v1/admin/ledger/days/";

/// Every entry of a list, walked in pages of two.
async fn walk(who: &Client, path: &str, query: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = who
            .get(&format!("{path}?limit=2{query}{cursor}"))
            .await
            .expect(200);
        let entries = page.body["data"].as_array().unwrap();
        assert!(entries.len() <= 2);
        found.extend(entries.iter().cloned());
        match page.body["page"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn transfers_are_listed_newest_first_and_each_filter_narrows() {
    let (shop, orders) = three_orders().await;
    let who = accountant(&shop).await;
    post(&shop.app.kit.db, "gift:1", "a gift", 5, shop.now()).await;
    let all = walk(&who, TRANSFERS, "").await;
    assert_eq!(all.len(), 7);
    let key = |entry: &Value| (entry["posted_at"].clone(), entry["id"].clone());
    let keys: Vec<(String, String)> = all
        .iter()
        .map(|entry| {
            let (at, id) = key(entry);
            (
                at.as_str().unwrap().to_owned(),
                id.as_str().unwrap().to_owned(),
            )
        })
        .collect();
    assert!(keys.windows(2).all(|pair| pair[0] > pair[1]), "{keys:?}");
    let second = orders[1]["id"].as_str().unwrap();
    let of_order: Vec<&Value> = all
        .iter()
        .filter(|entry| entry["order_id"] == second)
        .collect();
    let charge = of_order.iter().find(|entry| entry["leg"] == 1).unwrap();
    let fact = charge["fact"].as_str().unwrap();
    assert_eq!(charge["debit_account"], "held:chapa");
    assert_eq!(charge["credit_account"], "orders");
    assert_eq!(charge["amount"], etb(20_000));
    assert_eq!(charge["order_number"], orders[1]["number"]);
    assert_eq!(charge["memo"], "a charge");
    assert!(charge["sequence"].is_i64() && charge["hash"].as_str().unwrap().len() == 64);
    let gift = all.iter().find(|entry| entry["fact"] == "gift:1").unwrap();
    assert_eq!(
        (&gift["sequence"], &gift["order_id"]),
        (&Value::Null, &Value::Null)
    );
    let at = |days: i64| {
        (shop.now() - TimeDelta::days(days)).to_rfc3339_opts(SecondsFormat::Micros, true)
    };
    for (query, count) in [
        (format!("&order_id={second}"), 2),
        (format!("&order_id={second}&account=orders"), 1),
        (format!("&order_id={second}&account=surplus"), 0),
        (format!("&fact={fact}"), 2),
        (format!("&fact={fact}&account=provider_fees"), 1),
        (format!("&order_id={second}&fact=gift:1"), 0),
        ("&fact=gift:1".to_owned(), 1),
        ("&account=held:chapa".to_owned(), 7),
        ("&account=orders".to_owned(), 3),
        ("&account=write_offs".to_owned(), 1),
        ("&account=nothing".to_owned(), 0),
        (format!("&from={}", at(0)), 3),
        (format!("&to={}", at(0)), 4),
        (format!("&from={}&to={}", at(1), at(0)), 2),
        (format!("&from={}&account=orders", at(1)), 2),
        (
            "&from=2000-01-01T00:00:00Z&to=2000-01-01T00:00:01Z".to_owned(),
            0,
        ),
    ] {
        assert_eq!(walk(&who, TRANSFERS, &query).await.len(), count, "{query}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_is_none_is_refused() {
    let shop = Shop::open().await;
    let who = accountant(&shop).await;
    for (path, query) in [
        (TRANSFERS, "limit=0"),
        (TRANSFERS, "limit=101"),
        (TRANSFERS, "cursor=x"),
        (TRANSFERS, "order_id=1"),
        (TRANSFERS, "status=paid"),
        (
            TRANSFERS,
            "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
        ),
        (
            TRANSFERS,
            "from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z",
        ),
        (TRANSFERS, "from=%2B262142-01-01T00:00:00Z"),
        (TRANSFERS, "fact=%00"),
        (DAYS, "limit=0"),
        (DAYS, "cursor=eyJkYXkiOiItOTk5OS0wMS0wMSJ9"),
        (DAYS, "day=2026-01-01"),
        ("/api/v1/admin/ledger/export/", "account=orders"),
        ("/api/v1/admin/ledger/export/", "from=2999-01-01T00:00:00Z"),
        ("/api/v1/admin/ledger/export/", "to=1960-01-01T00:00:00Z"),
    ] {
        let refused = who.get(&format!("{path}?{query}")).await;
        refused.refused(400, "invalid_query");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn days_build_on_one_another() {
    let (shop, _) = three_orders().await;
    shop.seal().await;
    shop.advance(TimeDelta::days(3));
    shop.seal().await;
    post(&shop.app.kit.db, "gift:1", "", 5, shop.now()).await;
    shop.seal().await;
    let who = accountant(&shop).await;
    let days = walk(&who, DAYS, "").await;
    let counts: Vec<i64> = days
        .iter()
        .map(|day| day["transfers_count"].as_i64().unwrap())
        .collect();
    assert_eq!(counts, [1, 2, 4]);
    let is_closed: Vec<bool> = days
        .iter()
        .map(|day| day["closed_at"].is_string())
        .collect();
    assert_eq!(is_closed, [false, true, true]);
    let today = shop.now().date_naive();
    for (day, before) in days.iter().zip([0, 3, 4]) {
        let expected = today - TimeDelta::days(before);
        assert_eq!(day["day"], json!(expected), "{days:#?}");
    }
    for pair in days.windows(2) {
        assert_eq!(pair[0]["opening_hash"], pair[1]["closing_hash"]);
        let next = pair[1]["last_sequence"].as_i64().unwrap() + 1;
        assert_eq!(pair[0]["first_sequence"], next);
    }
    let of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(days[2]["opening_hash"], of_nothing);
    shop.close().await;
}
