//! What a cart of five hundred lines asks of the database: as many statements as one of five.

use ids::VariantId;
use serde_json::json;

use crate::world::{Client, Shop, Wire, place_body};

/// Fills a guest's cart past all doors.
async fn fill(shop: &Shop, cart: &str, goods: &[VariantId]) {
    let sql = "insert into cart_items (id, cart_id, variant_id, quantity, created_at)
        select gen_random_uuid(), $1, variant_id, 1, $3 from unnest($2::uuid[]) as _ (variant_id)";
    let cart: uuid::Uuid = cart.parse().unwrap();
    let params: [kit::db::Param<'_>; 3] = [&cart, &goods, &shop.now()];
    shop.db().await.execute(sql, &params).await.unwrap();
}

/// How many statements the quote, and then the order, of a cart of these goods take.
async fn statements(shop: &Shop, wire: &Wire, goods: &[VariantId]) -> [usize; 2] {
    let (guest, cart): (Client, String) = shop.guest_cart(&[]).await;
    fill(shop, &cart, goods).await;
    let before = wire.sent();
    let quote = format!("/api/v1/cart/{cart}/quote/");
    let quoted = guest.post(&quote, json!({})).await.expect(200);
    let between = wire.sent();
    let lines = quoted.body["lines"].as_array().unwrap();
    assert_eq!(lines.len(), goods.len());
    let order = guest.post("/api/v1/orders/", place_body(&cart)).await;
    assert_eq!(order.expect(201).body["total"], quoted.body["total"]);
    [between - before, wire.sent() - between]
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_lines_take_no_more_statements_than_five() {
    let mut wire = None;
    let shop = Shop::open_with(kit::sabotage::Sabotage::none(), |settings| {
        let way = Wire::to(&settings.database.url);
        settings.database.url.clone_from(&way.url);
        wire = Some(way);
    });
    let shop = shop.await;
    let wire = wire.unwrap();
    let goods = shop.product("many", &[(1_000, 9); 500]).await;
    let clerk = shop.staff("clerk", &["terms.edit"]).await;
    let coupon = json!({ "name": "Less", "kind": "percentage", "percentage": "7" });
    let promotions = "/api/v1/admin/promotions/";
    clerk.post(promotions, coupon).await.expect(201);
    // What is asked once for each connection is asked now.
    statements(&shop, &wire, &goods[..2]).await;
    let few = statements(&shop, &wire, &goods[..5]).await;
    let many = statements(&shop, &wire, &goods).await;
    assert_eq!(many, few, "statements of a quote and of an order");
    assert!(few.iter().all(|sent| *sent > 0), "{few:?}");
    shop.close().await;
}
