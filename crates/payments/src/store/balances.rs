//! What of a capture is promised, given back or taken back: each moved by a guarded update.

use ids::{AttemptId, CaptureId, OrderId};
use kit::{Conn, Error, Result, Tx};
use money::{Currency, Money};
use tokio_postgres::Row;

use crate::model::{CaptureBalance, Disposition, ProviderId};

fn balance(row: &Row) -> Result<CaptureBalance> {
    let currency: Currency = row
        .get::<_, &str>("currency")
        .parse()
        .map_err(Error::fault)?;
    Ok(CaptureBalance {
        id: row.get("id"),
        attempt_id: row.get("attempt_id"),
        order_id: row.get("order_id"),
        provider_reference: row.get("provider_reference"),
        provider: ProviderId::parse(row.get("provider"))
            .ok_or_else(|| Error::fault("a provider is unknown"))?,
        disposition: Disposition::parse(row.get("disposition"))
            .ok_or_else(|| Error::fault("a disposition is unknown"))?,
        amount: Money::new(row.get("amount_minor"), currency),
        refunding_minor: row.get("refunding_minor"),
        refunded_minor: row.get("refunded_minor"),
        reversed_minor: row.get("reversed_minor"),
        written_off_minor: row.get("written_off_minor"),
    })
}

macro_rules! balances {
    ($end:literal) => {
        concat!(
            "
    select id, attempt_id, order_id, provider, provider_reference, disposition, amount_minor,
        currency, refunding_minor, refunded_minor, reversed_minor, written_off_minor
    from captures
    ",
            $end
        )
    };
}

const FIND_BALANCE: &str = balances!("where id = $1");

pub(crate) async fn find_balance(conn: &Conn, id: CaptureId) -> Result<Option<CaptureBalance>> {
    conn.query_opt(FIND_BALANCE, &[&id])
        .await?
        .as_ref()
        .map(balance)
        .transpose()
}

// Taken after the rows of its order and attempt.
const LOCK_BALANCE: &str = balances!("where id = $1 for update");

pub(crate) async fn lock_balance(tx: &Tx, id: CaptureId) -> Result<Option<CaptureBalance>> {
    tx.query_opt(LOCK_BALANCE, &[&id])
        .await?
        .as_ref()
        .map(balance)
        .transpose()
}

// The order in which it goes back: credit first, so that nobody makes money of it.
const LIST_APPLIED: &str = balances!(
    "where order_id = $1 and disposition = 'applied'
    order by provider <> 'credit', id"
);

/// The parts of the money that pays an order.
pub(crate) async fn list_applied(conn: &Conn, order_id: OrderId) -> Result<Vec<CaptureBalance>> {
    let rows = conn.query(LIST_APPLIED, &[&order_id]).await?;
    rows.iter().map(balance).collect()
}

// Taken after the order's row, in the order of their ids.
const LOCK_APPLIED: &str = balances!(
    "where order_id = $1 and disposition = 'applied'
    order by id
    for update"
);

/// The parts of the money that pays a locked order, locked too.
pub(crate) async fn lock_applied(tx: &Tx, order_id: OrderId) -> Result<Vec<CaptureBalance>> {
    let rows = tx.query(LOCK_APPLIED, &[&order_id]).await?;
    rows.iter().map(balance).collect()
}

const UPDATE_REFUNDING: &str = "
    update captures
    set refunding_minor = refunding_minor + $2
    where id = $1 and $2 <= amount_minor - refunding_minor - refunded_minor - reversed_minor
        - written_off_minor";

const UPDATE_REFUNDING_UNGUARDED: &str = "
    update captures
    set refunding_minor = refunding_minor + $2
    where id = $1";

/// Promises money of a capture; answers whether there was enough.
pub(crate) async fn update_refunding(tx: &Tx, id: CaptureId, amount: Money) -> Result<bool> {
    let sql = if tx.sabotage().has_removed("refund guard") {
        UPDATE_REFUNDING_UNGUARDED
    } else {
        UPDATE_REFUNDING
    };
    Ok(tx.execute(sql, &[&id, &amount.minor()]).await? == 1)
}

const UPDATE_REFUNDED: &str = "
    update captures
    set refunding_minor = refunding_minor - $2, refunded_minor = refunded_minor + $2
    where id = $1 and refunding_minor >= $2";

/// Money that was promised is with the buyer; answers whether it had been promised.
pub(crate) async fn update_refunded(tx: &Tx, id: CaptureId, amount: Money) -> Result<bool> {
    Ok(tx.execute(UPDATE_REFUNDED, &[&id, &amount.minor()]).await? == 1)
}

const UPDATE_FREED: &str = "
    update captures
    set refunding_minor = refunding_minor - $2
    where id = $1 and refunding_minor >= $2";

/// Money that was promised stays with the shop; answers whether it had been promised.
pub(crate) async fn update_refunding_freed(tx: &Tx, id: CaptureId, amount: Money) -> Result<bool> {
    Ok(tx.execute(UPDATE_FREED, &[&id, &amount.minor()]).await? == 1)
}

const LOCK_BALANCE_OF_ATTEMPT: &str = balances!("where attempt_id = $1 for update");

/// The money of a locked attempt, locked too.
pub(crate) async fn lock_balance_of_attempt(
    tx: &Tx,
    attempt_id: AttemptId,
) -> Result<Option<CaptureBalance>> {
    tx.query_opt(LOCK_BALANCE_OF_ATTEMPT, &[&attempt_id])
        .await?
        .as_ref()
        .map(balance)
        .transpose()
}

const FIND_BALANCE_OF_ATTEMPT: &str = balances!("where attempt_id = $1");

/// The money of an attempt.
pub(crate) async fn find_balance_of_attempt(
    conn: &Conn,
    attempt_id: AttemptId,
) -> Result<Option<CaptureBalance>> {
    conn.query_opt(FIND_BALANCE_OF_ATTEMPT, &[&attempt_id])
        .await?
        .as_ref()
        .map(balance)
        .transpose()
}

// Never more than is there: the CHECK says so.
const UPDATE_REVERSED: &str = "
    update captures
    set reversed_minor = reversed_minor + $2
    where id = $1";

/// Money that the provider has taken back.
pub(crate) async fn update_reversed(tx: &Tx, id: CaptureId, amount: Money) -> Result<()> {
    tx.execute(UPDATE_REVERSED, &[&id, &amount.minor()]).await?;
    Ok(())
}

const UPDATE_WRITTEN_OFF: &str = "
    update captures
    set written_off_minor = written_off_minor + $2
    where id = $1";

/// Surplus money that the shop keeps.
pub(crate) async fn update_written_off(tx: &Tx, id: CaptureId, amount: Money) -> Result<()> {
    tx.execute(UPDATE_WRITTEN_OFF, &[&id, &amount.minor()])
        .await?;
    Ok(())
}
