//! Every statement on stock levels, movements, reservations, locations, counts, terms and what
//! buyers have taken of limits.

mod allowances;
mod backorders;
mod bundles;
mod counts;
mod levels;
mod locations;
mod low;
mod movements;
mod reservations;
mod terms;

pub(crate) use self::{
    allowances::*, backorders::*, bundles::*, counts::*, levels::*, locations::*, low::*,
    movements::*, reservations::*, terms::*,
};
pub use self::{
    levels::{find_level, find_level_versions, list_available, list_levels},
    reservations::list_units_of_order,
};
