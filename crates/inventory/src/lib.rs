//! How many there are, and where: locations, stock levels, movements, reservations.
//!
//! Owns: `stock_locations`, `stock_levels`, `stock_movements`, `stock_movement_kinds`,
//! `stock_counts`, `stock_count_lines`, `reservations`.
//! Promises: what is available is never negative (a `CHECK`); what is on hand changes by movements
//! only, each between a shelf and one account, and movements stay (triggers, decision 0014); units
//! are reserved all or nothing, rows taken in the order of their ids; a reservation ends once,
//! claimed or released; a released one is claimed later only as a whole order, with units that
//! nobody else holds.
//! Never: a price, a product's text, an order's meaning.

mod actions;
mod http;
mod jobs;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use actions::{
    adjust, claim, extend, lock_shelf, open_levels, prepare_shelf, reacquire, release, replace,
    reserve, take_back, transfer,
};
pub use http::routes;
pub use jobs::{StockBoard, Units};
pub use model::{
    Hold, InventoryRefusal, Level, Location, MAIN_LOCATION, Pick, REFUSALS, ReasonCode, Shelf,
    Shortage, StockOpening, TakenBack, TransferOrder, Wait, Want,
};
pub use store::{
    find_level, find_level_versions, list_available, list_levels, list_units_of_order,
};
