//! Deciding a batch, by property: many at once come out as one after another.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr},
};

use cart::{Cart, CartInHand, CartItem, CartState, Goods};
use catalogue::{Sellable, Texts};
use chrono::{DateTime, Utc};
use customers::Shopper;
use ids::{CartId, CartItemId, LocationId, OrderId, ProductId, VariantId};
use inventory::{Level, Location, MAIN_LOCATION, Pick, Shelf};
use kit::{
    Result,
    idempotency::{IdempotencyKey, IdempotencyRefusal, StoredReply},
};
use money::{Currency, Money};
use orders::ShippingAddress;
use proptest::prelude::*;

use crate::model::{ATTEMPTS_MAX, Failure, Next, PlaceOrder, Stuck, Verdict, Wish, after, decide};

const VARIANTS: usize = 4;
const CARTS: usize = 5;
const PRICE: i64 = 100;

/// Numbers from which a shop and its orders are made.
#[derive(Debug, Clone)]
struct Plan {
    /// Of each variant at the main location and at another.
    on_hand: Vec<[i64; 2]>,
    /// What somebody else has locked.
    held: Vec<bool>,
    /// For each cart: its state, and units of each variant.
    carts: Vec<(u8, Vec<i64>)>,
    wishes: Vec<Plea>,
}

#[derive(Debug, Clone)]
struct Plea {
    /// One more than there are carts.
    cart: usize,
    is_stranger: bool,
    /// What is expected: anything, the right total, a wrong one.
    expects: u8,
    /// Which of three keys, or none.
    key: Option<u8>,
}

fn plea() -> impl Strategy<Value = Plea> {
    let key = prop::option::weighted(0.5, 0..3_u8);
    (0..=CARTS, prop::bool::weighted(0.1), 0..3_u8, key).prop_map(
        |(cart, is_stranger, expects, key)| Plea {
            cart,
            is_stranger,
            expects,
            key,
        },
    )
}

fn plan() -> impl Strategy<Value = Plan> {
    let on_hand = prop::collection::vec([0..8_i64, 0..4_i64], VARIANTS);
    let held = prop::collection::vec(prop::bool::weighted(0.1), VARIANTS);
    let cart = (0..10_u8, prop::collection::vec(0..4_i64, VARIANTS));
    let carts = prop::collection::vec(cart, CARTS);
    let wishes = prop::collection::vec(plea(), 1..20);
    (on_hand, held, carts, wishes).prop_map(|(on_hand, held, carts, wishes)| Plan {
        on_hand,
        held,
        carts,
        wishes,
    })
}

struct World {
    carts: BTreeMap<CartId, CartInHand>,
    goods: Goods,
    shelf: Shelf,
    levels: Vec<Level>,
    wishes: Vec<Wish>,
}

fn world(plan: &Plan) -> World {
    let now = DateTime::<Utc>::default();
    let variants: Vec<VariantId> = (0..VARIANTS).map(|_| VariantId::generate(now)).collect();
    let level = |(variant_id, location_id, on_hand): (VariantId, LocationId, i64)| Level {
        variant_id,
        location_id,
        on_hand,
        reserved: 0,
        safety_stock: 0,
        version: 1,
        updated_at: now,
    };
    let locations = [MAIN_LOCATION, LocationId::generate(now)].map(location);
    let places = variants.iter().zip(&plan.on_hand).flat_map(|(id, units)| {
        let of = |(at, units): (&Location, &i64)| (*id, at.id, *units);
        locations.iter().zip(units).map(of).collect::<Vec<_>>()
    });
    let held = variants.iter().zip(&plan.held);
    let held: BTreeSet<VariantId> = held.filter(|(_, held)| **held).map(|(id, _)| *id).collect();
    let levels: Vec<Level> = places.map(level).collect();
    let ids: Vec<CartId> = (0..=CARTS).map(|_| CartId::generate(now)).collect();
    let carts = ids
        .iter()
        .zip(&plan.carts)
        .map(|(id, cart)| (*id, in_hand(*id, cart, &variants)));
    World {
        carts: carts.collect(),
        goods: variants.iter().map(|id| (*id, sellable(*id))).collect(),
        shelf: Shelf::new(levels.clone(), locations.to_vec(), held),
        levels,
        wishes: plan
            .wishes
            .iter()
            .map(|plea| wish(plea, &ids, plan))
            .collect(),
    }
}

fn location(id: LocationId) -> Location {
    Location {
        id,
        code: String::new(),
        name: String::new(),
        priority: 0,
        regions: Vec::new(),
        is_active: true,
        version: 1,
        updated_at: DateTime::default(),
    }
}

fn in_hand(id: CartId, (state, units): &(u8, Vec<i64>), variants: &[VariantId]) -> CartInHand {
    let now = DateTime::<Utc>::default();
    let state = match state {
        0 => return CartInHand::Held,
        1 => CartState::Merged,
        2 => CartState::Ordered,
        _ => CartState::Open,
    };
    let cart = Cart {
        id,
        customer_id: None,
        token_hash: Some(vec![1]),
        currency: Currency::ETB,
        state,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let items = variants.iter().zip(units).filter(|(_, units)| **units > 0);
    let items = items.map(|(variant_id, quantity)| CartItem {
        id: CartItemId::generate(now),
        variant_id: *variant_id,
        quantity: *quantity,
    });
    CartInHand::Locked(cart, items.collect())
}

fn sellable(variant_id: VariantId) -> Sellable {
    Sellable {
        variant_id,
        product_id: ProductId::generate(DateTime::default()),
        slug: "coffee".to_owned(),
        sku: "COF-1".to_owned(),
        title: Texts::en_am("Coffee", "ቡና"),
        options: Vec::new(),
        image_url: None,
        price: Money::new(PRICE, Currency::ETB),
        is_for_sale: true,
        available: 0,
        sale: None,
    }
}

fn wish(plea: &Plea, carts: &[CartId], plan: &Plan) -> Wish {
    let units = plan
        .carts
        .get(plea.cart)
        .map_or(0, |(_, units)| units.iter().sum::<i64>());
    let expected = match plea.expects {
        0 => None,
        1 => Some(Money::new(units * PRICE, Currency::ETB)),
        _ => Some(Money::new(units * PRICE + 1, Currency::ETB)),
    };
    let shopper = Shopper {
        customer: None,
        token_hash: Some(vec![if plea.is_stranger { 2 } else { 1 }]),
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    let text = String::new;
    Wish {
        order_id: OrderId::generate(DateTime::default()),
        key: plea.key.map(|key| IdempotencyKey {
            principal: shopper.principal(),
            route: "placeOrder",
            key: key.to_string(),
            fingerprint: vec![u8::try_from(plea.cart).unwrap(), plea.expects],
        }),
        command: PlaceOrder {
            shopper,
            cart_id: carts[plea.cart],
            email: text(),
            phone: None,
            language: text(),
            shipping_address: ShippingAddress {
                name: text(),
                country: text(),
                region: text(),
                city: text(),
                woreda: text(),
                kebele: text(),
                line: text(),
                landmark: text(),
                ..ShippingAddress::default()
            },
            note: text(),
            expected_total: expected,
            tickets: Vec::new(),
        },
    }
}

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
fn one_after_another(world: World) -> (Vec<Told>, Shelf) {
    let World {
        mut carts,
        goods,
        mut shelf,
        wishes,
        ..
    } = world;
    let (mut all, mut keys) = (Vec::new(), Keys::new());
    for wish in &wishes {
        let reply = earlier(&keys, wish);
        let verdict = decide(
            &[wish],
            vec![reply],
            &carts,
            &goods,
            &mut shelf,
            DateTime::default(),
        )
        .remove(0);
        if let Verdict::Place(..) = verdict
            && let Some(CartInHand::Locked(cart, _)) = carts.get_mut(&wish.command.cart_id)
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
    (all, shelf)
}

fn at_once(world: World) -> (Vec<Told>, Shelf) {
    let World {
        carts,
        goods,
        mut shelf,
        wishes,
        ..
    } = world;
    let wishes: Vec<&Wish> = wishes.iter().collect();
    let unused = wishes.iter().map(|_| None).collect();
    let verdicts = decide(
        &wishes,
        unused,
        &carts,
        &goods,
        &mut shelf,
        DateTime::default(),
    );
    (verdicts.iter().map(told).collect(), shelf)
}

fn copy(world: &World) -> World {
    World {
        carts: world.carts.clone(),
        goods: world.goods.clone(),
        shelf: world.shelf.clone(),
        levels: world.levels.clone(),
        wishes: world.wishes.clone(),
    }
}

proptest! {
    #[test]
    fn a_batch_is_the_same_orders_one_after_another(plan in plan()) {
        let world = world(&plan);
        prop_assert_eq!(at_once(copy(&world)), one_after_another(world));
    }

    #[test]
    fn a_batch_takes_no_more_than_there_is(plan in plan()) {
        let mut world = world(&plan);
        let wishes = world.wishes.clone();
        let wishes: Vec<&Wish> = wishes.iter().collect();
        let unused = wishes.iter().map(|_| None).collect();
        let World { carts, goods, shelf, .. } = &mut world;
        let verdicts = decide(&wishes, unused, carts, goods, shelf, DateTime::default());
        let mut taken: BTreeMap<(VariantId, LocationId), i64> = BTreeMap::new();
        for verdict in &verdicts {
            if let Verdict::Place(_, picks) = verdict {
                for Pick { variant_id, location_id, quantity } in picks {
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
}

#[test]
fn a_failure_is_repeated_then_halved_then_answered() {
    let (transient, other) = (Failure::Transient, Failure::Other);
    let (locked, away) = (Failure::Locked, Failure::OutOfReach);
    let moving = Failure::Moving;
    for (failure, attempt, orders, is_patient, next) in [
        (transient, 1, 8, true, Next::Again),
        (transient, 1, 1, false, Next::Again),
        (transient, ATTEMPTS_MAX, 8, true, Next::Split),
        (transient, ATTEMPTS_MAX, 1, true, Next::Answer),
        (other, 1, 8, true, Next::Split),
        (other, 1, 1, true, Next::Answer),
        (locked, 1, 8, true, Next::LeaveOut),
        (moving, 1, 8, true, Next::LeaveOut),
        (moving, 1, 8, false, Next::Again),
        (moving, ATTEMPTS_MAX, 8, false, Next::Answer),
        (locked, 1, 1, true, Next::LeaveOut),
        (locked, 1, 8, false, Next::Answer),
        (away, 1, 8, true, Next::Answer),
    ] {
        let found = after(failure, attempt, orders, is_patient);
        assert_eq!(found, next, "{failure:?} {attempt} {orders} {is_patient}");
    }
}
