//! Every statement on stock levels, movements, reservations and locations.

mod levels;
mod locations;
mod movements;
mod reservations;

pub use self::levels::{find_level, list_levels};
pub(crate) use self::{levels::*, locations::*, movements::*, reservations::*};
