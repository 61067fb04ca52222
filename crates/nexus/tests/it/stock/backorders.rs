//! What is sold beyond the stock, and who gets what comes.

use chrono::TimeDelta;
use ids::VariantId;
use serde_json::{Value, json};

use crate::world::{Answer, Client, Shop, place_body};

const SOON: &str = "2030-02-01T00:00:00Z";

pub(super) struct Shelf {
    pub(super) shop: Shop,
    pub(super) clerk: Client,
    pub(super) variant: VariantId,
}

impl Shelf {
    /// So many units are there, and so many more may be sold.
    pub(super) async fn open(on_hand: i64, terms: Value) -> Self {
        let shop = Shop::open().await;
        let variant = shop.product("coffee", &[(100, on_hand)]).await[0];
        let clerk = shop.staff("clerk", &["stock.edit"]).await;
        let shelf = Self {
            shop,
            clerk,
            variant,
        };
        shelf
            .set(1, json!({ "backorder": terms }))
            .await
            .expect(200);
        shelf
    }

    async fn set(&self, version: i64, terms: Value) -> Answer {
        let path = format!("/api/v1/admin/inventory/terms/{}/", self.variant);
        let clerk = self.clerk.with("if-match", &format!("\"v{version}\""));
        clerk.patch(&path, terms).await
    }

    async fn shown(&self) -> Value {
        let path = "/api/v1/catalogue/products/coffee/";
        let mut shown = self.shop.client().get(path).await.expect(200).body;
        shown["variants"][0].take()
    }

    pub(super) async fn order(&self, quantity: i64) -> (Client, Value) {
        self.shop.guest_order(&[(self.variant, quantity)]).await
    }

    pub(super) async fn pay(&self, who: &Client, order: &Value) {
        let (_, page) = self.shop.initiate(who, order).await;
        self.shop.on_page(&page, "pay").await.expect(302);
        self.shop.run_jobs().await;
    }

    /// A clerk who has just signed in brings units.
    pub(super) async fn receive(&self, quantity: i64) {
        let count = self.shop.number("select count(*) from staff").await;
        let name = format!("clerk-{count}");
        let clerk = self.shop.staff(&name, &["stock.edit"]).await;
        let receipt =
            json!({ "kind": "receipt", "quantity": quantity, "variant_id": self.variant });
        let path = "/api/v1/admin/inventory/movements/";
        let body = json!({ "movements": [receipt] });
        clerk.post(path, body).await.expect(200);
    }

    /// Of each that waits: its order and how many units.
    pub(super) async fn waiting(&self) -> Vec<(Value, i64)> {
        let sql = "
            select order_id::text, waiting from backorders where waiting > 0 order by sequence";
        let rows = self.shop.db().await.query(sql, &[]).await.unwrap();
        let row = |row: &tokio_postgres::Row| (json!(row.get::<_, String>(0)), row.get(1));
        rows.iter().map(row).collect()
    }
}

pub(super) fn on_backorder(max: i64) -> Value {
    json!({ "kind": "backorder", "max": max, "expected_at": SOON })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_sold_up_to_the_limit() {
    let shelf = Shelf::open(2, on_backorder(3)).await;
    let shown = shelf.shown().await;
    assert_eq!(
        (&shown["available"], &shown["in_stock"]),
        (&json!(5), &json!(2))
    );
    assert_eq!(shown["availability"], "in_stock");
    assert_eq!(shown.get("ships_from"), None);
    let (_, order) = shelf.order(4).await;
    let line = &order["lines"][0];
    assert_eq!(
        (&line["quantity"], &line["backordered"]),
        (&json!(4), &json!(2))
    );
    assert_eq!(line["expected_at"], SOON);
    assert_eq!(shelf.shop.stock(shelf.variant).await, (2, 2));
    let shown = shelf.shown().await;
    assert_eq!(
        (&shown["available"], &shown["in_stock"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(
        (&shown["availability"], &shown["ships_from"]),
        (&json!("backorder"), &json!(SOON))
    );
    let (guest, cart) = shelf.shop.guest_cart(&[(shelf.variant, 1)]).await;
    shelf.order(1).await;
    let refused = guest.post("/api/v1/orders/", place_body(&cart)).await;
    let refused = refused.refused(409, "insufficient_stock");
    assert_eq!(refused.body["errors"][0]["meta"]["available"], 0);
    let shown = shelf.shown().await;
    assert_eq!(
        (&shown["availability"], &shown["is_available"]),
        (&json!("out_of_stock"), &json!(false))
    );
    assert_eq!(shelf.waiting().await.len(), 2);
    shelf.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preorder_says_when_it_comes_out() {
    let terms = json!({ "kind": "preorder", "max": 10, "expected_at": SOON });
    let shelf = Shelf::open(0, terms).await;
    let shown = shelf.shown().await;
    assert_eq!(
        (&shown["availability"], &shown["available_from"]),
        (&json!("preorder"), &json!(SOON))
    );
    let (_, order) = shelf.order(3).await;
    assert_eq!(order["lines"][0]["backordered"], 3);
    assert_eq!(shelf.shop.stock(shelf.variant).await, (0, 0));
    let dateless = json!({ "backorder": { "kind": "preorder", "max": 10 } });
    shelf.set(2, dateless).await.refused(422, "invalid_body");
    shelf.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_goes_to_those_who_wait_in_their_order() {
    let shelf = Shelf::open(0, on_backorder(9)).await;
    let (first, unpaid) = shelf.order(3).await;
    let (second, paid) = shelf.order(2).await;
    shelf.pay(&second, &paid).await;
    shelf.receive(2).await;
    assert_eq!(
        shelf.waiting().await,
        [(unpaid["id"].clone(), 1), (paid["id"].clone(), 2)]
    );
    assert_eq!(shelf.shop.stock(shelf.variant).await, (2, 2));
    let path = "/api/v1/admin/inventory/backorders/";
    let query = format!("?limit=1&variant_id={}", shelf.variant);
    let listed = shelf
        .clerk
        .get(&format!("{path}{query}"))
        .await
        .expect(200)
        .body;
    let one = &listed["data"][0];
    assert_eq!(
        (&one["order_id"], &one["waiting"]),
        (&unpaid["id"], &json!(1))
    );
    assert_eq!(
        (&one["quantity"], &one["is_paid"]),
        (&json!(3), &json!(false))
    );
    let cursor = listed["page"]["next_cursor"].as_str().unwrap();
    let next = format!("{path}{query}&cursor={cursor}");
    let next = shelf.clerk.get(&next).await.expect(200).body;
    assert_eq!(
        (&next["data"][0]["order_id"], &next["page"]["has_more"]),
        (&paid["id"], &json!(false))
    );
    // One for the first, which is held; the paid order's leaves the shelf.
    shelf.receive(2).await;
    assert_eq!(shelf.waiting().await, [(paid["id"].clone(), 1)]);
    assert_eq!(shelf.shop.stock(shelf.variant).await, (3, 3));
    shelf.pay(&first, &unpaid).await;
    assert_eq!(shelf.shop.stock(shelf.variant).await, (0, 0));
    shelf.receive(5).await;
    assert_eq!(shelf.waiting().await, []);
    assert_eq!(shelf.shop.stock(shelf.variant).await, (4, 0));
    let told = "select count(*) from events where name = 'stock.backorder_filled'";
    assert_eq!(shelf.shop.number(told).await, 4);
    let sold = "select -sum(quantity)::bigint from stock_movements where kind = 'sale'";
    assert_eq!(shelf.shop.number(sold).await, 5);
    shelf.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_expires_goes_to_those_who_wait() {
    let shelf = Shelf::open(2, on_backorder(3)).await;
    shelf.order(2).await;
    shelf.shop.advance(TimeDelta::minutes(30));
    let (_, waits) = shelf.order(2).await;
    shelf.order(1).await;
    shelf.shop.advance(TimeDelta::minutes(31));
    shelf.shop.run_jobs().await;
    let waiting = shelf.waiting().await;
    assert_eq!((waiting.len(), waiting[0].1), (1, 1));
    assert_ne!(waiting[0].0, waits["id"]);
    assert_eq!(shelf.shop.stock(shelf.variant).await, (2, 2));
    shelf.shop.advance(TimeDelta::minutes(60));
    shelf.shop.run_jobs().await;
    assert_eq!(shelf.waiting().await, []);
    assert_eq!(shelf.shop.stock(shelf.variant).await, (2, 0));
    assert_eq!(shelf.shown().await["available"], 5);
    shelf.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_called_off_waits_for_nothing() {
    let shelf = Shelf::open(1, on_backorder(5)).await;
    let (buyer, order) = shelf.order(3).await;
    let (_, next) = shelf.order(1).await;
    let path = format!("/api/v1/orders/{}/cancel/", order["id"].as_str().unwrap());
    let gone = buyer.post(&path, json!({})).await.expect(200);
    assert_eq!(gone.body["fulfilment_status"], "cancelled");
    let again = buyer.post(&path, json!({})).await.expect(200);
    assert_eq!(again.body, gone.body);
    // Its unit is held for the next one, who waits no longer; nothing is owed any more.
    assert_eq!(shelf.waiting().await, []);
    assert_eq!(shelf.shop.stock(shelf.variant).await, (1, 1));
    shelf.receive(2).await;
    assert_eq!(shelf.shop.stock(shelf.variant).await, (3, 1));
    let cancelled = "select sum(cancelled_quantity)::bigint from fulfilment_lines";
    assert_eq!(shelf.shop.number(cancelled).await, 3);
    assert_eq!(next["lines"][0]["backordered"], 1);
    shelf.shop.close().await;
}

/// What a paid order waits for is called off before what is there, and goes to nobody then.
#[tokio::test(flavor = "multi_thread")]
async fn a_paid_order_goes_on_waiting_for_what_was_not_called_off() {
    let shelf = Shelf::open(1, on_backorder(5)).await;
    let (buyer, order) = shelf.order(3).await;
    shelf.pay(&buyer, &order).await;
    let rights = ["orders.manage", "payments.refund"];
    let packer = shelf.shop.staff("packer", &rights).await;
    let path = format!(
        "/api/v1/admin/orders/{}/cancel/",
        order["id"].as_str().unwrap()
    );
    let call = json!({ "reason": "a test" });
    let mut one = call.clone();
    one["lines"] = parcel(&shelf, 1)["lines"].take();
    packer.key("a").post(&path, one).await.expect(201);
    assert_eq!(shelf.waiting().await, [(order["id"].clone(), 1)]);
    assert_eq!(shelf.shop.stock(shelf.variant).await, (0, 0));
    shelf.receive(1).await;
    assert_eq!(shelf.waiting().await, []);
    packer.key("b").post(&path, call).await.expect(201);
    let id = order["id"].as_str().unwrap();
    assert_eq!(shelf.shop.order_status(id).await, "cancelled");
    assert_eq!(shelf.shop.stock(shelf.variant).await, (2, 0));
    shelf.shop.close().await;
}

/// Each arrival is a reservation of its own, at the same location as the one before.
#[tokio::test(flavor = "multi_thread")]
async fn what_arrives_later_leaves_in_a_parcel_of_its_own() {
    let shelf = Shelf::open(1, on_backorder(5)).await;
    let (buyer, order) = shelf.order(3).await;
    shelf.pay(&buyer, &order).await;
    let rights = ["orders.manage"];
    let packer = shelf.shop.staff("packer", &rights).await;
    let id = order["id"].as_str().unwrap();
    let path = format!("/api/v1/admin/orders/{id}/fulfilments/");
    let refused = packer.key("more").post(&path, parcel(&shelf, 2)).await;
    refused.refused(409, "exceeds_open_quantity");
    packer
        .key("1")
        .post(&path, parcel(&shelf, 1))
        .await
        .expect(201);
    shelf.receive(1).await;
    packer
        .key("2")
        .post(&path, parcel(&shelf, 1))
        .await
        .expect(201);
    shelf.receive(1).await;
    packer
        .key("3")
        .post(&path, parcel(&shelf, 1))
        .await
        .expect(201);
    let shown = buyer
        .get(&format!("/api/v1/orders/{id}/"))
        .await
        .expect(200);
    assert_eq!(shown.body["fulfilment_status"], "shipped");
    assert_eq!(shelf.shop.stock(shelf.variant).await, (0, 0));
    shelf.shop.close().await;
}

fn parcel(shelf: &Shelf, quantity: i64) -> Value {
    json!({ "lines": [{ "variant_id": shelf.variant, "quantity": quantity }] })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_is_not_lowered_below_what_is_owed() {
    let shelf = Shelf::open(0, on_backorder(5)).await;
    shelf.order(3).await;
    let refused = shelf.set(2, json!({ "backorder": on_backorder(2) })).await;
    let refused = refused.refused(409, "backorder_below_waiting");
    assert_eq!(refused.body["meta"], json!({ "waiting": 3 }));
    let ended = shelf.set(2, json!({ "backorder": null })).await.expect(200);
    let left = json!({ "kind": null, "max": 3, "waiting": 3, "expected_at": SOON });
    assert_eq!(ended.body["backorder"], left);
    assert_eq!(shelf.shown().await["availability"], "out_of_stock");
    shelf.shop.close().await;
}
