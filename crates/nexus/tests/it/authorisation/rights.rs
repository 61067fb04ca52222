//! Administrative operations: nobody and customers never, staff with the right and no other.

use serde_json::{Value, json};

use super::{
    address, catalogue, credit, jobs, orders, sales, stock,
    targets::{Target, Targets},
    terms, webhooks,
};
use crate::world::{Answer, Client, Shop};

/// An administrative operation, what it needs and what it is tried with.
pub(super) struct Operation {
    pub(super) name: &'static str,
    /// The right; none where an account is enough.
    pub(super) right: Option<&'static str>,
    /// Whose id stands in its path.
    pub(super) target: Option<Target>,
    /// The version for `If-Match`.
    pub(super) version: Option<i64>,
    pub(super) body: fn() -> Value,
    pub(super) status: u16,
}

const CATALOGUE: Option<&str> = Some("catalogue.edit");
const STOCK: Option<&str> = Some("stock.edit");
pub(super) const ORDERS: Option<&str> = Some("orders.read");
const REFUNDS: Option<&str> = Some("payments.refund");
const BOOKS: Option<&str> = Some("ledger.read");
const PAYMENTS: Option<&str> = Some("payments.manage");
const STAFF: Option<&str> = Some("staff.manage");

pub(super) const fn read(
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

pub(super) const fn create(name: &'static str, body: fn() -> Value) -> Operation {
    Operation {
        name,
        right: CATALOGUE,
        target: None,
        version: None,
        body,
        status: 201,
    }
}

pub(super) const fn change(name: &'static str, target: Target, body: fn() -> Value) -> Operation {
    Operation {
        name,
        right: CATALOGUE,
        target: Some(target),
        version: Some(1),
        body,
        status: 200,
    }
}

pub(super) const fn remove(name: &'static str, target: Target) -> Operation {
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
static OPERATIONS: [Operation; 42] = [
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
    Operation {
        version: None,
        right: PAYMENTS,
        ..change(
            "confirmPaymentAttempt",
            Target::Transfer,
            || json!({ "amount": { "amount": 100, "currency": "ETB" }, "reference": "FT1" }),
        )
    },
    Operation {
        version: None,
        right: PAYMENTS,
        ..change(
            "rejectPaymentAttempt",
            Target::OtherTransfer,
            || json!({ "reason": "never came" }),
        )
    },
    read("listReconciliations", BOOKS, None),
    read("getReconciliation", BOOKS, Some(Target::Reconciliation)),
    read("listReconciliationBreaks", BOOKS, None),
    read("getReconciliationBreak", BOOKS, Some(Target::Break)),
    Operation {
        right: PAYMENTS,
        status: 202,
        ..create("reconcilePayments", || json!({}))
    },
    Operation {
        right: PAYMENTS,
        target: Some(Target::Break),
        status: 200,
        ..create(
            "resolveReconciliationBreak",
            || json!({ "action": "dismiss", "note": "An event" }),
        )
    },
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

/// Every administrative operation.
pub(super) fn operations() -> impl Iterator<Item = &'static Operation> {
    let capabilities = stock::OPERATIONS.iter().chain(&webhooks::OPERATIONS);
    OPERATIONS
        .iter()
        .chain(capabilities)
        .chain(&sales::OPERATIONS)
        .chain(&jobs::OPERATIONS)
        .chain(&orders::OPERATIONS)
        .chain(&catalogue::OPERATIONS)
        .chain(&terms::OPERATIONS)
        .chain(&credit::OPERATIONS)
}

impl Operation {
    async fn by(&self, who: &Client, targets: &Targets) -> Answer {
        let ids: Vec<&str> = self
            .target
            .iter()
            .flat_map(|target| targets.ids(*target))
            .collect();
        let (method, mut path) = address(self.name, &ids);
        if self.name == "streamEvents" {
            path += "?after=-1";
        }
        let who = match self.version {
            Some(version) => who.with("if-match", &format!("\"v{version}\"")),
            None => who.clone(),
        };
        // Whoever needs no key is not disturbed by one.
        let who = who.key(self.name);
        let body = Some((self.body)()).filter(|body| !body.is_null());
        let body = body.map(|body| {
            let text = body.to_string().replace(ORDER, &targets.order);
            let text = text.replace(stock::LOCATION, &targets.location);
            let text = text.replace(stock::VARIANT, &targets.variant);
            let text = text.replace(sales::SOON, &targets.soon);
            let text = text.replace(orders::SHIPPED, &targets.shipped);
            let text = text.replace(orders::PARCEL, &targets.parcel);
            let text = text.replace(orders::LINE, &targets.line);
            let text = text.replace(credit::CUSTOMER, &targets.customer);
            let text = text.replace(catalogue::IMAGE, &targets.image[1]);
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
    for operation in operations() {
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
    for operation in operations() {
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
