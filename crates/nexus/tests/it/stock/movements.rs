//! Movements by staff: many at once, each by itself; read again, and added up as of an instant.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::Stocked;

fn codes(results: &Value) -> Vec<&str> {
    let results = results.as_array().unwrap().iter();
    results
        .map(|result| result["refusal"]["code"].as_str().unwrap_or("recorded"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_written_down_or_refused_by_itself() {
    let stocked = Stocked::open(5, 3).await;
    stocked.order(2, "Sidama").await;
    let nobody = ids::VariantId::generate(stocked.shop.now());
    let nowhere = ids::LocationId::generate(stocked.shop.now());
    let main = inventory::MAIN_LOCATION;
    let results = stocked
        .record(vec![
            json!({ "kind": "receipt", "quantity": 10, "reason": "truck 4" }),
            json!({ "kind": "damage", "quantity": 11 }),
            json!({ "kind": "damage", "quantity": 12 }),
            json!({ "kind": "adjustment", "quantity": -1, "reason_code": "used" }),
            json!({ "kind": "return", "quantity": 1, "location_id": main, "version": 1 }),
            json!({ "kind": "return", "quantity": 1, "location_id": main, "version": 1 }),
            json!({ "kind": "receipt", "quantity": 1, "variant_id": nobody }),
            json!({ "kind": "receipt", "quantity": 1, "location_id": nowhere }),
            json!({ "kind": "receipt", "quantity": 999_999_999 }),
        ])
        .await;
    let expected = [
        "recorded",
        "recorded",
        "stock_below_reserved",
        "stock_below_reserved",
        "recorded",
        "stock_level_changed",
        "unknown_variant",
        "unknown_location",
        "too_many_units",
    ];
    assert_eq!(codes(&results), expected);
    assert_eq!(results[2]["refusal"]["meta"], json!({ "reserved": 2 }));
    assert_eq!(
        results[5]["refusal"]["meta"],
        json!({ "version": 2, "on_hand": 6 })
    );
    assert_eq!(
        (&results[0]["level"]["on_hand"], &results[0]["version"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(stocked.levels().await, [(6, 0), (2, 2)]);
    let expected = [
        ("customers", -1),
        ("depot", 2),
        ("losses", 11),
        ("main", 6),
        ("suppliers", -18),
    ];
    let expected = expected.map(|(name, units)| (name.to_owned(), units));
    assert_eq!(stocked.balances("").await, expected);
    stocked.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused_and_nothing_is_written() {
    let stocked = Stocked::open(5, 3).await;
    let before = stocked.shop.state().await;
    for (movement, pointer) in [
        (json!({ "kind": "receipt", "quantity": -1 }), "/quantity"),
        (json!({ "kind": "receipt", "quantity": 0 }), "/quantity"),
        (
            json!({ "kind": "damage", "quantity": 1_000_000_001 }),
            "/quantity",
        ),
        (
            json!({ "kind": "adjustment", "quantity": 1 }),
            "/reason_code",
        ),
        (
            json!({ "kind": "receipt", "quantity": 1, "reason_code": "found" }),
            "/reason_code",
        ),
        (
            json!({ "kind": "receipt", "quantity": 1, "version": -1 }),
            "/version",
        ),
        (
            json!({ "kind": "receipt", "quantity": 1, "reason": "r".repeat(201) }),
            "/reason",
        ),
    ] {
        let mut movement = movement;
        movement["variant_id"] = json!(stocked.variant);
        let good = json!({
            "kind": "receipt", "quantity": 1, "variant_id": stocked.variant,
        });
        let body = json!({ "movements": [good, movement] });
        let path = "/api/v1/admin/inventory/movements/";
        let refused = stocked.clerk.post(path, body).await;
        let refused = refused.refused(422, "invalid_body");
        let at = format!("/movements/1{pointer}");
        assert_eq!(refused.body["errors"][0]["pointer"], json!(at));
    }
    for kind in ["sale", "transfer", "gift"] {
        let movement = json!({ "kind": kind, "quantity": 1, "variant_id": stocked.variant });
        let body = json!({ "movements": [movement] });
        let path = "/api/v1/admin/inventory/movements/";
        let refused = stocked.clerk.post(path, body).await;
        refused.refused(422, "invalid_body");
    }
    assert_eq!(stocked.shop.state().await, before);
    stocked.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repetition_with_its_key_moves_nothing_again() {
    let stocked = Stocked::open(5, 0).await;
    let movement = json!({ "kind": "receipt", "quantity": 4, "variant_id": stocked.variant });
    let body = json!({ "movements": [movement] });
    let path = "/api/v1/admin/inventory/movements/";
    let clerk = stocked.clerk.key("delivery-7");
    let first = clerk.post(path, body.clone()).await.expect(200);
    let second = clerk.post(path, body).await.expect(200);
    assert_eq!(first.body, second.body);
    assert_eq!(stocked.levels().await, [(9, 0), (0, 0)]);
    stocked.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn units_go_from_one_location_to_another_all_or_nothing() {
    let stocked = Stocked::open(5, 0).await;
    let other = stocked.shop.product("tea", &[(100, 1)]).await[0];
    stocked.order(2, "Tigray").await;
    let path = "/api/v1/admin/inventory/transfers/";
    let truck = |lines: Value| {
        json!({
            "from_location_id": inventory::MAIN_LOCATION, "to_location_id": stocked.depot,
            "lines": lines,
        })
    };
    let before = stocked.shop.state().await;
    let much = json!([
        { "variant_id": stocked.variant, "quantity": 4 },
        { "variant_id": other, "quantity": 1 },
    ]);
    let refused = stocked.clerk.post(path, truck(much)).await;
    let refused = refused.refused(409, "insufficient_stock");
    let short = &refused.body["errors"][0]["meta"];
    assert_eq!(
        (&short["available"], &short["wanted"]),
        (&json!(3), &json!(4))
    );
    for lines in [
        json!([]),
        json!([{ "variant_id": other, "quantity": 0 }]),
        json!([{ "variant_id": other, "quantity": 1 }, { "variant_id": other, "quantity": 1 }]),
    ] {
        let refused = stocked.clerk.post(path, truck(lines)).await;
        refused.refused(422, "invalid_body");
    }
    assert_eq!(stocked.shop.state().await, before);
    let some = json!([
        { "variant_id": stocked.variant, "quantity": 3 },
        { "variant_id": other, "quantity": 1 },
    ]);
    let done = stocked.clerk.post(path, truck(some)).await.expect(201);
    assert_eq!(done.body["levels"].as_array().unwrap().len(), 4);
    assert_eq!(stocked.levels().await, [(2, 2), (3, 0)]);
    let expected = [("depot", 4), ("main", 2), ("suppliers", -6), ("transit", 0)];
    let expected = expected.map(|(name, units)| (name.to_owned(), units));
    assert_eq!(stocked.balances("").await, expected);
    stocked.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_movement_can_be_read_again_and_added_up_as_of_an_instant() {
    let stocked = Stocked::open(5, 3).await;
    let then = stocked.shop.now();
    stocked.shop.advance(TimeDelta::minutes(1));
    for quantity in 1..=3 {
        let found = json!({ "kind": "adjustment", "quantity": quantity, "reason_code": "found" });
        stocked.record(vec![found]).await;
        stocked.shop.advance(TimeDelta::minutes(1));
    }
    let mut seen = Vec::new();
    let mut path = format!(
        "/api/v1/admin/inventory/movements/?variant_id={}&limit=2",
        stocked.variant
    );
    loop {
        let page = stocked.clerk.get(&path).await.expect(200);
        for row in page.body["data"].as_array().unwrap() {
            seen.push((
                row["account"].to_string(),
                row["quantity"].as_i64().unwrap(),
            ));
        }
        let Some(cursor) = page.body["page"]["next_cursor"].as_str() else {
            break;
        };
        path = format!(
            "/api/v1/admin/inventory/movements/?variant_id={}&limit=2&cursor={cursor}",
            stocked.variant
        );
    }
    let quantities: Vec<i64> = seen.iter().map(|row| row.1).collect();
    assert_eq!(quantities, [3, 2, 1, 3, 5]);
    assert!(
        seen[..3].iter().all(|row| row.0 == "\"differences\""),
        "{seen:?}"
    );
    let at = |path: &str| format!("/api/v1/admin/inventory/movements/?location_id={path}");
    let depot = at(&stocked.depot.to_string());
    let depot = stocked.clerk.get(&depot).await.expect(200);
    assert_eq!(depot.body["data"].as_array().unwrap().len(), 4);
    let named = |rows: &[(&str, i64)]| -> Vec<(String, i64)> {
        rows.iter().map(|row| (row.0.to_owned(), row.1)).collect()
    };
    let now = [
        ("depot", 9),
        ("differences", -6),
        ("main", 5),
        ("suppliers", -8),
    ];
    assert_eq!(stocked.balances("").await, named(&now));
    let then = then.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let of = format!("variant_id={}&as_of={then}", stocked.variant);
    let before = [("depot", 3), ("main", 5), ("suppliers", -8)];
    assert_eq!(stocked.balances(&of).await, named(&before));
    stocked.shop.close().await;
}
