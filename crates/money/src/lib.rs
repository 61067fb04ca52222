//! Exact amounts of money.
//!
//! Promises: integer minor units and a currency, always together; arithmetic is
//! checked; splitting loses nothing; text is parsed exactly or refused.
//! Never: a float, a rounding that nobody asked for, a database or a clock.

mod amount;
mod currency;
mod decimal;
#[cfg(test)]
mod tests;

pub use amount::{Money, MoneyError};
pub use currency::Currency;
pub use decimal::{DecimalError, format_minor, parse_minor};
