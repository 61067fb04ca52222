//! The harness: a shop per test. `Shop::open` gives a running server with its own database, its
//! own payment provider and mailbox and a clock in the test's hand; `close` audits the books.

mod children;
mod client;
mod deployment;
mod oracle;
mod own_postgres;
mod own_redis;
mod pair;
mod people;
mod process;
pub(crate) mod race;
pub(crate) mod receiver;
mod second;
mod servers;
mod shop;
mod steps;
mod stream;
mod wait;
mod wire;

pub(crate) use self::{
    children::{Child, program},
    client::{Answer, Client},
    deployment::Deployment,
    own_redis::OwnRedis,
    pair::Pair,
    process::{Process, free_ports, is_alive},
    receiver::Receiver,
    second::Second,
    servers::{empty_database, new_database, scratch, servers},
    shop::{CHAPA_KEY, Shop, WEBHOOK_SECRET},
    steps::{on_page, place_body},
    stream::Stream,
    wait::until,
    wire::Wire,
};
