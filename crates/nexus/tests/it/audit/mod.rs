//! The audit itself: it holds over a shop that has seen everything, and it names whatever is
//! planted among its rows.

mod books;
mod commands;
mod compared;
mod credit;
mod goods;
mod parcels;
mod planted;
mod priced;
mod shelves;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use nexus::audit::{Report, audit_in};
use serde_json::json;

use crate::world::{Shop, place_body};

/// A shop with a paid order, one that waits for payment, one that expired and whose money came
/// too late, and a customer who is signed in.
async fn busy_shop() -> Shop {
    let hold = |settings: &mut nexus::config::Settings| {
        settings.payments.late_money = payments::SurplusPolicy::Hold;
        settings.checkout.unpaid.orders_per_customer = 100;
        settings.checkout.unpaid.units_per_address = 100;
    };
    let shop = Shop::open_with(kit::sabotage::Sabotage::none(), hold).await;
    let goods = shop.product("coffee", &[(1_000, 20), (500, 10)]).await;

    shop.limit(&goods, 50).await;
    let (late, order) = credit::order_with_card(&shop, goods[1]).await;
    let (late_ref, _) = shop.initiate(&late, &order).await;
    shop.advance(TimeDelta::minutes(60));
    shop.run_jobs().await;

    let (guest, cart) = shop.guest_cart(&[(goods[0], 3), (goods[1], 1)]).await;
    let order = guest
        .key("a-key")
        .post("/api/v1/orders/", place_body(&cart))
        .await
        .expect(201);
    let (tx_ref, page) = shop.initiate(&guest, &order.body).await;
    shop.on_page(&page, "pay").await.expect(302);
    guest
        .get(&format!("/api/v1/payment/verify/{tx_ref}/"))
        .await
        .expect(200);

    // Ids of one millisecond have no order: the books are to be sealed in this one.
    shop.advance(TimeDelta::minutes(1));
    // One of its ten units is gone by now.
    let path = format!("/__sim/transactions/{late_ref}/pay");
    shop.provider().post(&path, json!({})).await.expect(200);
    late.get(&format!("/api/v1/payment/verify/{late_ref}/"))
        .await
        .expect(200);
    let level = inventory::find_level(&shop.db().await, goods[1], inventory::MAIN_LOCATION).await;
    let tx = shop.app.kit.db.begin("test_restock").await.unwrap();
    inventory::adjust(
        &tx,
        level.unwrap().unwrap(),
        10,
        (inventory::ReasonCode::Found, ""),
        None,
        shop.now(),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();

    give_back(&shop, &order.text("/id"), goods[0]).await;
    send_some(&shop, &order.text("/id"), (goods[0], goods[1])).await;
    move_some(&shop, goods[0]).await;

    let sale = on_sale(&shop, goods[0]).await;
    let soon = shop.product("soon", &[(300, 0)]).await[0];
    shop.sell_beyond(soon, 5).await;
    let set = shop.product("set", &[(900, 0)]).await[0];
    shop.bundle(set, &[(goods[0], 1), (soon, 2)]).await;
    let (guest, cart) = shop.guest_cart(&[(goods[0], 2), (soon, 2), (set, 1)]).await;
    with_coupon(&shop, &guest, &cart).await;
    let token = shop.admitted(&guest, &sale, &cart).await;
    let mut body = place_body(&cart);
    body["admission_tokens"] = json!([token]);
    let order = guest.post("/api/v1/orders/", body).await.expect(201).body;
    shop.initiate(&guest, &order).await;
    shop.customer("abebe@example.com").await;
    crate::media::pictured(&shop, "cup").await;
    reduced(&shop).await;
    imported(&shop).await;
    shop.run_jobs().await;
    shop.seal().await;
    shop
}

/// Two units of an order have left, one of them has arrived; the unit of its other line is called
/// off.
async fn send_some(shop: &Shop, order: &str, goods: (ids::VariantId, ids::VariantId)) {
    let rights = ["orders.manage", "payments.refund"];
    let packer = shop.staff("packer", &rights).await;
    let path = |rest: &str| format!("/api/v1/admin/orders/{order}/{rest}/");
    let lines = json!([{ "variant_id": goods.0, "quantity": 1 }]);
    for number in 0..2 {
        let body = json!({ "lines": lines });
        let key = packer.key(&format!("parcel-{number}"));
        let parcel = key.post(&path("fulfilments"), body).await.expect(201);
        if number == 0 {
            let id = parcel.text("/id");
            let arrived = format!("/api/v1/admin/fulfilments/{id}/deliver/");
            packer.post(&arrived, json!({})).await.expect(200);
        }
    }
    let back = json!([{
        "variant_id": goods.0, "quantity": 2, "reason": "damaged", "resolution": "refund",
    }]);
    let one = packer
        .post(&path("returns"), json!({ "lines": back }))
        .await;
    let one = one.expect(201).text("/id");
    let came = json!({ "lines": [{ "variant_id": goods.0, "restocked": 1, "written_off": 1 }] });
    let of_return = |verb: &str| format!("/api/v1/admin/returns/{one}/{verb}/");
    let take = packer.key("take").post(&of_return("receive"), came).await;
    take.expect(200);
    let lines = json!({ "lines": [{ "variant_id": goods.0, "quantity": 1 }] });
    for verb in ["refund", "exchange"] {
        let given = packer.key(verb).post(&of_return(verb), lines.clone()).await;
        given.expect(200);
    }
    let lines = json!([{ "variant_id": goods.1, "quantity": 1 }]);
    let body = json!({ "lines": lines, "reason": "cracked", "is_refunded": false });
    packer
        .key("call-off")
        .post(&path("cancel"), body)
        .await
        .expect(201);
}

/// Some units stand at a second location.
async fn move_some(shop: &Shop, variant: ids::VariantId) {
    let depot = shop.location("depot", &[]).await;
    let clerk = shop.staff("mover", &["stock.edit"]).await;
    let lines = json!([{ "variant_id": variant, "quantity": 4 }]);
    let body = json!({
        "from_location_id": inventory::MAIN_LOCATION, "to_location_id": depot, "lines": lines,
    });
    let path = "/api/v1/admin/inventory/transfers/";
    clerk.post(path, body).await.expect(201);
    let all = "/api/v1/admin/inventory/counts/";
    let count = json!({ "location_id": depot });
    let count = clerk.post(all, count).await.expect(201).text("/id");
    let lines = json!({ "lines": [{ "variant_id": variant, "counted": 5 }] });
    let path = format!("{all}{count}/lines/");
    clerk.put(&path, lines).await.expect(200);
    let path = format!("{all}{count}/apply/");
    clerk.post(&path, json!({})).await.expect(200);
}

/// A product came in a file.
async fn imported(shop: &Shop) {
    let clerk = shop.staff("importing", &["catalogue.edit"]).await;
    let file = b"sku,title.en,currency,price\nIMP,Imported,ETB,1.00\n".to_vec();
    let path = crate::imports::IMPORTS;
    let sent = clerk.try_raw(http::Method::POST, path, "text/csv", Some(file));
    sent.await.expect("an answer").expect(202);
}

/// A product is in a sale that runs.
async fn reduced(shop: &Shop) {
    let clerk = shop.staff("pricing", &["catalogue.edit"]).await;
    let scarf = shop.product("scarf", &[(800, 0)]).await[0];
    let price = json!({ "amount": 700, "currency": "ETB" });
    let sale = json!({ "name": "Sale", "currency": "ETB",
        "prices": [{ "variant_id": scarf, "price": price }] });
    let path = "/api/v1/admin/catalogue/price-lists/";
    clerk.post(path, sale).await.expect(201);
}

/// A cart has a coupon.
async fn with_coupon(shop: &Shop, guest: &crate::world::Client, cart: &str) {
    let clerk = shop.staff("terms", &["terms.edit"]).await;
    let coupon = json!({ "name": "Tenth", "code": "TENTH", "kind": "percentage",
        "percentage": "10", "usage_limit": 5 });
    let path = "/api/v1/admin/promotions/";
    clerk.post(path, coupon).await.expect(201);
    let path = format!("/api/v1/cart/{cart}/coupons/");
    let body = json!({ "code": "tenth" });
    guest.post(&path, body).await.expect(200);
}

/// A variant is in a sale that starts now and has a queue; answers which.
async fn on_sale(shop: &Shop, variant: ids::VariantId) -> String {
    let sale = ids::SaleId::generate(shop.now());
    let (now, before) = (shop.now(), shop.now() - TimeDelta::seconds(1));
    let db = shop.db().await;
    let sql = "
        insert into sales (id, name, starts_at, created_at, updated_at, queue_slots,
            queue_token_seconds, queue_since)
        values ($1, 'Week', $2, $3, $3, 1, 60, $3)";
    db.execute(sql, &[&sale, &now, &before]).await.unwrap();
    let sql = "insert into sale_variants (variant_id, sale_id, added_at) values ($1, $2, $3)";
    db.execute(sql, &[&variant, &sale, &before]).await.unwrap();
    sale.to_string()
}

/// One unit of an order is given back and is with the buyer; a part of another is on its way.
async fn give_back(shop: &Shop, order: &str, variant: ids::VariantId) {
    let owner = shop.superuser().await;
    let habit = json!({ "refund_progress": "instant" });
    let provider = shop.provider();
    provider.patch("/__sim/variants", habit).await.expect(200);
    let lines = [
        json!({ "variant_id": variant, "quantity": 1 }),
        json!({ "variant_id": variant, "quantity": 0, "amount": { "amount": 50, "currency": "ETB" } }),
    ];
    for (number, line) in lines.into_iter().enumerate() {
        let body = json!({ "order_id": order, "lines": [line], "reason": "a crack" });
        owner
            .key(&format!("refund-{number}"))
            .post("/api/v1/admin/payments/refunds/", body)
            .await
            .expect(201);
        if number == 0 {
            shop.run_jobs().await;
            shop.advance(TimeDelta::minutes(1));
            shop.run_jobs().await;
            let habit = json!({ "refund_progress": "manual" });
            provider.patch("/__sim/variants", habit).await.expect(200);
        }
    }
}

/// What the audit says of the shop with some rows changed; the change is forgotten afterwards.
async fn audit_with(shop: &Shop, change: &str) -> Report {
    let tx = shop.app.kit.db.begin("planted").await.unwrap();
    // Foreign keys stand aside for what no statement of ours could write.
    tx.batch("set local session_replication_role = replica")
        .await
        .unwrap();
    let planted = tx.batch(change).await;
    planted.unwrap_or_else(|error| panic!("{change}: {error}"));
    let report = audit_in(&tx, shop.now()).await.unwrap();
    tx.rollback().await.unwrap();
    report
}

fn broken(report: &Report) -> Vec<&'static str> {
    let broken = report.checks.iter().filter(|check| !check.holds());
    broken.map(|check| check.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_shop_is_clean_and_its_figures_are_told() {
    let shop = busy_shop().await;
    let report = audit_with(&shop, "select").await;
    assert!(report.is_clean(), "{report:#?}");
    let ids: BTreeSet<&str> = report.checks.iter().map(|check| check.id).collect();
    assert_eq!(
        ids.len(),
        report.checks.len(),
        "a number names one invariant"
    );
    let looked_at = |check: &nexus::audit::Check| check.rows_checked > 0;
    assert!(report.checks.iter().all(looked_at), "{report:#?}");
    let summary = serde_json::to_value(&report.summary).unwrap();
    let expected = json!({
        "orders_by_status": { "expired": 1, "paid": 1, "pending_payment": 1 },
        "units_on_hand": 29,
        "units_reserved": 3,
        "units_sold": 4,
        "captured": [{ "currency": "ETB", "applied_minor": 3_500, "surplus_minor": 5_000 }],
    });
    assert_eq!(summary, expected);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_planted_is_named() {
    let shop = busy_shop().await;
    let mut missed = Vec::new();
    let cases = planted::CASES.iter().chain(shelves::CASES);
    let cases = cases.chain(books::CASES).chain(compared::CASES);
    let cases = cases
        .chain(parcels::CASES)
        .chain(goods::CASES)
        .chain(credit::CASES);
    let cases = cases.chain(priced::CASES);
    for (what, change, ids) in cases {
        let report = audit_with(&shop, change).await;
        if broken(&report) != *ids {
            missed.push((*what, broken(&report), *ids));
        }
    }
    assert!(missed.is_empty(), "planted, named, due: {missed:#?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_violations_are_listed_and_all_are_counted() {
    let shop = busy_shop().await;
    let change = "
        insert into idempotency_keys (principal, route, key, fingerprint, created_at)
        select 'guest', 'placeOrder', to_char(n, 'FM000'), '', now()
        from generate_series(1, 250) as n";
    let report = audit_with(&shop, change).await;
    assert_eq!(broken(&report), ["I16"]);
    let check = report
        .checks
        .iter()
        .find(|check| check.id == "I16")
        .unwrap();
    assert_eq!((check.violation_count, check.violations.len()), (250, 100));
    assert_eq!(check.violations[99].subject, "key 100");
    shop.close().await;
}
