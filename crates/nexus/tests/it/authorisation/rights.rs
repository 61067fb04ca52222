//! Administrative operations: nobody and customers never, staff with the right and no other.

use serde_json::{Value, json};

use super::address;
use crate::world::{Answer, Client, Shop};

/// An administrative operation, what it needs and what it is tried with.
pub(super) struct Operation {
    pub(super) name: &'static str,
    /// The right; none where an account is enough.
    right: Option<&'static str>,
    /// Whose id stands in its path.
    target: Option<Target>,
    /// The version for `If-Match`.
    version: Option<i64>,
    body: fn() -> Value,
    status: u16,
}

#[derive(Clone, Copy)]
enum Target {
    Brand,
    Category,
    Product,
    Variant,
    Refund,
    Attempt,
    Webhook,
    Review,
}

const CATALOGUE: Option<&str> = Some("catalogue.edit");
const STOCK: Option<&str> = Some("stock.edit");
const BOOKS: Option<&str> = Some("ledger.read");
const ORDERS: Option<&str> = Some("orders.read");
const REFUNDS: Option<&str> = Some("payments.refund");
const PAYMENTS: Option<&str> = Some("payments.manage");
const STAFF: Option<&str> = Some("staff.manage");

const fn read(
    name: &'static str,
    right: Option<&'static str>,
    target: Option<Target>,
) -> Operation {
    Operation {
        name,
        right,
        target,
        version: None,
        body: || Value::Null,
        status: 200,
    }
}

const fn create(name: &'static str, body: fn() -> Value) -> Operation {
    Operation {
        name,
        right: CATALOGUE,
        target: None,
        version: None,
        body,
        status: 201,
    }
}

const fn change(name: &'static str, target: Target, body: fn() -> Value) -> Operation {
    Operation {
        name,
        right: CATALOGUE,
        target: Some(target),
        version: Some(1),
        body,
        status: 200,
    }
}

const fn remove(name: &'static str, target: Target) -> Operation {
    let (version, body): (_, fn() -> Value) = (Some(2), || Value::Null);
    Operation {
        name,
        right: CATALOGUE,
        target: Some(target),
        version,
        body,
        status: 204,
    }
}

const fn of_money(
    name: &'static str,
    target: Option<Target>,
    status: u16,
    body: fn() -> Value,
) -> Operation {
    Operation {
        name,
        right: REFUNDS,
        target,
        version: None,
        body,
        status,
    }
}

/// In the place of the id of an order that is paid.
const ORDER: &str = "the order";

/// In the order in which they are tried with the right.
pub(super) static OPERATIONS: [Operation; 34] = [
    read("getOwnStaffAccount", None, None),
    read("listAuditEntries", STAFF, None),
    read("listPaymentAttempts", ORDERS, None),
    read("getPaymentAttempt", ORDERS, Some(Target::Attempt)),
    read("verifyPaymentAttempt", PAYMENTS, Some(Target::Attempt)),
    read("listPaymentReviews", ORDERS, None),
    read("getLedgerBalances", BOOKS, None),
    read("listLedgerTransfers", BOOKS, None),
    read("listLedgerDays", BOOKS, None),
    read("exportLedger", BOOKS, None),
    read("listRefunds", ORDERS, None),
    read("getRefund", ORDERS, Some(Target::Refund)),
    of_money(
        "requestRefund",
        None,
        201,
        || json!({ "order_id": ORDER, "amount": { "amount": 10, "currency": "ETB" }, "reason": "x" }),
    ),
    of_money(
        "confirmRefund",
        Some(Target::Refund),
        200,
        || json!({ "outcome": "not_refunded", "note": "x" }),
    ),
    of_money("checkRefund", Some(Target::Refund), 200, || Value::Null),
    read("getPaymentReview", ORDERS, Some(Target::Review)),
    Operation {
        right: PAYMENTS,
        version: None,
        ..change(
            "resolvePaymentReview",
            Target::Review,
            || json!({ "action": "dismiss", "note": "seen" }),
        )
    },
    read("listReceivedWebhooks", ORDERS, None),
    read("getReceivedWebhook", ORDERS, Some(Target::Webhook)),
    read("processReceivedWebhook", PAYMENTS, Some(Target::Webhook)),
    read("getStockLevel", STOCK, Some(Target::Variant)),
    Operation {
        right: STOCK,
        ..change("setStockLevel", Target::Variant, || json!({ "on_hand": 7 }))
    },
    create("createBrand", || json!({ "name": { "en": "New" } })),
    read("getBrandAsStaff", CATALOGUE, Some(Target::Brand)),
    change(
        "updateBrand",
        Target::Brand,
        || json!({ "slug": "changed" }),
    ),
    remove("deleteBrand", Target::Brand),
    create("createCategory", || json!({ "name": { "en": "New" } })),
    read("getCategoryAsStaff", CATALOGUE, Some(Target::Category)),
    change(
        "updateCategory",
        Target::Category,
        || json!({ "slug": "changed" }),
    ),
    remove("deleteCategory", Target::Category),
    create("createProduct", || {
        json!({
            "title": { "en": "New" },
            "variants": [{ "sku": "NEW", "price": { "amount": 100, "currency": "ETB" } }],
        })
    }),
    read("getProductAsStaff", CATALOGUE, Some(Target::Product)),
    change(
        "updateProduct",
        Target::Product,
        || json!({ "slug": "changed" }),
    ),
    change(
        "updateVariant",
        Target::Variant,
        || json!({ "sku": "CHANGED" }),
    ),
];

/// A payment of which the provider says something strange, a message that names nothing, and what
/// a person must look at: their ids.
async fn payment(shop: &Shop) -> [String; 3] {
    let tea = shop.product("tea", &[(100, 5)]).await[0];
    let (guest, order) = shop.guest_order(&[(tea, 1)]).await;
    let (tx_ref, _) = shop.initiate(&guest, &order).await;
    let data = json!({
        "status": "success", "tx_ref": tx_ref, "mode": "live", "reference": "r-1",
        "amount": "1.00", "currency": "ETB", "charge": "0.03",
    });
    let answer = json!({ "message": "Payment details", "status": "success", "data": data });
    let fault = json!({
        "call": "verify", "kind": "answer", "status": 200, "body": answer.to_string(),
    });
    shop.provider()
        .post("/__sim/faults", fault)
        .await
        .expect(200);
    let verify = format!("/api/v1/payment/verify/{tx_ref}/");
    shop.client().get(&verify).await.expect(200);
    let secret = chapa::Secret::new(crate::world::WEBHOOK_SECRET);
    let signature = chapa::webhook::signature(&secret, b"{}");
    let sender = shop.client().with("x-chapa-signature", &signature);
    sender
        .post("/api/v1/payment/webhook/chapa/", json!({}))
        .await
        .expect(200);
    let id = async |table: &str| {
        let sql = format!("select id::text from {table}");
        let row = shop.db().await.query_one(&sql, &[]).await.unwrap();
        row.get(0)
    };
    [
        id("payment_attempts").await,
        id("webhooks_received").await,
        id("payment_reviews").await,
    ]
}

struct Targets {
    brand: String,
    category: String,
    product: String,
    variant: String,
    refund: String,
    order: String,
    attempt: String,
    webhook: String,
    review: String,
}

impl Targets {
    async fn of(shop: &Shop) -> Self {
        let owner = shop.superuser().await;
        let create = async |name, body| {
            let (method, path) = address(name, &[]);
            owner
                .send(method, &path, Some(body))
                .await
                .expect(201)
                .text("/id")
        };
        let variant = shop.product("coffee", &[(100, 5)]).await[0].to_string();
        let coffee = shop
            .client()
            .get("/api/v1/catalogue/products/coffee/")
            .await
            .expect(200);
        let [attempt, webhook, review] = payment(shop).await;
        let (order, refund) = lost_refund(shop, &owner).await;
        Self {
            refund,
            order,
            attempt,
            webhook,
            review,
            brand: create("createBrand", json!({ "name": { "en": "Old" } })).await,
            category: create("createCategory", json!({ "name": { "en": "Old" } })).await,
            product: coffee.text("/id"),
            variant,
        }
    }

    const fn id(&self, target: Target) -> &String {
        match target {
            Target::Brand => &self.brand,
            Target::Category => &self.category,
            Target::Product => &self.product,
            Target::Variant => &self.variant,
            Target::Refund => &self.refund,
            Target::Attempt => &self.attempt,
            Target::Webhook => &self.webhook,
            Target::Review => &self.review,
        }
    }
}

/// A paid order, and a refund of a part of it of which nobody knows what has become.
async fn lost_refund(shop: &Shop, owner: &Client) -> (String, String) {
    let variant = shop.product("cup", &[(100, 5)]).await[0];
    let (guest, order) = shop.guest_order(&[(variant, 1)]).await;
    let (_, page) = shop.initiate(&guest, &order).await;
    shop.on_page(&page, "pay").await.expect(302);
    shop.run_jobs().await;
    let lost = json!({ "call": "refund", "kind": "lost_answer" });
    shop.provider()
        .post("/__sim/faults", lost)
        .await
        .expect(200);
    let id = order["id"].as_str().unwrap().to_owned();
    let amount = json!({ "amount": 10, "currency": "ETB" });
    let body = json!({ "order_id": id, "amount": amount, "reason": "x" });
    let refund = owner
        .key("lost")
        .post("/api/v1/admin/payments/refunds/", body)
        .await
        .expect(201);
    shop.run_jobs().await;
    (id, refund.text("/id"))
}

impl Operation {
    async fn by(&self, who: &Client, targets: &Targets) -> Answer {
        let ids: Vec<&str> = self
            .target
            .iter()
            .map(|target| targets.id(*target).as_str())
            .collect();
        let (method, path) = address(self.name, &ids);
        let who = match self.version {
            Some(version) => who.with("if-match", &format!("\"v{version}\"")),
            None => who.clone(),
        };
        let who = who.key(self.name);
        let body = Some((self.body)()).filter(|body| !body.is_null());
        let body = body.map(|body| {
            let text = body.to_string().replace(ORDER, &targets.order);
            serde_json::from_str(&text).unwrap()
        });
        who.send(method, &path, body).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrative_operation_needs_its_right() {
    let shop = Shop::open().await;
    let targets = Targets::of(&shop).await;
    let customer = shop.customer("abebe@example.com").await;
    let (guest, _) = shop.guest_cart(&[]).await;
    let powerless = shop.staff("powerless", &[]).await;
    let before = shop.state().await;
    for operation in &OPERATIONS {
        let nobody = operation.by(&shop.client(), &targets).await;
        let nobody = nobody.refused(401, "authentication_required");
        assert_eq!(nobody.headers["www-authenticate"], "Bearer");
        operation
            .by(&guest, &targets)
            .await
            .refused(401, "authentication_required");
        operation
            .by(&customer, &targets)
            .await
            .refused(401, "token_invalid");
        if let Some(right) = operation.right {
            let refused = operation
                .by(&powerless, &targets)
                .await
                .refused(403, "permission_denied");
            assert_eq!(
                refused.body["meta"]["permission"], right,
                "{}",
                operation.name
            );
        }
    }
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_itself_is_enough_and_every_other_is_not() {
    let shop = Shop::open().await;
    let targets = Targets::of(&shop).await;
    for operation in &OPERATIONS {
        let others: Vec<&str> = staff::PERMISSIONS
            .into_iter()
            .filter(|name| Some(*name) != operation.right)
            .collect();
        let name = operation.name.to_ascii_lowercase();
        let wrong = shop.staff(&format!("wrong-{name}"), &others).await;
        let rights: Vec<&str> = operation.right.into_iter().collect();
        let right = shop.staff(&format!("right-{name}"), &rights).await;
        let before = shop.state().await;
        if operation.right.is_some() {
            operation
                .by(&wrong, &targets)
                .await
                .refused(403, "permission_denied");
            assert_eq!(shop.state().await, before, "{}", operation.name);
        }
        operation
            .by(&right, &targets)
            .await
            .expect(operation.status);
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_see_orders_only_with_the_right_and_never_pay_them() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 5)]).await[0];
    let (_, order) = shop.guest_order(&[(coffee, 1)]).await;
    let id = order["id"].as_str().unwrap();
    let blind = shop
        .staff("blind", &["catalogue.edit", "stock.edit", "staff.manage"])
        .await;
    let reader = shop.staff("reader", &["orders.read"]).await;
    let before = shop.state().await;
    for path in [
        "/api/v1/orders/".to_owned(),
        format!("/api/v1/orders/{id}/"),
    ] {
        blind.get(&path).await.refused(403, "permission_denied");
        reader.get(&path).await.expect(200);
    }
    let pay = format!("/api/v1/payment/initiate/{id}/");
    blind
        .post(&pay, json!({}))
        .await
        .refused(403, "permission_denied");
    reader
        .post(&pay, json!({}))
        .await
        .refused(404, "order_not_found");
    assert_eq!(shop.state().await, before);
    shop.close().await;
}
