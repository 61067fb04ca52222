//! Carts of several devices that become one customer's at the same moment: no unit is lost or
//! made, and the customer has one open cart.

use std::collections::BTreeMap;

use ids::VariantId;
use serde_json::json;

use crate::world::{
    Answer, Client, Shop,
    race::{
        Held, Racers, at_once, caught, equal, every_round, holds, patient_shop, rounds, statuses,
    },
};

const ROUNDS: usize = 10;
const DEVICES: usize = 8;

/// What the customer's open carts hold, and how many there are.
pub(super) async fn open_carts(shop: &Shop) -> (i64, BTreeMap<String, i64>) {
    let open = "from carts where customer_id is not null and state = 'open'";
    let count = shop.number(&format!("select count(*) {open}")).await;
    let lines = format!(
        "select variant_id::text, quantity from cart_items
         where cart_id in (select id {open})"
    );
    let rows = shop.db().await.query(&lines, &[]).await.unwrap();
    (
        count,
        rows.iter().map(|row| (row.get(0), row.get(1))).collect(),
    )
}

async fn merge_all(devices: impl Iterator<Item = (Client, String)>) -> Vec<Answer> {
    at_once(devices.map(|(device, cart)| async move {
        device
            .post(&format!("/api/v1/cart/{cart}/merge/"), json!({}))
            .await
    }))
    .await
}

/// Every other round begins with a cart that has three of the first variant.
async fn begin_round(customer: &Client, variant: VariantId, n: usize) -> i64 {
    let cart = customer.post("/api/v1/cart/", json!({})).await.text("/id");
    let path = format!("/api/v1/cart/{cart}/");
    customer.delete(&path).await.expect(204);
    if n.is_multiple_of(2) {
        return 0;
    }
    let cart = customer.post("/api/v1/cart/", json!({})).await.expect(201);
    let path = format!("/api/v1/cart/{}/items/", cart.text("/id"));
    let body = json!({ "variant_id": variant, "quantity": 3 });
    customer.post(&path, body).await.expect(201);
    3
}

struct Merging {
    shop: Shop,
    racers: Racers,
    access: String,
    variants: Vec<VariantId>,
}

impl Merging {
    async fn open(guards: &[&str]) -> Self {
        let shop = patient_shop(guards).await;
        Self {
            racers: Racers::open(&shop, DEVICES).await,
            access: shop.sign_up("abebe@example.com").await.text("/access"),
            variants: shop
                .product("merge", &[(10_000, 1_000), (20_000, 1_000)])
                .await,
            shop,
        }
    }

    async fn round(&self, n: usize, is_one_cart: bool) -> Held {
        let (one, other) = (self.variants[0], self.variants[1]);
        let customer = self.shop.client().bearer(&self.access);
        let before = begin_round(&customer, one, n).await;
        let lines = vec![(one, 2), (other, 1)];
        let (answers, carts) = if is_one_cart {
            let cart = self.racers.cart(&self.shop, &lines).await;
            let tabs = self.racers.tabs().map(|tab| tab.bearer(&self.access));
            (merge_all(tabs.map(|tab| (tab, cart.clone()))).await, 1)
        } else {
            let carts = self.racers.carts(&self.shop, |_| lines.clone()).await;
            let devices = self.racers.signed_in(&self.access).zip(carts);
            (merge_all(devices).await, i64::try_from(DEVICES).unwrap())
        };
        let expected = [
            (one.to_string(), before + 2 * carts),
            (other.to_string(), carts),
        ];
        equal("answers", &statuses(&answers), &[(200, DEVICES)].into())?;
        equal(
            "units",
            &open_carts(&self.shop).await,
            &(1, expected.into()),
        )?;
        let uncapped = answers
            .iter()
            .all(|answer| answer.body["capped"] == json!([]));
        holds("capped", uncapped, statuses(&answers))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn merging_loses_nothing_and_doubles_nothing() {
    let merging = Merging::open(&[]).await;
    every_round(rounds(ROUNDS), async |n| merging.round(n, true).await).await;
    every_round(rounds(ROUNDS), async |n| merging.round(n, false).await).await;
    merging.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_cart_lock_merging_loses_units() {
    let merging = Merging::open(&["cart lock"]).await;
    caught("units", 100, async |n| merging.round(n, false).await).await;
    merging.shop.close_broken().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_that_sign_in_bring_their_carts_along() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, 9).await;
    let variant = shop.product("device", &[(10_000, 1_000)]).await[0];
    shop.sign_up("abebe@example.com").await;
    let carts = racers.carts(&shop, |_| vec![(variant, 1)]).await;
    let sign_ins = carts.into_iter().enumerate().map(|(n, cart)| {
        let (email, password) = ("abebe@example.com", "correct horse battery staple");
        let body = json!({ "email": email, "password": password, "cart_id": cart });
        let device = racers.guest(n);
        async move { device.post("/auth/jwt/create/", body).await }
    });
    let answers = at_once(sign_ins).await;
    assert_eq!(statuses(&answers), [(200, 9)].into());
    let expected = [(variant.to_string(), 9)].into();
    assert_eq!(open_carts(&shop).await, (1, expected));
    shop.close().await;
}
