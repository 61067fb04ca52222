//! What becomes of the orders of a batch: each as if it had come alone, right after the one
//! before it. Pure.

use std::collections::BTreeMap;

use cart::{Cart, CartInHand, CartItem, CartRefusal, CartState, Goods, Quote};
use chrono::{DateTime, Utc};
use ids::{CartId, OrderId, VariantId};
use inventory::{Pick, Shelf, Want};
use kit::{
    Error, Result,
    idempotency::{IdempotencyKey, IdempotencyRefusal, StoredReply},
};

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

/// What becomes of a wish.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It becomes an order.
    Place(Quote, Vec<Pick>),
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

/// Decides in the order of arrival. `earlier` says what each wish's key did before.
pub(crate) fn decide(
    wishes: &[&Wish],
    earlier: Vec<Option<Result<StoredReply>>>,
    carts: &BTreeMap<CartId, CartInHand>,
    goods: &Goods,
    shelf: &mut Shelf,
    now: DateTime<Utc>,
) -> Vec<Verdict> {
    let mut decided = Decided::default();
    let mut verdicts = Vec::with_capacity(wishes.len());
    for (place, (wish, reply)) in wishes.iter().zip(earlier).enumerate() {
        let verdict = match reply {
            Some(Ok(reply)) => Verdict::Replay(reply),
            Some(Err(refusal)) => Verdict::Refused(refusal),
            None => decided
                .by_key(wishes, wish)
                .unwrap_or_else(|| decided.by_cart(wish, carts, goods, shelf, now)),
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
        goods: &Goods,
        shelf: &mut Shelf,
        now: DateTime<Utc>,
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
        match price(wish, cart, items, goods, now) {
            Ok((quote, wants)) => take(wish, quote, &wants, shelf),
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

fn price(
    wish: &Wish,
    cart: &Cart,
    items: &[CartItem],
    goods: &Goods,
    now: DateTime<Utc>,
) -> Result<(Quote, Vec<Want>)> {
    let quote = cart::quote(cart, items, goods, now)?;
    let wants = require(&quote, wish.command.expected_total)?;
    for line in &quote.lines {
        if let Some(terms) = line.sellable.sale {
            terms.check(line.sellable.variant_id, now)?;
            if terms.has_queue {
                let variant_id = line.sellable.variant_id;
                let tickets = &wish.command.tickets;
                admission::require(tickets, terms.sale_id, variant_id, cart.id, now)?;
            }
        }
    }
    Ok((quote, wants))
}

fn take(wish: &Wish, quote: Quote, wants: &[Want], shelf: &mut Shelf) -> Verdict {
    if let Some(variant_id) = shelf.held_of(wants) {
        return Verdict::Held(Stuck::Variant(variant_id));
    }
    match shelf.take(wants, &wish.command.shipping_address.region) {
        Ok(picks) => Verdict::Place(quote, picks),
        Err(refusal) => Verdict::Refused(refusal.into()),
    }
}
