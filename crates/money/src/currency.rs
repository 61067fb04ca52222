//! Currency codes. No exchange rates.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::MoneyError;

/// An ISO 4217 currency that the shop can count in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Ethiopian birr; its minor unit is the santim.
    pub const ETB: Self = Self(*b"ETB");
    /// United States dollar; its minor unit is the cent.
    pub const USD: Self = Self(*b"USD");

    const KNOWN: [Self; 2] = [Self::ETB, Self::USD];

    /// The three capital letters of ISO 4217.
    #[must_use]
    pub fn code(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// How many decimals the minor unit stands for (ISO 4217): 2 for each known currency.
    #[must_use]
    pub const fn decimals(&self) -> u32 {
        2
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    /// Exact capital letters of a known currency; anything else is refused, never replaced.
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        Self::KNOWN
            .into_iter()
            .find(|known| known.code() == text)
            .ok_or_else(|| MoneyError::UnknownCurrency(text.chars().take(8).collect()))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
