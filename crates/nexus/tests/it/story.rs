//! The whole purchase, as a shopper lives it.

use ids::VariantId;
use serde_json::{Value, json};

use crate::world::{Client, Shop, place_body};

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_buys_coffee_and_gets_a_receipt() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];

    let list = shop
        .client()
        .get("/api/v1/catalogue/products/")
        .await
        .expect(200);
    assert_eq!(list.body["data"][0]["slug"], "coffee");
    let (guest, cart) = shop.guest_cart(&[(coffee, 2)]).await;
    let order = guest
        .post("/api/v1/orders/", place_body(&cart))
        .await
        .expect(201);
    assert_eq!(order.body["status"], "pending_payment");
    assert_eq!(order.body["number"], 1001);
    assert_eq!(
        order.body["total"],
        json!({"amount": 250_000, "currency": "ETB"})
    );
    assert_eq!(shop.stock(coffee).await, (10, 2));

    let (tx_ref, page) = shop.initiate(&guest, &order.body).await;
    shop.on_page(&page, "pay").await.expect(302);
    let state = guest
        .get(&format!("/api/v1/payment/verify/{tx_ref}/"))
        .await
        .expect(200);
    assert_eq!(state.body["status"], "paid");
    assert_eq!(shop.stock(coffee).await, (8, 0));
    let path = format!("/api/v1/orders/{}/", order.text("/id"));
    assert_eq!(guest.get(&path).await.expect(200).body["status"], "paid");

    shop.run_jobs().await;
    let mails = shop.mails().get("/api/messages").await.expect(200);
    assert_eq!(mails.body["messages"].as_array().unwrap().len(), 1);
    assert_eq!(
        mails.body["messages"][0]["to"],
        json!(["abebe@example.com"])
    );
    shop.close().await;
}

fn etb(minor: i64) -> Value {
    json!({ "amount": minor, "currency": "ETB" })
}

/// A purchase under way; each of its steps ends with an audit of the whole shop.
struct Tale {
    shop: Shop,
    clerk: Client,
    goods: Vec<VariantId>,
}

impl Tale {
    /// A shop with 15 % VAT in its prices, a courier in Addis Ababa and a coupon.
    async fn begins() -> Self {
        let shop = Shop::open().await;
        let habit = json!({ "refund_progress": "instant" });
        let provider = shop.provider();
        provider.patch("/__sim/variants", habit).await.expect(200);
        let goods = shop.product("coffee", &[(115_000, 10), (92_000, 10)]).await;
        let rights = [
            "orders.read",
            "orders.manage",
            "payments.refund",
            "terms.edit",
        ];
        let clerk = shop.staff("clerk", &rights).await;
        let tale = Self { shop, clerk, goods };
        tale.set(
            "taxes",
            json!({
                "prices_include_tax": true, "shipping_class": "standard",
                "home": { "country": "ET", "region": "Addis Ababa" },
                "rates": [{ "name": "VAT", "class": "standard", "country": "ET",
                    "percentage": "15" }],
            }),
        )
        .await;
        tale.set(
            "shipping",
            json!({ "zones": [{
                "name": "Addis Ababa", "country": "ET", "regions": ["Addis Ababa"], "methods": [
                    { "name": "At the shop", "kind": "pick_up" },
                    { "name": "Courier", "kind": "flat", "price": etb(11_500) },
                ],
            }] }),
        )
        .await;
        let coupon = json!({
            "name": "A tenth", "code": "SELAM10", "kind": "percentage", "percentage": "10",
            "customer_limit": 1,
        });
        let path = "/api/v1/admin/promotions/";
        tale.clerk.post(path, coupon).await.expect(201);
        tale.is_clean().await;
        tale
    }

    async fn is_clean(&self) {
        self.shop.assert_audit_clean().await;
    }

    async fn set(&self, what: &str, document: Value) {
        let path = format!("/api/v1/admin/{what}/");
        let etag = self.clerk.get(&path).await.expect(200).etag();
        let who = self.clerk.with("if-match", &etag);
        who.put(&path, document).await.expect(200);
    }

    /// Two lines of a guest, one of which the customer has on another device: one cart.
    async fn signs_in(&self) -> (Client, String) {
        let lines = [(self.goods[0], 1), (self.goods[1], 1)];
        let (guest, guests) = self.shop.guest_cart(&lines).await;
        self.is_clean().await;
        let buyer = self.shop.customer("abebe@example.com").await;
        let own = buyer.post("/api/v1/cart/", json!({})).await.expect(201);
        let own = own.text("/id");
        let line = json!({ "variant_id": self.goods[0], "quantity": 1 });
        let items = format!("/api/v1/cart/{own}/items/");
        buyer.post(&items, line).await.expect(201);
        let both = buyer.guest(guest.header("x-shopper-token").unwrap());
        let merge = format!("/api/v1/cart/{guests}/merge/");
        let merged = both.post(&merge, json!({})).await.expect(200).body;
        assert_eq!(merged["cart"]["id"], json!(own));
        // With the courier, who is the first that brings something.
        assert_eq!(merged["cart"]["total"], etb(333_500));
        assert_eq!(merged["capped"], json!([]));
        self.is_clean().await;
        (buyer, own)
    }

    /// The coupon, the courier, the quote that explains both, the order that is the quote.
    async fn orders(&self, buyer: &Client, cart: &str) -> Value {
        let path = |rest: &str| format!("/api/v1/cart/{cart}/{rest}/");
        let code = json!({ "code": "selam10" });
        buyer.post(&path("coupons"), code).await.expect(200);
        self.is_clean().await;
        let to = &place_body(cart)["shipping_address"];
        let asked = json!({ "shipping_address": to });
        let quote = buyer.post(&path("quote"), asked).await.expect(200);
        let offers = quote.body["shipping_methods"].clone();
        let mut offers = offers.as_array().unwrap().iter();
        let courier = offers.find(|it| it["name"] == "Courier").unwrap();
        let chosen = json!({ "shipping_address": to, "shipping_method_id": courier["id"] });
        buyer.put(&path("delivery"), chosen).await.expect(200);
        let quote = buyer.get(&path("explain")).await.expect(200).body;
        // 3,220.00 less a tenth, and the courier; 15/115 of it is tax.
        assert_eq!(quote["discount"], etb(32_200));
        assert_eq!(quote["shipping"], etb(11_500));
        assert_eq!(quote["tax_included"], etb(39_300));
        assert_eq!(quote["total"], etb(301_300));
        self.is_clean().await;
        let mut body = place_body(cart);
        body["expected_total"] = quote["total"].clone();
        let order = buyer.post("/api/v1/orders/", body).await.expect(201).body;
        assert_eq!(order["total"], quote["total"]);
        assert_eq!(order["explanation"], quote["explanation"]);
        self.is_clean().await;
        order
    }

    async fn pays(&self, buyer: &Client, order: &Value) {
        let (tx_ref, page) = self.shop.initiate(buyer, order).await;
        self.is_clean().await;
        self.shop.on_page(&page, "pay").await.expect(302);
        let verify = format!("/api/v1/payment/verify/{tx_ref}/");
        let paid = buyer.get(&verify).await.expect(200);
        assert_eq!(paid.body["status"], "paid");
        assert_eq!(self.shop.stock(self.goods[0]).await, (8, 0));
        assert_eq!(self.shop.stock(self.goods[1]).await, (9, 0));
        self.shop.run_jobs().await;
        self.is_clean().await;
    }

    /// Two parcels, which arrive.
    async fn is_sent(&self, order: &str) {
        let path = format!("/api/v1/admin/orders/{order}/fulfilments/");
        let mut parcels = Vec::new();
        for (n, quantity) in [2, 1].into_iter().enumerate() {
            let line = json!({ "variant_id": self.goods[n], "quantity": quantity });
            let body = json!({ "lines": [line], "carrier": "EthioPost" });
            let key = self.clerk.key(&format!("parcel-{n}"));
            parcels.push(key.post(&path, body).await.expect(201).text("/id"));
            self.is_clean().await;
        }
        for parcel in parcels {
            let path = format!("/api/v1/admin/fulfilments/{parcel}/deliver/");
            self.clerk.post(&path, json!({})).await.expect(200);
            self.is_clean().await;
        }
    }

    /// The second line comes back and stands on its shelf again.
    async fn comes_back(&self, buyer: &Client, order: &str) -> String {
        let wish = json!({ "lines": [{
            "variant_id": self.goods[1], "quantity": 1, "reason": "damaged",
            "resolution": "refund",
        }] });
        let path = format!("/api/v1/orders/{order}/returns/");
        let asked = buyer.post(&path, wish).await.expect(201).text("/id");
        self.is_clean().await;
        let path = |verb: &str| format!("/api/v1/admin/returns/{asked}/{verb}/");
        let first = self.clerk.with("if-match", "\"v1\"");
        first.post(&path("approve"), json!({})).await.expect(200);
        let came = json!({ "lines": [{ "variant_id": self.goods[1], "restocked": 1 }] });
        let keyed = self.clerk.key("return");
        keyed.post(&path("receive"), came).await.expect(200);
        assert_eq!(self.shop.stock(self.goods[1]).await, (10, 0));
        self.is_clean().await;
        asked
    }

    /// What was paid for what came back is with the buyer.
    async fn is_given_back(&self, returned: &str) {
        let path = format!("/api/v1/admin/returns/{returned}/refund/");
        let keyed = self.clerk.key("return");
        keyed.post(&path, json!({})).await.expect(200);
        self.is_clean().await;
        self.shop.run_jobs().await;
        self.shop.advance(chrono::TimeDelta::minutes(1));
        self.shop.run_jobs().await;
        self.is_clean().await;
    }
}

/// From the first line of a guest to the money of a line that came back; the books and the shelf
/// are proved after each step.
#[tokio::test(flavor = "multi_thread")]
async fn a_whole_sale_from_a_guests_cart_to_a_refund() {
    let tale = Tale::begins().await;
    let (buyer, cart) = tale.signs_in().await;
    let order = tale.orders(&buyer, &cart).await;
    tale.pays(&buyer, &order).await;
    let id = order["id"].as_str().unwrap();
    tale.is_sent(id).await;
    let path = format!("/api/v1/orders/{id}/");
    let shown = buyer.get(&path).await.expect(200).body;
    assert_eq!(shown["fulfilment_status"], "delivered");
    let returned = tale.comes_back(&buyer, id).await;
    tale.is_given_back(&returned).await;
    let shown = buyer.get(&path).await.expect(200).body;
    assert_eq!(shown["payment_status"], "partially_refunded");
    // 920.00 less its tenth.
    assert_eq!(shown["refunded"], etb(82_800));
    assert_eq!(shown["return_status"], "returned");
    tale.shop.close().await;
}
