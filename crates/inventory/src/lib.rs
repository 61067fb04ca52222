//! How many there are: stock levels, movements, reservations.
//!
//! Owns: `stock_levels`, `stock_movements`, `reservations`.
//! Promises: what is available is never negative (a `CHECK`); each change of what is on hand is
//! a movement; units are reserved all or nothing, rows taken in the order of their ids; a
//! reservation ends once, claimed or released; a released one is claimed later only as a whole
//! order, with units that nobody else holds.
//! Never: a price, a product's text, an order's meaning.

mod actions;
mod http;
mod model;
mod store;

pub use actions::{adjust, claim, extend, lock_shelf, open_levels, reacquire, release, reserve};
pub use http::routes;
pub use model::{
    Hold, InventoryRefusal, Level, REFUSALS, Shelf, Shortage, StockOpening, Wait, Want,
};
pub use store::{find_level, list_levels};
