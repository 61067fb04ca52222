//! Every instant of every write and of every query: before there were years, behind all of them,
//! finer than the database tells apart, and none.

use serde_json::Value;

use super::{pointers, writes};
use crate::world::Shop;

/// The first two are instants for whoever reads them (ISO 8601 lets years have a sign).
const VALUES: [&str; 6] = [
    "-262143-01-01T00:00:00Z",
    "-0001-01-01T00:00:00Z",
    "+262142-12-31T23:59:59Z",
    "2026-13-01T00:00:00Z",
    "2026-12-01",
    "yesterday",
];

fn is_instant(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    chrono::DateTime::parse_from_rfc3339(text).is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instant_that_is_none_changes_nothing() {
    let shop = Shop::open().await;
    let mut count = 0;
    for write in writes(&shop).await {
        let write = write.at_version(1);
        let before = shop.state().await;
        for pointer in pointers(&write.body, is_instant) {
            count += 1;
            for value in VALUES {
                let answer = write.with(&pointer, &format!("\"{value}\"")).await;
                let what = format!("{} {pointer} {value}: {}", write.name, answer.body);
                assert_eq!(answer.status, 422, "{what}");
            }
        }
        assert_eq!(shop.state().await, before, "{}", write.name);
    }
    assert!(count > 5, "the instants that were tried: {count}");
    shop.close().await;
}

/// The parameters of a read that are instants, each with the address that it is asked at.
fn queries() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&nexus::openapi::json().unwrap()).unwrap();
    let mut found = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let parameters = operations["get"]["parameters"].as_array();
        for parameter in parameters.into_iter().flatten() {
            if parameter["schema"]["format"] == "date-time" {
                let name = parameter["name"].as_str().unwrap().to_owned();
                found.push((path.clone(), name));
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_for_an_instant_that_is_none_is_refused() {
    let shop = Shop::open().await;
    let owner = shop.superuser().await;
    let queries = queries();
    assert!(queries.len() > 8, "{queries:?}");
    for (path, name) in queries {
        let path = path.replace("{id}", "019aab00-0000-7000-8000-000000000002");
        for value in VALUES {
            let value = value.replace('+', "%2B");
            let answer = owner.get(&format!("{path}?{name}={value}")).await;
            let what = format!("{path} {name} {value}: {}", answer.body);
            assert_eq!(answer.status, 400, "{what}");
        }
    }
    shop.close().await;
}
