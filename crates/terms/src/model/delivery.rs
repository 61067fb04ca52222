//! Deliveries: zones, and what it costs to bring a cart to a place.

use customers::region_name;
use ids::ShippingMethodId;
use kit::{Result, http::body::invalid_member};
use money::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Place,
    tax::{check_name, is_region},
};

/// The most zones of a shop, methods of a zone, and steps of a method.
const ZONES_MAX: usize = 50;
const METHODS_MAX: usize = 20;
const STEPS_MAX: usize = 20;

/// The most that a step may weigh: 1,000 tonnes.
const GRAMS_MAX: i64 = 1_000_000_000;

/// The dearest delivery and the highest threshold, in minor units.
pub(crate) const MINOR_MAX: i64 = 999_999_999;

/// Where a shop delivers to, and for how much. A shop without zones takes nothing for deliveries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "zones": [
    {
        "name": "Addis Ababa", "country": "ET", "regions": ["Addis Ababa"],
        "methods": [
            { "name": "Courier", "kind": "flat", "price": { "amount": 15_000, "currency": "ETB" },
              "free_above": { "amount": 500_000, "currency": "ETB" } },
            { "name": "At the shop", "kind": "pick_up" }
        ]
    },
    {
        "name": "Everywhere else in Ethiopia", "country": "ET",
        "methods": [{ "name": "Post", "kind": "by_weight", "steps": [
            { "up_to_grams": 2_000, "price": { "amount": 25_000, "currency": "ETB" } },
            { "up_to_grams": 20_000, "price": { "amount": 60_000, "currency": "ETB" } }
        ] }]
    }
] }))]
pub struct ShippingTerms {
    /// At most 50. A place is in the zones that name its region; without such in those of its
    /// whole country; without such in those of the world.
    #[schema(max_items = 50)]
    pub zones: Vec<Zone>,
}

/// Places with the same deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// What staff call it.
    #[schema(max_length = 60)]
    pub name: String,
    /// ISO 3166-1 alpha-2; the rest of the world without it.
    #[serde(default)]
    #[schema(pattern = "^[A-Z]{2}$")]
    pub country: Option<String>,
    /// As addresses name them; the whole country when there is none.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub regions: Vec<String>,
    /// At most 20.
    #[schema(max_items = 20)]
    pub methods: Vec<ShippingMethod>,
}

/// A way for goods to reach the buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShippingMethod {
    /// Kept when it is sent back; a method without one is new.
    #[serde(default)]
    pub id: Option<ShippingMethodId>,
    /// What shoppers are shown.
    #[schema(max_length = 60)]
    pub name: String,
    /// How its price is found.
    pub kind: MethodKind,
    /// Of a flat one.
    #[serde(default)]
    pub price: Option<Money>,
    /// Of the other kinds, upwards.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub steps: Vec<PriceStep>,
    /// Nothing is taken when the goods, after discounts, cost that or more.
    #[serde(default)]
    pub free_above: Option<Money>,
}

/// How the price of a delivery is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MethodKind {
    /// One price.
    Flat,
    /// By what the goods weigh: the first step that is not too light; none for heavier ones.
    ByWeight,
    /// By what the goods cost after discounts: the last step that begins there; none below.
    ByTotal,
    /// The buyer comes for them; it costs nothing.
    PickUp,
}

/// A step of a delivery's price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceStep {
    /// By weight: up to and with so many grams.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    pub up_to_grams: Option<i64>,
    /// By total: from that on.
    #[serde(default)]
    pub from: Option<Money>,
    /// What the delivery costs.
    pub price: Money,
}

/// A method that a cart can have, and its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Which.
    pub id: ShippingMethodId,
    /// What shoppers are shown.
    pub name: String,
    /// Whether the buyer comes for the goods.
    pub is_pick_up: bool,
    /// What it costs before promotions.
    pub price: Money,
}

impl ShippingTerms {
    /// Checks names, numbers and steps. Regions become those of addresses.
    pub(crate) fn checked(mut self) -> Result<Self> {
        for zone in &mut self.zones {
            let country = zone.country.as_deref().unwrap_or_default();
            for region in &mut zone.regions {
                *region = region_name(country, std::mem::take(region));
            }
        }
        self.check()?;
        Ok(self)
    }

    fn check(&self) -> Result<()> {
        if self.zones.len() > ZONES_MAX {
            return Err(invalid_member("/zones", "there are at most 50"));
        }
        for (n, zone) in self.zones.iter().enumerate() {
            zone.check(&format!("/zones/{n}"))?;
        }
        Ok(())
    }

    /// The methods of a place, cheapest first as written, that take such goods.
    pub(crate) fn offers(&self, place: &Place, goods: Money, grams: i64) -> Vec<Offer> {
        let nearest = self
            .zones
            .iter()
            .filter_map(|zone| zone.nearness(place))
            .max();
        let zones = self
            .zones
            .iter()
            .filter(|zone| zone.nearness(place) == nearest);
        let methods = zones
            .filter(|_| nearest.is_some())
            .flat_map(|zone| &zone.methods);
        methods
            .filter_map(|method| method.offer(goods, grams))
            .collect()
    }
}

impl Zone {
    fn check(&self, at: &str) -> Result<()> {
        check_name(&format!("{at}/name"), &self.name)?;
        match &self.country {
            Some(country) => Place::check_country(&format!("{at}/country"), country)?,
            None if !self.regions.is_empty() => {
                let reason = "the world has no regions: name their country";
                return Err(invalid_member(format!("{at}/regions"), reason));
            }
            None => {}
        }
        if self.regions.len() > 100 || !self.regions.iter().all(|region| is_region(region)) {
            let reason = "there are at most 100, of 1 to 120 characters";
            return Err(invalid_member(format!("{at}/regions"), reason));
        }
        if self.methods.len() > METHODS_MAX {
            return Err(invalid_member(
                format!("{at}/methods"),
                "there are at most 20",
            ));
        }
        for (n, method) in self.methods.iter().enumerate() {
            method.check(&format!("{at}/methods/{n}"))?;
        }
        Ok(())
    }

    fn nearness(&self, place: &Place) -> Option<u8> {
        match &self.country {
            None => Some(0),
            Some(country) if *country != place.country => None,
            Some(_) if self.regions.is_empty() => Some(1),
            Some(_) => self.regions.contains(&place.region).then_some(2),
        }
    }
}

impl ShippingMethod {
    fn check(&self, at: &str) -> Result<()> {
        check_name(&format!("{at}/name"), &self.name)?;
        let refuse =
            |member: &str, reason: &str| Err(invalid_member(format!("{at}/{member}"), reason));
        let has_steps = matches!(self.kind, MethodKind::ByWeight | MethodKind::ByTotal);
        match (&self.price, self.kind) {
            (None, MethodKind::Flat) => return refuse("price", "a flat method has a price"),
            (Some(price), MethodKind::Flat) => check_amount(&format!("{at}/price"), *price)?,
            (Some(_), _) => return refuse("price", "only a flat method has a price"),
            (None, _) => {}
        }
        if let Some(free_above) = self.free_above {
            check_amount(&format!("{at}/free_above"), free_above)?;
        }
        if has_steps == self.steps.is_empty() || self.steps.len() > STEPS_MAX {
            let reason = "there are 1 to 20 for by_weight and by_total, and none else";
            return refuse("steps", reason);
        }
        let mut before = None;
        for (n, step) in self.steps.iter().enumerate() {
            let at = |member: &str| format!("{at}/steps/{n}/{member}");
            check_amount(&at("price"), step.price)?;
            let (member, height) = match (self.kind, step.up_to_grams, step.from) {
                (MethodKind::ByWeight, Some(grams), None) => ("up_to_grams", grams),
                (MethodKind::ByTotal, None, Some(from)) => {
                    check_amount(&at("from"), from)?;
                    ("from", from.minor())
                }
                (MethodKind::ByWeight, ..) => {
                    return Err(invalid_member(
                        at("up_to_grams"),
                        "by weight needs it alone",
                    ));
                }
                _ => return Err(invalid_member(at("from"), "by total needs it alone")),
            };
            let is_weight = member == "up_to_grams";
            if is_weight && !(1..=GRAMS_MAX).contains(&height) {
                return Err(invalid_member(at(member), "it is from 1 to 1,000,000,000"));
            }
            if before.is_some_and(|before| height <= before) {
                return Err(invalid_member(at(member), "steps go upwards"));
            }
            before = Some(height);
        }
        Ok(())
    }

    fn offer(&self, goods: Money, grams: i64) -> Option<Offer> {
        let step = match self.kind {
            MethodKind::Flat => self.price,
            MethodKind::PickUp => Some(Money::zero(goods.currency())),
            MethodKind::ByWeight => {
                let fits = |step: &&PriceStep| step.up_to_grams.is_some_and(|most| grams <= most);
                self.steps.iter().find(fits).map(|step| step.price)
            }
            MethodKind::ByTotal => {
                let begins =
                    |step: &&PriceStep| step.from.is_some_and(|from| from.minor() <= goods.minor());
                self.steps.iter().rfind(begins).map(|step| step.price)
            }
        };
        let price = step.filter(|price| price.currency() == goods.currency())?;
        let is_free = self.free_above.is_some_and(|threshold| {
            threshold.currency() == goods.currency() && goods.minor() >= threshold.minor()
        });
        Some(Offer {
            id: self.id?,
            name: self.name.clone(),
            is_pick_up: self.kind == MethodKind::PickUp,
            price: if is_free {
                Money::zero(price.currency())
            } else {
                price
            },
        })
    }
}

/// An amount that is set by staff, in the money of carts: another would never count.
pub(crate) fn check_amount(pointer: &str, amount: Money) -> Result<()> {
    if amount.currency() != Currency::ETB {
        return Err(invalid_member(
            format!("{pointer}/currency"),
            "carts are in ETB",
        ));
    }
    if (0..=MINOR_MAX).contains(&amount.minor()) {
        return Ok(());
    }
    let reason = "it is from 0 to 999999999 minor units";
    Err(invalid_member(format!("{pointer}/amount"), reason))
}
