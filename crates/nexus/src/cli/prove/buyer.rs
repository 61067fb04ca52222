//! One buyer: fills a cart, orders it, pays it or not, with lines in any order, clicks that come
//! twice and connections that break. Whatever the shop acknowledges goes into the journal.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use ids::VariantId;
use serde_json::{Value, json};

use super::{
    chance::Chance,
    client::{Answer, Line, Request, Sender},
    journal::{Habit, Kept, Told, ToldOrder, Wish},
};

/// More tries than a wish has units.
const ROUNDS_MAX: usize = 12;
/// One request of so many is asked for again in the end.
const KEPT_SHARE: usize = 20;

/// Somebody who buys.
pub(super) struct Buyer {
    line: Arc<Line>,
    name: String,
    chance: Chance,
    sender: Sender,
    requests: usize,
    pub(super) told: Told,
}

/// What placing a cart came to.
enum Placed {
    Order(Box<ToldOrder>),
    /// So many are available of what was short.
    Short(BTreeMap<VariantId, i64>),
    Nothing,
}

impl Buyer {
    /// Draws who it is: what they want and what they are going to do.
    pub(super) fn draw(line: &Arc<Line>, shelf: &[VariantId], seed: u64, number: usize) -> Self {
        let part = u64::try_from(number).unwrap_or(u64::MAX);
        let mut chance = Chance::of(seed, part);
        let habit = match chance.below(100) {
            0..=9 => Habit::FailsFirst,
            10..=22 => Habit::Abandons,
            23..=25 => Habit::Vanishes,
            26..=28 => Habit::Leaves,
            _ => Habit::Pays,
        };
        let mut goods = shelf.to_vec();
        chance.shuffle(&mut goods);
        goods.truncate(1 + chance.below(goods.len()));
        let wanted = goods.iter().map(|variant| {
            let quantity = 1 + i64::from(chance.percent(20));
            (*variant, quantity)
        });
        let told = Told::new(habit, wanted.collect());
        Self::with(line, format!("{seed}-{number}"), chance, told)
    }

    /// Comes back for what was sold out, and pays.
    pub(super) fn again(line: &Arc<Line>, seed: u64, number: usize, told: Told) -> Self {
        let part = u64::try_from(number).unwrap_or(u64::MAX) ^ (1 << 40);
        let name = format!("{seed}-{number}-again");
        Self::with(line, name, Chance::of(seed, part), told)
    }

    pub(super) fn with(line: &Arc<Line>, name: String, chance: Chance, told: Told) -> Self {
        let sender = Sender {
            shopper_token: None,
            bearer: None,
        };
        Self {
            line: Arc::clone(line),
            name,
            chance,
            sender,
            requests: 0,
            told,
        }
    }

    /// Does what this buyer does.
    pub(super) async fn live(mut self) -> Told {
        if let Err(error) = self.act().await {
            self.told.oddities.push(format!("{error:#}"));
        }
        self.told
    }

    async fn act(&mut self) -> Result<()> {
        match self.told.habit {
            Habit::Leaves => {
                let wish = self.told.unmet.clone();
                self.fill_cart(&wish).await?;
            }
            Habit::Vanishes => self.vanish().await?,
            Habit::Abandons => {
                if let Some(order) = self.order().await? {
                    self.told.ordered(order.clone());
                    if self.chance.percent(60) {
                        self.go_to_page(order).await?;
                    }
                }
            }
            Habit::Pays | Habit::FailsFirst => {
                if let Some(order) = self.order().await? {
                    self.pay(order).await?;
                }
            }
        }
        Ok(())
    }

    /// Orders the whole wish and starts the payment; `None` when there is not enough.
    pub(super) async fn open_order(mut self) -> Result<Option<ToldOrder>> {
        match self.order().await? {
            Some(order) => Ok(Some(self.go_to_page(order).await?.0)),
            None => Ok(None),
        }
    }

    /// Asks, with a key of its own.
    async fn write(&mut self, path: &str, body: Value) -> Result<(Request, Answer)> {
        self.requests += 1;
        let key = format!("{}-{}", self.name, self.requests);
        let request = Request::post(path, Some(key), body);
        let asked = self.line.ask(&self.sender, &request, &mut self.chance);
        let answer = asked.await?;
        Ok((request, answer))
    }

    /// Notes an answer that the API does not promise here.
    fn odd(&mut self, what: &str, answer: &Answer) {
        let words = format!("{what} was answered {} {}", answer.status, answer.body);
        self.told.oddities.push(words.chars().take(400).collect());
    }

    fn keep(&mut self, request: Request, answer: &Answer) {
        if self.chance.below(KEPT_SHARE) == 0 {
            self.told.kept.push(Kept {
                sender: self.sender.clone(),
                request,
                status: answer.status,
                bytes: answer.bytes.clone(),
            });
        }
    }

    /// A new cart with as much of the wish as is there, its lines in any order.
    async fn fill_cart(&mut self, wish: &Wish) -> Result<Option<String>> {
        self.sender.shopper_token = None;
        let (_, cart) = self.write("/api/v1/cart/", json!({})).await?;
        if cart.status != 201 {
            self.odd("a new cart", &cart);
            return Ok(None);
        }
        let cart_id = cart.text("/id")?;
        self.sender.shopper_token = Some(cart.text("/shopper_token")?);
        let mut lines: Vec<_> = wish.iter().map(|(id, units)| (*id, *units)).collect();
        self.chance.shuffle(&mut lines);
        let path = format!("/api/v1/cart/{cart_id}/items/");
        let mut count = 0;
        for (variant, wanted) in lines {
            let mut quantity = wanted;
            while quantity > 0 {
                let body = json!({ "variant_id": variant, "quantity": quantity });
                let (request, answer) = self.write(&path, body).await?;
                match answer.status {
                    201 => {
                        self.keep(request, &answer);
                        count += 1;
                        break;
                    }
                    409 if answer.code() == "insufficient_stock" => {
                        let there = available(&answer).get(&variant).copied().unwrap_or(0);
                        quantity = there.min(quantity - 1);
                    }
                    _ => {
                        self.odd("a line", &answer);
                        break;
                    }
                }
            }
        }
        Ok((count > 0).then_some(cart_id))
    }

    /// Orders what is left of the wish; takes less where less is there.
    async fn order(&mut self) -> Result<Option<ToldOrder>> {
        let mut wish = self.told.unmet.clone();
        for _ in 0..ROUNDS_MAX {
            wish.retain(|_, quantity| *quantity > 0);
            if wish.is_empty() {
                return Ok(None);
            }
            let Some(cart_id) = self.fill_cart(&wish).await? else {
                return Ok(None);
            };
            match self.place(&cart_id).await? {
                Placed::Order(order) => return Ok(Some(*order)),
                Placed::Short(there) => {
                    for (variant, available) in there {
                        if let Some(quantity) = wish.get_mut(&variant) {
                            *quantity = available.min(*quantity);
                        }
                    }
                }
                Placed::Nothing => return Ok(None),
            }
        }
        Ok(None)
    }

    async fn place(&mut self, cart_id: &str) -> Result<Placed> {
        let body = self.place_body(cart_id);
        let (request, answer) = if self.chance.percent(15) {
            self.click_twice(body).await?
        } else {
            self.write("/api/v1/orders/", body).await?
        };
        match answer.status {
            200 | 201 => {
                self.keep(request, &answer);
                let order = self.read_order(cart_id, &answer)?;
                Ok(Placed::Order(Box::new(order)))
            }
            409 if answer.code() == "insufficient_stock" => Ok(Placed::Short(available(&answer))),
            _ => {
                self.odd("an order", &answer);
                Ok(Placed::Nothing)
            }
        }
    }

    /// Two requests at once, with one key or with two: one order, and both are told of it.
    async fn click_twice(&mut self, body: Value) -> Result<(Request, Answer)> {
        self.requests += 1;
        let key = |click: usize| Some(format!("{}-{}-{click}", self.name, self.requests));
        let second = usize::from(self.chance.percent(50));
        let requests =
            [key(0), key(second)].map(|key| Request::post("/api/v1/orders/", key, body.clone()));
        let [first, second] = &requests;
        let mut other = self.chance.clone();
        let answers = tokio::join!(
            self.line.ask(&self.sender, first, &mut self.chance),
            self.line.ask(&self.sender, second, &mut other)
        );
        let (one, two) = (answers.0?, answers.1?);
        let were_placed = one.status < 300 && two.status < 300;
        let is_same = one.status == two.status || were_placed;
        if !is_same || (were_placed && one.body["id"] != two.body["id"]) {
            self.odd("the second of two clicks", &two);
        }
        let [first, _] = requests;
        Ok((first, one))
    }

    fn place_body(&self, cart_id: &str) -> Value {
        json!({
            "cart_id": cart_id,
            "email": format!("buyer-{}@example.com", self.name),
            "phone": "0911223344",
            "shipping_address": {
                "name": "Abebe Bikila", "country": "ET", "region": "Addis Ababa",
                "city": "Bole", "landmark": "behind Edna Mall"
            },
        })
    }

    fn read_order(&self, cart_id: &str, answer: &Answer) -> Result<ToldOrder> {
        let lines = answer.body["lines"].as_array().context("no lines")?;
        let lines = lines.iter().map(|line| {
            let variant: VariantId = serde_json::from_value(line["variant_id"].clone())?;
            let quantity = line["quantity"].as_i64().context("no quantity")?;
            Ok((variant, quantity))
        });
        let total = answer.body["total"]["amount"].as_i64();
        Ok(ToldOrder {
            id: answer.text("/id")?,
            cart_id: cart_id.to_owned(),
            number: answer.body["number"].as_i64().context("no number")?,
            total_minor: total.context("no total")?,
            lines: lines.collect::<Result<Wish>>()?,
            tx_refs: Vec::new(),
            is_paid: false,
        })
    }

    /// Starts a payment; answers the order with its reference, and the page. `None`: there is no
    /// page, because the order was let go or paid meanwhile.
    async fn go_to_page(&mut self, mut order: ToldOrder) -> Result<(ToldOrder, Option<String>)> {
        let path = format!("/api/v1/payment/initiate/{}/", order.id);
        let request = Request::post(path, None, json!({}));
        for _ in 0..20 {
            let asked = self.line.ask(&self.sender, &request, &mut self.chance);
            let answer = asked.await?;
            match answer.status {
                200 => {
                    let tx_ref = answer.text("/tx_ref")?;
                    if !order.tx_refs.contains(&tx_ref) {
                        order.tx_refs.push(tx_ref);
                    }
                    return Ok((order, Some(answer.text("/payment_url")?)));
                }
                // The provider did not answer as it should: that, too, is part of the attack.
                502 | 504 => tokio::time::sleep(Duration::from_millis(50)).await,
                409 => return Ok((order, None)),
                _ => {
                    self.odd("a payment", &answer);
                    return Ok((order, None));
                }
            }
        }
        Ok((order, None))
    }

    async fn pay(&mut self, order: ToldOrder) -> Result<()> {
        self.told.ordered(order.clone());
        let (mut order, mut page) = self.go_to_page(order).await?;
        if let (Some(first), Habit::FailsFirst) = (&page, self.told.habit) {
            self.line.on_page(first, "fail").await?;
            self.verify(&order).await?;
            (order, page) = self.go_to_page(order).await?;
        }
        if let Some(page) = page {
            order.is_paid = self.line.on_page(&page, "pay").await?;
            if let Some(told) = self.told.orders.last_mut() {
                told.is_paid = order.is_paid;
            }
            if self.chance.percent(50) {
                self.verify(&order).await?;
            }
        }
        Ok(())
    }

    /// Comes back from the page and asks what has become of the payment.
    async fn verify(&mut self, order: &ToldOrder) -> Result<()> {
        let Some(tx_ref) = order.tx_refs.last() else {
            return Ok(());
        };
        let request = Request::get(format!("/api/v1/payment/verify/{tx_ref}/"));
        let asked = self.line.ask(&self.sender, &request, &mut self.chance);
        let answer = asked.await?;
        if !matches!(answer.status, 200 | 429 | 502 | 504) {
            self.odd("the question after a payment", &answer);
        }
        Ok(())
    }

    /// Hangs up while the order is being placed and does not come back.
    async fn vanish(&mut self) -> Result<()> {
        let wish = self.told.unmet.clone();
        let Some(cart_id) = self.fill_cart(&wish).await? else {
            return Ok(());
        };
        self.told.vanished.push(cart_id.clone());
        let key = Some(format!("{}-vanished", self.name));
        let request = Request::post("/api/v1/orders/", key, self.place_body(&cart_id));
        let patience = Duration::from_millis(1) + self.chance.millis(60);
        let (line, sender) = (Arc::clone(&self.line), self.sender.clone());
        line.give_up_after(patience, &sender, &request, &mut self.chance)
            .await;
        Ok(())
    }
}

/// What a refusal says is there, of each variant that is short.
fn available(answer: &Answer) -> BTreeMap<VariantId, i64> {
    let parts = answer.body["errors"].as_array();
    let parts = parts.map(Vec::as_slice).unwrap_or_default().iter();
    parts
        .filter_map(|part| {
            let meta = &part["meta"];
            let variant = serde_json::from_value(meta["variant_id"].clone()).ok()?;
            Some((variant, meta["available"].as_i64()?.max(0)))
        })
        .collect()
}
