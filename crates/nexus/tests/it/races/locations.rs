//! Several locations at once: what stands at two places is sold once at each, units on a truck
//! are not sold, and of those who have read one level one may write it.

use futures_util::FutureExt;
use ids::{LocationId, VariantId};
use serde_json::json;

use crate::world::{
    Client, Shop,
    race::{
        Held, Racers, after_turns, at_most, at_once, caught, equal, every_round, holds,
        patient_shop, rounds, statuses, successes,
    },
};

const ROUNDS: usize = 8;
const CHECK: &str = "stock_levels_available_not_negative";

struct Places {
    shop: Shop,
    racers: Racers,
    clerk: Client,
    depot: LocationId,
}

impl Places {
    async fn open(guards: &[&str], width: usize) -> Self {
        let shop = patient_shop(guards).await;
        if !guards.is_empty() {
            shop.drop_constraint("stock_levels", CHECK).await;
        }
        let racers = Racers::open(&shop, width).await;
        let clerk = shop.staff("clerk", &["stock.edit"]).await;
        let depot = shop.location("depot", &[]).await;
        Self {
            shop,
            racers,
            clerk,
            depot,
        }
    }

    /// A variant with so many units at the main location and at the depot.
    async fn variant(&self, round: usize, main: i64, depot: i64) -> VariantId {
        let variant = self
            .shop
            .product(&format!("two-{round}"), &[(10_000, main)])
            .await[0];
        if depot > 0 {
            let receipt = json!({
                "kind": "receipt", "variant_id": variant, "location_id": self.depot,
                "quantity": depot,
            });
            let path = "/api/v1/admin/inventory/movements/";
            let body = json!({ "movements": [receipt] });
            self.clerk.post(path, body).await.expect(200);
        }
        variant
    }

    async fn levels(&self, variant: VariantId) -> Vec<(i64, i64)> {
        let levels = inventory::list_levels(&self.shop.db().await, &[variant]).await;
        let levels = levels.unwrap();
        let mut all: Vec<_> = levels.iter().map(|at| (at.on_hand, at.reserved)).collect();
        all.sort_unstable();
        all
    }

    /// One unit at each of two locations, and everybody wants one.
    async fn last_units(&self, round: usize) -> Held {
        let variant = self.variant(round, 1, 1).await;
        let carts = self.racers.carts(&self.shop, |_| vec![(variant, 1)]).await;
        let answers = self.racers.place(&carts).await;
        at_most("sold", successes(&answers), 2)?;
        let losers = self.racers.count() - 2;
        equal(
            "answers",
            &statuses(&answers),
            &[(201, 2), (409, losers)].into(),
        )?;
        equal("levels", &self.levels(variant).await, &vec![(1, 1), (1, 1)])
    }

    /// Two of three units go on a truck while two buyers want two each: who comes too late is told.
    async fn truck(&self, round: usize) -> Held {
        let variant = self.variant(round, 3, 1).await;
        let carts = self.racers.carts(&self.shop, |_| vec![(variant, 2)]).await;
        let lines = json!([{ "variant_id": variant, "quantity": 2 }]);
        let body = json!({
            "from_location_id": inventory::MAIN_LOCATION, "to_location_id": self.depot,
            "lines": lines,
        });
        let clerk = self.clerk.clone();
        let path = "/api/v1/admin/inventory/transfers/";
        let load = after_turns(round % 8 * 40, async move { clerk.post(path, body).await });
        let buyers = carts.iter().enumerate().map(|(n, cart)| {
            let (guest, body) = (self.racers.guest(n), crate::world::place_body(cart));
            async move { guest.post("/api/v1/orders/", body).await }.boxed()
        });
        let answers = at_once(buyers.chain([load.boxed()])).await;
        let (truck, buyers) = answers.split_last().unwrap();
        let levels = self.levels(variant).await;
        let is_sound = |(on_hand, reserved): &(i64, i64)| (0..=*on_hand).contains(reserved);
        holds("levels", levels.iter().all(is_sound), &levels)?;
        let units: i64 = levels.iter().map(|level| level.0).sum();
        equal("units", &units, &4)?;
        let reserved: i64 = levels.iter().map(|level| level.1).sum();
        let sold = i64::try_from(successes(buyers)).unwrap();
        equal("reserved", &reserved, &(2 * sold))?;
        holds("truck", [201, 409].contains(&truck.status.as_u16()), truck)
    }

    /// Everybody has read the same version, and writes.
    async fn same_version(&self, staff: &[Client], round: usize) -> Held {
        let variant = self.variant(round, 10, 0).await;
        let requests = staff.iter().cloned().map(|clerk| async move {
            let movement = json!({
                "kind": "adjustment", "variant_id": variant, "quantity": -1,
                "reason_code": "lost", "version": 1,
            });
            let path = "/api/v1/admin/inventory/movements/";
            let body = json!({ "movements": [movement] });
            clerk.post(path, body).await.expect(200)
        });
        let answers = at_once(requests).await;
        let is_recorded = |answer: &&crate::world::Answer| {
            answer.body["results"][0]["is_recorded"] == json!(true)
        };
        at_most("recorded", answers.iter().filter(is_recorded).count(), 1)?;
        equal("levels", &self.levels(variant).await, &vec![(9, 0)])
    }

    /// A member of the staff on every connection.
    async fn staff(&self) -> Vec<Client> {
        let token = self.shop.staff_token("counter", &["stock.edit"]).await;
        self.racers
            .lines()
            .map(|line| line.bearer(&token))
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_units_of_two_locations_are_sold_once_each() {
    let places = Places::open(&[], 20).await;
    every_round(rounds(ROUNDS), async |n| places.last_units(n).await).await;
    places.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_stock_guard_two_locations_sell_more_than_they_have() {
    let places = Places::open(&["stock guard"], 20).await;
    caught("sold", 30, async |n| places.last_units(n).await).await;
    places.shop.close_broken().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_a_truck_is_not_sold() {
    let places = Places::open(&[], 2).await;
    every_round(rounds(ROUNDS), async |n| places.truck(n).await).await;
    places.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_locks_a_transfer_takes_what_is_sold() {
    let places = Places::open(&["movement locks"], 2).await;
    caught("levels", 100, async |n| places.truck(n).await).await;
    places.shop.close_broken().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_have_read_a_level_one_writes_it() {
    let places = Places::open(&[], 10).await;
    let staff = places.staff().await;
    every_round(rounds(ROUNDS), async |n| {
        places.same_version(&staff, n).await
    })
    .await;
    places.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_their_locks_many_write_what_they_have_read() {
    let places = Places::open(&["movement locks"], 10).await;
    let staff = places.staff().await;
    caught("recorded", 30, async |n| {
        places.same_version(&staff, n).await
    })
    .await;
    places.shop.close_broken().await;
}
