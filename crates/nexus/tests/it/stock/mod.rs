//! Several locations, typed movements, and the proof that nothing appears from nowhere.

mod backorders;
mod bundles;
mod counts;
mod late;
mod limits;
mod locations;
mod low;
mod movements;
mod proof;

use ids::{LocationId, VariantId};
use serde_json::{Value, json};

use crate::world::{Client, Shop, place_body};

/// A clerk, a variant with units at the main location, and a depot near Sidama with others.
struct Stocked {
    shop: Shop,
    clerk: Client,
    variant: VariantId,
    depot: LocationId,
}

impl Stocked {
    async fn open(main: i64, depot: i64) -> Self {
        let shop = Shop::open().await;
        let variant = shop.product("coffee", &[(100, main)]).await[0];
        let clerk = shop.staff("clerk", &["stock.edit"]).await;
        let at = shop.location("depot", &["Sidama"]).await;
        let stocked = Self {
            shop,
            clerk,
            variant,
            depot: at,
        };
        if depot > 0 {
            let receipt = json!({ "kind": "receipt", "quantity": depot });
            stocked.record(vec![receipt]).await;
        }
        stocked
    }

    /// Writes movements of the variant down, at the depot where nothing else is said.
    async fn record(&self, movements: Vec<Value>) -> Value {
        let movements: Vec<Value> = movements
            .into_iter()
            .map(|mut movement| {
                for (name, value) in [
                    ("variant_id", json!(self.variant)),
                    ("location_id", json!(self.depot)),
                ] {
                    let members = movement.as_object_mut().unwrap();
                    members.entry(name).or_insert(value);
                }
                movement
            })
            .collect();
        let path = "/api/v1/admin/inventory/movements/";
        let body = json!({ "movements": movements });
        self.clerk.post(path, body).await.expect(200).body["results"].clone()
    }

    /// (on hand, reserved) at the main location and at the depot.
    async fn levels(&self) -> [(i64, i64); 2] {
        let db = self.shop.db().await;
        let levels = inventory::list_levels(&db, &[self.variant]).await.unwrap();
        [inventory::MAIN_LOCATION, self.depot].map(|at| {
            let level = levels.iter().find(|level| level.location_id == at);
            level.map_or((0, 0), |level| (level.on_hand, level.reserved))
        })
    }

    /// Orders so many units for an address in a region.
    async fn order(&self, quantity: i64, region: &str) -> (Client, Value) {
        let (guest, cart) = self.shop.guest_cart(&[(self.variant, quantity)]).await;
        let mut body = place_body(&cart);
        body["shipping_address"]["region"] = json!(region);
        let order = guest.post("/api/v1/orders/", body).await.expect(201);
        (guest, order.body)
    }

    /// What the product's page says is available.
    async fn offered(&self) -> Value {
        let path = "/api/v1/catalogue/products/coffee/";
        let shown = self.shop.client().get(path).await.expect(200);
        shown.body["variants"][0]["available"].clone()
    }

    async fn balances(&self, query: &str) -> Vec<(String, i64)> {
        let path = format!("/api/v1/admin/inventory/balances/?{query}");
        let shown = self.clerk.get(&path).await.expect(200);
        let rows = shown.body["data"].as_array().unwrap().clone();
        let row = |row: &Value| {
            let account = row["account"].as_str().unwrap();
            let name = match row["location_id"].as_str() {
                Some(id) if id == self.depot.to_string() => "depot",
                Some(_) => "main",
                None => account,
            };
            (name.to_owned(), row["units"].as_i64().unwrap())
        };
        let mut rows: Vec<_> = rows.iter().map(row).collect();
        rows.sort();
        rows
    }
}
