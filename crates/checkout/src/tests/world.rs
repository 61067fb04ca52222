//! A shop and its orders, made from numbers.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr},
};

use cart::{Cart, CartInHand, CartItem, CartState, Goods};
use catalogue::{Sellable, Texts};
use chrono::{DateTime, Utc};
use customers::Shopper;
use ids::{CartId, CartItemId, LocationId, OrderId, ProductId, PromotionId, VariantId};
use inventory::{Allowances, Level, Limits, Location, MAIN_LOCATION, Shelf, UnpaidCaps};
use kit::idempotency::IdempotencyKey;
use money::{Currency, Money};
use orders::ShippingAddress;
use proptest::prelude::*;
use terms::{Effect, Promotion, Selection, Terms};

use crate::model::{PlaceOrder, Wish};

const VARIANTS: usize = 4;
const CARTS: usize = 5;
const PRICE: i64 = 100;

/// Numbers from which a shop and its orders are made.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// Of each variant at the main location and at another.
    on_hand: Vec<[i64; 2]>,
    /// What somebody else has locked.
    held: Vec<bool>,
    /// Of each variant: the most of one order and of one buyer.
    limits: Vec<[Option<i64>; 2]>,
    /// Unpaid orders of one buyer, and units to the one address.
    pub(super) caps: [u32; 2],
    /// How many orders, and how many of one buyer, may have the coupon that every other cart has.
    pub(super) coupon: [Option<i64>; 2],
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

pub(super) fn plan() -> impl Strategy<Value = Plan> {
    let on_hand = prop::collection::vec([0..8_i64, 0..4_i64], VARIANTS);
    let held = prop::collection::vec(prop::bool::weighted(0.1), VARIANTS);
    let cart = (0..10_u8, prop::collection::vec(0..4_i64, VARIANTS));
    let carts = prop::collection::vec(cart, CARTS);
    let wishes = prop::collection::vec(plea(), 1..20);
    let limit = || prop::option::weighted(0.3, 1..5_i64);
    let limits = prop::collection::vec([limit(), limit()], VARIANTS);
    let caps = [0..3_u32, 0..12_u32];
    (
        on_hand,
        held,
        (limits, caps, [limit(), limit()]),
        carts,
        wishes,
    )
        .prop_map(
            |(on_hand, held, (limits, caps, coupon), carts, wishes)| Plan {
                on_hand,
                held,
                limits,
                caps,
                coupon,
                carts,
                wishes,
            },
        )
}

#[derive(Clone)]
pub(super) struct World {
    pub(super) carts: BTreeMap<CartId, CartInHand>,
    pub(super) goods: Goods,
    pub(super) caps: UnpaidCaps,
    pub(super) allowances: Allowances,
    pub(super) shelf: Shelf,
    pub(super) terms: Terms,
    pub(super) levels: Vec<Level>,
    pub(super) wishes: Vec<Wish>,
}

pub(super) fn world(plan: &Plan) -> World {
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
        .enumerate()
        .map(|(n, (id, cart))| (*id, in_hand(*id, cart, &variants, has_coupon(n))));
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
        terms: Terms {
            promotions: vec![coupon(plan.coupon)],
            ..Terms::default()
        },
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

const fn has_coupon(cart: usize) -> bool {
    cart.is_multiple_of(2)
}

/// It takes a cent off.
fn coupon([usage_limit, customer_limit]: [Option<i64>; 2]) -> Promotion {
    let now = DateTime::<Utc>::default();
    Promotion {
        id: PromotionId::generate(now),
        name: "A cent".to_owned(),
        code: Some("CENT".to_owned()),
        effect: Effect::AmountOff {
            amount: Money::new(1, Currency::ETB),
            of: Selection::default(),
        },
        priority: 0,
        is_exclusive: false,
        minimum_minor: 0,
        starts_at: None,
        ends_at: None,
        usage_limit,
        customer_limit,
        used_count: 0,
        closed_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

fn in_hand(
    id: CartId,
    (state, units): &(u8, Vec<i64>),
    variants: &[VariantId],
    has_coupon: bool,
) -> CartInHand {
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
        group_id: None,
        token_hash: Some(vec![1]),
        currency: Currency::ETB,
        state,
        coupons: has_coupon.then(|| "CENT".to_owned()).into_iter().collect(),
        shipping_address: None,
        shipping_method_id: None,
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
    CartInHand::Locked(Box::new(cart), items.collect())
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
        listed: Vec::new(),
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
    let total = units * PRICE - i64::from(has_coupon(plea.cart));
    let expected = match plea.expects {
        0 => None,
        1 => Some(Money::new(total, Currency::ETB)),
        _ => Some(Money::new(total + 1, Currency::ETB)),
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
