//! The harness: a shop per test. `Shop::open` gives a running server with its own database, its
//! own payment provider and mailbox and a clock in the test's hand; `close` audits the books.

mod children;
mod client;
mod servers;
mod shop;
mod steps;

pub(crate) use self::{
    children::{Child, program},
    client::{Answer, Client},
    servers::{new_database, servers},
    shop::Shop,
    steps::place_body,
};
