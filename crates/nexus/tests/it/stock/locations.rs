//! Which location gives, what is offered, and where units come back to.

use chrono::TimeDelta;
use serde_json::json;

use super::Stocked;
use crate::world::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn the_nearest_location_with_everything_gives_everything() {
    let stocked = Stocked::open(5, 3).await;
    assert_eq!(stocked.offered().await, 8);
    stocked.order(2, " SIDAMA ").await;
    assert_eq!(stocked.levels().await, [(5, 0), (3, 2)]);
    // One is left there, and the main location has both.
    stocked.order(2, "Sidama").await;
    assert_eq!(stocked.levels().await, [(5, 2), (3, 2)]);
    stocked.order(1, "Tigray").await;
    assert_eq!(stocked.levels().await, [(5, 3), (3, 2)]);
    // Nobody has three.
    let (_, order) = stocked.order(3, "Sidama").await;
    assert_eq!(stocked.levels().await, [(5, 5), (3, 3)]);
    assert_eq!(order["lines"][0]["quantity"], 3);
    assert_eq!(stocked.offered().await, 0);
    stocked.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paid_leaves_where_it_was_held() {
    let stocked = Stocked::open(2, 3).await;
    let (guest, order) = stocked.order(4, "Sidama").await;
    assert_eq!(stocked.levels().await, [(2, 1), (3, 3)]);
    let (_, page) = stocked.shop.initiate(&guest, &order).await;
    stocked.shop.on_page(&page, "pay").await.expect(302);
    stocked.shop.run_jobs().await;
    assert_eq!(stocked.levels().await, [(1, 0), (0, 0)]);
    let sales = "select count(*) from stock_movements where kind = 'sale' and quantity in (-1, -3)";
    assert_eq!(stocked.shop.number(sales).await, 2);
    let expected = [
        ("customers", 4),
        ("depot", 0),
        ("main", 1),
        ("suppliers", -5),
    ];
    let expected = expected.map(|(name, units)| (name.to_owned(), units));
    assert_eq!(stocked.balances("").await, expected);
    stocked.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_expires_goes_back_to_where_it_was() {
    let stocked = Stocked::open(2, 3).await;
    stocked.order(4, "Sidama").await;
    stocked.shop.advance(TimeDelta::hours(2));
    stocked.shop.run_jobs().await;
    assert_eq!(stocked.levels().await, [(2, 0), (3, 0)]);
    assert_eq!(stocked.offered().await, 5);
    stocked.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_takes_its_units_wherever_they_are_now() {
    let stocked = Stocked::open(0, 4).await;
    let (guest, order) = stocked.order(4, "Sidama").await;
    let (tx_ref, _) = stocked.shop.initiate(&guest, &order).await;
    stocked.shop.advance(TimeDelta::hours(2));
    stocked.shop.run_jobs().await;
    let lines = json!([{ "variant_id": stocked.variant, "quantity": 3 }]);
    let truck = json!({
        "from_location_id": stocked.depot, "to_location_id": inventory::MAIN_LOCATION,
        "lines": lines,
    });
    let path = "/api/v1/admin/inventory/transfers/";
    // The clerk of the morning is not signed in any more.
    let clerk = stocked.shop.staff("evening", &["stock.edit"]).await;
    clerk.post(path, truck).await.expect(201);
    assert_eq!(stocked.levels().await, [(3, 0), (1, 0)]);
    let path = format!("/__sim/transactions/{tx_ref}/pay");
    stocked
        .shop
        .provider()
        .post(&path, json!({}))
        .await
        .expect(200);
    let path = format!("/api/v1/payment/verify/{tx_ref}/");
    let paid = guest.get(&path).await.expect(200);
    assert_eq!(paid.body["status"], "paid", "{}", paid.body);
    assert_eq!(stocked.levels().await, [(0, 0), (0, 0)]);
    stocked.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_back_or_not_for_sale_is_not_offered() {
    let stocked = Stocked::open(5, 3).await;
    let level = format!("/api/v1/admin/inventory/levels/{}/", stocked.variant);
    let keep = json!({ "on_hand": 5, "safety_stock": 4 });
    let kept = stocked
        .clerk
        .with("if-match", "\"v1\"")
        .put(&level, keep)
        .await
        .expect(200);
    assert_eq!(
        (&kept.body["safety_stock"], &kept.body["available"]),
        (&json!(4), &json!(1))
    );
    assert_eq!(stocked.offered().await, 4);
    let place = format!("/api/v1/admin/inventory/locations/{}/", stocked.depot);
    let closed = json!({ "is_active": false });
    let clerk = stocked.clerk.with("if-match", "\"v1\"");
    clerk.patch(&place, closed).await.expect(200);
    assert_eq!(stocked.offered().await, 1);
    let (guest, cart) = stocked.shop.guest_cart(&[(stocked.variant, 1)]).await;
    // Somebody else takes the last one that is offered.
    stocked.order(1, "Sidama").await;
    let before = stocked.shop.state().await;
    let refused = guest
        .post("/api/v1/orders/", crate::world::place_body(&cart))
        .await
        .refused(409, "insufficient_stock");
    assert_eq!(refused.body["errors"][0]["meta"]["available"], 0);
    assert_eq!(stocked.shop.state().await, before);
    let list = "/api/v1/catalogue/products/?is_available=true";
    let listed = stocked.shop.client().get(list).await.expect(200);
    assert_eq!(listed.body["data"], json!([]));
    stocked.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn locations_are_made_read_and_changed() {
    let shop = Shop::open().await;
    let clerk = shop.staff("clerk", &["stock.edit"]).await;
    let all = "/api/v1/admin/inventory/locations/";
    let new = json!({
        "code": "hawassa", "name": "Hawassa", "priority": -3,
        "regions": ["  Sidama ", "SIDAMA", "Southern  Nations"],
    });
    let made = clerk.post(all, new.clone()).await.expect(201);
    assert_eq!(made.body["regions"], json!(["sidama", "southern nations"]));
    let before = shop.state().await;
    clerk
        .post(all, new)
        .await
        .refused(409, "location_code_taken");
    for bad in [
        json!({ "code": "Hawassa", "name": "H" }),
        json!({ "code": "a--b", "name": "H" }),
        json!({ "code": "a", "name": " " }),
        json!({ "code": "a", "name": "H", "priority": 1_000_001 }),
        json!({ "code": "a", "name": "H", "regions": [""] }),
        json!({ "code": "a", "name": "H", "regions": vec!["r"; 101] }),
    ] {
        clerk.post(all, bad).await.refused(422, "invalid_body");
    }
    let one = format!("{all}{}/", made.text("/id"));
    let change = json!({ "name": "Hawassa depot" });
    let unread = clerk.patch(&one, change.clone()).await;
    unread.refused(428, "precondition_required");
    let stale = clerk.with("if-match", "\"v9\"");
    let stale = stale.patch(&one, change.clone()).await;
    stale.refused(412, "precondition_failed");
    assert_eq!(shop.state().await, before);
    let read = clerk.get(&one).await.expect(200);
    let changed = clerk
        .with("if-match", &read.etag())
        .patch(&one, change)
        .await
        .expect(200);
    assert_eq!(changed.etag(), "\"v2\"");
    let listed = clerk.get(&format!("{all}?limit=1")).await.expect(200);
    assert_eq!(listed.body["data"][0]["code"], "main");
    let cursor = listed.text("/page/next_cursor");
    let next = clerk
        .get(&format!("{all}?limit=1&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(next.body["data"], json!([changed.body]));
    let unknown = ids::LocationId::generate(shop.now());
    let nowhere = clerk.get(&format!("{all}{unknown}/")).await;
    nowhere.refused(404, "unknown_location");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shelf_where_nothing_ever_was_can_be_set() {
    let stocked = Stocked::open(5, 0).await;
    let level = format!(
        "/api/v1/admin/inventory/levels/{}/?location_id={}",
        stocked.variant, stocked.depot
    );
    let read = stocked.clerk.get(&level).await.expect(200);
    assert_eq!(
        (&read.body["on_hand"], &*read.etag()),
        (&json!(0), "\"v0\"")
    );
    let set = stocked
        .clerk
        .with("if-match", "\"v0\"")
        .put(&level, json!({ "on_hand": 2, "reason_code": "found" }))
        .await
        .expect(200);
    assert_eq!((&set.body["on_hand"], &*set.etag()), (&json!(2), "\"v1\""));
    assert_eq!(stocked.levels().await, [(5, 0), (2, 0)]);
    let nowhere = ids::LocationId::generate(stocked.shop.now());
    let level = format!(
        "/api/v1/admin/inventory/levels/{}/?location_id={nowhere}",
        stocked.variant
    );
    let read = stocked.clerk.get(&level).await;
    read.refused(404, "unknown_location");
    let set = stocked.clerk.with("if-match", "\"v0\"");
    let set = set.put(&level, json!({ "on_hand": 2 })).await;
    set.refused(404, "unknown_location");
    stocked.shop.close().await;
}
