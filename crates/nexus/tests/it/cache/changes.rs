//! Whatever a page or a list shows: when it changes, by whatever way, what was kept is not shown.

use super::PRODUCTS;
use crate::world::Shop;

/// What changes, by a statement past the shop, and which answers that changes.
const CHANGES: [(&str, &[&str]); 20] = [
    (
        "update products set title = '{\"en\": \"Torch\"}' where slug = 'lamp'",
        &["", "lamp/"],
    ),
    (
        "update products set slug = 'light' where slug = 'lamp'",
        &["", "lamp/", "light/"],
    ),
    (
        "update products set slug = 'lamp' where slug = 'light'",
        &["", "lamp/", "light/"],
    ),
    (
        "update products set tags = '{new}' where slug = 'lamp'",
        &["lamp/"],
    ),
    (
        "update products set status = 'archived' where slug = 'lamp'",
        &["", "lamp/"],
    ),
    (
        "update products set status = 'published' where slug = 'lamp'",
        &["", "lamp/"],
    ),
    (
        "update variants set price_minor = 90, compare_at_minor = 95 where price_minor = 110",
        &["lamp/"],
    ),
    (
        "update brands set name = '{\"en\": \"Sole\"}'",
        &["", "lamp/"],
    ),
    (
        "update categories set name = '{\"en\": \"Lights\"}'",
        &["lamp/"],
    ),
    ("delete from product_categories", &["lamp/"]),
    (
        "insert into product_images (id, product_id, position, url)
         select gen_random_uuid(), id, 1, '/media/lamp.svg' from products where slug = 'lamp'",
        &["", "lamp/"],
    ),
    (
        "update product_images set alt = '{\"en\": \"A lamp\"}'",
        &["", "lamp/"],
    ),
    ("delete from product_images", &["", "lamp/"]),
    (
        "insert into product_options (id, product_id, position, name)
         select gen_random_uuid(), id, 1, '{\"en\": \"Size\"}' from products where slug = 'lamp'",
        &["lamp/"],
    ),
    (
        "insert into product_option_values (id, option_id, position, label)
         select gen_random_uuid(), id, 1, '{\"en\": \"Large\"}' from product_options",
        &["lamp/", "chair/"],
    ),
    (
        "update product_option_values set label = '{\"en\": \"Small\"}'",
        &["lamp/", "chair/"],
    ),
    (
        "update stock_levels set reserved = 1 where on_hand = 3",
        &["lamp/"],
    ),
    (
        "update stock_levels set reserved = 3 where on_hand = 3",
        &["", "lamp/"],
    ),
    ("update stock_levels set reserved = 0", &["", "lamp/"]),
    (
        "update stock_locations set is_active = false",
        &["", "lamp/"],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_seen() {
    let shop = Shop::open().await;
    shop.product("lamp", &[(110, 3)]).await;
    shop.product("chair", &[(100, 0)]).await;
    let setting = "
        insert into brands (id, slug, name, created_at, updated_at)
        values ('01900000-0000-7000-8000-00000000000a', 'tena', '{\"en\": \"Tena\"}', now(), now());
        insert into categories (id, slug, name, created_at, updated_at)
        values
            ('01900000-0000-7000-8000-00000000000b', 'lamps', '{\"en\": \"Lamps\"}', now(), now());
        update products set brand_id = '01900000-0000-7000-8000-00000000000a' where slug = 'lamp';
        insert into product_categories (product_id, category_id)
        select id, '01900000-0000-7000-8000-00000000000b' from products where slug = 'lamp'";
    shop.db().await.batch(setting).await.unwrap();
    let paths = ["", "lamp/", "light/", "chair/"];
    let answers = async || {
        let mut answers = Vec::new();
        for path in paths {
            let answer = shop.client().get(&format!("{PRODUCTS}{path}")).await;
            answers.push((answer.status, answer.headers.get("etag").cloned()));
        }
        answers
    };
    let mut before = answers().await;
    for (change, changed) in CHANGES {
        let loads = shop.app.cache.loads();
        assert_eq!(
            answers().await,
            before,
            "nothing has changed before {change}"
        );
        assert_eq!(
            shop.app.cache.loads(),
            loads,
            "all was kept before {change}"
        );
        shop.db().await.batch(change).await.unwrap();
        let after = answers().await;
        for (path, (was, is)) in paths.iter().zip(before.iter().zip(&after)) {
            assert_eq!(was != is, changed.contains(path), "{path:?} after {change}");
        }
        before = after;
    }
    shop.close_broken().await;
}

/// Stock that orders take and give back, and a bundle with one part too few.
#[tokio::test(flavor = "multi_thread")]
async fn what_orders_take_is_seen() {
    let shop = Shop::open().await;
    let part = shop.product("part", &[(100, 3)]).await[0];
    let set = shop.product("set", &[(250, 0)]).await[0];
    shop.bundle(set, &[(part, 2)]).await;
    let shown = async || {
        let mut shown = Vec::new();
        for path in ["part/", "set/"] {
            let page = shop
                .client()
                .get(&format!("{PRODUCTS}{path}"))
                .await
                .expect(200);
            shown.push(page.body["variants"][0]["available"].as_i64().unwrap());
        }
        let list = shop
            .client()
            .get(&format!("{PRODUCTS}?sort=price"))
            .await
            .expect(200);
        for entry in list.body["data"].as_array().unwrap() {
            shown.push(entry["is_available"].as_bool().unwrap().into());
        }
        shown
    };
    assert_eq!(shown().await, [3, 1, 1, 1]);
    let (guest, order) = shop.guest_order(&[(part, 2)]).await;
    assert_eq!(shown().await, [1, 0, 1, 0]);
    let cancel = format!("/api/v1/orders/{}/cancel/", order["id"].as_str().unwrap());
    guest.post(&cancel, serde_json::json!({})).await.expect(200);
    assert_eq!(shown().await, [3, 1, 1, 1]);
    shop.paid_order(&[(set, 1)]).await;
    assert_eq!(shown().await, [1, 0, 1, 0]);
    shop.close().await;
}
