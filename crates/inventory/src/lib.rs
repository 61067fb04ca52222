//! How many there are, and where: locations, stock levels, movements, reservations.
//!
//! Owns: `stock_locations`, `stock_levels`, `stock_movements`, `stock_movement_kinds`,
//! `stock_counts`, `stock_count_lines`, `reservations`, `stock_terms`, `allowances`,
//! `allowance_uses`, `backorders`, `low_stock`, `bundles`,
//! `bundle_parts`, and the view `stock_offers`.
//! Promises: what is available is never negative (a `CHECK`); what is on hand changes by movements
//! only, each between a shelf and one account, and movements stay (triggers, decision 0014); units
//! are reserved all or nothing, rows taken in the order of their ids; a reservation ends once,
//! claimed or released; a released one is claimed later only as a whole order, with units that
//! nobody else holds; what a buyer takes of a limit never passes it (a `CHECK`, decision 0022), and
//! an order that is gone gives it back once.
//! Never: a price, a product's text, an order's meaning.

mod actions;
mod events;
mod http;
mod jobs;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use actions::{
    Comeback, adjust, allowances_of, await_less, claim, end_uses, extend, find_again, lock_awaited,
    lock_shelf, open_levels, prepare_shelf, prepare_uses, release, replace, reserve, take_again,
    take_back, transfer,
};
pub use events::{BackorderFilled, StockLow};
pub use http::routes;
pub use jobs::{StockBoard, Units, jobs, look_for_low, plan};
pub use model::{
    Allowances, BackorderKind, Beyond, Buyer, Given, Hold, InventoryRefusal, InventorySettings,
    Level, LimitedLine, Limits, Location, MAIN_LOCATION, OverLimit, Pick, REFUSALS, ReasonCode,
    Shelf, Shortage, StockOpening, TakenBack, TransferOrder, UnpaidCaps, Use, Wait, Want, uses_of,
    uses_of_account,
};
pub use store::{
    find_level, find_level_versions, list_available, list_levels, list_units_of_order,
};
