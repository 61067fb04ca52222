//! Every SQL statement on credit. Never decides; an account's row is locked before its balance is
//! moved.

use chrono::{DateTime, Utc};
use ids::{CreditAccountId, CreditUseId, CustomerId, OrderId};
use kit::{Conn, Error, Result, Tx, db::Param};
use money::{Currency, Money};
use tokio_postgres::Row;

use crate::model::{Cause, CreditAccount, CreditKind, CreditUse, Entry, UseState};

fn currency(row: &Row) -> Result<Currency> {
    let code: &str = row.get("currency");
    code.parse().map_err(Error::fault)
}

fn kind(row: &Row) -> Result<CreditKind> {
    CreditKind::parse(row.get("kind")).ok_or_else(|| Error::fault("a kind of credit is unknown"))
}

fn account(row: &Row) -> Result<CreditAccount> {
    Ok(CreditAccount {
        id: row.get("id"),
        kind: kind(row)?,
        code_end: row.get("code_end"),
        customer_id: row.get("customer_id"),
        balance: Money::new(row.get("balance_minor"), currency(row)?),
        expires_at: row.get("expires_at"),
        closed_at: row.get("closed_at"),
        note: row.get("note"),
        version: row.get("version"),
        created_at: row.get("created_at"),
    })
}

macro_rules! accounts {
    ($end:literal) => {
        concat!(
            "
    select id, kind, code_end, customer_id, currency, balance_minor, expires_at, closed_at, note,
        version, created_at
    from credit_accounts
    ",
            $end
        )
    };
}

const FIND_ACCOUNT: &str = accounts!("where id = $1");

pub(crate) async fn find_account(
    conn: &Conn,
    id: CreditAccountId,
) -> Result<Option<CreditAccount>> {
    let row = conn.query_opt(FIND_ACCOUNT, &[&id]).await?;
    row.as_ref().map(account).transpose()
}

// After the order's row and the payments': an account may help to pay many orders at once.
const LOCK_ACCOUNT: &str = accounts!("where id = $1 for update");

pub(crate) async fn lock_account(tx: &Tx, id: CreditAccountId) -> Result<Option<CreditAccount>> {
    let row = tx.query_opt(LOCK_ACCOUNT, &[&id]).await?;
    row.as_ref().map(account).transpose()
}

const FIND_CARD: &str = accounts!("where code_hash = $1");

pub(crate) async fn find_card(conn: &Conn, code_hash: &[u8]) -> Result<Option<CreditAccount>> {
    let row = conn.query_opt(FIND_CARD, &[&code_hash]).await?;
    row.as_ref().map(account).transpose()
}

const LIST_OF_CUSTOMER: &str =
    accounts!("where customer_id = $1 and kind = 'store_credit' order by currency");

pub(crate) async fn list_of_customer(
    conn: &Conn,
    customer_id: CustomerId,
) -> Result<Vec<CreditAccount>> {
    let rows = conn.query(LIST_OF_CUSTOMER, &[&customer_id]).await?;
    rows.iter().map(account).collect()
}

const LIST_NEWEST: &str = accounts!(
    "where ($1::uuid is null or id < $1)
        and ($2::text is null or kind = $2)
        and ($3::uuid is null or customer_id = $3)
    order by id desc
    limit $4"
);

pub(crate) async fn list_newest(
    conn: &Conn,
    before: Option<CreditAccountId>,
    (kind, customer_id): (Option<CreditKind>, Option<CustomerId>),
    limit: i64,
) -> Result<Vec<CreditAccount>> {
    let kind = kind.map(CreditKind::as_str);
    let params: [Param<'_>; 4] = [&before, &kind, &customer_id, &limit];
    let rows = conn.query(LIST_NEWEST, &params).await?;
    rows.iter().map(account).collect()
}

const INSERT_CARD: &str = "
    insert into credit_accounts (id, kind, code_hash, code_end, currency, expires_at, note,
        created_at)
    values ($1, 'gift_card', $2, $3, $4, $5, $6, $7)";

/// Writes a new card without a balance.
pub(crate) async fn insert_card(tx: &Tx, card: &CreditAccount, code_hash: &[u8]) -> Result<()> {
    let currency = card.balance.currency();
    let params: [Param<'_>; 7] = [
        &card.id,
        &code_hash,
        &card.code_end,
        &currency.code(),
        &card.expires_at,
        &card.note,
        &card.created_at,
    ];
    tx.execute(INSERT_CARD, &params).await?;
    Ok(())
}

const EXISTS_CUSTOMER: &str = "select from customers where id = $1";

pub(crate) async fn exists_customer(conn: &Conn, id: CustomerId) -> Result<bool> {
    Ok(conn.query_opt(EXISTS_CUSTOMER, &[&id]).await?.is_some())
}

// Whoever comes second waits for whoever made it, and finds it.
const INSERT_OF_CUSTOMER: &str = "
    insert into credit_accounts (id, kind, customer_id, currency, created_at)
    values ($1, 'store_credit', $2, $3, $4)
    on conflict (customer_id, currency) where kind = 'store_credit' do nothing";

/// Makes sure that a customer has an account in a currency.
pub(crate) async fn insert_of_customer(
    tx: &Tx,
    customer_id: CustomerId,
    currency: Currency,
    now: DateTime<Utc>,
) -> Result<()> {
    let id = CreditAccountId::generate(now);
    let params: [Param<'_>; 4] = [&id, &customer_id, &currency.code(), &now];
    tx.execute(INSERT_OF_CUSTOMER, &params).await?;
    Ok(())
}

const LOCK_OF_CUSTOMER: &str = accounts!(
    "where customer_id = $1 and currency = $2 and kind = 'store_credit'
    for update"
);

pub(crate) async fn lock_of_customer(
    tx: &Tx,
    customer_id: CustomerId,
    currency: Currency,
) -> Result<Option<CreditAccount>> {
    let params: [Param<'_>; 2] = [&customer_id, &currency.code()];
    let row = tx.query_opt(LOCK_OF_CUSTOMER, &params).await?;
    row.as_ref().map(account).transpose()
}

const FIND_OF_CUSTOMER: &str =
    accounts!("where customer_id = $1 and currency = $2 and kind = 'store_credit'");

pub(crate) async fn find_of_customer(
    conn: &Conn,
    customer_id: CustomerId,
    currency: Currency,
) -> Result<Option<CreditAccount>> {
    let params: [Param<'_>; 2] = [&customer_id, &currency.code()];
    let row = conn.query_opt(FIND_OF_CUSTOMER, &params).await?;
    row.as_ref().map(account).transpose()
}

// The guard stands in the statement, where nobody comes between look and take.
const UPDATE_BALANCE: &str = "
    update credit_accounts
    set balance_minor = balance_minor + $2, version = version + 1
    where id = $1 and balance_minor + $2 >= 0";

const UPDATE_BALANCE_UNGUARDED: &str = "
    update credit_accounts
    set balance_minor = balance_minor + $2, version = version + 1
    where id = $1";

/// Moves a balance; answers whether there was enough.
pub(crate) async fn update_balance(tx: &Tx, id: CreditAccountId, by_minor: i64) -> Result<bool> {
    let sql = if tx.sabotage().has_removed("credit guard") {
        UPDATE_BALANCE_UNGUARDED
    } else {
        UPDATE_BALANCE
    };
    Ok(tx.execute(sql, &[&id, &by_minor]).await? == 1)
}

const UPDATE_CLOSED: &str = "
    update credit_accounts
    set closed_at = $2, version = version + 1
    where id = $1";

pub(crate) async fn update_closed(tx: &Tx, id: CreditAccountId, now: DateTime<Utc>) -> Result<()> {
    tx.execute(UPDATE_CLOSED, &[&id, &now]).await?;
    Ok(())
}

// The account's row is locked, so its entries have no gap.
const INSERT_ENTRY: &str = "
    insert into credit_entries (id, account_id, sequence, cause, amount_minor, balance_minor,
        use_id, refund_id, staff_id, occurred_at, order_id)
    select $1, id, 1 + (select count(*) from credit_entries where account_id = $2), $3, $4,
        balance_minor, $5, $6, $7, $8, $9
    from credit_accounts
    where id = $2";

/// Writes down a balance that was moved just now.
pub(crate) async fn insert_entry(tx: &Tx, entry: &Entry) -> Result<()> {
    let params: [Param<'_>; 9] = [
        &entry.id,
        &entry.account_id,
        &entry.cause.as_str(),
        &entry.amount.minor(),
        &entry.use_id,
        &entry.refund_id,
        &entry.staff_id,
        &entry.occurred_at,
        &entry.order_id,
    ];
    tx.execute(INSERT_ENTRY, &params).await?;
    Ok(())
}

/// An entry as it is read.
pub(crate) struct EntryRow {
    pub(crate) sequence: i64,
    pub(crate) cause: Cause,
    pub(crate) amount: Money,
    pub(crate) balance: Money,
    pub(crate) order_id: Option<OrderId>,
    pub(crate) occurred_at: DateTime<Utc>,
}

const LIST_ENTRIES: &str = "
    select sequence, cause, amount_minor, credit_entries.balance_minor, order_id, occurred_at,
        currency
    from credit_entries
    join credit_accounts on credit_accounts.id = account_id
    where account_id = $1 and ($2::bigint is null or sequence < $2)
    order by sequence desc
    limit $3";

/// The entries of an account, newest first.
pub(crate) async fn list_entries(
    conn: &Conn,
    id: CreditAccountId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<EntryRow>> {
    let rows = conn.query(LIST_ENTRIES, &[&id, &before, &limit]).await?;
    let entry = |row: &Row| {
        let currency = currency(row)?;
        Ok(EntryRow {
            sequence: row.get("sequence"),
            cause: Cause::parse(row.get("cause"))
                .ok_or_else(|| Error::fault("a cause of credit is unknown"))?,
            amount: Money::new(row.get("amount_minor"), currency),
            balance: Money::new(row.get("balance_minor"), currency),
            order_id: row.get("order_id"),
            occurred_at: row.get("occurred_at"),
        })
    };
    rows.iter().map(entry).collect()
}

const INSERT_USE: &str = "
    insert into credit_uses (id, account_id, order_id, amount_minor, held_at)
    values ($1, $2, $3, $4, $5)";

pub(crate) async fn insert_use(tx: &Tx, new: &CreditUse, now: DateTime<Utc>) -> Result<()> {
    let minor = new.amount.minor();
    let params: [Param<'_>; 5] = [&new.id, &new.account_id, &new.order_id, &minor, &now];
    tx.execute(INSERT_USE, &params).await?;
    Ok(())
}

const LIST_USES: &str = "
    select credit_uses.id, account_id, kind, code_end, currency, order_id, amount_minor, state
    from credit_uses
    join credit_accounts on credit_accounts.id = account_id
    where order_id = $1
    order by credit_uses.id";

/// What was set aside for an order, oldest first.
///
/// # Errors
/// Faults of the database.
pub async fn list_uses(conn: &Conn, order_id: OrderId) -> Result<Vec<CreditUse>> {
    let rows = conn.query(LIST_USES, &[&order_id]).await?;
    let one = |row: &Row| {
        Ok(CreditUse {
            id: row.get("id"),
            account_id: row.get("account_id"),
            kind: kind(row)?,
            code_end: row.get("code_end"),
            order_id: row.get("order_id"),
            amount: Money::new(row.get("amount_minor"), currency(row)?),
            state: UseState::parse(row.get("state"))
                .ok_or_else(|| Error::fault("a state of credit is unknown"))?,
        })
    };
    rows.iter().map(one).collect()
}

const UPDATE_USE: &str = "
    update credit_uses
    set state = $2, ended_at = $3
    where id = $1 and state = 'held'";

/// Ends what was set aside; answers whether it still was.
pub(crate) async fn update_use(
    tx: &Tx,
    id: CreditUseId,
    state: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    Ok(tx.execute(UPDATE_USE, &[&id, &state, &now]).await? == 1)
}

const FIND_ACCOUNT_OF_USE: &str = "
    select account_id
    from credit_uses
    where id = $1";

pub(crate) async fn find_account_of_use(
    conn: &Conn,
    id: CreditUseId,
) -> Result<Option<CreditAccountId>> {
    let row = conn.query_opt(FIND_ACCOUNT_OF_USE, &[&id]).await?;
    Ok(row.map(|row| row.get("account_id")))
}
