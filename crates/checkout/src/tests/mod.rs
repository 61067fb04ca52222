//! Deciding a batch, by property: many at once come out as one after another.

mod world;

use std::collections::BTreeMap;

use cart::{CartInHand, CartState};
use chrono::DateTime;
use ids::{LocationId, VariantId};
use inventory::{Allowances, Pick, Shelf};
use kit::{
    Result,
    idempotency::{IdempotencyRefusal, StoredReply},
};
use proptest::prelude::*;
use terms::Terms;

use self::world::{World, plan, world};
use crate::model::{Left, Rules, Stuck, Verdict, Wish, decide};

/// What a shopper would be told, whichever way it was decided.
#[derive(Debug, PartialEq)]
enum Told {
    Placed,
    /// The order of the cart, which was there.
    Known,
    Repeated,
    Refused(String),
    Held(Stuck),
}

fn told(verdict: &Verdict) -> Told {
    match verdict {
        Verdict::Place(..) => Told::Placed,
        Verdict::Ordered | Verdict::Same(_) => Told::Known,
        Verdict::Again(_) | Verdict::Replay(_) => Told::Repeated,
        Verdict::Refused(refusal) => Told::Refused(refusal.to_string()),
        Verdict::Held(stuck) => Told::Held(*stuck),
    }
}

impl World {
    fn decide(
        &mut self,
        wishes: &[&Wish],
        earlier: Vec<Option<Result<StoredReply>>>,
    ) -> Vec<Verdict> {
        let now = DateTime::default();
        let (goods, caps) = (&self.goods, &self.caps);
        let rules = Rules { goods, caps, now };
        let mut left = Left {
            shelf: &mut self.shelf,
            allowances: &mut self.allowances,
            terms: &mut self.terms,
        };
        decide(wishes, earlier, &self.carts, &rules, &mut left)
    }
}

/// What is left when all is decided.
type Remains = (Shelf, Allowances, Terms);

type Keys = BTreeMap<(String, String), Vec<u8>>;

fn earlier(keys: &Keys, wish: &Wish) -> Option<Result<StoredReply>> {
    let key = wish.key.as_ref()?;
    let print = keys.get(&(key.principal.clone(), key.key.clone()))?;
    let reply = StoredReply {
        status: 201,
        body: Vec::new(),
    };
    let is_same = *print == key.fingerprint;
    let conflict = || Err(IdempotencyRefusal::Conflict.into());
    Some(if is_same { Ok(reply) } else { conflict() })
}

/// Each by itself, with what the one before it has left.
fn one_after_another(mut world: World) -> (Vec<Told>, Remains) {
    let (mut all, mut keys) = (Vec::new(), Keys::new());
    for wish in &world.wishes.clone() {
        let reply = earlier(&keys, wish);
        let verdict = world.decide(&[wish], vec![reply]).remove(0);
        if let Verdict::Place(..) = verdict
            && let Some(CartInHand::Locked(cart, _)) = world.carts.get_mut(&wish.command.cart_id)
        {
            cart.state = CartState::Ordered;
        }
        let told = told(&verdict);
        if let (Some(key), Told::Placed | Told::Known) = (&wish.key, &told) {
            let key_of = (key.principal.clone(), key.key.clone());
            keys.insert(key_of, key.fingerprint.clone());
        }
        all.push(told);
    }
    (all, (world.shelf, world.allowances, world.terms))
}

fn at_once(mut world: World) -> (Vec<Told>, Remains) {
    let verdicts = all_verdicts(&mut world);
    let told = verdicts.iter().map(told).collect();
    (told, (world.shelf, world.allowances, world.terms))
}

fn all_verdicts(world: &mut World) -> Vec<Verdict> {
    let wishes = world.wishes.clone();
    let wishes: Vec<&Wish> = wishes.iter().collect();
    let unused = wishes.iter().map(|_| None).collect();
    world.decide(&wishes, unused)
}

proptest! {
    #[test]
    fn a_batch_is_the_same_orders_one_after_another(plan in plan()) {
        let world = world(&plan);
        prop_assert_eq!(at_once(world.clone()), one_after_another(world));
    }

    #[test]
    fn a_batch_takes_no_more_than_there_is(plan in plan()) {
        let mut world = world(&plan);
        let verdicts = all_verdicts(&mut world);
        let mut taken: BTreeMap<(VariantId, LocationId), i64> = BTreeMap::new();
        for verdict in &verdicts {
            if let Verdict::Place(_, taken_by) = verdict {
                for Pick { variant_id, location_id, quantity } in &taken_by.given.picks {
                    *taken.entry((*variant_id, *location_id)).or_default() += quantity;
                }
            }
        }
        for level in &world.levels {
            let taken = taken.remove(&(level.variant_id, level.location_id)).unwrap_or(0);
            prop_assert!(taken <= level.on_hand);
        }
        prop_assert!(taken.is_empty());
    }

    #[test]
    fn a_batch_keeps_every_limit(plan in plan()) {
        let mut world = world(&plan);
        let wishes = world.wishes.clone();
        let verdicts = all_verdicts(&mut world);
        let mut had: BTreeMap<(String, VariantId), i64> = BTreeMap::new();
        let (mut orders, mut units) = (BTreeMap::<String, u32>::new(), 0);
        let mut coupons = BTreeMap::<String, i64>::new();
        for (wish, verdict) in wishes.iter().zip(&verdicts) {
            let Verdict::Place(quote, _) = verdict else { continue };
            let email = &wish.command.email;
            *orders.entry(email.clone()).or_default() += 1;
            let had_coupons = i64::try_from(quote.price.discounts.len()).unwrap();
            *coupons.entry(email.clone()).or_default() += had_coupons;
            for line in &quote.lines {
                let (variant_id, limits) = (line.sellable.variant_id, line.sellable.limits);
                prop_assert!(limits.per_order_max.is_none_or(|max| line.quantity <= max));
                let had = had.entry((email.clone(), variant_id)).or_default();
                *had += line.quantity;
                prop_assert!(limits.per_customer_max.is_none_or(|max| *had <= max));
                units += u32::try_from(line.quantity).unwrap();
            }
        }
        let [of_all, of_buyer] = plan.coupon;
        prop_assert!(of_all.is_none_or(|max| coupons.values().sum::<i64>() <= max));
        prop_assert!(of_buyer.is_none_or(|max| coupons.values().all(|count| *count <= max)));
        let [orders_max, units_max] = plan.caps;
        prop_assert!(orders_max == 0 || orders.values().all(|count| *count <= orders_max));
        prop_assert!(units_max == 0 || units <= units_max);
    }
}
