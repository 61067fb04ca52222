//! Every write that takes a JSON body, as it would be taken, with every member that it may have.

use http::Method;
use serde_json::{Value, json};

use super::{PASSWORD, Write, priced_by::of_terms};
use crate::world::{Client, Shop, place_body};

pub(super) fn etb(minor: i64) -> Value {
    json!({ "amount": minor, "currency": "ETB" })
}

/// Every write that takes a JSON body. Administrative changes carry no version yet.
pub(super) async fn writes(shop: &Shop) -> Vec<Write> {
    // A message that comes while a refusal is looked at would look like its doing.
    shop.send_webhooks(json!({ "drop": true })).await;
    let staff = shop.staff("writer", &staff::PERMISSIONS).await;
    let mut all = of_sales(shop).await;
    all.extend(of_refunds(shop, &staff).await);
    all.extend(of_accounts(shop).await);
    all.extend(of_payments(shop, &staff).await);
    all.extend(super::goods::writes(shop, &staff).await);
    all.extend(of_webhooks(&staff).await);
    all.push(of_reviews(&staff));
    all.extend(of_comparing(&staff));
    all.extend(of_stock(shop, &staff).await);
    all.extend(of_flash_sales(shop, &staff).await);
    all.extend(super::orders::writes(shop, &staff).await);
    all.extend(of_terms(shop, &staff).await);
    all.extend(super::credit::writes(shop, &staff).await);
    all
}

/// What is wrong with a body is said before its difference is looked for.
fn of_comparing(staff: &Client) -> Vec<Write> {
    let staff = staff.key("a-key");
    let payments = |rest: &str| format!("/api/v1/admin/payments/{rest}");
    let window = json!({ "from_at": "2026-01-01T00:00:00Z", "to_at": "2026-01-02T00:00:00Z" });
    let resolved = json!({ "action": "dismiss", "note": "An event of the shop" });
    let found = "reconciliation-breaks/019aab00-0000-7000-8000-000000000002/resolve/";
    let post =
        |name, path: &str, body| Write::new(name, &staff, Method::POST, &payments(path), body);
    vec![
        post("reconcilePayments", "reconciliations/", window),
        post("resolveReconciliationBreak", found, resolved),
    ]
}

async fn of_sales(shop: &Shop) -> Vec<Write> {
    let coffee = shop.product("coffee", &[(100, 50)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 2)]).await;
    let read = guest
        .get(&format!("/api/v1/cart/{cart}/"))
        .await
        .expect(200);
    let items = format!("/api/v1/cart/{cart}/items/");
    let item = format!("{items}{}/", read.text("/items/0/id"));
    let mut order = place_body(&cart);
    for (member, text) in [("woreda", "03"), ("kebele", "04"), ("line", "Street 5")] {
        order["shipping_address"][member] = json!(text);
    }
    for (member, value) in [("note", json!("Ring twice")), ("expected_total", etb(200))] {
        order[member] = value;
    }
    order["language"] = json!("am");
    order["admission_tokens"] = json!(["of an earlier sale"]);
    let sign_in = json!({ "email": "abebe@example.com", "password": "no", "cart_id": cart });
    let line = json!({ "variant_id": coffee, "quantity": 1 });
    let changed = json!({ "quantity": 1 });
    vec![
        Write::new("addCartItem", &guest, Method::POST, &items, line),
        Write::new("updateCartItem", &guest, Method::PATCH, &item, changed),
        Write::new("placeOrder", &guest, Method::POST, "/api/v1/orders/", order),
        Write::new("signIn", &guest, Method::POST, "/auth/jwt/create/", sign_in),
    ]
}

/// Of a paid order; the keys are those of the table, because only what is taken uses one up.
async fn of_refunds(shop: &Shop, staff: &Client) -> Vec<Write> {
    let cup = shop.product("cup", &[(100, 50)]).await[0];
    let (guest, order) = shop.guest_order(&[(cup, 2)]).await;
    let (_, page) = shop.initiate(&guest, &order).await;
    shop.on_page(&page, "pay").await.expect(302);
    shop.run_jobs().await;
    let path = "/api/v1/admin/payments/refunds/";
    let body = json!({ "order_id": order["id"], "amount": etb(10), "reason": "a crack" });
    let refund = staff.key("first").post(path, body).await.expect(201);
    shop.run_jobs().await;
    let staff = staff.key("bad-input");
    let lines = json!([{ "variant_id": cup, "quantity": 1, "amount": etb(90) }]);
    let wish = json!({ "order_id": order["id"], "lines": lines, "reason": "a crack" });
    let confirm = format!("{path}{}/confirm/", refund.text("/id"));
    let word = json!({ "outcome": "refunded", "reference": "FT1", "note": "seen" });
    vec![
        Write::new("requestRefund", &staff, Method::POST, path, wish),
        Write::new("confirmRefund", &staff, Method::POST, &confirm, word),
    ]
}

async fn of_payments(shop: &Shop, staff: &Client) -> Vec<Write> {
    let tea = shop.product("tea", &[(100, 5)]).await[0];
    let (guest, order) = shop.guest_order(&[(tea, 1)]).await;
    let path = format!(
        "/api/v1/payment/initiate/{}/",
        order["id"].as_str().unwrap()
    );
    let way = json!({ "provider": "bank_transfer" });
    let tx_ref = guest.post(&path, way).await.expect(200).text("/tx_ref");
    let sql = "select id::text from payment_attempts where tx_ref = $1";
    let row = shop.db().await.query_one(sql, &[&tx_ref]).await.unwrap();
    let attempt: String = row.get(0);
    let attempt = format!("/api/v1/admin/payments/attempts/{attempt}/");
    let (confirm, reject) = (format!("{attempt}confirm/"), format!("{attempt}reject/"));
    let came = json!({
        "amount": etb(100), "reference": "FT1", "received_at": "2026-01-05T09:00:00Z",
        "note": "page 2",
    });
    let never = json!({ "reason": "never came" });
    let staff = staff.key("by-hand");
    vec![
        Write::new(
            "confirmPaymentAttempt",
            &staff,
            Method::POST,
            &confirm,
            came,
        ),
        Write::new("rejectPaymentAttempt", &staff, Method::POST, &reject, never),
    ]
}

async fn of_accounts(shop: &Shop) -> Vec<Write> {
    let abebe = shop.customer("abebe@example.com").await;
    let nobody = shop.client();
    let account = json!({
        "email": "sara@example.com", "password": PASSWORD, "first_name": "Sara",
        "last_name": "Tesfaye", "phone": "0911223344", "language": "en",
    });
    let changes = json!({
        "email": "new@example.com", "password": "three ripe mangoes", "first_name": "A",
        "last_name": "B", "phone": "0911223344", "language": "en", "current_password": PASSWORD,
    });
    let credentials = json!({ "email": "owner@shop.example", "password": "no" });
    let book = "/auth/users/me/addresses/";
    let address = json!({
        "name": "Abebe Bikila", "phone": "0911223344", "country": "ET", "region": "Sidama",
        "city": "Hawassa", "woreda": "03", "kebele": "04", "line": "Street 5",
        "landmark": "by the lake", "postcode": "1000",
    });
    let kept = json!({ "label": "home", "address": address, "is_default": true });
    let home = abebe.post(book, kept.clone()).await.expect(201).text("/id");
    let home = format!("{book}{home}/");
    let refresh = json!({ "refresh": "r" });
    let post = |name, path: &str, body| Write::new(name, &nobody, Method::POST, path, body);
    vec![
        Write::new(
            "changeOwnAccount",
            &abebe,
            Method::PATCH,
            "/auth/users/me/",
            changes,
        ),
        Write::new("keepOwnAddress", &abebe, Method::POST, book, kept.clone()),
        Write::new("replaceOwnAddress", &abebe, Method::PUT, &home, kept),
        post("registerCustomer", "/auth/users/", account),
        post("refreshSession", "/auth/jwt/refresh/", refresh.clone()),
        post("signOut", "/auth/jwt/revoke/", refresh),
        post("verifyToken", "/auth/jwt/verify/", json!({ "token": "t" })),
        post("signInStaff", "/api/v1/admin/auth/jwt/create/", credentials),
    ]
}

async fn of_stock(shop: &Shop, staff: &Client) -> Vec<Write> {
    let crate_of = shop.product("crate", &[(100, 50)]).await[0];
    let depot = shop.location("depot", &[]).await;
    let path = |rest: &str| format!("/api/v1/admin/inventory/{rest}");
    let place = json!({ "code": "shop", "name": "Shop", "priority": 1, "regions": ["Sidama"] });
    let mut changed = place.clone();
    changed["is_active"] = json!(true);
    let moved = json!({ "movements": [{
        "kind": "adjustment", "variant_id": crate_of, "location_id": depot, "quantity": 2,
        "reason": "shelf 4", "reason_code": "found", "version": 0,
    }] });
    let truck = json!({
        "from_location_id": inventory::MAIN_LOCATION, "to_location_id": depot,
        "lines": [{ "variant_id": crate_of, "quantity": 1 }], "reason": "truck 4",
    });
    let one = format!("locations/{depot}/");
    let opened = json!({ "location_id": depot, "note": "the year's end" });
    let count = staff
        .post(&path("counts/"), opened.clone())
        .await
        .expect(201);
    let lines = path(&format!("counts/{}/lines/", count.text("/id")));
    let counted = json!({ "lines": [{ "variant_id": crate_of, "counted": 3 }] });
    let set = shop.product("set", &[(100, 0)]).await[0];
    let bundle = path(&format!("bundles/{set}/"));
    let parts = json!({ "parts": [{ "variant_id": crate_of, "quantity": 2 }] });
    let terms = path(&format!("terms/{crate_of}/"));
    let termed = json!({
        "per_order_max": 2, "per_customer_max": 4, "per_customer_days": 30,
        "low_stock_threshold": 5,
        "backorder": { "kind": "preorder", "max": 9, "expected_at": "2026-02-01T00:00:00Z" },
    });
    let post = |name, rest, body| Write::new(name, staff, Method::POST, &path(rest), body);
    vec![
        post("createStockLocation", "locations/", place),
        Write::new(
            "updateStockLocation",
            staff,
            Method::PATCH,
            &path(&one),
            changed,
        ),
        Write::new("setBundle", staff, Method::PUT, &bundle, parts),
        Write::new("updateStockTerms", staff, Method::PATCH, &terms, termed),
        post("recordStockMovements", "movements/", moved),
        post("transferStock", "transfers/", truck),
        post("openStockCount", "counts/", opened),
        Write::new("enterStockCount", staff, Method::PUT, &lines, counted),
    ]
}

/// A decision about a review that is not there: what is wrong with the body is said first.
fn of_reviews(staff: &Client) -> Write {
    let id = ids::ReviewId::generate(chrono::DateTime::UNIX_EPOCH);
    let path = format!("/api/v1/admin/payments/reviews/{id}/resolve/");
    let body = json!({ "action": "dismiss", "note": "seen" });
    let staff = staff.key("resolve");
    Write::new("resolvePaymentReview", &staff, Method::POST, &path, body)
}

async fn of_webhooks(staff: &Client) -> Vec<Write> {
    let all = "/api/v1/admin/webhooks/endpoints/";
    let new = json!({
        "url": "http://127.0.0.1:1999/hook", "description": "Books", "events": ["order.paid"],
    });
    let made = staff.post(all, new.clone()).await.expect(201);
    let one = format!("{all}{}/", made.text("/id"));
    let (test, again) = (format!("{one}test/"), format!("{one}redeliver/"));
    let event = json!({ "event": "order.paid" });
    let range = json!({ "first_sequence": 1, "last_sequence": 1 });
    let post = |name, path: &str, body| Write::new(name, staff, Method::POST, path, body);
    vec![
        post("createWebhookEndpoint", all, new.clone()),
        Write::new("updateWebhookEndpoint", staff, Method::PATCH, &one, new),
        post("testWebhookEndpoint", &test, event),
        post("redeliverWebhooks", &again, range),
    ]
}

async fn of_flash_sales(shop: &Shop, staff: &Client) -> Vec<Write> {
    let path = "/api/v1/admin/sales/";
    let later = |hours| json!(shop.now() + chrono::TimeDelta::hours(hours));
    let body = |variants: &[ids::VariantId]| {
        json!({
            "name": "Week", "variant_ids": variants, "starts_at": later(1), "ends_at": later(2),
            "queue": { "slots": 5, "token_seconds": 60 },
        })
    };
    let on_sale = shop.product("on-sale", &[(100, 5)]).await;
    let made = staff.post(path, body(&on_sale)).await.expect(201);
    let one = format!("{path}{}/", made.text("/id"));
    let queue = json!({ "slots": 6, "token_seconds": 90 });
    let change = json!({
        "name": "Week", "starts_at": later(2), "ends_at": later(3), "queue": queue,
    });
    let (guest, cart) = shop.guest_cart(&[(on_sale[0], 1)]).await;
    let join = format!("/api/v1/sales/{}/queue/", made.text("/id"));
    let joins = json!({ "cart_id": cart });
    let new = body(&shop.product("for-sale", &[(100, 5)]).await);
    vec![
        Write::new("createSale", staff, Method::POST, path, new),
        Write::new("updateSale", staff, Method::PATCH, &one, change),
        Write::new("joinQueue", &guest, Method::POST, &join, joins),
    ]
}
