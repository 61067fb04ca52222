//! What one unit costs whom: price lists, and the one rule that picks a price from them. Pure.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ids::{CustomerGroupId, PriceListId, VariantId};
use money::Currency;
use serde::Deserialize;

use super::{CatalogueRefusal, PRICE_MINOR_MAX};

/// The most prices of a list.
pub(crate) const LISTED_MAX: usize = 1_000;

/// The most units that a price may ask for: as many as a line of a cart can have.
pub(crate) const MIN_QUANTITY_MAX: i64 = 9_999;

/// The most characters of a list's name.
const NAME_CHARS_MAX: usize = 100;

/// Prices that go together: a sale, those of a group, those by quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PriceList {
    pub(crate) id: PriceListId,
    pub(crate) name: String,
    /// Whose prices these are; everybody's without it.
    pub(crate) group_id: Option<CustomerGroupId>,
    pub(crate) currency: Currency,
    pub(crate) is_enabled: bool,
    pub(crate) starts_at: Option<DateTime<Utc>>,
    pub(crate) ends_at: Option<DateTime<Utc>>,
    /// Whether its prices count now.
    pub(crate) is_running: bool,
    pub(crate) version: i64,
}

/// What a list says of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ListPrice {
    pub(crate) variant_id: VariantId,
    /// From how many units of one line on.
    pub(crate) min_quantity: i64,
    pub(crate) price_minor: i64,
}

impl PriceList {
    /// Whether its prices are to count at an instant.
    pub(crate) fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.is_enabled
            && self.starts_at.is_none_or(|starts_at| starts_at <= now)
            && self.ends_at.is_none_or(|ends_at| now < ends_at)
    }

    /// The instants to come at which it starts and ends.
    pub(crate) fn instants(&self, now: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        let both = self.starts_at.into_iter().chain(self.ends_at);
        both.filter(move |instant| *instant > now)
    }

    /// The rules that a list keeps with its prices.
    ///
    /// # Errors
    /// `invalid_price_list`, `invalid_schedule`.
    pub(crate) fn check(&self, prices: &[ListPrice]) -> Result<(), CatalogueRefusal> {
        let refuse = |rule: &str| Err(CatalogueRefusal::InvalidPriceList(rule.to_owned()));
        let length = self.name.chars().count();
        if length == 0 || length > NAME_CHARS_MAX || self.name.chars().any(char::is_control) {
            return refuse("a name has 1 to 100 characters on one line");
        }
        if let (Some(starts_at), Some(ends_at)) = (self.starts_at, self.ends_at)
            && ends_at <= starts_at
        {
            return Err(CatalogueRefusal::InvalidSchedule);
        }
        if prices.len() > LISTED_MAX {
            return refuse("a list has at most 1,000 prices");
        }
        let mut seen = BTreeSet::new();
        for price in prices {
            if !(1..=MIN_QUANTITY_MAX).contains(&price.min_quantity) {
                return refuse("a quantity is from 1 to 9,999");
            }
            if !(1..=PRICE_MINOR_MAX).contains(&price.price_minor) {
                return refuse("a price is above 0 and at most 9,999,999.99");
            }
            if !seen.insert((price.variant_id, price.min_quantity)) {
                return refuse("a variant has one price from each quantity on");
            }
        }
        Ok(())
    }
}

/// A price of a running list, as it is read beside a variant: the group, from which quantity on,
/// minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct ListedPrice(
    pub(crate) Option<CustomerGroupId>,
    pub(crate) i64,
    pub(crate) i64,
);

/// What one unit costs somebody of a group, or of none, who takes so many: the lowest of what
/// everybody pays and of all that the lists say for them.
pub(crate) fn price_of(
    for_everybody: i64,
    listed: &[ListedPrice],
    group: Option<CustomerGroupId>,
    quantity: i64,
) -> i64 {
    let counts =
        |price: &&ListedPrice| (price.0.is_none() || price.0 == group) && price.1 <= quantity;
    let prices = listed.iter().filter(counts).map(|price| price.2);
    prices.fold(for_everybody, i64::min)
}

/// What one unit costs from more than one unit on, where that is less: quantity and minor units,
/// each lower than the one before it.
pub(crate) fn steps_of(
    for_everybody: i64,
    listed: &[ListedPrice],
    group: Option<CustomerGroupId>,
) -> Vec<(i64, i64)> {
    let quantities: BTreeSet<i64> = listed.iter().map(|price| price.1).collect();
    let mut before = price_of(for_everybody, listed, group, 1);
    let mut steps = Vec::new();
    for quantity in quantities {
        let price = price_of(for_everybody, listed, group, quantity);
        if price < before {
            steps.push((quantity, price));
            before = price;
        }
    }
    steps
}
