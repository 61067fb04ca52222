//! The shelf in the hands of staff: counted, compared and swapped, never below what is promised.

use serde_json::json;

use crate::world::Shop;

fn path(variant: ids::VariantId) -> String {
    format!("/api/v1/admin/inventory/levels/{variant}/")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_is_written_down_as_a_movement() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 5)]).await[0];
    let clerk = shop.staff("clerk", &["stock.edit"]).await;
    let read = clerk.get(&path(coffee)).await.expect(200);
    assert_eq!(
        (&read.body["on_hand"], &read.body["reserved"]),
        (&json!(5), &json!(0))
    );
    for (version, counted) in [(1, 9), (2, 0), (3, 1_000_000_000)] {
        let clerk = clerk.with("if-match", &format!("\"v{version}\""));
        let body = json!({ "on_hand": counted, "reason": "'\"\\;-- stock count" });
        let set = clerk.put(&path(coffee), body).await.expect(200);
        assert_eq!(
            (&set.body["on_hand"], &set.body["available"]),
            (&json!(counted), &json!(counted))
        );
        assert_eq!(set.etag(), format!("\"v{}\"", version + 1));
    }
    let sql = "select count(*) from stock_movements
        join staff on staff.id = staff_id and staff.name = 'clerk'
        where kind = 'adjustment' and reason = $r$'\"\\;-- stock count$r$
            and quantity in (4, -9, 1000000000)";
    assert_eq!(shop.number(sql).await, 3);
    // The same number again moves nothing.
    let same = clerk
        .with("if-match", "\"v4\"")
        .put(&path(coffee), json!({ "on_hand": 1_000_000_000 }))
        .await;
    assert_eq!(same.expect(200).etag(), "\"v4\"");
    assert_eq!(
        shop.number("select count(*) from stock_movements where kind = 'adjustment'")
            .await,
        3
    );
    assert_eq!(
        shop.number("select count(*) from staff_audit where action = 'stock.set'")
            .await,
        4
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_that_nobody_has_read_is_refused() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 5)]).await[0];
    let clerk = shop.staff("clerk", &["stock.edit"]).await;
    let at = |version: i64| clerk.with("if-match", &format!("\"v{version}\""));
    at(1)
        .put(&path(coffee), json!({ "on_hand": 6 }))
        .await
        .expect(200);
    let before = shop.state().await;
    clerk
        .put(&path(coffee), json!({ "on_hand": 7 }))
        .await
        .refused(428, "precondition_required");
    let stale = at(1)
        .put(&path(coffee), json!({ "on_hand": 7 }))
        .await
        .refused(412, "precondition_failed");
    assert_eq!(stale.body["meta"]["current"]["on_hand"], 6);
    for body in [
        json!({ "on_hand": -1 }),
        json!({ "on_hand": 1_000_000_001 }),
        json!({ "on_hand": 1, "reason": "r".repeat(201) }),
        json!({ "on_hand": 1, "reserved": 0 }),
        json!({}),
    ] {
        at(2)
            .put(&path(coffee), body)
            .await
            .refused(422, "invalid_body");
    }
    let unknown = ids::VariantId::generate(shop.now());
    at(1)
        .put(&path(unknown), json!({ "on_hand": 1 }))
        .await
        .refused(404, "unknown_variant");
    clerk
        .get(&path(unknown))
        .await
        .refused(404, "unknown_variant");
    clerk
        .get("/api/v1/admin/inventory/levels/1/")
        .await
        .refused(404, "invalid_path");
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shelf_keeps_what_orders_hold() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 5)]).await[0];
    let clerk = shop
        .staff("clerk", &["stock.edit"])
        .await
        .with("if-match", "\"v1\"");
    shop.guest_order(&[(coffee, 3)]).await;
    let before = shop.state().await;
    let refused = clerk.put(&path(coffee), json!({ "on_hand": 2 })).await;
    let refused = refused.refused(409, "stock_below_reserved");
    assert_eq!(refused.body["meta"]["reserved"], 3);
    assert_eq!(shop.state().await, before);
    let set = clerk
        .put(&path(coffee), json!({ "on_hand": 3 }))
        .await
        .expect(200);
    assert_eq!(
        (&set.body["reserved"], &set.body["available"]),
        (&json!(3), &json!(0))
    );
    let shown = shop
        .client()
        .get("/api/v1/catalogue/products/coffee/")
        .await
        .expect(200);
    assert_eq!(shown.body["variants"][0]["available"], 0);
    shop.close().await;
}
