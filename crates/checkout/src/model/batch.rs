//! What becomes of the orders of a batch: each as if it had come alone, right after the one
//! before it. Pure.

use std::collections::BTreeMap;

use cart::{Cart, CartInHand, CartItem, CartRefusal, CartState, Goods, Quote};
use chrono::{DateTime, Utc};
use ids::{CartId, OrderId, PromotionId, VariantId};
use inventory::{Allowances, Given, InventoryRefusal, Shelf, Shortage, UnpaidCaps, Use, Want};
use kit::{
    Error, Result,
    idempotency::{IdempotencyKey, IdempotencyRefusal, StoredReply},
};
use terms::Terms;

use super::{PlaceOrder, require};

/// A shopper's wish on its way to become an order.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    /// The order's id, drawn once: whoever finds it after a lost connection knows it again.
    pub(crate) order_id: OrderId,
    pub(crate) command: PlaceOrder,
    pub(crate) key: Option<IdempotencyKey>,
}

/// What somebody else has locked, so that nothing can be said about a wish yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stuck {
    Cart(CartId),
    Variant(VariantId),
}

/// What an order takes.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) given: Given,
    /// Of limits.
    pub(crate) uses: Vec<Use>,
}

/// By which rules a batch is decided.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) goods: &'a Goods,
    pub(crate) caps: &'a UnpaidCaps,
    pub(crate) now: DateTime<Utc>,
}

/// What orders take from, as the orders before them have left it.
pub(crate) struct Left<'a> {
    pub(crate) shelf: &'a mut Shelf,
    pub(crate) allowances: &'a mut Allowances,
    /// With how often promotions were had.
    pub(crate) terms: &'a mut Terms,
}

impl Rules<'_> {
    /// What an order of these lines needs of limits.
    fn uses(&self, wish: &Wish, items: &[CartItem]) -> Vec<Use> {
        let lines = cart::limited_lines(items, self.goods);
        let is_limited = lines
            .iter()
            .any(|line| line.limits.per_customer_max.is_some());
        if !is_limited && !self.caps.are_some() {
            return Vec::new();
        }
        inventory::uses_of(&wish.command.buyer(), &lines, self.caps, self.now)
    }
}

/// What all the orders of a batch may need of limits.
pub(crate) fn needed(
    wishes: &[&Wish],
    carts: &BTreeMap<CartId, CartInHand>,
    rules: &Rules<'_>,
) -> Vec<Use> {
    let of_wish = |wish: &&Wish| match carts.get(&wish.command.cart_id) {
        Some(CartInHand::Locked(_, items)) => rules.uses(wish, items),
        _ => Vec::new(),
    };
    wishes.iter().flat_map(of_wish).collect()
}

/// What becomes of a wish.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It becomes an order.
    Place(Box<Quote>, Taken),
    /// Its cart became an order before this batch.
    Ordered,
    /// Its cart becomes an order by an earlier wish of this batch.
    Same(usize),
    /// An earlier wish of this batch has the same key and the same body.
    Again(usize),
    /// Its key was answered before this batch.
    Replay(StoredReply),
    Refused(Error),
    Held(Stuck),
}

/// What the batch has decided so far.
#[derive(Default)]
struct Decided<'a> {
    carts: BTreeMap<CartId, usize>,
    keys: BTreeMap<(&'a str, &'a str), usize>,
}

/// Decides in the order of arrival. `earlier` says what each wish's key did before;
/// what is left is so as the orders leave it.
pub(crate) fn decide(
    wishes: &[&Wish],
    earlier: Vec<Option<Result<StoredReply>>>,
    carts: &BTreeMap<CartId, CartInHand>,
    rules: &Rules<'_>,
    left: &mut Left<'_>,
) -> Vec<Verdict> {
    let mut decided = Decided::default();
    let mut verdicts = Vec::with_capacity(wishes.len());
    for (place, (wish, reply)) in wishes.iter().zip(earlier).enumerate() {
        let verdict = match reply {
            Some(Ok(reply)) => Verdict::Replay(reply),
            Some(Err(refusal)) => Verdict::Refused(refusal),
            None => decided
                .by_key(wishes, wish)
                .unwrap_or_else(|| decided.by_cart(wish, carts, rules, left)),
        };
        decided.note(place, wish, &verdict);
        verdicts.push(verdict);
    }
    verdicts
}

impl<'a> Decided<'a> {
    fn by_key(&self, wishes: &[&Wish], wish: &Wish) -> Option<Verdict> {
        let key = wish.key.as_ref()?;
        let first = *self.keys.get(&(key.principal.as_str(), key.key.as_str()))?;
        let of_first = wishes.get(first).and_then(|wish| wish.key.as_ref());
        if of_first.is_some_and(|first| first.fingerprint == key.fingerprint) {
            return Some(Verdict::Again(first));
        }
        Some(Verdict::Refused(IdempotencyRefusal::Conflict.into()))
    }

    fn by_cart(
        &self,
        wish: &Wish,
        carts: &BTreeMap<CartId, CartInHand>,
        rules: &Rules<'_>,
        left: &mut Left<'_>,
    ) -> Verdict {
        let cart_id = wish.command.cart_id;
        let (cart, items) = match carts.get(&cart_id) {
            None => return Verdict::Refused(CartRefusal::NotFound.into()),
            Some(CartInHand::Held) => return Verdict::Held(Stuck::Cart(cart_id)),
            Some(CartInHand::Locked(cart, items)) => (cart, items),
        };
        if !cart.belongs_to(&wish.command.shopper) {
            return Verdict::Refused(CartRefusal::NotFound.into());
        }
        if let Some(first) = self.carts.get(&cart_id) {
            return Verdict::Same(*first);
        }
        match cart.state {
            CartState::Open => {}
            CartState::Merged => return Verdict::Refused(CartRefusal::Closed.into()),
            CartState::Ordered => return Verdict::Ordered,
        }
        match price(wish, cart, items, rules, left.terms) {
            Ok(quote) => take(wish, quote, items, rules, left),
            Err(refusal) => Verdict::Refused(refusal),
        }
    }

    fn note(&mut self, place: usize, wish: &'a Wish, verdict: &Verdict) {
        if matches!(verdict, Verdict::Place(..)) {
            self.carts.insert(wish.command.cart_id, place);
        }
        let is_kept = matches!(
            verdict,
            Verdict::Place(..) | Verdict::Ordered | Verdict::Same(_)
        );
        if let (true, Some(key)) = (is_kept, &wish.key) {
            self.keys.insert((&key.principal, &key.key), place);
        }
    }
}

/// The promotions that an order has, each once.
fn promotions_of(quote: &Quote) -> Vec<PromotionId> {
    let discounts = quote.price.discounts.iter();
    discounts.map(|discount| discount.promotion_id).collect()
}

fn price(
    wish: &Wish,
    cart: &Cart,
    items: &[CartItem],
    rules: &Rules<'_>,
    terms: &Terms,
) -> Result<Quote> {
    let now = rules.now;
    let address = Some(&wish.command.shipping_address);
    let buyers = wish.command.redeemers();
    let quote = cart::quote(cart, items, (rules.goods, terms), address, buyers, now)?;
    require(&quote, wish.command.expected_total)?;
    for line in &quote.lines {
        if let Some(sale) = line.sellable.sale {
            sale.check(line.sellable.variant_id, now)?;
            if sale.has_queue {
                let variant_id = line.sellable.variant_id;
                let tickets = &wish.command.tickets;
                admission::require(tickets, sale.sale_id, variant_id, cart.id, now)?;
            }
        }
    }
    Ok(quote)
}

fn take(
    wish: &Wish,
    quote: Quote,
    items: &[CartItem],
    rules: &Rules<'_>,
    left: &mut Left<'_>,
) -> Verdict {
    let wants = wants(items);
    let held = left.shelf.held_of(&wants);
    let held = held.or_else(|| left.shelf.held_of(&lines_of(items)));
    if let Some(variant_id) = held {
        return Verdict::Held(Stuck::Variant(variant_id));
    }
    let uses = rules.uses(wish, items);
    let lines = cart::limited_lines(items, rules.goods);
    if let Err(refusal) = left.allowances.check(&uses, &lines) {
        return Verdict::Refused(refusal.into());
    }
    let region = &wish.command.shipping_address.region;
    match left.shelf.take(&wants, region) {
        Ok(given) => {
            left.allowances.take(&uses);
            let used = promotions_of(&quote);
            left.terms.count(&used, &wish.command.redeemers());
            Verdict::Place(Box::new(quote), Taken { given, uses })
        }
        Err(InventoryRefusal::InsufficientStock(short)) => {
            let short = shortages(items, &short, left.shelf);
            Verdict::Refused(InventoryRefusal::InsufficientStock(short).into())
        }
        Err(refusal) => Verdict::Refused(refusal.into()),
    }
}

/// What an order takes of shelves: one entry per variant, however many lines share it.
fn wants(items: &[CartItem]) -> Vec<Want> {
    let mut units: BTreeMap<VariantId, i64> = BTreeMap::new();
    for want in items.iter().flat_map(CartItem::wants) {
        let sum = units.entry(want.variant_id).or_default();
        *sum = sum.saturating_add(want.quantity);
    }
    let want = |(variant_id, quantity)| Want {
        variant_id,
        quantity,
    };
    units.into_iter().map(want).collect()
}

fn lines_of(items: &[CartItem]) -> Vec<Want> {
    let line = |item: &CartItem| Want {
        variant_id: item.variant_id,
        quantity: item.quantity,
    };
    items.iter().map(line).collect()
}

/// The lines that are short: a bundle is when one of its parts is.
fn shortages(items: &[CartItem], short: &[Shortage], shelf: &Shelf) -> Vec<Shortage> {
    let is_short = |want: &Want| short.iter().any(|one| one.variant_id == want.variant_id);
    let shortage = |item: &CartItem| {
        let own = item.wants();
        let made = own.iter().map(|want| {
            let of_one = want.quantity / item.quantity.max(1);
            shelf.available(want.variant_id) / of_one.max(1)
        });
        own.iter().any(is_short).then(|| Shortage {
            variant_id: item.variant_id,
            wanted: item.quantity,
            available: made.min().unwrap_or(0),
        })
    };
    items.iter().filter_map(shortage).collect()
}
