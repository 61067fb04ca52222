//! A past for the shop. Plans are made for the tables as they are, and connections keep them: a
//! server that meets empty tables reads them from end to end until it has them planned anew.

use std::time::Duration;

use anyhow::Result;

use crate::{carts::CartPool, cases::Case, database::Database, pgbench::Run, requests::Goods};

const CONNECTIONS: u32 = 4;
const ORDERS_PER_CONNECTION: u64 = 1_000;
/// Most carts are left behind: the planner must not take an open cart for something rare.
const CARTS: u64 = 20_000;

/// Places some thousand orders before the server starts, and lets PostgreSQL look at its tables.
pub(crate) async fn write(database: &Database, goods: &Goods) -> Result<()> {
    let case = Case::OrderSpread;
    if let Some(mut pool) = CartPool::open(case, goods, database)? {
        pool.fill(database, CARTS)?;
        // The last ones, so that no cart behind them is there already.
        let first_cart = pool.unused().end - u64::from(CONNECTIONS) * ORDERS_PER_CONNECTION;
        let (connections, length) = (CONNECTIONS, Duration::ZERO);
        let run = Run {
            database,
            case,
            connections,
            length,
            goods,
            first_cart,
            batch: 1,
        };
        run.complete(ORDERS_PER_CONNECTION).await?;
    }
    database.run(include_str!("../sql/vacuum.sql"), &[])?;
    Ok(())
}
