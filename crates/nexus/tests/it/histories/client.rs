//! Clients who do random things: what they may ask next depends on what has been told so far.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use ids::VariantId;
use serde_json::json;

use super::{
    Draws,
    model::{Operation, VARIANTS},
    search::Event,
};
use crate::world::{Answer, Client, Shop, place_body, race::at_once};

/// What has been told of a cart's order, to whichever client.
#[derive(Default, Clone)]
struct Known {
    order: Option<String>,
    tx_ref: Option<String>,
    is_charged: bool,
    /// While a buyer pays at the provider.
    is_charging: bool,
    is_aged: bool,
    /// Its time is ended, or about to be.
    is_aging: bool,
    /// The job that lets it go has run since.
    is_let_go: bool,
}

struct Cart {
    guest: Client,
    id: String,
    items: [String; VARIANTS],
    known: Mutex<Known>,
}

/// One history's own goods and carts in the shop that all histories share.
pub(super) struct Scene {
    shop: Arc<Shop>,
    staff: Client,
    seed: u64,
    variants: [VariantId; VARIANTS],
    pub(super) on_hand: [i64; VARIANTS],
    carts: Vec<Cart>,
    ticks: AtomicU64,
}

impl Scene {
    pub(super) async fn set(
        shop: &Arc<Shop>,
        staff: &Client,
        seed: u64,
        draws: &mut Draws,
    ) -> Self {
        let on_hand = [draws.units(1, 4), draws.units(1, 4)];
        let shelf = on_hand.map(|units| (super::model::PRICE, units));
        let variants = shop.product(&format!("history-{seed}"), &shelf).await;
        let variants = [variants[0], variants[1]];
        let mut carts = Vec::new();
        for _ in 0..=draws.below(3) {
            let (guest, id) = shop.guest_cart(&variants.map(|variant| (variant, 1))).await;
            let cart = guest.get(&format!("/api/v1/cart/{id}/")).await.expect(200);
            let item = |variant: VariantId| {
                let items = cart.body["items"].as_array().unwrap().iter();
                let mut own = items.filter(|item| item["variant_id"] == json!(variant));
                own.next().unwrap()["id"].as_str().unwrap().to_owned()
            };
            carts.push(Cart {
                guest,
                id,
                items: variants.map(item),
                known: Mutex::default(),
            });
        }
        Self {
            shop: Arc::clone(shop),
            staff: staff.clone(),
            seed,
            variants,
            on_hand,
            carts,
            ticks: AtomicU64::new(0),
        }
    }

    pub(super) fn carts(&self) -> usize {
        self.carts.len()
    }

    fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::SeqCst)
    }

    /// Notes when it began and ended, and what was said.
    async fn event(&self, client: usize, operation: Operation) -> Event {
        let began_at = self.tick();
        let said = self.ask(client, &operation).await;
        let ended_at = self.tick();
        Event {
            client,
            operation,
            said,
            began_at,
            ended_at,
        }
    }

    /// What is left, when all is done.
    pub(super) async fn look(&self) -> Vec<Event> {
        let mut events = Vec::new();
        for variant in 0..VARIANTS {
            events.push(self.event(99, Operation::Level(variant)).await);
        }
        for cart in 0..self.carts.len() {
            events.push(self.event(99, Operation::Lines(cart)).await);
            if self.known(cart).order.is_some() {
                events.push(self.event(99, Operation::Read(cart)).await);
            }
        }
        events
    }

    fn known(&self, cart: usize) -> Known {
        self.carts[cart].known.lock().unwrap().clone()
    }

    fn learn(&self, cart: usize, learn: impl FnOnce(&mut Known)) {
        learn(&mut self.carts[cart].known.lock().unwrap());
    }

    /// What a buyer might do next.
    fn wish(&self, cart: usize, draws: &mut Draws) -> Operation {
        let known = self.known(cart);
        let variant = draws.below(VARIANTS);
        let mut wishes = vec![
            Operation::Add(cart, variant, draws.units(1, 2)),
            Operation::Set(cart, variant, draws.units(1, 3)),
            Operation::Place(cart),
            Operation::Place(cart),
        ];
        if known.order.is_some() {
            wishes = vec![Operation::Place(cart), Operation::Read(cart)];
            match (known.tx_ref, known.is_charged) {
                (None, _) => wishes.extend(vec![Operation::Initiate(cart); 4]),
                (_, false) if known.is_let_go || !known.is_aging => {
                    wishes.extend(vec![Operation::Charge(cart); 4]);
                }
                _ => wishes.extend(vec![Operation::Verify(cart); 4]),
            }
        }
        let choice = draws.below(wishes.len());
        let wish = wishes.swap_remove(choice);
        if wish == Operation::Charge(cart) {
            // Once: a second charge of one order is another story.
            let mut known = self.carts[cart].known.lock().unwrap();
            if known.is_charged || known.is_aging && !known.is_let_go {
                return Operation::Read(cart);
            }
            (known.is_charged, known.is_charging) = (true, true);
        }
        wish
    }

    /// What the staff might do next, and the clock; `level` is what was read last.
    fn duty(&self, level: Option<(usize, i64)>, draws: &mut Draws) -> Operation {
        let variant = draws.below(VARIANTS);
        let mut duties = vec![Operation::Level(variant)];
        if let Some((variant, version)) = level {
            duties.push(Operation::Count(variant, draws.units(0, 6), version));
        }
        let mut all = (0..self.carts.len()).map(|cart| self.known(cart));
        let is_any_aging = all.any(|known| known.is_aging && !known.is_let_go);
        for cart in 0..self.carts.len() {
            let known = self.known(cart);
            if known.is_aged {
                // The job runs for whichever is due: again for this one only when no other is.
                if !known.is_let_go || !is_any_aging {
                    duties.extend(vec![Operation::Expire(cart); 4]);
                }
            } else if known.order.is_some() {
                // One at a time: the job runs for whichever is due.
                if !is_any_aging {
                    duties.push(Operation::Age(cart));
                }
                duties.push(Operation::Refund(cart, draws.units(1, 3) * 5_000));
            }
        }
        let duty = duties.swap_remove(draws.below(duties.len()));
        if let Operation::Age(cart) = duty {
            // The job asks the provider and then lets go: two steps, and what is paid between them
            // is late money. The races of payment and expiry have tests of their own.
            let mut known = self.carts[cart].known.lock().unwrap();
            if known.is_charging {
                return Operation::Read(cart);
            }
            known.is_aging = true;
        }
        duty
    }

    async fn ask(&self, client: usize, operation: &Operation) -> String {
        match *operation {
            Operation::Add(cart, variant, quantity) => {
                let path = format!("/api/v1/cart/{}/items/", self.carts[cart].id);
                let body = json!({ "variant_id": self.variants[variant], "quantity": quantity });
                let answer = self.carts[cart].guest.post(&path, body).await;
                self.line_said(&answer, variant)
            }
            Operation::Set(cart, variant, quantity) => {
                let Cart { id, items, .. } = &self.carts[cart];
                let path = format!("/api/v1/cart/{id}/items/{}/", items[variant]);
                let body = json!({ "quantity": quantity });
                let answer = self.carts[cart].guest.patch(&path, body).await;
                self.line_said(&answer, variant)
            }
            Operation::Level(variant) => {
                let answer = self.staff.get(&self.level_path(variant)).await.expect(200);
                let number = |name: &str| answer.body[name].as_i64().unwrap();
                let version = version_of(&answer);
                format!("{} {} v{version}", number("on_hand"), number("reserved"))
            }
            Operation::Count(variant, on_hand, version) => {
                let body = json!({ "on_hand": on_hand, "reason": "counted" });
                let staff = self.staff.with("if-match", &format!("\"v{version}\""));
                let answer = staff.put(&self.level_path(variant), body).await;
                answer.status.as_u16().to_string()
            }
            Operation::Lines(cart) => {
                let path = format!("/api/v1/cart/{}/", self.carts[cart].id);
                let answer = self.carts[cart].guest.get(&path).await.expect(200);
                format!("{:?}", self.lines(&answer, "items"))
            }
            Operation::Place(cart) => self.place(cart).await,
            _ => self.ask_about_order(client, operation).await,
        }
    }

    fn level_path(&self, variant: usize) -> String {
        format!("/api/v1/admin/inventory/levels/{}/", self.variants[variant])
    }

    fn lines(&self, answer: &Answer, member: &str) -> [i64; VARIANTS] {
        let lines = answer.body[member].as_array().unwrap();
        self.variants.map(|variant| {
            let mut own = lines
                .iter()
                .filter(|line| line["variant_id"] == json!(variant));
            own.next()
                .map_or(0, |line| line["quantity"].as_i64().unwrap())
        })
    }

    fn line_said(&self, answer: &Answer, variant: usize) -> String {
        let status = answer.status.as_u16();
        if answer.status.is_success() {
            return format!("{status} {}", self.lines(answer, "items")[variant]);
        }
        status.to_string()
    }

    async fn place(&self, cart: usize) -> String {
        let Cart { guest, id, .. } = &self.carts[cart];
        let answer = guest.post("/api/v1/orders/", place_body(id)).await;
        let status = answer.status.as_u16();
        if !answer.status.is_success() {
            return status.to_string();
        }
        let order = answer.text("/id");
        self.learn(cart, |known| known.order = Some(order));
        format!("{status} {:?}", self.lines(&answer, "lines"))
    }

    async fn ask_about_order(&self, client: usize, operation: &Operation) -> String {
        match *operation {
            Operation::Initiate(cart) => self.initiate(cart).await,
            Operation::Charge(cart) => {
                let tx_ref = self.known(cart).tx_ref.unwrap();
                let path = format!("/__sim/transactions/{tx_ref}/pay");
                let paid = self.shop.provider().post(&path, json!({})).await;
                paid.expect(200);
                self.learn(cart, |known| known.is_charging = false);
                String::new()
            }
            Operation::Verify(cart) => {
                let tx_ref = self.known(cart).tx_ref.unwrap();
                let path = format!("/api/v1/payment/verify/{tx_ref}/");
                let answer = self.carts[cart].guest.get(&path).await.expect(200);
                match &*answer.text("/status") {
                    word @ ("paid" | "review") => word.to_owned(),
                    _ => "unpaid".to_owned(),
                }
            }
            Operation::Read(cart) => {
                let path = format!("/api/v1/orders/{}/", self.known(cart).order.unwrap());
                let answer = self.carts[cart].guest.get(&path).await.expect(200);
                answer.text("/status")
            }
            Operation::Refund(cart, minor) => {
                let body = json!({
                    "order_id": self.known(cart).order, "reason": "a history",
                    "amount": { "amount": minor, "currency": "ETB" },
                });
                let key = format!("{}-{client}-{}", self.seed, self.tick());
                let path = "/api/v1/admin/payments/refunds/";
                let answer = self.staff.key(&key).post(path, body).await;
                answer.status.as_u16().to_string()
            }
            Operation::Age(cart) => {
                let order = self.known(cart).order.unwrap();
                // One statement: at one instant its time is over and its job is due.
                let sql = format!(
                    "with aged as (
                        update orders set expires_at = placed_at where id = '{order}'
                    )
                    update jobs set run_at = created_at
                    where kind = 'expire_order' and unique_key = '{order}' and state = 'ready'"
                );
                self.shop.db().await.batch(&sql).await.unwrap();
                self.learn(cart, |known| known.is_aged = true);
                String::new()
            }
            Operation::Expire(cart) => {
                let worker = nexus::workers::worker(&self.shop.app);
                worker.run_due().await.unwrap();
                self.learn(cart, |known| known.is_let_go = true);
                String::new()
            }
            _ => unreachable!("not about an order"),
        }
    }

    async fn initiate(&self, cart: usize) -> String {
        let order = self.known(cart).order.unwrap();
        let path = format!("/api/v1/payment/initiate/{order}/");
        loop {
            let answer = self.carts[cart].guest.post(&path, json!({})).await;
            if answer.body["code"] == "payment_starting" {
                // Another tab is at it; it says what came of it when it is asked again.
                tokio::task::yield_now().await;
                continue;
            }
            if answer.status.is_success() {
                let tx_ref = answer.text("/tx_ref");
                self.learn(cart, |known| {
                    known.tx_ref.get_or_insert(tx_ref);
                });
            }
            return answer.status.as_u16().to_string();
        }
    }
}

fn version_of(answer: &Answer) -> i64 {
    answer.etag().trim_matches(['"', 'v']).parse().unwrap()
}

/// Two to four clients do up to eight things each, at once: buyers, some of them in two tabs of
/// one cart, and perhaps one of the staff.
pub(super) async fn play(scene: &Arc<Scene>, draws: &mut Draws) -> Vec<Event> {
    let count = 2 + draws.below(3);
    let has_staff = draws.below(3) > 0;
    let clients = (0..count).map(|client| {
        let (scene, mut draws) = (Arc::clone(scene), Draws(draws.below(1 << 30) as u64));
        let is_staff = has_staff && client == 0;
        async move {
            let mut events = Vec::new();
            let mut level = None;
            for _ in 0..4 + draws.below(5) {
                let operation = if is_staff {
                    scene.duty(level, &mut draws)
                } else {
                    scene.wish(client % scene.carts(), &mut draws)
                };
                let event = scene.event(client, operation).await;
                if let Operation::Level(variant) = event.operation {
                    let version = event.said.rsplit('v').next().unwrap();
                    level = Some((variant, version.parse().unwrap()));
                }
                events.push(event);
            }
            events
        }
    });
    let histories = at_once(clients.collect::<Vec<_>>()).await;
    histories.into_iter().flatten().collect()
}
