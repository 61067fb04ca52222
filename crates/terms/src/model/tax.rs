//! Taxes: classes of goods, rates by place, inside of prices or on top of them.

use std::collections::BTreeSet;

use customers::region_name;
use kit::{Result, http::body::invalid_member};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Percentage, Place};

/// The class of whatever has no other.
pub(crate) const STANDARD: &str = "standard";

/// The most rates of a shop.
const RATES_MAX: usize = 200;

/// How a shop taxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "prices_include_tax": true, "shipping_class": "standard",
    "home": { "country": "ET", "region": "Addis Ababa" },
    "rates": [{ "name": "VAT", "class": "standard", "country": "ET", "percentage": "15" }]
}))]
pub struct TaxTerms {
    /// Whether the tax is in the prices, as in Ethiopia, or comes on top of them.
    pub prices_include_tax: bool,
    /// The class of deliveries; without it they are not taxed.
    #[schema(max_length = 40)]
    pub shipping_class: Option<String>,
    /// Where a cart is priced for as long as nobody knows where it goes.
    pub home: Place,
    /// At most 200; of those for a class the one for the region is taken, else the one for the
    /// whole country.
    #[schema(max_items = 200)]
    pub rates: Vec<TaxRate>,
}

/// A tax on a class of goods in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxRate {
    /// What receipts call it.
    #[schema(max_length = 60, example = "VAT")]
    pub name: String,
    /// Which goods: `standard` are all that have no other class.
    #[schema(max_length = 40, example = "standard")]
    pub class: String,
    /// ISO 3166-1 alpha-2.
    #[schema(pattern = "^[A-Z]{2}$", example = "ET")]
    pub country: String,
    /// As addresses name it; the whole country without it.
    #[schema(max_length = 120)]
    pub region: Option<String>,
    /// Of the price without tax; 15, the VAT of Ethiopia, without it.
    #[serde(default = "vat")]
    #[schema(value_type = String, example = "15", default = "15")]
    pub percentage: Percentage,
}

const fn vat() -> Percentage {
    Percentage::ETHIOPIAN_VAT
}

impl TaxTerms {
    /// Checks names, lengths and that each class has one rate in each place. Regions become those
    /// of addresses.
    pub(crate) fn checked(mut self) -> Result<Self> {
        self.home.region = region_name(&self.home.country, self.home.region);
        for rate in &mut self.rates {
            let region = rate.region.take();
            rate.region = region.map(|region| region_name(&rate.country, region));
        }
        self.check()?;
        Ok(self)
    }

    fn check(&self) -> Result<()> {
        if self.rates.len() > RATES_MAX {
            return Err(invalid_member("/rates", "there are at most 200"));
        }
        self.home.check("/home")?;
        if let Some(class) = &self.shipping_class {
            check_class("/shipping_class", class)?;
        }
        let mut seen = BTreeSet::new();
        for (n, rate) in self.rates.iter().enumerate() {
            let at = |member: &str| format!("/rates/{n}/{member}");
            check_name(&at("name"), &rate.name)?;
            check_class(&at("class"), &rate.class)?;
            Place::check_country(&at("country"), &rate.country)?;
            if rate
                .region
                .as_ref()
                .is_some_and(|region| !is_region(region))
            {
                return Err(invalid_member(at("region"), "it has 1 to 120 characters"));
            }
            if !seen.insert((&rate.class, &rate.country, &rate.region)) {
                let reason = "its class has another rate in the same place";
                return Err(invalid_member(at("class"), reason));
            }
        }
        Ok(())
    }

    /// The rate of a class in a place, with its number.
    pub(crate) fn rate(&self, class: &str, place: &Place) -> Option<(usize, &TaxRate)> {
        let there = |rate: &TaxRate| rate.class == class && rate.country == place.country;
        let all = || {
            self.rates
                .iter()
                .enumerate()
                .filter(|(_, rate)| there(rate))
        };
        all()
            .find(|(_, rate)| rate.region.as_deref() == Some(place.region.as_str()))
            .or_else(|| all().find(|(_, rate)| rate.region.is_none()))
    }
}

pub(crate) fn is_region(text: &str) -> bool {
    (1..=120).contains(&text.trim().chars().count())
}

pub(crate) fn check_name(pointer: &str, name: &str) -> Result<()> {
    if (1..=60).contains(&name.trim().chars().count()) && name.chars().count() <= 60 {
        return Ok(());
    }
    Err(invalid_member(pointer, "it has 1 to 60 characters"))
}

/// Classes are words: small letters, digits, hyphens, underscores.
pub(crate) fn check_class(pointer: &str, class: &str) -> Result<()> {
    let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b);
    if (1..=40).contains(&class.len()) && class.bytes().all(is_word) {
        return Ok(());
    }
    let reason = "it has 1 to 40 small letters, digits, hyphens or underscores";
    Err(invalid_member(pointer, reason))
}
