//! Terms and carts by chance, from a number.

use chrono::DateTime;
use ids::{ProductId, PromotionId, ShippingMethodId, VariantId};
use money::{Currency, Money};

use crate::model::{
    Basket, BasketLine, Effect, GoodsTerms, MethodKind, Percentage, Place, PriceStep, Promotion,
    Selection, ShippingMethod, ShippingTerms, TaxRate, Terms, Zone,
};

const PLACES: [(&str, &str); 4] = [
    ("ET", "Addis Ababa"),
    ("ET", "Sidama"),
    ("ET", "Afar"),
    ("KE", "Nairobi"),
];

const CLASSES: [&str; 3] = ["standard", "reduced", "exempt"];

/// By what the one buyer is known.
const BUYERS: [&str; 2] = ["email:abebe@example.com", "phone:+251911223344"];

/// Numbers without an end (SplitMix64).
pub(super) struct Chance(u64);

fn etb(minor: i64) -> Money {
    Money::new(minor, Currency::ETB)
}

/// An id whose place in the order of ids is its number's.
fn uuid(number: u64) -> String {
    format!("0190{:04x}-0000-7000-8000-{:012x}", number, number)
}

fn variant(number: u64) -> VariantId {
    uuid(number).parse().unwrap()
}

fn product(number: u64) -> ProductId {
    uuid(number / 2).parse().unwrap()
}

impl Chance {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn number(&mut self, bound: u64) -> i64 {
        i64::try_from(self.below(bound)).unwrap()
    }

    fn flip(&mut self) -> bool {
        self.below(2) == 0
    }

    fn percentage(&mut self) -> Percentage {
        let millionths = match self.below(4) {
            0 => 150_000,
            1 => 1_000_000,
            2 => self.number(1_000_001),
            _ => self.number(101) * 10_000,
        };
        Percentage::of_millionths(millionths).unwrap()
    }

    fn place(&mut self) -> Place {
        let (country, region) = PLACES[usize::try_from(self.below(4)).unwrap()];
        Place {
            country: country.to_owned(),
            region: region.to_owned(),
        }
    }

    fn selection(&mut self) -> Selection {
        let mut selection = Selection::default();
        match self.below(3) {
            0 => {}
            1 => {
                for _ in 0..=self.below(3) {
                    selection.variant_ids.insert(variant(self.below(8)));
                }
            }
            _ => {
                selection.product_ids.insert(product(self.below(8)));
            }
        }
        selection
    }

    fn effect(&mut self) -> Effect {
        let (percentage, of) = (self.percentage(), self.selection());
        match self.below(5) {
            0 => Effect::Percentage { percentage, of },
            1 => Effect::AmountOff {
                amount: etb(self.number(30_000)),
                of,
            },
            2 => Effect::AmountOffEach {
                amount: etb(self.number(3_000)),
                of,
            },
            3 => Effect::BuyGet {
                buy_quantity: 1 + self.number(3),
                buy: of,
                get_quantity: 1 + self.number(2),
                get: self.selection(),
                percentage,
                applications_max: self.flip().then(|| 1 + self.number(3)),
            },
            _ => Effect::FreeShipping,
        }
    }

    fn promotion(&mut self, number: u64) -> Promotion {
        let at = DateTime::UNIX_EPOCH;
        let id: PromotionId = uuid(number).parse().unwrap();
        Promotion {
            id,
            name: format!("promotion {number}"),
            code: (self.below(3) == 0).then(|| format!("CODE{number}")),
            effect: self.effect(),
            priority: i32::try_from(self.below(3)).unwrap(),
            is_exclusive: self.below(4) == 0,
            minimum_minor: if self.below(4) == 0 {
                self.number(40_000)
            } else {
                0
            },
            starts_at: None,
            ends_at: None,
            usage_limit: (self.below(5) == 0).then(|| 1 + self.number(3)),
            customer_limit: (self.below(5) == 0).then(|| 1 + self.number(2)),
            used_count: self.number(3),
            closed_at: None,
            version: 1,
            created_at: at,
            updated_at: at,
        }
    }

    fn method(&mut self, number: u64) -> ShippingMethod {
        let price = |chance: &mut Self| etb(chance.number(20_000));
        let kind = [
            MethodKind::Flat,
            MethodKind::ByWeight,
            MethodKind::ByTotal,
            MethodKind::PickUp,
        ][usize::try_from(self.below(4)).unwrap()];
        let mut steps = Vec::new();
        // Some bring nothing that is cheap, so that a discount can be in the way of a delivery.
        let cheapest = if self.flip() { 0 } else { self.number(30_000) };
        for n in 1..=3 {
            let step = PriceStep {
                up_to_grams: (kind == MethodKind::ByWeight).then_some(n * 4_000),
                from: (kind == MethodKind::ByTotal).then(|| etb((n - 1) * 20_000 + cheapest)),
                price: price(self),
            };
            if matches!(kind, MethodKind::ByWeight | MethodKind::ByTotal) {
                steps.push(step);
            }
        }
        ShippingMethod {
            id: Some(uuid(number).parse().unwrap()),
            name: format!("method {number}"),
            kind,
            price: (kind == MethodKind::Flat).then(|| price(self)),
            steps,
            free_above: (self.below(3) == 0).then(|| etb(self.number(60_000))),
        }
    }

    fn zones(&mut self) -> Vec<Zone> {
        let mut zones = Vec::new();
        for n in 0..self.below(4) {
            let place = self.place();
            let is_world = self.below(4) == 0;
            let methods = (0..=self.below(3))
                .map(|m| self.method(n * 10 + m))
                .collect();
            zones.push(Zone {
                name: format!("zone {n}"),
                regions: match is_world || self.flip() {
                    true => Vec::new(),
                    false => vec![place.region],
                },
                country: (!is_world).then_some(place.country),
                methods,
            });
        }
        zones
    }

    pub(super) fn terms(&mut self) -> Terms {
        let mut terms = Terms::default();
        terms.tax.prices_include_tax = self.flip();
        for class in CLASSES {
            for (country, region) in PLACES {
                let is_there = |rate: &TaxRate| {
                    rate.class == class && rate.country == country && rate.region.is_none()
                };
                let region = self.flip().then(|| region.to_owned());
                if region.is_none() && terms.tax.rates.iter().any(is_there) {
                    continue;
                }
                if self.below(3) > 0 {
                    terms.tax.rates.push(TaxRate {
                        name: "VAT".to_owned(),
                        class: class.to_owned(),
                        country: country.to_owned(),
                        region,
                        percentage: self.percentage(),
                    });
                }
            }
        }
        terms.tax.shipping_class = self.flip().then(|| "standard".to_owned());
        terms.shipping = ShippingTerms {
            zones: self.zones(),
        };
        terms.promotions = (0..self.below(5)).map(|n| self.promotion(n)).collect();
        for promotion in &terms.promotions {
            for buyer in BUYERS {
                let key = (promotion.id, buyer.to_owned());
                terms.uses.insert(key, self.number(3));
            }
        }
        for number in 0..8 {
            if self.flip() {
                let class = CLASSES[usize::try_from(self.below(3)).unwrap()];
                let goods = GoodsTerms {
                    tax_class: class.to_owned(),
                    weight_grams: self.number(3_000),
                };
                terms.goods.insert(variant(number), goods);
            }
        }
        terms
    }

    pub(super) fn basket(&mut self, terms: &Terms) -> Basket {
        let mut lines = Vec::new();
        for number in 0..8 {
            if self.below(5) < 2 {
                let dearest = if self.flip() { 100 } else { 20_000 };
                lines.push(BasketLine {
                    variant_id: variant(number),
                    product_id: product(number),
                    unit_minor: 1 + self.number(dearest),
                    quantity: 1 + self.number(6),
                });
            }
        }
        let zones = terms.shipping.zones.iter();
        let methods: Vec<ShippingMethodId> = zones
            .flat_map(|zone| zone.methods.iter().filter_map(|method| method.id))
            .collect();
        let method = (!methods.is_empty() && self.below(4) == 0)
            .then(|| methods[usize::try_from(self.below(methods.len() as u64)).unwrap()]);
        let codes = terms.promotions.iter().filter_map(|it| it.code.clone());
        let mut coupons: Vec<String> = codes.filter(|_| self.flip()).collect();
        if self.below(10) == 0 {
            coupons.push("NOBODY".to_owned());
        }
        Basket {
            currency: Currency::ETB,
            lines,
            place: (self.below(4) > 0).then(|| self.place()),
            method,
            coupons,
            buyers: BUYERS.map(str::to_owned).to_vec(),
        }
    }
}
