//! `kill -9` of server and worker at every step of the story: whoever repeats what was not
//! answered ends up with one order, one payment, one receipt.

mod buyer;
mod clerk;
mod credit;
mod failover;
mod journal;
mod load;
mod order_mails;
mod parcels;
mod points;
mod reconciliation;
mod refunds;
mod restore;
mod reviews;
mod server;
mod staff;
mod worker;

pub(crate) use self::refunds::{open as opened, work};
