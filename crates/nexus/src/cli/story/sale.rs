//! The steps of a sale, as a guest who signs in and a member of the staff take them.

use anyhow::{Context, Result};
use http::Method;
use kit::random;
use seed::COUPON;
use serde_json::{Value, json};

use super::{
    teller::{Caller, Teller},
    text,
};

/// A sale under way.
pub(super) struct Sale {
    pub(super) teller: Teller,
    pub(super) order_id: String,
    api: String,
    buyer: Caller,
    staff: Caller,
    variant_id: Value,
    cart_id: String,
    return_id: String,
}

impl Sale {
    pub(super) fn new(teller: Teller, api: String) -> Self {
        Self {
            teller,
            order_id: String::new(),
            api,
            buyer: Caller::default(),
            staff: Caller::default(),
            variant_id: Value::Null,
            cart_id: String::new(),
            return_id: String::new(),
        }
    }

    async fn call(&self, method: Method, path: &str, who: &Caller, body: Value) -> Result<Value> {
        let url = format!("{}{path}", self.api);
        let body = (!body.is_null()).then_some(body);
        self.teller.call(method, &url, who, body).await
    }

    async fn get(&self, path: &str, who: &Caller) -> Result<Value> {
        self.call(Method::GET, path, who, Value::Null).await
    }

    async fn post(&self, path: &str, who: &Caller, body: Value) -> Result<Value> {
        self.call(Method::POST, path, who, body).await
    }

    /// As a guest: something of which there is enough, once.
    pub(super) async fn fill_a_cart(&mut self) -> Result<()> {
        let nobody = Caller::default();
        let list = "/api/v1/catalogue/products/?is_available=true&limit=20";
        let list = self.get(list, &nobody).await?;
        let products = list["data"].as_array().context("no products")?;
        for product in products {
            let path = format!("/api/v1/catalogue/products/{}/", text(&product["slug"])?);
            let page = self.get(&path, &nobody).await?;
            let variants = page["variants"].as_array().context("no variants")?;
            let is_enough = |variant: &&Value| variant["available"].as_i64() >= Some(2);
            if let Some(variant) = variants.iter().find(is_enough) {
                self.variant_id = variant["id"].clone();
                break;
            }
        }
        let cart = self.post("/api/v1/cart/", &nobody, Value::Null).await?;
        text(&cart["id"])?.clone_into(&mut self.cart_id);
        self.buyer.shopper = Some(text(&cart["shopper_token"])?.to_owned());
        self.add_one().await
    }

    async fn add_one(&self) -> Result<()> {
        let path = format!("/api/v1/cart/{}/items/", self.cart_id);
        let line = json!({ "variant_id": self.variant_id, "quantity": 1 });
        self.post(&path, &self.buyer, line).await.map(|_| ())
    }

    /// Somebody new, who has one more of it in a cart on another device: both become one.
    pub(super) async fn sign_in(&mut self) -> Result<()> {
        let (guest, guests_cart) = (self.buyer.clone(), self.cart_id.clone());
        let email = format!("abebe+{}@example.com", random::token()?.to_lowercase());
        let email = email.replace(['_', '-'], "");
        let account = json!({ "email": email, "password": random::token()? });
        let nobody = Caller::default();
        self.post("/auth/users/", &nobody, account.clone()).await?;
        let session = self
            .post("/auth/jwt/create/", &nobody, account.clone())
            .await?;
        self.buyer = Caller {
            bearer: Some(text(&session["access"])?.to_owned()),
            ..Caller::default()
        };
        let own = self.post("/api/v1/cart/", &self.buyer, Value::Null).await?;
        text(&own["id"])?.clone_into(&mut self.cart_id);
        self.add_one().await?;

        let mut with_cart = account;
        with_cart["cart_id"] = json!(guests_cart);
        let merged = self.post("/auth/jwt/create/", &guest, with_cart).await?;
        text(&merged["merge"]["cart"]["id"])?.clone_into(&mut self.cart_id);
        self.buyer.bearer = Some(text(&merged["access"])?.to_owned());
        Ok(())
    }

    pub(super) async fn enter_a_coupon(&self) -> Result<()> {
        let path = format!("/api/v1/cart/{}/coupons/", self.cart_id);
        let code = json!({ "code": COUPON });
        self.post(&path, &self.buyer, code).await.map(|_| ())
    }

    /// For exactly what the quote says; answers the order's number.
    pub(super) async fn order(&mut self) -> Result<i64> {
        let path = format!("/api/v1/cart/{}/explain/", self.cart_id);
        let quote = self.get(&path, &self.buyer).await?;
        let body = json!({
            "cart_id": self.cart_id,
            "email": "abebe@example.com",
            "phone": "0911223344",
            "language": "am",
            "shipping_address": {
                "name": "Abebe Bikila", "country": "ET", "region": "Addis Ababa",
                "city": "Bole", "woreda": "03", "landmark": "behind Edna Mall"
            },
            "expected_total": quote["total"],
        });
        let order = self.post("/api/v1/orders/", &self.buyer, body).await?;
        text(&order["id"])?.clone_into(&mut self.order_id);
        order["number"].as_i64().context("the order has no number")
    }

    pub(super) async fn pay(&self) -> Result<()> {
        let path = format!("/api/v1/payment/initiate/{}/", self.order_id);
        let payment = self.post(&path, &self.buyer, Value::Null).await?;
        self.teller.pay(text(&payment["payment_url"])?).await?;
        let url = format!("{}/api/v1/orders/{}/", self.api, self.order_id);
        let is_paid = |order: &Value| order["status"] == "paid";
        self.teller
            .until(&url, &self.buyer, is_paid, "the order is not paid")
            .await
            .map(|_| ())
    }

    pub(super) async fn meet_the_staff(&mut self, email: &str, password: &str) -> Result<()> {
        let body = json!({ "email": email, "password": password });
        let path = "/api/v1/admin/auth/jwt/create/";
        let session = self.post(path, &Caller::default(), body).await?;
        self.staff.bearer = Some(text(&session["access"])?.to_owned());
        Ok(())
    }

    /// The staff, with a key for what must not happen twice.
    fn staff_for(&self, step: &str) -> Caller {
        Caller {
            key: Some(format!("story-{}-{step}", self.order_id)),
            ..self.staff.clone()
        }
    }

    /// One unit leaves and arrives.
    pub(super) async fn send_a_parcel(&self, n: u32) -> Result<()> {
        let path = format!("/api/v1/admin/orders/{}/fulfilments/", self.order_id);
        let line = json!({ "variant_id": self.variant_id, "quantity": 1 });
        let body = json!({ "lines": [line], "carrier": "EthioPost" });
        let clerk = self.staff_for(&format!("parcel-{n}"));
        let parcel = self.post(&path, &clerk, body).await?;
        let id = text(&parcel["id"])?;
        let path = format!("/api/v1/admin/fulfilments/{id}/deliver/");
        self.post(&path, &self.staff, json!({})).await.map(|_| ())
    }

    /// The buyer asks, the staff agree, the unit stands on its shelf again.
    pub(super) async fn take_a_unit_back(&mut self) -> Result<()> {
        let path = format!("/api/v1/orders/{}/returns/", self.order_id);
        let wish = json!({ "lines": [{
            "variant_id": self.variant_id, "quantity": 1, "reason": "damaged",
            "resolution": "refund",
        }] });
        let asked = self.post(&path, &self.buyer, wish).await?;
        text(&asked["id"])?.clone_into(&mut self.return_id);
        let path = |verb: &str| format!("/api/v1/admin/returns/{}/{verb}/", self.return_id);
        let clerk = Caller {
            if_match: Some("\"v1\""),
            ..self.staff.clone()
        };
        self.post(&path("approve"), &clerk, json!({})).await?;
        let came = json!({ "lines": [{ "variant_id": self.variant_id, "restocked": 1 }] });
        self.post(&path("receive"), &self.staff_for("receive"), came)
            .await?;
        Ok(())
    }

    /// Answers how much is promised.
    pub(super) async fn give_its_money_back(&self) -> Result<String> {
        let path = format!("/api/v1/admin/returns/{}/refund/", self.return_id);
        self.post(&path, &self.staff_for("refund"), json!({}))
            .await?;
        let path = format!("/api/v1/payment/refunds/?order_id={}", self.order_id);
        let refunds = self.get(&path, &self.buyer).await?;
        let amount = &refunds["data"][0]["amount"];
        let (minor, currency) = (amount["amount"].as_i64(), amount["currency"].as_str());
        let (minor, currency) = minor.zip(currency).context("no refund is promised")?;
        Ok(format!("{}.{:02} {currency}", minor / 100, minor % 100))
    }
}
