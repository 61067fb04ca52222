//! Money that comes when its order has expired, and the order was sold beyond the stock.

use serde_json::{Value, json};

use super::backorders::{Shelf, on_backorder};
use crate::world::Client;

/// An order of three that has expired while its buyer was on the payment page.
struct Late {
    shelf: Shelf,
    guest: Client,
    order: Value,
    tx_ref: String,
}

impl Late {
    /// So many units are there when it is placed, and so many come before it expires.
    async fn open(on_hand: i64, come: i64) -> Self {
        let shelf = Shelf::open(on_hand, on_backorder(3)).await;
        let (guest, order) = shelf.order(3).await;
        let (tx_ref, _) = shelf.shop.initiate(&guest, &order).await;
        if come > 0 {
            shelf.receive(come).await;
        }
        shelf.shop.advance(chrono::TimeDelta::hours(2));
        shelf.shop.run_jobs().await;
        assert_eq!(shelf.waiting().await, []);
        let there = shelf.shop.stock(shelf.variant).await;
        assert_eq!(there, (on_hand + come, 0));
        Self {
            shelf,
            guest,
            order,
            tx_ref,
        }
    }

    /// Its money comes after all, and the order is paid.
    async fn pay(&self) {
        let path = format!("/__sim/transactions/{}/pay", self.tx_ref);
        let provider = self.shelf.shop.provider();
        provider.post(&path, json!({})).await.expect(200);
        let verify = format!("/api/v1/payment/verify/{}/", self.tx_ref);
        self.guest.get(&verify).await.expect(200);
        let path = format!("/api/v1/orders/{}/", self.order["id"].as_str().unwrap());
        let order = self.guest.get(&path).await.expect(200).body;
        assert_eq!(order["status"], "paid");
    }

    async fn stock(&self) -> (i64, i64) {
        self.shelf.shop.stock(self.shelf.variant).await
    }

    /// Nothing is owed any more, and all three leave in one parcel.
    async fn ship(self) {
        assert_eq!(self.shelf.waiting().await, []);
        assert_eq!(self.stock().await, (0, 0));
        let packer = self.shelf.shop.staff("packer", &["orders.manage"]).await;
        let id = self.order["id"].as_str().unwrap();
        let path = format!("/api/v1/admin/orders/{id}/fulfilments/");
        let parcel = packer
            .key("ship")
            .post(&path, json!({}))
            .await
            .expect(201)
            .body;
        let line = json!([{ "variant_id": self.shelf.variant, "quantity": 3 }]);
        assert_eq!(parcel["items"], line);
        self.shelf.shop.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_owed_again_what_is_not_there() {
    let late = Late::open(1, 0).await;
    late.pay().await;
    assert_eq!(late.shelf.waiting().await, [(late.order["id"].clone(), 2)]);
    assert_eq!(late.stock().await, (0, 0));
    late.shelf.receive(2).await;
    late.ship().await;
}

/// It never held anything, so there is nothing of the old hold to be put in its place.
#[tokio::test(flavor = "multi_thread")]
async fn what_it_only_waited_for_is_its_own_when_it_has_come_meanwhile() {
    let late = Late::open(0, 0).await;
    late.shelf.receive(3).await;
    late.pay().await;
    late.ship().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_only_waited_for_is_owed_again() {
    let late = Late::open(0, 0).await;
    late.pay().await;
    assert_eq!(late.shelf.waiting().await, [(late.order["id"].clone(), 3)]);
    late.shelf.receive(3).await;
    late.ship().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_while_it_was_held_is_still_there() {
    let late = Late::open(1, 2).await;
    late.pay().await;
    late.ship().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_while_it_was_held_and_was_sold_since_is_owed_again() {
    let late = Late::open(1, 2).await;
    let (other, order) = late.shelf.order(2).await;
    late.shelf.pay(&other, &order).await;
    late.pay().await;
    assert_eq!(late.shelf.waiting().await, [(late.order["id"].clone(), 2)]);
    late.shelf.receive(2).await;
    late.ship().await;
}

/// Some of what it waited for came in time, some after it had expired.
#[tokio::test(flavor = "multi_thread")]
async fn what_came_in_two_parts_is_given_whole() {
    let late = Late::open(0, 1).await;
    late.shelf.receive(1).await;
    late.pay().await;
    assert_eq!(late.shelf.waiting().await, [(late.order["id"].clone(), 1)]);
    late.shelf.receive(1).await;
    late.ship().await;
}
