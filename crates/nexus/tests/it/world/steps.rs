//! What tests do again and again: stock the shelf, fill a cart, place, pay.

use catalogue::{NewProduct, NewVariant, ProductStatus, Texts};
use ids::{ProductId, VariantId};
use kit::Kit;
use money::Currency;
use serde_json::{Value, json};

use super::{
    client::{Answer, Client},
    shop::Shop,
};

impl Shop {
    /// Has a cart queue until it is its turn: the token.
    pub(crate) async fn admitted(&self, who: &Client, sale: &str, cart: &str) -> String {
        let path = format!("/api/v1/sales/{sale}/queue/");
        who.post(&path, json!({ "cart_id": cart }))
            .await
            .expect(201);
        let path = format!("{path}{cart}/");
        super::until("its turn", async || {
            let place = who.get(&path).await.expect(200);
            let token = place.body["admission"]["token"].as_str();
            token.map(str::to_owned)
        })
        .await
    }

    /// A published product with one variant for each (price in minor units, units on hand).
    pub(crate) async fn product(&self, slug: &str, variants: &[(i64, i64)]) -> Vec<VariantId> {
        plant(&self.app.kit, slug, variants).await
    }

    /// A guest with a cart: who they are, and the cart's id.
    pub(crate) async fn guest_cart(&self, lines: &[(VariantId, i64)]) -> (Client, String) {
        let cart = self
            .client()
            .post("/api/v1/cart/", json!({}))
            .await
            .expect(201);
        let guest = self.client().guest(&cart.text("/shopper_token"));
        let id = cart.text("/id");
        for (variant_id, quantity) in lines {
            let body = json!({ "variant_id": variant_id, "quantity": quantity });
            guest
                .post(&format!("/api/v1/cart/{id}/items/"), body)
                .await
                .expect(201);
        }
        (guest, id)
    }

    /// A guest's placed order: who they are, and the order.
    pub(crate) async fn guest_order(&self, lines: &[(VariantId, i64)]) -> (Client, Value) {
        let (guest, cart) = self.guest_cart(lines).await;
        let order = guest
            .post("/api/v1/orders/", place_body(&cart))
            .await
            .expect(201);
        (guest, order.body)
    }

    /// A guest's order that is paid, and nothing left to do about it.
    pub(crate) async fn paid_order(&self, lines: &[(VariantId, i64)]) -> (Client, Value) {
        let (guest, order) = self.guest_order(lines).await;
        let (tx_ref, page) = self.initiate(&guest, &order).await;
        self.on_page(&page, "pay").await.expect(302);
        let verify = format!("/api/v1/payment/verify/{tx_ref}/");
        guest.get(&verify).await.expect(200);
        self.run_jobs().await;
        let path = format!("/api/v1/orders/{}/", order["id"].as_str().unwrap());
        let order = guest.get(&path).await.expect(200).body;
        assert_eq!(order["status"], "paid");
        (guest, order)
    }

    /// Starts a payment; answers `tx_ref` and the address of the provider's page.
    pub(crate) async fn initiate(&self, who: &Client, order: &Value) -> (String, String) {
        let id = order["id"].as_str().unwrap();
        let path = format!("/api/v1/payment/initiate/{id}/");
        let payment = who.post(&path, json!({})).await.expect(200);
        (payment.text("/tx_ref"), payment.text("/payment_url"))
    }

    /// What a buyer does on the provider's page: `pay`, `fail` or `cancel`.
    pub(crate) async fn on_page(&self, page: &str, result: &str) -> Answer {
        on_page(&self.client(), page, result).await
    }

    /// A superuser who is signed in.
    pub(crate) async fn superuser(&self) -> Client {
        let password = "correct horse battery staple";
        let email = customers::EmailAddress::parse("owner@shop.example").unwrap();
        let password_hash = self.app.access.passwords.hash(password).await.unwrap();
        let new = staff::NewStaff {
            email,
            name: "Owner".to_owned(),
            password_hash,
        };
        let tx = self.app.kit.db.begin("test_superuser").await.unwrap();
        staff::create_superuser(&tx, &new, self.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let body = json!({ "email": "owner@shop.example", "password": password });
        let signed_in = self
            .client()
            .post("/api/v1/admin/auth/jwt/create/", body)
            .await
            .expect(200);
        self.client().bearer(&signed_in.text("/access"))
    }

    /// A registered customer who is signed in.
    pub(crate) async fn customer(&self, email: &str) -> Client {
        let password = "correct horse battery staple";
        let body = json!({ "email": email, "password": password });
        self.client()
            .post("/auth/users/", body.clone())
            .await
            .expect(201);
        let signed_in = self
            .client()
            .post("/auth/jwt/create/", body)
            .await
            .expect(200);
        self.client().bearer(&signed_in.text("/access"))
    }

    /// Lets no buyer have more than so many units of each of some variants.
    pub(crate) async fn limit(&self, variants: &[VariantId], per_customer_max: i64) {
        let sql = "
            insert into stock_terms (variant_id, per_customer_max, counted_since, updated_at)
            select variant_id, $2, $3, $3 from unnest($1::uuid[]) as limited (variant_id)";
        let db = self.db().await;
        let params: [kit::db::Param<'_>; 3] = [&variants, &per_customer_max, &self.now()];
        db.execute(sql, &params).await.unwrap();
    }

    /// Makes a variant a bundle of others.
    pub(crate) async fn bundle(&self, bundle: VariantId, parts: &[(VariantId, i64)]) {
        let db = self.db().await;
        let head = "insert into bundles (variant_id, version, updated_at) values ($1, 2, $2)";
        db.execute(head, &[&bundle, &self.now()]).await.unwrap();
        let part = "
            insert into bundle_parts (bundle_id, part_id, quantity) values ($1, $2, $3)";
        for (part_id, quantity) in parts {
            let params: [kit::db::Param<'_>; 3] = [&bundle, part_id, quantity];
            db.execute(part, &params).await.unwrap();
        }
    }

    /// Sells so many units of a variant beyond its stock.
    pub(crate) async fn sell_beyond(&self, variant: VariantId, max: i64) {
        let sql = "
            insert into stock_terms
                (variant_id, backorder_kind, backorder_max, counted_since, updated_at)
            values ($1, 'backorder', $2, $3, $3)";
        let db = self.db().await;
        let params: [kit::db::Param<'_>; 3] = [&variant, &max, &self.now()];
        db.execute(sql, &params).await.unwrap();
    }

    /// (on hand, reserved) of a variant at all locations.
    pub(crate) async fn stock(&self, variant_id: VariantId) -> (i64, i64) {
        let levels = inventory::list_levels(&self.db().await, &[variant_id])
            .await
            .unwrap();
        let sum = |of: fn(&inventory::Level) -> i64| levels.iter().map(of).sum();
        (sum(|level| level.on_hand), sum(|level| level.reserved))
    }
}

/// A published product with one variant for each (price in minor units, units on hand).
pub(crate) async fn plant(kit: &Kit, slug: &str, variants: &[(i64, i64)]) -> Vec<VariantId> {
    let now = kit.clock.now();
    let options = vec![catalogue::OptionDraft {
        id: ids::OptionId::generate(now),
        name: Texts::en_am("Size", "መጠን"),
        values: (0..variants.len())
            .map(|n| {
                (
                    ids::OptionValueId::generate(now),
                    Texts::en_am(format!("S{n}"), format!("ት{n}")),
                )
            })
            .collect(),
    }];
    let new: Vec<NewVariant> = variants
        .iter()
        .zip(&options[0].values)
        .enumerate()
        .map(|(n, ((price_minor, on_hand), (value, _)))| NewVariant {
            id: VariantId::generate(now),
            sku: format!("{}-{n}", slug.to_ascii_uppercase()),
            price_minor: *price_minor,
            compare_at_minor: None,
            values: vec![*value],
            on_hand: *on_hand,
        })
        .collect();
    let ids = new.iter().map(|variant| variant.id).collect();
    let product = NewProduct {
        id: ProductId::generate(now),
        slug: slug.to_owned(),
        brand_id: None,
        status: ProductStatus::Published,
        title: Texts::en_am(format!("The {slug}"), format!("ዕቃ {slug}")),
        description: Texts::en_am("Good.", "ጥሩ።"),
        currency: Currency::ETB,
        category_ids: Vec::new(),
        images: Vec::new(),
        options,
        variants: new,
    };
    let tx = kit.db.begin("test_product").await.unwrap();
    catalogue::create_products(&tx, &[product], now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    ids
}

/// What a buyer does on the provider's page: `pay`, `fail` or `cancel`.
pub(crate) async fn on_page(client: &Client, page: &str, result: &str) -> Answer {
    let form = format!("method=telebirr&phone=0900123456&result={result}");
    let media = "application/x-www-form-urlencoded";
    let body = Some(form.into_bytes());
    let sent = client.try_raw(http::Method::POST, page, media, body);
    sent.await.expect("the page answers")
}

/// The body that orders a cart.
pub(crate) fn place_body(cart: &str) -> Value {
    json!({
        "cart_id": cart,
        "email": "abebe@example.com",
        "phone": "0911223344",
        "shipping_address": {
            "name": "Abebe Bikila", "country": "ET", "region": "Addis Ababa", "city": "Bole",
            "landmark": "behind Edna Mall"
        }
    })
}
