//! What goes on beside requests: what is remembered of shelves, and the look for what is low.

mod board;
mod low;

pub use self::{
    board::{StockBoard, Units},
    low::{jobs, look_for_low, plan},
};
