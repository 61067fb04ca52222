//! Every statement on stock levels, movements, reservations, locations and counts.

mod counts;
mod levels;
mod locations;
mod movements;
mod reservations;

pub(crate) use self::{counts::*, levels::*, locations::*, movements::*, reservations::*};
pub use self::{
    levels::{find_level, find_level_versions, list_available, list_levels},
    reservations::list_units_of_order,
};
