//! The desk of the staff: notes, an order's timeline, the export of orders.

mod export;
mod notes;
