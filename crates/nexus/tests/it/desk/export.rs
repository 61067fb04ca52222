//! The export: a line for each order, and no cell that a spreadsheet runs.

use serde_json::json;

use crate::world::{Shop, place_body};

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_exported_and_no_cell_is_a_formula() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(1_000, 10)]).await;
    let clerk = shop.staff("clerk", &["orders.read"]).await;
    let (_, paid) = shop.paid_order(&[(goods[0], 3)]).await;
    let (guest, cart) = shop.guest_cart(&[(goods[0], 1)]).await;
    let mut body = place_body(&cart);
    body["shipping_address"]["name"] = json!("=HYPERLINK(\"http://x\")");
    body["note"] = json!("+1, or \"two\"");
    let second = guest.post("/api/v1/orders/", body).await.expect(201);
    shop.advance(chrono::TimeDelta::minutes(1));
    let path = "/api/v1/admin/orders/export/";
    let file = clerk.get(path).await.expect(200);
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let text = String::from_utf8(file.bytes).unwrap();
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[0].starts_with("number,placed_at,paid_at,status,fulfilment_status"));
    let first = lines[1];
    assert!(first.starts_with("1001,") && first.ends_with(paid["id"].as_str().unwrap()));
    assert!(
        first.contains(",paid,unfulfilled,none,abebe@example.com,"),
        "{first}"
    );
    assert!(
        first.contains(",ETB,30.00,0.00,0.00,0.00,30.00,0.00,1,3,"),
        "{first}"
    );
    let formula = ",\"'=HYPERLINK(\"\"http://x\"\")\",";
    assert!(lines[2].contains(formula), "{}", lines[2]);
    assert!(
        lines[2].contains(",\"'+1, or \"\"two\"\"\","),
        "{}",
        lines[2]
    );
    assert!(lines[2].ends_with(&second.text("/id")));
    let one = clerk.get(&format!("{path}?status=paid")).await.expect(200);
    assert_eq!(String::from_utf8(one.bytes).unwrap().lines().count(), 2);
    let none = format!("{path}?to=2000-01-01T00:00:00Z");
    let none = clerk.get(&none).await.expect(200);
    assert_eq!(String::from_utf8(none.bytes).unwrap().lines().count(), 1);
    for query in [
        "status=gone",
        "from=2030-01-01T00:00:00Z&to=2000-01-01T00:00:00Z",
        "x=1",
    ] {
        let path = format!("{path}?{query}");
        clerk.get(&path).await.refused(400, "invalid_query");
    }
    shop.close().await;
}
