//! Chapa's payment protocol: the calls a shop makes, and the news it receives.
//!
//! Promises: amounts are integer minor units and never pass through a float; an
//! unreadable or contradictory answer is never read as "paid"; the result of a call
//! tells "refused" from "may have happened"; secrets appear in no `Debug`, `Display`
//! or error; nothing here waits for ever or reads an answer without a bound.
//! Never: a database, an order, a clock, a retry of a call that changes something.
//! `chapa-simulator`, the program beside this library, plays Chapa for tests and
//! demonstrations; the library has no branch for it.

pub mod callback;
mod client;
mod error;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod observation;
mod secret;
mod settlement;
#[cfg(test)]
mod tests;
pub mod webhook;
mod wire;

pub use client::{
    CancelOutcome, Client, Config, ConfigError, DESCRIPTION_MAX_CHARS, Initialized,
    MAX_AMOUNT_MINOR, NewRefund, NewTransaction, TITLE_MAX_CHARS, clean_description, clean_title,
    national_phone,
};
pub use error::Error;
pub use observation::{
    Balance, ListedTransaction, Mode, Observation, Observed, RawAnswer, RefundObservation,
    RefundState, TimelineEntry, TransactionPage,
};
pub use secret::Secret;
pub use settlement::{Expected, Mismatch, Settlement, settles};
