//! The second opinion about deliveries. As in `oracle`: nothing of the product's code.

use super::oracle::{Exact, exact};
use crate::model::{Basket, MethodKind, Place, ShippingMethod, Terms};

fn carriage(method: &ShippingMethod, goods: &Exact, grams: i64) -> Option<Exact> {
    let price = match method.kind {
        MethodKind::Flat => method.price.unwrap().minor(),
        MethodKind::PickUp => 0,
        MethodKind::ByWeight => {
            let mut found = None;
            for step in method.steps.iter().rev() {
                if grams <= step.up_to_grams.unwrap() {
                    found = Some(step.price.minor());
                }
            }
            found?
        }
        MethodKind::ByTotal => {
            let mut found = None;
            for step in &method.steps {
                if &exact(step.from.unwrap().minor()) <= goods {
                    found = Some(step.price.minor());
                }
            }
            found?
        }
    };
    match method.free_above {
        Some(threshold) if goods >= &exact(threshold.minor()) => Some(exact(0)),
        _ => Some(exact(price)),
    }
}

/// What bringing it costs; `None` when nobody does.
pub(super) fn delivery(
    basket: &Basket,
    terms: &Terms,
    place: &Place,
    goods: &Exact,
    grams: i64,
) -> Option<Exact> {
    if terms.shipping.zones.is_empty() && basket.method.is_none() {
        return Some(exact(0));
    }
    let by_region: Vec<_> = terms
        .shipping
        .zones
        .iter()
        .filter(|z| z.country.as_ref() == Some(&place.country) && z.regions.contains(&place.region))
        .collect();
    let by_country: Vec<_> = terms
        .shipping
        .zones
        .iter()
        .filter(|z| z.country.as_ref() == Some(&place.country) && z.regions.is_empty())
        .collect();
    let by_world: Vec<_> = terms
        .shipping
        .zones
        .iter()
        .filter(|z| z.country.is_none())
        .collect();
    let zones = [by_region, by_country, by_world]
        .into_iter()
        .find(|zones| !zones.is_empty());
    let methods = zones
        .unwrap_or_default()
        .into_iter()
        .flat_map(|zone| &zone.methods);
    let mut best: Option<(bool, Exact)> = None;
    for method in methods {
        if basket.method.is_some() && method.id != basket.method {
            continue;
        }
        if let Some(price) = carriage(method, goods, grams) {
            let candidate = (method.kind == MethodKind::PickUp, price);
            if best.as_ref().is_none_or(|best| candidate < *best) {
                best = Some(candidate);
            }
        }
    }
    best.map(|(_, price)| price)
}
