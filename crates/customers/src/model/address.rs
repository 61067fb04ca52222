//! Where goods go. Ethiopian addresses first: they live from the landmark and the telephone, and
//! nobody knows a postcode. Never: whether somebody lives there.

use chrono::{DateTime, Utc};
use ids::AddressId;
use kit::{Result, http::body::invalid_member};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::Phone;

/// The country whose addresses have regions that are known here.
const ETHIOPIA: &str = "ET";

/// The regions and chartered cities of Ethiopia, in English and in Amharic.
pub(crate) const REGIONS: [(&str, &str); 14] = [
    ("Addis Ababa", "አዲስ አበባ"),
    ("Afar", "አፋር"),
    ("Amhara", "አማራ"),
    ("Benishangul-Gumuz", "ቤኒሻንጉል ጉሙዝ"),
    ("Central Ethiopia", "ማዕከላዊ ኢትዮጵያ"),
    ("Dire Dawa", "ድሬዳዋ"),
    ("Gambela", "ጋምቤላ"),
    ("Harari", "ሐረሪ"),
    ("Oromia", "ኦሮሚያ"),
    ("Sidama", "ሲዳማ"),
    ("Somali", "ሶማሌ"),
    ("South Ethiopia", "ደቡብ ኢትዮጵያ"),
    ("South West Ethiopia", "ደቡብ ምዕራብ ኢትዮጵያ"),
    ("Tigray", "ትግራይ"),
];

/// Where the goods go. Ethiopian addresses live from the landmark; a postcode is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Abebe Bikila", "phone": "0911223344", "country": "ET", "region": "Addis Ababa",
    "city": "Bole", "woreda": "03", "landmark": "behind Edna Mall"
}))]
pub struct ShippingAddress {
    /// Who receives the parcel.
    #[schema(max_length = 120)]
    pub name: String,
    /// Whom the driver calls: `0911223344` or `+251911223344`; kept and shown as the latter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "phone")]
    #[schema(max_length = 32)]
    pub phone: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(pattern = "^[A-Z]{2}$")]
    pub country: String,
    /// Region or chartered city.
    #[schema(max_length = 120)]
    pub region: String,
    /// Town, zone or sub-city.
    #[schema(max_length = 120)]
    pub city: String,
    /// District.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub woreda: String,
    /// Neighbourhood.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub kebele: String,
    /// Street, house number.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub line: String,
    /// What the driver looks for.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub landmark: String,
    /// Of countries that have them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schema(max_length = 20)]
    pub postcode: String,
}

/// Any form of a number, as E.164.
fn phone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let phone = text.map(|text| Phone::parse(&text).map_err(serde::de::Error::custom));
    Ok(phone.transpose()?.map(|phone| phone.e164().to_owned()))
}

impl ShippingAddress {
    /// Checks lengths and the parts that a delivery cannot do without. A region of Ethiopia that
    /// is written in Amharic, or in other letters, becomes the one that places are known by.
    ///
    /// # Errors
    /// `invalid_body` pointing at the part.
    pub fn checked(mut self, pointer: &str) -> Result<Self> {
        let refuse =
            |field: &str, reason: &str| Err(invalid_member(format!("{pointer}/{field}"), reason));
        let is_country =
            self.country.len() == 2 && self.country.bytes().all(|b| b.is_ascii_uppercase());
        if !is_country {
            let reason = "it must be a country code of two capital letters";
            return refuse("country", reason);
        }
        for (field, text) in [
            ("name", &self.name),
            ("region", &self.region),
            ("city", &self.city),
        ] {
            if text.trim().is_empty() {
                return refuse(field, "it is required");
            }
        }
        for (field, text, chars_max) in [
            ("name", &self.name, 120),
            ("region", &self.region, 120),
            ("city", &self.city, 120),
            ("woreda", &self.woreda, 60),
            ("kebele", &self.kebele, 60),
            ("line", &self.line, 200),
            ("landmark", &self.landmark, 200),
            ("postcode", &self.postcode, 20),
        ] {
            if text.chars().count() > chars_max {
                let reason = format!("it must have at most {chars_max} characters");
                return refuse(field, &reason);
            }
        }
        self.region = region_name(&self.country, self.region);
        Ok(self)
    }

    /// Checks an address that is kept for later orders, which a driver must find by itself: in
    /// Ethiopia by one of its regions, a landmark and a telephone.
    ///
    /// # Errors
    /// `invalid_body` pointing at the part.
    pub(crate) fn checked_to_keep(self, pointer: &str) -> Result<Self> {
        let address = self.checked(pointer)?;
        if address.country != ETHIOPIA {
            return Ok(address);
        }
        let refuse =
            |field: &str, reason: &str| Err(invalid_member(format!("{pointer}/{field}"), reason));
        if address.known_region().is_none() {
            return refuse("region", "it is not a region or chartered city of Ethiopia");
        }
        if address.phone.is_none() {
            return refuse("phone", "it is required in Ethiopia");
        }
        if address.landmark.trim().is_empty() {
            return refuse("landmark", "it is required in Ethiopia");
        }
        Ok(address)
    }

    /// Whether a parcel cannot be delivered without a telephone number.
    #[must_use]
    pub fn needs_phone(&self) -> bool {
        self.country == ETHIOPIA && self.phone.is_none()
    }

    fn known_region(&self) -> Option<&'static str> {
        known_region(&self.country, &self.region)
    }
}

/// The name by which places know a region: one of Ethiopia that is written in Amharic, or in other
/// letters, becomes that of addresses; any other stays as it is.
#[must_use]
pub fn region_name(country: &str, region: String) -> String {
    match known_region(country, &region) {
        Some(known) => known.to_owned(),
        None => region,
    }
}

fn known_region(country: &str, region: &str) -> Option<&'static str> {
    let letters = |text: &str| -> String {
        let kept = text.chars().filter(|c| c.is_alphanumeric());
        kept.flat_map(char::to_lowercase).collect()
    };
    let wanted = letters(region);
    let mut of_country = REGIONS.iter().filter(|_| country == ETHIOPIA);
    of_country
        .find(|(english, amharic)| letters(english) == wanted || letters(amharic) == wanted)
        .map(|(english, _)| *english)
}

/// The most addresses in one book.
pub(crate) const ADDRESSES_MAX: usize = 50;

/// An address that a customer keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptAddress {
    pub(crate) id: AddressId,
    /// How the customer calls it.
    pub(crate) label: String,
    pub(crate) address: ShippingAddress,
    /// Whether a checkout begins with it.
    pub(crate) is_default: bool,
    pub(crate) version: i64,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// How a customer may call an address.
pub(crate) fn checked_label(label: &str) -> Result<String> {
    if label.chars().count() > 60 || label.contains('\0') {
        let reason = "it must have at most 60 characters";
        return Err(invalid_member("/label", reason));
    }
    Ok(label.trim().to_owned())
}
