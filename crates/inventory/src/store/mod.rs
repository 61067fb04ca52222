//! Every statement on stock levels, movements, reservations, locations and counts.

mod counts;
mod levels;
mod locations;
mod movements;
mod reservations;

pub use self::levels::{find_level, find_level_versions, list_available, list_levels};
pub(crate) use self::{counts::*, levels::*, locations::*, movements::*, reservations::*};
