//! Every statement on parcels and cancellations.

mod cancellations;
mod lines;
mod parcels;
mod picks;

pub use self::parcels::find_fulfilment;
pub(crate) use self::{cancellations::*, lines::*, parcels::*, picks::*};
