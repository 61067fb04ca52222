//! What administrative operations are tried on: one of each kind of thing.

use serde_json::json;

use super::address;
use crate::world::{Client, Shop};

/// A kind of thing whose id stands in a path.
#[derive(Clone, Copy)]
pub(super) enum Target {
    Brand,
    Category,
    Product,
    Variant,
    Refund,
    Attempt,
    Webhook,
    Review,
    /// A payment that staff are to confirm.
    Transfer,
    OtherTransfer,
    Reconciliation,
    Break,
    WebhookEndpoint,
    WebhookDelivery,
    Location,
    Count,
    OtherCount,
    Sale,
    /// One that was given up.
    Job,
    /// A paid order of which a parcel has left.
    Shipped,
    Parcel,
    /// Asked for by its buyer, two units.
    Return,
    OtherReturn,
    ThirdReturn,
    ProductType,
    /// A product with a picture, and the picture.
    Gallery,
    Image,
    Collection,
    Promotion,
    GiftCard,
    PriceList,
    CustomerGroup,
    /// A group and a customer of it.
    Member,
    /// A trial that is done.
    Import,
}

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

/// The attempt of an order that is to be paid by a transfer.
async fn transfer(shop: &Shop, slug: &str) -> String {
    let variant = shop.product(slug, &[(100, 5)]).await[0];
    let (guest, order) = shop.guest_order(&[(variant, 1)]).await;
    let path = format!(
        "/api/v1/payment/initiate/{}/",
        order["id"].as_str().unwrap()
    );
    let body = json!({ "provider": "bank_transfer" });
    let tx_ref = guest.post(&path, body).await.expect(200).text("/tx_ref");
    let sql = "select id::text from payment_attempts where tx_ref = $1";
    let row = shop.db().await.query_one(sql, &[&tx_ref]).await.unwrap();
    row.get(0)
}

/// A product with a picture that is elsewhere: the two ids.
async fn picture(owner: &Client) -> [String; 2] {
    let elsewhere = json!({ "url": "/media/a.svg" });
    let id = crate::media::product(owner, "pictured", &[elsewhere]).await;
    let (method, path) = address("listProductImages", &[&id]);
    let images = owner.send(method, &path, None).await.expect(200);
    [id, images.text("/images/0/id")]
}

/// A group of customers with a customer in it: the two ids.
async fn member(shop: &Shop, owner: &Client) -> [String; 2] {
    shop.customer("member@example.com").await;
    let all = "/api/v1/admin/customer-groups/";
    let group = owner.post(all, json!({ "name": "Old" })).await.expect(201);
    let group = group.text("/id");
    let body = json!({ "email": "member@example.com" });
    let path = format!("{all}{group}/members/");
    let member = owner.post(&path, body).await.expect(200);
    [group, member.text("/customer_id")]
}

/// A file of products that was tried.
async fn trial(shop: &Shop) -> String {
    let sql = "insert into product_imports (id, format, is_dry_run, state, ignored_columns,
            created_at, updated_at, finished_at)
        values (gen_random_uuid(), 'nexus', true, 'done', '{}', now(), now(), now())
        returning id::text";
    let row = shop.db().await.query_one(sql, &[]).await.unwrap();
    row.get(0)
}

/// A job that was given up, of a kind that nobody runs here.
async fn dead_job(shop: &Shop) -> String {
    let sql = "insert into jobs (id, kind, version, payload, state, run_at, attempts, attempts_max,
            last_error, created_at, finished_at)
        values (gen_random_uuid(), 'sweep', 1, 'null', 'dead', now(), 1, 1, 'x', now(), now())
        returning id::text";
    let row = shop.db().await.query_one(sql, &[]).await.unwrap();
    row.get(0)
}

/// The ids of the things.
pub(super) struct Targets {
    pub(super) brand: String,
    pub(super) category: String,
    pub(super) product: String,
    pub(super) variant: String,
    pub(super) refund: String,
    pub(super) order: String,
    pub(super) attempt: String,
    pub(super) webhook: String,
    pub(super) review: String,
    pub(super) transfers: [String; 2],
    pub(super) reconciliation: String,
    pub(super) found: String,
    /// An instant to come.
    pub(super) soon: String,
    endpoint: String,
    delivery: String,
    pub(super) location: String,
    counts: [String; 2],
    sale: String,
    product_type: String,
    collection: String,
    /// A product and its picture.
    pub(super) image: [String; 2],
    job: String,
    promotion: String,
    card: String,
    pub(super) customer: String,
    price_list: String,
    import: String,
    /// A group and a customer of it.
    member: [String; 2],
    pub(super) shipped: String,
    pub(super) parcel: String,
    pub(super) line: String,
    returns: [String; 3],
}

/// A paid order of ten units, six of which have left: the order, its parcel, its variant; and what
/// its buyer wants to send back.
async fn shipped(shop: &Shop, owner: &Client) -> ([String; 3], [String; 3]) {
    let boot = shop.product("boot", &[(100, 19)]).await[0];
    let (buyer, order) = shop.paid_order(&[(boot, 10)]).await;
    let id = order["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/admin/orders/{id}/fulfilments/");
    let body = json!({ "lines": [{ "variant_id": boot, "quantity": 6 }] });
    let parcel = owner.key("parcel").post(&path, body).await.expect(201);
    let ask = async |quantity: i64| {
        let line = json!({
            "variant_id": boot, "quantity": quantity, "reason": "other", "resolution": "refund",
        });
        let path = format!("/api/v1/orders/{id}/returns/");
        let asked = buyer.post(&path, json!({ "lines": [line] })).await;
        asked.expect(201).text("/id")
    };
    let returns = [ask(2).await, ask(1).await, ask(1).await];
    ([id, parcel.text("/id"), boot.to_string()], returns)
}

/// The id of a gift card.
async fn gift_card(owner: &Client) -> String {
    let (method, path) = address("issueGiftCard", &[]);
    let issued = owner.send(method, &path, Some(super::credit::card())).await;
    issued.expect(201).text("/account/id")
}

/// The id of somebody who has an account.
async fn a_customer(shop: &Shop) -> String {
    let who = shop.customer("granted@example.com").await;
    who.get("/auth/users/me/").await.expect(200).text("/id")
}

impl Targets {
    pub(super) async fn of(shop: &Shop) -> Self {
        // A message that comes while a refusal is looked at would look like its doing.
        shop.send_webhooks(json!({ "drop": true })).await;
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
        let ([shipped, parcel, line], returns) = shipped(shop, &owner).await;
        let (reconciliation, found) = shop.difference().await;
        let receiver = json!({ "url": "http://127.0.0.1:1999/hook" });
        let endpoint = create("createWebhookEndpoint", receiver).await;
        let (method, path) = address("testWebhookEndpoint", &[&endpoint]);
        let test = Some(json!({ "event": "order.paid" }));
        let delivery = owner.send(method, &path, test).await.expect(202);
        let soon = (shop.now() + chrono::TimeDelta::hours(1)).to_rfc3339();
        let on_sale = shop.product("sale", &[(100, 5)]).await;
        let sale = json!({
            "name": "Old", "variant_ids": on_sale, "starts_at": soon,
            "queue": { "slots": 1, "token_seconds": 30 },
        });
        Self {
            image: picture(&owner).await,
            job: dead_job(shop).await,
            sale: create("createSale", sale).await,
            collection: create("createCollection", json!({ "title": { "en": "Old" } })).await,
            product_type: create("createProductType", json!({ "name": { "en": "Old" } })).await,
            promotion: create("createPromotion", super::terms::promotion()).await,
            card: gift_card(&owner).await,
            customer: a_customer(shop).await,
            price_list: create("createPriceList", super::catalogue::price_list()).await,
            member: member(shop, &owner).await,
            import: trial(shop).await,
            soon,
            shipped,
            parcel,
            line,
            returns,
            endpoint,
            delivery: delivery.text("/delivery_id"),
            reconciliation,
            found,
            refund,
            order,
            attempt,
            webhook,
            review,
            brand: create("createBrand", json!({ "name": { "en": "Old" } })).await,
            category: create("createCategory", json!({ "name": { "en": "Old" } })).await,
            product: coffee.text("/id"),
            variant,
            counts: [
                create("openStockCount", json!({})).await,
                create("openStockCount", json!({})).await,
            ],
            location: shop.location("depot", &[]).await.to_string(),
            transfers: [transfer(shop, "beans").await, transfer(shop, "cups").await],
        }
    }

    pub(super) const fn id(&self, target: Target) -> &String {
        match target {
            Target::Brand => &self.brand,
            Target::Category => &self.category,
            Target::Product => &self.product,
            Target::Variant => &self.variant,
            Target::Refund => &self.refund,
            Target::Attempt => &self.attempt,
            Target::Webhook => &self.webhook,
            Target::Review => &self.review,
            Target::Transfer => &self.transfers[0],
            Target::OtherTransfer => &self.transfers[1],
            Target::Reconciliation => &self.reconciliation,
            Target::Break => &self.found,
            Target::WebhookEndpoint => &self.endpoint,
            Target::WebhookDelivery => &self.delivery,
            Target::Location => &self.location,
            Target::Count => &self.counts[0],
            Target::OtherCount => &self.counts[1],
            Target::Sale => &self.sale,
            Target::Job => &self.job,
            Target::Shipped => &self.shipped,
            Target::Parcel => &self.parcel,
            Target::Return => &self.returns[0],
            Target::OtherReturn => &self.returns[1],
            Target::ThirdReturn => &self.returns[2],
            Target::ProductType => &self.product_type,
            Target::Collection => &self.collection,
            Target::Promotion => &self.promotion,
            Target::GiftCard => &self.card,
            Target::PriceList => &self.price_list,
            Target::Import => &self.import,
            Target::CustomerGroup | Target::Member => &self.member[0],
            Target::Gallery => &self.image[0],
            Target::Image => &self.image[1],
        }
    }

    /// What stands in the path of an operation on the thing.
    pub(super) fn ids(&self, target: Target) -> Vec<&str> {
        match target {
            Target::Image => self.image.iter().map(String::as_str).collect(),
            Target::Member => self.member.iter().map(String::as_str).collect(),
            one => vec![self.id(one).as_str()],
        }
    }
}
