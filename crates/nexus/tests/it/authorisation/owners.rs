//! Carts and orders: their owner and nobody else; somebody else's are not there.

use serde_json::{Value, json};

use super::address;
use crate::world::{Answer, Client, Shop, place_body};

/// What an operation acts on.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum On {
    Cart,
    Item,
    Order,
    /// A place of the cart in a queue.
    Place,
    /// The whole list of the caller.
    Own,
}

/// Every operation on somebody's things, and what it answers to whom they do not belong.
pub(super) const OPERATIONS: [(&str, On, u16, &str); 31] = [
    ("getCart", On::Cart, 404, "cart_not_found"),
    ("deleteCart", On::Cart, 404, "cart_not_found"),
    ("listCartItems", On::Cart, 404, "cart_not_found"),
    ("addCartItem", On::Cart, 404, "cart_not_found"),
    ("updateCartItem", On::Item, 404, "cart_not_found"),
    ("deleteCartItem", On::Item, 404, "cart_not_found"),
    ("mergeCart", On::Cart, 404, "cart_not_found"),
    ("joinQueue", On::Place, 404, "cart_not_found"),
    ("leaveQueue", On::Place, 404, "cart_not_found"),
    ("getQueuePlace", On::Place, 404, "cart_not_found"),
    ("streamQueuePlace", On::Place, 404, "cart_not_found"),
    ("addCartCoupon", On::Cart, 404, "cart_not_found"),
    ("deleteCartCoupon", On::Item, 404, "cart_not_found"),
    ("setCartDelivery", On::Cart, 404, "cart_not_found"),
    ("quoteCart", On::Cart, 404, "cart_not_found"),
    ("explainCart", On::Cart, 404, "cart_not_found"),
    ("placeOrder", On::Cart, 404, "cart_not_found"),
    ("getOrder", On::Order, 404, "order_not_found"),
    ("initiatePayment", On::Order, 404, "order_not_found"),
    ("getOrderCredit", On::Order, 404, "order_not_found"),
    ("useCredit", On::Order, 404, "order_not_found"),
    ("releaseCredit", On::Order, 404, "order_not_found"),
    ("listOrderRefunds", On::Order, 404, "order_not_found"),
    ("listOrderParcels", On::Order, 404, "order_not_found"),
    ("cancelOwnOrder", On::Order, 404, "order_not_found"),
    ("listOrderReturns", On::Order, 404, "order_not_found"),
    ("listOrderNotes", On::Order, 404, "order_not_found"),
    ("listOrderInvoices", On::Order, 404, "order_not_found"),
    ("getInvoice", On::Order, 404, "order_not_found"),
    ("requestReturn", On::Order, 404, "order_not_found"),
    ("listOrders", On::Own, 200, ""),
];

/// What everybody buys, and a sale of something else that has a queue.
type Goods = (ids::VariantId, String);

async fn goods(shop: &Shop) -> Goods {
    let variant = shop.product("coffee", &[(100, 50)]).await[0];
    let rare = shop.product("rare", &[(100, 5)]).await;
    let staff = shop.staff("seller", &["catalogue.edit"]).await;
    let sale = json!({
        "name": "Rare", "variant_ids": rare, "starts_at": shop.now(),
        "queue": { "slots": 1, "token_seconds": 30 },
    });
    let sale = staff.post("/api/v1/admin/sales/", sale).await.expect(201);
    (variant, sale.text("/id"))
}

/// Somebody with an open cart of one line and a placed order.
struct Owner {
    name: &'static str,
    who: Client,
    cart: String,
    item: String,
    order: String,
    variant: String,
    sale: String,
}

impl Owner {
    async fn guest(shop: &Shop, name: &'static str, (variant, sale): &Goods) -> Self {
        let variant = *variant;
        let (who, first) = shop.guest_cart(&[(variant, 1)]).await;
        let order = who
            .post("/api/v1/orders/", place_body(&first))
            .await
            .expect(201)
            .text("/id");
        Self::with_open_cart(name, who, order, (variant, sale)).await
    }

    async fn customer(shop: &Shop, name: &'static str, (variant, sale): &Goods) -> Self {
        let variant = *variant;
        let who = shop.customer(&format!("{name}@example.com")).await;
        let cart = who
            .post("/api/v1/cart/", json!({}))
            .await
            .expect(201)
            .text("/id");
        let line = json!({ "variant_id": variant });
        who.post(&format!("/api/v1/cart/{cart}/items/"), line)
            .await
            .expect(201);
        let order = who
            .post("/api/v1/orders/", place_body(&cart))
            .await
            .expect(201)
            .text("/id");
        Self::with_open_cart(name, who, order, (variant, sale)).await
    }

    async fn with_open_cart(
        name: &'static str,
        who: Client,
        order: String,
        (variant, sale): (ids::VariantId, &str),
    ) -> Self {
        let cart = who
            .post("/api/v1/cart/", json!({}))
            .await
            .expect(201)
            .text("/id");
        let line = json!({ "variant_id": variant });
        let filled = who
            .post(&format!("/api/v1/cart/{cart}/items/"), line)
            .await
            .expect(201);
        let item = filled.text("/items/0/id");
        Self {
            name,
            who,
            cart,
            item,
            order,
            variant: variant.to_string(),
            sale: sale.to_owned(),
        }
    }

    /// Somebody tries an operation on what belongs to this owner.
    async fn tried(&self, who: &Client, (name, on, ..): (&str, On, u16, &str)) -> Answer {
        let ids: &[&str] = match (name, on) {
            ("placeOrder", _) | (_, On::Own) => &[],
            ("joinQueue", _) => &[&self.sale],
            (_, On::Place) => &[&self.sale, &self.cart],
            (_, On::Cart) => &[&self.cart],
            (_, On::Item) => &[&self.cart, &self.item],
            // Where two ids are asked for, the second is of nothing that there is.
            (_, On::Order) => &[&self.order, &self.order],
        };
        let (method, mut path) = address(name, ids);
        if name == "listOrderRefunds" {
            path = format!("{path}?order_id={}", self.order);
        }
        let body: Option<Value> = match name {
            "addCartItem" => Some(json!({ "variant_id": self.variant })),
            "updateCartItem" => Some(json!({ "quantity": 2 })),
            "addCartCoupon" => Some(json!({ "code": "ABC" })),
            "setCartDelivery" | "quoteCart" => Some(json!({})),
            "useCredit" => Some(json!({ "code": "ABC" })),
            "placeOrder" => Some(place_body(&self.cart)),
            "joinQueue" => Some(json!({ "cart_id": self.cart })),
            "requestReturn" => Some(json!({ "lines": [{
                "variant_id": self.variant, "quantity": 1, "reason": "other",
                "resolution": "refund",
            }] })),
            _ => None,
        };
        who.send(method, &path, body).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_others_is_not_there() {
    let shop = Shop::open().await;
    let goods = goods(&shop).await;
    let owners = [
        Owner::guest(&shop, "guest-a", &goods).await,
        Owner::guest(&shop, "guest-b", &goods).await,
        Owner::customer(&shop, "customer-a", &goods).await,
        Owner::customer(&shop, "customer-b", &goods).await,
    ];
    let before = shop.state().await;
    for owner in &owners {
        for other in owners.iter().filter(|other| other.name != owner.name) {
            for operation in OPERATIONS {
                let answer = owner.tried(&other.who, operation).await;
                let (name, on, status, code) = operation;
                let what = format!("{name} of {} by {}", owner.name, other.name);
                if on == On::Own {
                    let list = answer.expect(status);
                    assert_eq!(list.body["data"].as_array().unwrap().len(), 1, "{what}");
                    assert_eq!(list.text("/data/0/id"), other.order, "{what}");
                } else if name == "mergeCart" && other.name.starts_with("guest") {
                    answer.refused(401, "cart_merge_needs_customer");
                } else {
                    answer.refused(status, code);
                }
            }
        }
    }
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_and_staff_own_nothing() {
    let shop = Shop::open().await;
    let goods = goods(&shop).await;
    let owners = [
        Owner::guest(&shop, "guest", &goods).await,
        Owner::customer(&shop, "customer", &goods).await,
    ];
    let staff = shop.staff("all", &staff::PERMISSIONS).await;
    let before = shop.state().await;
    for owner in &owners {
        for operation in OPERATIONS {
            let (name, on, status, code) = operation;
            let (status, code) = match name {
                "mergeCart" => (401, "cart_merge_needs_customer"),
                "placeOrder" => (401, "shopper_required"),
                "listOrders" => (401, "authentication_required"),
                _ => (status, code),
            };
            owner
                .tried(&shop.client(), operation)
                .await
                .refused(status, code);
            let by_staff = owner.tried(&staff, operation).await;
            match name {
                "getOrder" | "getOrderCredit" | "listOrders" | "listOrderRefunds"
                | "listOrderParcels" | "listOrderReturns" | "listOrderNotes"
                | "listOrderInvoices" => {
                    drop(by_staff.expect(200));
                }
                "initiatePayment" | "useCredit" | "releaseCredit" | "cancelOwnOrder"
                | "requestReturn" => {
                    drop(by_staff.refused(404, "order_not_found"));
                }
                "getInvoice" => drop(by_staff.refused(404, "invoice_not_found")),
                // A token of the staff is nobody's where people shop.
                _ => drop(by_staff.refused(401, "token_invalid")),
            }
            assert!(on != On::Own || name == "listOrders");
        }
    }
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ones_own_is_there() {
    let shop = Shop::open().await;
    let goods = goods(&shop).await;
    let owners = [
        Owner::guest(&shop, "guest", &goods).await,
        Owner::customer(&shop, "customer", &goods).await,
    ];
    for owner in &owners {
        for name in [
            "getCart",
            "listCartItems",
            "updateCartItem",
            "setCartDelivery",
            "quoteCart",
            "explainCart",
            "getOrder",
            "listOrders",
            "listOrderRefunds",
            "listOrderParcels",
            "listOrderReturns",
            "listOrderNotes",
            "listOrderInvoices",
            "getOrderCredit",
            "releaseCredit",
            "initiatePayment",
            "cancelOwnOrder",
        ] {
            let operation = OPERATIONS
                .into_iter()
                .find(|found| found.0 == name)
                .unwrap();
            owner.tried(&owner.who, operation).await.expect(200);
        }
        for (name, status) in [
            ("addCartItem", 201),
            ("placeOrder", 201),
            ("placeOrder", 200),
        ] {
            let operation = OPERATIONS
                .into_iter()
                .find(|found| found.0 == name)
                .unwrap();
            owner.tried(&owner.who, operation).await.expect(status);
        }
    }
    shop.close().await;
}
