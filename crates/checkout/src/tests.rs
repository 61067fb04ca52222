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
use inventory::{Allowances, Level, Limits, Location, MAIN_LOCATION, Pick, Shelf, UnpaidCaps};
use kit::{
    Result,
    idempotency::{IdempotencyKey, IdempotencyRefusal, StoredReply},
};
use money::{Currency, Money};
use orders::ShippingAddress;
use proptest::prelude::*;

use crate::model::{PlaceOrder, Stuck, Terms, Verdict, Wish, decide};

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
    /// Of each variant: the most of one order and of one buyer.
    limits: Vec<[Option<i64>; 2]>,
    /// Unpaid orders of one buyer, and units to the one address.
    caps: [u32; 2],
    /// For each cart: its state, and units of each variant.
    carts: Vec<(u8, Vec<i64>)>,
    wishes: Vec<Plea>,
}

#[derive(Debug, Clone)]
struct Plea {
    /// One more than there are carts.
    cart: usize,
    is_stranger: bool,
    buyer: u8,
    /// What is expected: anything, the right total, a wrong one.
    expects: u8,
    /// Which of three keys, or none.
    key: Option<u8>,
}

fn plea() -> impl Strategy<Value = Plea> {
    let key = prop::option::weighted(0.5, 0..3_u8);
    (0..=CARTS, prop::bool::weighted(0.1), 0..2_u8, 0..3_u8, key).prop_map(
        |(cart, is_stranger, buyer, expects, key)| Plea {
            cart,
            is_stranger,
            buyer,
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
    let limit = || prop::option::weighted(0.3, 1..5_i64);
    let limits = prop::collection::vec([limit(), limit()], VARIANTS);
    let caps = [0..3_u32, 0..12_u32];
    (on_hand, held, (limits, caps), carts, wishes).prop_map(
        |(on_hand, held, (limits, caps), carts, wishes)| Plan {
            on_hand,
            held,
            limits,
            caps,
            carts,
            wishes,
        },
    )
}

#[derive(Clone)]
struct World {
    carts: BTreeMap<CartId, CartInHand>,
    goods: Goods,
    caps: UnpaidCaps,
    allowances: Allowances,
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
        goods: (variants.iter().zip(&plan.limits))
            .map(|(id, limits)| (*id, sellable(*id, limits)))
            .collect(),
        caps: UnpaidCaps {
            orders_per_customer: plan.caps[0],
            units_per_address: plan.caps[1],
            ..UnpaidCaps::default()
        },
        allowances: Allowances::default(),
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
        parts: Vec::new(),
    });
    CartInHand::Locked(cart, items.collect())
}

fn sellable(variant_id: VariantId, limits: &[Option<i64>; 2]) -> Sellable {
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
        beyond: inventory::Beyond::default(),
        limits: Limits {
            per_order_max: limits[0],
            per_customer_max: limits[1],
            ..Limits::default()
        },
        parts: Vec::new(),
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
            email: format!("{}@example.com", plea.buyer),
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

impl World {
    fn decide(
        &mut self,
        wishes: &[&Wish],
        earlier: Vec<Option<Result<StoredReply>>>,
    ) -> Vec<Verdict> {
        let now = DateTime::default();
        let (goods, caps) = (&self.goods, &self.caps);
        let terms = Terms { goods, caps, now };
        let (shelf, allowances) = (&mut self.shelf, &mut self.allowances);
        decide(wishes, earlier, &self.carts, &terms, shelf, allowances)
    }
}

/// What is left when all is decided.
type Left = (Shelf, Allowances);

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
fn one_after_another(mut world: World) -> (Vec<Told>, Left) {
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
    (all, (world.shelf, world.allowances))
}

fn at_once(mut world: World) -> (Vec<Told>, Left) {
    let verdicts = all_verdicts(&mut world);
    let told = verdicts.iter().map(told).collect();
    (told, (world.shelf, world.allowances))
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
        for (wish, verdict) in wishes.iter().zip(&verdicts) {
            let Verdict::Place(quote, _) = verdict else { continue };
            let email = &wish.command.email;
            *orders.entry(email.clone()).or_default() += 1;
            for line in &quote.lines {
                let (variant_id, limits) = (line.sellable.variant_id, line.sellable.limits);
                prop_assert!(limits.per_order_max.is_none_or(|max| line.quantity <= max));
                let had = had.entry((email.clone(), variant_id)).or_default();
                *had += line.quantity;
                prop_assert!(limits.per_customer_max.is_none_or(|max| *had <= max));
                units += u32::try_from(line.quantity).unwrap();
            }
        }
        let [orders_max, units_max] = plan.caps;
        prop_assert!(orders_max == 0 || orders.values().all(|count| *count <= orders_max));
        prop_assert!(units_max == 0 || units <= units_max);
    }
}
