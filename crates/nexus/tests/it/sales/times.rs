//! What a sale's times mean to whoever orders.

use chrono::TimeDelta;
use serde_json::json;

use super::{open_sale, place, seller, text};
use crate::world::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_ordered_before_the_start_and_everything_from_then_on() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 10), (200, 10)]).await;
    let staff = seller(&shop).await;
    let starts_at = shop.now() + TimeDelta::seconds(90);
    open_sale(&shop, &staff, &goods[..1], TimeDelta::seconds(90)).await;
    // It can be put into a cart, which says what stands in the way.
    let (guest, cart) = shop.guest_cart(&[(goods[0], 2), (goods[1], 1)]).await;
    let path = format!("/api/v1/cart/{cart}/");
    let shown = guest.get(&path).await.expect(200);
    assert_eq!(shown.body["is_orderable"], false);
    let problem = &shown.body["items"][0]["problems"][0];
    assert_eq!(problem["code"], "sale_not_started");
    assert_eq!(problem["meta"], json!({ "starts_at": text(starts_at) }));
    let before = shop.state().await;
    for (passed, seconds) in [(0, "90"), (500, "90"), (88_500, "1"), (999, "1")] {
        shop.advance(TimeDelta::milliseconds(passed));
        let early = place(&guest, &cart).await.refused(409, "sale_not_started");
        let meta = json!({ "variant_id": goods[0], "starts_at": text(starts_at) });
        assert_eq!(early.body["meta"], meta);
        assert_eq!(early.headers["retry-after"], seconds, "after {passed} ms");
        assert_eq!(early.body["retryable"], true);
    }
    assert_eq!(shop.state().await, before);
    // Other items are sold meanwhile.
    let (other, free) = shop.guest_cart(&[(goods[1], 1)]).await;
    place(&other, &free).await.expect(201);
    shop.advance(TimeDelta::milliseconds(1));
    let shown = guest.get(&path).await.expect(200);
    assert_eq!(shown.body["is_orderable"], true);
    place(&guest, &cart).await.expect(201);
    assert_eq!(shop.stock(goods[0]).await, (10, 2));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_ordered_from_the_end_on() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 10)]).await;
    let staff = seller(&shop).await;
    let path = open_sale(&shop, &staff, &goods, TimeDelta::zero()).await;
    let ends_at = shop.now() + TimeDelta::seconds(10);
    let staff = staff.with("if-match", "\"v1\"");
    staff
        .patch(&path, json!({ "ends_at": text(ends_at) }))
        .await
        .expect(200);
    let (first, cart) = shop.guest_cart(&[(goods[0], 1)]).await;
    shop.advance(TimeDelta::milliseconds(9_999));
    place(&first, &cart).await.expect(201);
    let (late, cart) = shop.guest_cart(&[(goods[0], 1)]).await;
    shop.advance(TimeDelta::milliseconds(1));
    let before = shop.state().await;
    let over = place(&late, &cart).await.refused(409, "sale_ended");
    assert_eq!(over.body["meta"]["ends_at"], text(ends_at));
    assert!(!over.headers.contains_key("retry-after"));
    assert_eq!(shop.state().await, before);
    // Closed by staff, it is sold as anything else.
    let staff = seller_at(&staff, 2);
    staff.delete(&path).await.expect(204);
    place(&late, &cart).await.expect(201);
    shop.close().await;
}

fn seller_at(staff: &crate::world::Client, version: i64) -> crate::world::Client {
    // The last of two headers of one name is not for a test to rely on.
    staff
        .without("if-match")
        .with("if-match", &format!("\"v{version}\""))
}

/// A cart that was ordered before, or whose key was answered, is answered the same whatever has
/// become of the sale.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_ordered_is_answered_after_the_end_too() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 10)]).await;
    let staff = seller(&shop).await;
    let path = open_sale(&shop, &staff, &goods, TimeDelta::zero()).await;
    let (guest, cart) = shop.guest_cart(&[(goods[0], 1)]).await;
    let order = place(&guest.key("k"), &cart).await.expect(201);
    let ends_at = text(shop.now() + TimeDelta::seconds(1));
    staff
        .with("if-match", "\"v1\"")
        .patch(&path, json!({ "ends_at": ends_at }))
        .await
        .expect(200);
    shop.advance(TimeDelta::seconds(2));
    let again = place(&guest.key("k"), &cart).await.expect(201);
    assert_eq!(again.bytes, order.bytes);
    let known = place(&guest, &cart).await.expect(200);
    assert_eq!(known.body["id"], order.body["id"]);
    shop.close().await;
}
