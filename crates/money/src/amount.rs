//! `Money`: an amount with its currency. No text formats beyond display.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Currency, format_minor, parse_minor};

/// Why two amounts do not make a third.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The result does not fit into 64-bit minor units.
    #[error("the amount is too large")]
    Overflow,
    /// Birr and dollars are not added.
    #[error("amounts in {0} and {1} are not combined")]
    CurrencyMismatch(Currency, Currency),
    /// Not one of the currencies this shop counts in.
    #[error("{0:?} is not a currency of this shop")]
    UnknownCurrency(String),
    /// The text is not an exact amount.
    #[error(transparent)]
    Decimal(#[from] crate::DecimalError),
}

/// An exact amount in minor units; on the wire `{"amount": 129900, "currency": "ETB"}`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": 129_900, "currency": "ETB"}))]
pub struct Money {
    /// Integer minor units: 129900 is ETB 1,299.00.
    #[serde(rename = "amount")]
    minor: i64,
    /// ISO 4217 code.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    currency: Currency,
}

impl Money {
    /// `minor` santim, cents, …
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in `currency`.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Reads major units ("1299.00"), exactly.
    ///
    /// # Errors
    /// [`MoneyError::Decimal`]
    pub fn parse_decimal(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        Ok(Self::new(parse_minor(text, currency.decimals())?, currency))
    }

    /// The amount in minor units.
    #[must_use]
    pub const fn minor(&self) -> i64 {
        self.minor
    }

    /// The currency it is counted in.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// Major units as text, "1299.00": the form that Chapa is asked in.
    #[must_use]
    pub fn to_decimal(&self) -> String {
        format_minor(self.minor, self.currency.decimals())
    }

    /// The sum of two amounts in one currency.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`], [`MoneyError::CurrencyMismatch`]
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        let minor = self
            .minor
            .checked_add(other.minor)
            .ok_or(MoneyError::Overflow)?;
        Ok(Self::new(minor, self.currency))
    }

    /// The amount `count` times.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`]
    pub fn checked_mul(self, count: i64) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_mul(count).ok_or(MoneyError::Overflow)?;
        Ok(Self::new(minor, self.currency))
    }

    /// Shares the amount out in proportion to `weights` by largest remainder: the parts
    /// always add up to the whole. Equal remainders favour the earlier part. No weights, or
    /// only zeros, give no parts.
    #[must_use]
    pub fn split(&self, weights: &[u64]) -> Vec<Self> {
        let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        if total == 0 {
            return Vec::new();
        }
        let shares: Vec<(i128, i128)> = weights
            .iter()
            .map(|weight| {
                let product = i128::from(self.minor) * i128::from(*weight);
                (product.div_euclid(total), product.rem_euclid(total))
            })
            .collect();
        let left = i128::from(self.minor) - shares.iter().map(|share| share.0).sum::<i128>();
        let mut by_remainder: Vec<usize> = (0..shares.len()).collect();
        by_remainder.sort_by_key(|index| (-shares[*index].1, *index));
        let mut minors: Vec<i128> = shares.iter().map(|share| share.0).collect();
        // `left` is smaller than the number of parts: each remainder is below one unit.
        for index in by_remainder
            .into_iter()
            .take(usize::try_from(left).unwrap_or(0))
        {
            minors[index] += 1;
        }
        minors
            .into_iter()
            .map(|minor| Self::new(i64::try_from(minor).unwrap_or(self.minor), self.currency))
            .collect()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.to_decimal())
    }
}
